"""Who is let in: not when too many are under way, and nobody who asks too often."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network
from typing import TYPE_CHECKING

from starlette.requests import Request

from counterclaim.deps import header_of, path_of
from counterclaim.problems import problem_response

if TYPE_CHECKING:
    from starlette.responses import Response
    from starlette.types import Scope

    from counterclaim.rates import Rates, Standing

UNCOUNTED = frozenset({"/healthz", "/readyz", "/metrics"})
"""Paths that are never limited: a watcher must not be told that all is ill because it asks.

Nor are they logged or counted: they would drown what people ask.
"""

UNSHED = UNCOUNTED | {"/v1/changes"}
"""Paths that are answered however many requests are under way."""


class Visit:
    """One request, as far as it is counted.

    Attributes:
        under_way: Whether it is one of those of which there may be too many.
        address: Where it comes from, as it is counted.
        key: The digest of the key that it brings; None if it brings none.
        told: What its answer says of the limits.
    """

    __slots__ = ("address", "key", "told", "under_way")

    def __init__(self) -> None:
        self.under_way = False
        self.address = ""
        self.key: str | None = None
        self.told: tuple[tuple[bytes, bytes], ...] = ()


class Admission:
    """Lets requests in while not too many are under way, so that nobody waits without end.

    Who waits for changes does so as long as it pleases them and holds next to nothing: not counted.
    An answer that has begun is not counted any more.

    Requests are also counted against their key, else against their address. A wrong key is counted
    against the address too, and an exhausted address is refused with any key, so that keys cannot
    be guessed faster than the limit. This rests on every wrong key being answered with 401, on
    addresses that are read without a key as well.
    """

    def __init__(self, most: int, rates: Rates | None) -> None:
        self.most, self.rates = most, rates
        self.under_way = 0

    async def admit(self, scope: Scope, visit: Visit) -> Response | None:
        """Count a request; the answer to one that is refused."""
        path = path_of(scope)
        if path not in UNSHED:
            if self.under_way >= self.most:
                return _overloaded(scope, self.most)
            self.under_way += 1
            visit.under_way = True
        if self.rates is None or path in UNCOUNTED:
            return None
        visit.address, visit.key = _address(scope), _key(scope, path)
        standing = await _standing(self.rates, visit)
        if standing is None:
            return None
        visit.told = _told(self.rates, standing)
        return _too_many(scope, standing) if standing.exceeded else None

    def leave(self, visit: Visit) -> None:
        """An answer has begun, or there will be none."""
        self.under_way -= visit.under_way
        visit.under_way = False

    async def blame(self, visit: Visit) -> None:
        """Count a key that was none against the address that it came from."""
        if self.rates is not None and visit.key is not None:
            await self.rates.count(visit.address)
            await self.rates.forget(visit.key)


async def _standing(rates: Rates, visit: Visit) -> Standing | None:
    if visit.key is None:
        return await rates.count(visit.address)
    standing = await rates.look(visit.address)
    if standing is not None and standing.exceeded:
        return standing
    return await rates.count(visit.key)


def _told(rates: Rates, standing: Standing) -> tuple[tuple[bytes, bytes], ...]:
    return (
        (b"ratelimit-limit", b"%d" % standing.limit),
        (b"ratelimit-remaining", b"%d" % standing.remaining),
        (b"ratelimit-reset", b"%d" % standing.reset_s),
        (b"ratelimit-policy", rates.policy.encode()),
    )


def _overloaded(scope: Scope, most: int) -> Response:
    detail = f"{most} requests are under way already: try again in a moment."
    return problem_response(Request(scope), "overloaded", detail, headers={"Retry-After": "1"})


def _too_many(scope: Scope, standing: Standing) -> Response:
    detail = f"{standing.limit} requests are allowed; ask again in {standing.reset_s} seconds."
    after = {"Retry-After": str(standing.reset_s)}
    return problem_response(Request(scope), "too-many-requests", detail, headers=after)


def _key(scope: Scope, path: str) -> str | None:
    """The digest of the key that a request brings; None if it brings none.

    Only the API looks at keys: elsewhere one that was made up would pass as somebody's.
    """
    given = header_of(scope, b"authorization")
    if not given or not path.startswith("/v1/"):
        return None
    scheme, _, key = given.decode("latin-1").strip().partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        return None
    return f"key {hashlib.sha256(key.strip().encode()).hexdigest()}"


def _address(scope: Scope) -> str:
    client = scope.get("client")
    return _counted_as(client[0] if client else "unknown")


@lru_cache(maxsize=4096)
def _counted_as(host: str) -> str:
    """Where a request comes from; of IPv6 the network of 64 bits, which is one subscriber's."""
    try:
        address = ip_address(host)
    except ValueError:  # A socket file, or a test.
        return f"address {host}"
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return f"address {address.ipv4_mapped}"
        return f"address {ip_network((int(address), 64), strict=False)}"
    return f"address {address}"
