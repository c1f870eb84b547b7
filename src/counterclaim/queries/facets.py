"""The words, points and text by which an event is found, told from what bears on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from counterclaim.geo import bounding_box, earth_centred
from counterclaim.names import words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from counterclaim.models import Munition, Place, Source
    from counterclaim.queries.families import Loaded
    from counterclaim.resolve.inputs import Claim
    from counterclaim.vocabulary import MunitionCategory

Facet = tuple[str, str]

LONGEST_TEXT = 400_000
"""PostgreSQL's text index holds one megabyte of words and their places."""


def facets_of(loaded: Loaded, event_id: str, bearing: Sequence[Claim]) -> set[Facet]:
    """Each filter and value that finds the event; a row below a value is found by it too."""
    found: set[Facet] = {("status", word) for word in loaded.statuses.get(event_id, ())}
    for claim in bearing:
        found.update(_of_claim(loaded, claim))
    return found


def _of_claim(loaded: Loaded, claim: Claim) -> Iterator[Facet]:
    row = loaded.claims[claim.id]
    document = loaded.documents[row.document_id]
    yield "basis", str(row.basis)
    yield "document", row.document_id
    for key in claim.lineage:
        yield "claimant", key
    if claim.side:
        yield "side", claim.side
    if document.publisher_id:
        for source in loaded.sources[document.publisher_id]:
            yield "publisher", source.key
    for munition_id in loaded.claim_munitions[claim.id]:
        for munition in loaded.munitions[munition_id]:
            yield "weapon", munition.key
            yield "weapon", kind_key(munition.category)
    yield from _of_places(loaded, claim)


def kind_key(category: MunitionCategory) -> str:
    """The key of the row that stands for a category: ``ballistic-missile``, under ``weapon``.

    A type is found by it though it stands below a family that has types of several categories.
    """
    return category.replace("_", "-")


def _of_places(loaded: Loaded, claim: Claim) -> Iterator[Facet]:
    for site in loaded.claim_places[claim.id]:
        for place in loaded.places[site.place_id] if site.place_id else ():
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
    texts = [label, *sorted(_names(loaded, bearing))]
    texts += [site.said for claim in bearing for site in claim.places if site.said]
    texts += [loaded.targets[claim.id] for claim in bearing if claim.id in loaded.targets]
    texts += filter(None, (loaded.quote_of(claim.id) for claim in bearing))
    found = dict.fromkeys(word for text in texts for word in words(text))
    kept, length = [], 0
    for word in found:
        length += len(word) + 1
        if length > LONGEST_TEXT:
            break
        kept.append(word)
    return " ".join(kept)


def _names(loaded: Loaded, bearing: Sequence[Claim]) -> Iterator[str]:
    for row in {row.id: row for claim in bearing for row in _spoken_of(loaded, claim)}.values():
        yield row.name
        yield from loaded.names_of(row.id)


def _spoken_of(loaded: Loaded, claim: Claim) -> Iterator[Munition | Place | Source]:
    yield from loaded.sources[loaded.claims[claim.id].claimant_id]
    for munition_id in loaded.claim_munitions[claim.id]:
        yield from loaded.munitions[munition_id]
    for site in loaded.claim_places[claim.id]:
        yield from loaded.places[site.place_id] if site.place_id else ()
