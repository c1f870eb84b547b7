"""Standbys of a PostgreSQL cluster, for reads that may be a little old.

How old the state of a standby is follows from no clock but that of this process: the primary is
asked again and again for its newest entry of the ledger, and whoever has that entry is no older
than the last time it was the newest. A standby that lost its primary thus grows old like any other.
"""

from __future__ import annotations

import math
from collections import deque
from contextlib import ExitStack, contextmanager
from threading import Event, Thread
from time import monotonic
from typing import TYPE_CHECKING

from counterclaim.db import make_engine, reading
from counterclaim.errors import StoreError
from counterclaim.queries.changes import last_seq

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Engine
    from sqlalchemy.orm import Session

    from counterclaim.config import Settings

ASKED_EVERY_S = 0.5
"""The primary is asked this often for its newest entry."""

REMEMBERED = 2000
"""So many entries are remembered; where there are more within the age allowed, the primary is read.

Writes that follow each other without a pause make two of them a second.
"""


class Marks:
    """When which entry of the ledger was known to be the newest one; instants are monotonic."""

    def __init__(self) -> None:
        self._marks: deque[tuple[int, float]] = deque(maxlen=REMEMBERED)

    def note(self, seq: int, at: float) -> None:
        """The newest entry was this one at an instant, later than all noted before."""
        if self._marks and self._marks[-1][0] == seq:
            self._marks[-1] = (seq, at)
        else:
            self._marks.append((seq, at))

    def age_of(self, seq: int, at: float) -> float:
        """Seconds at most that a state is old at an instant whose newest entry is this one."""
        known = (noted for newest, noted in reversed(tuple(self._marks)) if newest <= seq)
        return at - next(known, -math.inf)


class Replicas:
    """The standbys of a store, and what is known of how far they are."""

    def __init__(self, primary_url: str, standbys_url: str, pool_size: int) -> None:
        # A connection of its own: when all others are busy, the age must be known all the same.
        self._primary: Engine = make_engine(primary_url, pool_size=1)
        self.engine: Engine = make_engine(standbys_url, pool_size=pool_size)
        self._marks = Marks()

    @classmethod
    def of(cls, settings: Settings) -> Replicas | None:
        """Those that the settings name, if they do."""
        if settings.read_database_url is None:
            return None
        return cls(settings.database_url, settings.read_database_url, settings.pool_size)

    @contextmanager
    def followed(self) -> Iterator[None]:
        """While the application runs: ask the primary how far it is."""
        over = Event()
        thread = Thread(target=self._follow, args=(over,), name="follower", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()
            self._primary.dispose()
            self.engine.dispose()

    def _follow(self, over: Event) -> None:
        while not over.wait(ASKED_EVERY_S):
            asked = monotonic()
            try:
                with reading(self._primary) as session:
                    self._marks.note(last_seq(session), asked)
            except StoreError:
                continue  # There may be another primary in a moment.

    def serves_within(self, age_s: float) -> Callable[[int], bool]:
        """Whether a state with such a newest entry is at most so many seconds old."""
        return lambda seq: self._marks.age_of(seq, monotonic()) <= age_s

    @contextmanager
    def reading_within(self, age_s: float) -> Iterator[Session | None]:
        """A standby's state that is at most so many seconds old; None where there is none."""
        with ExitStack() as kept:
            try:
                found = self._found_within(age_s, kept)
            except StoreError:
                found = None
            yield found

    def _found_within(self, age_s: float, kept: ExitStack) -> Session | None:
        with ExitStack() as trial:
            session = trial.enter_context(reading(self.engine))
            if self._age_of(session) > age_s:
                return None
            kept.push(trial.pop_all())
            return session

    def _age_of(self, session: Session) -> float:
        seq = last_seq(session)  # From here on the session shows this state and no later one.
        return self._marks.age_of(seq, monotonic())

    def age(self) -> float | None:
        """Seconds at most that a standby is old, whichever answers; None where none does."""
        try:
            with reading(self.engine) as session:
                age = self._age_of(session)
        except StoreError:
            return None
        return age if math.isfinite(age) else None
