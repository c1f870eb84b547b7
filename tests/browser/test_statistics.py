"""Statistics with their uncertainty, and the ledger as a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx2
from playwright.sync_api import expect

if TYPE_CHECKING:
    from browser.conftest import Tab


def test_numbers_are_drawn_with_their_uncertainty_and_stand_in_tables(tab: Tab) -> None:
    page = tab.go("/stats")
    expect(page.get_by_role("img", name="Launched by month")).to_be_visible()
    assert page.locator(".chart .open").count() >= 1  # Storm Shadows: two or more.
    page.get_by_text("As a table").first.click()
    row = page.get_by_role("row").filter(has_text="May 2024")
    assert "5" in row.inner_text()
    speaker = page.get_by_role("row").filter(has_text="Russian Defense Ministry")
    assert "13" in speaker.inner_text()
    tab.check_access()
    tab.picture("statistics")
    page.get_by_label("Compare by").select_option("launched")
    page.get_by_label("Weapon").fill("Зета-9")
    page.get_by_role("button", name="Show").click()
    page.wait_for_url("**figure=launched")
    pair = page.get_by_role("row").filter(has_text="Bland Army").last
    assert "Aland Ministry" in pair.inner_text()
    expect(page.get_by_text("May 2024")).to_have_count(2)
    table = page.locator("#pairs ~ .take a").first.get_attribute("href")
    assert httpx2.get(tab.site.address + str(table)).text.splitlines() == [
        "figure,events,left,left_low,left_high,right,right_low,right_high",
        "launched,1,aland-mod,5,5,bland-army,5,5",
    ]
    table = page.locator("#claimants ~ .take a").first.get_attribute("href")
    told = httpx2.get(tab.site.address + str(table)).text.splitlines()
    assert told[0].startswith("claimant,name,side,events,launched_low,launched_high")
    assert "aland-mod,Aland Ministry,AA,1,5,5,3,3,," in told
    page.get_by_label("Weapon").fill("moth")
    page.get_by_role("button", name="Show").click()
    page.get_by_text("No event with numbers matches.").wait_for()
    tab.check_access()


def test_the_ledger_is_read_from_its_end(tab: Tab) -> None:
    page = tab.go("/changes")
    assert page.get_by_role("row").nth(1).inner_text().split()[0].isdecimal()
    tab.check_access()
    tab.picture("changes")
    page.get_by_label("What of").select_option("document")
    page.get_by_role("button", name="Show").click()
    page.get_by_role("link", name="Record document").first.click()
    page.wait_for_url("**/documents/**")
