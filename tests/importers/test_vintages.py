"""Two versions of each data set, one after the other, through an adapter into a real store."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from counterclaim.db import reading
from counterclaim.importers.registry import ADAPTERS
from counterclaim.importers.run import ImportOptions, ImportRun
from counterclaim.importers.tables import opened_table
from counterclaim.models import Claim, Document, Event, ImportRow
from counterclaim.vocabulary import Status
from importing import real_file

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Engine

    from counterclaim.importers.run import ImportReport

UCDP = {
    "type_of_violence": "1",
    "side_a": "Government of Aland",
    "side_b": "Aland Front",
    "source_article": '"The Gazette,2031-03-04,Fighting";"Gull News,2031-03-05,Fighting"',
    "date_start": "2031-03-04",
    "date_end": "2031-03-04",
    "low": "1",
    "best": "1",
    "high": "1",
}
MISSILES = {
    "time_start": "2031-11-20",
    "time_end": "2031-11-21 7:00",
    "launch_place": "",
    "target": "Quarry",
    "launched": "2",
    "destroyed": "1",
    "source": "PvKPivden/posts/p1",
}


def _import(engine: Engine, adapter: str, path: Path) -> ImportReport:
    with opened_table(path) as table:
        run = ImportRun(engine, ADAPTERS[adapter], table, "test", ImportOptions(data_set=adapter))
        for _some in run.advance():
            pass
    return run.report


def _write(path: Path, rows: list[dict[str, str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, list({name: None for row in rows for name in row}))
        table.writeheader()
        table.writerows(rows)
    return path


def _counts(report: ImportReport) -> dict[str, int]:
    return {name: number for name, number in report.counts.items() if number}


def _claims(engine: Engine, status: Status) -> int:
    with reading(engine) as session:
        query = select(func.count()).select_from(Claim).where(Claim.status == status)
        return session.scalar(query) or 0


def test_versions_of_ucdp_ged_supersede_what_changed_and_withdraw_what_vanished(
    engine: Engine, tmp_path: Path
) -> None:
    ids = {name: {**UCDP, "id": name} for name in ("1", "2", "3")}
    old = _import(engine, "ucdp-ged", _write(tmp_path / "old.csv", list(ids.values())))
    assert _counts(old) == {"imported": 3, "claims": 6}
    pointed = {**ids["1"], "id": "1.0", "best": "1.0", "low": "1.0", "high": "1.0"}
    changed = {**ids["2"], "best": "4", "high": "9"}
    fresh = {**ids["3"], "id": "4"}
    new = _import(engine, "ucdp-ged", _write(tmp_path / "new.csv", [fresh, changed, pointed]))
    fates = {name: new.counts[name] for name in ("imported", "superseding", "unchanged")}
    assert fates == {"imported": 1, "superseding": 1, "unchanged": 1}
    assert new.withdrawn
    assert _claims(engine, Status.ACCEPTED) == 6
    with reading(engine) as session:
        assert session.scalar(select(func.count()).select_from(Document)) == 2
        assert session.scalar(select(func.count()).select_from(ImportRow)) == 6


def test_a_later_file_of_missile_attacks_corrects_a_row_that_contradicted_itself(
    engine: Engine, tmp_path: Path
) -> None:
    rows = [
        {**MISSILES, "model": "Moth-1"},
        {**MISSILES, "model": "Midge and Mosquito", "destroyed": "4"},
    ]
    old = _import(engine, "missile-attacks", _write(tmp_path / "old.csv", rows))
    assert _counts(old) == {"imported": 1, "rejected": 1, "claims": 2}
    assert old.created["source"] == ["ukrainian-air-force", "air-command-south"]
    later = [{**row, "destroyed": "0.0", "launched": "2.0", "border_crossing": ""} for row in rows]
    new = _import(engine, "missile-attacks", _write(tmp_path / "new.csv", later))
    assert _counts(new) == {"imported": 1, "superseding": 1, "claims": 4}
    assert _claims(engine, Status.SUPERSEDED) == 2  # That of the strike and that of the wave.
    with reading(engine) as session:
        # The wave, and a strike in it for each model.
        assert session.scalar(select(func.count()).select_from(Event)) == 3
    again = _import(engine, "missile-attacks", _write(tmp_path / "again.csv", later))
    assert _counts(again) == {"unchanged": 2}


def test_the_published_file_of_missile_attacks_is_taken_in_whole(sqlite_engine: Engine) -> None:
    file = real_file("missile_attacks_ua/missile_attacks_daily.2023-07.csv")
    report = _import(sqlite_engine, "missile-attacks", file)
    assert _counts(report) == {"imported": 307, "rejected": 2, "claims": 397}
