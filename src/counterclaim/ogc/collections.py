"""The collections: what a layer is called, what its features hold, and by what they are asked for.

A feature has one date-time only: clients that filter by time take the first that they find, and of
two GDAL returns nothing at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from counterclaim.export.flat import CLAIM_COLUMNS, EVENT_COLUMNS
from counterclaim.queries.claim_filters import ClaimFilter
from counterclaim.queries.filters import EventFilter

if TYPE_CHECKING:
    from collections.abc import Mapping

    from counterclaim.export.flat import Row
    from counterclaim.tables import Cell

PLACED = frozenset({"id", "latitude", "longitude"})
"""Columns of a flat row that are the feature's id and its geometry."""

NUMBERS = ("_low", "_best", "_high")
INTEGERS = frozenset({"uncertainty_m", "voices", "claims", "documents", "polarity", "start", "end"})


@dataclass(frozen=True, slots=True)
class Collection:
    """One layer.

    Attributes:
        id: Its name in addresses; also that of the list under ``/v1``.
        columns: The columns of its flat rows; ``left_out`` are those that no feature has.
        filter: The filters of the list, all of which the layer takes, too.
    """

    id: str
    title: str
    description: str
    columns: tuple[str, ...]
    left_out: frozenset[str]
    filter: type[EventFilter | ClaimFilter]

    @property
    def properties(self) -> dict[str, dict[str, Any]]:
        """The JSON schema of each property of a feature."""
        kept = (name for name in self.columns if name not in self.left_out | PLACED)
        return {name: _schema(name) for name in kept}

    def properties_of(self, row: Row, occurred_from: Cell) -> Row:
        """The flat row of a feature: when it happened is the instant from which on it did."""
        kept = {name: value for name, value in row.items() if name not in self.left_out}
        return {**kept, "occurred": occurred_from}


STRIKES = Collection(
    "strikes",
    "Strikes",
    "Strikes with their resolved figures, at the place that stands for all of theirs. What a value "
    "rests on is told by the event's own page under /v1.",
    EVENT_COLUMNS,
    frozenset({"kind", "occurred_from", "occurred_to", "updated_at"}),
    EventFilter,
)
CLAIMS = Collection(
    "claims",
    "Claims",
    "Live claims with claimant, document and exact words, at the place that they name.",
    CLAIM_COLUMNS,
    frozenset({"said", "recorded_at", "accepted_at", "ended_at"}),
    ClaimFilter,
)
COLLECTIONS: Mapping[str, Collection] = {one.id: one for one in (STRIKES, CLAIMS)}


def _schema(name: str) -> dict[str, Any]:
    if name == "occurred":
        return {"type": "string", "format": "date-time", "title": "Earliest instant, UTC"}
    if name == "disputed":
        return {"type": "boolean"}
    if name in INTEGERS or name.endswith(NUMBERS):
        return {"type": "integer"}
    return {"type": "string"}


EQUALS = (
    "scope",
    "attacker",
    "defender",
    "place",
    "country",
    "region",
    "grade",
    "disputed",
    "kind",
    "claimant",
    "side",
    "publisher",
    "document",
    "basis",
    "status",
    "event",
)
"""Parameters that are called as a property of a feature, which clients push down."""


def queryables(of: Collection) -> dict[str, dict[str, Any]]:
    """What features of a collection can be asked for by, with schemas: time, place, filters."""
    kept = (name for name in EQUALS if name in of.filter.model_fields and name in of.properties)
    return {
        "geometry": {"$ref": "https://geojson.org/schema/Point.json"},
        "occurred": of.properties["occurred"],
        **{name: of.properties[name] for name in kept},
    }
