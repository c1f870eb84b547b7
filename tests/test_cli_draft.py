"""``counterclaim draft``: a text becomes a claim file that can be taken in as it stands."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from counterclaim.cli import app
from counterclaim.db import reading
from counterclaim.importers.claim_file import read_claim_file
from counterclaim.models import Claim, LedgerEntry
from factories import put_world
from model_stub import stub_model

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Engine
    from typer.testing import Result

REPORT = "On Wednesday six Zeta-9 missiles were fired at Quarry, the Bland Army said."
PAGE = (
    "<!doctype html><html lang='en'><head><title>Six missiles</title>"
    "<meta property='og:site_name' content='The Courier'>"
    "<meta property='article:published_time' content='2024-05-02'></head><body><nav>Home</nav>"
    f"<article><h1>Six missiles</h1><p>{REPORT}</p>"
    "<p>Two S-300 launchers were lost there, others wrote.</p></article></body></html>"
)


@pytest.fixture
def store(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """The small world, as the store that the settings name."""
    put_world(engine)
    url = engine.url.render_as_string(hide_password=False)
    monkeypatch.setenv("COUNTERCLAIM_DATABASE_URL", url)
    return engine


def run(*arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(app, ["draft", *arguments], input=stdin)


def entries(store: Engine) -> int:
    with reading(store) as session:
        return session.query(LedgerEntry).count() + session.query(Claim).count()


def test_a_saved_page_and_a_text_become_files_that_are_taken_in(
    store: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = entries(store)
    page, drafts = tmp_path / "page.html", tmp_path / "drafts.yaml"
    page.write_text(PAGE, encoding="utf-8")
    done = run(str(page), "--out", str(drafts))
    assert done.exit_code == 0, done.output
    assert "1 claim(s) about 1 event(s) proposed by the rules; nothing was stored" in done.stderr
    file = read_claim_file(drafts)
    assert file.document is not None
    assert file.document.title == "Six missiles"
    assert (file.document.publisher, file.document.published) == ("courier", "2024-05-02")
    (claim,) = file.claims
    assert (claim.said_by, claim.occurred) == (["bland-army"], "2024-05-01")
    assert claim.counts[0].launched == 6
    told = drafts.read_text(encoding="utf-8")
    assert "  # " in told[told.index("claims:") :]
    given = ("--published", "2024-05-09", "--publisher", "gazette", "--lang", "en", "--json")
    typed = run("-", *given, stdin=REPORT)
    body = json.loads(typed.stdout)
    assert body["document"]["title"] == REPORT
    assert body["document"]["publisher"] == "gazette"
    assert body["claims"][0]["occurred"] == "2024-05-08"
    assert entries(store) == before
    assert CliRunner().invoke(app, ["ingest", str(drafts)]).exit_code == 0
    assert entries(store) > before
    unsigned = tmp_path / "unsigned.yaml"
    own = run("-", "--out", str(unsigned), stdin="Six Zeta-9 missiles were fired at Harbour.")
    assert "publisher: not known" in own.stderr
    assert read_claim_file(unsigned).sources[0].key == "publisher-not-named"
    page.write_text(PAGE.replace("The Courier", "The Herald").replace("Two S-300", "3 S-300"))
    assert "'The Herald' is new to the store" in run(str(page), "--out", str(drafts)).stderr
    for made in (unsigned, drafts):
        taken = CliRunner().invoke(app, ["ingest", str(made)])
        assert taken.exit_code == 0, taken.output
    again = run(str(page))
    assert "stored already" in again.stderr
    assert "publisher: the-herald" in again.stdout
    with stub_model() as stub:
        stub.content = {"events": [], "claims": [{"quote": "seven Zeta-9 missiles"}]}
        monkeypatch.setenv("COUNTERCLAIM_DRAFT_URL", stub.url)
        monkeypatch.setenv("COUNTERCLAIM_DRAFT_MODEL", "tiny")
        asked = run("-", stdin=REPORT)
        assert "The text is sent to 127.0.0.1" in asked.stderr
        assert "Left out of its answer: 1 quote(s) that are not in the text" in asked.stderr
        assert asked.stdout.endswith("claims: []\n")
        assert "proposed by the rules" in run("-", "--rules", stdin=REPORT).stderr
        assert len(stub.asked) == 1


WRONG = (
    (b"", (), "The file is empty"),
    (b"%PDF-1.7\x00", (), "is a PDF"),
    (b"\xff\x00\xff", (), "no UTF-8"),
    (REPORT.encode(), ("--publisher", "Currier"), "Did you mean The Courier"),
    (REPORT.encode(), ("--published", "Tuesday"), "/published"),
    (REPORT.encode(), ("--lang", "?"), "/lang"),
)


def test_what_cannot_be_read_is_told(store: Engine, tmp_path: Path) -> None:
    file = tmp_path / "text.txt"
    for content, arguments, told in WRONG:
        file.write_bytes(content)
        refused = run(str(file), *arguments)
        assert (refused.exit_code, refused.stdout) == (1, "")
        assert told in refused.stderr
