"""Decisions on stored claims and events, one in a transaction each, and what is served then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
import pytest
from sqlalchemy import select

from counterclaim.db import reading, writing
from counterclaim.models import Claim, LedgerEntry
from counterclaim.queries.asof import View, last_change
from counterclaim.queries.events import get_event
from counterclaim.store.ledger import open_writer
from factories import REFERENCE, aland_claim, article, put_file

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy import Engine

    from counterclaim.store.ingest import Intake

REVIEWER = "reviewer"
WHY = "It was looked at again."


def decide(engine: Engine, transition: Callable[..., Any], *given: Any) -> Any:
    """One decision in a transaction of its own."""
    with writing(engine) as session:
        return transition(open_writer(session, REVIEWER), *given)


def refused(engine: Engine, error: type[Exception], transition: Any, *given: Any) -> str:
    """The words of a refusal, which must leave the ledger and the answers as they were."""
    before = entries(engine)
    with pytest.raises(error) as caught:
        decide(engine, transition, *given)
    assert entries(engine) == before
    return str(caught.value)


def entries(engine: Engine) -> list[tuple[str, str | None, dict[str, Any]]]:
    """Action, subject and body of all that was noted."""
    query = select(LedgerEntry.action, LedgerEntry.subject, LedgerEntry.body)
    with reading(engine) as session:
        rows = session.execute(query.order_by(LedgerEntry.seq)).all()
    return [(action, subject, orjson.loads(body)) for action, subject, body in rows]


def event_of(engine: Engine, event_id: str, known_at: datetime | None = None) -> dict[str, Any]:
    """The event as it is served."""
    with reading(engine) as session:
        text = get_event(session, event_id, View(known_at or last_change(session)))
    document: dict[str, Any] = orjson.loads(text)
    return document


def claim_of(engine: Engine, claim_id: str) -> Claim:
    with reading(engine) as session:
        return session.get_one(Claim, claim_id)


def figures(document: dict[str, Any]) -> dict[str, Any]:
    """What an event says, without what tells its versions apart."""
    return {key: value for key, value in document.items() if key != "updated_at"}


def counted(document: dict[str, Any], outcome: str = "launched") -> tuple[Any, Any, Any]:
    figure = document["munitions"][0][outcome]
    return figure["low"], figure["best"], figure["high"]


def report(publisher: str, launched: int, event: str, **changes: Any) -> dict[str, Any]:
    """A claim file of one claim in a paper's own voice."""
    words = f"{launched} Zeta-9 missiles were fired at Quarry"
    claim = aland_claim(
        said_by=[],
        quote=words,
        event=event,
        counts=[{"munition": "Zeta-9", "launched": launched}],
        **changes,
    )
    document = {
        "title": f"Report of {publisher}",
        "text": f"{words}, {publisher} writes.",
        "publisher": publisher,
        "published": "2024-05-03",
        "lang": "en",
    }
    return {"document": document, "claims": [claim]}


def put_event(engine: Engine, label: str, **shape: Any) -> str:
    event = {"ref": label, "kind": "strike", "label": label, **shape}
    return put_file(engine, {"events": [event]}).events[0].id


def put_pending(engine: Engine) -> Intake:
    put_file(engine, REFERENCE)
    return put_file(engine, article(), accept=False)
