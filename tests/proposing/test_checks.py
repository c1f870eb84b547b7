"""Whatever a model answers, what is kept of it stands in the text and fits a claim file."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from counterclaim.proposing.checks import Checks, checked
from counterclaim.quantity import parse_quantity, stands_in
from counterclaim.queries.recognise import Kind, NamedRow
from counterclaim.schemas.incoming import ClaimFile

TEXT = (
    "On 1 May the Aland Ministry said five Zeta-9 missiles were fired at Quarry; several hit. "
    "The Bland Army said none. Five Zeta-9 missiles were fired at Quarry."
)
KNOWN = {
    Kind.MUNITION: {"zeta9": [NamedRow("zeta-9", "ballistic_missile", "Zeta-9")]},
    Kind.SOURCE: {"alandministry": [NamedRow("aland-mod", "ministry", "Aland Ministry")]},
    Kind.PLACE: {"quarry": [NamedRow("quarry", "town", "Quarry")]},
}
CHECKS = Checks(TEXT, KNOWN, date(2024, 5, 2), "en")
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 10) | st.floats() | st.text(max_size=4),
    lambda below: st.lists(below, max_size=2) | st.dictionaries(st.text(max_size=4), below),
    max_leaves=4,
)
NUMBER = st.sampled_from([0, 5, 9, "five", "several", {"low": 2}, {"low": "5"}, 5.0]) | ANYTHING
NAME = st.sampled_from(["zeta-9", "Zeta-9", "aland-mod", "Aland Ministry", "quarry", "moth"])
CLAIM = st.fixed_dictionaries(
    {},
    optional={
        "event": st.sampled_from(["E1", "E2"]) | ANYTHING,
        "quote": st.sampled_from([TEXT, TEXT[13:85], "Five Zeta-9", " several hit", "hit."])
        | ANYTHING,
        "said_by": st.lists(NAME | ANYTHING, max_size=2) | ANYTHING,
        "occurred": st.sampled_from(["2024-05-01", "2024-05-02"]) | ANYTHING,
        "stance": st.sampled_from(["admits", "shouts"]) | ANYTHING,
        "attacker": ANYTHING,
        "target": st.sampled_from(["Quarry", "Harbour"]) | ANYTHING,
        "places": st.lists(st.fixed_dictionaries({"place": NAME | ANYTHING})) | ANYTHING,
        "counts": st.lists(
            st.fixed_dictionaries(
                {}, optional={"munition": NAME | ANYTHING, "launched": NUMBER, "hit": NUMBER}
            )
        ),
        "casualties": st.lists(st.fixed_dictionaries({"harm": st.just("killed"), "count": NUMBER}))
        | ANYTHING,
        "damage": ANYTHING,
    },
)
EVENT = st.fixed_dictionaries(
    {"ref": st.sampled_from(["E1", "E2"]) | ANYTHING},
    optional={
        "kind": st.sampled_from(["strike", "war"]) | ANYTHING,
        "label": st.just("A strike") | ANYTHING,
        "parts": st.lists(st.sampled_from(["E1", "E2", "E3"])) | ANYTHING,
    },
)
ANSWER = st.fixed_dictionaries(
    {"claims": st.lists(CLAIM, max_size=3) | ANYTHING, "events": st.lists(EVENT) | ANYTHING}
)


@given(ANSWER)
def test_all_that_is_kept_stands_in_the_text_and_is_taken_in(answer: dict[str, Any]) -> None:
    found = checked(answer, CHECKS)
    document = {"title": "A", "text": TEXT}
    ClaimFile.model_validate({"document": document, "events": found.events, "claims": found.claims})
    refs = {event["ref"] for event in found.events}
    assert all(part in refs for event in found.events for part in event.get("parts", ()))
    for claim in found.claims:
        quote = claim["quote"]
        assert TEXT[quote["start"] : quote["end"]] == quote["exact"]
        assert claim["event"] in refs
        assert claim.get("occurred") in {"2024-05-01", None}
        for row in claim.get("counts", []):
            assert row.get("munition") in {"zeta-9", None}
            for outcome in {"launched", "hit"} & row.keys():
                assert stands_in(parse_quantity(row[outcome]), quote["exact"])
    starts = [claim["quote"]["start"] for claim in found.claims]
    assert starts == sorted(starts)
    assert len(found.why) == len(starts)


def test_a_part_is_kept_with_its_whole_and_the_first_of_several_places_is_told() -> None:
    whole = {"ref": "E2", "kind": "strike", "scope": "collection", "label": "Both"}
    events = [
        {"ref": "E1", "kind": "strike", "label": "One"},
        {**whole, "parts": ["E1", "E9"]},
        {"ref": "E3", "kind": "strike", "label": "Nobody speaks of it"},
    ]
    found = checked(
        {"events": events, "claims": [{"event": "E2", "quote": "were fired at Quarry"}]}, CHECKS
    )
    assert found.events == [events[0], {**whole, "parts": ["E1"]}]
    assert "more than one place" in found.why[0][0]
