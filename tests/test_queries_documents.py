"""Documents as they are read: whole, filtered, paged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from counterclaim.db import reading
from counterclaim.errors import NotFoundError
from counterclaim.queries.asof import View, last_change
from counterclaim.queries.documents import DocumentFilter, get_document, page_documents
from counterclaim.queries.pages import Window
from factories import REFERENCE, article, put_file

if TYPE_CHECKING:
    from sqlalchemy import Engine


@pytest.fixture
def seeded(seed_to_read: Engine) -> Engine:
    """The seed on each engine; tests only read it."""
    return seed_to_read


def window(limit: int = 100, cursor: str | None = None) -> Window:
    return Window({}, limit, cursor, count=True)


def test_document_has_its_text_quotes_and_claims_in_order(seeded: Engine) -> None:
    with reading(seeded) as session:
        at = last_change(session)
        (listed,) = page_documents(session, DocumentFilter(), window()).items
        document = get_document(session, listed.sha256, View(at))
        assert get_document(session, listed.id, View(at)) == document
    assert document.published is not None
    assert document.published.basis == "inferred"
    assert all(document.text[q.start : q.end] == q.exact for q in document.quotes)
    starts = [claim.quote.start for claim in document.claims if claim.quote]
    assert starts == sorted(starts)
    assert len(starts) == 38


def test_quotes_of_pending_claims_are_not_shown(engine: Engine) -> None:
    put_file(engine, REFERENCE)
    intake = put_file(engine, article(), accept=False)
    assert intake.document is not None
    with reading(engine) as session:
        document = get_document(session, intake.document.id, View(last_change(session)))
    assert document.quotes == []
    assert document.claims == []


@pytest.mark.parametrize(
    ("given", "number"),
    [
        ({"publisher": ["The Gazette"]}, 1),
        ({"publisher": ["courier"]}, 2),
        ({"lang": ["en"]}, 2),
        ({"lang": ["EN-gb"]}, 1),
        ({"lang": ["ru"]}, 0),
        ({"from": "2024-05-03"}, 1),
        ({"to": "2024-05-02"}, 1),
        ({"from": "2024-05", "to": "2024-05"}, 2),
        ({"q": "strike quarry"}, 1),
        ({"q": "Соммерс*"}, 1),
        ({"sha256": "0" * 64}, 0),
    ],
)
def test_documents_are_filtered(engine: Engine, given: dict[str, Any], number: int) -> None:
    put_documents(engine)
    with reading(engine) as session:
        page = page_documents(session, DocumentFilter(**given), window())
    assert len(page.items) == page.total == number


def put_documents(engine: Engine) -> None:
    put_file(engine, REFERENCE)
    put_file(engine, article(claims=[], events=[]))
    dated = {"publisher": "courier", "published": "2024-05-03", "lang": "en-GB"}
    for title, more in (("Sommers at sea", dated), ("Undated", {"publisher": "courier"})):
        put_file(engine, {"document": {"title": title, "text": f"{title}.", **more}})


@pytest.mark.parametrize(
    ("sort", "titles"),
    [
        ("-published", ["Sommers at sea", "A strike on Quarry", "Undated"]),
        ("published", ["A strike on Quarry", "Sommers at sea", "Undated"]),
        ("-recorded_at", ["Undated", "Sommers at sea", "A strike on Quarry"]),
    ],
)
def test_documents_without_date_come_last(engine: Engine, sort: str, titles: list[str]) -> None:
    put_documents(engine)
    read: list[str] = []
    cursor = None
    with reading(engine) as session:
        for _ in titles:
            page = page_documents(session, DocumentFilter(), window(1, cursor), sort)
            read += [document.title for document in page.items]
            cursor = page.next
    assert read == titles
    assert cursor is None


def test_unknown_document_is_not_found(seeded: Engine) -> None:
    with reading(seeded) as session, pytest.raises(NotFoundError):
        get_document(session, "article", View(last_change(session)))
