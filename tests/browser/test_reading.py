"""What a reader walks through: an event, its claims, a document, a source, a munition."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx2
from playwright.sync_api import expect

if TYPE_CHECKING:
    from browser.conftest import Site, Tab


def event(site: Site, label: str) -> dict[str, Any]:
    found = httpx2.get(f"{site.address}/v1/events", params={"limit": 1000}).json()["items"]
    return next(item for item in found if label in item["label"])


def retract(site: Site, event_id: str) -> str:
    """Retract the last claim on an event; its words."""
    claim = httpx2.get(f"{site.address}/v1/events/{event_id}/claims").json()["items"][-1]
    address = f"{site.address}/v1/claims/{claim['id']}"
    headers = {
        "Authorization": f"Bearer {site.keys['review']}",
        "If-Match": httpx2.get(address).headers["etag"],
    }
    reason = {"reason": "The document was corrected."}
    httpx2.post(f"{address}/retract", json=reason, headers=headers).raise_for_status()
    return str(claim["quote"]["exact"])


def test_the_matrix_shows_both_sides_silence_and_what_follows(tab: Tab) -> None:
    told = event(tab.site, "Lotarevka")
    page = tab.go(f"/strikes/{told['id']}")
    hit = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name="hit")).first
    assert "1–2" in hit.inner_text()
    assert "derived" in hit.inner_text()
    assert hit.inner_text().count("silent") == 2
    hit.get_by_text("Why").click()
    assert "follows" in hit.inner_text()
    assert page.get_by_text("counted once").count() >= 1
    assert page.get_by_text("admits", exact=True).count() >= 2
    tab.check_access()
    tab.picture("strike")


def test_contradicting_sides_stand_beside_each_other(tab: Tab) -> None:
    told = event(tab.site, "Quarry")
    page = tab.go(f"/strikes/{told['id']}")
    assert "Contradiction" in page.locator("main").inner_text()
    header = page.get_by_role("columnheader").all_inner_texts()
    assert [text.split()[0] for text in header[2:]] == ["Aland", "Bland"]
    page.get_by_role("link", name="The Gazette").first.click()
    page.wait_for_url("**/documents/**")
    assert page.url.rpartition("#")[2].startswith("quote-")
    tab.check_access()
    tab.picture("disputed-document")


def test_the_text_stands_beside_its_claims(tab: Tab) -> None:
    told = event(tab.site, "Lotarevka")
    claims = httpx2.get(f"{tab.site.address}/v1/events/{told['id']}/claims").json()["items"]
    page = tab.go(f"/documents/{claims[0]['document']['id']}")
    text = " ".join(page.locator(".words").all_inner_texts())
    assert "hit their targets" in text
    marked = " ".join(page.locator("mark").all_inner_texts())
    assert "seven projectiles out of eight" in marked
    note = page.locator(".notes li").filter(has_text="8 launched, 7 intercepted")
    note.hover()
    assert "seven projectiles" in page.locator("mark.pointed").first.inner_text()
    tab.check_access()
    tab.picture("document")
    note.get_by_role("link", name="claim").click()
    page.wait_for_url("**/claims/**")
    expect(page.get_by_text("seven projectiles out of eight")).to_be_visible()
    linked = page.locator("script[type='application/ld+json']").inner_text()
    assert json.loads(linked)["@type"] == "Claim"
    tab.check_access()
    tab.picture("claim")


def test_a_source_and_a_munition_have_pages(tab: Tab) -> None:
    page = tab.go("/sources/ru-mod")
    expect(page.get_by_text("that nobody else gives")).to_be_visible()
    tab.check_access()
    tab.picture("source")
    tab.go("/munitions/atacms")
    expect(page.get_by_text("Army TACtical Missile System").first).to_be_visible()
    expect(page.get_by_role("img", name="Launched ATACMS by month")).to_be_visible()
    tab.check_access()
    tab.picture("munition")


def test_pages_about_the_service_stand_in_nobodys_way(tab: Tab) -> None:
    for path in ("/about", "/problems", "/problems/not-found", "/embed"):
        tab.go(path)
        tab.check_access()
    tab.go("/codebook")  # It is long, and made of what the pages above have in both themes.
    tab.check_access("light")


def test_what_is_not_there_is_told_on_a_page(tab: Tab) -> None:
    answer = tab.page.goto(f"{tab.site.address}/munitions/atacsm")
    assert answer is not None
    assert answer.status == 404
    assert "Perhaps: atacms" in tab.page.locator("main").inner_text()
    tab.faults.clear()  # The browser tells of the 404.
    tab.check_access()
    tab.picture("not-found")


def test_the_slider_goes_back_to_what_was_known(tab: Tab) -> None:
    told = event(tab.site, "Quarry")
    claim = retract(tab.site, told["id"])
    page = tab.go(f"/strikes/{told['id']}")
    slider = page.get_by_label("Known at")
    slider.focus()
    slider.press("Home")
    page.wait_for_url("**known_at=*")
    assert "As the store stood on" in page.locator("p.notice").first.inner_text()
    assert claim in page.locator("main").inner_text()
    tab.check_access()
    page.get_by_text("Show what is known now").click()
    page.wait_for_url(f"**/strikes/{told['id']}")
    assert claim not in page.get_by_role("table").inner_text()
    assert "1 claim ended" in page.locator("ol.versions").inner_text()
    tab.picture("history")
