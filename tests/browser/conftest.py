"""A real browser on a real server; whatever a page does that it must not do fails the test."""

from __future__ import annotations

import os
import shutil
import sqlite3
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect, sync_playwright

from conftest import migrate
from counterclaim.db import make_engine
from counterclaim.vocabulary import KeyScope
from factories import REFERENCE, article, put_file, put_key, put_seed
from server import running_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request

SCREENSHOTS = Path(os.environ.get("SCREENSHOTS", "build/screenshots")).resolve()
LOOKS: tuple[tuple[int, Literal["light", "dark"]], ...] = (
    (390, "light"),
    (1024, "dark"),
    (1600, "light"),
)
"""Widths and themes in which pages are looked at."""

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
"""A browser that asks nobody for anything, and draws without a graphics card."""

DRIVER = "GL Driver Message"
"""What a browser without a graphics card says when a picture is taken of what it drew."""


@dataclass(frozen=True)
class Site:
    """A running server: its address, and keys by the scope that they have."""

    address: str
    keys: dict[str, str]


@pytest.fixture(scope="session")
def site_file(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """The store of the site, which each server gets a copy of, and keys by their scopes."""
    file = tmp_path_factory.mktemp("site") / "site.db"
    migrate(f"sqlite:///{file}")
    engine = make_engine(f"sqlite:///{file}")
    put_seed(engine)
    put_file(engine, {**REFERENCE, "munitions": REFERENCE["munitions"][1:]})  # The seed has one.
    put_file(engine, article())
    keys = {
        scope: put_key(engine, KeyScope(scope), name=scope)["Authorization"].removeprefix("Bearer ")
        for scope in ("contribute", "review", "admin")
    }
    engine.dispose()
    with sqlite3.connect(file) as whole:
        whole.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    whole.close()
    return file, keys


@pytest.fixture(scope="module")
def site(
    site_file: tuple[Path, dict[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """A server on the seed and the small world whose claims disagree."""
    file, keys = site_file
    folder = tmp_path_factory.mktemp("server")
    shutil.copyfile(file, folder / "site.db")
    url = f"sqlite:///{folder}/site.db"
    with running_server(url, folder, SECRET_KEY="made up for tests") as client:
        yield Site(str(client.base_url).rstrip("/"), keys)


# A form that was sent brings another page, which takes its time where others want the processor.
expect.set_options(timeout=10_000)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium; not for the whole session, since other tests need the event loop that it takes."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("chrome")
    if path is None:
        missing = "There is no Chromium here: apt-get install chromium"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=list(QUIET))
        yield started
        started.close()


@dataclass
class Tab:
    """A page in a window of its own, watched for what no page of ours may do."""

    page: Page
    site: Site
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        self.page.on("request", self._see)

    def go(self, path: str) -> Page:
        """Open an address of the server, which must answer well."""
        answer = self.page.goto(self.site.address + path)
        assert answer is not None
        assert answer.status == 200, (path, answer.status)
        return self.page

    def sign_in(self, scope: str) -> None:
        """Sign in with the key of a scope, as a person does."""
        self.go("/sign-in?next=/about")
        self.page.get_by_label("API key").fill(self.site.keys[scope])
        self.page.get_by_role("button", name="Sign in").click()
        self.page.get_by_text("Sign out").wait_for()

    def check_access(self, *schemes: Literal["light", "dark"]) -> None:
        """Fail with what stands in the way of people with a screen reader or a keyboard."""
        for scheme in schemes or ("light", "dark"):
            self.page.emulate_media(color_scheme=scheme)
            found: Any = Axe().run(self.page).response["violations"]
            told = [
                (rule["id"], rule["help"], [node["html"][:200] for node in rule["nodes"]][:5])
                for rule in found
            ]
            assert told == [], (self.page.url, scheme, told)

    def picture(self, name: str) -> None:
        """Keep pictures of the page as it is now, which must fit windows of each width."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        for width, scheme in LOOKS:
            self.page.set_viewport_size({"width": width, "height": 900})
            self.page.emulate_media(color_scheme=scheme)
            self.page.wait_for_timeout(100)
            file = SCREENSHOTS / f"{name}-{width}-{scheme}.png"
            # Hiding the caret would leave attributes behind that our policy forbids.
            self.page.screenshot(path=file, full_page=True, caret="initial")
            wide: int = self.page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, f"{name} is {wide} pixels wide in a window of {width}"

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and DRIVER not in message.text:
            self.faults.append(f"{message.type}: {message.text}")

    def _see(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in {"data", "blob"}:
            return
        if f"{parts.scheme}://{parts.netloc}" != self.site.address:
            self.faults.append(f"asked another host: {request.url}")


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A window without cookies."""
    made = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    made.set_default_timeout(10_000)
    yield made
    made.close()


@pytest.fixture
def tab(context: BrowserContext, site: Site) -> Iterator[Tab]:
    """A page to walk through the site; at the end it must have done nothing that it must not."""
    made = Tab(context.new_page(), site)
    yield made
    assert made.faults == []
