"""Requests and files that were made to harm: a clear refusal, soon, and never a fault of ours.

Cells of data sets are in ``tests/importers/test_hostile_cells.py``.
"""

from __future__ import annotations

import gzip
import json
import re
import time
import zipfile
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from counterclaim.errors import InputError, RejectedError
from counterclaim.importers.claim_file import read_claim_file
from counterclaim.importers.tables import opened_table
from everything import put_everything
from factories import TEXT, aland_claim, put_file
from served import served
from web.test_pages import Page

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Engine

    from conftest import Databases
    from served import Served

SOON_S = 30.0
"""Generous: what is told of as hostile is told of in seconds even on a busy machine."""

MARKUP = '"><script>alert(1)</script><img src=x onerror=alert(2)>{{7*7}}{% raw %}'
SQL = "'; DROP TABLE claim; -- \" OR 1=1"
TURNED = "\u202eUkraine\u202c \u2066x\u2069"
HEADER = "a\r\nX-Evil: 1"
HOSTILE = (MARKUP, SQL, TURNED, HEADER, "%00\x01\x7f", "${jndi:x}", "../../etc/passwd", "=1+1|x")


@contextmanager
def soon() -> Iterator[None]:
    begun = time.monotonic()
    yield
    assert time.monotonic() - begun < SOON_S


def put_hostile(engine: Engine) -> None:
    """All kinds of rows, and one of each whose every text was made to harm."""
    put_everything(engine)
    text = f"{TEXT} {MARKUP} {SQL} {TURNED}"
    put_file(
        engine,
        {
            "sources": [
                {"key": "evil", "name": MARKUP, "kind": "outlet", "origin": SQL,
                 "url": 'https://a.example/"onmouseover="x', "names": [{"name": SQL}]},
            ],
            "munitions": [{"key": "evil", "name": MARKUP, "category": "drone", "origin": MARKUP}],
            "places": [{"key": "evil", "name": MARKUP, "kind": "town", "origin": MARKUP}],
            "document": {
                "title": MARKUP, "text": text, "publisher": "evil", "published": "2024-05-04",
                "url": "https://a.example/\"><script>alert(1)</script>", "licence": MARKUP,
                "note": SQL + MARKUP,
            },
            "events": [{"ref": "X", "kind": "strike", "label": MARKUP}],
            "claims": [
                aland_claim(
                    ref=None, event="X", said_by=["evil"], quote=MARKUP, target=MARKUP, note=MARKUP,
                    places=[{"place": "evil", "said": MARKUP}],
                    damage=[{"object": MARKUP, "severity": "damaged", "count": 1}],
                    munition_facts=[{"munition": "evil", "property": "warhead", "value": MARKUP,
                                     "unit": "<b>km</b>"}],
                ),
            ],
        },
    )  # fmt: skip


@pytest.fixture(scope="module")
def store(databases: Databases) -> Iterator[Served]:
    with served(databases, put_hostile) as made:
        yield made


@pytest.fixture(scope="module")
def world(sqlite_databases: Databases) -> Iterator[Served]:
    with served(sqlite_databases, put_hostile) as made:
        yield made


FIELDS = b'{"document": {"title": %s, "text": "a"}}'
BODIES = {
    "nested lists of 10 MB": (b"[" * 5_000_000 + b"]" * 5_000_000, 400),
    "nested objects": (b'{"claims":' + b'{"a":' * 900 + b"1" + b"}" * 901, 422),
    "a list that never ends": (b"[" * 10_000_000, 400),
    "many unknown fields": (b"{%s}" % b",".join(b'"k%d":1' % one for one in range(60_000)), 422),
    "claims without end": (b'{"claims":[%s]}' % b",".join([b"{}"] * 400_000), 422),
    "a number of 5 MB": (b'{"claims":[{"quote":"x","counts":[%s]}]}' % (b"9" * 5_000_000), 400),
    "no number": (b'{"claims":[{"quote":"x","places":[{"latitude":NaN,"longitude":1e999}]}]}', 422),
    "no UTF-8": (FIELDS % b'"\xff\xfe"', 400),
    "half a surrogate pair": (FIELDS % b'"\\ud800"', 422),
    "half a pair as a name": (b'{"\\ud800": 1}', 422),
    "NUL": (FIELDS % b'"a\\u0000b"', 422),
    "a body that is no JSON": (b"\x00" * 1000, 400),
    "more than is read": (b" " * (17 * 2**20), 413),
}


@pytest.mark.parametrize("name", BODIES)
def test_a_hostile_body_is_refused_soon(world: Served, name: str) -> None:
    body, status = BODIES[name]
    headers = {**world.key("contribute"), "Content-Type": "application/json"}
    with soon():
        answer = world.client.post("/v1/ingest?dry_run=true", content=body, headers=headers)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert len(answer.content) < 200_000


def test_many_words_asked_of_a_long_text_are_answered_soon(world: Served) -> None:
    line = "five Zeta-9 missiles were fired at Quarry. "
    long = line * (5 * 2**20 // len(line) - 1)
    for text, quotes in (
        (long, [{"exact": "five Zeta-9 missiles", "start": len(line) * at} for at in range(1000)]),
        (long, [f"six Moths, number {one}, were fired at" for one in range(500)]),
        ("a" * 5 * 2**20, [{"exact": "a" * 5000, "prefix": "a" * 9000 + "b"}] * 50),
    ):
        claims = [{"event": "E", "quote": quote} for quote in quotes]
        event = {"ref": "E", "kind": "strike", "label": "x"}
        document = {"title": "long", "text": text, "publisher": "gazette"}
        body = {"document": document, "events": [event], "claims": claims}
        with soon():
            answer = world.post("/v1/ingest?dry_run=true", body)
        assert answer.status_code in {200, 422}


PARAMETERS = ("q", "weapon", "claimant", "place", "region", "publisher", "policy", "cursor", "sort",
              "fields", "known_at", "near", "f", "status")  # fmt: skip


ENDS = (
    *("/v1/claims?q=", "/v1/sources/", "/v1/releases/", "/v1/strikes?f=csv&q=", "/v1/events/"),
    *("/static/", "/problems/", "/sign-in?next=", "/strikes/"),
)
"""Beginnings of addresses that anything may follow."""

CONDITIONS = (
    *("label=';DROP TABLE claim;--'", "(" * 3000, "NOT " * 500 + "a=1", "a=b=" * 900, "-label"),
    *("S_INTERSECTS(geometry,POINT(NaN NaN))", "label LIKE '" + "%_" * 2000 + "'"),
)
"""Filters in CQL2 text, or none."""


def test_no_filter_is_anything_but_a_value(store: Served) -> None:
    before = store.get("/v1/claims", count=True)["total"]
    for value in (*HOSTILE, "\x00", "\ufffe", "a" * 400, "(" * 400, '"' * 400, "%" * 400):
        for name in PARAMETERS:
            answer = store.client.get("/v1/claims", params={name: value})
            assert answer.status_code in {200, 422}, (name, value, answer.text)
            assert "x-evil" not in answer.headers
    for path in ("/v1/strikes", "/v1/stats/interceptions", "/v1/feeds/events", "/v1/sources"):
        for value in HOSTILE:
            answer = store.client.get(path, params={"q": value, "weapon": value})
            assert answer.status_code in {200, 422}, (path, value, answer.text)
    for value in ("%FF", "%ED%A0%80", "%00", "%0d%0aX-Evil:1"):
        for path in ENDS:
            answer = store.client.get(path + value)
            assert answer.status_code < 500, path + value
            assert "x-evil" not in answer.headers
    for cql in CONDITIONS:
        with soon():
            found = store.client.get("/ogc/collections/strikes/items", params={"filter": cql})
        assert found.status_code in {200, 400}, cql
    assert store.get("/v1/claims", count=True)["total"] == before


def test_hostile_headers_are_no_fault_of_the_server(world: Served) -> None:
    for name, value in (
        ("Accept", b"*/*;q=" + b"9" * 4000), ("Accept", b"," * 9000), ("Accept", b"a/b;q=nan"),
        ("Accept-Encoding", b"br;q=nan," * 900), ("If-None-Match", b"," * 9000 + b"\xff"),
        ("Authorization", b"Bearer \xff\xfe"), ("Authorization", b"Bearer"), ("Cookie", b"\xff=x"),
        ("Cookie", b"counterclaim=" + b"." * 4000), ("Host", b'evil"><svg>'),
        ("Last-Event-ID", b"\xff"), ("Content-Length", b"9" * 60),
    ):  # fmt: skip
        for path in ("/v1/strikes", "/about", "/v1/feeds/claims", "/ogc"):
            answer = world.client.get(path, headers=[(name.encode(), value)])
            assert answer.status_code < 500, (name, value, path)
            assert b"<svg>" not in answer.content, (name, path)


def test_what_is_stored_stays_text_on_every_page_and_in_every_feed(world: Served) -> None:
    claim = next(
        one for one in world.get("/v1/claims", limit=1000)["items"] if one["claimant"] == "evil"
    )
    strike, document = claim["event"], claim["document"]["id"]
    seen = 0
    for path in (
        "/changes", "/stats", f"/claims/{claim['id']}", f"/documents/{document}",
        f"/strikes/{strike}", "/sources/evil", "/munitions/evil", "/", "/review", "/contribute",
    ):  # fmt: skip
        answer = world.client.get(path, headers={"Accept": "text/html"})
        if answer.status_code == 404:
            continue  # A page that this build does not have.
        page = Page(answer.text)
        assert page.inline == [], path
        assert "alert(1)</script>" not in answer.text, path
        assert "49" not in re.findall(r"&gt;(\d+)\{% raw", answer.text), path
        assert not any(str(link).lower().startswith("javascript:") for link in page.links), path
        seen += MARKUP in page.text
    assert seen >= 4
    for path in ("/v1/feeds/claims", "/v1/feeds/events", "/v1/feeds/changes"):
        assert b"<script>" not in world.client.get(path).content
    disposition = world.client.get("/v1/claims?f=xlsx").headers["content-disposition"]
    assert disposition == 'attachment; filename="claims.xlsx"'
    link = world.client.get("/v1/claims", params={"q": MARKUP, "limit": 1}).headers["link"]
    assert "<script>" not in link


def test_a_claim_file_reads_nothing_outside_its_folder_and_makes_nothing_but_data(
    tmp_path: Path,
) -> None:
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{new}: &{new} [{','.join([f'*{old}'] * 9)}]\n"
        for old, new in zip("abcdefgh", "bcdefghi", strict=True)
    )
    file = folder / "file.yaml"
    texts = (
        "../secret.txt",
        str(tmp_path / "secret.txt"),
        "link.txt",
        "/dev/zero",
        "/etc/passwd",
        ".",
    )
    for content in (
        *(json.dumps({"document": {"title": "x", "text_file": name}}) for name in texts),
        bomb,
        f"{bomb}claims: *i\n",
        "claims: " + "[" * 3000,
        "claims: !!python/object/apply:os.system ['true']",
        "claims: !!binary aGk=",
        "&a claims: [*a]",
        "\x00",
        "claims: 2024-01-01\n? [a, b]\n: 1\n",
    ):
        file.write_text(content, encoding="utf-8")
        with soon(), pytest.raises(RejectedError) as refused:
            read_claim_file(file)
        assert "secret" not in str(refused.value).replace("secret.txt", "")
    file.write_bytes(b"\xff\xfe\x00claims: []")
    with pytest.raises(RejectedError):
        read_claim_file(file)


ENTITIES = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'


def hostile_tables(folder: Path) -> Iterator[Path]:
    """Files that are no table, by what is wrong with them."""
    zeros = b"key,event\n" + b"0" * (80 * 2**20)
    with gzip.open(folder / "bomb.csv.gz", "wb", compresslevel=9) as packed:
        packed.write(zeros)
    for name, members in (
        ("bomb.zip", {"t.csv": zeros}),
        ("sheet.xlsx", {"xl/workbook.xml": ENTITIES, "xl/sharedStrings.xml": ENTITIES}),
        ("climbing.zip", {"../../a.csv": b"key\n1\n", "b.csv": b"key\n1\n"}),
    ):
        with zipfile.ZipFile(folder / name, "w", zipfile.ZIP_DEFLATED) as archive:
            for member, content in members.items():
                archive.writestr(member, content)
    for name, content in (
        ("wide.csv", b",".join(b"c%d" % one for one in range(100_000))),
        ("half.csv.gz", gzip.compress(b"key\n1\n2\n3\n4\n")[:-9]),
        ("nul.csv", b"ke\x00y,event\n1,2\n"),
        ("open.csv", b'key,event\n"' + b"a" * (9 * 2**20)),
        ("line.csv", b"a" * (17 * 2**20)),
        ("half.zip", b"PK\x03\x04" + b"\x00" * 100),
        ("utf16.csv", b"\xff\xfe\x00\xd8\x00\xd8"),
    ):
        (folder / name).write_bytes(content)
    yield from sorted(folder.iterdir())


def test_files_that_are_no_table_are_refused_soon(tmp_path: Path) -> None:
    refused = {}
    for path in hostile_tables(tmp_path):
        with soon():
            try:
                with opened_table(path) as table:
                    rows = sum(1 for _row in table.rows())
            except InputError as error:
                refused[path.name] = str(error)
            else:
                pytest.fail(f"{path.name} was read: {rows} rows")
    assert len(refused) == 11
