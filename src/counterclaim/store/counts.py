"""What versions add to the totals that are kept, each by itself.

The same that ``queries.stats.summing`` lets the database add up when it is asked: there each group
by which totals are kept would sort all figures anew, here each figure is read once.
"""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache
from operator import add
from typing import TYPE_CHECKING, Any

from sqlalchemy import case, select

from counterclaim.db import among, dialect_of, fetched
from counterclaim.models import EventMeasure, EventSummary
from counterclaim.queries.asof import live_summary
from counterclaim.queries.stats.entangled import chunks
from counterclaim.queries.stats.grouping import NAMED, grouped
from counterclaim.queries.stats.kept import KEPT, WHOLE, select_strata
from counterclaim.queries.stats.summing import DISPUTED, EVENTS, NOUGHT, NUMBERS, ONE, moved

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

Group = tuple[str, ...]
"""By what is grouped, then the values of ``kept.COLUMNS``: which events a total is of."""

Row = tuple[str, ...]
"""Cut, subject, status and figure."""

Counts = dict[Row, "Sequence[int]"]
"""The numbers of each row of a group, as ``summing`` has them."""

BESIDE = tuple(name for name in KEPT if name and name not in NAMED)
"""Groups beside that of all events; of them the cuts are kept that are whole."""

NONE_GIVEN = (0,) * (len(NUMBERS) - 2)


class Sheet:
    """Numbers that are added up by group and row."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.counts: dict[Group, Counts] = defaultdict(dict)

    def rows(self) -> list[tuple[Any, ...]]:
        """Each row that has any numbers, as ``event_total`` has it, in the order of its key."""
        return sorted(
            (name, row[0], columns[0], *row[1:], *columns[1:], *numbers)
            for (name, *columns), counts in self.counts.items()
            for row, numbers in counts.items()
            if any(numbers)
        )


def add_to(counts: Counts, row: Row, numbers: Sequence[int]) -> None:
    """Add numbers to those of a row."""
    known = counts.get(row)
    counts[row] = numbers if known is None else list(map(add, known, numbers))


def count_moved(session: Session, sheet: Sheet, since: datetime, at: datetime) -> None:
    """Add the versions that count at an instant and did not before; take away the opposite."""
    now, before = (case((live_summary(one), ONE), else_=NOUGHT) for one in (at, since))
    query = select(EventSummary.sk, now - before)
    query = query.where(EventSummary.sk.in_(moved(since, at)), now != before)
    for some in chunks(fetched(session, query.order_by(EventSummary.sk))):
        _Stretch(session, dict(some)).count(sheet)


class _Stretch:
    """Some versions, each with the sign with which it is added, and the groups that it is in."""

    def __init__(self, session: Session, signs: Mapping[int, int]) -> None:
        self.session, self.signs = session, signs
        found = self._rows(select_strata(dialect_of(session)))
        self.strata = {sk: tuple(stratum) for sk, *stratum in found}
        self.groups = {sk: [("", "", *stratum)] for sk, stratum in self.strata.items()}
        for name in BESIDE:
            query, columns = grouped(select(EventSummary.sk), [name])
            for sk, value in self._rows(query, *columns):
                self.groups[sk].append((name, value or "", *self.strata[sk]))

    def _rows(self, query: Select[*tuple[Any, ...]], *columns: Any) -> list[tuple[Any, ...]]:
        of_these = among(self.session, EventSummary.sk, self.signs)
        return fetched(self.session, query.add_columns(*columns).where(of_these))

    def count(self, sheet: Sheet) -> None:
        """Add them."""
        places = {sk: [sheet.counts[one] for one in of] for sk, of in self.groups.items()}
        sides: dict[tuple[int, Row], str | None] = {}
        for sk, cut, subject, status, figure, side, low, high, best in self._measures():
            row, numbers = (cut, subject, status, figure), _numbers(self.signs[sk], low, high, best)
            for counts in places[sk] if cut in WHOLE else places[sk][:1]:
                # As add_to does: this is done some twenty times for each version.
                known = counts.get(row)
                counts[row] = numbers if known is None else list(map(add, known, numbers))
            of_line = sk, (cut, subject, status, "")
            sides[of_line] = side if sides.get(of_line, side) == side else None
        for (sk, line), alone in sides.items():
            sign = self.signs[sk]
            one_sided = 0 if alone is None else sign
            for counts in places[sk] if line[0] in WHOLE else places[sk][:1]:
                add_to(counts, line, (sign, one_sided, *NONE_GIVEN))
        self._count_events(sheet, list(sides))

    def _count_events(self, sheet: Sheet, lines: Sequence[tuple[int, Row]]) -> None:
        """Add the events themselves, by these lines also to those of munitions and categories."""
        groups = {sk: list(found) for sk, found in self.groups.items()}
        for name, by_cut in NAMED.items():
            subjects: dict[int, list[str]] = defaultdict(list)
            for sk, (cut, subject, _, _) in lines:
                if cut == by_cut:
                    subjects[sk].append(subject)
            for sk, stratum in self.strata.items():
                groups[sk] += [(name, one, *stratum) for one in subjects[sk] or [""]]
        query = select(EventSummary.sk, EventSummary.grade, EventSummary.disputed)
        for sk, grade, disputed in self._rows(query):
            row = EVENTS, grade or "", DISPUTED if disputed else "", ""
            for group in groups[sk]:
                add_to(sheet.counts[group], row, (self.signs[sk], 0, *NONE_GIVEN))

    def _measures(self) -> list[tuple[Any, ...]]:
        m = EventMeasure
        query = select(m.sk, m.cut, m.subject, m.status, m.figure, m.side, m.low, m.high, m.best)
        cuts = [cut for cut in KEPT[""] if cut != EVENTS]
        of_these = among(self.session, m.sk, self.signs)
        return fetched(self.session, query.where(m.cut.in_(cuts), of_these))


@lru_cache(maxsize=8192)
def _numbers(sign: int, low: int | None, high: int | None, best: int | None) -> tuple[int, ...]:
    """What one figure adds."""
    return (
        *(sign, 0),
        *((0, sign) if low is None else (sign * low, 0)),
        *((0, sign) if high is None else (sign * high, 0)),
        *((0, 0, sign) if best is None else (sign * best, sign, 0)),
    )
