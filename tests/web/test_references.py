"""The pages of sources and munitions: whose numbers they tell, and where their lists go on."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

from counterclaim.web import references
from factories import REFERENCE, aland_claim, article, put_file
from served import served

if TYPE_CHECKING:
    import pytest
    from sqlalchemy import Engine

    from conftest import Databases

COUNTS = [
    {"munition": "Zeta-9", "launched": "five", "intercepted": "three"},
    {"munition": "moth", "launched": 9},
]


def put_night(engine: Engine) -> None:
    """One night of two munitions, of which one ministry speaks twice."""
    put_file(engine, REFERENCE)
    again = aland_claim(ref="C2", quote="three were shot down", counts=[], said="2024-05-02")
    put_file(engine, article(claims=[aland_claim(counts=COUNTS, said="2024-05-01"), again]))


def test_a_page_tells_of_one_munition_or_source_and_of_no_other(
    sqlite_databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(references, "SHOWN", 1)
    with served(sqlite_databases, put_night) as site:
        for key, launched, intercepted in (("zeta-9", "5", "3"), ("moth", "9", "?")):
            rows = re.findall(
                r"<tr><td>May 2024</td>(.*)</tr>", site.client.get(f"/munitions/{key}").text
            )
            cells = [re.findall(r">([^<]+)<", row) for row in rows]
            assert cells == [[launched, intercepted]]
        kind = site.client.get("/munitions/missile").text
        assert "No number of launches is on record." in kind
        assert "its kinds stand on their own pages" in kind

        known_at = site.get("/v1/events")["known_at"]
        for page in ("sources/aland-mod", "munitions/zeta-9"):
            past = unescape(site.client.get(f"/{page}?known_at={known_at}").text)
            assert "As the store stood then." in past
            assert f'href="/{page}"' in past
            assert f'href="/v1/{page}?known_at={known_at}"' in past
            assert "As the store stood then." not in site.client.get(f"/{page}").text

        first = site.client.get("/sources/aland-mod?claimed_by=2024-05-02")
        assert "2 claims" in first.text
        (after,) = re.findall(r'href="([^"]+)#claims"', first.text)
        assert "claimed_by=2024-05-02" in after
        second = site.client.get(unescape(after))
        assert "1 May 2024" in second.text
        assert "2 May 2024" not in second.text
