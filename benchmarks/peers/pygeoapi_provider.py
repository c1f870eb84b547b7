"""Reads the plain tables for pygeoapi with one indexed statement for each request.

Pygeoapi's own SQLite provider needs the library SpatiaLite and knows no order; this one does what
the best provider could, so that what is measured is pygeoapi.
"""

from __future__ import annotations

import sqlite3
import threading
from typing import Any

from pygeoapi.provider.base import BaseProvider, ProviderItemNotFoundError

FIELDS = ("id", "label", "occurred_from", "occurred_to", "attacker", "defender", "region", "weapon")
NUMBERS = ("launched", "intercepted")
KEPT = threading.local()


class PlainProvider(BaseProvider):  # type: ignore[misc] # pygeoapi has no types
    """Strikes as features."""

    def __init__(self, provider_def: dict[str, Any]) -> None:
        """Learn the fields."""
        super().__init__(provider_def)
        self.get_fields()

    def _rows(self, query: str, values: Any) -> list[Any]:
        if not hasattr(KEPT, "connection"):
            KEPT.connection = sqlite3.connect(f"file:{self.data}?mode=ro", uri=True)
            KEPT.connection.row_factory = sqlite3.Row
        rows: list[Any] = KEPT.connection.execute(query, values).fetchall()
        return rows

    def get_fields(self) -> dict[str, Any]:
        """Names and types of the columns."""
        texts = {name: {"type": "string"} for name in FIELDS}
        self._fields = {**texts, **{name: {"type": "number"} for name in NUMBERS}}
        return self._fields

    def query(
        self,
        offset: int = 0,
        limit: int = 10,
        resulttype: str = "results",
        bbox: Any = (),
        datetime_: str | None = None,
        properties: Any = (),
        **_more: Any,
    ) -> dict[str, Any]:
        """Features, newest first."""
        clauses = [f"{name} = ?" for name, _value in properties]
        values = [value for _name, value in properties]
        if bbox:
            west, south, east, north = bbox
            clauses.append("latitude BETWEEN ? AND ? AND longitude BETWEEN ? AND ?")
            values += [south, north, west, east]
        if datetime_ is not None:
            begin, end = datetime_.split("/")
            clauses.append("occurred_to > ? AND occurred_from <= ?")
            values += [begin, end]
        where = f" WHERE {' AND '.join(clauses)}" if clauses else ""
        if resulttype == "hits":
            return {"type": "FeatureCollection", "features": [], "numberMatched": 0}
        order = " ORDER BY occurred_from DESC, number DESC LIMIT ? OFFSET ?"
        found = self._rows(f"SELECT * FROM strike{where}{order}", [*values, limit, offset])
        features = [_feature(row) for row in found]
        return {"type": "FeatureCollection", "features": features, "numberReturned": len(features)}

    def get(self, identifier: str, **_more: Any) -> dict[str, Any]:
        """One feature."""
        found = self._rows("SELECT * FROM strike WHERE id = ?", [identifier])
        if not found:
            raise ProviderItemNotFoundError(identifier)
        return _feature(found[0])


def _feature(row: sqlite3.Row) -> dict[str, Any]:
    point = None
    if row["latitude"] is not None:
        point = {"type": "Point", "coordinates": [row["longitude"], row["latitude"]]}
    properties = {name: row[name] for name in (*FIELDS, *NUMBERS) if name != "id"}
    return {"type": "Feature", "id": row["id"], "geometry": point, "properties": properties}
