from __future__ import annotations

import asyncio
import logging
import sys
from typing import TYPE_CHECKING

import pytest
from limits.errors import StorageError

from counterclaim import rates
from counterclaim.errors import SettingsError
from counterclaim.rates import Rates, Standing, Windows

if TYPE_CHECKING:
    from collections.abc import Callable


class Clock:
    """A clock that stands still until it is moved."""

    now = 1_000_000.0

    def time(self) -> float:
        return self.now

    monotonic = time


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(rates, "time", made)
    return made


@pytest.fixture
def count() -> Callable[[Rates, str], Standing | None]:
    return lambda counting, caller: asyncio.run(counting.count(caller))


def test_a_window_starts_anew_when_it_is_over(
    clock: Clock, count: Callable[[Rates, str], Standing | None]
) -> None:
    counting = Rates("2/minute", "memory://")
    assert count(counting, "a") == Standing(2, 1, 60, exceeded=False)
    clock.now += 20.5
    assert count(counting, "a") == Standing(2, 0, 40, exceeded=False)
    assert count(counting, "a") == Standing(2, 0, 40, exceeded=True)
    assert count(counting, "b") == Standing(2, 1, 60, exceeded=False)
    clock.now += 39.5
    assert count(counting, "a") == Standing(2, 1, 60, exceeded=False)


def test_looking_counts_nothing() -> None:
    counting = Rates("1/minute", "memory://")
    for _ in range(3):
        found = asyncio.run(counting.look("a"))
        assert found is not None
        assert (found.remaining, found.exceeded) == (1, False)
    asyncio.run(counting.count("a"))
    found = asyncio.run(counting.look("a"))
    assert found is not None
    assert found.exceeded


def test_nothing_is_kept_of_callers_whose_windows_are_over(clock: Clock) -> None:
    windows = Windows()
    for caller in range(1000):
        asyncio.run(windows.incr(str(caller), 60))
    assert len(windows.windows) == 1000
    clock.now += 61
    asyncio.run(windows.incr("another", 60))
    assert list(windows.windows) == ["another"]
    asyncio.run(windows.clear("another"))
    assert not windows.windows


def test_a_storage_out_of_reach_lets_all_pass_and_warns_once_a_minute(
    clock: Clock, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    counting = Rates("1/minute", "memory://")
    asked = []

    def fail(_windows: Windows, key: str, *_rest: object, **_named: object) -> int:
        asked.append(key)
        raise StorageError(ConnectionError("refused"))

    monkeypatch.setattr(Windows, "add", fail)
    with caplog.at_level(logging.WARNING):
        for _ in range(61):
            assert asyncio.run(counting.count("a")) is None
            clock.now += 1
    assert len(asked) == 13  # Not asked again for five seconds after each failure.
    assert [record.message for record in caplog.records] == [
        "Requests are served uncounted, the rate limits do not hold: refused"
    ] * 2


def test_redis_without_its_package_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "redis", None)
    with pytest.raises(SettingsError, match=r"pip install counterclaim\[redis\]"):
        Rates("1/minute", "redis://127.0.0.1:1/0")
