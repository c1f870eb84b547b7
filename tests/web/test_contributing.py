"""The contribute page as a form: texts, drafts, claims sent once, forged forms refused."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from counterclaim.db import reading
from counterclaim.models import Claim, Document, Event, LedgerEntry
from factories import TEXT, put_world
from served import served

if TYPE_CHECKING:
    from collections.abc import Iterator

    from httpx2 import Response

    from conftest import Databases
    from served import Served

REPORT = "On Wednesday six Zeta-9 missiles were fired at Quarry, the Bland Army said."


@pytest.fixture(scope="module")
def world(databases: Databases) -> Iterator[Served]:
    with served(databases, put_world) as made:
        yield made


@dataclass
class Visit:
    """Somebody with a browser of their own: pages are asked for, forms sent as they stand there."""

    world: Served
    fields: dict[str, str]

    def go(self, path: str = "/contribute") -> Response:
        return self.read(self.world.client.get(path, headers={"Accept": "text/html"}))

    def read(self, answer: Response) -> Response:
        """Take the fields of the form of the page."""
        # Of selects nothing is read: tests give what they choose there.
        inputs = re.findall(
            r'<input[^>]*? name="([^"]+)"[^>]*? value="([^"]*)"([^>]*)>', answer.text
        )
        areas = re.findall(r'<textarea[^>]*? name="([^"]+)"[^>]*>\n?([^<]*)<', answer.text)
        kept = [(name, value) for name, value, more in inputs if "radio" not in name + more]
        self.fields = {name: unescape(value) for name, value in [*kept, *areas]}
        return answer

    def send(
        self, step: str, *, path: str = "/contribute", files: Any = None, **more: str
    ) -> Response:
        fields = {**self.fields, "do": step, **more}
        headers = {"Accept": "text/html"}
        answer = self.world.client.post(path, data=fields, files=files, headers=headers)
        return self.read(answer)

    def sign_in(self, scope: str) -> None:
        self.go("/sign-in")
        key = self.world.key(scope)["Authorization"].removeprefix("Bearer ")
        self.send("", path="/sign-in", key=key, next="/about")
        self.go()


@pytest.fixture
def visit(world: Served) -> Iterator[Visit]:
    world.client.cookies.clear()
    made = Visit(world, {})
    made.go()
    yield made
    world.client.cookies.clear()


def rows(world: Served) -> list[int]:
    with reading(world.engine) as session:
        return [
            session.scalar(select(func.count()).select_from(model)) or 0
            for model in (Document, Event, Claim, LedgerEntry)
        ]


def test_a_draft_is_kept_in_the_form_and_sent_once(visit: Visit, world: Served) -> None:
    visit.sign_in("contribute")
    before = rows(world)
    begun = visit.send("begin", text=f"\r\n{REPORT}  \r\n")
    assert begun.status_code == 200
    assert visit.fields["/document/text"] == REPORT
    visit.fields |= {"/document/title": "A report", "/document/published": "2024-05-02"}
    opened = visit.send("quote", words_start="13", words_end="53")
    assert visit.fields["/claims/0/quote/exact"] == "six Zeta-9 missiles were fired at Quarry"
    assert visit.fields["/claims/0/counts/0/munition"] == "zeta-9"
    assert "<mark" in opened.text
    told = {"/claims/0/counts/0/launched": "six", "/claims/0/event": "E1"}
    told |= {"/events/0/label": "A strike", "/events/0/kind": "strike"}
    told |= {"/document/publisher": "Currier"}
    wrong = visit.send("send", **told)
    assert wrong.status_code == 422
    assert "No source is called" in unescape(wrong.text)
    told |= {"/document/publisher": "The Herald"}
    added = visit.send("new:sources:The Herald", **told)
    assert visit.fields["/sources/0/name"] == "The Herald"
    assert "Still needed: kind of the new source." in added.text
    assert rows(world) == before  # All that was only tried.
    told |= {"/sources/0/kind": "outlet"}
    kept = dict(visit.fields)
    first = visit.send("send", **told)
    assert first.status_code == 200, first.text
    assert "1 claim recorded" in first.text
    after = rows(world)
    assert [new - old for new, old in zip(after[:3], before[:3], strict=True)] == [1, 1, 1]
    visit.fields = kept
    second = visit.send("send", **told)
    assert "it was recorded before" in second.text
    assert rows(world)[:3] == after[:3]


def test_claims_are_edited_and_removed_and_rows_left_empty_do_not_count(visit: Visit) -> None:
    visit.send("begin", text=REPORT)
    visit.send("quote", words="six Zeta-9 missiles")
    visit.send("quote", words="fired at Quarry", **{"/claims/0/counts/2/munition": "Moth"})
    assert visit.fields["open"] == "1"
    assert visit.fields["/claims/0/counts/1/munition"] == "Moth"  # Moved up, and hidden now.
    visit.send("edit:0")
    assert visit.fields["open"] == "0"
    assert visit.fields["/claims/1/quote/exact"] == "fired at Quarry"
    visit.send("row:counts")
    assert visit.fields["/claims/0/counts/2/munition"] == ""
    visit.send("remove:0")
    assert "/claims/0/counts/0/munition" not in visit.fields
    assert visit.fields["/claims/0/quote/exact"] == "fired at Quarry"
    assert "/claims/1/quote/exact" not in visit.fields


def test_a_known_text_brings_its_document_and_a_document_its_text(
    visit: Visit, world: Served
) -> None:
    visit.send("begin", text=TEXT)
    assert visit.fields["/document/title"] == "A strike on Quarry"
    assert visit.fields["/document/published"] == "2024-05-02"
    (document,) = world.get("/v1/documents", sha256=_sha256(TEXT))["items"]
    visit.go(f"/contribute?document={document['id']}")
    assert visit.fields["/document/text"] == TEXT.strip()
    assert world.client.get("/contribute?document=0").status_code == 404


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


HTML = (
    "<!doctype html><html lang='en'><head><title>Strike</title>"
    "<meta property='og:site_name' content='The Gazette'></head><body><nav>Home</nav><article>"
    f"<h1>Strike</h1><p>{REPORT}</p><p>Two S-300 launchers were lost there, others wrote.</p>"
    "</article></body></html>"
)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (HTML.encode(), REPORT),
        (f"\ufeff{REPORT}".encode(), REPORT),
        (REPORT.encode("utf-16"), REPORT),
        ("Привіт\r\nсвіте".encode(), "Привіт\nсвіте"),
    ],
)
def test_saved_pages_and_texts_are_read(visit: Visit, content: bytes, text: str) -> None:
    visit.send("begin", files={"file": ("page.html", content)})
    assert text in visit.fields["/document/text"]
    assert "Home" not in visit.fields["/document/text"]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "The file is empty"),
        ("Привіт".encode("cp1251"), "The file is no UTF-8: byte 0"),
        (b"\x89PNG\r\n\x1a\n", "no UTF-8"),
        (b"%PDF\x00\x01", "The file is no text"),
        (b"<html><body><script>1</script></body></html>", "No running text was found"),
        (b"many words " * 30_000, "300,000 are the most"),
    ],
)
def test_what_holds_no_text_is_refused_with_what_would_help(
    visit: Visit, content: bytes, why: str
) -> None:
    answer = visit.send("begin", files={"file": ("page.html", content)})
    assert answer.status_code == 422
    assert why in answer.text


def test_signing_in_on_the_spot_loses_nothing(visit: Visit, world: Served) -> None:
    visit.send("begin", text=REPORT)
    visit.send("quote", words="six Zeta-9 missiles")
    refused = visit.send("send")
    assert "Nothing that you typed is lost" in refused.text
    key = world.key("contribute")["Authorization"].removeprefix("Bearer ")
    assert "not valid" in visit.send("sign-in", key="nonsense").text
    signed = visit.send("sign-in", key=key)
    assert "Sign out" in signed.text
    assert visit.fields["/claims/0/quote/exact"] == "six Zeta-9 missiles"
    assert visit.send("check").status_code == 200  # With the new token of the form.


@pytest.mark.parametrize("token", ["", "foreign", None])
@pytest.mark.parametrize("path", ["/contribute", "/review"])
def test_forged_forms_are_refused_and_store_nothing(
    visit: Visit, world: Served, path: str, token: str | None
) -> None:
    visit.sign_in("review")
    visit.send("begin", text=REPORT)
    fields = {**visit.fields, "/document/title": "Forged", "/document/publisher": "courier"}
    fields |= {"/claims/0/quote/exact": REPORT, "do": "send", "accept": "1"}
    del fields["csrf"]
    before = rows(world)
    given = fields if token is None else {**fields, "csrf": token}
    answer = world.client.post(path, data=given, headers={"Accept": "text/html"})
    assert answer.status_code == 403
    assert rows(world) == before


def test_reviewers_alone_let_claims_count_at_once(visit: Visit, world: Served) -> None:
    told = {"/document/title": "A note", "/document/publisher": "courier", "accept": "1"}
    visit.sign_in("contribute")
    visit.send("begin", text="Nothing flew over Quarry today.")
    visit.send("quote", words="Nothing flew")
    assert "a key that may review" in visit.send("send", **told).text
    visit.sign_in("review")
    visit.send("begin", text="Nothing flew over Quarry today.")
    visit.send("quote", words="Nothing flew")
    assert "Accepted" in visit.send("send", **told).text
    assert world.get("/v1/claims", q="nothing")["items"][0]["quote"]["exact"] == "Nothing flew"


def test_a_warning_names_what_it_speaks_of(visit: Visit) -> None:
    visit.sign_in("contribute")
    visit.send("begin", text=f"{REPORT} So it was.")
    visit.send("quote", words="six Zeta-9 missiles were fired at Quarry")
    (event,) = visit.world.get("/v1/strikes")["items"][:1]
    told = {"/claims/0/event": event["id"], "/claims/0/counts/0/launched": "six"}
    told |= {"/document/title": "A report", "/document/publisher": "courier"}
    answer = visit.send("check", **told, **{"/claims/0/said_by/0": "bland-army"})
    assert "Contradicts what counts already" in answer.text
    assert "five Zeta-9 missiles were fired at Quarry and three were shot down" in answer.text
    (rival, *_) = visit.world.get("/v1/claims", claimant="aland-mod")["items"]
    assert f'href="/claims/{rival["id"]}"' in answer.text


@pytest.mark.parametrize(
    "odd",
    [
        {"/claims/0": "x"},
        {"/claims/0/note": "x", "open": "0"},
        {"/claims/x/note": "x", "/events/0": "y", "open": "0"},
        {"/claims/0/said_by/a/b": "x", "/claims/0/counts": "x", "open": "0"},
        {"/claims/0/quote/exact": "six", "/claims/0/quote/start": "-7", "open": "0"},
        {"/claims/0/quote": "six", "/events/0/label": "x", "/document/published/edtf": "x"},
        {"/sources/0/name": "🚀", "/sources/0/side": "x" * 99, "/document/lang": "?"},
        {"do": "put:/claims/0/quote=x", "/claims/0/quote/exact": "six"},
        {"do": "edit:9"},
        {"do": "edit:²"},
        {"do": f"remove:{'9' * 5000}"},
        {"do": "remove:x"},
        {"do": "quote", "words_start": "²", "words_end": "9" * 5000},
        {"do": "new:nothing:x"},
        {"do": ""},
    ],
)
@pytest.mark.parametrize("scope", ["contribute", None])
def test_forms_that_no_page_of_ours_made_break_nothing(
    visit: Visit, odd: dict[str, str], scope: str | None
) -> None:
    if scope:
        visit.sign_in(scope)
    visit.send("begin", text=REPORT)
    given = {"do": "check", **odd}
    assert visit.send(given.pop("do"), **given).status_code == 200
