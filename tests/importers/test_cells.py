"""Numbers, lists and literals of cells: what was written is read back, nothing is made up."""

from __future__ import annotations

import contextlib
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterclaim.errors import InputError
from counterclaim.importers.cells import (
    CellError,
    Cells,
    read_count,
    read_list,
    read_literal,
    read_real,
    read_whole,
)
from counterclaim.importers.tables import TableRow

names = st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)
values = st.one_of(st.none(), st.integers(-9, 999), names)


@given(st.integers(-(10**9), 10**9))
def test_integers_and_the_same_with_a_point_are_one_number(number: int) -> None:
    assert read_whole(str(number)) == read_whole(f"{number}.0") == read_whole(f" {number} ")


@pytest.mark.parametrize("cell", ["", "  ", "NaN", "nan", "None"])
def test_an_empty_cell_is_no_number_rather_than_0(cell: str) -> None:
    assert read_real(cell) is read_whole(cell) is read_count(cell) is read_literal(cell) is None


@pytest.mark.parametrize("cell", ["many", "1,5", "12 drones", "0x10", "inf", "1e999", "٣"])
def test_what_is_no_number_is_refused_with_what_would_be_right(cell: str) -> None:
    with pytest.raises(InputError, match="write digits"):
        read_real(cell)


def test_a_count_has_no_fraction_and_no_sign() -> None:
    with pytest.raises(InputError, match="whole"):
        read_count("2.5")
    with pytest.raises(InputError, match="less than 0"):
        read_count("-1")


@given(st.dictionaries(names, values, max_size=5))
def test_a_dictionary_is_read_as_it_was_written(table: dict[str, object]) -> None:
    assert read_literal(repr(table)) == table


@given(st.lists(names, max_size=5))
def test_a_list_is_read_as_it_was_written(items: list[str]) -> None:
    assert read_literal(repr(items)) == items


def test_nan_in_a_dictionary_is_unknown_and_in_a_name_stays() -> None:
    written = repr({"south": 5, "NaN, east": math.nan}).replace("nan}", "NaN}")
    assert read_literal(written) == {"south": 5, "NaN, east": None}


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(cell: str) -> None:
    with contextlib.suppress(InputError):
        read_literal(cell)


@pytest.mark.parametrize(
    "cell", ["['a', b oblast']", "__import__('os')", "{1: 2}", "print(1)", "{**a}", "(" * 9000]
)
def test_what_is_no_literal_is_refused_and_never_run(cell: str) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_literal(cell)


def test_lists_lose_blanks_and_empty_parts() -> None:
    assert read_list(" One; ;Two ;") == ["One", "Two"]


def test_a_mistake_names_its_column() -> None:
    cells = Cells(TableRow(7, {"latitude": "91"}))
    with pytest.raises(CellError, match="from -90 to 90") as refusal:
        cells.degrees("latitude", 90)
    reject = cells.reject(refusal.value.column, refusal.value.reason, "K1")
    assert (reject.line, reject.key, reject.column, reject.value) == (7, "K1", "latitude", "91")
