from __future__ import annotations

import hashlib
from contextlib import nullcontext
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import orjson
import pytest
from sqlalchemy import select

from counterclaim.db import now, reading, writing
from counterclaim.errors import ConflictError, NotFoundError, RejectedError
from counterclaim.models import Claim, LedgerEntry
from counterclaim.queries.asof import last_change
from counterclaim.queries.releases import export_lines, get_release
from counterclaim.store.ledger import open_writer
from counterclaim.store.rebuild import rebuild
from counterclaim.store.releases import freeze_release
from counterclaim.store.review import assess_claim, rate_source, retract_claim
from counterclaim.vocabulary import Credibility, Reliability
from deciding import decide
from everything import put_everything
from factories import put_world

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Engine


def export(engine: Engine, known_at: datetime) -> bytes:
    with reading(engine) as session:
        return b"".join(export_lines(lambda: nullcontext(session), known_at))


def test_a_release_has_the_checksum_of_its_export(engine: Engine) -> None:
    put_world(engine)
    with reading(engine) as session:
        before = last_change(session)
        head = session.scalars(select(LedgerEntry).order_by(LedgerEntry.seq.desc())).first()
        assert head is not None
    row = decide(engine, freeze_release, "2024-q4", "  For a paper. ")
    assert (row.known_at, row.note) == (before, "For a paper.")
    made = export(engine, before)
    assert row.sha256 == hashlib.sha256(made).hexdigest()
    event, *claims = map(orjson.loads, made.splitlines())
    assert event["label"] == "Zeta-9 strike on Quarry"
    assert [claim["id"] for claim in claims] == sorted(claim["id"] for claim in claims)
    assert {claim["status"] for claim in claims} == {"accepted"}
    with reading(engine) as session:
        out = get_release(session, "2024-q4")
    assert (out.events, out.claims) == (1, 2)
    assert (out.ledger.seq, out.ledger.hash) == (head.seq, head.hash)
    for part in ("2024-q4", out.known_at, row.sha256, head.hash):
        assert part in out.citation


def test_later_writes_change_nothing_of_it(engine: Engine) -> None:
    put_world(engine)
    row = decide(engine, freeze_release, "first")
    with reading(engine) as session:
        claim = session.scalars(select(Claim.id).order_by(Claim.id)).first()
        out = get_release(session, "first")
    decide(engine, assess_claim, claim, Credibility.DOUBTFUL, "It is vague.")
    decide(engine, rate_source, "bland-army", Reliability.F, "It is always wrong.")
    decide(engine, retract_claim, claim, "It was taken back.")
    with writing(engine) as session:
        rebuild(session)
    assert hashlib.sha256(export(engine, row.known_at)).hexdigest() == row.sha256
    with reading(engine) as session:
        assert get_release(session, "first") == out
        assert hashlib.sha256(export(engine, last_change(session))).hexdigest() != row.sha256


def test_an_instant_is_moved_back_to_the_last_write_before_it(engine: Engine) -> None:
    put_world(engine)
    with reading(engine) as session:
        last = last_change(session)
    rated = decide(engine, rate_source, "gazette", Reliability.A, "It is careful.")
    assert rated.recorded_at > last
    between = rated.recorded_at - timedelta(microseconds=1)
    assert decide(engine, freeze_release, "then", None, between).known_at == last
    assert decide(engine, freeze_release, "now").known_at > last


@pytest.mark.parametrize(
    ("name", "shift", "pointer"),
    [
        ("With Blanks", None, "/name"),
        ("", None, "/name"),
        ("a" * 101, None, "/name"),
        ("soon", timedelta(hours=1), "/known_at"),
        ("before", timedelta(days=-1), "/known_at"),
    ],
)
def test_what_cannot_be_frozen_is_refused(
    engine: Engine, name: str, shift: timedelta | None, pointer: str
) -> None:
    put_world(engine)
    known_at = None if shift is None else now() + shift
    with pytest.raises(RejectedError) as caught:
        decide(engine, freeze_release, name, None, known_at)
    assert [problem.pointer for problem in caught.value.problems] == [pointer]


def test_a_name_is_taken_once(engine: Engine) -> None:
    put_world(engine)
    decide(engine, freeze_release, "first")
    with pytest.raises(ConflictError, match="'first' already"):
        decide(engine, freeze_release, "first")


def test_an_empty_store_has_nothing_to_freeze(engine: Engine) -> None:
    with pytest.raises(RejectedError, match="nothing in the store"):
        decide(engine, freeze_release, "first")


def test_an_unknown_release_is_told_with_the_nearest(engine: Engine) -> None:
    put_everything(engine)
    with reading(engine) as session, pytest.raises(NotFoundError) as caught:
        get_release(session, "firts")
    assert caught.value.suggestions == ("first",)


def test_its_entry_holds_what_a_follower_needs(engine: Engine) -> None:
    put_world(engine)
    with writing(engine) as session:
        row = freeze_release(open_writer(session, "operator"), "first", "A note.")
    with reading(engine) as session:
        entry = session.scalars(select(LedgerEntry).order_by(LedgerEntry.seq.desc())).first()
    assert entry is not None
    body: dict[str, Any] = orjson.loads(entry.body)
    assert (entry.action, entry.subject) == ("freeze_release", row.id)
    assert (body["name"], body["export"]) == ("first", row.sha256)
    assert "A note." not in entry.body
