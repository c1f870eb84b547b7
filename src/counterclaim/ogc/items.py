"""The features themselves: pages of them under all filters of the lists, and one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field, StringConstraints, field_validator
from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from counterclaim.access import may_review
from counterclaim.db import now
from counterclaim.deps import NoQuery, Read, as_json, row_id
from counterclaim.export.flat import claim_row, event_row
from counterclaim.export.geojson import feature
from counterclaim.models import EventSummary
from counterclaim.moment import isoformat_z
from counterclaim.ogc.answers import GEOJSON, JSON, address, answer, link
from counterclaim.ogc.collections import CLAIMS, STRIKES, Collection
from counterclaim.queries.asof import Wish
from counterclaim.queries.claim_filters import ClaimFilter, page_claims
from counterclaim.queries.claims import get_claim
from counterclaim.queries.events import (
    Shown,
    figures_of,
    get_event,
    page_events,
    strikes_only,
)
from counterclaim.queries.filters import EventFilter
from counterclaim.queries.pages import Slice, Window
from counterclaim.queries.resolutions import Figure
from counterclaim.schemas.claim import ClaimOut
from counterclaim.vocabulary import EventKind

router = APIRouter(prefix="/ogc/collections", include_in_schema=False)

LIMIT, MOST = 100, 10_000
"""So many features a page has if nothing is said, and at most; more is cut down, never refused."""


class ItemsQuery(NoQuery):
    """What every collection takes beside its filters."""

    limit: Annotated[int, Field(ge=1, description=f"At most {MOST}.")] = LIMIT
    cursor: Annotated[str | None, StringConstraints(max_length=2000)] = None
    filter: Annotated[str | None, StringConstraints(max_length=10_000)] = None
    filter_lang: Annotated[Literal["cql2-text"], Field(alias="filter-lang")] = "cql2-text"
    f: Literal["json", "geojson"] | None = None

    @field_validator("bbox", mode="before", check_fields=False)
    @classmethod
    def _flat(cls, given: object) -> object:
        """Of a box in space only what it covers on the ground."""
        numbers = given.split(",") if isinstance(given, str) else []
        return ",".join((*numbers[:2], *numbers[3:5])) if len(numbers) == 6 else given

    @field_validator("datetime_", mode="before", check_fields=False)
    @classmethod
    def _open(cls, given: object) -> object:
        """An end that is left out is open, as two dots are."""
        if isinstance(given, str) and "/" in given:
            return "/".join(end or ".." for end in given.split("/"))
        return given

    def page(self, request: Request) -> Window:
        """The page that is asked for."""
        shown = {"limit", "cursor", "f", "filter_lang"}
        query = self.model_dump(mode="json", exclude=shown, exclude_defaults=True)
        query["path"] = request.url.path
        wish = Wish(unreviewed=may_review(request))
        return Window(query, min(self.limit, MOST), self.cursor, count=True, wish=wish)


class StrikesQuery(ItemsQuery, EventFilter):
    """Strikes are asked for as in the list of strikes."""


class ClaimsQuery(ItemsQuery, ClaimFilter):
    """Claims are asked for as in the list of claims."""


@router.get("/strikes/items")
def strikes(request: Request, session: Read, query: Annotated[StrikesQuery, Query()]) -> Response:
    """Strikes as features, newest first."""
    also = _meant(session, query.filter, STRIKES)
    page = page_events(session, strikes_only(query), query.page(request), also=also)
    figures = figures_of(session, page.items)
    features = [_strike(*shown) for shown in zip(page.items, figures, strict=True)]
    return _page(request, STRIKES, page, features)


@router.get("/claims/items")
def claims(request: Request, session: Read, query: Annotated[ClaimsQuery, Query()]) -> Response:
    """Claims as features, newest first."""
    also = _meant(session, query.filter, CLAIMS)
    page = page_claims(session, query, query.page(request), also=also)
    return _page(request, CLAIMS, page, [_claim(one) for one in page.items])


def _meant(session: Session, given: str | None, of: Collection) -> ColumnElement[bool] | None:
    """What a client's own filter means for a layer; None where there is none."""
    if given is None:
        return None
    # Its grammar is made when it is imported: only who sends such a filter first waits for it.
    from counterclaim.ogc.cql import TERMS, translate  # noqa: PLC0415

    return translate("filter", given, TERMS[of.id](session))


FeatureId = Annotated[str, Path(alias="featureId", max_length=100)]


class OneQuery(NoQuery):
    """Parameters of one feature."""

    f: Literal["json", "geojson"] | None = None


@router.get("/strikes/items/{featureId}")
def strike(
    request: Request, session: Read, feature_id: FeatureId, _query: Annotated[OneQuery, Query()]
) -> Response:
    """One strike as a feature."""
    wanted = row_id("strike", feature_id)
    only = EventSummary.event_id == wanted
    strikes = EventFilter(kind=[EventKind.STRIKE])
    found = page_events(session, strikes, Window({}, 1, None), also=only).items
    if not found:  # It was merged, or there never was one: this says which.
        get_event(session, wanted, Wish().view(session), kind=EventKind.STRIKE)
    (figures,) = figures_of(session, found)
    return _one(request, STRIKES, _strike(found[0], figures))


@router.get("/claims/items/{featureId}")
def claim(
    request: Request, session: Read, feature_id: FeatureId, _query: Annotated[OneQuery, Query()]
) -> Response:
    """One claim as a feature."""
    view = Wish(unreviewed=may_review(request)).view(session)
    found = get_claim(session, row_id("claim", feature_id), view)
    return _one(request, CLAIMS, _claim(found))


Feature = dict[str, Any]


def _strike(shown: Shown, figures: Mapping[str, Figure]) -> Feature:
    row = event_row(orjson.loads(shown.text), figures)
    return feature(STRIKES.properties_of(row, row["occurred_from"]))


def _claim(shown: ClaimOut) -> Feature:
    content = orjson.loads(as_json(shown))
    occurred = content["occurred"] or {}
    return feature(CLAIMS.properties_of(claim_row(content), occurred.get("from")))


def _one(request: Request, of: Collection, found: Feature) -> Response:
    path = f"/collections/{of.id}"
    links = [
        link(address(request, f"{path}/items/{found['id']}"), "self", GEOJSON, "This feature"),
        link(address(request, path), "collection", JSON, of.title),
        link(f"{request.base_url}v1/{of.id}/{found['id']}", "alternate", JSON, "All of it"),
    ]
    return answer({**found, "links": links}, GEOJSON)


def _page(
    request: Request, of: Collection, page: Slice[Any], features: Sequence[Feature]
) -> Response:
    links = [
        link(str(request.url), "self", GEOJSON, "This page"),
        link(address(request, f"/collections/{of.id}"), "collection", JSON, of.title),
    ]
    if page.next is not None:
        following = request.url.include_query_params(cursor=page.next)
        links.append(link(str(following), "next", GEOJSON, "The next page"))
    content = {
        "type": "FeatureCollection",
        "features": features,
        "links": links,
        "timeStamp": isoformat_z(now()),
        "numberMatched": page.total,
        "numberReturned": len(features),
    }
    return answer(content, GEOJSON)
