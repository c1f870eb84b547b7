"""The traps of tables as they are published."""

from __future__ import annotations

import gzip
import io
import zipfile
from typing import TYPE_CHECKING

import pytest

from counterclaim.errors import InputError
from counterclaim.importers import tables
from counterclaim.importers.tables import TableFile, TableRow, opened_table

if TYPE_CHECKING:
    from pathlib import Path

PLAIN = b"id,name\n1,a\n2,b\n"


def read(path: Path, content: bytes) -> tuple[list[TableRow], TableFile]:
    path.write_bytes(content)
    with opened_table(path) as table:
        return list(table.rows()), table


def test_each_row_has_the_line_on_which_it_begins(tmp_path: Path) -> None:
    content = b'\xef\xbb\xbf,affected region ,x\r\n1,"two\r\nlines",a\n\n2,b,c\r\n3,"d\n\ne",f'
    rows, table = read(tmp_path / "t.csv", content)
    assert table.columns == ["", "affected region ", "x"]
    assert [row.line for row in rows] == [2, 5, 6]
    assert rows[0].cells == {"": "1", "affected region ": "two\r\nlines", "x": "a"}
    assert (table.position, table.rejects) == (table.size, [])


def test_a_row_of_tags_is_skipped_and_odd_rows_are_rejected(tmp_path: Path) -> None:
    rows, table = read(tmp_path / "t.csv", b"id,name\n#id,#name\n1,a\n2\n3,b,c\n4,d\x00\n#5,e\n")
    assert [row.cells["id"] for row in rows] == ["1", "#5"]
    assert [(reject.line, reject.original) for reject in table.rejects] == [
        (4, {"id": "2"}),
        (5, {"id": "3", "name": "b", "column 3": "c"}),
        (6, {"id": "4", "name": "d\x00"}),
    ]
    assert [reject.reason.split(":")[0] for reject in table.rejects] == [
        "The row has fewer cells than the header",
        "The row has more cells than the header",
        "A cell holds a NUL character",
    ]
    assert any("HXL" in note for note in table.notes)


def test_a_cell_that_is_too_long_rejects_its_row_unless_it_is_running_text(tmp_path: Path) -> None:
    long, most = "x" * (tables.LONGEST_CELL + 1), "y" * tables.LONGEST_CELL
    content = f"id,name,story\n1,{long},a\n2,{most},{long}\n3,b,{long}\n"
    rows, table = read(tmp_path / "t.csv", content.encode())
    assert rows == []
    assert [(one.line, one.column) for one in table.rejects] == [
        (2, "name"),
        (3, "story"),
        (4, "story"),
    ]
    assert table.rejects[0].original == {"id": "1", "name": long, "story": "a"}
    assert table.rejects[0].reason == (
        "name has 32,768 characters, and 32,767 are the most of a cell."
    )
    table.texts, table.rejects = ("story",), []
    assert [row.cells["id"] for row in table.rows()] == ["2", "3"]
    assert [one.column for one in table.rejects] == ["name"]


def test_windows_1252_is_read_and_told(tmp_path: Path) -> None:
    rows, table = read(tmp_path / "t.csv", "id,name\n1,Zürich – ?????\n".encode("cp1252"))
    assert rows[0].cells["name"] == "Zürich – ?????"
    assert any("Windows-1252" in note for note in table.notes)


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_other_delimiters_are_told_by_the_header(tmp_path: Path, delimiter: str) -> None:
    rows, _table = read(tmp_path / "t.csv", PLAIN.replace(b",", delimiter.encode()))
    assert rows[1].cells == {"id": "2", "name": "b"}


def test_packed_tables_read_as_plain_ones_do(tmp_path: Path) -> None:
    plain, _table = read(tmp_path / "t.csv", PLAIN)
    packed, _table = read(tmp_path / "t.gz", gzip.compress(PLAIN))
    assert packed == plain
    assert read(tmp_path / "t.zip", zipped({"a/t.csv": PLAIN, "README": b"?"}))[0] == plain
    with opened_table(tmp_path / "-", io.BytesIO(PLAIN)) as table:
        assert list(table.rows()) == list(table.rows()) == plain
        table.require(["id"])


def zipped(members: dict[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return content.getvalue()


def test_lines_of_json_are_given_whole(tmp_path: Path) -> None:
    rows, table = read(tmp_path / "t.ndjson", b'{"key": "1"}\n\n{"key": "2"}\n')
    assert table.columns == ["json"]
    assert rows == [TableRow(1, {"json": '{"key": "1"}'}), TableRow(3, {"json": '{"key": "2"}'})]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is no table"),
        (b"id,id\n1,2\n", "two columns called 'id'"),
        (b"id\x00,b\n1,2\n", "holds NUL"),
        (b",".join(b"c%d" % n for n in range(100_000)) + b"\n", "100,000 columns"),
        (b'id,name\n1,"' + b"x" * 3000, "Is a quote open"),
        (b"id,name\n1," + b"x" * 9000, "more than"),
        (zipped({"a.csv": PLAIN, "b.csv": PLAIN}), "2 are there"),
        (zipped({"xl/workbook.xml": PLAIN}), "0 are there"),
        (zipped({"a.csv": b"id\n" + b"1\n" * 50_000}), "unpack and divide"),
        (gzip.compress(PLAIN, mtime=0)[:-12], "cannot be unpacked"),
        (b"PK\x03\x04 but no archive", "cannot be unpacked"),
    ],
)
def test_what_is_no_table_is_refused_with_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, reason: str
) -> None:
    for name, value in {"LARGEST_FIELD": 2000, "LEAST_SUSPECT": 5000, "MOST_PACKED": 20}.items():
        monkeypatch.setattr(tables, name, value)
    if b"columns" not in reason.encode():
        monkeypatch.setattr(tables, "LONGEST_LINE", 8000)
    with pytest.raises(InputError, match=reason):
        read(tmp_path / "t.csv", content)


def test_missing_columns_are_named_with_those_that_are_there(tmp_path: Path) -> None:
    _rows, table = read(tmp_path / "t.csv", PLAIN)
    with pytest.raises(InputError, match="lacks the columns 'nam'; it has 'id', 'name'") as caught:
        table.require(["nam"])
    assert caught.value.suggestions == ("name",)
