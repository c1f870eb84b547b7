"""Feeds, JSON-LD, STIX and links: what other programs take from the API, on both engines."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import feedparser
import pytest
import stix2
from pyld import jsonld

from counterclaim.db import writing
from counterclaim.export.atom import ATOM
from counterclaim.store.ledger import open_writer
from counterclaim.store.review import assess_claim, retract_claim
from counterclaim.vocabulary import Credibility
from everything import put_everything
from factories import put_file
from served import served

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

    from conftest import Databases
    from served import Served

Answer = dict[str, Any]
HOSTILE = 'Ten <b>moths</b> & "more" ]]> \x0bflew'


def put_world(engine: Engine) -> None:
    """All kinds of writes, and a claim whose words are no XML and whose truth cannot be told."""
    put_everything(engine)
    taken = put_file(
        engine,
        {
            "document": {"title": "A <page> & more", "text": HOSTILE, "publisher": "courier"},
            "events": [{"ref": "E9", "kind": "strike", "label": "Moths & <smoke>"}],
            "claims": [
                {
                    "event": "E9",
                    "quote": HOSTILE,
                    "counts": [{"munition": "moth", "launched": "ten"}],
                }
            ],
        },
    )
    with writing(engine) as session:
        assess_claim(
            open_writer(session, "anna"),
            taken.claims[0].id,
            Credibility.UNJUDGED,
            "No way to tell.",
        )


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def world(request: pytest.FixtureRequest) -> Iterator[Served]:
    databases: Databases = request.getfixturevalue(f"{request.param}_databases")
    with served(databases, put_world) as made:
        yield made


def feed(world: Served, noun: str, **query: Any) -> Any:
    response = world.client.get(f"/v1/feeds/{noun}", params=query)
    assert (response.status_code, response.headers["content-type"]) == (200, "application/atom+xml")
    check_structure(response.content)
    found = feedparser.parse(response.content)
    assert not found.bozo, found.get("bozo_exception")
    assert found.version == "atom10"
    return found


def check_structure(content: bytes) -> None:
    """What RFC 4287 demands of every feed and entry."""
    root = ET.fromstring(content)  # noqa: S314 - Our own answer.
    assert root.tag == f"{{{ATOM}}}feed"
    entries = root.findall(f"{{{ATOM}}}entry")
    for element in (root, *entries):
        for name in ("id", "title", "updated"):
            (found,) = element.findall(f"{{{ATOM}}}{name}")
            assert found.text
    assert root.find(f"{{{ATOM}}}author/{{{ATOM}}}name") is not None
    ids = [entry.findtext(f"{{{ATOM}}}id") for entry in entries]
    assert len(set(ids)) == len(ids)


def pages(world: Served, noun: str, **query: Any) -> list[Any]:
    """The entries of all pages, by their links."""
    found: list[Any] = []
    page = feed(world, noun, **query)
    while True:
        found += page.entries
        following = [link.href for link in page.feed.links if link.rel == "next"]
        if not following:
            return found
        page = feedparser.parse(world.client.get(following[0]).content)


def test_a_feed_holds_the_items_of_its_list_the_newest_change_first(world: Served) -> None:
    for noun in ("strikes", "events", "claims", "changes"):
        entries = pages(world, noun, limit=2)
        dates = [entry.updated for entry in entries]
        assert dates == sorted(dates, reverse=True)
        if noun == "changes":
            seqs = [int(entry.title.partition(":")[0]) for entry in entries]
            assert (
                seqs == [one["seq"] for one in world.get("/v1/changes", limit=1000)["items"]][::-1]
            )
            continue
        status = ["accepted", "superseded", "retracted"] if noun == "claims" else []
        listed = world.get(f"/v1/{noun}", status=status, sort="-updated_at")["items"]
        assert [entry.id for entry in entries] == [f"urn:uuid:{one['id']}" for one in listed]
        assert len(listed) > 2
    weapon = feed(world, "strikes", weapon="zeta-9", count=True)
    listed = world.get("/v1/strikes", weapon="zeta-9")["items"]
    assert {entry.id for entry in weapon.entries} == {f"urn:uuid:{one['id']}" for one in listed}
    assert weapon.feed.opensearch_totalresults == str(len(listed))
    alternate = next(link.href for link in weapon.feed.links if link.rel == "alternate")
    assert world.client.get(alternate).json()["items"] == listed
    wrong = world.client.get("/v1/feeds/claims", params={"weapon": "zeta-8"})
    assert wrong.status_code == 422


def test_entries_tell_numbers_with_claimant_and_words_and_what_became_of_a_claim(
    world: Served,
) -> None:
    (strike,) = feed(world, "strikes", q="Zeta-9", hit_max=4, claimant="aland-mod").entries
    assert "Five Zeta-9 were launched, says the Aland Ministry." in strike.summary
    assert "“five Zeta-9 missiles were fired at Quarry and three were shot down”" in strike.summary
    ended = [e for e in feed(world, "claims").entries if e.title.startswith("Retracted: ")]
    (entry,) = ended
    assert "no longer counts: It was looked at again." in entry.summary
    assert entry.author == "The Courier"
    assert world.client.get(entry.links[0].href).json()["status"] == "retracted"
    ended_id = entry.id.removeprefix("urn:uuid:")
    stones = [
        e for e in feed(world, "changes", subject=ended_id).entries if "Reason: " in e.summary
    ]
    assert any("retract claim" in one.title for one in stones)


def test_words_that_look_like_markup_stay_words(world: Served) -> None:
    response = world.client.get("/v1/feeds/claims", params={"weapon": "moth"})
    root = ET.fromstring(response.content)  # noqa: S314 - Our own answer.
    summary = root.findtext(f"{{{ATOM}}}entry/{{{ATOM}}}summary") or ""
    assert HOSTILE.replace("\x0b", "\ufffd") in summary
    assert root.findtext(f"{{{ATOM}}}entry/{{{ATOM}}}title", "").startswith("The Courier asserts")


def test_an_unchanged_feed_is_not_sent_again(world: Served) -> None:
    first = world.client.get("/v1/feeds/events")
    again = world.client.get("/v1/feeds/events", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def as_graph(content: Answer) -> Answer:
    """The claim with the context written out: all terms must be of schema.org."""
    context = {"@context": {"@vocab": "https://schema.org/", "@base": "http://testserver/"}}
    expanded: list[Answer] = jsonld.expand({**content, **context})
    (node,) = expanded
    return node


def test_an_assessed_claim_is_a_claim_review_and_any_other_a_claim_only(world: Served) -> None:
    claims = world.get("/v1/claims")["items"]
    reviews: list[Answer] = []
    for claim in claims:
        shown = world.get(f"/v1/claims/{claim['id']}", f="jsonld")
        node = as_graph(shown)
        assert node["@type"] == ["https://schema.org/Claim"]
        assert shown["author"]["identifier"] == claim["claimant"]
        assert shown["appearance"]["name"] == claim["document"]["title"]
        assert shown.get("text") == (claim["quote"] and claim["quote"]["exact"])
        assert ("review" in shown) == (claim["assessment"] is not None)
        reviews += [shown["review"]] if "review" in shown else []
    ratings = [one["reviewRating"] for one in reviews]
    rated = {"ratingValue": 1, "bestRating": 1, "worstRating": 5}
    assert sorted(({k: v for k, v in r.items() if k in rated} for r in ratings), key=len) == [
        {},  # Truth cannot be judged: no number stands for that.
        rated,
    ]
    accept = {"Accept": "application/ld+json"}
    response = world.client.get(f"/v1/claims/{claims[0]['id']}", headers=accept)
    assert response.headers["content-type"] == "application/ld+json"


def test_a_bundle_is_valid_stix_and_says_what_the_claims_say(world: Served) -> None:
    (event,) = world.get("/v1/strikes", claimant="aland-mod", launched_min=1)["items"]
    path = f"/v1/events/{event['id']}"
    response = world.client.get(path, params={"f": "stix"})
    assert response.headers["content-type"] == "application/stix+json;version=2.1"
    bundle = stix2.parse(response.text, allow_custom=False, version="2.1")
    by_type: dict[str, list[Any]] = {}
    for one in bundle.objects:
        by_type.setdefault(one.type, []).append(one)
    assert not {"malware", "tool", "indicator"} & set(by_type)
    claims = world.get(f"{path}/claims")["items"]
    spoken = [c for c in claims if c["kind"] == "occurrence"]
    assert {o.explanation for o in by_type["opinion"]} == {c["quote"]["exact"] for c in spoken}
    assert {o.opinion for o in by_type["opinion"]} == {"agree"}
    assert sum(s["count"] for s in by_type["sighting"]) == len(spoken)
    (extension,) = by_type["extension-definition"]
    figures = [f for n in by_type["note"] for f in n.extensions[extension.id].get("figures", [])]
    assert {"subject": "zeta-9", "table": "munition", "measure": "launched", "low": 5, "high": 5,
            "said": "five"} in [dict(figure) for figure in figures]  # fmt: skip
    assert [o.confidence for o in by_type["opinion"] if "confidence" in o] == [90]
    (report,) = by_type["report"]
    made = {one.id for one in bundle.objects} - {report.id, extension.id, report.created_by_ref}
    assert set(report.object_refs) == made
    (location,) = [one for one in by_type["location"] if one.get("name") == "Quarry"]
    assert (location.latitude, location.longitude) == (50.0, 30.0)
    accept = {"Accept": "application/stix+json"}
    assert world.client.get(path.replace("events", "strikes"), headers=accept).content == (
        response.content
    )
    pinned = world.client.get(path, params={"f": "stix", "policy": "latest"})
    assert json.loads(pinned.content)["id"] != bundle.id


def links(world: Served, path: str) -> list[tuple[str, str, str]]:
    """Relation, address and media type of each link of an answer."""
    response = world.client.get(path)
    assert response.status_code == 200
    return [
        (one["rel"], one["url"], one.get("type", ""))
        for one in parse_links(response.headers["link"])
    ]


def parse_links(header: str) -> list[dict[str, str]]:
    found = []
    for one in header.split(", <"):
        url, *parameters = one.lstrip("<").split("; ")
        pairs = (parameter.partition("=")[::2] for parameter in parameters)
        found.append({"url": url.rstrip(">"), **{name: text.strip('"') for name, text in pairs}})
    return found


def test_every_link_leads_to_what_it_says(world: Served) -> None:
    claim = world.get("/v1/claims", limit=1)["items"][0]["id"]
    expected = {
        "/v1/strikes?kind=strike&sort=occurred&limit=1": {"alternate": 6, "next": 1},
        "/v1/claims?f=csv": {"alternate": 6},
        "/v1/changes?noun=claim&limit=2": {"alternate": 2, "next": 1},
        f"/v1/claims/{claim}": {"alternate": 1, "collection": 1},
        "/v1/releases/first": {"alternate": 1, "collection": 1, "cite-as": 1},
        "/v1/sources/gazette": {"collection": 1},
        "/v1/feeds/claims": {},
    }
    followed: set[str] = set()
    for path, counted in expected.items():
        found = links(world, path)
        relations = [rel for rel, _url, _type in found]
        fixed = {"service-desc": 1, "describedby": 1}
        assert {rel: relations.count(rel) for rel in relations} == {**fixed, **counted}
        for rel, url, media_type in found:
            if url in followed:
                continue
            followed.add(url)
            answer = world.client.get(url)
            assert answer.status_code == 200, url
            if rel == "alternate":
                kind = answer.headers["content-type"].partition(";")[0]
                assert kind == media_type.partition(";")[0]
    unsafe = world.client.get('/v1/claims?q=quarry>;rel="next"<')
    assert not any(">" in one["url"] for one in parse_links(unsafe.headers["link"]))
    assert "alternate" not in world.client.get(f"/v1/claims?q={'x' * 400}").headers["link"]
    assert "link" not in world.client.get("/v1/claims?wrong=1").headers


def test_a_retraction_comes_to_the_top_of_the_feed(world: Served) -> None:
    last = feed(world, "claims").entries[-1].id.removeprefix("urn:uuid:")
    before = world.client.get("/v1/feeds/claims").headers["etag"]
    with writing(world.engine) as session:
        retract_claim(open_writer(session, "anna"), last, "It was a mistake.")
    entries = feed(world, "claims").entries
    assert entries[0].id == f"urn:uuid:{last}"
    assert "It was a mistake." in entries[0].summary
    response = world.client.get("/v1/feeds/claims", headers={"If-None-Match": before})
    assert response.status_code == 200
