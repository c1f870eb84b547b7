"""A primary that dies under load: nothing acknowledged is lost, and who repeats is heard once.

``COUNTERCLAIM_CRASHES`` says how often something is killed; beyond the first time it is a whole
node in turn with PostgreSQL alone.
"""

from __future__ import annotations

import sys
import threading
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import httpx2
import pytest

from counterclaim.config import Settings
from counterclaim.db import make_engine
from counterclaim.migrate import upgrade
from counterclaim.vocabulary import KeyScope
from crashing import Posts, check_whole
from factories import put_key, put_world
from server import serving_thread
from store.test_rebuild import assert_rebuild_changes_nothing
from test_crash import ROUNDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

if sys.platform != "linux" or find_spec("patroni") is None or find_spec("pysyncobj") is None:
    pytest.skip(
        "A cluster needs Linux and the package patroni[psycopg3,raft]", allow_module_level=True
    )

from cluster import Cluster, running_cluster

KILLS = max(1, ROUNDS // 5)
WRITERS, MOST = 4, 10
"""So many write, and so many posts are stored before and after the primary dies."""

AGE = {"Prefer": "max-age=60"}
FAST = {"fsync": "off"}
"""What is killed here are processes: what they gave to the operating system is there."""


@dataclass
class Callers:
    """Those who write and read all the while, and what they were answered."""

    posts: Posts
    addresses: list[str]
    over: threading.Event = field(default_factory=threading.Event)
    numbers: Iterator[int] = field(default_factory=count)
    stored_at: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    repeated: int = 0
    old: list[tuple[int, str | None]] = field(default_factory=list)

    def write(self, own: int) -> None:
        """Post one file after the other, each again and again until it is told to be stored."""
        with ExitStack() as opened:
            clients = [
                opened.enter_context(httpx2.Client(base_url=one, timeout=30))
                for one in self.addresses
            ]
            for tries in count(own):
                if self.over.is_set():
                    return
                here, there = clients[tries % 2], clients[(tries + 1) % 2]
                number = next(self.numbers)
                stored = self.post(number, here, there)
                self.stored_at.append(time.monotonic())
                claim = stored.json()["claims"][0]["id"]
                self.expect(there.get(f"/v1/claims/{claim}"), 200)

    def post(self, number: int, *clients: httpx2.Client) -> httpx2.Response:
        """Post a file to one server or the other until one says that it is stored."""
        for tries in count():
            try:
                answer = self.posts.send(clients[tries % 2], number)
            except httpx2.TransportError as error:
                self.faults.append(f"post {number}: {error!r}")
                continue
            if self.expect(answer, 201):
                self.posts.answered[number] = answer.content
                return answer
            self.repeated += 1
            time.sleep(0.05)
        raise AssertionError

    def expect(self, answer: httpx2.Response, wanted: int) -> bool:
        """Whether it is what was wanted; else it has to be a 503 that says when to come back."""
        if answer.status_code == wanted:
            return True
        if answer.status_code != 503 or "retry-after" not in answer.headers:
            self.faults.append(f"{answer.request.url}: {answer.status_code} {answer.text}")
        return False

    def read(self, address: str) -> None:
        """Read what may be a little old."""
        with httpx2.Client(base_url=address, timeout=30, headers=AGE) as client:
            while not self.over.wait(0.02):
                answer = client.get("/v1/strikes")
                applied = answer.headers.get("preference-applied")
                self.old.append((answer.status_code, applied))

    @contextmanager
    def calling(self) -> Iterator[None]:
        """All of them at work."""
        calls = [threading.Thread(target=self.write, args=(own,)) for own in range(WRITERS)]
        calls += [threading.Thread(target=self.read, args=(one,)) for one in self.addresses]
        for call in calls:
            call.start()
        try:
            yield
        finally:
            self.over.set()
            for call in calls:
                call.join()


def await_posts(cluster: Cluster, callers: Callers) -> None:
    enough = len(callers.stored_at) + MOST
    cluster.wait_until(lambda: len(callers.stored_at) >= enough, "writes are stored")


def kill(cluster: Cluster, callers: Callers, *, whole: bool) -> float:
    """Let the primary die; the seconds until a write was stored again."""
    primary = cluster.primary()
    assert primary is not None
    before = len(callers.old)
    (cluster.kill_node if whole else cluster.kill_postgres)(primary)
    killed_at = time.monotonic()
    stored = len(callers.stored_at)
    await_posts(cluster, callers)
    gap = callers.stored_at[stored] - killed_at
    assert len(callers.old) > before, "Nobody could read meanwhile."
    if whole:
        cluster.start(primary)
    return gap


def test_a_primary_that_dies_loses_nothing_and_who_repeats_a_write_is_heard_once(
    record_property: Callable[[str, object], None],
) -> None:
    with (
        TemporaryDirectory(prefix="cluster-") as folder,  # Others than root can look into it.
        running_cluster(Path(folder), FAST) as cluster,
        ExitStack() as opened,
    ):
        url = cluster.url("postgres")
        engine = make_engine(url)
        opened.callback(engine.dispose)
        upgrade(engine)
        put_world(engine)
        posts = Posts(put_key(engine, KeyScope.REVIEW))
        settings = Settings(
            database_url=url,
            read_database_url=cluster.url_of_standbys("postgres"),
            rate_limit="",
        )
        clients = [opened.enter_context(serving_thread(settings)) for _ in range(2)]
        callers = Callers(posts, [str(client.base_url) for client in clients])
        gaps = []
        with callers.calling():
            for number in range(KILLS):
                await_posts(cluster, callers)
                gaps.append(kill(cluster, callers, whole=number % 2 == 1))
                if number + 1 < KILLS:
                    cluster.wait_until(cluster.is_whole, "the cluster is whole")
        told = f"writes after {', '.join(f'{gap:.1f}' for gap in gaps)} s; {len(posts.sent)} posts,"
        print(told, f"{callers.repeated} repeated, {len(callers.old)} reads")  # noqa: T201
        record_property("seconds_without_writes", gaps)
        assert callers.faults == []
        assert set(posts.answered) == check_whole(engine, posts) == posts.sent
        failed = [status for status, _applied in callers.old if status != 200]
        assert set(failed) <= {503}
        # Whoever asks a standby that became the primary, and dies in the midst of it.
        assert len(failed) <= 2 * (KILLS - 1)
        applied = [one for _status, one in callers.old if one is not None]
        assert len(applied) > 0.9 * len(callers.old)
        check_standbys(clients, cluster)
        assert_rebuild_changes_nothing(engine)


def check_standbys(clients: list[httpx2.Client], cluster: Cluster) -> None:
    """A standby's answer is the same as the primary's, with the same tag, once it is as far."""
    now = clients[0].get("/v1/strikes")

    def is_as_far() -> bool:
        old = clients[1].get("/v1/strikes", headers=AGE)
        return old.headers["etag"] == now.headers["etag"]

    cluster.wait_until(is_as_far, "a standby is as far as the primary")
    old = clients[1].get("/v1/strikes", headers=AGE)
    assert old.headers["preference-applied"] == "max-age=60"
    assert "Prefer" in old.headers["vary"]
    assert old.content == now.content
    tag = {"If-None-Match": now.headers["etag"]}
    assert clients[1].get("/v1/strikes", headers={**AGE, **tag}).status_code == 304
    assert "preference-applied" not in now.headers
    assert clients[0].get("/readyz").json() == {"status": "ok", "standby": "ok"}
