"""When, where and by whom: settings of drafts, and the events that they are put together to."""

from __future__ import annotations

from typing import Any

import pytest

from drafting.gazetteer import drafted

NIGHT = "2031-05-15/2031-05-16"


def claims(text: str) -> list[dict[str, Any]]:
    """The claims drafted of a text."""
    return [draft.claim for draft in drafted(text).claims]


def targets(claim: dict[str, Any]) -> list[str]:
    """The places where a claim says that something happened."""
    rows = claim.get("places", ())
    return [row.get("place") or row["said"] for row in rows if row["role"] == "target"]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Three drones were shot down on May 3.", "2031-05-03"),
        ("Three drones were shot down on 3 June 2029.", "2029-06-03"),
        ("Three drones were shot down on Tuesday.", "2031-05-13"),
        ("Three drones were shot down overnight.", NIGHT),
        ("Three drones were shot down overnight into Thursday.", "2031-05-14/2031-05-15"),
        ("The ministry said Thursday three drones were shot down overnight.", NIGHT),
        ("The ministry said on Thursday that three drones were shot down.", "2031-05-15"),
        ("В ночь на 12 мая сбиты три беспилотника.", "2031-05-11/2031-05-12"),
        ("Сегодня ночью сбиты три беспилотника.", NIGHT),
        ("Около 14.30 мск сбиты три беспилотника.", "2031-05-16"),
        ("У ніч на середу збито три безпілотники.", "2031-05-13/2031-05-14"),
        ("Минулої ночі збито три безпілотники.", NIGHT),
        ("Three drones were shot down.", None),
    ],
)
def test_the_day_is_the_one_of_what_happened(text: str, day: str | None) -> None:
    (claim,) = claims(text)
    assert claim.get("occurred") == day


def test_an_inferred_date_says_by_which_rule() -> None:
    dated, inherited = claims("Two drones were shot down on May 3. One missile was downed.")
    assert dated["inference_rule"] == "year inferred from the publication date"
    assert inherited["occurred"] == dated["occurred"]
    assert inherited["inference_rule"].startswith("the day that an earlier sentence names")
    assert "inference_rule" not in claims("Three drones were shot down on 3 May 2029.")[0]


def test_one_sentence_tells_of_two_days() -> None:
    text = (
        "Aland's forces struck on May 13 near the village of Ledov, 37 km from Borsk, and on "
        "May 15 over Long Bay. They shot down three of five missiles during the attack of May 13 "
        "and seven of eight during that of May 15."
    )
    first, second = claims(text)
    assert [first["occurred"], second["occurred"]] == ["2031-05-13", "2031-05-15"]
    assert [targets(first), targets(second)] == [["ledov"], ["long-bay"]]
    assert first["event"] != second["event"]


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("Two drones were shot down over the Rivna and Borsk regions.", [["reg-riv", "reg-bor"]]),
        (
            "Two drones were shot down over the Rivna region, three over Ledov.",
            [["reg-riv"], ["ledov"]],
        ),
        (
            "Над Долгим заливом сбито 7 дронов, над Борской областью – 4.",
            [["long-bay"], ["reg-bor"]],
        ),
        (
            "One drone each was shot down over the Rivna and Borsk regions.",
            [["reg-riv"], ["reg-bor"]],
        ),
        (
            "Сбиты два дрона над территориями Ривненской и Борской областей.",
            [["reg-riv", "reg-bor"]],
        ),
        ("Збито два дрони над Борщиною та над Довгою затокою.", [["reg-bor", "long-bay"]]),
        ("Збито два дрони в Борській області.", [["reg-bor"]]),
        ("Aland said two of its drones were shot down.", [[]]),
        ("A mill 12 km north of Ledov was hit by fire; two people were hurt.", [[]]),
    ],
)
def test_places_stand_where_their_numbers_are_told(text: str, places: list[list[str]]) -> None:
    assert [targets(claim) for claim in claims(text)] == places


def test_a_place_of_launch_is_no_target() -> None:
    (claim,) = claims("Two missiles were launched from Long Bay at Ledov.")
    assert [(row["role"], row["place"]) for row in claim["places"]] == [
        ("launch", "long-bay"),
        ("target", "ledov"),
    ]


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("According to the Aland Defense Ministry, two drones were shot down.", ["aland-mod"]),
        ("Two drones were shot down, Aland's Defense Ministry said in a statement.", ["aland-mod"]),
        ("The governor of the northern region of Ledov said two people died.", ["ledov-governor"]),
        ("Ann Mora, Ledov's regional governor, said two people died.", ["ledov-governor"]),
        ("Two people died in Ledov, the region's governor said.", ["ledov-governor"]),
        (
            "Two people died, police and emergency officials said.",
            ["police and emergency officials"],
        ),
        ("Two people died.", []),
        ("Сбиты два дрона, сообщили в Минобороны Аландии.", ["aland-mod"]),
        ("Губернатор Ледовской области сообщил, что погибли два человека.", ["ledov-governor"]),
        ("Повітряні сили Бореї: збито два дрони.", ["bor-force"]),
        ("За даними Повітряних сил Бореї, збито два дрони.", ["bor-force"]),
    ],
)
def test_the_speaker_is_named_beside_the_words_for_speaking(text: str, speaker: list[str]) -> None:
    (claim,) = claims(text)
    assert claim["said_by"] == speaker


def test_later_sentences_go_back_to_the_speakers_before() -> None:
    text = (
        "The Aland Defense Ministry said two drones were shot down. He said one missile fell and "
        "three were downed. Ann Mora, the governor of Ledov, said one person died. The ministry "
        "said four rockets were downed. Mora said two people were hurt."
    )
    speakers = [claim["said_by"][0] for claim in claims(text)]
    assert speakers == ["aland-mod", "aland-mod", "ledov-governor", "aland-mod", "ledov-governor"]


def test_a_governor_without_a_place_speaks_of_the_own_region_and_a_mayor_of_the_town() -> None:
    assert targets(claims("The Ledov governor said two people were killed.")[0]) == ["reg-led"]
    assert targets(claims("The Borsk mayor said two people were killed.")[0]) == ["borsk"]


def test_sums_over_many_strikes_are_collections_over_the_days_named() -> None:
    drafts = drafted("Since the start of the year Aland has launched 600 drones.")
    assert drafts.events[0]["scope"] == "collection"
    assert drafts.claims[0].claim["occurred"] == "2031-01-01/2031-05-16"
    assert drafted("За тиждень збито 210 дронів.").events[0]["scope"] == "collection"
    assert drafted("Since the invasion began, 9,000 drones were shot down.").claims == []


def test_what_is_said_of_one_event_refers_to_one_event() -> None:
    text = "On May 3 one person was killed in Ledov by a drone. Nine were hurt in Ledov."
    first, second = claims(text)
    assert first["event"] == second["event"]
    events = drafted(text).events
    assert [event["ref"] for event in events] == ["E1"]
    assert events[0]["label"] == "Strike, Ledov, 2031-05-03"


def test_admissions_and_ways_of_speaking_are_told() -> None:
    (claim,) = claims(
        "The Aland Defense Ministry recognized that several missiles “hit their targets”."
    )
    assert (claim["stance"], claim["speech"]) == ("admits", "mixed")
    assert claim["counts"] == [{"munition": "missile", "hit": {"low": 2}}]


def test_each_field_says_why() -> None:
    (draft,) = drafted(
        "On May 3, 15 of 16 drones were shot down over Ledov, the ministry said."
    ).claims
    said = " ".join(draft.why)
    assert all(word in said for word in ("year inferred", '"Ledov"', '"15"', '"shot down"'))
    assert all(one.endswith(".") for one in draft.why)


def test_a_language_without_a_file_drafts_nothing() -> None:
    assert drafted("Zwei Drohnen wurden abgeschossen.", lang="de").claims == []
