"""Signing in with a key, out again, and what a forged form meets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

if TYPE_CHECKING:
    from browser.conftest import Tab


def test_who_signs_in_goes_on_where_they_were_and_can_sign_out(tab: Tab) -> None:
    page = tab.go("/about")
    page.get_by_role("link", name="Sign in").click()
    tab.picture("sign-in")
    tab.check_access()
    page.get_by_label("API key").fill("no such key")
    page.get_by_role("button", name="Sign in").click()
    assert "not valid" in page.get_by_role("alert").inner_text()
    tab.faults.clear()  # The browser says on its console that the answer was 422.
    page.get_by_label("API key").fill(tab.site.keys["review"])
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/about")
    expect(page.get_by_role("link", name="Review")).to_be_visible()
    (cookie,) = page.context.cookies()
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Lax"
    assert tab.site.keys["review"] not in cookie["value"]
    page.get_by_role("button", name="Sign out").click()
    assert page.context.cookies() == []
