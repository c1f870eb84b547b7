"""An analyst posts, a reviewer decides, nothing is lost: on a real server, on both engines.

Then the same as ``docs/api.md`` tells it, with its own commands.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from factories import put_seed
from server import command, running_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx2

    from conftest import Databases

Answer = dict[str, Any]
BASH = shutil.which("bash")
ADMIN = "an admin key made up for this test"
DOCS = Path(__file__).parents[1] / "docs" / "api.md"
STATEMENT = (
    "Invented for a test: the General Staff said that eight ATACMS missiles were fired at the"
    " Kursk-Vostochny airfield on November 25, that two were shot down and that six hit it."
)


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, Path]]:
    databases: Databases = request.getfixturevalue(f"{request.param}_databases")
    name = databases.migrated(put_seed)
    url = databases.url(name)
    yield url, tmp_path
    databases.drop(name)


@pytest.fixture
def client(store: tuple[str, Path]) -> Iterator[httpx2.Client]:
    with running_server(*store, ADMIN_KEY=ADMIN) as client:
        yield client


def key(client: httpx2.Client, name: str, scope: str) -> dict[str, str]:
    """The header of a new key."""
    made = client.post(
        "/v1/keys",
        json={"name": name, "scopes": [scope]},
        headers={"Authorization": f"Bearer {ADMIN}"},
    )
    assert made.status_code == 201, made.text
    return {"Authorization": f"Bearer {made.json()['key']}"}


def statement(event: str) -> Answer:
    """What the analyst posts: another number for the same strike."""
    return {
        "document": {
            "title": "Statement of the General Staff",
            "text": STATEMENT,
            "publisher": "ua-general-staff",
            "published": "2024-11-26",
            "lang": "en",
        },
        "events": [],
        "claims": [
            {
                "ref": "N1",
                "event": event,
                "quote": "eight ATACMS missiles were fired at the Kursk-Vostochny airfield on"
                " November 25, that two were shot down and that six hit it",
                "occurred": "2024-11-25",
                "attacker": "UA",
                "defender": "RU",
                "places": [{"place": "kursk-vostochny"}],
                "counts": [
                    {"munition": "ATACMS", "launched": 8, "intercepted": "two", "hit": "six"}
                ],
            }
        ],
    }


def test_analyst_posts_reviewer_decides_and_nothing_is_lost(
    client: httpx2.Client, store: tuple[str, Path]
) -> None:
    analyst, reviewer = key(client, "anna", "contribute"), key(client, "boris", "review")
    (strike,) = client.get("/v1/strikes", params={"place": "kursk-vostochny"}).json()["items"]
    path = f"/v1/strikes/{strike['id']}"
    before = client.get(path)
    known_at = client.get("/v1/strikes", params={"limit": 1}).json()["known_at"]

    posted = client.post("/v1/ingest", json=statement(strike["id"]), headers=analyst)
    assert posted.status_code == 201, posted.text
    (claim,) = posted.json()["claims"]
    assert claim["status"] == "pending"
    assert "contradicts" in [warning["code"] for warning in claim["warnings"]]
    assert client.get(path).content == before.content
    assert client.get(f"/v1/claims/{claim['id']}").status_code == 404

    awaiting = client.get("/v1/claims", params={"status": "pending"}, headers=reviewer)
    assert [one["id"] for one in awaiting.json()["items"]] == [claim["id"]]
    decided = decide(client, claim["id"], "accept", None, reviewer)
    assert decided["status"] == "accepted"
    after = client.get(path).json()
    assert (after["grade"], after["disputed"]) == ("contested", True)
    assert after["positions"] == {"RU": "admits", "UA": "asserts"}
    said = {
        one["claimant"]: one["counts"][0]["intercepted"]["low"]
        for one in client.get(f"{path.replace('strikes', 'events')}/claims").json()["items"]
        if one["counts"] and "intercepted" in one["counts"][0]
    }
    assert said == {"ru-mod": 7, "ua-general-staff": 2}
    assert client.get(path, params={"known_at": known_at}).content == before.content

    told = client.get(f"/v1/events/{strike['id']}/diff", params={"from": known_at}).json()
    assert [claim["id"]] == told["claims_added"]
    assert any(claim["id"] in change["claims"] for change in told["changes"])

    why = {"reason": "The General Staff took the statement down."}
    assert decide(client, claim["id"], "retract", why, reviewer)["status"] == "retracted"
    now = client.get(path).json()
    assert (now["grade"], now["disputed"]) == (strike["grade"], False)
    assert now["munitions"] == strike["munitions"]
    shown = client.get(f"/v1/claims/{claim['id']}").json()
    assert (shown["status"], shown["end_reason"]) == ("retracted", why["reason"])

    changes = client.get("/v1/changes", params={"since": known_at}).json()["items"]
    (tombstone,) = [one for one in changes if one["tombstone"]]
    assert (tombstone["subject"], tombstone["reason"]) == (claim["id"], why["reason"])
    assert tombstone["actor"] == "boris"
    verified = command("verify", database_url=store[0], folder=store[1])
    assert verified.returncode == 0, verified.stdout + verified.stderr
    assert client.get("/v1/ledger/head").json()["hash"] in verified.stdout


def decide(
    client: httpx2.Client, claim: str, what: str, body: Answer | None, reviewer: dict[str, str]
) -> Answer:
    """A decision on the claim as the reviewer has seen it."""
    seen = client.get(f"/v1/claims/{claim}", headers=reviewer)
    headers = {**reviewer, "If-Match": seen.headers["etag"], "Idempotency-Key": f"{what}-{claim}"}
    path = f"/v1/claims/{claim}/{what}"
    decided = client.post(path, json=body, headers=headers)
    assert decided.status_code == 200, decided.text
    again = client.post(path, json=body, headers=headers)
    assert again.headers["idempotency-replayed"] == "true"
    assert again.content == decided.content
    answer: Answer = decided.json()
    return answer


def test_story_in_the_documentation_runs_as_it_stands(
    client: httpx2.Client, store: tuple[str, Path]
) -> None:
    if BASH is None or shutil.which("curl") is None:
        pytest.skip("The commands of docs/api.md use curl, which is not installed here.")
    story = DOCS.read_text().partition("## A claim from posting to retraction")[2]
    commands = "\n".join(re.findall(r"```sh\n(.*?)```", story.partition("\n## ")[0], re.DOTALL))
    assert commands.count("curl") > 5
    url = str(client.base_url).rstrip("/")
    ran = subprocess.run(
        [BASH, "-euo", "pipefail", "-c", commands],
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", "URL": url, "ADMIN": ADMIN},
        cwd=store[1],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "contested" in ran.stdout
    assert '"tombstone":true' in ran.stdout
