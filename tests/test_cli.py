"""The command line in this process; real processes are started in test_end_to_end.py."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import delete, func, select, update
from typer.testing import CliRunner

from counterclaim import __version__
from counterclaim.cli import app
from counterclaim.db import reading, writing
from counterclaim.models import Claim, EventMeasure, EventSummary
from factories import REFERENCE, aland_claim, article, put_file, put_world

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Engine
    from typer.testing import Result

MARKUP = "[/b] [bold]strike[/bold] :cat: [link=x]"
ESCAPES = "\x1b[2Jstrike\x07"


@pytest.fixture
def engine(sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """The store that the settings name."""
    url = sqlite_engine.url.render_as_string(hide_password=False)
    monkeypatch.setenv("COUNTERCLAIM_DATABASE_URL", url)
    return sqlite_engine


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def written(folder: Path, body: dict[str, Any]) -> str:
    path = folder / "[b]claims.json"
    path.write_text(json.dumps(body), encoding="utf-8")
    return str(path)


def claims(engine: Engine) -> int:
    with reading(engine) as session:
        return session.scalar(select(func.count()).select_from(Claim)) or 0


def test_the_version_is_printed() -> None:
    assert run("version").stdout == f"{__version__}\n"


def test_a_file_is_taken_in_once(engine: Engine, tmp_path: Path) -> None:
    put_file(engine, REFERENCE)
    file = written(tmp_path, article())
    tried = run("ingest", file, "--dry-run")
    assert "1 documents, 1 events, 2 claims would be loaded" in tried.stdout
    assert claims(engine) == 0
    done = run("ingest", file)
    assert done.exit_code == 0
    assert done.stdout.startswith("[b]claims.json: 1 documents, 1 events, 2 claims loaded")
    assert "nothing new loaded" in run("ingest", file).stdout
    assert claims(engine) == 2


@pytest.mark.parametrize(
    ("label", "shown"),
    [(MARKUP, MARKUP), (ESCAPES, r"\x1b[2Jstrike\x07")],
    ids=["markup", "escapes"],
)
def test_words_of_users_are_printed_as_they_are(
    engine: Engine, tmp_path: Path, label: str, shown: str
) -> None:
    put_world(engine)
    strike = {"ref": "E1", "kind": "strike", "label": label}
    document = {**article()["document"], "text": "Of this nothing else is known."}
    quote = "nothing else is known"
    again = [
        aland_claim(ref=None, quote=quote),
        aland_claim(ref="C2", quote=quote, stance="denies"),
    ]
    first = run(
        "ingest", written(tmp_path, article(document=document, events=[strike], claims=again))
    )
    assert first.exit_code == 0, first.output
    other = {**document, "text": "Of this nothing else is known. Nothing at all."}
    second = run("ingest", written(tmp_path, article(document=other, claims=again)))
    assert second.exit_code == 0, second.output
    assert "likely_duplicate" in second.stdout
    assert shown in re.sub(r"[\s│]+", " ", second.stdout)
    assert "\x1b[2J" not in second.stdout


def test_problems_are_printed_as_they_are(engine: Engine, tmp_path: Path) -> None:
    put_file(engine, REFERENCE)
    names = ["[bold]abc", "[/b]", ":cat:"]
    body = article(claims=[aland_claim(said_by=names, quote="five [red]Zeta-9[/red]")])
    refused = run("ingest", written(tmp_path, body))
    assert refused.exit_code == 1
    lines = refused.stderr.splitlines()
    assert lines[0] == "Nothing was stored: 4 problem(s)."
    for line, place, name in zip(lines[1:4], range(3), names, strict=True):
        assert line.startswith(f"  /claims/0/said_by/{place}  ")
        assert name in line
    assert claims(engine) == 0


def test_long_lines_are_not_broken(engine: Engine, tmp_path: Path) -> None:
    put_file(engine, REFERENCE)
    refused = run("ingest", written(tmp_path, article(claims=[aland_claim(event="x" * 90)])))
    assert len(refused.stderr.splitlines()) == 2


@pytest.mark.parametrize(
    "content",
    [r'"\ud800": 1', "a: !!int abc", "a: !!bool x", "document: {title: a, text_file: ''}", "\0"],
)
def test_no_file_ends_in_a_traceback(engine: Engine, tmp_path: Path, content: str) -> None:
    path = tmp_path / "claims.yaml"
    path.write_text(content)
    refused = run("ingest", str(path))
    assert isinstance(refused.exception, SystemExit)
    assert refused.exit_code == 1
    assert "Nothing was stored: 1 problem(s)." in refused.stderr
    assert claims(engine) == 0


@pytest.mark.parametrize("name", ["absent[/b].yaml", "."])
def test_a_file_that_cannot_be_read_is_named(engine: Engine, tmp_path: Path, name: str) -> None:
    refused = run("ingest", str(tmp_path / name))
    assert refused.exit_code == 1
    assert str(tmp_path / name) in refused.stderr
    assert claims(engine) == 0


def test_letters_that_the_terminal_lacks_are_no_failure(engine: Engine, tmp_path: Path) -> None:
    put_file(engine, REFERENCE)
    body = article(claims=[aland_claim(said_by=["Зета"])])
    refused = CliRunner(charset="ascii").invoke(app, ["ingest", written(tmp_path, body)])
    assert refused.exit_code == 1
    assert "\\u0417" in refused.stderr


def test_an_upgrade_that_adds_to_the_read_model_makes_it_anew(engine: Engine) -> None:
    put_world(engine)
    with writing(engine) as session:
        session.execute(update(EventSummary).values(divergence_ppm=None))
        session.execute(delete(EventMeasure))
    assert run("db", "upgrade").exit_code == 0
    with reading(engine) as session:
        assert session.scalars(select(EventSummary.divergence_ppm)).all() == [500_000]
        assert session.scalar(select(func.count()).select_from(EventMeasure)) == 9
