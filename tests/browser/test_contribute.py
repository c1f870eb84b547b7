"""A contributor's journeys: a text, words chosen by mouse and by keyboard, claims sent together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx2
import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from browser.conftest import Site, Tab

TEXT = (
    "On Wednesday 🚀 the Aland Ministry said that seven Zeta-9 missiles were fired at Quarry. "
    "The Harbour was not mentioned.\n"
    "Two S-300 launchers were lost, the Bland Army reported. “We hit Quarry,” it added."
)

PROPOSING = (
    "On Wednesday 🚀 seven Zeta-9 missiles were fired at Quarry, the Aland Ministry said. "
    "The Bland Army said that four Zeta-9 missiles hit Quarry.\n"
    "Nothing else was known. On Wednesday two Moth drones were shot down at Quarry, the Aland "
    "Ministry said later."
)


def field(page: Page, pointer: str) -> Any:
    return page.locator(f"[name='{pointer}']")


def mark(page: Page, words: str, until: str = "") -> None:
    """Select as a mouse would: words, or from them to behind others further on."""
    page.evaluate(
        """([from, to]) => {
            const find = words => {
                const walker = document.createTreeWalker(document.getElementById("text"), 4);
                for (let node; (node = walker.nextNode()); ) {
                    if (node.data.includes(words)) return [node, node.data.indexOf(words)];
                }
                throw new Error(`${words} stands nowhere in one piece.`);
            };
            const [first, start] = find(from);
            const [last, end] = find(to);
            getSelection().setBaseAndExtent(first, start, last, end + to.length);
        }""",
        [words, until or words],
    )


def begin(tab: Tab) -> Page:
    page = tab.go("/contribute")
    page.get_by_label("Paste the text").fill(TEXT)
    page.get_by_role("button", name="Go on with this text").click()
    page.get_by_role("heading", name="The text").wait_for()
    return page


def test_a_contributor_chooses_words_and_sends_two_claims_after_closing_the_tab(
    tab: Tab, browser: Browser
) -> None:
    tab.sign_in("contribute")
    tab.go("/contribute")
    tab.picture("contribute-begin")
    tab.check_access()
    page = begin(tab)
    tab.check_access()
    field(page, "/document/title").fill("Another report on Quarry")
    field(page, "/document/publisher").fill("the courrier")
    field(page, "/document/published").fill("2024-05-02")

    mark(page, "the Aland Ministry said that seven Zeta-9 missiles were fired at Quarry")
    page.get_by_role("button", name="Make a claim of 12 words").click()
    claim = page.get_by_role("region", name="Claim 1")
    expect(field(page, "/claims/0/said_by/0")).to_have_value("aland-mod")
    expect(field(page, "/claims/0/counts/0/munition")).to_have_value("zeta-9")
    expect(field(page, "/claims/0/places/0/place")).to_have_value("quarry")
    assert page.evaluate("document.activeElement.id") == "claim"
    page.get_by_text("Take The Courier").click()
    expect(field(page, "/document/publisher")).to_have_value("The Courier")
    page.get_by_label("Zeta-9 strike on Quarry").check()
    field(page, "/claims/0/occurred").fill("2024-05-01")
    field(page, "/claims/0/counts/0/launched").fill("sevn")
    page.get_by_text('"sevn" is no quantity').first.wait_for()
    assert field(page, "/claims/0/counts/0/launched").get_attribute("aria-invalid") == "true"
    tab.picture("contribute-problem")
    tab.check_access()
    claim.get_by_role("button", name="seven").click()
    expect(field(page, "/claims/0/counts/0/launched")).to_have_value("seven")
    claim.get_by_text("Contradicts what counts already").wait_for()
    expect(claim.get_by_role("link", name="Aland Ministry")).to_be_visible()
    expect(page.get_by_text("Nothing is wrong so far")).to_be_visible()
    page.evaluate("scrollTo(0, 0)")
    tab.picture("contribute-warning")
    tab.check_access()

    page.get_by_role("button", name="Choose with the keyboard").press("Enter")
    for key in ("ArrowDown", "ArrowDown", "Shift+ArrowDown"):
        page.keyboard.press(key)
    tab.picture("contribute-keyboard")
    tab.check_access()
    page.keyboard.press("Shift+ArrowUp")
    page.keyboard.press("Enter")
    quote = field(page, "/claims/1/quote/exact")
    quote.wait_for()
    expect(quote).to_have_value("Two S-300 launchers were lost, the Bland Army reported.")
    expect(field(page, "/claims/1/said_by/0")).to_have_value("bland-army")
    expect(field(page, "/claims/1/counts/0/munition")).to_have_value("s-300")
    expect(page.locator("mark[data-claim]")).to_have_count(2)
    field(page, "/events/0/label").fill("Loss of two launchers")
    page.wait_for_timeout(800)  # So long after the last key the copy is made.

    page.close()
    again = page.context.new_page()
    tab.page = again
    again.goto(f"{tab.site.address}/contribute")
    again.get_by_text("This is what you had begun").wait_for()
    expect(field(again, "/events/0/label")).to_have_value("Loss of two launchers")
    expect(again.locator("mark[data-claim]")).to_have_count(2)
    again.locator("mark[data-claim]").first.click()
    again.get_by_role("region", name="Claim 1").wait_for()
    again.get_by_role("button", name="Send 2 claims").click()
    again.get_by_role("heading", name="2 claims recorded").wait_for()
    expect(again.get_by_text("Pending", exact=True)).to_have_count(2)
    tab.picture("contribute-recorded")
    tab.check_access()
    again.goto(f"{tab.site.address}/contribute")
    expect(again.get_by_label("Paste the text")).to_have_value("")  # The copy is gone.


def test_who_is_not_signed_in_tries_and_loses_nothing_by_signing_in(tab: Tab) -> None:
    page = begin(tab)
    mark(page, "the Bland Army reported")
    page.get_by_role("button", name="Make a claim of 4 words").click()
    field(page, "/claims/0/counts/0/munition").fill("Zeta-8")
    page.get_by_text("No munition is called 'Zeta-8'").wait_for()
    page.get_by_role("button", name="Take Zeta-9").click()
    expect(field(page, "/claims/0/counts/0/munition")).to_have_value("Zeta-9")
    page.get_by_text("Nothing is wrong so far").wait_for()
    tab.check_access()
    mark(page, "lost, ", "We hit")  # Over the mark of the first claim and into the next sentence.
    page.get_by_role("button", name="Make a claim of 7 words").click()
    quote = "lost, the Bland Army reported. “We hit"
    expect(field(page, "/claims/1/quote/exact")).to_have_value(quote)
    page.get_by_role("button", name="Remove claim 2").click()
    page.get_by_role("button", name="Edit claim 1").click()
    page.get_by_role("link", name="Sign in").click()
    page.get_by_label("API key").fill(tab.site.keys["contribute"])
    page.get_by_role("button", name="Sign in").click()
    page.get_by_text("This is what you had begun").wait_for()
    expect(field(page, "/claims/0/counts/0/munition")).to_have_value("Zeta-9")
    page.get_by_role("button", name="Discard it").click()
    page.get_by_label("Paste the text").wait_for()
    assert page.evaluate("localStorage.length") == 0


@pytest.fixture
def plain(browser: Browser, site: Site) -> Iterator[Page]:
    """A page in a browser that runs no scripts."""
    context = browser.new_context(java_script_enabled=False)
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()


def test_without_scripts_a_claim_is_made_step_by_step_and_another_follows(
    plain: Page, site: Site
) -> None:
    page = plain
    page.goto(f"{site.address}/contribute")
    page.get_by_label("Paste the text").fill("The Gazette counted nine moths over Harbour.")
    page.get_by_role("button", name="Go on with this text").click()
    page.get_by_label("The words of a claim").fill("nine moth over Harbour")
    page.get_by_role("button", name="Make a claim of these words").click()
    expect(page.get_by_text("The words are not in the text")).to_be_visible()
    field(page, "/claims/0/quote/exact").fill("nine moths over Harbour")
    field(page, "/claims/0/counts/0/munition").fill("Moth")
    field(page, "/claims/0/counts/0/launched").fill("nine")
    page.get_by_label("A new event").check()
    field(page, "/events/0/label").fill("Moths over Harbour")
    field(page, "/document/publisher").fill("The Gazette")
    page.get_by_placeholder("API key").fill(site.keys["contribute"])
    page.get_by_role("button", name="Sign in here").click()
    expect(field(page, "/claims/0/counts/0/launched")).to_have_value("nine")
    page.get_by_role("button", name="Send 1 claim").click()
    expect(page.get_by_text("This is missing.")).to_have_count(1)  # The title.
    field(page, "/document/title").fill("Moths")
    page.get_by_role("button", name="Send 1 claim").click()
    expect(page.get_by_role("heading", name="1 claim recorded")).to_be_visible()
    page.get_by_role("link", name="Another claim on this text").click()
    expect(field(page, "/document/title")).to_have_value("Moths")
    expect(page.get_by_role("button", name="Make a claim of these words")).to_be_visible()
    answer = httpx2.get(
        f"{site.address}/v1/claims?status=pending&document={page.url.split('=')[1]}",
        headers={"Authorization": f"Bearer {site.keys['review']}"},
    )
    (claim,) = answer.json()["items"]
    assert claim["quote"]["exact"] == "nine moths over Harbour"
    assert claim["counts"][0]["launched"]["low"] == 9


def test_what_is_proposed_is_taken_dismissed_and_read_again_with_the_day(tab: Tab) -> None:
    tab.sign_in("contribute")
    page = tab.go("/contribute")
    page.get_by_label("Paste the text").fill(PROPOSING)
    page.get_by_role("button", name="Go on with this text").click()
    page.get_by_role("heading", name="3 claims proposed").wait_for()
    expect(page.locator("mark.proposed")).to_have_count(3)
    page.get_by_text("Why").first.click()
    tab.picture("contribute-proposed")
    tab.check_access()
    field(page, "/document/published").fill("2024-05-02")
    page.get_by_text("1 May 2024").first.wait_for()
    page.locator("mark.proposed").first.click()
    assert "Fill in the form" in page.evaluate("document.activeElement.textContent")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Delete")
    page.get_by_role("heading", name="2 claims proposed").wait_for()
    assert page.evaluate("document.activeElement.dataset.take") == ""
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.get_by_role("region", name="Claim 1").wait_for()
    assert page.evaluate("document.activeElement.id") == "claim"
    expect(field(page, "/claims/0/said_by/0")).to_have_value("aland-mod")
    expect(field(page, "/claims/0/counts/0/launched")).to_have_value("seven")
    expect(field(page, "/claims/0/occurred")).to_have_value("2024-05-01")
    assert page.get_by_role("radio", name="new, in this text").is_checked()
    page.get_by_text("1 claim proposed").click()
    expect(page.locator("mark.proposed")).to_have_count(1)
    tab.picture("contribute-taken")
    tab.check_access()
