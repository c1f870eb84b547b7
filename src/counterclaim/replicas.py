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
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from counterclaim.db import make_engine, read_only, told_plainly
from counterclaim.models import LedgerEntry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Connection, Engine

    from counterclaim.config import Settings

ASKED_EVERY_S = 0.5
"""The primary is asked this often for its newest entry."""

REMEMBERED = 2000
"""So many entries are remembered; where there are more within the age allowed, the primary is read.

Writes that follow each other without a pause make two of them a second.
"""


NEWEST = select(func.max(LedgerEntry.seq))


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
                with read_only(self._primary).connect() as connection:
                    self._marks.note(connection.scalar(NEWEST) or 0, asked)
            except SQLAlchemyError:
                continue  # There may be another primary in a moment.

    def serves_within(self, age_s: float) -> Callable[[int], bool]:
        """Whether a state with such a newest entry is at most so many seconds old."""
        return lambda seq: self._marks.age_of(seq, monotonic()) <= age_s

    @contextmanager
    def reading_within(self, age_s: float, primary: Engine) -> Iterator[ChoosingSession]:
        """A state that is at most so many seconds old: a standby's, or else the primary's."""
        with told_plainly(), ChoosingSession(self, age_s, primary) as session:
            yield session

    def connect_within(self, age_s: float) -> Connection | None:
        """A standby that shows such a state from here on; None where there is none."""
        try:
            with ExitStack() as trial:
                connection = trial.enter_context(read_only(self.engine).connect())
                if self._age_of(connection) > age_s:
                    return None
                trial.pop_all()
                return connection
        except SQLAlchemyError:
            return None

    def _age_of(self, connection: Connection) -> float:
        seq = connection.scalar(NEWEST) or 0  # From here on it shows this state and no later one.
        return self._marks.age_of(seq, monotonic())

    def age(self) -> float | None:
        """Seconds at most that a standby is old, whichever answers; None where none does."""
        try:
            with read_only(self.engine).connect() as connection:
                age = self._age_of(connection)
        except SQLAlchemyError:
            return None
        return age if math.isfinite(age) else None


class ChoosingSession(Session):
    """A session that looks for a standby when it is first asked something.

    Who got a connection before the work is given a thread could wait for those who have the threads
    and wait for connections.
    """

    def __init__(self, replicas: Replicas, age_s: float, primary: Engine) -> None:
        super().__init__(autoflush=False, expire_on_commit=False)
        self._replicas, self._age_s, self._primary = replicas, age_s, primary
        self._chosen: Engine | Connection | None = None
        self.standby: Connection | None = None

    def get_bind(self, *_args: Any, **_options: Any) -> Engine | Connection:
        """Where it reads: a connection to a standby, or the primary."""
        if self._chosen is None:
            self.standby = self._replicas.connect_within(self._age_s)
            self._chosen = self.standby or read_only(self._primary)
        return self._chosen

    def close(self) -> None:
        """Give back what was held; what is asked next chooses anew."""
        super().close()
        self._chosen = None
        if self.standby is not None:
            self.standby.close()
