"""``counterclaim import`` with the adapter of the project's own layout."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from counterclaim.cli import app
from counterclaim.db import reading
from counterclaim.importers import run as importing
from counterclaim.models import Casualty, Claim, ClaimPlace, ImportRow, InterceptionCount
from counterclaim.store.imports import take_rows
from factories import put_world

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Engine
    from typer.testing import Result

TABLE = """\
key,event,event_kind,event_label,document_text,publisher,published,said_by,quote,occurred,place,\
latitude,longitude,munition,launched,casualty_harm,casualty_count,remark of mine
a,E,strike,At Quarry,Five came and two died.,gazette,2024-05-02,aland;aland-mod,Five came,\
2024-05-01,quarry,,,zeta-9,five,killed,2,x
b,E,,,More came.,courier,2024-05-03,,,,,50.5,30.5,moth,several,,,
c,E,,,More came.,courier,2024-05-03,,,,,,,moth-8,6,,,
d,F,strikes,Odd,More came.,courier,2024-05-03,,,,,,,moth,6,,,
"""

LINES = (
    {
        "key": "j1",
        "event": {"key": "J", "kind": "strike", "label": "By Owl-3"},
        "document": {"text": "Two Owl-3 came to Quarry.", "publisher": "gazette"},
        "new": {"munitions": [{"key": "owl-3", "name": "Owl-3", "category": "drone"}]},
        "quote": "Two Owl-3",
        "basis": "stated",
        "counts": [{"munition": "owl-3", "launched": "two"}],
    },
    {
        "key": "j2",
        "event": "J",
        "document": {"text": "One of them hit.", "publisher": "courier"},
        "counts": [{"munition": "owl-3", "hit": "one"}],
    },
)


@pytest.fixture
def engine(sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Engine:
    url = sqlite_engine.url.render_as_string(hide_password=False)
    monkeypatch.setenv("COUNTERCLAIM_DATABASE_URL", url)
    put_world(sqlite_engine)
    return sqlite_engine


def run(*arguments: str, given: str | None = None) -> Result:
    return CliRunner().invoke(app, ["import", *arguments], input=given)


def test_a_table_of_claims_is_imported_with_a_report_and_a_file_of_rejects(
    engine: Engine, tmp_path: Path
) -> None:
    file = tmp_path / "own.csv"
    file.write_text(TABLE, encoding="utf-8")
    trial = run("claims", str(file), "--dry-run")
    assert (trial.exit_code, "nothing was stored" in trial.stdout) == (0, True), trial.output
    with reading(engine) as session:
        assert session.scalars(select(ImportRow)).first() is None

    done = run("claims", str(file), "--version", "1")
    assert done.exit_code == 0, done.output
    assert "2 claim(s) made, 0 withdrawn." in done.stdout
    assert "No munition is called 'moth-8'." in done.stdout
    listed = (tmp_path / "own.csv.rejects.csv").read_text(encoding="utf-8").splitlines()
    assert listed[0] == "line,record,column,value,reason"
    assert listed[1].startswith("4,c,/claims/0/counts/0/munition,,")
    assert listed[2].startswith("5,d,event_kind,strikes,")
    with reading(engine) as session:
        row = session.scalars(select(ImportRow).where(ImportRow.record_key == "a")).one()
        first = session.scalars(select(Claim).where(Claim.import_row_id == row.id)).one()
        assert row.original["remark of mine"] == "x"
        casualty = session.scalars(select(Casualty).where(Casualty.claim_id == first.id)).one()
        assert (casualty.low, casualty.high) == (2, 2)
        other = select(Claim).where(Claim.basis == "imported", Claim.id != first.id)
        second = session.scalars(other).one()
        assert second.event_id == first.event_id
        count = select(InterceptionCount).where(InterceptionCount.claim_id == second.id)
        assert (session.scalars(count).one().low, session.scalars(count).one().high) == (2, None)
        place = session.scalars(select(ClaimPlace).where(ClaimPlace.claim_id == second.id)).one()
        assert (place.latitude, place.longitude) == (50.5, 30.5)


def test_lines_of_json_come_from_standard_input(engine: Engine) -> None:
    done = run("claims", "-", given="\n".join(orjson.dumps(line).decode() for line in LINES))
    assert done.exit_code == 0, done.output
    assert "New in munition: owl-3" in done.stdout
    assert "2 claim(s) made" in done.stdout


def test_what_cannot_be_imported_tells_so_by_the_exit_code(engine: Engine, tmp_path: Path) -> None:
    file = tmp_path / "own.csv"
    file.write_text("id,event\n1,E\n", encoding="utf-8")
    no_key = run("claims", str(file))
    assert (no_key.exit_code, "needs a column key" in no_key.stderr) == (1, True)
    assert "needs a column key" in run("claims", str(file)).stderr, "nothing was begun"
    file.write_text("key,ocurred\n1,2024\n", encoding="utf-8")
    misspelt = run("claims", str(file))
    assert (misspelt.exit_code, "Did you mean occurred" in misspelt.stderr) == (1, True)
    unknown = run("clams", str(file))
    assert (unknown.exit_code, "claims" in unknown.stderr) == (1, True)
    nothing = run("claims", "-", given='{"key": 3}\n')
    assert (nothing.exit_code, "Nothing could be taken in" in nothing.stderr) == (1, True)


def test_an_interrupted_import_says_how_to_go_on(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "own.csv"
    file.write_text(TABLE, encoding="utf-8")
    calls: list[object] = []

    def interrupted(*given: object) -> object:
        calls.append(given)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return take_rows(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(importing, "ROWS", 1)
    monkeypatch.setattr(importing, "take_rows", interrupted)
    stopped = run("claims", str(file), "--partial")
    assert stopped.exit_code == 130
    assert f"counterclaim import claims '{file}' --resume --partial" in stopped.stderr
    again = run("claims", str(file))
    assert (again.exit_code, "--resume" in again.stderr) == (1, True)
    done = run("claims", str(file), "--resume", "--partial")
    assert done.exit_code == 0, done.output
    assert "2 claim(s) made" in done.stdout
