"""By what totals are grouped, and where each event's groups are read: in SQL, or off a version.

The two must agree, as in ``wanted``: what is stored is grouped by SQL, the rest by Python.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import product
from typing import TYPE_CHECKING, Any

from sqlalchemy import exists, literal_column, select
from sqlalchemy.orm import aliased

from counterclaim.errors import FilterError
from counterclaim.models import EventFacet, EventMeasure, EventSummary
from counterclaim.names import nearest
from counterclaim.resolve.cuts import (
    BY_CATEGORY,
    BY_MUNITION,
    BY_SIDE,
    BY_SIDE_AND_STATUS,
    BY_STATUS,
    MUNITIONS,
    PEOPLE,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Select, SQLColumnExpression

    from counterclaim.queries.versions import Version
    from counterclaim.resolve.cuts import Line
    from counterclaim.resolve.sums import Group

COLUMNS = ("month", "week", "attacker")
FACETS = {
    "region": "target_region",
    "country": "target_country",
    "claimant": "claimant",
    "side": "side",
}
NAMED = {"munition": BY_MUNITION, "category": BY_CATEGORY}
"""Groups of which an event may be in several, by the cut that tells which."""

GROUPS = (
    *("month", "week", "munition", "category", "region", "country"),
    *("attacker", "claimant", "side"),
)
PEOPLE_GROUPS = (*GROUPS, "casualty_side", "status")
MOST_GROUPS = 2


class Table(StrEnum):
    """What is totalled."""

    INTERCEPTIONS = "interceptions"
    CASUALTIES = "casualties"
    EVENTS = "events"


CUTS: dict[Table, dict[frozenset[str], str]] = {
    Table.INTERCEPTIONS: {
        frozenset(): MUNITIONS,
        frozenset({"munition"}): BY_MUNITION,
        frozenset({"category"}): BY_CATEGORY,
        frozenset({"munition", "category"}): BY_MUNITION,
    },
    Table.CASUALTIES: {
        frozenset(): PEOPLE,
        frozenset({"casualty_side"}): BY_SIDE,
        frozenset({"status"}): BY_STATUS,
        frozenset({"casualty_side", "status"}): BY_SIDE_AND_STATUS,
    },
}
"""Which cut of the figures these groups need."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is totalled, and by which groups; ``cut`` None counts events without figures."""

    table: Table
    group_by: tuple[str, ...]
    cut: str | None

    @property
    def of_events(self) -> tuple[str, ...]:
        """The groups that an event is in as a whole; of the others each line has its own."""
        lines = frozenset().union(*CUTS.get(self.table, {}))
        return tuple(name for name in self.group_by if name not in lines)

    def members(self, group: Group, line: Line) -> dict[str, str | None]:
        """The groups of an item by name, in the order asked for; a munition's category is not."""
        found = dict(zip(self.of_events, group, strict=True))
        own = {"munition": line.subject, "category": line.subject}
        own |= {"casualty_side": line.subject, "status": line.status}
        return {name: found[name] if name in found else own[name] or None for name in self.group_by}

    def groups_of(self, version: Version) -> tuple[Group, ...]:
        """The groups that a version stands in."""
        return tuple(product(*(_values(version, name) for name in self.of_events)))


def plan(table: Table, given: Iterable[str]) -> Plan:
    """How to total what is asked for.

    Raises:
        FilterError: there is no such group, or there are too many.
    """
    names = tuple(name.strip() for text in given for name in text.split(","))
    known = PEOPLE_GROUPS if table is Table.CASUALTIES else GROUPS
    for name in names:
        if name not in known:
            near = nearest(name, known) or list(known)
            msg = f"{table.capitalize()} cannot be grouped by {name!r}, only by {', '.join(near)}."
            raise FilterError("group_by", msg, suggestions=near)
    if len(names) > MOST_GROUPS or len(set(names)) < len(names):
        raise FilterError("group_by", "group_by takes one name, or two different ones.")
    cuts = CUTS.get(table)
    if cuts is None:
        return Plan(table, names, None)
    lines = frozenset().union(*cuts)
    return Plan(table, names, cuts[lines.intersection(names)])


def grouped(
    statement: Select[*tuple[Any, ...]], names: Sequence[str]
) -> tuple[Select[*tuple[Any, ...]], list[SQLColumnExpression[Any]]]:
    """The statement over ``event_summary`` joined with what tells the groups, and their columns."""
    columns: list[SQLColumnExpression[Any]] = []
    for name in names:
        if name in COLUMNS:
            columns.append(getattr(EventSummary, name))
            continue
        found = _side_rows(name).subquery()
        statement = statement.outerjoin(found, found.c.sk == EventSummary.sk)
        columns.append(found.c.value)
    return statement, columns


def _side_rows(name: str) -> Select[int, str]:
    if name in FACETS:
        rows = select(EventFacet.sk, EventFacet.value.label("value"))
        # Written out, since SQLite must know it to choose the index by version.
        return rows.where(EventFacet.facet == literal_column(f"'{FACETS[name]}'"))
    measure, before = EventMeasure, aliased(EventMeasure)
    same = (before.cut == measure.cut, before.sk == measure.sk, before.subject == measure.subject)
    first = ~exists().where(*same, before.figure < measure.figure)
    # One row of each subject without DISTINCT, which would not be looked up by version.
    subjects = select(measure.sk, measure.subject.label("value"))
    return subjects.where(measure.cut == NAMED[name], first)


def _values(version: Version, name: str) -> list[str | None]:
    if name in COLUMNS:
        return [version.columns[name]]
    if name in FACETS:
        found = {value for facet, value in version.facets if facet == FACETS[name]}
    else:
        cut = NAMED[name]
        found = {measure.line.subject for measure in version.measures if measure.line.cut == cut}
    return [value or None for value in sorted(found)] or [None]
