from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from counterclaim.db import reading, writing
from counterclaim.errors import RejectedError
from counterclaim.importers.claim_file import read_claim_file
from counterclaim.models import (
    Claim,
    Document,
    Event,
    EventSummary,
    InterceptionCount,
    LedgerEntry,
    Munition,
    Quote,
    Source,
)
from counterclaim.queries.claims import claims_out
from counterclaim.schemas.incoming import ClaimFile
from counterclaim.seeding import seed_folder
from counterclaim.store.checks import MOST_NAMED
from counterclaim.store.claims import show_entered
from counterclaim.store.ingest import ingest
from counterclaim.store.ledger import open_writer
from everything import CLAIMS, EVENTS, second
from factories import (
    ACTOR,
    REFERENCE,
    TEXT,
    aland_claim,
    article,
    bland_claim,
    put_file,
    put_seed,
    put_world,
)

if TYPE_CHECKING:
    from sqlalchemy import Engine

TABLES = (Claim, Document, Event, Quote, Source, Munition, EventSummary, LedgerEntry)


def sizes(engine: Engine) -> dict[str, int]:
    with reading(engine) as session:
        return {
            table.__tablename__: session.scalar(select(func.count()).select_from(table)) or 0
            for table in TABLES
        }


def refusal(engine: Engine, body: dict[str, Any]) -> dict[str, str]:
    """The problems of a body that must be refused, by pointer; nothing of it may be stored."""
    before = sizes(engine)
    with pytest.raises(RejectedError) as caught:
        put_file(engine, body)
    assert sizes(engine) == before
    return {problem.pointer: problem.detail for problem in caught.value.problems}


def test_loading_the_seed_twice_changes_nothing(seeded_engine: Engine) -> None:
    engine = seeded_engine
    before = sizes(engine)
    put_seed(engine)
    assert sizes(engine) == before
    assert before["claim"] == 38


def test_every_quote_equals_the_text_at_its_offsets(seed_to_read: Engine) -> None:
    with reading(seed_to_read) as session:
        rows = session.execute(select(Quote, Document.text).join(Document)).all()
    assert len(rows) > 30
    for quote, text in rows:
        assert text[quote.start : quote.end] == quote.exact
        assert text[: quote.start].endswith(quote.prefix)
        assert text[quote.end :].startswith(quote.suffix)


def test_one_changed_letter_of_a_quote_refuses_the_whole_file(seed_to_read: Engine) -> None:
    body = read_claim_file(seed_folder() / "article.yaml").model_dump(
        mode="json", exclude_unset=True
    )
    claim = next(c for c in body["claims"] if c["ref"] == "C08")
    claim["quote"] = {"exact": "reported two Russian soldiers injares"}
    found = refusal(seed_to_read, body)
    (pointer,) = found
    assert pointer == f"/claims/{body['claims'].index(claim)}/quote"
    assert "reported two Russian soldiers injured" in found[pointer]
    assert "582 to 619" in found[pointer]


def test_text_and_hash_must_agree(engine: Engine) -> None:
    put_file(engine, REFERENCE)
    body = article()
    body["document"]["sha256"] = "0" * 64
    assert list(refusal(engine, body)) == ["/document/sha256"]


@pytest.mark.parametrize(
    ("claim", "pointer", "words"),
    [
        (aland_claim(said_by=["Aland Minstry"]), "/said_by/0", "Aland Ministry"),
        (aland_claim(counts=[{"munition": "Zetta-9"}]), "/counts/0/munition", "Zeta-9"),
        (aland_claim(places=[{"place": "Quarri town"}]), "/places/0", "Quarry"),
        (
            aland_claim(counts=[{"munition": "moth", "launched": 3, "intercepted": 4}]),
            "/counts/0/intercepted",
            "more than launched 3",
        ),
        (
            aland_claim(counts=[{"munition": "moth", "launched": "severall"}]),
            "/counts/0/launched",
            "several",
        ),
        (
            aland_claim(counts=[{"munition": "moth", "hit": {"low": 3, "high": 2}}]),
            "/counts/0/hit",
            "low",
        ),
        (aland_claim(occurred="2024-05-03"), "/occurred", "after it was published"),
        (aland_claim(event="E9"), "/event", "E1"),
        (aland_claim(event=None, about="C9"), "/about", "C9"),
        (
            aland_claim(damage=[{"object": "mast", "count": 1}, {"object": "mast", "count": 2}]),
            "/damage/1",
            "twice",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_place_and_what_would_be_right(
    sqlite_engine: Engine, claim: dict[str, Any], pointer: str, words: str
) -> None:
    put_file(sqlite_engine, REFERENCE)
    found = refusal(sqlite_engine, article(claims=[claim]))
    assert list(found) == [f"/claims/0{pointer}"]
    assert words in found[f"/claims/0{pointer}"]


def test_all_problems_are_told_at_once(engine: Engine) -> None:
    put_file(engine, REFERENCE)
    claims = [aland_claim(said_by=["nobody at all"]), bland_claim(quote="words not there")]
    assert set(refusal(engine, article(claims=claims))) == {
        "/claims/0/said_by/0",
        "/claims/1/quote",
    }


def test_words_that_stand_twice_need_their_place(sqlite_engine: Engine) -> None:
    put_file(sqlite_engine, REFERENCE)
    claim = aland_claim(quote="Quarry")
    assert "3 places" in refusal(sqlite_engine, article(claims=[claim]))["/claims/0/quote"]
    claim["quote"] = {"exact": "Quarry", "prefix": "hit "}
    put_file(sqlite_engine, article(claims=[claim]))
    with reading(sqlite_engine) as session:
        assert session.scalars(select(Quote.start)).one() == TEXT.index("hit Quarry") + 4


def test_own_voice_needs_a_publisher(engine: Engine) -> None:
    put_file(engine, REFERENCE)
    body = article(claims=[aland_claim(said_by=[])])
    del body["document"]["publisher"]
    assert list(refusal(engine, body)) == ["/claims/0/said_by"]


def test_a_new_name_can_be_created_in_the_same_body(engine: Engine) -> None:
    put_file(engine, REFERENCE)
    munition = {"key": "wasp", "name": "Wasp", "category": "drone"}
    claim = aland_claim(counts=[{"munition": "WASP", "launched": "five"}])
    intake = put_file(engine, article(munitions=[munition], claims=[claim]))
    assert intake.created["munitions"] == 1
    assert intake.created["claims"] == 1


def test_children_may_stand_before_their_parents(sqlite_engine: Engine) -> None:
    rows = [
        {"key": "child", "name": "Child", "category": "drone", "parent": "parent"},
        {"key": "parent", "name": "Parent", "category": "drone"},
    ]
    assert put_file(sqlite_engine, {"munitions": rows}).created["munitions"] == 2
    circle = [
        {"key": "hen", "name": "Hen", "category": "drone", "parent": "egg"},
        {"key": "egg", "name": "Egg", "category": "drone", "parent": "hen"},
    ]
    assert list(refusal(sqlite_engine, {"munitions": circle})) == ["/munitions/0/parent"]


def test_a_whole_cannot_lie_within_its_part(engine: Engine) -> None:
    put_file(engine, REFERENCE)
    collection = {"kind": "strike", "scope": "collection"}
    events = [
        {"ref": "A", "label": "A", "parts": ["B"], **collection},
        {"ref": "B", "label": "B", "parts": ["A"], **collection},
        {"ref": "E1", "kind": "strike", "label": "E", "parts": ["A"]},
    ]
    found = refusal(engine, article(events=events))
    assert "itself part of" in found["/events/1/parts/0"]
    assert "scope single" in found["/events/2/parts/0"]


def test_remarks_are_returned_and_stored_with_the_claim(engine: Engine) -> None:
    put_file(engine, REFERENCE)
    odd = aland_claim(counts=[{"munition": "moth", "launched": 77}], stance="admits", said_by=[])
    intake = put_file(engine, article(claims=[odd]))
    codes = {warning["code"] for warning in intake.claims[0].warnings}
    assert codes == {"number_not_in_quote", "stance_does_not_fit_side"}
    with reading(engine) as session:
        stored = session.get_one(Claim, intake.claims[0].id).warnings
    assert stored == intake.claims[0].warnings


def test_a_contradiction_names_the_claims(engine: Engine) -> None:
    put_world(engine)
    body = article(
        document={
            "title": "Other numbers",
            "text": "Nine Zeta-9 missiles were fired at Quarry, the Bland Army said.",
            "publisher": "courier",
            "published": "2024-05-03",
        },
        claims=[
            bland_claim(
                quote="Nine Zeta-9 missiles were fired at Quarry",
                counts=[{"munition": "zeta-9", "launched": "nine"}],
            )
        ],
    )
    with reading(engine) as session:
        event_id = session.scalars(select(Event.id)).one()
        others = set(session.scalars(select(Claim.id)))
    body["claims"][0]["event"] = event_id
    (warning,) = put_file(engine, body).claims[0].warnings
    assert warning["code"] == "contradicts"
    assert any(claim in warning["detail"] for claim in others)


def test_a_likely_duplicate_event_is_named(engine: Engine) -> None:
    put_world(engine)
    with reading(engine) as session:
        known = session.scalars(select(Event.id)).one()
    body = article(
        document={
            "title": "The same again",
            "text": "Missiles of type Zeta-9 fell on Quarry.",
            "publisher": "courier",
            "published": "2024-05-03",
        },
        claims=[
            aland_claim(
                said_by=[],
                quote="Missiles of type Zeta-9 fell on Quarry",
                counts=[{"munition": "zeta-9"}],
            )
        ],
    )
    (warning,) = put_file(engine, body).claims[0].warnings
    assert warning["code"] == "likely_duplicate"
    assert known in warning["detail"]


def test_of_many_likely_duplicates_the_most_alike_are_named(engine: Engine) -> None:
    put_world(engine)
    for number in range(MOST_NAMED + 2):
        text = f"{TEXT} Report {number}."
        body = article(document={"title": str(number), "text": text, "publisher": "gazette"})
        intake = put_file(engine, body)
    named = [one for one in intake.claims[0].warnings if one["code"] == "likely_duplicate"]
    assert len(named) == MOST_NAMED


def test_a_pending_claim_does_not_count(engine: Engine) -> None:
    put_file(engine, REFERENCE)
    put_file(engine, article(), accept=False)
    with reading(engine) as session:
        assert set(session.scalars(select(Claim.status))) == {"pending"}
        assert session.scalars(select(EventSummary)).all() == []


def test_a_claim_just_entered_is_shown_as_it_is_read_back(engine: Engine) -> None:
    put_file(engine, REFERENCE)
    with writing(engine) as session:
        writer = open_writer(session, "test")
        first = article(events=EVENTS, claims=CLAIMS)
        taken = ingest(writer, ClaimFile.model_validate(first), accept=True)
        writer.begin_turn()
        later = second(taken.events[0].id)
        pending = ingest(writer, ClaimFile.model_validate(later), accept=False)
        drafts = [one.draft for one in taken.claims + pending.claims if one.draft]
        shown = [show_entered(writer, draft) for draft in drafts]
        read = claims_out(session, [draft.claim.id for draft in drafts], writer.at)
        again = ingest(writer, ClaimFile.model_validate(later), accept=False)
    assert len(shown) == len(CLAIMS) + 3
    assert any(one.warnings for one in shown[-3:]), "they contradict each other"
    assert not any(one.draft for one in again.claims), "what was there is read"
    assert [one.model_dump_json() for one in shown] == [one.model_dump_json() for one in read]


def test_a_dry_run_stores_nothing(engine: Engine) -> None:
    put_file(engine, REFERENCE)
    before = sizes(engine)
    with writing(engine, dry_run=True) as session:
        intake = ingest(
            open_writer(session, ACTOR), ClaimFile.model_validate(article()), accept=True
        )
    assert intake.created["claims"] == 2
    assert sizes(engine) == before


def test_said_words_and_lexicon_are_kept(engine: Engine) -> None:
    put_world(engine)
    with reading(engine) as session:
        rows = session.scalars(select(InterceptionCount).where(InterceptionCount.said == "five"))
        kept = {(row.low, row.high, row.lexicon) for row in rows}
    assert kept == {(5, 5, "en-1")}


def test_a_text_of_five_megabytes_is_taken_in_at_once(sqlite_engine: Engine) -> None:
    put_file(sqlite_engine, REFERENCE)
    text = TEXT + ".".join(str(number) for number in range(700_000))
    body = article()
    body["document"]["text"] = text
    with_slips = {
        **body,
        "claims": [aland_claim(quote=f"Five Zeta-{n} missles") for n in range(40)],
    }
    start = time.process_time()
    told = refusal(sqlite_engine, with_slips)
    put_file(sqlite_engine, body)
    assert time.process_time() - start < 10  # Two seconds where nothing else is running.
    assert "The nearest stretch is at" in told["/claims/0/quote"]
    assert told["/claims/39/quote"] == "The words are not in the text."


def test_words_in_very_many_places_are_not_all_counted(sqlite_engine: Engine) -> None:
    put_file(sqlite_engine, REFERENCE)
    body = article(claims=[aland_claim(quote="ab")])
    body["document"]["text"] = "ab" * 1000
    told = refusal(sqlite_engine, body)
    assert "stand in 100 places or more, at 0, 2, 4, 6, 8:" in told["/claims/0/quote"]


def test_no_table_is_read_whole_to_write_a_claim_and_read_it_back(sqlite_engine: Engine) -> None:
    put_file(sqlite_engine, REFERENCE)
    said: list[str] = []
    with writing(sqlite_engine) as session:
        driver: Any = session.connection().connection.driver_connection
        driver.set_trace_callback(said.append)
        writer = open_writer(session, "test")
        taken = ingest(writer, ClaimFile.model_validate(article()), accept=True).claims
        assert claims_out(session, [taken[0].id], writer.at)
        driver.set_trace_callback(None)
        asked = [sql for sql in said if sql.startswith(("SELECT", "WITH"))]
        plans = [driver.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall() for sql in asked]
    steps = {step for plan in plans for *_, step in plan if step.startswith("SCAN")}
    scanned = {step.split()[1] for step in steps if "event_text" not in step}
    # One row, the rows given, the last row of a key, a table that the statement itself makes, and
    # the lines that are due, which have an index of their own.
    due = "SCAN event_line USING INDEX ix_event_line_due"
    known = {"event_line", "event_total_state", "json_each", "ledger_entry", "lines"}
    assert len(asked) > 30
    assert scanned <= known, steps
    assert due in steps or "event_line" not in scanned
