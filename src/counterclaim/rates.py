"""How many requests one caller may send: windows of time, counted in memory or in Redis.

Windows are fixed: one number for each caller and window, however many requests are allowed, and a
plain instant at which it starts anew. A moving window would hold every request's instant. In
return a caller may send up to twice as many around the border of two windows.
"""

from __future__ import annotations

import logging
import time
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from limits import parse_many
from limits.aio.storage import Storage
from limits.aio.strategies import FixedWindowRateLimiter
from limits.errors import ConfigurationError, StorageError
from limits.storage import storage_from_string

from counterclaim.errors import SettingsError

if TYPE_CHECKING:
    from limits import RateLimitItem

log = logging.getLogger(__name__)

SWEEP_S = 10.0
"""Windows that are over are dropped from memory this often."""

PATIENCE_S = 0.5
"""Redis is given so long to answer."""

PAUSE_S = 5.0
"""After a failure Redis is not asked for so long."""

KNOWN = 4096
"""So many callers are known by the keys under which they are counted."""

WARN_S = 60.0
"""That nothing is counted is logged this often."""

_REDIS = ("redis://", "rediss://", "redis+unix://")


class Window(NamedTuple):
    """How many requests were counted, and when counting starts anew, in seconds since 1970."""

    counted: int
    ends_at: float


class Windows(Storage):
    """Counts in the memory of this process, with nothing left of windows that are over.

    The library's own storage looks at every caller again and again in a thread beside the event
    loop, and keeps what it has seen of moving windows for ever.
    """

    STORAGE_SCHEME = None

    def __init__(self) -> None:
        super().__init__()
        self.windows: dict[str, Window] = {}
        self._sweep_at = 0.0

    @property
    def base_exceptions(self) -> type[Exception]:
        """What can go wrong: nothing of its own."""
        return ValueError

    async def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Count; a window begins with its first request and lasts for ``expiry`` seconds."""
        return self.add(key, expiry, amount, time.time()).counted

    def add(self, key: str, expiry: float, amount: int, now: float) -> Window:
        """Count in the window that is open at an instant; the window as it is then."""
        self._sweep(now)
        window = self.at(key, expiry, now)
        window = self.windows[key] = Window(window.counted + amount, window.ends_at)
        return window

    def at(self, key: str, expiry: float, now: float) -> Window:
        """The window that is open at an instant, or would begin then."""
        window = self.windows.get(key)
        if window is None or window.ends_at <= now:
            return Window(0, now + expiry)
        return window

    def _sweep(self, now: float) -> None:
        if now >= self._sweep_at:
            self._sweep_at = now + SWEEP_S
            self.windows = {key: one for key, one in self.windows.items() if one.ends_at > now}

    async def get(self, key: str) -> int:
        """How many were counted in the window that is not over."""
        window = self.windows.get(key)
        return window.counted if window is not None and window.ends_at > time.time() else 0

    async def get_expiry(self, key: str) -> float:
        """When the window ends, in seconds since 1970; now if there is none."""
        now = time.time()
        window = self.windows.get(key)
        return max(window.ends_at, now) if window is not None else now

    async def check(self) -> bool:
        """Memory is always there."""
        return True

    async def reset(self) -> int:
        """Forget everything."""
        count = len(self.windows)
        self.windows.clear()
        return count

    async def clear(self, key: str) -> None:
        """Forget one caller's window."""
        self.windows.pop(key, None)


class Standing(NamedTuple):
    """How a caller stands in the window that is closest to its end; ``reset_s`` from now."""

    limit: int
    remaining: int
    reset_s: int
    exceeded: bool


class Rates:
    """The limits of one application and what was counted under them."""

    def __init__(self, rate_limit: str, storage_url: str) -> None:
        self._items = _parsed(rate_limit)
        self._limiter = FixedWindowRateLimiter(_storage(storage_url))
        self._keys = lru_cache(maxsize=KNOWN)(self._keys_of)
        self._asked_from = self._warned_from = 0.0
        self.policy = ", ".join(f"{one.amount};w={one.get_expiry()}" for one in self._items)

    async def count(self, caller: str) -> Standing | None:
        """Count one request of a caller; None where the storage is out of reach."""
        return await self._ask(caller, counts=True)

    async def look(self, caller: str) -> Standing | None:
        """How a caller stands, uncounted: exceeded if one more request would be too many."""
        return await self._ask(caller, counts=False)

    async def forget(self, caller: str) -> None:
        """Keep nothing of a caller that does not exist."""
        try:
            for item in self._items:
                await self._limiter.clear(item, caller)
        except (StorageError, OSError) as error:
            self._failed(error)

    async def _ask(self, caller: str, *, counts: bool) -> Standing | None:
        if time.monotonic() < self._asked_from:
            return None
        try:
            found = await self._standings(caller, counts=counts)
        except (StorageError, OSError) as error:
            self._failed(error)
            return None
        return min(found, key=lambda one: (not one.exceeded, one.remaining, -one.reset_s))

    async def _standings(self, caller: str, *, counts: bool) -> list[Standing]:
        """How the caller stands in each window."""
        windows = self._limiter.storage
        if isinstance(windows, Windows):
            now = time.time()
            keys = self._keys(caller)
            return [_standing_in(windows, item, key, now, counts=counts) for item, key in keys]
        return [await self._standing(item, caller, counts=counts) for item in self._items]

    def _keys_of(self, caller: str) -> list[tuple[RateLimitItem, str]]:
        """Under what the library counts a caller."""
        return [(item, item.key_for(caller)) for item in self._items]

    async def _standing(self, item: RateLimitItem, caller: str, *, counts: bool) -> Standing:
        ask = self._limiter.hit if counts else self._limiter.test
        allowed = await ask(item, caller)
        stats = await self._limiter.get_window_stats(item, caller)
        reset_s = max(1, -int(-(stats.reset_time - time.time()) // 1))
        return Standing(item.amount, stats.remaining, reset_s, not allowed)

    def _failed(self, error: Exception) -> None:
        now = time.monotonic()
        self._asked_from = now + PAUSE_S
        if now >= self._warned_from:
            self._warned_from = now + WARN_S
            log.warning("Requests are served uncounted, the rate limits do not hold: %s", error)


def _standing_in(
    windows: Windows, item: RateLimitItem, key: str, now: float, *, counts: bool
) -> Standing:
    """What the library would find, by one look into the memory instead of three."""
    expiry = item.get_expiry()
    window = windows.add(key, expiry, 1, now) if counts else windows.at(key, expiry, now)
    left = item.amount - window.counted
    reset_s = max(1, -int(-(window.ends_at - now) // 1))
    return Standing(item.amount, max(0, left), reset_s, left < 0 if counts else left < 1)


def _parsed(rate_limit: str) -> list[RateLimitItem]:
    try:
        items = parse_many(rate_limit)
    except ValueError:
        items = []
    if not items or any(one.amount < 1 or one.get_expiry() < 1 for one in items):
        msg = (
            f"COUNTERCLAIM_RATE_LIMIT is {rate_limit!r}, which is no rate: give a number per "
            "second, minute, hour or day, as 600/minute, several as 20/second;600/minute, or "
            "nothing at all for no limit."
        )
        raise SettingsError(msg)
    return items


def _storage(url: str) -> Storage:
    if url == "memory://":
        return Windows()
    if not url.startswith(_REDIS):
        msg = "COUNTERCLAIM_RATE_LIMIT_STORAGE is neither memory:// nor redis://HOST:PORT/NUMBER."
        raise SettingsError(msg)
    options = {"socket_timeout": PATIENCE_S, "socket_connect_timeout": PATIENCE_S}
    try:
        made = storage_from_string(
            f"async+{url}", implementation="redispy", wrap_exceptions=True, **options
        )
    except ConfigurationError as error:
        msg = f"Redis cannot be used: {error} Its package is in pip install counterclaim[redis]."
        raise SettingsError(msg) from None
    except ValueError as error:
        msg = f"COUNTERCLAIM_RATE_LIMIT_STORAGE is no address of a Redis: {error}"
        raise SettingsError(msg) from None
    assert isinstance(made, Storage)  # noqa: S101 - for the type checker
    return made
