"""What a user sees after ``make run``, asked of a real server process on both engines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from counterclaim.geo import bearing_deg, distance_km
from server import command, running_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import httpx2

    from conftest import Databases

Answer = dict[str, Any]

AIRFIELD = "ATACMS strike on Kursk-Vostochny airfield"
LOTAREVKA = "ATACMS strike near Lotarevka"
STORM_SHADOW = "Storm Shadow strike of 21 November 2024"
DNIPRO = "Oreshnik strike on Dnipro"
FIRST = "ATACMS strike of 19 November 2024"
SHA256 = "fcdfc489b6ceb992768ac83a493926077e1ce91080c64ec8daf4fff3cb2d4c05"


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def store(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Path]]:
    """An empty database made into a seeded store by the commands that ``make run`` calls."""
    databases: Databases = request.getfixturevalue(f"{request.param}_databases")
    name = databases.empty()
    folder = tmp_path_factory.mktemp("server")
    url = databases.url(name)
    for arguments in (["db", "upgrade"], ["seed"]):
        done = command(*arguments, database_url=url, folder=folder)
        assert done.returncode == 0, done.stderr
    yield url, folder
    databases.drop(name)


@pytest.fixture(scope="module")
def client(store: tuple[str, Path]) -> Iterator[httpx2.Client]:
    with running_server(*store) as client:
        yield client


def get(client: httpx2.Client, path: str, **query: Any) -> Answer:
    response = client.get(path, params=query)
    assert response.status_code == 200, response.text
    answer: Answer = response.json()
    return answer


def labels(client: httpx2.Client, **query: Any) -> list[str]:
    return [item["label"] for item in get(client, "/v1/strikes", **query)["items"]]


def strike(client: httpx2.Client, label: str, **query: Any) -> Answer:
    (found,) = (s for s in get(client, "/v1/strikes", **query)["items"] if s["label"] == label)
    return get(client, f"/v1/strikes/{found['id']}")


def bounds(figure: Answer) -> tuple[int | None, int | None, int | None]:
    return figure["low"], figure["best"], figure["high"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, [AIRFIELD, LOTAREVKA, DNIPRO, STORM_SHADOW, FIRST]),
        ({"weapon": "ATACAMS"}, [AIRFIELD, LOTAREVKA, FIRST]),
        ({"weapon": "ballistic-missile"}, [AIRFIELD, LOTAREVKA, DNIPRO, FIRST]),
        ({"weapon": "Storm Shadow"}, [STORM_SHADOW]),
        ({"region": "RU-KRS"}, [AIRFIELD, LOTAREVKA]),
        ({"country": "UA"}, [DNIPRO]),
        ({"from": "2024-11-23", "to": "2024-11-25"}, [AIRFIELD, LOTAREVKA]),
        ({"datetime": "2024-11-23/2024-11-25"}, [AIRFIELD, LOTAREVKA]),
        ({"claimant": "russia"}, [AIRFIELD, LOTAREVKA]),
        ({"q": "Орешник"}, [DNIPRO]),
        ({"q": "orechnik"}, [DNIPRO]),
        ({"intercepted_min": 7, "match": "certain"}, [AIRFIELD]),
        ({"launched_min": 100}, [STORM_SHADOW, FIRST]),
        ({"grade": "confirmed"}, [AIRFIELD, LOTAREVKA]),
        ({"near": "51.73,36.19,50"}, [AIRFIELD, LOTAREVKA]),
        ({"bbox": "34,48,36,49"}, [DNIPRO]),
        ({"attacker": "RU"}, [DNIPRO]),
        ({"place": ["kursk-vostochny", "Дніпро"]}, [AIRFIELD, DNIPRO]),
        ({"scope": "collection"}, ["ATACMS strikes on Kursk region, 23 and 25 November 2024"]),
    ],
)
def test_filters_find_the_strikes_they_mean(
    client: httpx2.Client, query: Answer, expected: list[str]
) -> None:
    assert sorted(labels(client, **query)) == sorted(expected)


def test_figures_of_the_two_kursk_strikes(client: httpx2.Client) -> None:
    for label, expected in (
        (LOTAREVKA, {"launched": 5, "intercepted": 3, "not_intercepted": 2, "hit": (1, 2)}),
        (AIRFIELD, {"launched": 8, "intercepted": 7, "not_intercepted": 1, "hit": (0, 1)}),
    ):
        found = strike(client, label)
        (line,) = found["munitions"]
        for name in ("launched", "intercepted", "not_intercepted"):
            assert bounds(line[name]) == (expected[name],) * 3
        assert line["not_intercepted"]["basis"] == line["hit"]["basis"] == "derived"
        assert (line["hit"]["low"], line["hit"]["high"]) == expected["hit"]
        assert line["hit"]["best"] is None
        for claim in line["hit"]["claims"]:
            assert get(client, f"/v1/claims/{claim}")["status"] == "accepted"
        assert found["grade"] == "confirmed"
        assert found["positions"] == {"RU": "admits", "UA": "silent"}


def test_what_is_said_of_both_strikes_is_shared_and_counted_once(client: httpx2.Client) -> None:
    for label in (LOTAREVKA, AIRFIELD):
        found = strike(client, label)
        assert found["casualties"] == found["damage"] == []
        (shared,) = found["shared"]
        (injured,), (radar,), (line,) = shared["casualties"], shared["damage"], shared["munitions"]
        assert (injured["harm"], injured["side"], bounds(injured)) == ("injured", "RU", (2, 2, 2))
        assert (radar["object"], bounds(radar)) == ("radar", (1, 1, 1))
        assert bounds(line["hit"]) == (2, None, 3)
        assert found["part_of"] == [shared["event"]]
        collection = get(client, f"/v1/events/{shared['event']}")
        (whole,) = collection["munitions"]
        assert bounds(whole["hit"]) == (2, None, 3)
        assert (whole["hit"]["basis"], len(whole["hit"]["narrowed_by"])) == ("stated", 2)
        assert bounds(whole["launched"]) == (13, 13, 13)


def test_missiles_in_the_plural_are_at_least_two(client: httpx2.Client) -> None:
    (line,) = strike(client, STORM_SHADOW)["munitions"]
    assert bounds(line["launched"]) == (2, None, None)


def test_a_negative_claim_keeps_its_sign_and_does_not_deny_the_strike(
    client: httpx2.Client,
) -> None:
    dnipro = strike(client, DNIPRO)
    claims = get(client, f"/v1/events/{dnipro['id']}/claims")["items"]
    (negative,) = (claim for claim in claims if claim["polarity"] == -1)
    assert negative["quote"]["exact"] == "which was not the case during this attack"
    (fact,) = negative["munition_facts"]
    assert (fact["munition"], fact["property"], fact["value"]) == ("oreshnik", "warhead", "nuclear")
    assert (dnipro["grade"], dnipro["disputed"]) == ("weak", False)


def test_a_relative_place_is_computed_from_its_anchor(client: httpx2.Client) -> None:
    (place,) = strike(client, LOTAREVKA)["places"]
    kursk = get(client, "/v1/places/kursk")
    ends = kursk["latitude"], kursk["longitude"], place["latitude"], place["longitude"]
    assert distance_km(*ends) == pytest.approx(37, abs=0.01)
    assert bearing_deg(*ends) == pytest.approx(315, abs=0.01)
    assert place["uncertainty_m"] >= 14_000
    assert (place["method"], place["precision"]) == ("relative", "near")


def test_the_range_is_a_fact_of_the_munition_with_its_quote(client: httpx2.Client) -> None:
    facts = get(client, "/v1/munitions/atacms")["facts"]
    (found,) = (fact for fact in facts if fact["property"] == "range_km")
    assert (found["value"], found["unit"]) == ("300", "km")
    assert found["quote"] == "with a range of 300 km"


def test_the_village_is_no_strike(client: httpx2.Client) -> None:
    (village,) = get(client, "/v1/events", kind="territory_change")["items"]
    assert client.get(f"/v1/strikes/{village['id']}").status_code == 404
    assert village["label"] not in labels(client, limit=1000)


def test_every_quote_equals_the_text_at_its_offsets(client: httpx2.Client) -> None:
    claims = get(client, "/v1/claims", limit=1000)["items"]
    assert len(claims) == 38
    (document,) = get(client, "/v1/documents")["items"]
    assert document["sha256"] == SHA256
    assert document["published"]["basis"] == "inferred"
    text = get(client, f"/v1/documents/{document['id']}")["text"]
    for claim in claims:
        quote = claim["quote"]
        assert text[quote["start"] : quote["end"]] == quote["exact"]


def test_a_changed_letter_is_refused_with_the_nearest_stretch(
    store: tuple[str, Path], client: httpx2.Client, tmp_path: Path
) -> None:
    before = client.get("/v1/claims").content
    url, folder = store
    file = tmp_path / "claims.yaml"
    for words, code in (("were injured", 0), ("were inkured", 1)):
        file.write_text(
            "document: {title: T, text: Two soldiers were injured there., publisher: nato}\n"
            "events: [{ref: E, kind: other, label: An event}]\n"
            f"claims: [{{event: E, quote: Two soldiers {words}}}]\n"
        )
        done = command("ingest", str(file), "--dry-run", database_url=url, folder=folder)
        assert done.returncode == code, done.stderr
    done = command("ingest", str(file), database_url=url, folder=folder)
    assert done.returncode == 1
    assert "/claims/0/quote" in done.stderr
    assert "'Two soldiers were injured'" in done.stderr
    assert client.get("/v1/claims").content == before
    assert len(get(client, "/v1/documents")["items"]) == 1


@pytest.mark.parametrize(
    ("query", "parameter", "suggestion"),
    [
        ({"wepon": "atacms"}, "wepon", "weapon"),
        ({"weapon": "atacmz"}, "weapon", "ATACMS"),
        ({"region": "RU-KRX"}, "region", "RU-KRS"),
        ({"claimant": "rusia"}, "claimant", "Russia"),
        ({"sort": "ocurred"}, "sort", "occurred"),
        ({"fields": "lable"}, "fields", "label"),
    ],
)
def test_slips_of_the_pen_are_told_with_the_nearest(
    client: httpx2.Client, query: dict[str, str], parameter: str, suggestion: str
) -> None:
    response = client.get("/v1/strikes", params=query)
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    (error,) = response.json()["errors"]
    assert error["parameter"] == parameter
    assert suggestion in error["suggestions"]


def test_the_store_is_what_its_ledger_says(store: tuple[str, Path], client: httpx2.Client) -> None:
    url, folder = store
    head = get(client, "/v1/ledger/head")
    done = command("verify", "--head", head["hash"], database_url=url, folder=folder)
    assert done.returncode == 0, done.stderr
    assert f"entry {head['seq']} of {head['at']}, hash {head['hash']}" in done.stdout


def test_a_second_seed_changes_no_answer(store: tuple[str, Path], client: httpx2.Client) -> None:
    before = client.get("/v1/strikes")
    url, folder = store
    assert command("seed", database_url=url, folder=folder).returncode == 0
    assert command("rebuild", database_url=url, folder=folder).returncode == 0
    again = client.get("/v1/strikes", headers={"If-None-Match": before.headers["etag"]})
    assert again.status_code == 304
    assert client.get("/v1/strikes").content == before.content
