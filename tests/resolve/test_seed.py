"""The worked example of the documentation, claim by claim as in the seed article."""

from __future__ import annotations

import json
from typing import Any

import pytest

from counterclaim.resolve import WEIGHTS_VERSION, Claim, Family, Site, resolve
from counterclaim.vocabulary import (
    ClaimKind,
    Distribution,
    Grade,
    PlaceMethod,
    PlacePrecision,
    PlaceRole,
    Stance,
)

from .building import claim, counts, damaged, event, family, injured

LOTAREVKA = Site(
    role=PlaceRole.TARGET,
    key="lotarevka",
    name="Lotarevka",
    said="near the village of Lotarevka, 37 km northwest of the city of Kursk",
    country="RU",
    region="RU-KRS",
    latitude=51.965,
    longitude=35.811,
    uncertainty_m=14500,
    precision=PlacePrecision.NEAR,
    method=PlaceMethod.RELATIVE,
)
RUSSIA = Site(
    PlaceRole.TARGET, "russia", "Russia", "Russia", "RU", None, None, None, None,
    PlacePrecision.COUNTRY, PlaceMethod.GAZETTEER,
)  # fmt: skip
AIRFIELD = LOTAREVKA._replace(key="kursk-vostochny", name="Kursk-Vostochny", uncertainty_m=2000)


def article(id_: str, about: str, by: str = "ru-mod", **values: Any) -> Claim:
    values = {"attacker": "UA", "defender": "RU", "document": "article"} | values
    return claim(id_, about, by, **values)


def together(id_: str, stance: Stance = Stance.ADMITS, **values: Any) -> Claim:
    return article(id_, "G1", stance=stance, distribution=Distribution.COLLECTIVE, **values)


EACH = {"distribution": Distribution.EACH}
CLAIMS = (
    article("C01", "G1", "russia", places=(RUSSIA,)),
    article("C04", "S3", occurred="2024-11-23", places=(LOTAREVKA,)),
    article("C05", "S4", occurred="2024-11-25", places=(AIRFIELD,)),
    together("C06", counts=counts(hit=(2, None))),
    together("C08", casualties=injured(2)),
    together("C09", damage=damaged("radar", 1)),
    article("C10", "S3", counts=counts(launched=5), occurred="2024-11-23"),
    article("C11", "S3", counts=counts(intercepted=3), occurred="2024-11-23"),
    article("C13", "S4", counts=counts(launched=8), occurred="2024-11-25"),
    article("C14", "S4", counts=counts(intercepted=7), occurred="2024-11-25"),
    article("C15", "G1", kind=ClaimKind.CONTEXT, stance=Stance.THREATENS),
    article("C16", "G1", "outlet", kind=ClaimKind.EVIDENCE),
    article("C18", "G1", counts=counts(launched=None), **EACH),
    article("C20", "G1", "russia", kind=ClaimKind.POSITION),
    article("C21", "S1", "outlet", counts=counts(launched=None), occurred="2024-11-19"),
    article(
        "C22", "S2", "outlet", counts=counts("storm-shadow", launched=(2, None)), places=(RUSSIA,)
    ),
    article(
        "C23", "S5", "outlet", counts=counts("oreshnik", launched=1), attacker="RU", defender="UA"
    ),
    article("C26", "S5", "outlet", polarity=-1, negates_fact=True, attacker="RU", defender="UA"),
)
KURSK = [event("S3"), event("S4"), event("G1", "S3", "S4")]


def seed(*more: Claim) -> Family:
    about = {"S3", "S4", "G1"}
    return family(KURSK, *(c for c in CLAIMS if c.event in about), *more)


def alone(id_: str) -> dict[str, Any]:
    return document(family([event(id_)], *(c for c in CLAIMS if c.event == id_)), id_)


def document(of: Family, id_: str) -> dict[str, Any]:
    body: dict[str, Any] = resolve(of)[id_].document()
    assert json.loads(json.dumps(body)) == body
    return body


def line(body: dict[str, Any]) -> dict[str, Any]:
    (only,) = body["munitions"]
    assert isinstance(only, dict)
    return only


def bounds(figure: dict[str, Any]) -> tuple[int | None, int | None, int | None]:
    return figure["low"], figure["best"], figure["high"]


STATED = {"basis": "stated", "voices": 1, "agreement": 1.0}


def test_first_strike_is_the_worked_example() -> None:
    assert document(seed(), "S3") == {
        "id": "S3",
        "kind": "strike",
        "scope": "single",
        "label": "event S3",
        "occurred": {
            "edtf": "2024-11-23",
            "from": "2024-11-23T00:00:00Z",
            "to": "2024-11-24T00:00:00Z",
            "precision": "day",
        },
        "attacker": "UA",
        "defender": "RU",
        "places": [
            {
                "role": "target",
                "key": "lotarevka",
                "name": "Lotarevka",
                "said": "near the village of Lotarevka, 37 km northwest of the city of Kursk",
                "country": "RU",
                "region": "RU-KRS",
                "latitude": 51.965,
                "longitude": 35.811,
                "uncertainty_m": 14500,
                "precision": "near",
                "method": "relative",
            }
        ],
        "munitions": [
            {
                "key": "atacms",
                "name": "ATACMS",
                "category": "ballistic_missile",
                "launched": {"low": 5, "best": 5, "high": 5, **STATED, "claims": ["C10"]},
                "intercepted": {"low": 3, "best": 3, "high": 3, **STATED, "claims": ["C11"]},
                "not_intercepted": {
                    "low": 2, "best": 2, "high": 2, "basis": "derived", "claims": ["C10", "C11"],
                },
                "hit": {
                    "low": 1, "best": None, "high": 2, "basis": "derived",
                    "claims": ["C06", "C10", "C11", "C13", "C14"],
                },
            }
        ],
        "casualties": [],
        "damage": [],
        "shared": [
            {
                "event": "G1",
                "label": "event G1",
                "casualties": [
                    {
                        "side": "RU", "status": "military", "harm": "injured", "low": 2, "best": 2,
                        "high": 2, "basis": "stated", "voices": 1, "claims": ["C08"],
                    }
                ],
                "damage": [
                    {
                        "object": "radar", "severity": "damaged", "low": 1, "best": 1, "high": 1,
                        "basis": "stated", "voices": 1, "claims": ["C09"],
                    }
                ],
                "munitions": [
                    {
                        "key": "atacms",
                        "hit": {
                            "low": 2, "best": None, "high": 3, "basis": "stated", "voices": 1,
                            "claims": ["C06"], "narrowed_by": ["C10", "C11", "C13", "C14"],
                        },
                    }
                ],
            }
        ],
        "part_of": ["G1"],
        "parts": [],
        "grade": "confirmed",
        "disputed": False,
        "contradictions": [],
        "positions": {"RU": "admits", "UA": "silent"},
        "voices": 1,
        "claims": 11,
        "documents": 1,
        "policy": "graded",
        "policy_version": WEIGHTS_VERSION,
    }  # fmt: skip


def test_keys_come_in_the_order_of_the_wire() -> None:
    body = document(seed(), "S3")
    assert " ".join(body) == (
        "id kind scope label occurred attacker defender places munitions casualties damage shared "
        "part_of parts grade disputed contradictions positions voices claims documents policy "
        "policy_version"
    )
    assert " ".join(line(body)) == "key name category launched intercepted not_intercepted hit"
    assert " ".join(line(body)["launched"]) == "low best high basis voices agreement claims"


def test_second_strike_may_have_hit_nothing() -> None:
    body = document(seed(), "S4")
    atacms = line(body)
    assert bounds(atacms["launched"]) == (8, 8, 8)
    assert bounds(atacms["intercepted"]) == (7, 7, 7)
    assert bounds(atacms["not_intercepted"]) == (1, 1, 1)
    assert bounds(atacms["hit"]) == (0, None, 1)
    assert body["grade"] == "confirmed"
    assert body["casualties"] == body["damage"] == []
    assert body["shared"] == document(seed(), "S3")["shared"]


def test_collection_adds_up_its_parts() -> None:
    body = document(seed(), "G1")
    atacms = line(body)
    assert bounds(atacms["launched"]) == (13, 13, 13)
    assert atacms["launched"]["basis"] == "derived"
    assert bounds(atacms["intercepted"]) == (10, 10, 10)
    assert bounds(atacms["hit"]) == (2, None, 3)
    assert atacms["hit"]["basis"] == "stated"
    assert atacms["hit"]["narrowed_by"] == ["C10", "C11", "C13", "C14"]
    assert [row["best"] for row in body["casualties"] + body["damage"]] == [2, 1]
    assert body["occurred"]["from"] == "2024-11-23T00:00:00Z"
    assert body["occurred"]["to"] == "2024-11-26T00:00:00Z"
    assert body["places"][0]["key"] == "russia"
    assert (body["shared"], body["parts"]) == ([], ["S3", "S4"])


def test_totals_serve_the_filters() -> None:
    summaries = resolve(seed())
    assert summaries["G1"].totals == {
        "launched": (13, 13, 13),
        "intercepted": (10, 10, 10),
        "hit": (2, None, 3),
        "injured": (2, 2, 2),
    }
    assert "injured" not in summaries["S3"].totals


def test_other_strikes_of_the_article() -> None:
    first, shadow, oreshnik = alone("S1"), alone("S2"), alone("S5")
    assert bounds(line(first)["launched"]) == (None, None, None)
    assert bounds(line(shadow)["launched"]) == (2, None, None)
    assert shadow["places"][0]["latitude"] is None
    assert bounds(line(oreshnik)["launched"]) == (1, 1, 1)
    assert (oreshnik["grade"], oreshnik["disputed"]) == ("weak", False)


@pytest.mark.parametrize("figures", [{"launched": 6}, {"intercepted": 0}, {"launched": (10, None)}])
def test_other_numbers_of_the_other_side_contest_one_strike(figures: dict[str, Any]) -> None:
    answer = claim("U01", "S4", "ua-staff", counts=counts(**figures))
    summaries = resolve(seed(answer))
    assert summaries["S4"].grade is Grade.CONTESTED
    assert summaries["S4"].disputed
    assert summaries["S4"].document()["positions"] == {"RU": "admits", "UA": "asserts"}
    assert summaries["S3"].grade is Grade.CONFIRMED
    for outcome in figures:
        assert line(summaries["S4"].document())[outcome]["voices"] == 2
        assert line(summaries["S4"].document())[outcome]["agreement"] == 0.5


def test_denial_of_the_other_side_contests_all_it_speaks_of() -> None:
    denial = claim("U02", "G1", "ua-staff", stance=Stance.DENIES)
    assert {s.grade for s in resolve(seed(denial)).values()} == {Grade.CONTESTED}
