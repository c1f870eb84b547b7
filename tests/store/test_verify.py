from __future__ import annotations

from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import JSON, DateTime, Enum, Float, Integer, delete, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from counterclaim.db import (
    Base,
    Id,
    UtcDateTime,
    make_engine,
    new_id,
    now,
    reading,
    table_of,
    writing,
)
from counterclaim.models import (
    ApiKey,
    Claim,
    ClaimPlace,
    Document,
    Event,
    EventJudgement,
    ImportBatch,
    ImportRow,
    InterceptionCount,
    LedgerEntry,
    Occurrence,
    Place,
    PlaceName,
    Quote,
    Release,
    Source,
    SourceName,
    SourceRating,
)
from counterclaim.statements import WriteSession
from counterclaim.store.ledger import entry_hash, open_writer
from counterclaim.store.rebuild import DERIVED, rebuild
from counterclaim.store.regions import record_regions
from counterclaim.store.resealing import resealed
from counterclaim.store.rows import columns_of
from counterclaim.store.seals import LIVING, seal, seal_row
from counterclaim.store.verify import Fault, Verification, verify
from counterclaim.store.verify.rows import OWNERS, SAID
from everything import put_everything
from factories import put_world

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Column, Engine
    from sqlalchemy.orm import Session

    from conftest import Databases

MODELS: list[type[Any]] = [Document, Quote, Claim, ImportBatch, ImportRow, *SAID, *OWNERS]
WRITTEN = [model for model in MODELS if model is not ApiKey]
"""Every table that a write fills."""
TABLES = pytest.mark.parametrize("model", WRITTEN, ids=[model.__name__ for model in WRITTEN])


@pytest.fixture(scope="module")
def full_sqlite(sqlite_databases: Databases) -> Iterator[Engine]:
    """A store with every kind of write; who changes it undoes that."""
    yield from filled(sqlite_databases)


@pytest.fixture(scope="module")
def full_postgresql(postgresql_databases: Databases) -> Iterator[Engine]:
    """The same on PostgreSQL."""
    yield from filled(postgresql_databases)


@pytest.fixture(params=["sqlite", "postgresql"])
def full(request: pytest.FixtureRequest) -> Engine:
    """The same on each."""
    engine: Engine = request.getfixturevalue(f"full_{request.param}")
    return engine


def filled(databases: Databases) -> Iterator[Engine]:
    name = databases.migrated(put_everything)
    engine = make_engine(databases.url(name))
    yield engine
    engine.dispose()
    databases.drop(name)


@contextmanager
def tampering(engine: Engine) -> Iterator[WriteSession]:
    """A session in which no foreign key and no trigger stands guard, undone at the end."""
    with WriteSession(engine) as session:
        if engine.dialect.name == "sqlite":
            session.execute(text("PRAGMA defer_foreign_keys=ON"))
            session.execute(text("PRAGMA ignore_check_constraints=ON"))
        else:
            session.execute(text("SET LOCAL session_replication_role = replica"))
        yield session
        session.rollback()
        if engine.dialect.name == "sqlite":
            session.execute(text("PRAGMA ignore_check_constraints=OFF"))


def named(found: Verification) -> set[tuple[str | None, str | int | None]]:
    """What the faults name: tables with ids, or entries."""
    return {(fault.table, fault.id if fault.table else fault.seq) for fault in found.faults}


def faults_of(engine: Engine, *statements: Any) -> Verification:
    """What is found after these statements, which are undone."""
    with tampering(engine) as session:
        for statement in statements:
            session.execute(statement)
        return verify(session)


def first_row(session: Session, model: type[Any]) -> dict[str, Any]:
    table = table_of(model)
    row = session.execute(select(table).order_by(*table.primary_key.columns).limit(1)).one()
    return dict(row._mapping)


def same_row(model: type[Any], row: dict[str, Any]) -> list[Any]:
    return [column == row[column.key] for column in table_of(model).primary_key.columns]


def other_value(column: Column[Any], value: Any) -> Any:
    """Another value of the same type, that most constraints allow."""
    kind = column.type
    if isinstance(kind, Enum):
        return next(word for word in kind.enums if word != str(value))
    if isinstance(kind, Id):
        return new_id()
    if isinstance(kind, UtcDateTime | DateTime):
        return (value or datetime.fromisoformat("2024-05-01T00:00:00Z")) + timedelta(seconds=1)
    if isinstance(kind, Integer):
        return -value if column.key == "polarity" else (value or 0) + 1
    if isinstance(kind, Float):
        return (value or 0) + 0.25
    if isinstance(kind, JSON):
        return {**value, "other": 1}
    if value is None:
        return "XX"
    return f"{value[:-1]}{'Y' if value[-1:] != 'Y' else 'Z'}"


def expected_name(model: type[Any], row: dict[str, Any]) -> tuple[str, str]:
    if model in SAID:
        return "claim", row["claim_id"]
    return model.__tablename__, row["id"]


# -- Nothing wrong ---------------------------------------------------------------------------------


def test_a_store_with_every_kind_of_write_is_clean(full: Engine) -> None:
    seen: list[tuple[int, int]] = []
    with reading(full) as session:
        found = verify(session, progress=lambda done, total: seen.append((done, total)))
        entries = session.scalars(select(LedgerEntry).order_by(LedgerEntry.seq)).all()
        for model in WRITTEN:
            assert session.execute(select(table_of(model)).limit(1)).one_or_none(), model
    assert found.faults == []
    assert {one.table for one in found.redactions} == {"source", "source_name"}
    assert (found.seq, found.hash, found.at) == (len(entries), entries[-1].hash, entries[-1].at)
    assert found.entries == len(entries)
    assert seen[-1] == (found.total, found.total)
    assert found.entries + found.rows == found.total


def test_it_is_clean_after_the_read_model_was_made_anew(full: Engine) -> None:
    with writing(full) as session:
        rebuild(session)
    with reading(full) as session:
        assert verify(session).clean


def test_an_empty_store_is_clean(engine: Engine) -> None:
    with reading(engine) as session:
        found = verify(session, head="0" * 64)
    assert (found.seq, found.faults) == (0, [])


# -- Rows ------------------------------------------------------------------------------------------

UNSEALED = {"warnings"}
"""A claim's remarks are recomputed when more is known, and are nobody's statement."""


@TABLES
def test_a_changed_column_is_found_in_the_row_that_it_stands_in(
    full_sqlite: Engine, model: type[Any]
) -> None:
    table = table_of(model)
    with reading(full_sqlite) as session:
        row = first_row(session, model)
    refused = []
    for column in table.columns:
        if column.key in UNSEALED:
            continue
        change = update(table).where(*same_row(model, row))
        changed = change.values({column: other_value(column, row[column.key])})
        try:
            found = faults_of(full_sqlite, changed)
        except IntegrityError:  # A CHECK or a unique key stands guard.
            refused.append(column.key)
            continue
        assert expected_name(model, row) in named(found), column
    assert len(refused) < len(table.columns) / 2, refused


@TABLES
def test_a_removed_row_is_named(full_sqlite: Engine, model: type[Any]) -> None:
    with reading(full_sqlite) as session:
        row = first_row(session, model)
    found = faults_of(full_sqlite, delete(table_of(model)).where(*same_row(model, row)))
    assert expected_name(model, row) in named(found)


@TABLES
def test_a_row_that_was_added_by_hand_is_named(full_sqlite: Engine, model: type[Any]) -> None:
    table = table_of(model)
    with reading(full_sqlite) as session:
        row = first_row(session, model)
        if model is Occurrence:  # There is one a claim: another claim gets it.
            row["claim_id"] = session.scalars(
                select(Claim.id).where(Claim.id.not_in(select(Occurrence.claim_id)))
            ).first()
    for name, value in FREE.items():
        if name in table.columns and (model is not Claim or name in {"id", "content_key"}):
            row[name] = value(table.columns[name], row[name])
    found = faults_of(full_sqlite, insert(table).values(row))
    assert expected_name(model, row) in named(found)


def test_what_was_changed_in_every_table_is_named_at_once(full_postgresql: Engine) -> None:
    with tampering(full_postgresql) as session:
        rows = [(model, first_row(session, model)) for model in WRITTEN]
        for model, row in rows:
            change_something(session, model, row)
        found = named(verify(session))
    assert {expected_name(model, row) for model, row in rows} <= found


def change_something(session: WriteSession, model: type[Any], row: dict[str, Any]) -> None:
    """Another value in the first column that nothing stands guard over."""
    table = table_of(model)
    for column in table.columns:
        if column.primary_key or column.key in UNSEALED:
            continue
        changed = update(table).where(*same_row(model, row))
        try:
            with session.begin_nested():
                session.execute(changed.values({column: other_value(column, row[column.key])}))
        except IntegrityError:
            continue
        return


FREE: dict[str, Callable[[Column[Any], Any], Any]] = {
    "id": lambda _column, _value: new_id(),
    "position": lambda _column, _value: 77,
    "line": lambda _column, _value: 77,
    "key": other_value,
    "sha256": other_value,
    "content_key": other_value,
    "number": lambda _column, _value: 77,
    "name": other_value,
    "object": other_value,
    "start": lambda _column, value: value + 1,
    "end": lambda _column, value: value + 1,
    "ended_at": lambda _column, value: value or now(),
    "outcome": lambda _column, _value: "in_flight",
    "harm": lambda _column, _value: "captured",
    "geonames_id": lambda _column, _value: 77,
}
"""What must be another value where a row is put beside the one that it was copied from."""


def test_the_end_of_a_row_is_held_against_the_entries(full: Engine) -> None:
    with reading(full) as session:
        ratings = session.scalars(select(SourceRating).order_by(SourceRating.recorded_at)).all()
        judgements = session.scalars(select(EventJudgement)).all()
    rows: list[Any] = [*ratings, *judgements]
    assert [row.ended_at is None for row in rows] == [False, True, False, False]
    for row, value in zip(rows[1:], (now(), None, None), strict=True):
        table = table_of(type(row))
        found = faults_of(full, update(table).where(table.c.id == row.id).values(ended_at=value))
        (fault,) = found.faults
        assert (fault.table, fault.id) == (row.__tablename__, row.id)
        assert "ended_at" in fault.detail


def test_the_seal_of_a_claim_holds_the_order_of_its_figures(full: Engine) -> None:
    with reading(full) as session:
        figure = session.scalars(select(InterceptionCount)).first()
        assert figure is not None
    table = table_of(InterceptionCount)
    one = table.c.claim_id == figure.claim_id, table.c.position == figure.position
    found = faults_of(full, update(table).where(*one).values(position=77))
    assert named(found) == {("claim", figure.claim_id)}


def test_a_successor_that_was_forgotten_is_named(full: Engine) -> None:
    with reading(full) as session:
        new = session.scalars(select(Claim).where(Claim.supersedes_id.is_not(None))).one()
    found = faults_of(full, update(Claim).where(Claim.id == new.id).values(supersedes_id=None))
    assert named(found) == {("claim", new.id)}
    assert any("supersedes_id is null" in fault.detail for fault in found.faults)


def test_a_changed_text_is_named_and_so_is_the_quote_that_is_not_in_it(full: Engine) -> None:
    with reading(full) as session:
        quote = session.scalars(select(Quote).order_by(Quote.id)).first()
        assert quote is not None
        document = session.get_one(Document, quote.document_id)
    table = table_of(Document)
    change = update(table).where(table.c.id == document.id).values(text=f" {document.text}")
    (fault,) = faults_of(full, change).faults
    assert str(fault).startswith(f"document {document.id}: ")
    assert "its text does not give its sha256" in fault.detail


def test_rows_that_were_written_under_one_seal(sqlite_engine: Engine) -> None:
    put_world(sqlite_engine)
    with writing(sqlite_engine) as session:
        record_regions(open_writer(session, "operator"))
    with reading(sqlite_engine) as session:
        assert verify(session).clean
        seq = session.scalar(select(LedgerEntry.seq).where(LedgerEntry.action == "record_regions"))
        place = session.scalars(select(Place).where(Place.region == "UA-12")).one()
        name = session.scalars(select(PlaceName).where(PlaceName.place_id == place.id)).first()
        assert name is not None
    for statement, what in (
        (update(Place).where(Place.id == place.id).values(name="Elsewhere"), "was changed"),
        (update(PlaceName).where(PlaceName.id == name.id).values(name="Elsewhere"), "was changed"),
        (delete(PlaceName).where(PlaceName.id == name.id), "are there"),
        (insert(PlaceName).values({**columns_of(name), "id": new_id(), "name": "X"}), "are there"),
    ):
        (fault,) = faults_of(sqlite_engine, statement).faults
        assert (fault.seq, what in fault.detail) == (seq, True), fault


def test_a_key_is_checked_if_an_entry_names_it(engine: Engine) -> None:
    def key(name: str) -> ApiKey:
        sha256 = name[0] * 64
        return ApiKey(id=new_id(), name=name, sha256=sha256, scopes=["read"], created_at=now())

    with writing(engine) as session:
        told, untold = key("a"), key("b")
        session.add_all([told, untold])
        body = {"sha256": seal_row(told)}
        open_writer(session, "operator").note("record_api_key", told.id, body)
    assert faults_of(engine, update(ApiKey).values(last_used_at=now())).clean
    for values in ({"scopes": ["admin"]}, {"revoked_at": now()}):
        changed = update(table_of(ApiKey)).values(values)
        assert named(faults_of(engine, changed)) == {("api_key", told.id)}
    with writing(engine) as session:
        writer = open_writer(session, "operator")
        session.execute(update(ApiKey).where(ApiKey.id == told.id).values(revoked_at=writer.at))
        writer.note("revoke_api_key", told.id, {})
    assert faults_of(engine).clean
    brought_back = update(table_of(ApiKey)).values(revoked_at=None)
    assert named(faults_of(engine, brought_back)) == {("api_key", told.id)}


def test_a_value_that_cannot_be_read_is_named(full: Engine) -> None:
    if full.dialect.name == "postgresql":
        pytest.skip("PostgreSQL holds no value of another type.")
    with reading(full) as session:
        source = session.scalars(select(Source).order_by(Source.id)).first()
        assert source is not None
    change = text("UPDATE source SET recorded_at = 'soon' WHERE id = :id").bindparams(id=source.id)
    assert ("source", source.id) in named(faults_of(full, change))


# -- Redactions ------------------------------------------------------------------------------------


def test_a_redaction_is_told_and_no_fault(engine: Engine) -> None:
    put_everything(engine)
    with reading(engine) as session:
        before = {(one.table, one.id) for one in verify(session).redactions}
    with writing(engine) as session:
        claim = session.scalars(select(Claim).where(Claim.end_reason.is_not(None))).first()
        place = session.scalars(select(ClaimPlace).where(ClaimPlace.said.is_not(None))).first()
        document = session.scalars(select(Document)).first()
        assert claim is not None
        assert place is not None
        assert document is not None
        quote = session.scalars(select(Quote).where(Quote.document_id == document.id)).first()
        assert quote is not None
        claim.note = claim.end_reason = place.said = document.title = "█"
        document.text = "█" * len(document.text)
        quote.exact = "█" * len(quote.exact)
        rows: list[Any] = [claim, place, document, quote]
        columns = {SourceRating: "rationale", SourceName: "name", Event: "label", Release: "note"}
        for model, column in columns.items():
            row: Any = session.scalars(select(model)).first()
            setattr(row, column, "█")
            rows.append(row)
        body = resealed(session, rows)
        open_writer(session, "admin").note("redact_document", document.id, body)
    with reading(engine) as session:
        found = verify(session)
    assert found.faults == []
    expected = {(row.__tablename__, row.id) for row in rows if row is not place}
    assert {(one.table, one.id) for one in found.redactions} == {
        *before,
        *expected,
        ("claim", place.claim_id),
    }
    for table, values in (
        (table_of(Event), {"label": "Something else"}),
        (table_of(Quote), {"exact": "▒" * len(quote.exact)}),
        (table_of(Document), {"text": "▒"}),
        (table_of(Claim), {"end_reason": "Another one."}),
    ):
        key = next(row.id for row in rows if row.__table__ is table)
        changed = faults_of(engine, update(table).where(table.c.id == key).values(values))
        assert named(changed) == {(table.name, key)}


def test_a_redaction_makes_no_row_that_was_never_written(full: Engine) -> None:
    """Who adds a row by hand cannot have it sealed by a redaction."""
    with tampering(full) as session:
        source = session.scalars(select(Source)).first()
        assert source is not None
        added = {**columns_of(source), "id": new_id(), "key": "added"}
        session.execute(insert(table_of(Source)).values(added))
        body = {"seals": {f"source {added['id']}": seal("source", added)}}
        open_writer(session, "admin").note("redact_source", added["id"], body)
        session.flush()
        assert named(verify(session)) == {("source", added["id"])}


# -- The chain -------------------------------------------------------------------------------------


@pytest.mark.parametrize("column", [column.key for column in table_of(LedgerEntry).columns])
def test_a_changed_entry_is_named(full: Engine, column: str) -> None:
    table = table_of(LedgerEntry)
    value = {
        "seq": 5000,
        "at": now(),
        "body": '{"event":null}',
        "subject": new_id(),
        "hash": "f" * 64,
        "prev_hash": "f" * 64,
    }.get(column, "another")
    found = faults_of(full, update(table).where(table.c.seq == 5).values({column: value}))
    assert {(None, 5), (None, 6), (None, 5000)} & named(found)
    if column not in {"seq", "hash"}:
        assert any(
            fault.seq == 5 and "does not give its hash" in fault.detail for fault in found.faults
        )


@pytest.mark.parametrize(
    ("removed", "name", "what"),
    [
        ([5], 6, "entry 5 was removed"),
        ([1, 2, 3], 4, "beginning is gone: entry 1 to 3 was removed"),
        ([7, 8], 9, "entry 7 to 8 was removed"),
    ],
)
def test_a_removed_entry_is_named(full: Engine, removed: list[int], name: int, what: str) -> None:
    found = faults_of(full, delete(LedgerEntry).where(LedgerEntry.seq.in_(removed)))
    assert any(fault.seq == name and what in fault.detail for fault in found.faults)


def test_a_removed_entry_is_found_though_those_behind_it_were_renumbered(full: Engine) -> None:
    table = table_of(LedgerEntry)
    with reading(full) as session:
        seqs = session.scalars(select(LedgerEntry.seq).where(LedgerEntry.seq > 5)).all()
    shifts = [update(table).where(table.c.seq == seq).values(seq=seq - 1) for seq in sorted(seqs)]
    found = faults_of(full, delete(table).where(table.c.seq == 5), *shifts)
    assert any(f.seq == 5 and "does not follow entry 4" in f.detail for f in found.faults)


def test_entries_that_changed_places_are_named(full: Engine) -> None:
    table = table_of(LedgerEntry)
    moves = [(5, 5000), (40, 5), (5000, 40)]
    swaps = [update(table).where(table.c.seq == old).values(seq=new) for old, new in moves]
    found = faults_of(full, *swaps)
    for seq in (5, 40):
        content = (None, seq)
        assert content in named(found)
    assert any("is before that of the entry before" in fault.detail for fault in found.faults)


def test_an_added_entry_is_named(full: Engine) -> None:
    with reading(full) as session:
        last = session.scalars(select(LedgerEntry).order_by(LedgerEntry.seq.desc())).first()
        assert last is not None
    forged = {**columns_of(last), "seq": last.seq + 1, "hash": "e" * 64}
    found = faults_of(full, insert(table_of(LedgerEntry)).values(forged))
    assert (None, last.seq + 1) in named(found)


def test_a_well_made_entry_in_the_middle_breaks_the_one_behind_it(full: Engine) -> None:
    """Even who knows how hashes are made cannot change one entry alone."""
    with tampering(full) as session:
        entry = session.get_one(LedgerEntry, 5)
        entry.actor = "somebody else"
        entry.hash = entry_hash(entry)
        session.flush()
        found = verify(session)
    assert any(f.seq == 6 and "does not follow entry 5" in f.detail for f in found.faults)


def test_a_cut_tail_is_found_by_a_head_that_was_known(full: Engine) -> None:
    with reading(full) as session:
        known = verify(session).hash
    cut = delete(LedgerEntry).where(LedgerEntry.hash == known)
    rows = delete(Release)
    with tampering(full) as session:
        session.execute(cut)
        session.execute(rows)
        assert verify(session).clean
        found = verify(session, head=known.upper())
        assert not verify(session, head=found.hash).faults
    (fault,) = found.faults
    assert known in fault.detail


def test_a_fault_says_where_it_is() -> None:
    assert str(Fault("It is gone.", table="claim", id="x")) == "claim x: It is gone."
    assert str(Fault("It was changed.", seq=5)) == "entry 5: It was changed."
    assert str(Fault("The head is nowhere.")) == "The head is nowhere."


def test_every_table_with_rows_of_its_own_is_covered() -> None:
    derived = {table.__tablename__ for table in DERIVED}
    unwritten = {"idempotency_key", "ledger_entry", "api_key"}
    tables = {table.name for table in Base.metadata.tables.values()}
    covered = {model.__tablename__ for model in WRITTEN}
    assert covered | derived | unwritten == tables
    assert "ended_at" in LIVING
