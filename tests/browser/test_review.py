"""A reviewer's journeys: the queue by key and by button, with and without scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx2
import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from browser.conftest import Site, Tab

TEXT = (
    "A witness in Quarry counted seven Zeta-9 missiles on 1 May. The Courier speaks of two moths "
    "over Quarry. At Quarry a garage was damaged. Three Zeta-9 missiles were seen, some say."
)


@pytest.fixture(scope="module")
def pending(site: Site) -> dict[str, str]:
    """Four pending claims by their quotes: one contradicts, two have an event known already."""
    ask = {"Authorization": f"Bearer {site.keys['contribute']}"}
    listed = httpx2.get(f"{site.address}/v1/strikes?weapon=zeta-9").json()["items"]
    told: dict[str, Any] = {"occurred": "2024-05-01", "attacker": "BB", "defender": "AA"}
    at_quarry = {**told, "places": [{"place": "quarry"}]}
    claims = [
        {**at_quarry, "event": listed[0]["id"], "quote": "seven Zeta-9 missiles on 1 May"},
        {**at_quarry, "event": "N", "quote": "two moths over Quarry"},
        {**at_quarry, "event": "N", "quote": "a garage was damaged"},
        {"event": listed[0]["id"], "quote": "Three Zeta-9 missiles were seen"},
    ]
    claims[0]["counts"] = [{"munition": "zeta-9", "launched": "seven"}]
    claims[1]["counts"] = [{"munition": "zeta-9"}]
    claims[2]["damage"] = [{"object": "garage", "count": "a", "severity": "damaged"}]
    body = {
        "document": {
            "title": "Voices from Quarry",
            "text": TEXT,
            "publisher": "courier",
            "published": "2024-05-02",
            "lang": "en",
        },
        "events": [{"ref": "N", "kind": "strike", "label": "Missiles or moths over Quarry"}],
        "claims": claims,
    }
    answer = httpx2.post(f"{site.address}/v1/ingest", json=body, headers=ask)
    assert answer.status_code == 201, answer.text
    taken = answer.json()["claims"]
    return {str(claim["quote"]): one["id"] for claim, one in zip(claims, taken, strict=True)}


def status_of(site: Site, claim: str) -> dict[str, Any]:
    ask = {"Authorization": f"Bearer {site.keys['review']}"}
    found: dict[str, Any] = httpx2.get(f"{site.address}/v1/claims/{claim}", headers=ask).json()
    return found


def focused(page: Page) -> str:
    label = "document.activeElement.closest('article')?.querySelector('mark').textContent"
    return str(page.evaluate(label))


def test_a_reviewer_decides_by_key_and_goes_on_with_the_next_claim(
    tab: Tab, pending: dict[str, str]
) -> None:
    seven, moths, garage, three = pending
    tab.sign_in("review")
    page = tab.go("/review")
    page.get_by_text("4 claims await review").wait_for()
    first = page.get_by_role("article").first
    assert "Contradicts what counts already" in first.inner_text()
    assert "five Zeta-9 missiles were fired at Quarry" in first.inner_text()
    tab.picture("review")
    tab.check_access()
    page.reload()  # The check leaves style attributes, which htmx would copy and the policy refuse.

    page.keyboard.press("?")
    expect(page.get_by_text("reject, with a reason")).to_be_visible()
    for key in "jj":
        page.keyboard.press(key)
    assert focused(page) == moths
    page.keyboard.press("k")
    assert focused(page) == seven
    page.keyboard.press("a")
    page.get_by_text("Accepted:").wait_for()
    assert status_of(tab.site, pending[seven])["status"] == "accepted"
    assert focused(page) == moths

    page.keyboard.press("m")
    page.keyboard.type("a, r, m: the same night")  # Where something is typed no key acts.
    tab.picture("review-merge")
    page.get_by_role("button", name="Merge the two events").click()
    page.get_by_text("Merged:").wait_for()
    assert focused(page) == moths

    page.keyboard.press("j")
    assert focused(page) == garage
    page.keyboard.press("r")
    page.get_by_role("button", name="Reject", exact=True).click()
    assert "Say why" in page.get_by_role("alert").inner_text()
    tab.faults.clear()  # The browser says on its console that the answer was 422.
    tab.picture("review-refused")
    tab.check_access()
    page.evaluate("document.querySelectorAll('[style]').forEach(e => e.removeAttribute('style'))")
    page.get_by_role("textbox", name="Why it is refused").focus()
    page.keyboard.type("It is jammed with a, r and m.")
    page.get_by_role("button", name="Reject", exact=True).click()
    page.get_by_text("Rejected:").wait_for()
    assert status_of(tab.site, pending[garage])["end_reason"] == "It is jammed with a, r and m."
    assert focused(page) == three
    page.get_by_role("link", name="The claim", exact=True).click()
    page.get_by_text("It is jammed").wait_for()
    tab.picture("review-one")
    tab.check_access()


def test_without_scripts_claims_are_accepted_together_but_not_one_that_changed(
    browser: Browser, site: Site, pending: dict[str, str]
) -> None:
    _seven, moths, _garage, three = pending
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site.address}/sign-in?next=/review")
    page.get_by_label("API key").fill(site.keys["review"])
    page.get_by_role("button", name="Sign in").click()
    for pick in page.get_by_role("checkbox").all():
        pick.check()
    ask = {"Authorization": f"Bearer {site.keys['review']}", "If-Match": "*"}
    judged = {"credibility": "3", "rationale": "Nobody else saw them."}
    url = f"{site.address}/v1/claims/{pending[three]}/assess"
    assert httpx2.post(url, json=judged, headers=ask).status_code == 200
    page.get_by_role("button", name="Accept all selected").click()
    expect(page.get_by_text("Left as it is, since it has changed")).to_be_visible()
    expect(page.get_by_text("Accepted:").first).to_be_visible()
    assert status_of(site, pending[moths])["status"] == "accepted"
    assert status_of(site, pending[three])["status"] == "pending"
    page.get_by_role("button", name="Accept", exact=True).click()
    expect(page.get_by_text("No claim awaits review")).to_be_visible()
    context.close()
