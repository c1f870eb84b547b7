"""Draws the picture of the README: the page of a strike of the seed, as a browser shows it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs" / "picture.png"
STRIKE = "Lotarevka"
SIZE = (1280, 1120)
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--hide-scrollbars")
START_S = 60


def main() -> None:
    """Seed a store of its own, serve it, and keep what the browser shows."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    if browser is None:
        sys.exit("picture: Chromium is needed: apt-get install chromium")
    with tempfile.TemporaryDirectory() as folder, served(folder) as address:
        with urllib.request.urlopen(f"{address}/v1/strikes?q={STRIKE}") as answer:  # noqa: S310
            strike = json.load(answer)["items"][0]["id"]
        with sync_playwright() as playwright:
            chromium = playwright.chromium.launch(executable_path=browser, args=list(QUIET))
            width, height = SIZE
            page = chromium.new_page(viewport={"width": width, "height": height})
            page.goto(f"{address}/strikes/{strike}", wait_until="networkidle")
            page.screenshot(path=PICTURE)
            chromium.close()
    print(f"{PICTURE.relative_to(ROOT)} is drawn.")


@contextmanager
def served(folder: str) -> Iterator[str]:
    """A server on a seeded store in a folder; its address."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    env = {**os.environ, "COUNTERCLAIM_DATABASE_URL": f"sqlite:///{folder}/picture.db"}
    command = [sys.executable, "-m", "counterclaim"]
    for step in (("db", "upgrade"), ("seed",)):
        subprocess.run([*command, *step], env=env, check=True, stdout=subprocess.DEVNULL)
    serving = [*command, "serve", "--port", str(port)]
    process = subprocess.Popen(
        serving, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT
    )
    try:
        address = f"http://127.0.0.1:{port}"
        wait_for(f"{address}/readyz")
        yield address
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(START_S)


def wait_for(address: str) -> None:
    """Wait until an address answers."""
    deadline = time.monotonic() + START_S
    while True:
        try:
            with urllib.request.urlopen(address):  # noqa: S310 - of the server just started
                return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


if __name__ == "__main__":
    main()
