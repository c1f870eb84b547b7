"""Claims as they are read: whole, filtered, paged, and as of an instant."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from counterclaim.db import new_id, reading, writing
from counterclaim.errors import CursorError, FilterError, MovedError, NotFoundError
from counterclaim.models import Assessment, Claim, Event, EventJudgement
from counterclaim.moment import isoformat_z
from counterclaim.queries.asof import View, last_change
from counterclaim.queries.claim_filters import ClaimFilter, page_claims
from counterclaim.queries.claims import (
    claims_out,
    event_claims,
    event_positions,
    get_claim,
)
from counterclaim.queries.pages import Window
from counterclaim.store.ledger import open_writer
from counterclaim.store.project import project
from counterclaim.vocabulary import Credibility, Judgement, Status
from factories import REFERENCE, aland_claim, article, bland_claim, put_file

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from datetime import datetime

    from sqlalchemy import Engine
    from sqlalchemy.orm import Session

    from conftest import Queries
    from counterclaim.schemas.claim import ClaimOut

    Counter = Callable[[Engine], AbstractContextManager[Queries]]


@pytest.fixture
def seeded(seed_to_read: Engine) -> Engine:
    """The seed on each engine; tests only read it."""
    return seed_to_read


def window(limit: int = 100, cursor: str | None = None, **query: Any) -> Window:
    return Window(query, limit, cursor, count=True)


def found(session: Session, **given: Any) -> list[ClaimOut]:
    return list(page_claims(session, ClaimFilter(**given), window()).items)


def quoted(claims: list[ClaimOut], words: str) -> ClaimOut:
    """The claim with these words in the shortest quote."""
    holding = [c for c in claims if c.quote is not None and words in c.quote.exact]
    return min(holding, key=lambda claim: len(claim.quote.exact) if claim.quote else 0)


def event_named(session: Session, label: str) -> str:
    return session.scalars(select(Event.id).where(Event.label.startswith(label))).one()


# ---- one claim


def test_claim_is_read_back_with_everything_it_says(seeded: Engine) -> None:
    with reading(seeded) as session:
        shape = quoted(found(session), "three ATACMS missiles")
        claim = shape.model_dump(mode="json", by_alias=True, exclude_unset=True)
    assert claim["claimant"] == "ru-mod"
    assert claim["side"] == "RU"
    assert claim["said_by"] == ["ru-mod"]
    assert [link["role"] for link in claim["attribution"]] == ["claimant", "publisher"]
    assert claim["attribution"][1]["source"] is None
    assert claim["occurred"] == {
        "edtf": "2024-11-23",
        "from": "2024-11-23T00:00:00Z",
        "to": "2024-11-24T00:00:00Z",
        "precision": "day",
    }
    assert claim["counts"] == [
        {
            "munition": "atacms",
            "launched": {"low": 5, "high": 5, "said": "five"},
            "intercepted": {"low": 3, "high": 3, "said": "three"},
        }
    ]
    assert claim["document"]["publisher"] == "unnamed-outlet-2024-11-26"
    assert claim["status"] == "accepted"
    assert claim["ended_at"] is None


def test_relative_place_names_its_anchor(seeded: Engine) -> None:
    with reading(seeded) as session:
        places = [place for claim in found(session) for place in claim.places if place.relative]
    assert [(place.place, place.relative.anchor) for place in places if place.relative] == [
        ("lotarevka", "kursk")
    ]
    assert places[0].relative is not None
    assert places[0].relative.distance_km == 37
    assert places[0].relative.bearing_deg == 315


def test_own_voice_of_a_document_has_nobody_in_its_chain(seeded: Engine) -> None:
    with reading(seeded) as session:
        claim = quoted(found(session), "a rare occurrence")
    assert claim.said_by == []
    assert [link.source for link in claim.attribution] == [None]
    assert claim.claimant == "unnamed-outlet-2024-11-26"
    assert claim.side == "neutral"


def test_side_is_that_of_the_nearest_source_above(engine: Engine) -> None:
    put_file(engine, REFERENCE)
    put_file(engine, article())
    with reading(engine) as session:
        assert {claim.claimant: claim.side for claim in found(session)} == {
            "aland-mod": "AA",
            "bland-army": "BB",
        }


def test_order_of_ids_is_kept(seeded: Engine) -> None:
    with reading(seeded) as session:
        at = last_change(session)
        ids = [claim.id for claim in found(session)]
        shuffled = [*ids[::3], *ids[1::3], *ids[2::3]]
        assert [claim.id for claim in claims_out(session, shuffled, at)] == shuffled


def test_one_claim_takes_as_many_statements_as_all(seeded: Engine, query_counter: Counter) -> None:
    with reading(seeded) as session:
        at = last_change(session)
        ids = [claim.id for claim in found(session)]
    counts = []
    for wanted in (ids[:1], ids):
        with reading(seeded) as session, query_counter(seeded) as queries:
            claims_out(session, wanted, at)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_pages_of_any_length_take_as_many_statements(
    seeded: Engine, query_counter: Counter
) -> None:
    counts = []
    for limit in (1, 5):
        with reading(seeded) as session, query_counter(seeded) as queries:
            page_claims(session, ClaimFilter(q="atacms"), window(limit))
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("key", ["", "C01", "00000000-0000-0000-0000-000000000000"])
def test_unknown_claim_is_not_found(seeded: Engine, key: str) -> None:
    with reading(seeded) as session, pytest.raises(NotFoundError):
        get_claim(session, key, View(last_change(session)))


def test_pending_claim_is_not_public(engine: Engine) -> None:
    put_file(engine, REFERENCE)
    intake = put_file(engine, article(), accept=False)
    with reading(engine) as session:
        at = last_change(session)
        with pytest.raises(NotFoundError):
            get_claim(session, intake.claims[0].id, View(at))
        assert found(session) == []
        (built,) = claims_out(session, [intake.claims[0].id], at)
        assert built.status is Status.PENDING


# ---- the life of a claim


def end(engine: Engine, claim_id: str, status: Status, reason: str | None) -> datetime:
    """End a claim, as the store does, and give the instant."""
    with writing(engine) as session:
        writer = open_writer(session, "test")
        claim = session.get_one(Claim, claim_id)
        claim.status, claim.ended_at, claim.end_reason = status, writer.at, reason
        writer.note("end", claim_id, {"event": claim.event_id})
        project(session, [str(claim.event_id)], writer.at, writer.referents())
        return writer.at


@pytest.fixture
def world(engine: Engine) -> tuple[Engine, list[str]]:
    """Two claims on one strike, and the ids of both."""
    put_file(engine, REFERENCE)
    intake = put_file(engine, article())
    return engine, [taken.id for taken in intake.claims]


def test_retracted_claim_stays_readable(world: tuple[Engine, list[str]]) -> None:
    engine, (first, second) = world
    at = end(engine, first, Status.RETRACTED, "Misread.")
    with reading(engine) as session:
        claim = get_claim(session, first, View(at))
        assert (claim.status, claim.end_reason) == (Status.RETRACTED, "Misread.")
        assert claim.ended_at == isoformat_z(at)
        assert [c.id for c in found(session)] == [second]
        assert [c.id for c in found(session, status=["retracted"])] == [first]
        assert len(found(session, status=["retracted", "accepted"])) == 2


def test_retracted_claim_was_accepted_before(world: tuple[Engine, list[str]]) -> None:
    engine, (first, _second) = world
    at = end(engine, first, Status.RETRACTED, "Misread.")
    with reading(engine) as session:
        before = get_claim(session, first, View(at - timedelta(microseconds=1)))
        assert before.status is Status.ACCEPTED
        assert before.ended_at is None
        assert before.end_reason is None
        event = str(before.event)
        assert first in event_claims(session, event, View(at - timedelta(microseconds=1)))
        assert first not in event_claims(session, event, View(at))


def test_superseded_claim_names_its_successor(world: tuple[Engine, list[str]]) -> None:
    engine, (first, _second) = world
    correction = aland_claim(counts=[{"munition": "moth", "launched": 5}])
    later = put_file(engine, article(claims=[correction])).claims[0].id
    with writing(engine) as session:
        session.get_one(Claim, later).supersedes_id = first
    at = end(engine, first, Status.SUPERSEDED, None)
    with reading(engine) as session:
        accepted_at = session.get_one(Claim, later).accepted_at
        assert accepted_at is not None
        assert get_claim(session, first, View(at)).superseded_by == later
        assert get_claim(session, later, View(at)).supersedes == first
        before = get_claim(session, first, View(accepted_at - timedelta(microseconds=1)))
        assert before.superseded_by is None


def test_assessment_is_the_one_of_that_moment(world: tuple[Engine, list[str]]) -> None:
    engine, (first, _second) = world
    with writing(engine) as session:
        writer = open_writer(session, "test")
        session.add(
            Assessment(
                id=new_id(),
                claim_id=first,
                credibility=Credibility.PROBABLE,
                rationale="Filmed.",
                assessed_by="ann",
                recorded_at=writer.at,
            )
        )
        at = writer.at
    with reading(engine) as session:
        assessment = get_claim(session, first, View(at)).assessment
        assert assessment is not None
        assert assessment.credibility is Credibility.PROBABLE
        assert get_claim(session, first, View(at - timedelta(microseconds=1))).assessment is None


# ---- claims of an event


def test_claims_of_a_collection_bear_on_its_parts(seeded: Engine) -> None:
    with reading(seeded) as session:
        at = last_change(session)
        part = event_named(session, "ATACMS strike near Lotarevka")
        whole = event_named(session, "ATACMS strikes on Kursk region")
        of_part, of_whole = (
            event_claims(session, part, View(at)),
            event_claims(session, whole, View(at)),
        )
        shapes = claims_out(session, of_part, at)
    assert set(of_whole) < set(of_part)
    assert {claim.event for claim in shapes} == {part, whole, None}
    assert of_part == sorted(of_part)


def test_claims_about_claims_bear_on_the_event(seeded: Engine) -> None:
    with reading(seeded) as session:
        at = last_change(session)
        whole = event_named(session, "ATACMS strikes on Kursk region")
        shapes = claims_out(session, event_claims(session, whole, View(at)), at)
    assert quoted(shapes, "a rare occurrence").about in {claim.id for claim in shapes}


def test_positions_give_the_claims_behind_them(seeded: Engine) -> None:
    with reading(seeded) as session:
        at = last_change(session)
        whole = event_named(session, "ATACMS strikes on Kursk region")
        positions = event_positions(session, whole, View(at))
    sides = {item.side: item for item in positions.items}
    assert list(sides) == ["RU", "UA"]
    assert sides["RU"].position == "admits"
    assert "admits" in {claim.stance for claim in sides["RU"].claims}
    assert sides["UA"].position == "silent"
    assert sides["UA"].claims == []


def test_event_without_accepted_claims_is_not_found(engine: Engine) -> None:
    put_file(engine, REFERENCE)
    intake = put_file(engine, article(), accept=False)
    with reading(engine) as session, pytest.raises(NotFoundError):
        event_claims(session, intake.events[0].id, View(last_change(session)))


@pytest.mark.parametrize("key", ["S1", "00000000-0000-0000-0000-000000000000"])
def test_unknown_event_has_no_positions(seeded: Engine, key: str) -> None:
    with reading(seeded) as session, pytest.raises(NotFoundError):
        event_positions(session, key, View(last_change(session)))


def test_merged_event_says_where_it_went(world: tuple[Engine, list[str]]) -> None:
    engine, ids = world
    other = article(
        events=[{"ref": "E2", "kind": "strike", "label": "Another"}],
        claims=[bland_claim(event="E2", occurred="2024-04-30")],
    )
    gone = put_file(engine, other)
    with writing(engine) as session:
        writer = open_writer(session, "test")
        kept = str(session.get_one(Claim, ids[0]).event_id)
        left, right = sorted((kept, gone.events[0].id))
        session.add(
            EventJudgement(
                id=new_id(),
                left_id=left,
                right_id=right,
                judgement=Judgement.SAME,
                reason="One strike.",
                decided_by="ann",
                recorded_at=writer.at,
            )
        )
        writer.note("judge", left, {"event": left})
        project(session, [left, right], writer.at, writer.referents())
        at = writer.at
    with reading(engine) as session:
        assert event_claims(session, kept, View(at)) == sorted([*ids, gone.claims[0].id])
        with pytest.raises(MovedError) as moved:
            event_claims(session, gone.events[0].id, View(at))
        assert moved.value.target == kept
        assert len(found(session, event=[gone.events[0].id])) == 3
        assert len(found(session, grade=["contested", "confirmed", "weak", "fair"])) == 3
        before = at - timedelta(microseconds=1)
        assert event_claims(session, gone.events[0].id, View(before)) == [gone.claims[0].id]


# ---- filters


@pytest.mark.parametrize(
    ("given", "number"),
    [
        ({}, 38),
        ({"weapon": ["ATACAMS"]}, 8),
        ({"weapon": ["ballistic-missile"]}, 12),
        ({"weapon": ["ATACMS", "Орешник"]}, 12),
        ({"claimant": ["Moscow"]}, 17),
        ({"claimant": ["ru-mod"]}, 10),
        ({"side": ["UA"]}, 1),
        ({"publisher": ["unnamed-outlet-2024-11-26"]}, 38),
        ({"kind": ["evidence"]}, 3),
        ({"kind": ["deployment"]}, 2),
        ({"kind": ["evidence", "deployment"]}, 5),
        ({"region": ["RU-KRS"]}, 2),
        ({"country": ["UA"]}, 2),
        ({"place": ["Лотарёвка"]}, 1),
        ({"bbox": "35,51,37,53"}, 2),
        ({"near": "51.75,36.29,10"}, 1),
        ({"near": "51.75,36.29,10", "match": "certain"}, 1),
        ({"near": "51.96,35.81,10"}, 1),
        ({"near": "51.96,35.81,10", "match": "certain"}, 0),
        ({"attacker": ["RU"]}, 2),
        ({"basis": ["inferred"], "kind": ["munition_fact"]}, 0),
        ({"scope": ["collection"]}, 9),
        ({"launched_min": 6}, 4),
        ({"launched_min": 6, "match": "certain"}, 1),
        ({"injured_min": 2, "injured_max": 2}, 1),
        ({"killed_min": 1}, 0),
    ],
)
def test_filters_speak_of_the_claim_itself(
    seeded: Engine, given: dict[str, Any], number: int
) -> None:
    with reading(seeded) as session:
        page = page_claims(session, ClaimFilter(**given), window())
    assert len(page.items) == page.total == number


def test_dates_possible_and_certain(seeded: Engine) -> None:
    with reading(seeded) as session:
        day = {"datetime": "2024-11-23"}
        possible = {c.occurred.edtf for c in found(session, **day) if c.occurred}
        certain = {c.occurred.edtf for c in found(session, **day, match="certain") if c.occurred}
        assert possible == {"2024-11-23", "2024-11-23/2024-11-25"}
        assert certain == {"2024-11-23"}
        assert all(claim.occurred for claim in found(session, **{"from": "1900"}))


@pytest.mark.parametrize("words", ["Орешник", "oreshnik", "Орєшнік", "oresh*"])
def test_search_finds_every_spelling_of_a_name(seeded: Engine, words: str) -> None:
    with reading(seeded) as session:
        claims = found(session, q=words)
    assert any("Orechnik" in claim.quote.exact for claim in claims if claim.quote)


def test_search_wants_every_word(seeded: Engine) -> None:
    with reading(seeded) as session:
        assert "radar" in str(quoted(found(session, q="минобороны radar"), "radar").quote)
        assert found(session, q="radar zeppelin") == []
        assert found(session, q="rada") == []


def test_search_finds_who_passed_words_on(seeded: Engine) -> None:
    with reading(seeded) as session:
        claims = found(session, q="Песков")
    assert claims
    assert all("dmitry-peskov" in claim.said_by for claim in claims)


@pytest.mark.parametrize(
    ("given", "parameter"),
    [
        ({"weapon": ["atacmz"]}, "weapon"),
        ({"claimant": ["nobody-at-all"]}, "claimant"),
        ({"side": ["XX"]}, "side"),
        ({"status": ["pending"]}, "status"),
        ({"status": ["accepted", "rejected"]}, "status"),
        ({"event": ["S1"]}, "event"),
        ({"document": ["none"]}, "document"),
        ({"bbox": "1,2,3"}, "bbox"),
        ({"q": "—"}, "q"),
        ({"from": "soon"}, "from"),
    ],
)
def test_filter_that_names_nothing_is_refused(
    seeded: Engine, given: dict[str, Any], parameter: str
) -> None:
    with reading(seeded) as session, pytest.raises(FilterError) as refused:
        found(session, **given)
    assert refused.value.parameter == parameter


# ---- pages


@pytest.mark.parametrize("sort", ["-recorded_at", "recorded_at", "-said", "said"])
def test_pages_hold_every_claim_once(seeded: Engine, sort: str) -> None:
    ids: list[str] = []
    cursor = None
    with reading(seeded) as session:
        while True:
            page = page_claims(session, ClaimFilter(), window(7, cursor), sort)
            ids += [claim.id for claim in page.items]
            cursor = page.next
            if cursor is None:
                break
    assert len(ids) == len(set(ids)) == page.total == 38


def test_sort_by_said_is_in_order_of_dates(seeded: Engine) -> None:
    with reading(seeded) as session:
        page = page_claims(session, ClaimFilter(), window(), "said")
    dates = [claim.said.from_ if claim.said else None for claim in page.items]
    known = [date for date in dates if date]
    assert known == sorted(known)
    assert dates[len(known) :] == [None] * (len(dates) - len(known))


def test_unknown_order_is_refused(seeded: Engine) -> None:
    with reading(seeded) as session, pytest.raises(FilterError, match="recorded_at"):
        page_claims(session, ClaimFilter(), window(), "recorded")


def test_cursor_belongs_to_its_query(seeded: Engine) -> None:
    with reading(seeded) as session:
        first = page_claims(session, ClaimFilter(), window(5, side="RU"))
        with pytest.raises(CursorError):
            page_claims(session, ClaimFilter(), window(5, first.next, side="UA"))


def test_later_pages_stay_at_the_state_of_the_first(world: tuple[Engine, list[str]]) -> None:
    engine, ids = world
    with reading(engine) as session:
        first = page_claims(session, ClaimFilter(), window(1))
    put_file(engine, article(claims=[bland_claim(counts=[{"munition": "moth", "hit": 1}])]))
    end(engine, min(ids), Status.RETRACTED, "Misread.")
    with reading(engine) as session:
        second = page_claims(session, ClaimFilter(), window(1, first.next))
    assert {claim.id for claim in (*first.items, *second.items)} == set(ids)
    assert second.next is None
    assert second.known_at == first.known_at
