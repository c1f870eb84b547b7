"""The writers by themselves, and the columns that they share."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pyarrow.parquet as pq
from hypothesis import given
from hypothesis import strategies as st

from counterclaim.export import columns, workbook, xlsx
from counterclaim.export.batches import About, Batch
from counterclaim.export.columns import Column
from counterclaim.export.csv import stream_csv
from counterclaim.export.parquet import stream_parquet
from counterclaim.queries.claims import FIGURE_COLUMNS
from counterclaim.tables import Lines, Table, csv_lines

if TYPE_CHECKING:
    import pytest

    from counterclaim.tables import Line


AT = datetime(2024, 5, 1, tzinfo=UTC)
DOCS = Path(__file__).parents[2] / "docs" / "exporting.md"
starts = st.sampled_from(["=", "+", "-", "@", "\t", "\r", "", '"', ",", "\n"])
cells = st.tuples(starts, st.text(st.sampled_from("=+-@\t\r\n\"',;1aж"), max_size=8)).map("".join)


@given(st.lists(cells, min_size=1, max_size=5))
def test_no_cell_of_csv_starts_a_formula_and_its_words_come_back(given_cells: list[str]) -> None:
    rows = Table([given_cells, [-1] * len(given_cells)])
    (content,) = stream_csv([Batch(rows, AT)], ["text", "number"])
    assert content.endswith(b"\r\n")
    _head, *read = csv.reader(io.StringIO(content.decode(), newline=""))
    assert [number for _text, number in read] == ["-1"] * len(rows)
    for (shown, _number), cell in zip(read, given_cells, strict=True):
        assert not shown.startswith(("=", "+", "-", "@", "\t", "\r"))
        assert shown.removeprefix("'") == cell.removeprefix("'")


numbers = st.none() | st.integers() | st.floats(allow_nan=False)
values = st.none() | st.text(st.sampled_from('b\n",ж '), max_size=4) | st.booleans() | numbers


@given(st.lists(st.tuples(values, values, st.none() | st.integers()), max_size=6))
def test_csv_is_what_the_standard_library_writes(lines: list[Line]) -> None:
    (content,) = stream_csv([Batch(Table.of(lines, 3), AT)], ["a", "b", "c"])
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["a", "b", "c"])
    for line in lines:
        writer.writerow([str(cell).lower() if isinstance(cell, bool) else cell for cell in line])
    assert content.decode() == out.getvalue()


instants = st.sampled_from([None, "2024-05-01T04:30:00Z", "2024-05-01T04:30:00.000001Z"])
texts = st.none() | cells | st.sampled_from(["NA", "null", "true", "1", " ", "\u2028"])
TYPED = (
    *(Column(name, "text", "") for name in "ab"),
    *(Column(kind, kind, "") for kind in ("integer", "number", "boolean", "instant")),
)
typed_rows = st.tuples(
    *(texts, texts, st.none() | st.integers(-(2**63), 2**63 - 1)),
    *(st.none() | st.floats(allow_nan=False, allow_infinity=False), st.none() | st.booleans()),
    instants,
)


@given(st.lists(typed_rows, min_size=1, max_size=6))
def test_lines_that_are_exact_are_the_same_cells_in_parquet(lines: list[Line]) -> None:
    table, about = Table.of(lines, len(TYPED)), About("t", "q")
    odd = table.ambiguous()
    told = [line for number, line in enumerate(lines) if number not in odd]
    if not told:
        return
    kept = Table.of(told, len(TYPED))
    assert not kept.ambiguous()
    written = Lines.joined([(line.encode(), 1, True) for line in csv_lines(kept)])
    files = [b"".join(stream_parquet([Batch(rows, AT)], TYPED, about)) for rows in (kept, written)]
    of_table, of_lines = (pq.read_table(io.BytesIO(file)) for file in files)
    assert of_lines.equals(of_table)
    assert [tuple(row.values())[:2] for row in of_lines.to_pylist()] == [row[:2] for row in told]


def test_a_workbook_goes_on_in_further_sheets_and_never_holds_a_formula(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(xlsx, "SHEET_ROWS", 3)
    texts = ["=1+1", "https://example.org", "-1", "x" * 40_000, "\x01"]
    rows = Table([texts, range(len(texts))])
    shape = {"claims": (Column("text", "text", "A."), Column("number", "integer", "B."))}
    pieces = xlsx.stream_xlsx(
        [Batch([{"claims": rows}], AT)],
        shape,
        lambda _keys, _at: Table.of([], 8),
        About("claims", ""),
    )
    book = openpyxl.load_workbook(io.BytesIO(b"".join(pieces)))
    found = [
        row
        for name in ("claims", "claims 2", "claims 3")
        for row in book[name].iter_rows(min_row=2)
    ]
    assert [row[1].value for row in found] == [0, 1, 2, 3, 4]
    assert {row[0].data_type for row in found} == {"s"}
    assert [row[0].value for row in found][:3] == texts[:3]
    assert str(found[3][0].value).endswith(workbook.CUT)
    told = dict(book["citation"].iter_rows(values_only=True))
    assert (told["rows in claims"], told["cells cut to fit"]) == (5, 1)


def test_every_column_has_its_meaning_in_the_dictionary_and_on_the_page() -> None:
    assert tuple(column.name for column in columns.FIGURE_ROWS) == FIGURE_COLUMNS
    page = DOCS.read_text(encoding="utf-8")
    for table in (columns.EVENTS, columns.CLAIMS, columns.FIGURE_ROWS, columns.SOURCES):
        for column in table:
            assert f"| `{column.name}` | {column.kind} | {column.meaning} |" in page
