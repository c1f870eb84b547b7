"""What is done around every request, below the routes."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from http import HTTPStatus
from ipaddress import IPv6Address, ip_address, ip_network
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request

from counterclaim.deps import APPLIED, FORMATS, JSON, SAFE_IN_QUERY
from counterclaim.export.atom import MEDIA_TYPE as ATOM
from counterclaim.problems import SAFETY, problem_response

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from counterclaim.rates import Rates, Standing

OPENAPI = "application/vnd.oai.openapi+json;version=3.1"
NAMES = {
    media_type.partition(";")[0]: name
    for name, media_type in FORMATS.items()
    if name not in {"json", "stream"}
}
"""By media type what ``f`` calls it."""

FED = frozenset({"/v1/strikes", "/v1/events", "/v1/claims", "/v1/changes"})
"""Lists that can be had as a feed, too."""
SHAPING = frozenset({"f", "fields", "rows", "sort", "stream", "wait", "cursor"})
"""Parameters of lists that feeds do not have, and the page, which belongs to the list."""

UNCOUNTED = frozenset({"/healthz", "/readyz", "/metrics"})
"""Paths that are never limited: a watcher must not be told that all is ill because it asks.

Nor are they logged or counted: they would drown what people ask.
"""

UNSHED = UNCOUNTED | {"/v1/changes"}
"""Paths that are answered however many requests are under way."""

ASKED_METHOD = "counterclaim.method"
"""Where the scope has the method of a request that is answered as if it had another."""


_SAFETY = [(name.lower().encode(), value.encode()) for name, value in SAFETY.items()]


class SafetyMiddleware:
    """Tells browsers to take no answer for anything but what it says it is."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = {name for name, _value in message["headers"]}
                missing = [one for one in _SAFETY if one[0] not in own]
                message = {**message, "headers": [*message["headers"], *missing]}
            await send(message)

        await self.app(scope, receive, send_safely)


ASKED_ABROAD = (
    *("Authorization", "Content-Type", "Idempotency-Key", "If-Match", "If-None-Match", "Prefer"),
)
TOLD_ABROAD = (
    *("Content-Disposition", "ETag", "Idempotency-Replayed", "Link", "Location"),
    *("Preference-Applied", "Retry-After"),
    *("RateLimit-Limit", "RateLimit-Policy", "RateLimit-Remaining", "RateLimit-Reset"),
    "WWW-Authenticate",
)


def cors_options(origins: Collection[str]) -> dict[str, Any]:
    """What pages of other origins may do: what a key allows, and never anything by a cookie."""
    return {
        "allow_origins": list(origins),
        "allow_methods": ["GET", "HEAD", "POST"],
        "allow_headers": list(ASKED_ABROAD),
        "expose_headers": list(TOLD_ABROAD),
        "allow_credentials": False,
    }


class PreferenceMiddleware:
    """Tells by which preference of the request its answer was made, after RFC 7240."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""

        async def send_told(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if "vary" in headers:
                    headers["vary"] += ", Prefer"
                if APPLIED in scope and (applied := scope[APPLIED]()):
                    headers["preference-applied"] = applied
            await send(message)

        await self.app(scope, receive, send_told)


class HeadMiddleware:
    """Answers HEAD as GET without the body."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return

        async def send_head(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        await self.app({**scope, "method": "GET", ASKED_METHOD: "HEAD"}, receive, send_head)


class BodyLimitMiddleware:
    """Refuses bodies that are too large: by their announced length, else as soon as they are."""

    def __init__(self, app: ASGIApp, max_body_bytes: int) -> None:
        self.app, self.most = app, max_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        announced = Headers(scope=scope).get("content-length", "")
        if announced.isdecimal() and int(announced) > self.most:
            response = problem_response(Request(scope), "content-too-large", self._detail)
            await response(scope, receive, send)
            return
        size = 0

        async def receive_counted() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size > self.most:
                raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, self._detail)
            return message

        await self.app(scope, receive_counted, send)

    @property
    def _detail(self) -> str:
        return f"The body has more than {self.most} bytes, which is the most that is read here."


class ShedMiddleware:
    """Refuses requests while too many are under way, so that nobody waits without end.

    Who waits for changes does so as long as it pleases them and holds next to nothing: not counted.
    An answer that has begun is not counted any more.
    """

    def __init__(self, app: ASGIApp, most: int) -> None:
        self.app, self.most = app, most
        self.under_way = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http" or _path(scope) in UNSHED:
            await self.app(scope, receive, send)
            return
        if self.under_way >= self.most:
            detail = f"{self.most} requests are under way already: try again in a moment."
            headers = {"Retry-After": "1"}
            response = problem_response(Request(scope), "overloaded", detail, headers=headers)
            await response(scope, receive, send)
            return
        counted = 1
        self.under_way += 1

        async def send_counted(message: Message) -> None:
            nonlocal counted
            self.under_way -= counted
            counted = 0
            await send(message)

        try:
            await self.app(scope, receive, send_counted)
        finally:
            self.under_way -= counted


class LinkMiddleware:
    """Says with every answer of the API what belongs to it, after RFC 8288.

    That is: the other formats of it, the list that it is in, the description of the API and of its
    words. What a route itself links to stands first.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http" or not _path(scope).startswith("/v1/"):
            await self.app(scope, receive, send)
            return

        async def send_linked(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] in LINKED:
                given = message["headers"]
                sent = next((value for name, value in given if name == b"content-type"), b"")
                links = [value for name, value in given if name == b"link"]
                others = [header for header in given if header[0] != b"link"]
                links.append(_links(scope, sent.decode("latin-1")))
                message["headers"] = [*others, (b"link", b", ".join(links))]
            await send(message)

        await self.app(scope, receive, send_linked)


LINKED = frozenset({HTTPStatus.OK, HTTPStatus.NOT_MODIFIED})
LONGEST_QUERY = 300
"""Bytes of a query above which it is not repeated for every format: proxies limit headers."""


def _links(scope: Scope, sent: str) -> bytes:
    """The links of an answer that is sent with a media type; empty where it has no body."""
    route = scope.get("route")
    responses: Mapping[int | str, Any] = getattr(route, "responses", None) or {}
    content = responses.get(HTTPStatus.OK.value, {}).get("content", {})
    return _links_of(
        scope.get("root_path", ""),
        scope["path"],
        scope["query_string"] if scope["method"] == "GET" else None,
        getattr(route, "path", ""),
        _offered(tuple(content)),
        sent.partition(";")[0],
    )


@lru_cache(maxsize=2000)
def _links_of(
    root: str,
    path: str,
    asked: bytes | None,
    template: str,
    offered: tuple[tuple[str, str], ...],
    sent: str,
) -> bytes:
    return ", ".join(_each_link(root, quote(path), asked, template, offered, sent)).encode()


def _each_link(
    root: str,
    path: str,
    asked: bytes | None,
    template: str,
    offered: tuple[tuple[str, str], ...],
    sent: str,
) -> Iterator[str]:
    if asked is not None and len(asked) <= LONGEST_QUERY:
        pairs = [pair for pair in quote(asked, safe=SAFE_IN_QUERY).split("&") if pair]
        for name, media_type in offered:
            if media_type.partition(";")[0] != sent:
                address = "&".join([*_without(pairs, {"f"}), f"f={name}"])
                yield f'<{path}?{address}>; rel="alternate"; type="{media_type}"'
        if template in FED:
            noun = template.removeprefix("/v1")
            address = "?".join(filter(None, (noun, "&".join(_without(pairs, SHAPING)))))
            yield f'<{root}/v1/feeds{address}>; rel="alternate"; type="{ATOM}"'
    if template.endswith("}"):
        yield f'<{path.rpartition("/")[0]}>; rel="collection"'
    yield f'<{root}/openapi.json>; rel="service-desc"; type="{OPENAPI}"'
    yield f'<{root}/codebook>; rel="describedby"; type="text/html"'


def _without(pairs: Iterable[str], names: Collection[str]) -> list[str]:
    return [pair for pair in pairs if pair.partition("=")[0] not in names]


@lru_cache(maxsize=500)
def _offered(content: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """These media types, by their names in ``f``; none where there is only one."""
    named = [(NAMES.get(one.partition(";")[0]), one) for one in content]
    others = [(name, media_type) for name, media_type in named if name is not None]
    return (("json", JSON), *others) if others else ()


class RateLimitMiddleware:
    """Counts requests against their key, else against their address, and refuses too many.

    A wrong key is counted against the address too, and an exhausted address is refused with any
    key, so that keys cannot be guessed faster than the limit. This rests on every wrong key being
    answered with 401, on addresses that are read without a key as well.
    """

    def __init__(self, app: ASGIApp, rates: Rates) -> None:
        self.app, self.rates = app, rates

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http" or _path(scope) in UNCOUNTED:
            await self.app(scope, receive, send)
            return
        address, key = _address(scope), _key(scope)
        standing = await self._standing(address, key)
        if standing is None:
            await self.app(scope, receive, send)
            return
        headers = self._headers(standing)
        if standing.exceeded:
            await self._refuse(standing, headers, scope, receive, send)
            return

        async def send_noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                if message["status"] == HTTPStatus.UNAUTHORIZED and key is not None:
                    await self.rates.count(address)
                    await self.rates.forget(key)
                MutableHeaders(scope=message).update(headers)
            await send(message)

        await self.app(scope, receive, send_noted)

    async def _standing(self, address: str, key: str | None) -> Standing | None:
        if key is None:
            return await self.rates.count(address)
        standing = await self.rates.look(address)
        if standing is not None and standing.exceeded:
            return standing
        return await self.rates.count(key)

    def _headers(self, standing: Standing) -> dict[str, str]:
        return {
            "RateLimit-Limit": str(standing.limit),
            "RateLimit-Remaining": str(standing.remaining),
            "RateLimit-Reset": str(standing.reset_s),
            "RateLimit-Policy": self.rates.policy,
        }

    async def _refuse(
        self,
        standing: Standing,
        headers: dict[str, str],
        scope: Scope,
        receive: Receive,
        send: Send,
    ) -> None:
        detail = f"{standing.limit} requests are allowed; ask again in {standing.reset_s} seconds."
        headers = {**headers, "Retry-After": str(standing.reset_s)}
        response = problem_response(Request(scope), "too-many-requests", detail, headers=headers)
        await response(scope, receive, send)


def _path(scope: Scope) -> str:
    return str(scope["path"]).removeprefix(scope.get("root_path", ""))


def _key(scope: Scope) -> str | None:
    """The digest of the key that a request brings; None if it brings none.

    Only the API looks at keys: elsewhere one that was made up would pass as somebody's.
    """
    if not _path(scope).startswith("/v1/"):
        return None
    scheme, _, key = Headers(scope=scope).get("authorization", "").strip().partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        return None
    return f"key {hashlib.sha256(key.strip().encode()).hexdigest()}"


def _address(scope: Scope) -> str:
    """Where a request comes from; of IPv6 the network of 64 bits, which is one subscriber's."""
    client = scope.get("client")
    try:
        address = ip_address(client[0] if client else "")
    except ValueError:  # A socket file, or a test.
        return f"address {client[0] if client else 'unknown'}"
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return f"address {address.ipv4_mapped}"
        return f"address {ip_network((int(address), 64), strict=False)}"
    return f"address {address}"
