"""The first page: a reader filters, looks at map and timeline, goes back, pages on and embeds."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from browser.conftest import Site, Tab
from conftest import migrate
from counterclaim.db import make_engine
from factories import REFERENCE, article, put_file, put_seed
from invented import claim_files, reference_rows
from server import running_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

INVENTED = 30
expect.set_options(timeout=20_000)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server on the seed, the small world, and more strikes than a page of the list holds."""
    folder = tmp_path_factory.mktemp("home")
    url = f"sqlite:///{folder}/home.db"
    migrate(url)
    engine = make_engine(url)
    put_seed(engine)
    put_file(engine, {**REFERENCE, "munitions": REFERENCE["munitions"][1:]})
    put_file(engine, article())
    put_file(engine, reference_rows())
    for body in claim_files(INVENTED):
        put_file(engine, body)
    engine.dispose()
    with running_server(url, folder, SECRET_KEY="made up for tests") as client:
        yield Site(str(client.base_url).rstrip("/"), {})


def counted(page: Page) -> int:
    """The number of events that the page says it found."""
    return int(page.locator(".many strong").inner_text().split()[0].replace(",", ""))


def on_the_map(page: Page) -> int:
    """The number of events that stand on the map, once it has come to rest."""
    expect(page.locator("event-map")).not_to_have_attribute("aria-busy", "true")
    clusters = page.locator("event-map .cluster").all_inner_texts()
    return sum(map(int, clusters)) + page.locator("event-map .single").count()


def test_a_reader_filters_by_any_spelling_and_goes_back(tab: Tab) -> None:
    page = tab.go("/?from=2024-11")
    expect(page.locator("event-map .cluster, event-map .single").first).to_be_visible()
    everything = counted(page)
    tab.picture("home")
    tab.check_access()
    page.set_viewport_size({"width": 1280, "height": 900})
    weapon = page.get_by_label("Weapon")
    weapon.press_sequentially("Ореш")
    option = page.get_by_role("option", name="Oreshnik")
    expect(option).to_contain_text("Орешник")
    tab.check_access()
    weapon.press("ArrowDown")
    expect(option).to_have_attribute("aria-selected", "true")
    weapon.press("Enter")
    expect(page).to_have_url(re.compile(r"[?&]weapon=oreshnik"))
    expect(page.locator(".parts")).to_contain_text("weapon: Oreshnik")
    expect(page.locator(".event h3")).to_have_text("Oreshnik strike on Dnipro")
    expect(page.locator("event-map .single")).to_have_count(1)
    assert counted(page) == 1
    page.get_by_label("From", exact=True).fill("2024-12")
    page.get_by_role("button", name="Find").click()
    expect(page.get_by_text("No event matches.")).to_be_visible()
    expect(page.locator("event-map .single")).to_have_count(0)
    tab.check_access()
    tab.picture("home-empty")
    page.set_viewport_size({"width": 1280, "height": 900})
    page.go_back()
    expect(page.locator(".event h3")).to_have_text("Oreshnik strike on Dnipro")
    expect(page.get_by_label("From", exact=True)).to_have_value("2024-11")
    page.go_back()
    expect(page.locator(".many strong")).to_have_text(f"{everything} events")
    page.go_forward()
    expect(page.locator(".many strong")).to_have_text("1 event")
    link = page.locator(".event h3 a")
    assert re.fullmatch(r"/strikes/[0-9a-f-]{36}", str(link.get_attribute("href")))


def test_a_name_that_nothing_has_is_told_with_the_nearest(tab: Tab) -> None:
    page = tab.go("/")
    page.get_by_label("Weapon").fill("atacsm")
    page.get_by_role("button", name="Find").click()
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("No munition is called 'atacsm'")
    tab.faults.clear()  # The browser says on its console that the answer was 422.
    tab.check_access()
    alert.get_by_role("link").first.click()
    expect(page.locator(".many strong")).to_have_text("4 events")


def test_the_map_goes_into_clusters_and_stays_where_it_was(tab: Tab) -> None:
    page = tab.go("/?q=strike")
    cluster = page.locator("event-map .cluster").first
    expect(cluster).to_be_visible()
    shown = on_the_map(page)
    located = counted(page) - int(page.locator(".map strong").inner_text().split()[0])
    assert shown == located
    cluster.click()
    expect(page).to_have_url(re.compile(r"map=\d"))
    expect(cluster).not_to_have_attribute("aria-label", f"{shown} events")
    there = page.url
    page.reload()
    expect(page.locator("event-map button.single, event-map .cluster").first).to_be_visible()
    assert page.url == there
    page.get_by_role("button", name="List what the map shows").click()
    expect(page.locator(".parts")).to_contain_text("within the map’s frame")
    assert 0 < counted(page) <= shown
    single = tab.go("/?weapon=oreshnik").locator("event-map .single")
    single.click()
    popup = page.locator(".maplibregl-popup")
    expect(popup.get_by_role("link")).to_have_text("Oreshnik strike on Dnipro")
    tab.check_access()


def test_the_timeline_is_brushed_by_hand_and_by_keys(tab: Tab) -> None:
    page = tab.go("/?from=2022-03&to=2022-09")
    brush = page.get_by_role("slider", name="Stretch of time")
    before = counted(page)
    brush.focus()
    for key in ("ArrowRight", "ArrowRight", "Shift+ArrowRight", "Shift+ArrowRight"):
        brush.press(key)
    told = brush.get_attribute("aria-valuetext")
    assert told is not None
    first, last = told.split(" to ")
    tab.check_access()
    brush.press("Enter")
    expect(page).to_have_url(re.compile(rf"from={first}&to={last}"))
    assert counted(page) < before
    page.go_back()
    expect(page.locator(".many strong")).to_have_text(f"{before} events")
    brush.hover(position={"x": 300, "y": 40})
    page.mouse.down()
    brush.hover(position={"x": 500, "y": 40})
    page.mouse.up()
    expect(page).not_to_have_url(re.compile("from=2022-03&to=2022-09$"))
    assert counted(page) < before


def test_the_list_goes_on_and_points_out_where_an_event_is(tab: Tab) -> None:
    page = tab.go("/")
    first = page.locator(".event h3").all_inner_texts()
    assert len(first) == 25
    page.get_by_role("link", name="Older events").click()
    expect(page.get_by_role("link", name="Newest")).to_be_visible()
    second = page.locator(".event h3").all_inner_texts()
    assert second != first
    page.go_back()
    expect(page.locator(".event h3").first).to_have_text(first[0])
    page.get_by_role("link", name="Show on the map: ATACMS strike near Lotarevka").click()
    expect(page.locator(".event[aria-current]")).to_contain_text("ATACMS strike near Lotarevka")
    expect(page.locator("event-map .ring")).to_be_visible()


def test_the_page_works_without_scripts(browser: Browser, site: Site) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site.address}/")
    page.get_by_label("Weapon").fill("Орешник")
    page.get_by_label("Disputed only").check()
    page.get_by_role("button", name="Find").click()
    expect(page.get_by_text("No event matches.")).to_be_visible()
    assert "from=" not in page.url
    page.get_by_role("link", name="Remove: disputed only").click()
    expect(page.locator(".event h3")).to_have_text("Oreshnik strike on Dnipro")
    page.locator("time-line a").first.click()
    expect(page.locator(".event h3")).to_have_text("Oreshnik strike on Dnipro")
    assert "from=2024-11-21" in page.url
    context.close()


def test_what_is_embedded_stands_in_a_frame_elsewhere(tab: Tab) -> None:
    page = tab.go("/embed?weapon=atacms")
    expect(page.locator("event-map .cluster, event-map .single").first).to_be_visible()
    tab.check_access()
    tab.picture("embed-map")
    found = page.request.get(f"{tab.site.address}/v1/strikes?weapon=atacms").json()["items"]
    event = next(one for one in found if "Lotarevka" in one["label"])
    page = tab.go(f"/embed?event={event['id']}")
    expect(page.get_by_role("heading")).to_have_text(event["label"])
    tab.check_access()
    tab.picture("embed-event")
