"""Cells that were made to harm: a row becomes a record or a reject, soon, whatever stands in it."""

from __future__ import annotations

import contextlib
import json
import time
from typing import TYPE_CHECKING, Any

import pytest

from counterclaim.errors import InputError
from counterclaim.importers.geonames import COLUMNS, Dump, Wanted, opened_alternates, toponym_of
from counterclaim.importers.registry import ADAPTERS
from counterclaim.importers.tables import JSON, LONGEST_CELL, opened_file, opened_table
from counterclaim.schemas.imported import Reject
from fuzzing import NUMBERS, any_text, anything, fuzzed, words
from importers import test_acled, test_missile_attacks, test_ucdp_ged
from importing import read_all

if TYPE_CHECKING:
    from pathlib import Path
    from random import Random

    from counterclaim.queries.names import Finder

SOON_S = 5.0
"""Far more than a row takes, far less than what grows with the square of its length."""

LONG_CELLS = tuple(
    (piece * LONGEST_CELL)[:LONGEST_CELL]
    for piece in (
        *("a", "1", " ", "-", "(", ";", ",", '"', "'", "[", "{", "\u202e", "a-", "1-", ", "),
        *(" and", "a (", "1.", '"; ', "2 x ", "['", "1990-01-01,", "Military Forces of ", "кх-"),
    )
)
ODD_CELLS = (  # No table yields NUL or half a surrogate pair: importers.tables refuses them.
    *("NaN", "inf", "-1", "9" * 400, "1e999", "0x10", "٣", "½", "()", "[]", "{}"),
    *("{'a': {'b': 1}}", "['" + "[" * 300, "-" * 3000 + "1", "__import__('os')", "{'a': 1e999}"),
    *("2031-02-30", "99/99/9999", "0000-00-00", "2031-03-04 99:99", "\u2028", "=1+1", "\ufeff"),
)
PIECES = words(
    *("5", "-", ",", ";", ".", " ", "(", ")", "[", "]", "{", "}", ":", "'", '"', "/", "%", "NaN"),
    *("2031-03-04", "3/4/2031", "04.03.2031 10:30", "10:30", "Quarry", "Moth-1", "The Gazette"),
    *(" and ", "Military Forces of Aland (2010-)", "Kursk oblast", "killed", "launched", "east"),
    *("five", "several", "up to ", "strike", "50.5", "1e5", "\n", "\u00a0", "X-101/X-555"),
)
CODECS = ("utf-8", "utf-8", "utf-16", "utf-8-sig")
JSON_KEYS = ("key", "event", "said_by", "quote", "document", "counts", "places", "occurred", "x")
GEONAMES = dict.fromkeys(COLUMNS, "") | {"geonameid": "1", "name": "Vik", "asciiname": "Vik"}
GEONAMES |= {"latitude": "63.4", "longitude": "-19", "feature_class": "P", "feature": "PPL"}
ROWS: dict[str, dict[str, str]] = {
    "acled": test_acled.ROW,
    "missile-attacks": test_missile_attacks.ROW | test_missile_attacks.LAST_COLUMNS,
    "ucdp-ged": test_ucdp_ged.ROW,
    "claims": {
        "key": "a",
        "event": "E",
        "event_kind": "strike",
        "event_label": "At Quarry",
        "document_text": "Five came and two died.",
        "publisher": "gazette",
        "published": "2024-05-02",
        "quote": "Five came",
        "occurred": "2024-05-01",
        "place": "quarry",
        "latitude": "50",
        "longitude": "30",
        "munition": "moth",
        "launched": "five",
        "casualty_harm": "killed",
        "casualty_count": "2",
    },
}


@pytest.mark.parametrize("name", ADAPTERS)
def test_a_row_with_any_odd_cell_is_told_of_soon(name: str, names: Finder) -> None:
    slow = []
    for column in ROWS[name]:
        for cell in (*LONG_CELLS, *ODD_CELLS):
            begun = time.process_time()
            read_all(ADAPTERS[name], [{**ROWS[name], column: cell}], names)
            if time.process_time() - begun > SOON_S:
                slow.append((column, cell[:12]))
    assert slow == []


def some_cells(random: Random) -> dict[int, str]:
    """What stands in one to three cells, by the number of their column."""
    return {random.randrange(1000): a_cell(random) for _ in range(random.choice((1, 1, 2, 3)))}


def a_cell(random: Random) -> str:
    texts = PIECES, lambda some: str(some.choice(NUMBERS)), lambda some: some.choice(ODD_CELLS)
    text = random.choice(texts)(random).replace("\0", "")
    return text.encode("utf-8", "ignore").decode()


@pytest.mark.parametrize("name", ADAPTERS)
@fuzzed(some_cells, usual=60)
def test_any_cells_make_a_record_or_a_reject(
    cells: dict[int, str], name: str, names: Finder
) -> None:
    columns = list(ROWS[name])
    changed = {columns[number % len(columns)]: cell for number, cell in cells.items()}
    found = read_all(ADAPTERS[name], [{**ROWS[name], **changed}], names)
    assert found or name == "missile-attacks"


LINES = words(
    *(",", ";", "\t", '"', "\n", "\r\n", "key", "id", "a", "#tag", "\ufeff", "{}", '{"key": 1}'),
    *('{"key": "a", "event": {"key": "E"}}', "[" * 200, '{"a":' * 200, "1e999", "\x00", "x" * 300),
    most=30,
)


@fuzzed(lambda random: LINES(random).encode(random.choice(CODECS), "surrogatepass"))
def test_any_bytes_are_a_table_or_refused(content: bytes, names: Finder, tmp_path: Path) -> None:
    file = tmp_path / "any.csv"
    file.write_bytes(content)
    with contextlib.suppress(InputError), opened_table(file) as table:
        table.require(("key",))
        list(ADAPTERS["claims"].records(table.rows(), names))


def some_json(random: Random) -> str:
    """A claim as one line of JSON, with anything in one or two places of it."""
    claim: dict[str, Any] = {
        "key": "a",
        "event": {"key": "E", "kind": "strike", "label": "At Quarry"},
    }
    claim |= {"said_by": ["gazette"], "quote": "Five came", "document": {"text": "Five came."}}
    claim |= {"counts": [{"launched": "five"}], "places": [{"place": "quarry"}]}
    for _ in range(random.choice((1, 1, 2))):
        claim[random.choice(JSON_KEYS)] = anything(random, PIECES, JSON_KEYS)
    return json.dumps(claim, ensure_ascii=random.random() < 0.5).replace("\0", "")


@fuzzed(some_json)
def test_any_line_of_json_makes_a_record_or_a_reject(line: str, names: Finder) -> None:
    assert read_all(ADAPTERS["claims"], [{JSON: line}], names)


def some_dump(random: Random) -> bytes:
    """A line of GeoNames with anything in two of its cells, and perhaps another that is none."""
    cells = dict(GEONAMES)
    for column in random.sample(COLUMNS, 2):
        cells[column] = a_cell(random) if random.random() < 0.7 else any_text(random, 8)
    lines = ["\t".join(cells.values()), *([LINES(random)] if random.random() < 0.3 else [])]
    return "\n".join(lines).encode("utf-8", "surrogatepass")


@fuzzed(some_dump)
def test_any_line_of_geonames_makes_a_place_or_a_reject(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "IS.txt"
    path.write_bytes(content)
    with opened_file(path) as file, opened_alternates() as also, contextlib.suppress(InputError):
        for row, kind in Dump(file, Wanted()).read():
            assert toponym_of(row, kind, None).spellings
        list(also.read(file))


def test_an_event_whose_key_is_a_list_is_rejected(names: Finder) -> None:
    line = json.dumps({"key": "a", "event": {"key": []}, "quote": "x", "document": {"text": "x"}})
    (found,) = read_all(ADAPTERS["claims"], [{JSON: line}], names)
    assert isinstance(found, Reject)
