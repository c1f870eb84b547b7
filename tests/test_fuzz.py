"""Whatever is read from strangers ends in a value or in an error that says what would be right.

Some hundred inputs each here; ``COUNTERCLAIM_FUZZ`` says how many. Cells of data sets are in
``tests/importers/test_hostile_cells.py``.
"""

from __future__ import annotations

import base64
import contextlib
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import anyio
import orjson
import pytest
from fastapi.testclient import TestClient
from pydantic import ValidationError
from sqlalchemy import select

from counterclaim.app import create_app
from counterclaim.config import Settings
from counterclaim.db import reading
from counterclaim.errors import CounterclaimError, FilterError
from counterclaim.importers.claim_file import read_claim_file
from counterclaim.models import Claim, EventSummary
from counterclaim.moment import parse_moment, parse_window
from counterclaim.names import fold
from counterclaim.ogc.cql import ClaimTerms, EventTerms, parse_condition, translate
from counterclaim.quantity import MOST, parse_quantity
from counterclaim.queries.cursors import decode, fingerprint
from counterclaim.schemas.incoming import ClaimFile
from counterclaim.schemas.mistakes import problems_of
from factories import article, put_world
from fuzzing import any_text, anything, fuzzed, words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from random import Random

    from sqlalchemy import Engine, Select
    from sqlalchemy.orm import Session
    from starlette.types import ASGIApp, Message

    from conftest import Databases
    from counterclaim.ogc.cql import Terms

QUANTITIES = words(
    *("at least ", "more than ", "up to ", "about ", "five", "several", "dozens", "a ", "no ", "-"),
    *("12", "3-5", "1,000", "0", "½", "٣", "hundred", "thousand", " and ", " or ", "S-300"),
    *("9" * 30, "9" * 5000, "between ", " to ", "half ", "%", "+", "."),
)
MOMENTS = words(
    *("2024", "-11", "-23", "/", "..", "~", "?", "%", "X", "T10:00", "Z", "+02:00", "-21", "["),
    *("]", "{", "}", ",", "Y17e7", "0000", "9999", "-0001", "99", " ", "W12", ":60", "S2", "1e9"),
)
CQL = words(
    *("label", "=", "'a'", " AND ", " OR ", "NOT ", "(", ")", "launched_low", ">", "5", " LIKE "),
    *(" IN ", "S_INTERSECTS(geometry,POINT(1 2))", "BBOX(1,2,3,4)", "T_AFTER(", "IS NULL"),
    *(
        "DATE('2024-01-01')",
        "CASEI(",
        "kind",
        "occurred",
        "'strike'",
        "disputed",
        "<>",
        " BETWEEN ",
    ),
    *("TIMESTAMP('2024-01-01T00:00:00Z')", "weapon='Zeta-9'", "label LIKE '%a_'", "-", ",", "TRUE"),
)


@fuzzed(QUANTITIES)
def test_words_are_a_quantity_or_refused(text: str) -> None:
    try:
        found = parse_quantity(text)
    except CounterclaimError:
        return
    bounds = [end for end in (found.low, found.high) if end is not None]
    assert bounds == sorted(bounds)
    assert all(0 <= end <= MOST for end in bounds)


@fuzzed(MOMENTS)
def test_a_text_is_a_moment_or_refused(text: str) -> None:
    for read in (parse_moment, parse_window):
        try:
            found = read(text)
        except CounterclaimError:
            continue
        if found.start is not None and found.end is not None:
            assert found.start <= found.end


@fuzzed(words("х", "S-", "300", "ый", "ii", "yo", "’", "–", "ß", "İ", "ﬁ", "\u0301", "Kh-"))
def test_names_fold_to_themselves(text: str) -> None:
    once = fold(text)
    assert fold(once) == once
    assert once.isascii()


QUERY = {"path": "/v1/claims"}


def some_cursor(random: Random) -> str:
    """Any text, and what looks like a cursor of the query to all but the last look."""
    if random.random() < 0.5:
        return any_text(random)
    instant = MOMENTS(random) if random.random() < 0.3 else "2024-05-02T00:00:00Z"
    after = [anything(random, QUANTITIES, "ab") for _ in range(random.randint(0, 2))]
    content = orjson.dumps([fingerprint(QUERY), *map(plain, [instant, *after])])
    return base64.urlsafe_b64encode(content).decode()[: random.choice((None, -1, -2))]


def plain(value: Any) -> Any:
    """A value as orjson writes it: no half of a surrogate pair, no number beyond 64 bits."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    return value if isinstance(value, int | float) and abs(value) < 2**63 else str(value)[:9]


@fuzzed(some_cursor)
def test_what_is_no_cursor_is_refused(text: str) -> None:
    try:
        found = decode(text, fingerprint(QUERY), (int,))
    except CounterclaimError:
        return
    (after,) = found.after
    assert type(after) is int
    assert found.known_at.tzinfo is not None
    with pytest.raises(CounterclaimError):
        decode(text, fingerprint({**QUERY, "kind": "strike"}), (int,))


NAMES = (
    *("label", "occurred", "attacker", "grade", "launched_low", "kind", "weapon", "disputed"),
    *("scope", "region", "stance", "polarity", "said", "claimant", "geometry", "nothing"),
)
VALUES = (
    *("5", "-1", "0.5", "1e400", "9" * 25, "'a'", "''", "'%'", "TRUE", "label", "'strike'"),
    *("'Zeta-9'", "DATE('2024-05-01')", "DATE('0000-00-00')", "'\x00'", "'RU'", "NULL"),
    *("TIMESTAMP('2024-05-01T00:00:00Z')", "DATE('9999-12-31')", "5 + 5", "('a', 5)"),
)


def some_filter(random: Random) -> str:
    """Half are made of pieces, half of conditions that are well formed."""
    return CQL(random) if random.random() < 0.5 else some_condition(random)


def some_condition(random: Random) -> str:
    if random.random() < 0.2:
        joined = random.choice((" AND ", " OR ", " and not ")).join
        return f"NOT ({joined(some_condition(random) for _ in range(2))})"
    name, values = random.choice(NAMES), [random.choice(VALUES) for _ in range(2)]
    operator = random.choice(("=", "<>", "<", ">=", "IN", "LIKE", "BETWEEN", "IS NULL", "BBOX"))
    if operator == "IN":
        return f"{name} {random.choice(('', 'NOT '))}IN ({', '.join(values)})"
    if operator == "BETWEEN":
        return f"{name} BETWEEN {' AND '.join(values)}"
    if operator == "BBOX":
        return f"S_INTERSECTS({name}, BBOX({','.join(random.choices(VALUES[:5], k=4))}))"
    return f"{name} IS NULL" if operator == "IS NULL" else f"{name} {operator} {values[0]}"


@fuzzed(some_filter)
def test_a_filter_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(FilterError):
        parse_condition("filter", text)


@pytest.fixture
def layers(seed_to_read: Engine) -> Iterator[list[tuple[Session, Terms, Select[Any]]]]:
    """What can be asked for of each layer, and what to select of it."""
    with reading(seed_to_read) as session:
        yield [
            (session, EventTerms(session), select(EventSummary.sk)),
            (session, ClaimTerms(session), select(Claim.id)),
        ]


@fuzzed(some_condition)
def test_a_condition_selects_or_is_refused(
    text: str, layers: list[tuple[Session, Terms, Select[Any]]]
) -> None:
    for session, terms, selected in layers:
        with contextlib.suppress(FilterError):
            condition = translate("filter", text, terms)
            session.execute(selected.where(condition).limit(1)).all()


def places_in(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to everything in a body."""
    if isinstance(node, dict | list):
        for key, value in node.items() if isinstance(node, dict) else enumerate(node):
            yield (*path, key)
            yield from places_in(value, (*path, key))


def put(body: Any, path: tuple[Any, ...], value: Any) -> None:
    for key in path[:-1]:
        body = body[key]
    body[path[-1]] = value


PLACES = list(places_in(article()))
KEYS = ("exact", "low", "high", "edtf", "key", "ref", "x", "said", "start", "")


def some_claim_file(random: Random) -> dict[str, Any]:
    """A claim file with anything in one place of it, at times in two."""
    body = article()
    for path in random.sample(PLACES, random.choice((1, 1, 2))):
        with contextlib.suppress(LookupError, TypeError):  # The other took its place away.
            put(body, path, anything(random, random.choice((QUANTITIES, MOMENTS)), KEYS))
    return body


@fuzzed(some_claim_file)
def test_a_claim_file_with_anything_in_it_is_read_or_told_where_it_is_wrong(
    body: dict[str, Any],
) -> None:
    try:
        ClaimFile.model_validate(body)
    except ValidationError as error:
        problems = problems_of(error.errors(), body, ClaimFile)
        assert problems
        assert all(problem.detail for problem in problems)


@fuzzed(
    words(
        *("claims: ", "[", "]", "{", "}", "&a ", "*a", "\n", "- ", "!!", "|", '"', "? ", ": "),
        *("\t", "\n  ", "quote: ", "document:\n  text: ", "!!int ", "!!binary ", "<<: ", "%YAML 9"),
    )
)
def test_a_file_is_a_claim_file_or_refused(text: str, tmp_path: Path) -> None:
    file = tmp_path / "fuzzed.yaml"
    file.write_bytes(text.encode(errors="surrogatepass"))
    try:
        read_claim_file(file)
    except CounterclaimError:
        return


@pytest.fixture(scope="module")
def client(sqlite_databases: Databases) -> Iterator[TestClient]:
    with sqlite_databases.filled(put_world) as engine:
        url = engine.url.render_as_string(hide_password=False)
        with TestClient(create_app(Settings(database_url=url, rate_limit=""))) as made:
            yield made


ACCEPTED = words("text/csv", "application/json", ";q=", "0.5", "*/*", ",", "nan", "-1", "xlsx", ";")
LISTS = ("/v1/claims", "/v1/strikes", "/v1/changes", "/v1/sources", "/ogc/collections")
FORMS = ("csv", "json", "geojson", "html", "ndjson", "xlsx", "parquet", "JSON", "")


def some_wish(random: Random) -> tuple[str, str, str | None]:
    """An address, what is accepted, and perhaps a format."""
    accepted = ACCEPTED(random).encode("ascii", "ignore").decode()
    header = "".join(filter(str.isprintable, accepted)).strip()
    odd = any_text(random, 5) if random.random() < 0.8 else FORMS[0] + any_text(random, 1)
    form = random.choices((None, random.choice(FORMS), odd), (1, 3, 6))[0]
    sendable = None if form is None else form.encode("utf-8", "replace").decode()
    return random.choice(LISTS), header, sendable


@fuzzed(some_wish, usual=40)
def test_any_format_is_given_or_refused(
    wish: tuple[str, str, str | None], client: TestClient
) -> None:
    path, accept, form = wish
    query = urlencode({"limit": 1} if path.startswith("/v1") else {})
    if form is not None:
        query += f"&{urlencode({'f': form})}"
    refused = 400 if path.startswith("/ogc") else 422  # As that standard has it.
    assert client.portal is not None
    assert client.portal.call(ask, client.app, path, query, accept) in {200, refused}


async def ask(app: ASGIApp, path: str, query: str, accept: str) -> int:
    """The status of an answer, without what a client spends on each, which is more than that."""
    statuses = []
    sent: list[Message] = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> Message:
        if not sent:  # Who streams waits here for a client that goes away.
            await anyio.sleep_forever()
        return sent.pop()

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    headers = [(b"host", b"testserver"), (b"accept", accept.encode() or b"*/*")]
    given = {"path": path, "raw_path": path.encode(), "query_string": query.encode()}
    server = {"scheme": "http", "server": ("testserver", 80), "client": ("testclient", 1)}
    kind = {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET"}
    await app({**kind, **server, **given, "root_path": "", "headers": headers}, receive, send)
    (status,) = statuses
    return int(status)
