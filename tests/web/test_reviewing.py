"""The review page as forms: who may see it, decisions on the state that was seen, merges."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest

from factories import article, put_file, put_world
from served import served

if TYPE_CHECKING:
    from collections.abc import Iterator

    from httpx2 import Response

    from conftest import Databases
    from served import Served

PAGE = {"Accept": "text/html"}


@pytest.fixture
def world(databases: Databases) -> Iterator[Served]:
    """Twelve pending claims, of which the first is about the strike that is known."""
    with served(databases, put_world) as made:
        strike = made.get("/v1/strikes")["items"][0]["id"]
        text = " ".join(f"Voice {at} saw {at} Zeta-9 missiles." for at in range(12))
        document = {"title": "Voices", "text": text, "publisher": "courier", "lang": "en"}
        claims = [
            {
                "event": strike if at == 0 else "N",
                "quote": f"Voice {at} saw",
                "occurred": "2024-05-01",
                "places": [{"place": "quarry"}],
                "counts": [{"munition": "zeta-9", "launched": at + 6}],
            }
            for at in range(12)
        ]
        new = {"ref": "N", "kind": "strike", "label": "Another <strike> on Quarry"}
        body = article(document=document, events=[new], claims=claims)
        put_file(made.engine, body, accept=False)
        yield made


def sign_in(world: Served, scope: str) -> None:
    form = world.client.get("/sign-in", headers=PAGE).text
    key = world.key(scope)["Authorization"].removeprefix("Bearer ")
    fields = {"csrf": field(form, "csrf"), "key": key, "next": "/about"}
    assert "Sign out" in world.client.post("/sign-in", data=fields, headers=PAGE).text


def field(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, name
    return unescape(found[1])


def articles(page: str) -> list[str]:
    return page.split("<article")[1:]


def decide(world: Served, page: str, place: int, step: str, **more: Any) -> Response:
    """Send the form of one claim of a page."""
    item = articles(page)[place]
    names = ("csrf", "claim", "state", "after")
    fields = {name: field(item, name) for name in names}
    return world.client.post("/review", data={**fields, "do": step, **more}, headers=PAGE)


def test_only_reviewers_see_the_queue(world: Served) -> None:
    away = world.client.get("/review", headers=PAGE, follow_redirects=False)
    assert (away.status_code, away.headers["location"]) == (303, "/sign-in?next=/review")
    sign_in(world, "contribute")
    refused = world.client.get("/review", headers=PAGE)
    assert refused.status_code == 403
    assert "This key may not do that" in refused.text


def test_the_queue_is_gone_through_page_by_page_and_decided_on_as_seen(world: Served) -> None:
    sign_in(world, "review")
    first = world.client.get("/review", headers=PAGE)
    page = first.text
    assert "12 claims await review" in page
    assert len(articles(page)) == 10
    assert "Another &lt;strike&gt; on Quarry" in page
    assert "Launched zeta-9: 6 here against 5" in articles(page)[0]
    assert "alike by 9" in articles(page)[1]
    later = re.search(r'href="(/review\?after=[^"]+)"', page)
    assert later
    rest = world.client.get(later[1], headers=PAGE).text
    assert len(articles(rest)) == 2
    assert "Voice 11 saw" in rest

    accepted = decide(world, page, 0, "accept")
    assert "Accepted:" in accepted.text
    assert "11 claims await review" in accepted.text
    again = decide(world, page, 0, "reject", reason="Twice")
    assert "it is accepted now" in again.text
    nothing = decide(world, page, 1, "reject", reason=" ")
    assert nothing.status_code == 422
    assert "Say why" in nothing.text
    rejected = decide(world, page, 1, "reject", reason="Hearsay")
    assert "Rejected:" in rejected.text
    claim = re.findall(r"/review/([0-9a-f-]{36})", rejected.text)[0]
    assert "Hearsay" in world.client.get(f"/review/{claim}", headers=PAGE).text
    assert world.client.get("/review/nothing", headers=PAGE).status_code == 404

    chosen = [field(item, "claim") + " " + field(item, "state") for item in articles(page)[1:5]]
    bulk = {"csrf": field(page, "csrf"), "do": "accept-selected", "chosen": chosen}
    told = world.client.post("/review", data=bulk, headers=PAGE).text
    assert told.count("<strong>Accepted:</strong>") == 3
    assert told.count("it is rejected now") == 1
    assert world.client.post("/review", data={**bulk, "chosen": []}).status_code == 422


def test_two_events_are_merged_with_a_reason_and_only_where_they_can_be(world: Served) -> None:
    sign_in(world, "review")
    page = world.client.get("/review", headers=PAGE).text
    other = world.get("/v1/strikes")["items"][0]["id"]
    event = field(articles(page)[1], "event")
    refused = decide(world, page, 1, "merge", event=event, other=other, reason="")
    assert refused.status_code == 422
    alone = decide(world, page, 1, "merge", event=other, other=other, reason="One night")
    assert "An event is one with itself" in alone.text
    merged = decide(world, page, 1, "merge", event=event, other=other, reason="One night")
    assert "Merged:" in merged.text
    assert f"/events/{other}" in merged.text
    assert "Another &lt;strike&gt;" not in merged.text.split('id="told"')[1].split("</article>")[1]
    (judged,) = world.get(f"/v1/events/{other}/judgements")["items"]
    assert (judged["judgement"], judged["reason"]) == ("same", "One night")
