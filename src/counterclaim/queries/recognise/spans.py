"""What was recognised in a text, and where."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class Kind(StrEnum):
    """What a span speaks of."""

    MUNITION = "munition"
    SOURCE = "source"
    PLACE = "place"
    NUMBER = "number"
    MEASURE = "measure"
    DATE = "date"
    SPEECH = "speech"
    STANCE = "stance"


@dataclass(frozen=True, slots=True)
class Span:
    """Words at ``[start, end)`` in code points, and what they may mean.

    ``values`` are the keys of all rows that have this name, a number as it is said, an EDTF date,
    or a word of a vocabulary. Of several values none is more likely than another.
    """

    kind: Kind
    start: int
    end: int
    values: tuple[str, ...]

    @property
    def value(self) -> str | None:
        """What the words mean, where they can mean only one thing."""
        return self.values[0] if len(self.values) == 1 else None

    def meets(self, other: Span) -> bool:
        """Whether the two have a code point in common."""
        return self.start < other.end and other.start < self.end

    def within(self, other: Span) -> bool:
        """Whether all of it lies in the other."""
        return other.start <= self.start and self.end <= other.end


def apart_from(spans: Iterable[Span], others: Iterable[Span]) -> Iterator[Span]:
    """The spans that have no code point in common with any of the others."""
    taken = list(others)
    return (span for span in spans if not any(span.meets(other) for other in taken))
