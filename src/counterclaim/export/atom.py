"""Atom feeds after RFC 4287, in pages after RFC 5005."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

if TYPE_CHECKING:
    from collections.abc import Sequence

MEDIA_TYPE = "application/atom+xml"
ATOM = "http://www.w3.org/2005/Atom"
OPENSEARCH = "http://a9.com/-/spec/opensearch/1.1/"
register_namespace("", ATOM)
register_namespace("opensearch", OPENSEARCH)

NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot hold, not even escaped."""


@dataclass(frozen=True, slots=True)
class Link:
    """Where something else is: an absolute address, what it is to the feed, its media type."""

    href: str
    rel: str
    media_type: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing, and when it last changed; instants are UTC with ``Z``.

    ``urn`` is the same whenever it is told of; ``author`` None is that of the feed.
    """

    urn: str
    title: str
    updated: str
    summary: str
    link: Link
    published: str | None = None
    author: str | None = None
    terms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Feed:
    """A page of entries, newest change first; ``total`` None is not counted."""

    urn: str
    title: str
    updated: str
    links: Sequence[Link]
    entries: Sequence[Entry]
    total: int | None = None


def to_atom(feed: Feed) -> bytes:
    """The feed as an XML document; what XML cannot hold is replaced by U+FFFD."""
    root = Element(f"{{{ATOM}}}feed")
    _texts(root, id=feed.urn, title=feed.title, updated=feed.updated)
    _person(root, "Counterclaim")
    for link in feed.links:
        _link(root, link)
    if feed.total is not None:
        SubElement(root, f"{{{OPENSEARCH}}}totalResults").text = str(feed.total)
    for entry in feed.entries:
        _entry(SubElement(root, f"{{{ATOM}}}entry"), entry)
    found: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return found


def _entry(element: Element, entry: Entry) -> None:
    _texts(element, id=entry.urn, title=entry.title, updated=entry.updated)
    if entry.published is not None:
        _texts(element, published=entry.published)
    if entry.author is not None:
        _person(element, entry.author)
    _link(element, entry.link)
    for term in entry.terms:
        SubElement(element, f"{{{ATOM}}}category", {"term": _legal(term)})
    _texts(element, summary=entry.summary)


def _person(element: Element, name: str) -> None:
    _texts(SubElement(element, f"{{{ATOM}}}author"), name=name)


def _link(element: Element, link: Link) -> None:
    attributes = {"rel": link.rel, "type": link.media_type, "href": _legal(link.href)}
    SubElement(element, f"{{{ATOM}}}link", attributes)


def _texts(element: Element, **texts: str) -> None:
    for name, text in texts.items():
        SubElement(element, f"{{{ATOM}}}{name}").text = _legal(text)


def _legal(text: str) -> str:
    return NOT_XML.sub("\ufffd", text)
