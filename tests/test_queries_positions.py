"""What each side says of each figure of an event, and where it says nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
import pytest
from sqlalchemy import select

from counterclaim.db import reading, writing
from counterclaim.models import EventSummary
from counterclaim.moment import isoformat_z
from counterclaim.queries.asof import View, last_change, read_instant
from counterclaim.queries.claims import event_positions
from counterclaim.queries.events import get_event
from counterclaim.queries.history.changes import values
from counterclaim.store.ledger import open_writer
from counterclaim.store.review import supersede_claim
from statements import killed, put_speakers, put_statements, said, zetas

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from counterclaim.schemas.position import CellOut, PositionsOut

ALL_EVENTS = select(EventSummary.event_id).where(EventSummary.valid_to.is_(None))
LAUNCHED = "/munitions/zeta-9/launched"
KILLED = "/casualties/AA/military/killed"


@pytest.fixture
def told(engine: Engine) -> Engine:
    put_speakers(engine)
    return engine


def positions(engine: Engine, event: str, claimed_by: str | None = None) -> PositionsOut:
    until = read_instant("claimed_by", claimed_by) if claimed_by else None
    with reading(engine) as session:
        return event_positions(session, event, View(last_change(session), until))


def cell(answer: PositionsOut, side: str, figure: str, shared: str | None = None) -> CellOut:
    (item,) = (item for item in answer.items if item.side == side)
    (found,) = (one for one in item.figures if (one.figure, one.shared) == (figure, shared))
    return found


def short(found: CellOut) -> tuple[Any, ...]:
    return str(found.stance), found.low, found.high, found.claimant, found.echoes


def test_each_side_has_a_cell_for_each_figure_and_silence_is_dated(told: Engine) -> None:
    ours = said("aland-mod", zetas(launched="five", hit=2), attacker="BB", defender="AA")
    events, claims = put_statements(told, [ours, said("bland-army", zetas(launched=8))])
    answer = positions(told, events["E1"])
    assert [item.side for item in answer.items] == ["AA", "BB"]
    figures = [[one.figure for one in item.figures] for item in answer.items]
    assert figures[0] == figures[1] == [LAUNCHED, "/munitions/zeta-9/hit"]
    first, silent = cell(answer, "AA", LAUNCHED), cell(answer, "BB", "/munitions/zeta-9/hit")
    assert (first.said, first.quote, first.claims) == (
        "five",
        "Statements, statement 0.",
        claims[:1],
    )
    assert first.said_at is not None
    assert (first.said_at.edtf, first.as_of) == ("2024-05-09", None)
    assert (short(silent), silent.as_of) == (("silent", None, None, None, 0), answer.known_at)
    assert (silent.claims, silent.others) == ([], [])


def test_a_number_said_not_to_be_so_is_denied_and_makes_no_position(told: Engine) -> None:
    claims = [
        said("aland-mod", zetas(launched=5), attacker="BB", defender="AA"),
        said("bland-army", zetas(launched=5), polarity=-1),
        said("bland-army", stance="denies", casualties=[killed(None)]),
        said("aland-mod", stance="declines", casualties=[killed(None)]),
    ]
    events, _ids = put_statements(told, claims[:2])
    answer = positions(told, events["E1"])
    assert [(one.side, one.position) for one in answer.items] == [
        ("AA", "asserts"),
        ("BB", "silent"),
    ]
    assert short(cell(answer, "BB", LAUNCHED)) == ("denies", 5, 5, "bland-army", 0)
    assert answer.items[1].claims == []
    later = [{**claim, "event": events["E1"]} for claim in claims[2:]]
    put_statements(told, later, title="Later")
    answer = positions(told, events["E1"])
    assert cell(answer, "BB", KILLED).stance == "denies"
    assert short(cell(answer, "AA", KILLED)) == ("declines", None, None, "aland-mod", 0)


def test_a_voice_is_folded_and_its_last_number_stands(told: Engine) -> None:
    events, ids = put_statements(
        told,
        [
            said("aland-mod", zetas(launched=5), said="2024-05-01"),
            said("aland-mod", zetas(launched=7), said="2024-05-03"),
            said("aland", zetas(launched=None), said="2024-05-04"),
        ],
    )
    found = cell(positions(told, events["E1"]), "AA", LAUNCHED)
    assert short(found) == ("asserts", 7, 7, "aland-mod", 2)
    assert found.claims == [ids[1], ids[0], ids[2]]
    assert found.others == []
    early = cell(positions(told, events["E1"], claimed_by="2024-05-02"), "AA", LAUNCHED)
    assert short(early) == ("asserts", 5, 5, "aland-mod", 0)


def test_of_several_voices_of_a_side_the_strongest_comes_first(told: Engine) -> None:
    claims = [
        said("aland-mod", zetas(launched=5), said="2024-05-03"),
        said("aland-navy", zetas(launched=6), stance="admits", said="2024-05-01"),
    ]
    events, ids = put_statements(told, claims)
    found = cell(positions(told, events["E1"]), "AA", LAUNCHED)
    assert short(found) == ("admits", 6, 6, "aland-navy", 0)
    assert found.claims == [ids[1], ids[0]]
    assert [(one.claimant, one.low, one.claims) for one in found.others] == [
        ("aland-mod", 5, [ids[0]])
    ]


def test_neutral_and_unknown_speakers_come_last_and_only_if_they_spoke(told: Engine) -> None:
    claims = [said("bland-army", zetas(launched=5)), said(None, zetas(launched="several"))]
    events, _ids = put_statements(told, [*claims, said("drifter", zetas(launched=4))])
    answer = positions(told, events["E1"])
    assert [(item.side, item.position) for item in answer.items] == [
        ("BB", "asserts"),
        ("neutral", "asserts"),
        ("unknown", "asserts"),
    ]
    assert short(cell(answer, "neutral", LAUNCHED)) == ("asserts", 2, None, "gazette", 0)
    assert [claim.claimant for claim in answer.items[2].claims] == ["drifter"]


def test_a_collective_figure_is_the_collections_and_shared_by_its_parts(told: Engine) -> None:
    both = said("aland-mod", event="G1", distribution="collective", casualties=[killed(2)])
    alone = said("aland-mod", zetas(launched=3))
    events, _ids = put_statements(told, [both, alone, said("aland-mod", event="E2")])
    whole, part = (positions(told, events[ref]) for ref in ("G1", "E1"))
    assert short(cell(whole, "AA", KILLED)) == ("asserts", 2, 2, "aland-mod", 0)
    assert cell(part, "AA", KILLED, shared=events["G1"]).low == 2
    assert KILLED not in [one.figure for one in part.items[0].figures if one.shared is None]
    assert short(cell(part, "AA", LAUNCHED)) == ("asserts", 3, 3, "aland-mod", 0)


def test_a_superseded_claim_is_not_shown(told: Engine) -> None:
    events, (old,) = put_statements(told, [said("aland-mod", zetas(launched=5))])
    again = said("aland-mod", zetas(launched=4), event=events["E1"])
    _events, (new,) = put_statements(told, [again], title="Mended")
    with writing(told) as session:
        supersede_claim(open_writer(session, "reviewer"), old, new, "Read anew.")
    found = cell(positions(told, events["E1"]), "AA", LAUNCHED)
    assert (found.low, found.claims, found.echoes) == (4, [new], 0)


def test_every_figure_of_the_document_has_a_cell_under_the_path_of_a_diff(
    seed_to_read: Engine,
) -> None:
    tables = ("munitions", "casualties", "damage")
    with reading(seed_to_read) as session:
        at = last_change(session)
        view = View(at)
        for event in session.scalars(ALL_EVENTS):
            document = orjson.loads(get_event(session, event, view))
            answer = event_positions(session, event, view)
            paths = {path for path in values(document) if path.split("/")[1] in tables}
            for item in answer.items:
                assert paths <= {one.figure for one in item.figures if one.shared is None}
                assert {one.as_of for one in item.figures} <= {isoformat_z(at), None}


def test_statements_do_not_grow_with_the_claims(told: Engine, query_counter: Any) -> None:
    counts = []
    for number, size in enumerate((1, 60)):
        claims = [
            said("aland-mod", zetas(launched=n), said=f"2024-04-{n % 28 + 1:02}")
            for n in range(size)
        ]
        events, _ids = put_statements(told, claims, title=f"Day {number}")
        with query_counter(told) as queries:
            assert positions(told, events["E1"]).items[0].figures[0].echoes == size - 1
        counts.append(len(queries))
    assert counts[0] == counts[1] > 0
