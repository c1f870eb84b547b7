"""Processes that read what is committed and work on it, while one writes what comes of that.

What they are given and give back are plain values; the work is a function that they can import.
"""

from __future__ import annotations

import gc
import os
import signal
from collections import deque
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import cache
from multiprocessing import get_context, parent_process
from threading import Thread
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy.orm import Session

from counterclaim.db import make_engine, read_only
from counterclaim.errors import StoreError
from counterclaim.queries.referents import Referents
from counterclaim.store.garbage import collected_between

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Future

Task = TypeVar("Task")
Result = TypeVar("Result")

AHEAD = 2
"""So many tasks are given to each process ahead, so that none waits for the one that writes."""

MOST = 8
"""More processes than these are faster than the one that writes."""


def processors() -> int:
    """How many processors this process may use, as far as more of them help."""
    known = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return min(known or 1, MOST)


class Crew:
    """Carries out work for a session, in the order of the tasks."""

    def __init__(
        self, session: Session, pool: ProcessPoolExecutor | None = None, size: int = 0
    ) -> None:
        """Of so many processes, or of none beside this one."""
        self.session, self._pool, self._size = session, pool, size
        self._behind = Referents(session)

    def results(
        self, work: Callable[[Session, Referents, Task], Result], tasks: Iterable[Task]
    ) -> Iterator[tuple[Task, Result]]:
        """Each task with what came of it.

        Raises:
            StoreError: A process of the crew was ended from outside.
        """
        with collected_between() as collect:
            for done in self._spread(work, tasks) if self._pool else self._alone(work, tasks):
                yield done
                collect()

    def _alone(
        self, work: Callable[[Session, Referents, Task], Result], tasks: Iterable[Task]
    ) -> Iterator[tuple[Task, Result]]:
        for task in tasks:
            yield task, work(self.session, self._behind, task)

    def _spread(
        self, work: Callable[[Session, Referents, Task], Result], tasks: Iterable[Task]
    ) -> Iterator[tuple[Task, Result]]:
        assert self._pool is not None  # noqa: S101 - for the type checker
        url = self.session.get_bind().engine.url.render_as_string(hide_password=False)
        given: deque[tuple[Task, Future[Result]]] = deque()
        try:
            for task in tasks:
                given.append((task, self._pool.submit(_carry_out, url, work, task)))
                if len(given) > AHEAD * self._size:
                    yield _taken(given)
            while given:
                yield _taken(given)
        except BrokenProcessPool as error:
            msg = "One of the processes that shared the work was ended. Nothing was changed."
            raise StoreError(msg) from error


def _taken(given: deque[tuple[Task, Future[Result]]]) -> tuple[Task, Result]:
    task, future = given.popleft()
    return task, future.result()


@contextmanager
def crew(session: Session, size: int) -> Iterator[Crew]:
    """A crew of so many processes; of one or none the session's own process does all the work.

    Others see what is committed: what the work reads must not have been written by the session.
    """
    if size < 2:
        yield Crew(session)
        return
    with ProcessPoolExecutor(size, get_context("spawn"), _begin) as pool:
        try:
            yield Crew(session, pool, size)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _begin() -> None:
    """Leave it to the process that writes when to end; end when that is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_writer, daemon=True).start()
    gc.disable()


def _end_with_writer() -> None:
    writer = parent_process()
    assert writer is not None  # noqa: S101 - this process is a child
    writer.join()
    os._exit(1)


def _carry_out(url: str, work: Callable[[Session, Referents, Task], Result], task: Task) -> Result:
    session, behind = _desk(url)
    try:
        return work(session, behind, task)
    finally:
        gc.collect(0)


@cache
def _desk(url: str) -> tuple[Session, Referents]:
    """A session that reads one state as long as the process lives, and what is known of it."""
    engine = read_only(make_engine(url, pool_size=1))
    session = Session(engine, autoflush=False, expire_on_commit=False)
    return session, Referents(session)
