"""What a filter of events means for statements over the stored versions, whatever they ask."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from itertools import count
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, or_, select, text

from counterclaim.db import UtcDateTime, dialect_of
from counterclaim.models import EventJudgement, EventPart, EventSummary
from counterclaim.queries.asof import live_row
from counterclaim.queries.event_sql import asked_of, facet_is
from counterclaim.vocabulary import Judgement

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from counterclaim.queries.event_sql import Sql
    from counterclaim.queries.wanted import Wanted


def clauses(session: Session, wanted: Wanted) -> list[ColumnElement[bool]]:
    """What a filter means for ``event_summary``; ``Wanted.admits`` says the same of a version."""
    asked = asked_of(wanted, dialect_of(session))
    versions = [one.named(e="event_summary") for one in asked.versions]
    return [_clause(one) for one in (*versions, *(found.inside() for found in asked.sets))]


def clauses_for_fewer_claims(
    session: Session, wanted: Wanted, at: datetime
) -> list[ColumnElement[bool]]:
    """What the stored versions meet of all events that may meet a filter with some claims only.

    With fewer claims an event has fewer words to be found by. But figures, time and standing may
    be others, and a collection that loses its own places shows those of its parts.
    """
    always = {name: wanted.columns[name] for name in ("kind", "scope") if name in wanted.columns}
    bare = replace(
        wanted, columns=always, facets={}, window=(None, None), figures=(), box=None, circle=None
    )
    found = clauses(session, bare)
    for facet, values in wanted.facets.items():
        clause = _clause(facet_is(facet, values).inside())
        found.append(or_(clause, _with_parts(at)) if facet in SHOWN_PLACES else clause)
    return found


def clauses_for_other_figures(session: Session, wanted: Wanted) -> list[ColumnElement[bool]]:
    """What the stored versions meet of all events that may meet a filter under another policy.

    Figures may be others there, and so may contradictions, on which grade and dispute rest.
    """
    return clauses(session, wanted.without_figures())


SHOWN_PLACES = ("place", "region", "country")
"""Facets that a collection may take from its parts."""


def _with_parts(at: datetime) -> ColumnElement[bool]:
    """Events that may have parts: those that have, and all that are one with others."""
    same = EventJudgement.judgement == Judgement.SAME
    merged = select(EventJudgement.left_id, EventJudgement.right_id)
    merged = merged.where(same, live_row(EventJudgement, at))
    found = merged.subquery()
    return or_(
        EventSummary.event_id.in_(select(EventPart.whole_id).where(live_row(EventPart, at))),
        EventSummary.event_id.in_(select(found.c.left_id)),
        EventSummary.event_id.in_(select(found.c.right_id)),
    )


def _clause(piece: Sql) -> ColumnElement[bool]:
    """A piece of SQL as SQLAlchemy takes it."""
    numbers = count()
    named = "".join(
        f":v{next(numbers)}" if letter == "?" else letter for letter in f"({piece.text})"
    )
    values = (
        bindparam(f"v{place}", value, _type_of(value), unique=True)
        for place, value in enumerate(piece.values)
    )
    return text(named).bindparams(*values).self_group()  # type: ignore[return-value]


def _type_of(value: object) -> UtcDateTime | None:
    return UtcDateTime() if isinstance(value, datetime) else None
