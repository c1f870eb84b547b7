"""The words, points and text by which an event is found, told from what bears on it."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

from counterclaim.geo import bounding_box, earth_centred
from counterclaim.names import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from counterclaim.queries.families import Holdings, Loaded
    from counterclaim.queries.referents import MunitionRow, PlaceRow
    from counterclaim.queries.rows import ClaimRow
    from counterclaim.resolve.inputs import Claim
    from counterclaim.vocabulary import MunitionCategory

Facet = tuple[str, str]

LONGEST_TEXT = 400_000
"""PostgreSQL's text index holds one megabyte of words and their places."""


def facets_of(loaded: Loaded, event_id: str, bearing: Sequence[Claim]) -> set[Facet]:
    """Each filter and value that finds the event; a row below a value is found by it too."""
    found: set[Facet] = {("status", word) for word in loaded.statuses.get(event_id, ())}
    holdings = loaded.holdings
    for claim in bearing:
        row = loaded.claims[claim.id]
        found.add(("basis", str(row.basis)))
        found.add(("document", row.document_id))
        if claim.side:
            found.add(("side", claim.side))
        found.update(_facets(holdings, "claimant", row.claimant_id))
        publisher_id = holdings.document_of(row).publisher_id
        if publisher_id:
            found.update(_facets(holdings, "publisher", publisher_id))
        for munition_id in holdings.munitions_of(claim.id):
            found.update(_facets(holdings, "weapon", munition_id))
        for place_id in holdings.places_of(claim.id):
            found.update(_facets(holdings, "place", place_id))
    return found


def _facets(holdings: Holdings, facet: str, row_id: str) -> tuple[Facet, ...]:
    """A row and all above it as facets, made once."""
    behind = holdings.behind
    made = behind.facets.get((facet, row_id))
    if made is None:
        found: dict[Facet, None]
        if facet == "weapon":
            found = dict.fromkeys(_weapons(behind.munitions.lines[row_id]))
        elif facet == "place":
            found = dict.fromkeys(_places(behind.places.lines[row_id]))
        else:
            found = dict.fromkeys((facet, row.key) for row in behind.sources.lines[row_id])
        made = behind.facets[facet, row_id] = tuple(found)
    return made


def _weapons(line: Iterable[MunitionRow]) -> Iterator[Facet]:
    for munition in line:
        yield "weapon", munition.key
        yield "weapon", kind_key(munition.category)


def kind_key(category: MunitionCategory) -> str:
    """The key of the row that stands for a category: ``ballistic-missile``, under ``weapon``.

    A type is found by it though it stands below a family that has types of several categories.
    """
    return category.replace("_", "-")


def _places(line: Iterable[PlaceRow]) -> Iterator[Facet]:
    for place in line:
        yield "place", place.key
        if place.region:
            yield "region", place.region
        if place.country:
            yield "country", place.country


def points_of(document: dict[str, Any]) -> list[dict[str, Any]]:
    """The located places of a document, each with the box around its uncertainty circle."""
    points = []
    for position, place in enumerate(document["places"]):
        if place["latitude"] is None:
            continue
        box = bounding_box(place["latitude"], place["longitude"], place["uncertainty_m"] or 0)
        edges = dict(zip(("west", "south", "east", "north"), box, strict=True))
        kept = {key: place[key] for key in ("role", "latitude", "longitude", "uncertainty_m")}
        x_m, y_m, z_m = earth_centred(place["latitude"], place["longitude"])
        space = {"x_m": x_m, "y_m": y_m, "z_m": z_m}
        points.append({"position": position, **kept, **space, **edges})
    return points


def text_of(loaded: Loaded, label: str, bearing: Sequence[Claim]) -> str:
    """The folded words of label, names of what is spoken of, words as said, and quotes; each once.

    What goes beyond ``LONGEST_TEXT`` characters is not found by its words.
    """
    rows = [loaded.claims[claim.id] for claim in bearing]
    texts = [site.said for claim in bearing for site in claim.places if site.said]
    texts += [row.target for row in rows if row.target]
    texts += filter(None, (loaded.quote_of(row.id) for row in rows))
    each = (words(label), *_names(loaded, rows), *map(words, texts))
    found = dict.fromkeys(chain.from_iterable(each))
    whole = " ".join(found)
    if len(whole) < LONGEST_TEXT:
        return whole
    kept, length = [], 0
    for word in found:
        length += len(word) + 1
        if length > LONGEST_TEXT:
            break
        kept.append(word)
    return " ".join(kept)


def _names(loaded: Loaded, rows: Sequence[ClaimRow]) -> Iterator[Sequence[str]]:
    """The words of all names of what claims speak of, and of all above it; each row once."""
    holdings = loaded.holdings
    behind = holdings.named
    for tree, ids in (
        (behind.sources, {row.claimant_id for row in rows}),
        (behind.munitions, {key for row in rows for key in holdings.munitions_of(row.id)}),
        (behind.places, {key for row in rows for key in holdings.places_of(row.id)}),
    ):
        for row_id in sorted({row.id for key in ids for row in tree.lines[key]}):
            yield tree.words_of(row_id, loaded.at)
