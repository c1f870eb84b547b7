"""Many strikes at once: copies of one strike's stored version, each elsewhere and on another day.

Only the read model is filled, for tests that read pages of thousands.
"""

from __future__ import annotations

import json
import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, select

from counterclaim.db import table_of, writing
from counterclaim.geo import earth_centred
from counterclaim.grid import cells_of
from counterclaim.models import Event, EventCell, EventFacet, EventFigure, EventPoint, EventSummary
from counterclaim.models.summary import sort_key
from counterclaim.moment import isoformat_z

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

SPACE = uuid.UUID("4f1d9f4e-3b51-4a5e-9d2e-0c9e6b1c8f11")
STEP = 0.001
"""Degrees from one copy to the next, along a line from southwest to northeast."""


def put_copies(engine: Engine, label: str, count: int) -> None:
    """So many copies of the strike of this label; every second one has its sides exchanged."""
    with writing(engine) as session:
        whole = select(EventSummary).join(Event, Event.id == EventSummary.event_id)
        one = session.scalars(whole.where(Event.label == label)).one()
        serial = session.scalar(select(func.max(EventSummary.serial))) or 0
        number = session.scalar(select(func.max(Event.number))) or 0
        kept = _columns(session.get_one(Event, one.event_id))
        beside: dict[type[Any], list[dict[str, Any]]] = {
            model: [_columns(row) for row in session.scalars(select(model).filter_by(sk=one.sk))]
            for model in (EventFacet, EventFigure, EventPoint)
        }
        rows: dict[type[Any], list[dict[str, Any]]] = {}
        for n in range(1, count + 1):
            event_id = str(uuid.uuid5(SPACE, str(n)))
            named = {"id": event_id, "number": number + n, "label": f"{label} {n}"}
            rows.setdefault(Event, []).append({**kept, **named})
            version = _version(one, event_id, n, serial + n)
            rows.setdefault(EventSummary, []).append(version)
            for model, found in beside.items():
                copies = ({**row, "sk": version["sk"]} for row in found)
                moved = [_moved(row, n) if model is EventPoint else row for row in copies]
                rows.setdefault(model, []).extend(moved)
                if model is EventPoint:
                    cells = (cell for row in moved for cell in _cells(row))
                    rows.setdefault(EventCell, []).extend(cells)
        for model, given in rows.items():
            session.execute(insert(table_of(model)), given)


def _version(one: EventSummary, event_id: str, n: int, serial: int) -> dict[str, Any]:
    assert one.occurred_from is not None
    assert one.occurred_to is not None
    day = timedelta(days=n % 300)
    first, last = one.occurred_from - day, one.occurred_to - day
    attacker, defender = (one.attacker, one.defender)[:: -1 if n % 2 else 1]
    document = json.loads(one.document)
    document |= {"id": event_id, "attacker": attacker, "defender": defender}
    document["label"] = f"{document['label']} {n}"
    document["occurred"] |= {"edtf": f"{first:%Y-%m-%d}"}
    document["occurred"] |= {"from": isoformat_z(first), "to": isoformat_z(last)}
    for place in document["places"]:
        place["latitude"] += n * STEP
        place["longitude"] += n * STEP
    return {
        **_columns(one),
        "sk": sort_key(first, serial),
        "serial": serial,
        "event_id": event_id,
        "attacker": attacker,
        "defender": defender,
        "occurred_from": first,
        "occurred_to": last,
        "content_key": uuid.uuid5(SPACE, event_id).hex * 2,
        "document": json.dumps(document),
    }


def _moved(point: dict[str, Any], n: int) -> dict[str, Any]:
    step = n * STEP
    for name in ("latitude", "longitude", "west", "south", "east", "north"):
        point[name] += step
    x_m, y_m, z_m = earth_centred(point["latitude"], point["longitude"])
    return {**point, "x_m": x_m, "y_m": y_m, "z_m": z_m}


def _cells(point: dict[str, Any]) -> Iterator[dict[str, Any]]:
    box = {edge: point[edge] for edge in ("west", "south", "east", "north")}
    west, south, east, north = box.values()
    for cell in cells_of((west, south, east, north)):
        yield {"cell": cell, "sk": point["sk"], "position": point["position"], **box}


def _columns(row: Any) -> dict[str, Any]:
    return {column.key: getattr(row, column.key) for column in row.__table__.columns}
