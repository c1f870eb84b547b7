"""What policies made of events, remembered until a write touches what it was made of.

A grade may decide under one policy and not under another, so that the answer changes while the
stored version stays. But each write notes in the ledger which events it speaks of, and nothing
changes the answer for others.
"""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple
from weakref import WeakKeyDictionary

import orjson
from sqlalchemy import bindparam, select

from counterclaim.db import among_given, dumps
from counterclaim.models import EventSummary, LedgerEntry
from counterclaim.queries.asof import STORED_POLICY
from counterclaim.queries.components import linked
from counterclaim.queries.referents import Referents
from counterclaim.statements import Prepared

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from sqlalchemy import Engine, Pool
    from sqlalchemy.orm import Session

Figure = tuple[int | None, int | None, int | None]
"""Low, best and high."""

BESIDE = 600
"""About so many bytes an entry takes beside its text, with the figures."""

MOST_ENTRIES = 500
"""After more entries of the ledger than this all is forgotten, which is as quick."""

MOST_REFERENTS, MOST_LENT = 20_000, 2
"""So many rows of sources, munitions and places are kept from one to the next, so often."""

OF_CLAIMS = frozenset(
    f"{verb}_claim" for verb in ("record", "accept", "reject", "retract", "supersede", "assess")
)
OF_EVENTS = frozenset({"judge_events", "end_judgement"})
OF_NONE = frozenset(
    {
        *("record_document", "record_event", "record_source", "record_munition", "record_place"),
        *("start_import", "record_import_rows", "withdraw_records", "finish_import"),
        *("freeze_release", "record_api_key", "revoke_api_key"),
    }
)
"""Actions by what they can change: the events of a claim, those that were judged, or no event.

What claims change by is noted with them; all other actions, such as to rate a source, to name a
munition or to redact words, may change any event.
"""


class Resolution(NamedTuple):
    """What a policy makes of a stored version.

    Attributes:
        figures: The figures over all munitions and sides; None where they are as stored.
        members: The members of the document that hold figures, as JSON; None where they stay.
        whole: The whole document, where more than its figures is another.
    """

    figures: Mapping[str, Figure] | None = None
    members: str | None = None
    whole: str | None = None

    def shown(self, document: str, policy: str) -> str:
        """The JSON text of the event under the policy, given the stored one."""
        if self.whole is not None:
            return self.whole
        if self.members is not None:
            begin = document.index(FIGURES_BEGIN)
            end = document.index(FIGURES_END, begin)
            document = f"{document[:begin]}{self.members}{document[end:]}"
        return document.replace(STORED, f'"policy":{dumps(policy)}', 1)


FIGURES_BEGIN, FIGURES_END = '"munitions":[', ',"shared":['
STORED = f'"policy":"{STORED_POLICY}"'
"""So they stand in a document once, since quotation marks within words bear a backslash."""

AS_STORED = Resolution()


class State(NamedTuple):
    """What is asked for: a version of the store as of an instant, under a policy."""

    store: str
    known_at: datetime
    policy: str


class _Head(NamedTuple):
    """The last entry of the ledger that is known of."""

    seq: int
    at: datetime | None
    version: str


class Resolutions:
    """What was resolved last; several threads may ask.

    What was so at the last write has been so since, and is under None until a write touches it;
    what was so before stays under its instant.
    """

    def __init__(self, most_bytes: int = 32 * 1024 * 1024) -> None:
        self._most, self._held = most_bytes, 0
        self._known: OrderedDict[_Name, tuple[Resolution, datetime]] = OrderedDict()
        self._policies: set[str] = set()
        self._head = _Head(0, None, "")
        self._behind: list[Referents] = []
        self._lock = Lock()

    def find(self, state: State, sks: Iterable[int]) -> dict[int, Resolution]:
        """Those of these versions that are remembered; none while not caught up with the store."""
        found: dict[int, Resolution] = {}
        with self._lock:
            if state.store != self._head.version:
                return found
            for sk in sks:
                for name in ((state.policy, sk, None), (state.policy, sk, state.known_at)):
                    known = self._known.get(name)
                    if known is not None and known[1] <= state.known_at:
                        self._known.move_to_end(name)
                        found[sk] = known[0]
                        break
        return found

    def keep(self, state: State, made: Mapping[int, Resolution]) -> None:
        """Remember these, and forget what was not asked for longest beyond so many bytes."""
        with self._lock:
            if state.store != self._head.version:
                return
            self._policies.add(state.policy)
            at = None if state.known_at == self._head.at else state.known_at
            for sk, resolution in made.items():
                name = state.policy, sk, at
                self._drop(name)
                self._held += _size(resolution)
                self._known[name] = resolution, state.known_at
            while self._held > self._most:
                self._drop(next(iter(self._known)))

    def lend(self, session: Session) -> Referents:
        """What is known of sources, munitions and places, for one who is to give it back."""
        with self._lock:
            behind = self._behind.pop() if self._behind else Referents(session)
        behind.continue_in(session)
        return behind

    def take_back(self, behind: Referents, state: State) -> None:
        """Keep it for the next, unless a write may have changed what it knows, or it is much."""
        with self._lock:
            if state.store == self._head.version and behind.count <= MOST_REFERENTS:
                self._behind = [*self._behind, behind][:MOST_LENT]

    def catch_up(self, session: Session) -> None:
        """Forget what was touched up to the state of a session."""
        known, head = self._head, _Head(*(_HEAD.row(session) or (0, None, "")))
        if head.seq <= known.seq:
            return
        touched = _touched(session, known, head)
        with self._lock:
            if self._head is known:
                self._forget(touched)
                self._head = head

    def _forget(self, sks: set[int] | None) -> None:
        """Forget what has been so since, of these versions; None: all, of the past as well."""
        if sks is None:
            self._known.clear()
            self._behind.clear()
            self._held = 0
            return
        for policy in self._policies:
            for sk in sks:
                self._drop((policy, sk, None))

    def _drop(self, name: _Name) -> None:
        known = self._known.pop(name, None)
        if known is not None:
            self._held -= _size(known[0])


_Name = tuple[str, int, "datetime | None"]
"""A policy, a version, and the instant of a state of the past."""


def _size(resolution: Resolution) -> int:
    return BESIDE + len(resolution.members or "") + len(resolution.whole or "")


_HEAD = Prepared(
    select(LedgerEntry.seq, LedgerEntry.at, LedgerEntry.hash)
    .order_by(LedgerEntry.seq.desc())
    .limit(1)
)
_SINCE = Prepared(
    select(LedgerEntry.hash, LedgerEntry.action, LedgerEntry.subject, LedgerEntry.body)
    .where(LedgerEntry.seq >= bindparam("seq"))
    .order_by(LedgerEntry.seq)
    .limit(MOST_ENTRIES + 2)
)
_VERSIONS = Prepared(select(EventSummary.sk).where(among_given(EventSummary.event_id)))


def _touched(session: Session, known: _Head, head: _Head) -> set[int] | None:
    """The versions of all events that entries behind one may have changed; None: of any event."""
    entries = _SINCE.rows(session, seq=known.seq)
    if known.seq:
        if entries[0][0] != known.version:
            return None  # The entry that was known was lost with a server, and others came.
        entries = entries[1:]
    if len(entries) > MOST_ENTRIES or head.at is None:
        return None
    events: set[str] = set()
    for _hash, action, subject, body in entries:
        if action in OF_CLAIMS:
            events.update(filter(None, (orjson.loads(body)["event"],)))
        elif action in OF_EVENTS:
            events.update(orjson.loads(body)["events"])
        elif action == "record_event_part":
            events.add(subject)
        elif action not in OF_NONE:
            return None
    # Events that hung together with others until then are named by the entry that parted them.
    together = linked(session, events, head.at).stands_for.keys() if events else ()
    return {sk for (sk,) in _VERSIONS.rows(session, ids=[*together])} if together else set()


_RESOLUTIONS: WeakKeyDictionary[Pool, Resolutions] = WeakKeyDictionary()


def resolutions_in(engine: Engine) -> Resolutions:
    """What is remembered of a store."""
    return _RESOLUTIONS.setdefault(engine.pool, Resolutions())
