"""Data sets in versions: what an import writes, changes and withdraws."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select, text

from counterclaim.db import now, reading, writing
from counterclaim.errors import ConflictError
from counterclaim.importers import run as importing
from counterclaim.models import (
    Claim,
    Document,
    Event,
    EventPart,
    EventSummary,
    ImportBatch,
    ImportRow,
    LedgerEntry,
    Source,
)
from counterclaim.queries.changes import NOUNS
from counterclaim.store.ledger import open_writer
from counterclaim.store.rebuild import rebuild
from counterclaim.store.redaction import redact_document, redact_source
from counterclaim.store.review import retract_claim
from counterclaim.store.verify import verify
from counterclaim.vocabulary import RowFate, Status
from factories import put_world
from toy_imports import take_in, toy_file

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Engine

FIRST = (
    "t1,2024-05-01,quarry,2,Two died,night",
    "t2,2024-05-02,harbour,0,Nobody died,night",
    "t3,2024-05-03,nowhere,1,One died,",
    "t4,2024-05-04,quarry,many,Many died,",
    "t5,2024-05-05,quarry,5,Five died,",
)
SECOND = (
    "t1,2024-05-01,quarry,3,Three died,night",
    "t2,2024-05-02,harbour,0,Nobody died,night",
    "t6,2024-05-06,quarry,6,Six died,",
    "t6,2024-05-06,quarry,7,Seven died,",
)


@pytest.fixture
def toy(engine: Engine) -> Engine:
    put_world(engine)
    return engine


def count(engine: Engine, model: type[Any]) -> int:
    with reading(engine) as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def claims_of(engine: Engine, key: str) -> list[Claim]:
    with reading(engine) as session:
        rows = select(ImportRow.id).where(ImportRow.record_key == key)
        query = select(Claim).where(Claim.import_row_id.in_(rows)).order_by(Claim.recorded_at)
        return list(session.scalars(query))


def served(engine: Engine, at: datetime | None = None) -> dict[str, str]:
    """The answers that counted at an instant, by label."""
    query = select(Event.label, EventSummary.document).join(
        Event, Event.id == EventSummary.event_id
    )
    instant = at or now()
    with reading(engine) as session:
        known = query.where(
            EventSummary.valid_from <= instant,
            (EventSummary.valid_to.is_(None)) | (EventSummary.valid_to > instant),
        )
        return {str(label): str(document) for label, document in session.execute(known)}


def check_whole(engine: Engine) -> None:
    """The store verifies, and its read model follows from its rows."""
    stored = select(EventSummary.event_id, EventSummary.valid_from, EventSummary.document)
    with writing(engine) as session:
        before = set(map(tuple, session.execute(stored)))
        rebuild(session)
        assert set(map(tuple, session.execute(stored))) == before
    with reading(engine) as session:
        found = verify(session)
        assert found.faults == []
        assert found.entries + found.rows == found.total
        assert set(session.scalars(select(LedgerEntry.action).distinct())) <= {
            *NOUNS,
            "redact_document",
            "redact_source",
        }


def test_versions_of_a_data_set(toy: Engine, tmp_path: Path) -> None:
    first, second = toy_file(tmp_path / "1.csv", *FIRST), toy_file(tmp_path / "2.csv", *SECOND)

    tried = take_in(toy, first, "v1", dry_run=True)
    assert tried.counts["imported"] == 3
    assert count(toy, ImportRow) == 0

    report = take_in(toy, first, "v1")
    assert report.counts == {"imported": 3, "rejected": 2, "claims": 3, "withdrawn": 0}
    assert report.created == {"source": ["toy-desk"]}
    assert any("nowhere" in detail for detail in report.names)
    assert count(toy, EventPart) == 2
    with reading(toy) as session:
        rows = session.scalars(select(ImportRow).order_by(ImportRow.line)).all()
        assert [(row.line, row.record_key, str(row.fate)) for row in rows] == [
            (2, "t1", "imported"),
            (3, "t2", "imported"),
            (4, "t3", "rejected"),
            (5, "t4", "rejected"),
            (6, "t5", "imported"),
        ]
        assert "nowhere" in (rows[2].reason or "")
        assert rows[3].original["dead"] == "many"
    (claim,) = claims_of(toy, "t1")
    assert claim.quote_id is not None
    assert claim.warnings == [
        {"code": "import_remark", "detail": "The hour is not known.", "pointer": None}
    ]
    known = {model: count(toy, model) for model in (Claim, Event, Document, Source, EventPart)}
    after_first, answers = now(), served(toy)

    again = take_in(toy, first, "v1")
    assert again.counts == {"unchanged": 3, "rejected": 2, "claims": 0, "withdrawn": 0}
    assert {model: count(toy, model) for model in known} == known
    assert served(toy) == answers

    newer = take_in(toy, second, "v2", partial=True)
    assert newer.counts["superseding"] == newer.counts["unchanged"] == 1
    assert newer.counts["rejected"] == 1, "the same record twice, otherwise"
    old, new = claims_of(toy, "t1")
    assert (old.status, new.supersedes_id) == (Status.SUPERSEDED, old.id)
    assert "toy v2" in (old.end_reason or "")
    assert [claim.status for claim in claims_of(toy, "t5")] == [Status.ACCEPTED]

    whole = take_in(toy, second, "v2b")
    assert whole.missing is not None
    assert (whole.missing.missing, whole.withdrawn) == (1, True)
    (gone,) = claims_of(toy, "t5")
    assert gone.status is Status.RETRACTED
    assert (gone.end_reason or "").startswith("source_withdrew: toy v2b")
    assert served(toy, after_first) == answers

    back = take_in(toy, first, "v1 again")
    assert back.counts["superseding"] == 1
    assert back.counts["imported"] == 1, "what was withdrawn is said again"
    assert [claim.status for claim in claims_of(toy, "t5")] == [Status.RETRACTED, Status.ACCEPTED]
    assert len({claim.id for claim in claims_of(toy, "t1")}) == 3
    check_whole(toy)


def test_a_sample_wipes_nothing_out_unless_it_is_told_to(toy: Engine, tmp_path: Path) -> None:
    take_in(toy, toy_file(tmp_path / "1.csv", *FIRST), "v1")
    sample = toy_file(tmp_path / "2.csv", FIRST[0])
    report = take_in(toy, sample, "sample")
    assert report.missing is not None
    assert (report.missing.missing, report.missing.kept, report.withdrawn) == (2, 1, False)
    assert [claim.status for claim in claims_of(toy, "t5")] == [Status.ACCEPTED]
    assert take_in(toy, sample, "v2", withdraw=True).counts["withdrawn"] == 2
    assert [claim.status for claim in claims_of(toy, "t5")] == [Status.RETRACTED]


def test_what_a_reviewer_retracted_is_not_brought_back(toy: Engine, tmp_path: Path) -> None:
    first = toy_file(tmp_path / "1.csv", *FIRST)
    take_in(toy, first, "v1")
    (claim,) = claims_of(toy, "t1")
    with writing(toy) as session:
        retract_claim(open_writer(session, "reviewer"), claim.id, "It is another place.")
    assert take_in(toy, first, "v1").counts["claims"] == 0
    assert [one.status for one in claims_of(toy, "t1")] == [Status.RETRACTED]


def test_a_row_that_breaks_a_rule_of_the_database_is_refused_alone(
    toy: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rule that nothing above the database knows: here that a count stays below a bound."""
    rule = "CREATE UNIQUE INDEX odd ON casualty (low) WHERE low > 4"
    with writing(toy) as session:
        session.execute(text(rule))
    rows = (*FIRST[:2], FIRST[4], "t7,2024-05-07,quarry,5,Five died there,")
    report = take_in(toy, toy_file(tmp_path / "1.csv", *rows), "v1")
    assert (report.counts["imported"], report.counts["rejected"]) == (3, 1)
    with reading(toy) as session:
        refused = session.scalars(select(ImportRow).where(ImportRow.fate == RowFate.REJECTED)).one()
        assert (refused.record_key, refused.reason) == ("t7", "The database refuses its values.")
    check_whole(toy)


KILLED = """
import os, sys
from counterclaim.db import make_engine
from counterclaim.importers import run
from pathlib import Path
from toy_imports import take_in
run.ROWS = 2
finished = 0
real = run.ImportRun._take
def take(self, writer, some):
    global finished
    if finished == 2:
        os._exit(9)
    finished += 1
    return real(self, writer, some)
run.ImportRun._take = take
take_in(make_engine(sys.argv[1]), Path(sys.argv[2]), "v1")
"""


def test_a_killed_import_goes_on_without_loss_or_doubles(
    toy: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [f"k{n},2024-05-01,quarry,{n},{n} died,wave" for n in range(9)]
    file = toy_file(tmp_path / "k.csv", *rows)
    url = toy.url.render_as_string(hide_password=False)
    path = os.pathsep.join([str(Path(__file__).parents[1]), *sys.path])
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, url, str(file)],
        env={**os.environ, "PYTHONPATH": path},
        check=False,
    )
    assert killed.returncode == 9
    assert count(toy, ImportRow) == 4
    with pytest.raises(ConflictError, match="--resume"):
        take_in(toy, file, "v1")
    monkeypatch.setattr(importing, "ROWS", 2)
    report = take_in(toy, file, "v1", resume=True)
    assert report.counts["imported"] == report.counts["claims"] == 9
    assert count(toy, ImportRow) == count(toy, EventPart) == 9
    with pytest.raises(ConflictError, match="resume"):
        take_in(toy, file, "v1", resume=True)
    with reading(toy) as session:
        assert session.scalars(select(ImportBatch)).one().finished_at is not None
    check_whole(toy)


def test_redacted_words_leave_the_rows_and_do_not_come_back(toy: Engine, tmp_path: Path) -> None:
    words = "The commander of the third post died"
    rows = (f"t1,2024-05-01,quarry,1,{words},", FIRST[1])
    first = toy_file(tmp_path / "1.csv", *rows)
    take_in(toy, first, "v1")
    take_in(toy, first, "v1")
    (claim,) = claims_of(toy, "t1")
    with writing(toy) as session:
        redact_document(open_writer(session, "operator"), claim.document_id, "By court order.")
    take_in(toy, first, "v1")
    with reading(toy) as session:
        originals = session.scalars(select(ImportRow.original)).all()
        assert len(originals) == 6
        assert not any("commander" in str(original) for original in originals)
        assert any("Nobody died" in str(original) for original in originals)
    with writing(toy) as session:
        redact_source(open_writer(session, "operator"), "toy-desk", "By court order.")
    report = take_in(toy, first, "v1")
    assert report.counts["rejected"] == 2
    with reading(toy) as session:
        reasons = session.scalars(select(ImportRow.reason)).all()
    assert not any("toy" in (reason or "").lower() for reason in reasons)
    check_whole(toy)
