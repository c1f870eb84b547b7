"""The short way to the lists of events and to one event: in the event loop, from kept connections.

It answers what is stored, to everybody and as JSON, and under other policies what is resolved from
that in a thread; whatever else is asked for, or wrong, goes the long way through the route, which
answers the same with the same tag.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import lru_cache, partial
from time import monotonic
from typing import Any
from urllib.parse import parse_qsl

from anyio import to_thread
from fastapi import Request, Response
from pydantic import ValidationError
from sqlalchemy import Engine
from starlette.types import Scope

from counterclaim.config import Settings
from counterclaim.db import is_id, reading
from counterclaim.deps import (
    APPLIED,
    ListQuery,
    allowed_age,
    header_of,
    is_current,
    not_modified,
    path_of,
    send_json,
    send_page,
    version_tag,
)
from counterclaim.errors import CounterclaimError
from counterclaim.queries.asof import STORED_POLICY, View, Wish, store_version
from counterclaim.queries.conditions import check_policy
from counterclaim.queries.cursors import decode
from counterclaim.queries.event_pages import (
    Counts,
    Given,
    PageSql,
    Place,
    find_page,
    for_driver,
)
from counterclaim.queries.event_sql import Sql
from counterclaim.queries.events import counts_in, page_of
from counterclaim.queries.filters import EventFilter
from counterclaim.queries.known import Known, Recalled
from counterclaim.queries.pages import Slice, Window
from counterclaim.queries.resolutions import (
    Resolution,
    Resolutions,
    State,
    resolutions_in,
)
from counterclaim.queries.resolved import resolved_events
from counterclaim.reader import PostgresReader, Reader, UnansweredError, make_reader
from counterclaim.replicas import Replicas

PREPARED, LONGEST_PREPARED = 500, 500
"""So many different queries are kept as they were read, of so many bytes at most.

Each may take some ten kilobytes with the statement of its first page.
"""

LONGEST_PAGE = 200
"""Longer pages hold the loop up for too long."""

ACCEPTED = frozenset({b"*/*", b"application/json"})
"""What an answer of the short way is asked for as."""

TELLING = frozenset({b"accept", b"authorization", b"content-length", b"transfer-encoding"})
"""Headers of who wants something else, is somebody, or sends something."""

LONG_WAY = frozenset({"f", "fields", "rows", "stream", "count", "claimed_by", "cursor"})
"""Parameters that ask for what is not made of stored documents alone.

A cursor is read apart; one whose name is written otherwise is too rare to be looked for.
"""

CURSOR = b"cursor="
PLAIN = re.compile(rb"[\w-]{1,2000}")
"""A cursor as it was given out; whatever else is told by the long way to be none."""

SHORT_SORTS = {"-occurred": True, "occurred": False}
"""Orders that the sort key has, and whether it descends."""


KEPT_S = 300.0
"""A statement that was made for a query is used again for so long."""


@dataclass(slots=True)
class Asking:
    """A query of a list as it was read, its first page, and the statements of all its pages."""

    given: EventFilter
    window: Window
    place: Place
    pages: list[tuple[PageSql, float]] = field(default_factory=list)

    @property
    def wish(self) -> Wish:
        """The state that is asked for."""
        return self.window.wish

    def kept_for(self, place: Place) -> PageSql | None:
        """A statement that reads a page of this list, if one is kept.

        What names meant at an instant they mean ever since, if it is kept at all.
        """
        for page, until in self.pages:
            lasting = page.since is None or (place.at is not None and place.at >= page.since)
            if lasting and page.fits(place):
                return page if monotonic() < until else None
        return None

    def keep(self, page: PageSql) -> None:
        """Keep a statement for a while, in place of those that read the same pages."""
        others = [one for one in self.pages if one[0].shape != page.shape]
        self.pages = [*others, (page, monotonic() + KEPT_S)]


@dataclass(slots=True)
class Quick:
    """What the short way needs: connections, and what it remembers."""

    engine: Engine
    settings: Settings
    reader: Reader
    counts: Counts
    resolutions: Resolutions
    replicas: Replicas | None = None
    known: Known = field(default_factory=Known)
    read: dict[tuple[str, bytes], Asking] = field(default_factory=dict)
    is_open: bool = False

    @classmethod
    def of(cls, engine: Engine, settings: Settings) -> Quick:
        """The short way into a store, not open yet."""
        half = max(1, settings.cache_mib // 2)
        reader = make_reader(engine, pool_size=settings.pool_size, cache_mib=half)
        return cls(engine, settings, reader, counts_in(engine), resolutions_in(engine))

    @classmethod
    def of_standbys(cls, replicas: Replicas, settings: Settings) -> Quick:
        """The same into the standbys of a store; ``within`` says how old they may be."""
        quick = cls.of(replicas.engine, settings)
        quick.replicas = replicas
        return quick

    def within(self, age_s: float) -> Quick:
        """Into a standby that is at most so many seconds old, if there is one."""
        assert self.replicas is not None  # noqa: S101 - for the type checker
        assert isinstance(self.reader, PostgresReader)  # noqa: S101 - as above
        return replace(self, reader=self.reader.judged(self.replicas.serves_within(age_s)))

    async def open(self) -> None:
        """Be ready to answer."""
        await self.reader.open()
        self.is_open = True

    async def close(self) -> None:
        """Answer nothing any more."""
        self.is_open = False
        await self.reader.close()

    def may_answer(self, scope: Scope) -> bool:
        """Whether a request is anybody's for JSON."""
        for name, value in scope["headers"]:
            if name in TELLING and not (name == b"accept" and value in ACCEPTED):
                return False
        return self.is_open and self.settings.public_reads

    async def fetch(self, statement: Sql) -> Sequence[Sequence[Any]]:
        """The rows of a statement."""
        return await self.reader.fetch(self._as_given(statement))

    async def fetch_beside(
        self, one: Sql, other: Given
    ) -> tuple[Sequence[Any] | None, Sequence[Sequence[Any]]]:
        """The row of one statement and the rows of another, in the same state."""
        return await self.reader.fetch_beside(self._as_given(one), other)

    def _as_given(self, statement: Sql) -> Given:
        return for_driver(statement, self.reader.engine_name)


ShortWay = Callable[[Quick, Request, str], Coroutine[Any, Any, Response | None]]
"""Answers a request, given what stands behind the path; None where the long way has to be gone."""


@dataclass(frozen=True, slots=True)
class Way:
    """A route as far as the short way knows it.

    Attributes:
        path: As the route has it.
        begins: How the paths begin that it answers; what stands behind that is an id.
        responses: As the route describes them.
        answer: The short way.
    """

    path: str
    begins: str
    responses: dict[int | str, dict[str, Any]]
    answer: ShortWay


class ShortWays:
    """The short ways of an application, by the beginnings of their paths."""

    def __init__(self, ways: Sequence[Way], quick: Quick, standbys: Quick | None = None) -> None:
        self.ways = {way.begins: way for way in ways}
        self.quick, self.standbys = quick, standbys

    async def __call__(self, scope: Scope) -> Response | None:
        """The answer to a request; None where the long way has to be gone, as with mistakes."""
        way, rest = self._way(scope)
        if way is None or not self.quick.may_answer(scope):
            return None
        request = Request(scope)
        age = None if self.standbys is None else allowed_age(request)
        quick = self.quick if self.standbys is None or age is None else self.standbys.within(age)
        try:
            response = await way.answer(quick, request, rest)
        except (CounterclaimError, UnansweredError):
            return None
        if response is not None:
            scope["route"] = way
            if age is not None:
                scope[APPLIED] = lambda: f"max-age={age}"
        return response

    def _way(self, scope: Scope) -> tuple[Way | None, str]:
        """The short way of a path, and what stands behind its beginning."""
        if scope["method"] != "GET":
            return None, ""
        path = path_of(scope)
        if path in self.ways:
            return self.ways[path], ""
        begins, slash, rest = path.rpartition("/")
        return (self.ways.get(begins + slash), rest) if rest else (None, "")


async def answer_page(
    quick: Quick,
    request: Request,
    model: type[ListQuery],
    narrowed: Callable[[Any], EventFilter],
) -> Response | None:
    """A page of events; None where the long way has to be gone."""
    asked = _asked(quick, request, model, narrowed)
    if asked is None:
        return None
    asking, place = asked
    if header_of(request.scope, b"if-none-match"):
        ((version,),) = await quick.fetch(NEWEST)
        if is_current(request, tag := version_tag(as_text(version))):
            return not_modified(request, tag)
    head, rows = await _found(quick, asking, place)
    pinned = None if place.after is None else place.at
    shown = page_of(rows, asking.window, place, pinned or _instant(head[1]))
    texts = await _texts(quick, asking.wish.policy, shown, as_text(head[0]))
    if texts is None:
        return None
    return send_page(request, shown, texts, version_tag(as_text(head[0])))


async def _texts(
    quick: Quick, policy: str, page: Slice[tuple[int, Any]], version: str
) -> list[bytes] | None:
    """The events of a page under a policy; those not resolved yet are so in a thread.

    Raises:
        CounterclaimError: there is no such policy, or the store has moved on.
    """
    if policy == STORED_POLICY:
        return [document for _sk, document in page.items]
    documents = {sk: as_text(document) for sk, document in page.items}
    state = State(version, page.known_at, policy)
    found = quick.resolutions.find(state, documents)
    if not documents or len(found) < len(documents):
        found = await to_thread.run_sync(partial(_resolve, quick, state, documents))
    if len(found) < len(documents):
        return None
    return [found[sk].shown(text, policy).encode() for sk, text in documents.items()]


def _resolve(quick: Quick, state: State, documents: Mapping[int, str]) -> dict[int, Resolution]:
    view = View(state.known_at, policy=state.policy)
    with reading(quick.engine) as session:
        check_policy(session, view)
        if store_version(session) != state.store:
            raise UnansweredError
        return resolved_events(session, view, documents)


def _asked(
    quick: Quick,
    request: Request,
    model: type[ListQuery],
    narrowed: Callable[[Any], EventFilter],
) -> tuple[Asking, Place] | None:
    """The query of a list, and which page of it; None where the long way has to be gone.

    It is kept without its cursor: further pages are read from where that says.
    """
    query, cursors = request.scope["query_string"], []
    if CURSOR in query:
        parts = query.split(b"&")
        cursors = [part for part in parts if part.startswith(CURSOR)]
        query = b"&".join(part for part in parts if not part.startswith(CURSOR))
    key = request.scope["path"], query
    asking = quick.read.get(key)
    if asking is None:
        asking = _read(request, query, model, narrowed)
        if asking is None:
            return None
        if len(query) <= LONGEST_PREPARED:
            if len(quick.read) >= PREPARED:
                quick.read.clear()
            quick.read[key] = asking
    place = _turned(asking, cursors)
    return None if place is None else (asking, place)


def _turned(asking: Asking, cursors: Sequence[bytes]) -> Place | None:
    """The page behind a cursor, if there is one, or else the first.

    Raises:
        CursorError: it is none, or that of another query.
    """
    if not cursors:
        return asking.place
    text = cursors[0].removeprefix(CURSOR)
    if len(cursors) > 1 or PLAIN.fullmatch(text) is None:
        return None
    cursor = decode(text.decode(), asking.window.owner, (int,))
    at = asking.wish.pinned(cursor.known_at).known_at
    return replace(asking.place, after=int(cursor.after[0]), at=at)


async def _found(quick: Quick, asking: Asking, place: Place) -> tuple[Sequence[Any], Sequence[Any]]:
    """The state of the store, and the rows of the page in it.

    Raises:
        UnansweredError: nothing was written yet, or names are given anew all the time.
    """
    newest = _head(asking.wish.known_at)
    for _try in range(2):
        page, needed = await _page(quick, asking, place)
        head, found = await quick.fetch_beside(newest, page.given(page.quick, place))
        rows = page.settled(found, place.limit)
        if rows is None and page.sure is not None:
            head, rows = await quick.fetch_beside(newest, page.given(page.sure, place))
        if head is not None and rows is not None and needed in {None, as_text(head[0])}:
            return head, rows
    raise UnansweredError


async def answer_event(
    quick: Quick, request: Request, event_id: str, kind: str | None = None
) -> Response | None:
    """One event; None where the long way has to be gone."""
    if request.scope["query_string"] or not is_id(event_id):
        return None
    rows = await quick.fetch(Sql(_ONE, (event_id.lower(),)))
    if not rows or (kind is not None and as_text(rows[0][1]) != kind):
        return None
    ((version, _kind, document),) = rows
    return send_json(request, document, tag=version_tag(as_text(version)))


NEWEST = Sql("SELECT hash FROM ledger_entry ORDER BY seq DESC LIMIT 1")
_ONE = (
    "SELECT h.hash, e.kind, e.document"
    " FROM (SELECT hash FROM ledger_entry ORDER BY seq DESC LIMIT 1) AS h"
    " CROSS JOIN event_summary AS e WHERE e.event_id = ? AND e.valid_to IS NULL"
)


def _read(
    request: Request,
    text: bytes,
    model: type[ListQuery],
    narrowed: Callable[[Any], EventFilter],
) -> Asking | None:
    """The query of a list in these words; None where it is wrong or goes the long way."""
    given: dict[str, Any] = {}
    fields = _fields(model)
    for name, value in parse_qsl(text.decode("latin-1"), keep_blank_values=True):
        several = fields.get(name)
        if several is None or name in LONG_WAY or (name in given and not several):
            return None
        if several:
            given.setdefault(name, []).append(value)
        else:
            given[name] = value
    try:
        query = model.model_validate(given)
    except ValidationError:
        return None
    descending = SHORT_SORTS.get(getattr(query, "sort", ""))
    if descending is None or query.limit > LONGEST_PAGE:
        return None
    window, asked = query.page(request), narrowed(query)
    if window.wish.policy != STORED_POLICY and asked.hangs_on_policy:
        return None
    first = Place(window.limit + 1, None, window.wish.known_at, descending)
    return Asking(asked, window, first)


@lru_cache
def _fields(model: type[ListQuery]) -> dict[str, bool]:
    """The parameters of a list, and whether they may stand more than once."""
    return {
        field.alias or name: field.default_factory is not None or isinstance(field.default, list)
        for name, field in model.model_fields.items()
    }


async def _page(quick: Quick, asking: Asking, place: Place) -> tuple[PageSql, str | None]:
    """The statement that reads the page, and the version of the store for which alone it does."""
    kept = asking.kept_for(place)
    if kept is not None:
        return kept, None
    recalled = await _recall(quick, asking, place.at)
    steps = find_page(recalled.wanted, place, quick.reader.engine_name, quick.counts)
    rows: Any = None
    while True:
        try:
            statement = steps.send(rows)
        except StopIteration as end:
            page: PageSql = end.value
            break
        rows = await quick.fetch(statement)
    if recalled.version is None:
        asking.keep(page)
    return page, recalled.version


async def _recall(quick: Quick, asking: Asking, at: datetime | None) -> Recalled:
    """The filter with its names looked up, in a thread where they were not before."""
    recalled = quick.known.recall(asking.given, at)
    if recalled is None or recalled.version is not None:
        await to_thread.run_sync(partial(_learn, quick, asking, at))
        recalled = quick.known.recall(asking.given, at)
    if recalled is None:
        raise UnansweredError
    return recalled


def _learn(quick: Quick, asking: Asking, at: datetime | None) -> None:
    with reading(quick.engine) as session:
        view = replace(asking.wish, known_at=at).view(session)
        quick.known.learn(session, asking.given, view.known_at, store_version(session))


def _head(known_at: datetime | None) -> Sql:
    """The version of the store, and the instant of the last write, or of the last up to one."""
    newest = "SELECT hash, at FROM ledger_entry ORDER BY seq DESC LIMIT 1"
    if known_at is None:
        return Sql(newest)
    last = "SELECT at FROM ledger_entry WHERE at <= ? ORDER BY at DESC LIMIT 1"
    text = f"SELECT n.hash, k.at FROM ({newest}) AS n CROSS JOIN ({last}) AS k"  # noqa: S608
    return Sql(text, (known_at,))


def as_text(value: bytes) -> str:
    """A text as the readers give it."""
    return value.decode()


def _instant(value: bytes | datetime) -> datetime:
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    return datetime.fromisoformat(value.decode()).replace(tzinfo=UTC)
