"""Totals by month, made once for all of time: a window of whole months takes what lies in it.

All events that began in a month are in every window that holds it. Only what began before, or at a
time that nobody knows, and reaches into the window has to be asked for with the window.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from threading import Lock
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from counterclaim.queries.asof import store_version
from counterclaim.queries.stats.kept import begins_month

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator

    from sqlalchemy import Pool
    from sqlalchemy.orm import Session

    from counterclaim.queries.asof import View
    from counterclaim.queries.stats.grouping import Plan
    from counterclaim.queries.wanted import Wanted

    Item = dict[str, Any]
    Placed = list[tuple[Any, Item]]
    """Items with what sorts them, which for so many takes longer than to sort them."""

MONTH = "month"
UNKNOWN = ""
"""Of events that began nobody knows when."""

MOST = 20_000
"""So many items are kept of one store, some kilobytes each."""


class Calendar:
    """Items of totals by month, of the questions asked last; several threads may ask.

    Every write makes another state of the store, of which nothing is known yet.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._making: dict[Hashable, Lock] = {}
        self._known: OrderedDict[Hashable, dict[str, Placed]] = OrderedDict()

    def months(self, key: Hashable, make: Callable[[], Placed]) -> dict[str, Placed]:
        """The items by month; one thread makes them while others that ask the same wait for it."""
        with self._lock:
            turn = self._making.setdefault(key, Lock())
        try:
            with turn:
                found = self._find(key)
                return self._keep(key, make()) if found is None else found
        finally:
            with self._lock:
                self._making.pop(key, None)

    def _find(self, key: Hashable) -> dict[str, Placed] | None:
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
            return self._known.get(key)

    def _keep(self, key: Hashable, items: Placed) -> dict[str, Placed]:
        made: dict[str, Placed] = {}
        for placed in items:
            made.setdefault(placed[1][MONTH] or UNKNOWN, []).append(placed)
        with self._lock:
            self._known[key] = made
            while len(self._known) > 1 and self._held() > MOST:
                self._known.popitem(last=False)
        return made

    def _held(self) -> int:
        return sum(len(items) for months in self._known.values() for items in months.values())


_CALENDARS: WeakKeyDictionary[Pool, Calendar] = WeakKeyDictionary()
_OPENING = Lock()


def month_before(plan: Plan, wanted: Wanted) -> str | None:
    """The month before which a question has to be asked with its window; None: it all has."""
    start, end = wanted.window
    borders = [border for border in (start, end) if border is not None]
    if MONTH not in plan.group_by or wanted.certain or not borders:
        return None
    if not all(map(begins_month, borders)):
        return None
    return UNKNOWN if start is None else f"{start:%Y-%m}"


def items_within(
    session: Session,
    plan: Plan,
    wanted: Wanted,
    view: View,
    make: Callable[[Wanted, str | None], Placed],
) -> Iterator[tuple[Any, Item]]:
    """The items of a question for which ``month_before`` is not None, month by month.

    ``make`` gives those of a filter, or those of what began before a month alone.
    """
    before = month_before(plan, wanted)
    yield from make(wanted, before)
    with _OPENING:
        calendar = _CALENDARS.setdefault(session.connection().engine.pool, Calendar())
    ever = replace(wanted, window=(None, None))
    key = store_version(session), view.known_at, plan, repr(ever)
    months = calendar.months(key, lambda: make(ever, None))
    last = None if wanted.window[1] is None else f"{wanted.window[1]:%Y-%m}"
    for month in sorted(months):
        if month != UNKNOWN and month >= (before or UNKNOWN) and (last is None or month < last):
            yield from months[month]
