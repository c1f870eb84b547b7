"""Totals as flat rows: the same columns whatever occurs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from counterclaim.queries.stats import Table
from counterclaim.queries.stats.totals import UNGRADED
from counterclaim.vocabulary import Grade, Harm, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from counterclaim.export.flat import Row
    from counterclaim.queries.stats import Plan

ENDS = ("low", "best", "high", "unknown")


def total_row(item: Mapping[str, Any]) -> Row:
    """An item as one row: ``launched_low`` and so on, ``interception_rate_best``, ``confirmed``."""
    row: Row = {}
    for name, value in item.items():
        if name == "counts":
            row.update({f"{f}_{end}": count[end] for f, count in value.items() for end in ENDS})
        elif name == "interception_rate":
            row.update({f"{name}_{end}": (value or {}).get(end) for end in ENDS[:3]})
        elif name == "grades":
            row.update(value)
        else:
            row[name] = value
    return row


def total_columns(plan: Plan) -> tuple[str, ...]:
    """The columns of a table of totals."""
    return (*plan.group_by, "events", *_columns(plan.table))


def _columns(table: Table) -> Iterator[str]:
    if table is Table.EVENTS:
        yield from ("disputed", *map(str, Grade), UNGRADED)
        return
    figures = Outcome if table is Table.INTERCEPTIONS else Harm
    yield from (f"{figure}_{end}" for figure in figures for end in ENDS)
    if table is Table.INTERCEPTIONS:
        yield from (f"interception_rate_{end}" for end in ENDS[:3])
    yield "one_sided"
