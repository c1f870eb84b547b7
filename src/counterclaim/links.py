"""What every answer of the API says belongs to it, after RFC 8288.

That is: the other formats of it, the list that it is in, the description of the API and of its
words. What a route itself links to stands first.
"""

from __future__ import annotations

from functools import lru_cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from counterclaim.deps import FORMATS, JSON, SAFE_IN_QUERY, path_of
from counterclaim.export.atom import MEDIA_TYPE as ATOM

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from starlette.types import Scope

    Headers = list[tuple[bytes, bytes]]

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

LINKED = frozenset({HTTPStatus.OK, HTTPStatus.NOT_MODIFIED})
LONGEST_QUERY = 300
"""Bytes of a query above which it is not repeated for every format: proxies limit headers."""


def with_links(scope: Scope, status: int, headers: Headers) -> Headers:
    """The headers of an answer, with what belongs to it."""
    if status not in LINKED or not path_of(scope).startswith("/v1/"):
        return headers
    sent, links, others = b"", [], []
    for header in headers:
        name, value = header
        if name == b"link":
            links.append(value)
            continue
        if name == b"content-type":
            sent = value
        others.append(header)
    links.append(_links(scope, sent))
    return [*others, (b"link", b", ".join(links))]


def _links(scope: Scope, sent: bytes) -> bytes:
    """The links of an answer that is sent with a media type; empty where it has no body."""
    route = scope.get("route")
    responses: Mapping[int | str, Any] = getattr(route, "responses", None) or {}
    content = responses.get(200, {}).get("content", {})
    return _links_of(
        scope.get("root_path", ""),
        scope["path"],
        scope["query_string"] if scope["method"] == "GET" else None,
        getattr(route, "path", ""),
        tuple(content),
        sent.partition(b";")[0],
    )


@lru_cache(maxsize=2000)
def _links_of(
    root: str,
    path: str,
    asked: bytes | None,
    template: str,
    content: tuple[str, ...],
    sent: bytes,
) -> bytes:
    offered, media_type = _offered(content), sent.decode("latin-1")
    return ", ".join(_each_link(root, quote(path), asked, template, offered, media_type)).encode()


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


def _offered(content: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """These media types, by their names in ``f``; none where there is only one."""
    named = [(NAMES.get(one.partition(";")[0]), one) for one in content]
    others = [(name, media_type) for name, media_type in named if name is not None]
    return (("json", JSON), *others) if others else ()
