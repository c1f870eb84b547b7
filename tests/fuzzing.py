"""Inputs as strangers might send them, in any number, and a test run on each of them.

Hypothesis would shrink what fails, but spends ten times as long on each input as what is tried.
These are drawn by plain chance from the pieces that a parser looks for, so that 100,000 of them
take a minute; they are the same each time, and the one that fails is named.
"""

from __future__ import annotations

import functools
import inspect
import os
import time
from random import Random
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Input = TypeVar("Input")

GIVEN = os.environ.get("COUNTERCLAIM_FUZZ")
"""How many inputs are tried for each target, where the usual few are not enough."""

SLOW_S = 5.0
"""Seconds of a processor that no input may take: it would be a way to keep a server busy."""

ODD = (
    *(
        "\x00",
        "\n",
        "\r",
        "\t",
        "\x1b",
        "\x85",
        "\xa0",
        "\xad",
        "\u2028",
        "\u202e",
        "\ufeff",
        "\ufffe",
    ),
    *(
        "\u0301",
        "\u200d",
        "İ",
        "ß",
        "ﬁ",
        "ǆ",
        "٣",
        "½",
        "²",
        "Ⅻ",
        "Ω",
        "й",
        "漢",
        "𝟗",
        "😀",
        "\U0010ffff",
    ),
    *("\ud800", "\udfff", "'", '"', "\\", "%", "&", "<", ";", "0", "-", ".", "e", "_", "/", " "),
)
"""Characters that have been trouble to somebody."""


def fuzzed(
    draw: Callable[[Random], Input], usual: int = 200
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Run a test on as many inputs as are asked for; the others of its arguments are fixtures."""

    def decorate(check: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(check)
        def test(**fixtures: Any) -> None:
            for number in range(int(GIVEN or usual)):
                value = draw(Random(f"{check.__name__} {number}"))
                shown, begun = f"Input {number}: {value!a}", time.thread_time()
                try:
                    check(value, **fixtures)
                except BaseException as error:
                    error.add_note(shown)
                    raise
                assert time.thread_time() - begun < SLOW_S, shown

        _input, *others = inspect.signature(check).parameters.values()
        test.__signature__ = inspect.Signature(others)  # type: ignore[attr-defined]  # for pytest
        return test

    return decorate


def any_text(random: Random, most: int = 60) -> str:
    """Up to so many characters of every kind: odd ones, ASCII and any others."""
    return "".join(_character(random) for _ in range(random.randint(0, most)))


def _character(random: Random) -> str:
    kind = random.random()
    if kind < 0.4:
        return random.choice(ODD)
    return chr(random.randrange(32, 127) if kind < 0.8 else random.randrange(0x110000))


def words(*pieces: str, most: int = 12) -> Callable[[Random], str]:
    """Texts made of pieces that mean something, and of anything between."""

    def draw(random: Random) -> str:
        if random.random() < 0.1:
            return any_text(random)
        count = random.randint(0, most)
        return "".join(
            random.choice(pieces) if random.random() < 0.75 else any_text(random, 3)
            for _ in range(count)
        )

    return draw


NUMBERS = (0, 1, -1, 2, 12, 10**30, -(2**63), 2**31, 0.5, -0.0, 1e300, float("nan"), float("inf"))


def anything(random: Random, texts: Callable[[Random], str], keys: Sequence[str]) -> Any:
    """Any value that JSON or YAML may hold, seldom deep."""
    kind = random.random()
    if kind < 0.4:
        return texts(random)
    if kind < 0.5:
        return any_text(random, 8)
    if kind < 0.75:
        return random.choice((None, True, False, "", *NUMBERS))
    inner = [anything(random, texts, keys) for _ in range(random.randint(0, 2))]
    return inner if kind < 0.87 else {random.choice(keys): one for one in inner}
