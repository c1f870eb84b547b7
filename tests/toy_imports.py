"""An invented data set of a few columns, its adapter, and how a test imports a version of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from counterclaim.importers.run import ImportOptions, ImportRun
from counterclaim.importers.tables import opened_table
from counterclaim.schemas.imported import ImportedClaim, ImportedEvent, Record, Reject
from counterclaim.schemas.incoming import DocumentIn, SourceIn
from counterclaim.vocabulary import EventKind, Harm, Scope, SourceKind
from factories import ACTOR

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from sqlalchemy import Engine

    from counterclaim.importers.run import ImportReport
    from counterclaim.importers.tables import TableRow
    from counterclaim.queries.names import Finder

HEADER = "id,day,place,dead,said,wave"


class Toy:
    """Rows of deaths at places of the small world, as an outlet counted them."""

    name: ClassVar[str] = "toy"
    title: ClassVar[str] = "Toy Counts"
    columns: ClassVar[tuple[str, ...]] = ("id", "dead")
    texts: ClassVar[tuple[str, ...]] = ()
    publisher: ClassVar[SourceIn] = SourceIn(
        key="toy-desk", name="Toy Desk", kind=SourceKind.DATA_SET
    )

    def records(self, rows: Iterable[TableRow], _names: Finder) -> Iterator[Record | Reject]:
        for row in rows:
            cells = row.cells
            if not cells["dead"].isdigit():
                reason = "The number of dead is no number."
                yield Reject(row.line, cells["id"], dict(cells), "dead", cells["dead"], reason)
                continue
            yield toy_record(row.line, dict(cells), self.publisher)


def toy_record(line: int, cells: dict[str, str], publisher: SourceIn) -> Record:
    key, text = cells["id"], f"{cells['said']} ({cells['id']})"
    claim: dict[str, Any] = {
        "event": key,
        "said_by": ["toy-desk"],
        "quote": cells["said"],
        "occurred": cells["day"],
        "places": [{"place": cells["place"]}],
        "casualties": [{"harm": Harm.KILLED, "count": int(cells["dead"])}],
    }
    events = [ImportedEvent(key=key, kind=EventKind.BATTLE, label=f"Fight {key}")]
    if cells["wave"]:
        wave = {"kind": EventKind.BATTLE, "scope": Scope.WAVE, "parts": [key]}
        events.append(ImportedEvent(key=cells["wave"], label=cells["wave"], **wave))
    return Record(
        line=line,
        key=key,
        original=dict(cells),
        sources=[publisher],
        documents=[DocumentIn(title=f"Count {key}", text=text, publisher="toy-desk")],
        events=events,
        claims=[ImportedClaim.model_validate(claim)],
        remarks=["The hour is not known."],
    )


def toy_file(path: Path, *rows: str) -> Path:
    path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    return path


def take_in(engine: Engine, path: Path, version: str, **given: Any) -> ImportReport:
    """Import a version of the invented data set."""
    options = ImportOptions(data_set="toy", version=version, **given)
    with opened_table(path) as table:
        run = ImportRun(engine, Toy(), table, ACTOR, options)
        for _taken in run.advance():
            pass
    return run.report
