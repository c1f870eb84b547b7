"""What SQL alone cannot tell of claims: folded words of quotes and names, and circles on the map.

Rows are told apart in Python and given back to the statement as one list of ids. A search reads
each quote that the other filters leave and folds it (about 0.1 ms; the last 16,384 are kept), a
place filter each located place of the latitudes asked for.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, or_, select

from counterclaim.db import among
from counterclaim.geo import bounding_box, earth_centred
from counterclaim.models import (
    Attribution,
    Claim,
    ClaimPlace,
    InterceptionCount,
    Munition,
    MunitionFact,
    Place,
    Quote,
    Source,
)
from counterclaim.names import words as words_of
from counterclaim.queries.asof import live_row
from counterclaim.queries.filters import MEAN_RADIUS_KM
from counterclaim.queries.names import NAME_TABLES, owner_column
from counterclaim.queries.references import subtree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.orm import InstrumentedAttribute, Session

    from counterclaim.queries.filters import Filter
    from counterclaim.queries.names import Reference

Word = tuple[str, bool]
"""A folded word, and whether it is the beginning of one."""

METRES_PER_DEGREE = 110_000
"""A little less than the shortest degree of latitude: bands made with it are a little too wide."""


def holding_words(
    session: Session, texts: Select[*tuple[Any, ...]], words: list[Word]
) -> dict[Word, list[str]]:
    """For each word the ids of the texts in which it stands; ``texts`` gives ids and texts."""
    found: dict[Word, list[str]] = {word: [] for word in words}
    for key, text in session.execute(texts):
        standing = _standing(text)
        for word in words:
            if _stands(word, standing):
                found[word].append(key)
    return found


def speaking_of(
    session: Session, words: list[Word], claims: Select[*tuple[Any, ...]], at: datetime
) -> Iterator[ColumnElement[bool]]:
    """Claims with each word in the quote or in a name of who said it, of a munition or a place.

    ``claims`` gives the ids of the claims to look at.
    """
    texts = select(Quote.id, Quote.exact).where(
        Quote.id.in_(select(Claim.quote_id).where(Claim.id.in_(claims)))
    )
    quotes = holding_words(session, texts, words)
    for word in words:
        sources = _named(session, Source, word, at)
        munitions = _named(session, Munition, word, at)
        places = _named(session, Place, word, at)
        yield or_(
            among(session, Claim.quote_id, quotes[word]),
            _said_by(subtree(Source, among(session, Source.id, sources))),
            about_munitions(subtree(Munition, among(session, Munition.id, munitions))),
            at_places(subtree(Place, among(session, Place.id, places))),
        )


def _said_by(sources: Select[*tuple[Any, ...]]) -> ColumnElement[bool]:
    chain = select(Attribution.claim_id).where(Attribution.source_id.in_(sources))
    return or_(Claim.claimant_id.in_(sources), Claim.id.in_(chain))


def about_munitions(munitions: Select[*tuple[Any, ...]]) -> ColumnElement[bool]:
    """Claims with a count or a fact of one of these munitions."""
    counts = select(InterceptionCount.claim_id).where(InterceptionCount.munition_id.in_(munitions))
    facts = select(MunitionFact.claim_id).where(MunitionFact.munition_id.in_(munitions))
    return or_(Claim.id.in_(counts), Claim.id.in_(facts))


def at_places(places: Select[*tuple[Any, ...]]) -> ColumnElement[bool]:
    """Claims that name one of these places."""
    return Claim.id.in_(select(ClaimPlace.claim_id).where(ClaimPlace.place_id.in_(places)))


def _named(session: Session, model: type[Reference], word: Word, at: datetime) -> set[str]:
    """Ids of rows with the word in a name, as far as claims or other rows refer to them."""
    table: Any = NAME_TABLES[model]
    owner = owner_column(model)
    query = select(owner, table.name).where(
        table.folded.like(_pattern(word[0])),
        or_(*(owner.in_(select(column)) for column in (*REFERRING[model], model.parent_id))),
        live_row(table, at),
    )
    return {key for key, name in session.execute(query) if _stands(word, _standing(name))}


REFERRING: dict[type[Any], tuple[InstrumentedAttribute[Any], ...]] = {
    Source: (Claim.claimant_id, Attribution.source_id),
    Munition: (InterceptionCount.munition_id, MunitionFact.munition_id),
    Place: (ClaimPlace.place_id,),
}


def _pattern(word: str) -> str:
    """What every folded name with the word is like, be it romanised as Russian or Ukrainian."""
    return f"%{re.sub('i?e', '%e', re.sub('gh?|h', '%', word))}%"


def _stands(word: Word, standing: frozenset[str]) -> bool:
    folded, prefix = word
    return any(one.startswith(folded) for one in standing) if prefix else folded in standing


@lru_cache(maxsize=16_384)
def _standing(text: str) -> frozenset[str]:
    return frozenset(words_of(text))


def located(session: Session, given: Filter, *, certain: bool) -> Iterator[ColumnElement[bool]]:
    """Claims with a place in the box, and with one in the circle, that a filter asks for.

    A place is a circle: possibly there if it touches, certainly if it lies within.
    """
    box, circle = given.box(), given.circle()
    if box is not None:
        inside = _box_test(*box, certain=certain)
        found = _placed(session, box[1], box[3], inside, certain=certain)
        yield among(session, Claim.id, found)
    if circle is not None:
        latitude, longitude, radius_km = circle
        around = _circle_test(latitude, longitude, radius_km, certain=certain)
        reach = 1000 * radius_km / METRES_PER_DEGREE
        found = _placed(session, latitude - reach, latitude + reach, around, certain=certain)
        yield among(session, Claim.id, found)


def _placed(
    session: Session,
    south: float,
    north: float,
    test: Callable[[float, float, int], bool],
    *,
    certain: bool,
) -> set[str]:
    margin = func.coalesce(ClaimPlace.uncertainty_m, 0) / float(METRES_PER_DEGREE)
    query = select(
        ClaimPlace.claim_id, ClaimPlace.latitude, ClaimPlace.longitude, ClaimPlace.uncertainty_m
    ).where(ClaimPlace.latitude + margin >= south, ClaimPlace.latitude - margin <= north)
    if certain:
        # Where it is not known how uncertain a point is, nothing about it is certain.
        query = query.where(ClaimPlace.uncertainty_m.is_not(None))
    told: dict[tuple[float, float, int], bool] = {}
    found = set()
    for claim, latitude, longitude, uncertainty in session.execute(query):
        point = float(latitude or 0), float(longitude or 0), uncertainty or 0
        if point not in told:
            told[point] = test(*point)
        if told[point]:
            found.add(claim)
    return found


def _box_test(
    west: float, south: float, east: float, north: float, *, certain: bool
) -> Callable[[float, float, int], bool]:
    width = (east - west) % 360 if west > east else east - west

    def test(latitude: float, longitude: float, uncertainty_m: int) -> bool:
        place = bounding_box(latitude, longitude, uncertainty_m)
        wide = place.east - place.west + (360 if place.west > place.east else 0)
        from_west = (place.west - west) % 360
        if certain:
            level = south <= place.south and place.north <= north
            return level and (width >= 360 or from_west + wide <= width)
        level = place.south <= north and place.north >= south
        return level and (width >= 360 or from_west <= width or from_west + wide >= 360)

    return test


def _circle_test(
    latitude: float, longitude: float, radius_km: float, *, certain: bool
) -> Callable[[float, float, int], bool]:
    """Straight lines through the Earth are compared, as for events."""
    centre = earth_centred(latitude, longitude)
    chord = 2000 * MEAN_RADIUS_KM * math.sin(radius_km / (2 * MEAN_RADIUS_KM))

    def test(latitude: float, longitude: float, uncertainty_m: int) -> bool:
        apart = math.dist(centre, earth_centred(latitude, longitude))
        return apart + uncertainty_m <= chord if certain else apart <= chord + uncertainty_m

    return test
