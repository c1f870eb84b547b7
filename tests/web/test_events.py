"""The page of an event: its versions, and addresses that lead to the state that it shows."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

from counterclaim.store.review import judge_events
from counterclaim.vocabulary import Judgement
from counterclaim.web import events
from deciding import decide, put_event, report
from factories import REFERENCE, put_file
from served import served

if TYPE_CHECKING:
    import pytest
    from sqlalchemy import Engine

    from conftest import Databases


def put_history(engine: Engine) -> None:
    """An event of which three papers tell one after the other, and one that it is merged with."""
    put_file(engine, REFERENCE)
    older, newer = put_event(engine, "Older"), put_event(engine, "Newer")
    for launched, paper in enumerate(("gazette", "courier", "gazette"), 4):
        put_file(engine, report(paper, launched, newer))
    put_file(engine, report("courier", 9, older))


def test_the_page_shows_the_newest_versions_and_leads_to_what_it_shows(
    databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "VERSIONS", 2)
    with served(databases, put_history) as site:
        older, newer = (
            next(one["id"] for one in site.get("/v1/events")["items"] if one["label"] == label)
            for label in ("Older", "Newer")
        )
        first, second, third = (
            one["known_at"] for one in site.get(f"/v1/events/{newer}/history")["items"]
        )
        page = site.client.get(f"/events/{newer}?policy=latest").text
        links = [unescape(link) for link in re.findall(r'href="([^"]+)"', page)]
        for at in (second, third):
            assert f"/events/{newer}?policy=latest&known_at={at}" in links
        assert first not in page
        assert "First recorded." not in page
        assert f"/v1/events/{newer}?policy=latest" in links
        assert f"/v1/claims?event={newer}&f=csv&rows=figures" in links
        (cited,) = re.findall(r"http://testserver(/events/[^<]+)</cite>", page)
        assert "under the policy “latest”" in site.client.get(unescape(cited)).text

        decide(site.engine, judge_events, older, newer, Judgement.SAME, "One night")
        now = site.client.get(f"/events/{newer}", follow_redirects=False)
        assert (now.status_code, now.headers["location"]) == (308, f"/events/{older}")
        past = site.client.get(f"/events/{newer}?known_at={second}", follow_redirects=False)
        assert past.status_code == 200
        assert "First recorded." in past.text
        assert re.findall(r'max="1" step="1" value="(\d)"', past.text) == ["1"]
