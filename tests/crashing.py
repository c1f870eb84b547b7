"""A real server that is killed in the midst of writes, and what must be true of its store then."""

from __future__ import annotations

import contextlib
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx2
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from counterclaim.app import create_app
from counterclaim.config import Settings
from counterclaim.db import make_engine, reading
from counterclaim.models import Claim, Document, IdempotencyKey
from counterclaim.store.verify import verify
from factories import TEXT, article
from server import SOURCES, running_process
from store.test_rebuild import assert_rebuild_changes_nothing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

TESTS = Path(__file__).parent
WRITERS = 4
SHORTEST_S, LONGEST_S = 0.2, 1.2
"""So long they write before the server is killed."""

MORE_ROUNDS = 20
"""So many rounds more there are at most on a machine too busy to answer in any."""


def posted(number: int) -> dict[str, Any]:
    """A claim file of its own by its number: one document, one event and two claims."""
    text = f"{TEXT} Report {number}."
    document = {"title": f"Report {number}", "text": text, "publisher": "gazette"}
    return article(document=document)


@dataclass
class Posts:
    """What was sent, and what was answered: answers by number."""

    keys: dict[str, str]
    sent: set[int] = field(default_factory=set)
    answered: dict[int, bytes] = field(default_factory=dict)
    odd: list[str] = field(default_factory=list)

    def send(self, client: httpx2.Client | TestClient, number: int) -> httpx2.Response:
        """Post one file; again and again it is the same request."""
        self.sent.add(number)
        headers = {**self.keys, "Idempotency-Key": f"post-{number}"}
        return client.post("/v1/ingest?accept=true", json=posted(number), headers=headers)

    def write_until_it_dies(self, address: str, numbers: list[int]) -> None:
        """Post one after the other; what was not answered is only known as sent."""
        with httpx2.Client(base_url=address, timeout=30) as client:
            for number in numbers:
                try:
                    answer = self.send(client, number)
                except httpx2.TransportError:
                    return
                if answer.status_code == 201:
                    self.answered[number] = answer.content
                else:
                    self.odd.append(answer.text)


def kill_while_writing(url: str, folder: Path, posts: Posts, first: int, rest_s: float) -> None:
    """Start a server, let several write to it, and kill it after a while."""
    with running_process(url, folder, RATE_LIMIT="") as (client, process):
        threads = [
            threading.Thread(
                target=posts.write_until_it_dies,
                args=(str(client.base_url), list(range(first + at, first + 100_000, WRITERS))),
            )
            for at in range(WRITERS)
        ]
        for thread in threads:
            thread.start()
        time.sleep(rest_s)
        process.send_signal(signal.SIGKILL)
        process.wait()
        for thread in threads:
            thread.join()


def check_whole(engine: Engine, posts: Posts) -> set[int]:
    """All that was answered is there, and what was not is whole or absent; the numbers there."""
    with reading(engine) as session:
        titles = session.scalars(select(Document.title).where(Document.title.like("Report %")))
        listed = [int(title.removeprefix("Report ")) for title in titles]
        counted = session.execute(
            select(Document.title, func.count(Claim.id))
            .join(Claim, Claim.document_id == Document.id, isouter=True)
            .where(Document.title.like("Report %"))
            .group_by(Document.title)
        )
        assert {count for _title, count in counted} <= {2}
        kept = set(session.scalars(select(IdempotencyKey.key)))
        assert verify(session).faults == []
    there = set(listed)
    assert len(there) == len(listed)
    assert set(posts.answered) <= there <= posts.sent
    assert kept == {f"post-{number}" for number in there}
    return there


def crash_rounds(url: str, folder: Path, keys: dict[str, str], rounds: int, chance: int) -> Posts:
    """Kill the server again and again; then repeat every post, and nothing is there twice."""
    lot = random.Random(chance)
    posts, engine = Posts(keys), make_engine(url)
    for number in range(rounds + MORE_ROUNDS):
        if number >= rounds and posts.answered:
            break  # Some of the rounds were too short for an answer, but not all.
        kill_while_writing(
            url, folder, posts, number * 1_000_000, lot.uniform(SHORTEST_S, LONGEST_S)
        )
        check_whole(engine, posts)
    assert posts.odd == []
    assert posts.answered, "The server was killed before it answered anything."
    replay(url, posts, lot)
    check_whole(engine, posts)
    assert_rebuild_changes_nothing(engine)
    engine.dispose()
    return posts


def replay(url: str, posts: Posts, lot: random.Random) -> None:
    """Send again what was not answered, and some of what was: the same answer, and no row more."""
    unanswered = posts.sent - set(posts.answered)
    again = lot.sample(sorted(posts.answered), min(20, len(posts.answered)))
    with TestClient(create_app(Settings(database_url=url, rate_limit=""))) as client:
        for number in (*sorted(unanswered), *again):
            answer = posts.send(client, number)
            assert answer.status_code == 201, answer.text
            if number in again:
                assert answer.headers["Idempotency-Replayed"] == "true"
                assert answer.content == posts.answered[number]
            posts.answered[number] = answer.content


IMPORT = """
from counterclaim.importers import run
from pathlib import Path
from toy_imports import *
run.ROWS = 7
options = ImportOptions(data_set="toy", version="1")
with opened_table(Path(arguments[0])) as table:
    for _taken in ImportRun(engine, Toy(), table, ACTOR, options).advance():
        step()
"""
REBUILD = """
from counterclaim.db import writing
from counterclaim.store import rebuild
rebuild.STRETCH = 3
rebuild.SHARED = 1
with writing(engine) as session:
    rebuild.rebuild(session, lambda *_: step(), processes=2)
"""
RESTORE = """
from pathlib import Path
from counterclaim.db import writing
from counterclaim.store.dump import restore_store
with writing(engine) as session, Path(arguments[0]).open("rb") as file:
    restore_store(session, file, lambda *_: step())
"""
INGEST = """
from counterclaim.db import writing
from counterclaim.schemas.incoming import ClaimFile
from counterclaim.store.ingest import ingest
from counterclaim.store.ledger import open_writer
from crashing import posted
from factories import ACTOR
at_each_call("counterclaim/store/")
with writing(engine) as session:
    ingest(open_writer(session, ACTOR), ClaimFile.model_validate(posted(1)), accept=True)
"""
UPGRADE = """
from counterclaim.migrate import upgrade
at_each_statement()
upgrade(engine)
"""
_DYING = """
import os, signal, sys
from sqlalchemy import event
from counterclaim.db import make_engine
url, left, *arguments = sys.argv[1:]
engine, left = make_engine(url), int(left)

def step():
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)

def at_each_call(of):
    sys.setprofile(
        lambda frame, kind, _: kind == "call" and of in frame.f_code.co_filename and step()
    )

def at_each_statement():
    event.listen(engine, "before_cursor_execute", lambda *_: step())
"""


def die_at(step: int, program: str, url: str, *arguments: str) -> bool:
    """Run a long work in a process that is killed at a step; whether it came to that."""
    done = subprocess.run(
        [sys.executable, "-c", _DYING + program, url, str(step), *arguments],
        env={**os.environ, "PYTHONPATH": os.pathsep.join((str(SOURCES), str(TESTS)))},
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert done.returncode in {0, -signal.SIGKILL}, done.stderr.decode()
    return done.returncode != 0


def leave_room(process: subprocess.Popen[bytes], size: int | None) -> None:
    """Let a process write no file beyond a size, as if the disk were full; None lifts that."""
    _soft, hard = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (hard if size is None else size, hard))


@contextmanager
def small_volume(size: str) -> Iterator[Path]:
    """A file system of its own of this size; the test is skipped where none may be mounted."""
    folder = Path(tempfile.mkdtemp(prefix="volume-"))
    mount = ("mount", "-t", "tmpfs", "-o", f"size={size},mode=755", "tmpfs", folder)
    try:
        subprocess.run(mount, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        folder.rmdir()
        pytest.skip(f"a volume that can be full needs the right to mount one: {error}")
    try:
        yield folder
    finally:
        unmount = ("umount", "--lazy", folder)
        subprocess.run(unmount, check=True)
        folder.rmdir()


def fill(volume: Path) -> Path:
    """A file that takes all the room of a volume."""
    ballast = volume / "ballast"
    with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while file.write(b"0" * 4096):
            pass
    return ballast
