"""Writes that arrive together share a transaction; each is answered as if it had been alone."""

from __future__ import annotations

import asyncio
from threading import Event as Signal
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event, func, select, text

from counterclaim.db import reading, writing
from counterclaim.errors import BusyError, ConflictError, RejectedError
from counterclaim.models import Document, LedgerEntry
from counterclaim.schemas.incoming import ClaimFile
from counterclaim.store.ingest import ingest
from counterclaim.store.ledger import open_writer
from counterclaim.store.review import rate_source
from counterclaim.store.verify import verify
from counterclaim.turns import Turns, await_turn
from counterclaim.vocabulary import Reliability
from factories import REFERENCE, TEXT, aland_claim, article, bland_claim, put_file
from store.test_rebuild import assert_rebuild_changes_nothing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Future

    from sqlalchemy import Engine

    from counterclaim.store.ingest import Intake
    from counterclaim.store.ledger import Writer

WAIT_S = 30.0


@pytest.fixture
def turns(database_url: str, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[Turns]:
    put_file(engine, REFERENCE)
    monkeypatch.setattr("counterclaim.turns.TOGETHER_S", WAIT_S)
    made = Turns(database_url, most_waiting=6)
    yield made
    made.close()


def taking(number: int, **changes: Any) -> Callable[[Writer], Intake]:
    """The article with another text, as a turn takes it in."""
    document = {"title": f"No {number}", "text": f"{TEXT} No {number}.", "publisher": "gazette"}
    body = ClaimFile.model_validate(article(document=document, **changes))
    return lambda writer: ingest(writer, body, accept=True)


def breaking(writer: Writer) -> None:
    """Writes something, and then what the database refuses."""
    taking(90)(writer)
    writer.session.execute(text("UPDATE document SET sha256 = 'short'"))


class Blocked:
    """A first turn that waits, so that those behind it are carried out together."""

    def __init__(self, turns: Turns) -> None:
        self.begun, self.go = Signal(), Signal()
        self.first = turns.take(self._wait, "first")
        assert self.begun.wait(WAIT_S)

    def _wait(self, _writer: Writer) -> None:
        self.begun.set()
        assert self.go.wait(WAIT_S)


def entries(engine: Engine) -> list[tuple[Any, str]]:
    """The instants of the ledger, each with who wrote then."""
    with reading(engine) as session:
        rows = session.execute(select(LedgerEntry.at, LedgerEntry.actor).distinct())
        return sorted((at, actor) for at, actor in rows)


def documents(engine: Engine) -> int:
    with reading(engine) as session:
        return session.scalar(select(func.count()).select_from(Document)) or 0


def test_turns_that_wait_share_a_commit_and_nothing_else(turns: Turns, engine: Engine) -> None:
    commits: list[int] = []
    told: list[Future[Any]] = []
    blocked = Blocked(turns)

    @event.listens_for(turns.engine, "commit")
    def note(_connection: Any) -> None:
        commits.append(sum(one.done() for one in told))

    told += [
        turns.take(taking(1), "ann"),
        turns.take(taking(2, claims=[{"event": "E1", "quote": "no such words"}]), "bob"),
        turns.take(taking(3), "cid", dry_run=True),
        turns.take(breaking, "dan"),
        turns.take(taking(4), "eve"),
        turns.take(taking(4), "fay"),
    ]
    with pytest.raises(BusyError, match="6 writes wait"):
        turns.take(taking(5), "gus")
    blocked.go.set()
    blocked.first.result(WAIT_S)

    assert told[0].result(WAIT_S).created["claims"] == 2
    assert isinstance(told[1].exception(WAIT_S), RejectedError)
    assert told[2].result(WAIT_S).created["documents"] == 1
    assert isinstance(told[3].exception(WAIT_S), ConflictError)
    assert told[4].result(WAIT_S).created["claims"] == 2
    assert not any(told[5].result(WAIT_S).created.values())
    assert commits == [0, 0], "the first alone, then all others, and none was told before"

    assert documents(engine) == 2
    assert [actor for _at, actor in entries(engine)] == ["test", "ann", "eve"]
    with reading(engine) as session:
        assert not verify(session).faults
    assert_rebuild_changes_nothing(engine)


def test_a_transaction_takes_no_further_turn_when_it_has_lasted_long_enough(
    turns: Turns, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("counterclaim.turns.TOGETHER_S", 0.0)
    blocked = Blocked(turns)
    told = [turns.take(taking(number), "ann") for number in (1, 2)]
    before: list[int] = []
    event.listen(turns.engine, "commit", lambda _one: before.append(sum(t.done() for t in told)))
    blocked.go.set()
    assert [one.result(WAIT_S).created["claims"] for one in told] == [2, 2]
    assert before == [0, 0, 1], "the first is told while the second has yet to be done"


def test_who_has_waited_for_too_long_is_told_to_come_back_and_nothing_is_stored(
    turns: Turns, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("counterclaim.turns.LONGEST_WAIT_S", 0.1)
    blocked = Blocked(turns)
    with pytest.raises(BusyError, match="waited"):
        asyncio.run(await_turn(turns.take(taking(1), "ann")))
    asyncio.run(begun_late(blocked))
    turns.take(lambda _writer: None, "bob").result(WAIT_S)
    assert documents(engine) == 0


async def begun_late(blocked: Blocked) -> None:
    """What has begun is waited for, however long it takes."""
    asyncio.get_running_loop().call_later(0.3, blocked.go.set)
    await await_turn(blocked.first)


def test_nobody_is_told_of_success_where_the_commit_fails(turns: Turns, engine: Engine) -> None:
    blocked = Blocked(turns)

    def refuse(_connection: Any) -> None:
        raise OSError("no space left")

    told: list[Future[Any]] = [blocked.first]
    told += [turns.take(taking(number), "ann") for number in (1, 2)]
    event.listen(turns.engine, "commit", refuse)
    blocked.go.set()
    for one in told:
        with pytest.raises(OSError, match="no space"):
            one.result(WAIT_S)
    event.remove(turns.engine, "commit", refuse)
    assert documents(engine) == 0
    assert turns.take(taking(1), "ann").result(WAIT_S).created["documents"] == 1
    assert documents(engine) == 1


def test_names_given_elsewhere_are_known_to_the_next_turn(turns: Turns, engine: Engine) -> None:
    claim = {"event": "E1", "said_by": ["Aunt Gazette"], "quote": "five Zeta-9 missiles were fired"}
    unknown = turns.take(taking(1, claims=[claim]), "ann").exception(WAIT_S)
    assert isinstance(unknown, RejectedError)
    alias = {"name": "Aunt Gazette", "lang": "en"}
    gazette = next(row for row in REFERENCE["sources"] if row["key"] == "gazette")
    put_file(engine, {"sources": [{**gazette, "names": [alias]}]})
    assert turns.take(taking(1, claims=[claim]), "ann").result(WAIT_S).created["claims"] == 1


def disputed(number: int) -> Callable[[Writer], Intake]:
    """Two sources of which none is believed more than the other, unless they are rated."""
    fired = [{"munition": "Zeta-9", "launched": count} for count in ("five", "four")]
    claims = [aland_claim(counts=fired[:1]), bland_claim(counts=fired[1:])]
    return taking(number, claims=claims)


def naming(alias: str, *, failing: bool = False) -> Callable[[Writer], None]:
    """A claimant gets one more name and is spoken of; perhaps all is undone."""
    ministry = next(row for row in REFERENCE["sources"] if row["key"] == "aland-mod")
    given = {"sources": [{**ministry, "names": [{"name": alias, "lang": "en"}]}]}

    def work(writer: Writer) -> None:
        ingest(writer, ClaimFile.model_validate(given), accept=True)
        disputed(len(alias))(writer)
        if failing:
            raise RejectedError([])

    return work


def test_what_claims_speak_of_is_known_as_it_is_now(turns: Turns, engine: Engine) -> None:
    """Whoever changed it: the read model is that of a rebuild, which remembers nothing."""
    turns.take(disputed(1), "ann").result(WAIT_S)
    with writing(engine) as session:
        rate_source(open_writer(session, "elsewhere"), "aland-mod", Reliability.A, "Often right.")
    turns.take(disputed(2), "ann").result(WAIT_S)
    turns.take(lambda writer: rate_source(writer, "bland-army", Reliability.A, "Right."), "bob")
    turns.take(disputed(3), "ann").result(WAIT_S)
    undone = turns.take(naming("Undone", failing=True), "cid")
    assert isinstance(undone.exception(WAIT_S), RejectedError)
    turns.take(disputed(4), "ann").result(WAIT_S)
    turns.take(naming("Lasting"), "cid").result(WAIT_S)
    turns.take(disputed(5), "ann").result(WAIT_S)
    assert_rebuild_changes_nothing(engine)
