"""Writers of one process take turns: what arrives while one transaction runs shares the next.

Each has an instant and entries in the ledger of its own, and is undone alone where it fails: the
first with its transaction, those behind it with their savepoints. None is answered before the
commit that makes all of them durable.
"""

from __future__ import annotations

from asyncio import CancelledError, get_running_loop, wrap_future
from collections import deque
from concurrent.futures import Future
from dataclasses import dataclass, field
from threading import Condition, Thread
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy.exc import SQLAlchemyError

from counterclaim.db import WriteAheadLog, make_engine, translated, writing
from counterclaim.errors import BusyError, ConflictError, InputError
from counterclaim.store.ledger import KnownNames, open_writer

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Engine

    from counterclaim.statements import WriteSession
    from counterclaim.store.ledger import Writer

Result = TypeVar("Result")

TOGETHER = 64
"""So many turns share one transaction at most, so that nobody waits long for the others."""

TOGETHER_S = 1.0
"""After so long a transaction takes no further turn: those that are done are to be told."""

LONGEST_WAIT_S = 30.0
"""Who has waited for longer has most likely gone, and is told to come back."""

LINGERING_S = 1.0
"""So long the thread that writes waits for the next turn before it ends."""


class _Undone(Exception):  # noqa: N818 - no error: carries a result out of what is undone
    def __init__(self, result: Any) -> None:
        self.result = result


@dataclass(slots=True)
class _Turn:
    """One write that waits: what is to be done for whom, and who is told of it."""

    work: Callable[[Writer], Any]
    actor: str
    dry_run: bool
    told: Future[Any] = field(default_factory=Future)

    def begin(self) -> bool:
        """Whether it is still to be done: nobody has gone away, or was told to come back."""
        return self.told.set_running_or_notify_cancel()

    def take(self, writer: Writer, *, first: bool) -> Any:
        """Do the work; its result, or the error that it ended in and by which it is undone.

        What is undone of the first turn ends the transaction.
        """
        writer.actor = self.actor
        try:
            with writer.savepoint(first=first):
                result = self.work(writer)
                if self.dry_run:
                    raise _Undone(result)
        except _Undone as undone:
            return undone.result
        except SQLAlchemyError as error:
            told = translated(error)
            if not isinstance(told, ConflictError | InputError):
                raise  # The transaction itself is lost, and with it all that share it.
            return told
        except Exception as error:  # noqa: BLE001 - whoever waits for this turn is told of it
            return error
        return result

    def tell(self, outcome: Any) -> None:
        """Let go whoever waits."""
        if isinstance(outcome, BaseException):
            self.told.set_exception(outcome)
        else:
            self.told.set_result(outcome)


class Turns:
    """The line of those that write, and the thread that lets them."""

    def __init__(self, database_url: str, most_waiting: int) -> None:
        # A connection of its own, so that its cache holds what only this process changes.
        self.engine: Engine = make_engine(database_url, pool_size=1)
        self._log = WriteAheadLog(self.engine)
        self._most = most_waiting
        self._waiting: deque[_Turn] = deque()
        self._arrived = Condition()
        self._thread: Thread | None = None
        self._closed = False
        self._names = KnownNames()

    def take(
        self, work: Callable[[Writer], Result], actor: str, *, dry_run: bool = False
    ) -> Future[Result]:
        """Let a write be done in its turn; with ``dry_run`` it is undone in any case.

        The future is fulfilled when the write is durable, or was undone.

        Raises:
            BusyError: too many wait already.
        """
        turn = _Turn(work, actor, dry_run)
        with self._arrived:
            if len(self._waiting) >= self._most:
                msg = f"{self._most} writes wait for their turn already: try again in a while."
                raise BusyError(msg)
            self._waiting.append(turn)
            if self._thread is None:
                self._thread = Thread(target=self._run, name="writer", daemon=True)
                self._thread.start()
            self._arrived.notify()
        return turn.told

    @property
    def waiting(self) -> int:
        """How many wait for their turn."""
        return len(self._waiting)

    def close(self) -> None:
        """Do what still waits, and let the connection go."""
        with self._arrived:
            self._closed = True
            self._arrived.notify()
            thread = self._thread
        if thread is not None:
            thread.join()
        self.engine.dispose()

    def _run(self) -> None:
        while group := self._next_group():
            self._carry_out(group)
            self._log.shorten()

    def _next_group(self) -> list[_Turn]:
        """Those whose turn it is; none when the thread is to end."""
        with self._arrived:
            self._arrived.wait_for(lambda: self._waiting or self._closed, LINGERING_S)
            if not self._waiting:
                self._thread = None
            count = min(TOGETHER, len(self._waiting))
            return [self._waiting.popleft() for _place in range(count)]

    def _carry_out(self, group: list[_Turn]) -> None:
        left = deque(group)
        while left:
            taken: list[_Turn] = []
            try:
                with writing(self.engine) as session:
                    outcomes = self._take_some(session, left, taken)
            except Exception as error:  # noqa: BLE001 - all that share the transaction are told
                self._names.forget()
                self.engine.dispose()  # Whatever its connection still holds is undone with it.
                taken += [turn for turn in left if turn.begin()]
                left.clear()
                outcomes = [error] * len(taken)
            for turn, outcome in zip(taken, outcomes, strict=True):
                turn.tell(outcome)

    def _take_some(
        self, session: WriteSession, left: deque[_Turn], taken: list[_Turn]
    ) -> list[Any]:
        """Move turns from those left to those taken while there is time; how each ended."""
        outcomes: list[Any] = []
        writer, until = open_writer(session, "", self._names), monotonic() + TOGETHER_S
        while left and session.in_transaction() and (not taken or monotonic() <= until):
            turn = left.popleft()
            if not turn.begin():
                continue
            if taken:
                writer.begin_turn()
            taken.append(turn)
            outcomes.append(turn.take(writer, first=len(taken) == 1))
        self._names.keep(writer)
        return outcomes


async def await_turn(told: Future[Result]) -> Result:
    """What came of a turn, when it is done; who leaves before it begins has nothing stored.

    Raises:
        BusyError: it has not begun for too long, and will not.
    """
    given_up = False

    def give_up() -> None:
        nonlocal given_up
        given_up = told.cancel()  # What has begun is waited for.

    alarm = get_running_loop().call_later(LONGEST_WAIT_S, give_up)
    try:
        return await wrap_future(told)
    except CancelledError:
        if not given_up:
            raise
        msg = f"It waited for its turn for {LONGEST_WAIT_S:.0f} seconds: try again in a while."
        raise BusyError(msg) from None
    finally:
        alarm.cancel()
