"""Cells that were made to harm: a row becomes a record or a reject, soon, whatever stands in it."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from counterclaim.importers.registry import ADAPTERS
from importers import test_acled, test_missile_attacks, test_ucdp_ged
from importing import read_all

if TYPE_CHECKING:
    from counterclaim.queries.names import Finder

LONG = 20_000
SOON_S = 5.0
"""Far more than a row takes, far less than what grows with the square of its length."""

LONG_CELLS = tuple(
    (piece * LONG)[:LONG]
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


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60)
CELLS = TEXT | st.sampled_from(ODD_CELLS) | st.integers().map(str) | st.floats().map(str)


@pytest.mark.parametrize("name", ADAPTERS)
@given(data=st.data())
@settings(max_examples=int(os.environ.get("COUNTERCLAIM_FUZZ", "25")))
def test_any_cells_make_a_record_or_a_reject(name: str, names: Finder, data: Any) -> None:
    changed = data.draw(st.dictionaries(st.sampled_from(sorted(ROWS[name])), CELLS, min_size=1))
    found = read_all(ADAPTERS[name], [{**ROWS[name], **changed}], names)
    assert found or name == "missile-attacks"
