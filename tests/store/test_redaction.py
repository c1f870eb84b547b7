"""What was redacted is gone from rows, answers, text index and files; all else holds."""

from __future__ import annotations

import json
import shutil
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import MetaData, Table, event, inspect, select, text
from typer.testing import CliRunner

from counterclaim.app import create_app
from counterclaim.cli import app as commands
from counterclaim.config import Settings
from counterclaim.db import new_id, now, reading, writing
from counterclaim.errors import ConflictError, NotFoundError, RejectedError, StoreError
from counterclaim.models import (
    ApiKey,
    Claim,
    Document,
    Event,
    EventSummary,
    IdempotencyKey,
    LedgerEntry,
    Quote,
    Redaction,
    Source,
)
from counterclaim.queries.asof import View
from counterclaim.queries.claims import claims_out
from counterclaim.queries.documents import get_document
from counterclaim.queries.events import get_event
from counterclaim.queries.references.details import get_source
from counterclaim.store.ledger import GENESIS, entry_hash, open_writer
from counterclaim.store.rebuild import rebuild
from counterclaim.store.redaction import (
    redact_document,
    redact_quote,
    redact_quote_of_claim,
    redact_source,
    scrub,
)
from counterclaim.store.review import assess_claim, rate_source, retract_claim
from counterclaim.store.verify import verify
from counterclaim.vocabulary import Credibility, Reliability
from factories import ACTOR, REFERENCE, TEXT, aland_claim, article, bland_claim, put_file, put_seed

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Engine

WHY = "A court has ordered it."
SECRET = "the gardener Xylander of Quarry saw five Zeta-9 missiles near the wellhouse"
SECOND = f"{TEXT} Moreover {SECRET}, and three of them were shot down, says Xylander."
WORDS = ("Xylander", "wellhouse")
"""They stand in the secret words, and in what claims and analysts repeat of them."""


def secret_article() -> dict[str, Any]:
    """A second document, whose claims and their remarks repeat words of it."""
    rest = {"inference_rule": "Xylander lives there", "basis": "inferred"}
    first = aland_claim(
        ref="S1",
        quote=SECRET,
        target="the wellhouse",
        places=[{"place": "quarry", "said": "near the wellhouse"}],
        counts=[{"munition": "Zeta-9", "launched": "five", "intercepted": "four"}],
        casualties=[{"harm": "injured", "count": {"low": 1, "high": 2}}],
        note="Ask Xylander again",
        **rest,
    )
    part = aland_claim(ref="S2", quote="near the wellhouse, and three of them were shot down")
    document = {
        "title": "What the gardener Xylander of Quarry saw",
        "text": SECOND,
        "publisher": "gazette",
        "published": "2024-05-03",
        "url": "https://gazette.example/xylander",
        "note": "From Xylander himself",
    }
    strike = {"ref": "E1", "kind": "strike", "label": f"Where {SECRET[4:40]} it"}
    return {"document": document, "events": [strike], "claims": [first, part, bland_claim()]}


def answer_kept(engine: Engine, words: str) -> None:
    """A stored answer to a request that may be repeated."""
    with writing(engine) as session:
        key = ApiKey(sha256=new_id()[:32] * 2, name="A", scopes=["contribute"], created_at=now())
        session.add(key)
        session.flush()
        for number, body in enumerate((words, json.dumps({"a": [words]}), '{"a": "other"}')):
            stored = {"status": 201, "headers": {}, "body": body.encode()}
            times = {"created_at": now(), "expires_at": now()}
            kept = {"caller_id": key.id, "key": str(number), "request_sha256": "0" * 64}
            session.add(IdempotencyKey(**kept, **stored, **times))


def put_secret(engine: Engine) -> str:
    """A small world with the secret in it; the id of the document."""
    put_file(engine, REFERENCE)
    put_file(engine, article())
    intake = put_file(engine, secret_article())
    assert intake.document is not None
    first = intake.claims[0].id
    remark = f"They say that {SECRET[:40]} them."
    act(engine, assess_claim, first, list(Credibility)[2], remark)
    act(engine, rate_source, "aland-mod", Reliability.C, remark)
    act(engine, retract_claim, intake.claims[2].id, remark)
    answer_kept(engine, f"It is \n {SECRET}")
    return intake.document.id


def act(engine: Engine, function: Callable[..., Any], *given: Any) -> Any:
    with writing(engine) as session:
        return function(open_writer(session, ACTOR), *given)


def everything(engine: Engine) -> str:
    """Every value of every column of every table, as text."""
    found: list[str] = []
    with engine.connect() as connection:
        for name in inspect(connection).get_table_names():
            table = Table(name, MetaData(), autoload_with=connection)
            for row in connection.execute(text(f'SELECT * FROM "{name}"')):
                found += [_text(value) for value in row]
            assert table.columns
    return "\n".join(found)


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def answers(engine: Engine) -> str:
    """What the store says of all its rows, now and at every instant before."""
    said: list[str] = []
    with reading(engine) as session:
        for at in session.scalars(select(LedgerEntry.at).distinct()).all():
            said += [
                _answer(get_event, session, key, View(at))
                for key in session.scalars(select(Event.id))
            ]
            said += [
                _answer(get_document, session, key, View(at))
                for key in session.scalars(select(Document.id))
            ]
            said += [
                _answer(get_source, session, key, View(at))
                for key in session.scalars(select(Source.id))
            ]
            ids = session.scalars(select(Claim.id)).all()
            said += [claim.model_dump_json() for claim in claims_out(session, ids, at)]
    with TestClient(served(engine)) as client:
        for path in ("strikes", "events", "claims", "documents", "sources", "munitions", "places"):
            response = client.get(f"/v1/{path}", params={"limit": 1000})
            assert response.status_code == 200
            said.append(response.text)
    return "\n".join(said)


def served(engine: Engine) -> Any:
    return create_app(Settings(database_url=engine.url.render_as_string(hide_password=False)))


def _answer(ask: Callable[..., Any], *given: Any) -> str:
    try:
        found = ask(*given)
    except NotFoundError:
        return ""
    return found if isinstance(found, str) else str(found.model_dump_json())


def files(engine: Engine) -> bytes:
    """The bytes of all files in which the store keeps its tables."""
    if engine.dialect.name == "sqlite":
        path = Path(str(engine.url.database))
        engine.dispose()
        found = [path, *path.parent.glob(f"{path.name}-*")]
        return b"".join(file.read_bytes() for file in found)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("CHECKPOINT"))
        query = (
            "SELECT pg_read_binary_file(pg_relation_filepath(oid), true) FROM pg_class"
            " WHERE relkind IN ('r', 'i', 't', 'm') AND NOT relisshared"
        )
        return b"".join(bytes(one) for (one,) in connection.execute(text(query)) if one)


def holds(content: str | bytes, words: tuple[str, ...] = WORDS) -> list[str]:
    """The words that stand in a content, in any case."""
    low = content.lower()
    if isinstance(low, str):
        return [word for word in words if word.lower() in low]
    return [word for word in words if word.lower().encode() in low]


def assert_all_holds(engine: Engine) -> None:
    """Offsets, the ledger's chain, and a read model that the claims make again."""
    with reading(engine) as session:
        texts = {row.id: row.text for row in session.scalars(select(Document))}
        for quote in session.scalars(select(Quote)):
            whole = texts[quote.document_id]
            assert whole[quote.start : quote.end] == quote.exact
            assert whole[: quote.start].endswith(quote.prefix)
            assert whole[quote.end :].startswith(quote.suffix)
        chain = session.scalars(select(LedgerEntry).order_by(LedgerEntry.seq)).all()
    assert chain[0].prev_hash == GENESIS
    assert all(entry_hash(entry) == entry.hash for entry in chain)
    assert all(left.hash == right.prev_hash for left, right in pairwise(chain))
    with reading(engine) as session:
        assert verify(session).faults == []
    before = summaries(engine)
    with writing(engine) as session:
        rebuild(session)
    assert summaries(engine) == before


def summaries(engine: Engine) -> list[tuple[Any, ...]]:
    with reading(engine) as session:
        table = EventSummary.__table__
        return [tuple(row) for row in session.execute(select(table).order_by(table.c.sk))]


def last_entry(engine: Engine) -> LedgerEntry:
    with reading(engine) as session:
        return session.scalars(select(LedgerEntry).order_by(LedgerEntry.seq.desc())).first()  # type: ignore[return-value]


def found_by(engine: Engine, word: str) -> int:
    with TestClient(served(engine)) as client:
        return len(client.get("/v1/events", params={"q": word}).json()["items"])


def test_a_redacted_document_says_nothing_any_more(engine: Engine) -> None:
    key = put_secret(engine)
    for content in (everything(engine), answers(engine), files(engine)):
        assert holds(content) == list(WORDS)
    assert found_by(engine, "xylander") == 1
    act(engine, redact_document, key, WHY)
    scrub(engine)
    for content in (everything(engine), answers(engine), files(engine)):
        assert holds(content) == []
    assert found_by(engine, "xylander") == 0
    assert_all_holds(engine)
    with reading(engine) as session:
        document = session.get_one(Document, key)
        assert set(document.text) == set(document.title) == set(document.note or "") == {"█"}
        assert len(document.text) == len(SECOND)
        assert (document.url, document.redacted_at) == (None, last_entry(engine).at)
        (kept,) = session.scalars(select(Redaction)).all()
        assert (kept.subject_table, kept.subject_id, kept.reason) == ("document", key, WHY)
        assert session.scalars(select(IdempotencyKey.body)).all() == [b'{"a": "other"}']
        others = session.scalars(select(Quote.exact).where(Quote.document_id != key)).all()
        assert not any("█" in exact for exact in others)


def test_a_redacted_quote_takes_its_stretch_from_all_quotes(engine: Engine) -> None:
    key = put_secret(engine)
    with reading(engine) as session:
        quote_id = session.scalars(select(Quote.id).where(Quote.exact == SECRET)).one()
    act(engine, redact_quote, quote_id, WHY)
    scrub(engine)
    for content in (everything(engine), answers(engine), files(engine)):
        assert holds(content, (SECRET, "wellhouse", "the gardener Xylander")) == []
    assert_all_holds(engine)
    with reading(engine) as session:
        document = session.get_one(Document, key)
        assert document.text == SECOND.replace(SECRET, "█" * len(SECRET))
        quotes = session.scalars(select(Quote).where(Quote.document_id == key)).all()
        exact = sorted(quote.exact for quote in quotes)
        assert exact[0] == "four of five Zeta-9 missiles hit Quarry"
        assert exact[1] == f"{'█' * len('near the wellhouse')}, and three of them were shot down"
        assert exact[2] == "█" * len(SECRET)
        assert [quote.redacted_at is None for quote in quotes].count(True) == 1
        launched = json.loads(session.scalars(select(EventSummary.document)).all()[-1])
        assert launched["munitions"][0]["launched"]["high"] == 5
    with pytest.raises(ConflictError, match="redacted already"):
        act(engine, redact_quote, quote_id, WHY)


def test_the_quote_of_a_claim_can_be_named_by_the_claim(sqlite_engine: Engine) -> None:
    put_secret(sqlite_engine)
    with reading(sqlite_engine) as session:
        claim = session.scalars(
            select(Claim).join(Quote, Quote.id == Claim.quote_id).where(Quote.exact == SECRET)
        ).one()
    quote = act(sqlite_engine, redact_quote_of_claim, claim.id, WHY)
    assert (quote.id, set(quote.exact)) == (claim.quote_id, {"█"})


def test_a_redacted_source_has_no_name_any_more(engine: Engine) -> None:
    put_secret(engine)
    names = {"names": [{"name": "Alandisches Ministerium"}, {"name": "Aland Ministry of War"}]}
    row = next(row for row in REFERENCE["sources"] if row["key"] == "aland-mod")
    put_file(engine, {"sources": [{**row, **names}]})
    told = ("aland-mod", "Alandisches Ministerium", "Ministry of War")
    assert holds(everything(engine), told) == list(told)
    with reading(engine) as session:
        source_id = session.scalars(select(Source.id).where(Source.key == "aland-mod")).one()
    answer_kept(engine, "aland-mod")
    source = act(engine, redact_source, "aland-mod", WHY)
    scrub(engine)
    for content in (everything(engine), answers(engine), files(engine)):
        assert holds(content, told) == []
    assert_all_holds(engine)
    assert source.key == f"redacted-{source_id[-8:]}"
    with TestClient(served(engine)) as client:
        shown = client.get(f"/v1/sources/{source.key}").json()
        assert shown["name"] == "[redacted]"
        assert shown["redacted_at"] is not None
        assert shown["parent"] == "aland"
        assert client.get("/v1/sources/aland-mod").status_code == 404
        assert len(client.get(f"/v1/claims?claimant={source.key}").json()["items"]) == 3
    with pytest.raises(RejectedError, match="was redacted and is not taken in again"):
        put_file(engine, {"sources": [row]})
    with pytest.raises(ConflictError, match="redacted already"):
        act(engine, redact_source, source.key, WHY)


@pytest.mark.parametrize("whole", [True, False])
def test_taking_in_the_same_document_brings_nothing_back(
    sqlite_engine: Engine, *, whole: bool
) -> None:
    key = put_secret(sqlite_engine)
    body = secret_article()
    if whole:
        act(sqlite_engine, redact_document, key, WHY)
    else:
        with reading(sqlite_engine) as session:
            quote_id = session.scalars(select(Quote.id).where(Quote.exact == SECRET)).one()
        act(sqlite_engine, redact_quote, quote_id, WHY)
    before = everything(sqlite_engine)
    again = put_file(sqlite_engine, body)
    assert not any(again.created.values())
    assert everything(sqlite_engine) == before
    body["claims"].append(aland_claim(ref="N", quote="the gardener Xylander"))
    with pytest.raises(RejectedError) as caught:
        put_file(sqlite_engine, body)
    (problem,) = caught.value.problems
    assert (problem.pointer, "were redacted" in problem.detail) == ("/claims/3/quote", True)


def test_the_seed_can_be_loaded_after_a_redaction(seeded_engine: Engine) -> None:
    engine = seeded_engine
    with reading(engine) as session:
        key = session.scalars(select(Document.id)).one()
    act(engine, redact_document, key, WHY)
    before = everything(engine)
    put_seed(engine)
    assert everything(engine) == before
    assert_all_holds(engine)


def test_a_seed_that_names_a_redacted_source_does_not_stop_a_start(
    seeded_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = seeded_engine
    act(engine, redact_source, "dmitry-peskov", WHY)
    before = everything(engine)
    url = engine.url.render_as_string(hide_password=False)
    monkeypatch.setenv("COUNTERCLAIM_DATABASE_URL", url)
    ran = CliRunner().invoke(commands, ["seed"])
    assert (ran.exit_code, "is not loaded again" in ran.output) == (0, True)
    assert everything(engine) == before


def test_a_cursor_of_before_goes_on(engine: Engine) -> None:
    key = put_secret(engine)
    with TestClient(served(engine)) as client:
        first = client.get("/v1/claims", params={"limit": 1}).json()
        act(engine, redact_document, key, WHY)
        rest = client.get("/v1/claims", params={"limit": 100, "cursor": first["next"]})
        assert rest.status_code == 200
        assert rest.json()["known_at"] == first["known_at"]
        assert len(rest.json()["items"]) == 3
        assert holds(rest.text) == []


def test_the_ledger_says_what_was_done_without_the_words(sqlite_engine: Engine) -> None:
    key = put_secret(sqlite_engine)
    act(sqlite_engine, redact_document, key, WHY)
    with reading(sqlite_engine) as session:
        noted = select(LedgerEntry).where(LedgerEntry.action.startswith("redact_"))
        entry = session.scalars(noted).one()
        told = {(one.table, one.id) for one in verify(session).redactions}
    assert (entry.action, entry.subject, entry.actor) == ("redact_document", key, ACTOR)
    body = json.loads(entry.body)
    sealed = {"seals", "reasons", "redaction", "redaction_sha256"}
    assert set(body) == {"reason", "quotes", "claims", *sealed}
    assert told == {tuple(name.split()) for name in body["seals"]}
    assert (len(body["reason"]), body["quotes"], body["claims"]) == (64, 3, 3)


def test_a_redaction_needs_a_reason_and_a_row(sqlite_engine: Engine) -> None:
    key = put_secret(sqlite_engine)
    before = everything(sqlite_engine)
    for function, row in ((redact_document, key), (redact_source, "aland-mod")):
        with pytest.raises(RejectedError, match="Say why"):
            act(sqlite_engine, function, row, "  ")
    with pytest.raises(NotFoundError):
        act(sqlite_engine, redact_document, new_id(), WHY)
    with pytest.raises(NotFoundError) as caught:
        act(sqlite_engine, redact_source, "aland-mob", WHY)
    assert "aland-mod" in caught.value.suggestions
    assert everything(sqlite_engine) == before


def test_a_reader_in_the_way_of_clean_files_is_told(sqlite_engine: Engine) -> None:
    @event.listens_for(sqlite_engine, "connect")
    def hurry(connection: Any, _record: object) -> None:
        connection.execute("PRAGMA busy_timeout=50")

    key = put_secret(sqlite_engine)
    with reading(sqlite_engine) as session:
        assert session.scalars(select(Claim.id)).all()
        act(sqlite_engine, redact_document, key, WHY)
        with pytest.raises(StoreError, match="counterclaim redact scrub"):
            scrub(sqlite_engine)
    scrub(sqlite_engine)
    assert holds(files(sqlite_engine)) == []


def test_the_command_asks_before_it_redacts(
    sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    key = put_secret(sqlite_engine)
    sqlite_engine.dispose()
    file = tmp_path / "copy.db"
    shutil.copyfile(str(sqlite_engine.url.database), file)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COUNTERCLAIM_DATABASE_URL", f"sqlite:///{file}")
    run = CliRunner()
    refused = run.invoke(commands, ["redact", "document", key, "--reason", WHY], input="n\n")
    assert refused.exit_code == 1
    assert holds(file.read_bytes()) == list(WORDS)
    done = run.invoke(commands, ["redact", "document", key, "--reason", WHY, "--yes"])
    assert (done.exit_code, f"Redacted: document {key}." in done.output) == (0, True)
    assert holds(file.read_bytes()) == []
    again = run.invoke(commands, ["redact", "document", key, "--reason", WHY, "--yes"])
    assert again.exit_code == 1
    assert run.invoke(commands, ["redact", "scrub"]).exit_code == 0
