"""OGC API Features: what the standard asks for, and CQL2 that means what filters of lists mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from openapi_spec_validator import OpenAPIV30SpecValidator

from factories import put_seed
from served import Served, served

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Databases

Answer = dict[str, Any]
STRIKES = "/ogc/collections/strikes/items"
CLAIMS = "/ogc/collections/claims/items"


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def seeded(request: pytest.FixtureRequest) -> Iterator[Served]:
    databases: Databases = request.getfixturevalue(f"{request.param}_databases")
    with served(databases, put_seed) as one:
        yield one


def labels(of: Served, **query: Any) -> set[str]:
    found = of.get(STRIKES, **query)
    assert found["numberMatched"] >= found["numberReturned"] == len(found["features"])
    return {one["properties"]["label"] for one in found["features"]}


def refused(of: Served, path: str, **query: Any) -> Answer:
    response = of.client.get(path, params=query)
    assert response.status_code == 400, response.text
    assert response.headers["content-type"] == "application/problem+json"
    answer: Answer = response.json()
    return answer


def test_the_landing_page_leads_to_one_description_that_is_valid(seeded: Served) -> None:
    links = seeded.get("/ogc")["links"]
    (described,) = [link for link in links if link["rel"] == "service-desc"]
    assert described["type"] == "application/vnd.oai.openapi+json;version=3.0"
    answer = seeded.client.get(described["href"])
    assert answer.headers["content-type"] == described["type"]
    OpenAPIV30SpecValidator(answer.json()).validate()
    assert "/collections/{collectionId}/items" in answer.json()["paths"]
    assert all(seeded.client.get(link["href"]).status_code == 200 for link in links)


def test_every_link_of_a_collection_is_answered(seeded: Served) -> None:
    for one in seeded.get("/ogc/collections")["collections"]:
        assert one == seeded.get(f"/ogc/collections/{one['id']}")
        for link in one["links"]:
            answer = seeded.client.get(link["href"])
            assert (answer.status_code, answer.headers["content-type"]) == (200, link["type"])
    west, south, east, north = one["extent"]["spatial"]["bbox"][0]
    assert west < 36.2956 <= east
    assert south < 51.7506 <= north
    assert one["extent"]["temporal"]["interval"][0][0] < "2024-11-26"


@pytest.mark.parametrize("collection", ["strikes", "claims"])
def test_features_have_the_properties_described_and_one_date_time(
    seeded: Served, collection: str
) -> None:
    described = seeded.get("/ogc/collections/" + collection + "/queryables")["properties"]
    times = [name for name, schema in described.items() if schema.get("format") == "date-time"]
    assert times == ["occurred"]
    for one in seeded.get(f"/ogc/collections/{collection}/items", limit=1000)["features"]:
        named = set(one["properties"])
        assert described.keys() - {"geometry"} <= named
        assert not named & {"updated_at", "occurred_to", "recorded_at", "accepted_at"}


def test_pages_hold_every_feature_once_and_keep_the_filter(seeded: Served) -> None:
    seen: list[str] = []
    url = f"{STRIKES}?limit=1&attacker=UA"
    while url:
        page = seeded.client.get(url).json()
        seen += [one["id"] for one in page["features"]]
        url = next((link["href"] for link in page["links"] if link["rel"] == "next"), "")
    assert len(seen) == len(set(seen)) == page["numberMatched"] == 4


def test_a_limit_beyond_the_greatest_is_cut_down(seeded: Served) -> None:
    assert seeded.get(STRIKES, limit=1_000_000)["numberReturned"] == 5
    refused(seeded, STRIKES, limit=0)


def test_what_is_unknown_is_a_bad_request_with_what_would_be_right(seeded: Served) -> None:
    (error,) = refused(seeded, STRIKES, limt=1)["errors"]
    assert error["suggestions"] == ["limit"]
    refused(seeded, STRIKES, bbox="1,2,3")
    refused(seeded, STRIKES, datetime="yesterday")
    refused(seeded, STRIKES, weapon="nothing of that name")
    refused(seeded, "/ogc/conformance", x=1)
    assert seeded.client.get("/ogc/collections/strike").status_code == 404


def test_boxes_in_space_and_open_ends_are_understood(seeded: Served) -> None:
    kursk = {"ATACMS strike on Kursk-Vostochny airfield", "ATACMS strike near Lotarevka"}
    assert labels(seeded, bbox="35,51,0,37,53,100") == kursk
    assert labels(seeded, datetime="2024-11-22T00:00:00Z/") >= kursk
    assert not kursk & labels(seeded, datetime="/2024-11-22")


def test_one_feature_is_the_one_of_the_list(seeded: Served) -> None:
    for path in (STRIKES, CLAIMS):
        first = seeded.get(path, limit=1)["features"][0]
        alone = seeded.get(f"{path}/{first['id']}")
        (whole,) = [link["href"] for link in alone.pop("links") if link["rel"] == "alternate"]
        assert alone == first
        assert seeded.client.get(whole).json()["id"] == first["id"]
    assert seeded.client.get(f"{STRIKES}/{'0' * 32}").status_code == 404


@pytest.mark.parametrize(
    ("condition", "query"),
    [
        ("attacker = 'UA'", {"attacker": "UA"}),
        ("weapon IN ('ATACAMS', 'Орешник')", {"weapon": ["atacms", "oreshnik"]}),
        ("region = 'RU-KRS' AND launched_low >= 8", {"region": "RU-KRS", "launched_min": 8}),
        ("grade = 'confirmed' OR weapon = 'oreshnik'", {"match": "possible", "grade": "confirmed"}),
        ("S_INTERSECTS(geometry, BBOX(35, 51, 37, 53))", {"bbox": "35,51,37,53"}),
        ("disputed = FALSE", {"disputed": "false"}),
        ("occurred >= DATE('2024-11-23')", {"from": "2024-11-23"}),
        ("label LIKE '%airfield'", {"q": "airfield"}),
        ("label LIKE '%airfiel_'", {"q": "airfield"}),
        ("launched_best BETWEEN 6 AND 9", {"launched_min": 6, "launched_max": 9, "weapon": "atacms",
                                           "match": "certain"}),
    ],
)  # fmt: skip
def test_cql_means_what_the_filters_of_the_list_mean(
    seeded: Served, condition: str, query: Answer
) -> None:
    found = labels(seeded, filter=condition)
    expected = labels(seeded, **query)
    assert found
    assert found >= expected if " OR " in condition else found == expected


def test_a_dot_in_like_is_a_dot(seeded: Served) -> None:
    assert labels(seeded, filter="label LIKE '%airfiel.'") == set()


def test_negation_is_the_complement_unknown_values_included(seeded: Served) -> None:
    everything = labels(seeded)
    for condition in ("launched_low >= 8", "weapon = 'atacms'", "attacker = 'UA'"):
        rest = everything - labels(seeded, filter=condition)
        assert labels(seeded, filter=f"NOT ({condition})") == rest
    assert labels(seeded, filter="attacker <> 'UA'") == rest
    assert labels(seeded, filter="attacker NOT IN ('UA')") == rest


def test_claims_can_be_asked_for_by_cql(seeded: Served) -> None:
    found = seeded.get(CLAIMS, filter="claimant = 'ru-mod' AND stance = 'admits'")["features"]
    assert found
    assert {one["properties"]["claimant"] for one in found} == {"ru-mod"}
    assert {one["properties"]["stance"] for one in found} == {"admits"}


@pytest.mark.parametrize(
    "condition",
    [
        "launched_lw > 3",
        "a = = 3",
        "S_INTERSECTS(geometry, POINT(1 2))",
        "scope = 'huge'",
        "weapon = 'nothing'",
        "attacker",
        "occurred > 'x",
        "1 = 1",
        "label = 5",
        "launched_low = '5'",
        "launched_low < 1e400",
        "occurred = 'yesterday'",
        "label LIKE 5",
        "NOT " * 200 + "attacker = 'UA'",
        "attacker = 'UA'; DROP TABLE event",
    ],
)
def test_cql_that_means_nothing_is_refused(seeded: Served, condition: str) -> None:
    (error,) = refused(seeded, STRIKES, filter=condition)["errors"]
    assert error["parameter"] == "filter"
