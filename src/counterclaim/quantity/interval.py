"""A quantity: an interval of whole numbers with the words that were said."""

from __future__ import annotations

from dataclasses import dataclass

from counterclaim.errors import QuantityError

MOST = 1_000_000_000
"""No count of this field is larger; what is larger is a slip of the pen."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """``low`` None: no lower end is known. ``high`` None: open above. Both None: number unknown.

    ``said`` keeps the words as given, ``lexicon`` the version that turned them into the
    interval; both are None for plain numbers.
    """

    low: int | None
    high: int | None
    said: str | None = None
    lexicon: str | None = None

    def __post_init__(self) -> None:
        for end, value in (("low", self.low), ("high", self.high)):
            _check_bound(end, value)
        if self.low is not None and self.high is not None and self.low > self.high:
            raise QuantityError(
                f"low {self.low} is greater than high {self.high}; low must not exceed high"
            )

    @property
    def known(self) -> bool:
        """Whether at least one end is known."""
        return self.low is not None or self.high is not None

    @property
    def exact(self) -> int | None:
        """The one number that it can be, or None."""
        return self.low if self.low == self.high else None

    def contains(self, number: int) -> bool:
        """Whether the quantity can be this number."""
        return (self.low or 0) <= number and (self.high is None or number <= self.high)

    def overlaps(self, other: Quantity) -> bool:
        """Whether one number can satisfy both."""
        low = max(self.low or 0, other.low or 0)
        return all(high is None or low <= high for high in (self.high, other.high))

    def same_interval(self, other: Quantity) -> bool:
        """Whether the ends agree, whatever the words."""
        return (self.low, self.high) == (other.low, other.high)

    def __add__(self, other: Quantity) -> Quantity:
        """Interval sum; the words are lost. An unknown low adds nothing, and never makes a 0."""
        return Quantity(_sum_lows(self.low, other.low), _sum_highs(self.high, other.high))

    def __str__(self) -> str:
        """Mathematical notation: ``[2, ∞)``, ``[3, 5]``, ``[?, 4]``, ``[?, ?]``."""
        if not self.known:
            return "[?, ?]"
        low = "?" if self.low is None else str(self.low)
        return f"[{low}, ∞)" if self.high is None else f"[{low}, {self.high}]"


def _check_bound(end: str, value: int | None) -> None:
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, int):
        raise QuantityError(f"{end} must be a whole number or null, not {value!r}")
    if value < 0:
        raise QuantityError(f"{end} must be 0 or more, not {value}")
    if value > MOST:
        raise QuantityError(f"{end} must not exceed {MOST:,}")


def _sum_lows(left: int | None, right: int | None) -> int | None:
    if left is None:
        return right or None
    if right is None:
        return left or None
    return left + right


def _sum_highs(left: int | None, right: int | None) -> int | None:
    return None if left is None or right is None else left + right
