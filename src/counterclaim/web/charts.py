"""Intervals over time as columns: where each stands in a drawing, so that a template draws it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

HEIGHT = 160.0
STEP = 14.0
"""Units of a drawing: so high is the greatest number, so far apart are two columns."""

LINES = 4
"""About so many lines stand behind the columns."""

NICE = (1, 2, 5)
FEWEST = 12
"""So many periods are drawn at least, with the known ones in the middle."""

MOST = 600
"""Over more periods than this only those are drawn of which something is known."""


@dataclass(frozen=True, slots=True)
class Column:
    """One period: ``sure`` up to the least number, then what is possible, from the top down."""

    period: str
    x: float
    figure: Mapping[str, Any]
    sure_y: float
    top_y: float
    best_y: float | None
    is_open: bool


@dataclass(frozen=True, slots=True)
class Chart:
    """Columns of one figure over all periods from the first to the last."""

    columns: Sequence[Column]
    periods: Sequence[tuple[str, float]]
    lines: Sequence[tuple[int, float]]

    @property
    def width(self) -> float:
        """Of the drawing."""
        return max(len(self.periods), 1) * STEP

    @property
    def is_whole(self) -> bool:
        """Whether periods without anything are drawn, too."""
        ends = [_months_since_zero(period) for period, _x in self.periods]
        return not ends or ends[-1] - ends[0] < len(ends)


def draw_chart(figures: Mapping[str, Mapping[str, Any]], top: int = 0) -> Chart:
    """The columns of a figure by month (YYYY-MM); several charts share a scale by ``top``."""
    known = {period: one for period, one in figures.items() if _end(one) is not None}
    periods = [(period, at * STEP) for at, period in enumerate(months(known))]
    greatest = max([top, *(_end(one) or 0 for one in known.values()), 1])
    scale = HEIGHT / greatest
    places = dict(periods)
    return Chart(
        [_column(period, places[period], one, scale) for period, one in sorted(known.items())],
        periods,
        [(number, HEIGHT - number * scale) for number in round_numbers(greatest)],
    )


def greatest_of(figures: Mapping[str, Mapping[str, Any]]) -> int:
    """The greatest number that any of these reaches."""
    return max((_end(one) or 0 for one in figures.values()), default=0)


def months(known: Mapping[str, object]) -> list[str]:
    """All months from the first to the last of these, and around them where they are few.

    Over a very long time only these themselves.
    """
    if not known:
        return []
    first, last = _months_since_zero(min(known)), _months_since_zero(max(known))
    if last - first >= MOST:
        return sorted(known)
    missing = max(FEWEST - (last - first + 1), 0)
    return [_month(at) for at in range(first - missing // 2, last + (missing + 1) // 2 + 1)]


def round_numbers(greatest: int) -> list[int]:
    """Round numbers up to the greatest, about ``LINES`` of them."""
    step = next(one for one in _steps() if one * (LINES + 1) > greatest)
    return list(range(step, greatest + 1, step))


def _steps() -> Iterator[int]:
    power = 1
    while True:
        yield from (power * nice for nice in NICE)
        power *= 10


def _column(period: str, x: float, figure: Mapping[str, Any], scale: float) -> Column:
    low, best = figure["low"] or 0, figure.get("best")
    return Column(
        period,
        x,
        figure,
        round(HEIGHT - low * scale, 2),
        round(HEIGHT - (_end(figure) or 0) * scale, 2),
        None if best is None else round(HEIGHT - best * scale, 2),
        figure["high"] is None,
    )


def _end(figure: Mapping[str, Any]) -> int | None:
    ends = [end for end in (figure["low"], figure.get("best"), figure["high"]) if end is not None]
    return max(ends, default=None)


def _months_since_zero(month: str) -> int:
    year, number = month.split("-")
    return int(year) * 12 + int(number) - 1


def _month(count: int) -> str:
    return f"{count // 12:04}-{count % 12 + 1:02}"
