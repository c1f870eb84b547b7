"""Intervals as bars: where on a scale from nothing to the most each begins and ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

WIDTH = 100.0
THIN = 0.8
"""So wide at least is drawn what is there, so that a 0 can be seen."""


@dataclass(frozen=True, slots=True)
class Bar:
    """An interval on a scale of ``WIDTH``: ``sure`` up to its least number, then what is possible.

    ``is_open`` says that it has no end.
    """

    sure: float
    end: float
    best: float | None
    is_open: bool


@dataclass(frozen=True, slots=True)
class Scale:
    """From 0 to the greatest number of some intervals, with room beyond for those without end."""

    top: int
    has_open: bool

    @classmethod
    def of(cls, figures: Iterable[Mapping[str, Any]]) -> Scale:
        """The scale on which all of these can be compared."""
        given = list(figures)
        ends = [end for one in given for end in (one["low"], one["high"]) if end is not None]
        return cls(max([*ends, 1]), any(_is_open(one) for one in given))

    def bar(self, figure: Mapping[str, Any]) -> Bar | None:
        """An interval on this scale; None where nothing is known of it."""
        low, high = figure["low"], figure["high"]
        if low is None and high is None:
            return None
        end = WIDTH if high is None else max(self._at(high), THIN)
        best = figure.get("best")
        return Bar(
            0.0 if low is None else round(max(self._at(low), THIN), 2),
            round(end, 2),
            None if best is None or low == high else round(self._at(best), 2),
            high is None,
        )

    def _at(self, number: float) -> float:
        room = WIDTH * (0.8 if self.has_open else 1.0)
        return room * number / self.top


def _is_open(figure: Mapping[str, Any]) -> bool:
    return figure["low"] is not None and figure["high"] is None
