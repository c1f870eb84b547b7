"""Whatever is read from strangers ends in a value or in an error that says what would be right.

Few examples each here; ``COUNTERCLAIM_FUZZ`` says how many. Cells of data sets are in
``tests/importers/test_hostile_cells.py``.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from counterclaim.app import create_app
from counterclaim.config import Settings
from counterclaim.errors import CounterclaimError, FilterError
from counterclaim.importers.claim_file import read_claim_file
from counterclaim.moment import parse_moment, parse_window
from counterclaim.names import fold
from counterclaim.ogc.cql import parse_condition
from counterclaim.quantity import MOST, parse_quantity
from counterclaim.queries.cursors import decode
from counterclaim.schemas.incoming import ClaimFile
from counterclaim.schemas.mistakes import problems_of
from factories import article, put_world

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conftest import Databases

EXAMPLES = int(os.environ.get("COUNTERCLAIM_FUZZ", "60"))
fuzzed = settings(max_examples=EXAMPLES)


def words(*pieces: str) -> st.SearchStrategy[str]:
    """Texts made of pieces that mean something, and of anything between."""
    some = st.lists(st.sampled_from(pieces) | st.text(max_size=4), max_size=12)
    return some.map("".join) | st.text(max_size=80)


QUANTITIES = words(
    *("at least ", "more than ", "up to ", "about ", "five", "several", "dozens", "a ", "no ", "-"),
    *(
        "12",
        "3-5",
        "1,000",
        "0",
        "½",
        "٣",
        "hundred",
        "thousand",
        " and ",
        " or ",
        "S-300",
        "9" * 30,
    ),
)
MOMENTS = words(
    *(
        "2024",
        "-11",
        "-23",
        "/",
        "..",
        "~",
        "?",
        "%",
        "X",
        "T10:00",
        "Z",
        "+02:00",
        "-21",
        "[",
        "]",
    ),
    *("{", "}", ",", "Y17e7", "0000", "9999", "-0001", "99", " ", "W12"),
)
CQL = words(
    *(
        "label",
        "=",
        "'a'",
        " AND ",
        " OR ",
        "NOT ",
        "(",
        ")",
        "launched",
        ">",
        "5",
        " LIKE ",
        " IN ",
    ),
    *("S_INTERSECTS(geometry,POINT(1 2))", "T_AFTER(", "DATE('2024-01-01')", "IS NULL", "CASEI("),
)


@fuzzed
@given(QUANTITIES)
def test_words_are_a_quantity_or_refused(text: str) -> None:
    try:
        found = parse_quantity(text)
    except CounterclaimError:
        return
    bounds = [end for end in (found.low, found.high) if end is not None]
    assert bounds == sorted(bounds)
    assert all(0 <= end <= MOST for end in bounds)


@fuzzed
@given(MOMENTS)
def test_a_text_is_a_moment_or_refused(text: str) -> None:
    for read in (parse_moment, parse_window):
        try:
            found = read(text)
        except CounterclaimError:
            continue
        if found.start is not None and found.end is not None:
            assert found.start <= found.end


@fuzzed
@given(words("х", "S-", "300", "ый", "ii", "yo", "’", "–", "ß", "İ", "ﬁ", "́", "Kh-"))
def test_names_fold_to_themselves(text: str) -> None:
    once = fold(text)
    assert fold(once) == once
    assert once.isascii()


@fuzzed
@given(st.text(max_size=60) | st.binary(max_size=40).map(lambda some: some.hex()))
def test_what_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(CounterclaimError):
        decode(text, {"path": "/v1/claims"}, (int,))


@fuzzed
@given(CQL)
def test_a_filter_is_read_or_refused(text: str) -> None:
    try:
        parse_condition("filter", text)
    except FilterError:
        return


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | QUANTITIES,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["exact", "low", "edtf", "key", "ref", "x"]), inner, max_size=3
        )
    ),
    max_leaves=6,
)


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


@fuzzed
@given(st.sampled_from(PLACES), ANYTHING)
def test_a_claim_file_with_anything_in_it_is_read_or_told_where_it_is_wrong(
    path: tuple[Any, ...], value: Any
) -> None:
    body = article()
    put(body, path, value)
    try:
        ClaimFile.model_validate(body)
    except ValidationError as error:
        problems = problems_of(error.errors(), body, ClaimFile)
        assert problems
        assert all(problem.detail for problem in problems)


@fuzzed
@given(
    words("claims: ", "[", "]", "{", "}", "&a ", "*a", "\n", "- ", "!!", "|", '"', "? ", ": ", "\t")
)
def test_a_file_is_a_claim_file_or_refused(tmp_path_factory: Any, text: str) -> None:
    file: Path = tmp_path_factory.getbasetemp() / "fuzzed.yaml"
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


@settings(max_examples=max(20, EXAMPLES // 50))
@given(
    st.sampled_from(["/v1/claims", "/v1/strikes", "/v1/changes", "/v1/sources", "/codebook"]),
    ACCEPTED.map(lambda text: text.encode("ascii", "ignore").decode()),
    st.none() | st.sampled_from(["csv", "json", "geojson", "html", "ndjson"]) | st.text(max_size=5),
)
def test_any_format_is_given_or_refused(
    client: TestClient, path: str, accept: str, form: str | None
) -> None:
    text = "".join(char for char in accept if char.isprintable())
    asked = {} if form is None else {"f": form}
    answer = client.get(path, params=asked, headers={"Accept": text.strip() or "*/*"})
    assert answer.status_code in {200, 422}
