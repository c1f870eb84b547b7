"""How long totals take: read off those kept, and added up from the figures of every version.

``python benchmarks/totals.py FILE...`` takes SQLite stores at the newest revision, which it only
reads, and prints medians in milliseconds; an answer that a server has given already costs less.
"""

from __future__ import annotations

import sys
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from counterclaim.db import make_engine, reading
from counterclaim.models import EventSummary
from counterclaim.queries.asof import View, last_change
from counterclaim.queries.conditions import wanted_events
from counterclaim.queries.filters import EventFilter
from counterclaim.queries.stats import Table, plan
from counterclaim.queries.stats.totals import stored_cells

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

RUNS = 5
QUESTIONS: tuple[tuple[Table, tuple[str, ...], dict[str, Any]], ...] = (
    (Table.INTERCEPTIONS, ("month", "munition"), {}),
    (Table.INTERCEPTIONS, ("month",), {"from_": "2024-01", "to": "2024-12"}),
    (Table.INTERCEPTIONS, ("region", "munition"), {"kind": ["strike"]}),
    (Table.INTERCEPTIONS, ("claimant",), {}),
    (Table.CASUALTIES, ("casualty_side", "status"), {}),
    (Table.EVENTS, ("week",), {}),
)


def time_totals(session: Session, question: tuple[Any, ...], *, use_kept: bool) -> float:
    """The median of some runs in milliseconds."""
    table, groups, asked = question
    at, times = last_change(session), []
    for _run in range(RUNS):
        begun = perf_counter()
        wanted = wanted_events(session, EventFilter(**asked), at)
        one = plan(table, groups)
        stored_cells(session, one, wanted, View(at), collections=False, use_kept=use_kept)
        times.append(perf_counter() - begun)
    return median(times) * 1000


def main() -> None:
    """Time each question on each store and print a table."""
    print(f"{'events':>9}  {'totals':44} {'kept ms':>9} {'added up ms':>12} {'ratio':>7}")
    for file in sys.argv[1:]:
        with reading(make_engine(f"sqlite:///{file}")) as session:
            live = EventSummary.valid_to.is_(None)
            events = session.scalar(select(func.count(EventSummary.sk)).where(live))
            for question in QUESTIONS:
                kept, added = (time_totals(session, question, use_kept=u) for u in (True, False))
                name = f"{question[0]} by {' and '.join(question[1])} {question[2] or ''}"
                print(f"{events:9,}  {name:44} {kept:9.1f} {added:12.1f} {added / kept:7.1f}")


if __name__ == "__main__":
    main()
