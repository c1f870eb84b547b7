"""SQL that adds up the figures of versions, by line and by whatever groups them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, case, func, literal_column, select, union, union_all

from counterclaim.models import EventMeasure, EventSummary
from counterclaim.resolve.sums import EVERYTHING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, CompoundSelect, Select, SQLColumnExpression

    Grouping = Callable[
        [Select[*tuple[Any, ...]]],
        tuple[Select[*tuple[Any, ...]], list[SQLColumnExpression[Any]]],
    ]
    """Joins what tells the groups of ``event_summary``, and gives their columns."""
    Versions = Sequence[int] | Select[int]
    Instant = datetime | ColumnElement[datetime]
    Sums = CompoundSelect[*tuple[Any, ...]]

LINE = ("cut", "subject", "status", "figure")
NUMBERS = ("events", "one_sided", "low", "vague", "high", "open", "best", "settled", "unknown")
"""What a sum has, as in ``resolve.sums``: behind its line and its groups."""

EVENTS = EVERYTHING.cut
"""The cut of the events themselves: the grade is their subject, the status that one is disputed."""
DISPUTED = "disputed"

ONE: ColumnElement[int] = literal_column("1")
NOUGHT: ColumnElement[int] = literal_column("0")
EMPTY: ColumnElement[str] = literal_column("''")


def sum_versions(cuts: Sequence[str], grouping: Grouping, versions: Versions) -> Sums:
    """Rows of cut, subject, status, figure, groups and numbers; a whole line has no figure."""
    figures: list[ColumnElement[str]] = [
        literal_column(f"'{cut}'") for cut in cuts if cut != EVENTS
    ]
    selects = []
    if figures:
        selects += [_figures(figures, grouping, versions)]
        selects += [_lines(figures, grouping, versions)]
    if EVENTS in cuts:
        selects.append(_events(grouping, versions))
    return union_all(*selects)


def moved(first: Instant, last: Instant) -> CompoundSelect[int]:
    """The versions that began or ceased to count after the one instant, up to the other."""
    began, ceased = EventSummary.valid_from, EventSummary.valid_to
    return union(
        *(
            select(EventSummary.sk).where(instant > first, instant <= last)
            for instant in (began, ceased)
        )
    )


def _figures(
    cuts: Sequence[ColumnElement[str]],
    grouping: Grouping,
    versions: Versions,
) -> Select[*tuple[Any, ...]]:
    m = EventMeasure
    keys = (m.cut, m.subject, m.status, m.figure)
    query = _lines_of(*keys).select_from(EventSummary)
    query, groups = grouping(query.join(m, m.sk == EventSummary.sk))
    given = [_given(end) for end in (m.low, m.high, m.best)]
    (low, vague), (high, unbounded), (best, unsettled) = given
    events = func.count()
    numbers = (events, NOUGHT, low, vague, high, unbounded, best, events - unsettled, unsettled)
    return (
        _told(query, groups, numbers)
        .where(m.cut.in_(cuts), m.sk.in_(versions))
        .group_by(*keys, *groups)
    )


def _lines_of(*keys: SQLColumnExpression[str]) -> Select[*tuple[Any, ...]]:
    return select(*(key.label(name) for name, key in zip(LINE, keys, strict=True)))


def _told(
    query: Select[*tuple[Any, ...]],
    groups: Sequence[SQLColumnExpression[Any]],
    numbers: Sequence[ColumnElement[int]],
) -> Select[*tuple[Any, ...]]:
    """With groups and numbers, under names of which none stands twice."""
    named: list[ColumnElement[Any]] = [
        column.label(f"group_{place}") for place, column in enumerate(groups)
    ]
    counted = [number.label(name) for name, number in zip(NUMBERS, numbers, strict=True)]
    return query.add_columns(*named, *counted)


def _given(end: SQLColumnExpression[int | None]) -> tuple[ColumnElement[int], ColumnElement[int]]:
    """The sum of what was given, and how often nothing was."""
    missing = case((end.is_(None), ONE), else_=NOUGHT)
    return func.sum(func.coalesce(end, NOUGHT)), func.sum(missing)


def _lines(
    cuts: Sequence[ColumnElement[str]],
    grouping: Grouping,
    versions: Versions,
) -> Select[*tuple[Any, ...]]:
    """How many events there are of each line, and how many of these rest on one side alone."""
    m = EventMeasure
    one_side = and_(func.count(m.side) == func.count(), func.min(m.side) == func.max(m.side))
    sided = case((one_side, ONE), else_=NOUGHT).label("one_sided")
    lines = select(m.cut, m.sk, m.subject, m.status, sided)
    lines = lines.where(m.cut.in_(cuts), m.sk.in_(versions))
    line = lines.group_by(m.cut, m.sk, m.subject, m.status).subquery()
    keys = (line.c.cut, line.c.subject, line.c.status)
    query = _lines_of(*keys, EMPTY).select_from(EventSummary)
    query, groups = grouping(query.join(line, line.c.sk == EventSummary.sk))
    numbers = (func.count(), func.sum(line.c.one_sided), *[NOUGHT] * 7)
    return _told(query, groups, numbers).group_by(*keys, *groups)


def _events(grouping: Grouping, versions: Versions) -> Select[*tuple[Any, ...]]:
    grade = func.coalesce(EventSummary.grade, EMPTY)
    disputed = case((EventSummary.disputed, literal_column(f"'{DISPUTED}'")), else_=EMPTY)
    query = _lines_of(literal_column(f"'{EVENTS}'"), grade, disputed, EMPTY)
    query, groups = grouping(query.select_from(EventSummary))
    query = _told(query, groups, (func.count(), *[NOUGHT] * 8))
    return query.where(EventSummary.sk.in_(versions)).group_by(grade, disputed, *groups)
