"""Invented claims about a few events, drawn by Hypothesis, and filters to ask for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Sequence

PARTS = {"G1": ["E1", "E2"], "G2": ["G1", "E3"]}
EVENTS = ("E1", "E2", "E3", "E4", "G1", "G2")
DAYS = ("2024-05-01", "2024-05-02", "2024-05-03")

places = st.one_of(
    st.sampled_from([{"place": "quarry"}, {"place": "harbour"}, {"said": "somewhere"}]),
    st.fixed_dictionaries(
        {
            "latitude": st.sampled_from([-89.9, 0.0, 50.0, 50.2, 89.9]),
            "longitude": st.sampled_from([-179.9, -10.0, 30.0, 30.3, 179.9]),
        },
        optional={"uncertainty_m": st.sampled_from([0, 500, 40_000, 3_000_000])},
    ),
)
quantities = st.sampled_from([0, 1, 3, 8, "several", {"high": 4}, {"low": 2, "high": 6}, None])
munitions = st.sampled_from(["zeta-9", "moth", None])
counts = st.one_of(
    [
        st.fixed_dictionaries({"munition": munitions, outcome: quantities})
        for outcome in ("launched", "hit")
    ]
)
claims = st.fixed_dictionaries(
    {
        "event": st.sampled_from(EVENTS),
        "said_by": st.sampled_from([["aland-mod"], ["bland-army"], ["aland"], []]),
        "stance": st.sampled_from(["asserts", "asserts", "admits", "denies"]),
    },
    optional={
        "said": st.sampled_from(DAYS),
        "occurred": st.sampled_from(
            ["2024-04-30", "2024-04-29T23:30:00Z", "2024-04", "2024-04-28/2024-04-30", "../2024-04"]
        ),
        "attacker": st.sampled_from(["AA", "BB"]),
        "defender": st.sampled_from(["AA", "BB"]),
        "places": st.lists(places, max_size=2),
        "counts": st.lists(counts, max_size=1),
        "casualties": st.lists(
            st.fixed_dictionaries({"harm": st.just("killed"), "count": quantities}), max_size=1
        ),
    },
)
filters = st.fixed_dictionaries(
    {},
    optional={
        "kind": st.sampled_from([["strike"], ["battle"]]),
        "scope": st.lists(st.sampled_from(["single", "collection"]), min_size=1, max_size=2),
        "grade": st.lists(st.sampled_from(["confirmed", "fair", "weak", "contested"]), min_size=1),
        "disputed": st.booleans(),
        "attacker": st.just(["AA"]),
        "defender": st.just(["AA", "BB"]),
        "weapon": st.sampled_from([["missile"], ["moth"], ["moth", "zeta-9"]]),
        "claimant": st.sampled_from([["aland"], ["bland-army"]]),
        "side": st.sampled_from([["AA"], ["neutral"]]),
        "publisher": st.just(["gazette"]),
        "place": st.sampled_from([["aland"], ["harbour"]]),
        "region": st.just(["AA-Q"]),
        "country": st.just(["AA"]),
        "status": st.just(["accepted"]),
        "basis": st.just(["stated"]),
        "from_": st.sampled_from(["2024-04-29", "2024-04-30"]),
        "to": st.sampled_from(["2024-04-30", "2024-05"]),
        "match": st.sampled_from(["possible", "certain"]),
        "bbox": st.sampled_from(
            [
                "29,49,31,51",
                "-180,-90,180,90",
                "170,-90,-170,90",
                "179.5,-90,-9,90",
                "30.1,50,31,51",
            ]
        ),
        "near": st.sampled_from(["50,30,1", "50.1,30.1,30", "89,0,300", "0,180,20000"]),
        "launched_min": st.integers(0, 5),
        "launched_max": st.integers(0, 5),
        "killed_min": st.integers(0, 3),
        "q": st.sampled_from(["zeta", "zet*", "Зета-9", "harbour words", "aland ministry"]),
    },
)


def claim_file(
    drawn: Sequence[dict[str, Any]], kept: Sequence[int] | None = None
) -> dict[str, Any]:
    """One document with these claims, or with those at the places kept, about all events."""
    quotes = [f"words of claim {place}" for place in range(len(drawn))]
    events = [
        {
            "ref": ref,
            "kind": "strike",
            "scope": "collection" if ref in PARTS else "single",
            "label": f"Event {ref}",
            "parts": PARTS.get(ref, []),
        }
        for ref in EVENTS
    ]
    return {
        "document": {
            "title": "Many claims",
            "text": "; ".join(quotes) + ".",
            "publisher": "gazette",
            "published": DAYS[1],
            "lang": "en",
        },
        "events": events,
        "claims": [
            _whole(drawn[place], quotes[place])
            for place in (range(len(drawn)) if kept is None else kept)
        ],
    }


def _whole(claim: dict[str, Any], quote: str) -> dict[str, Any]:
    shared = "collective" if claim["event"] in PARTS else "single"
    return {**claim, "quote": quote, "distribution": shared}
