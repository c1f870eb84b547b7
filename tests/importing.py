"""What tests of adapters share: rows from cells, records out of them, and real files if there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from counterclaim.importers.tables import TableRow, opened_table
from counterclaim.schemas.imported import Record, Reject

if TYPE_CHECKING:
    from collections.abc import Sequence

    from counterclaim.importers.adapter import Adapter
    from counterclaim.queries.names import Finder
    from counterclaim.schemas.incoming import DocumentIn

FOLDERS = [folder / "shared/data" for folder in Path(__file__).resolve().parents]


def read_all(
    adapter: Adapter, cells: Sequence[dict[str, str]], names: Finder
) -> list[Record | Reject]:
    """What an adapter makes of rows, the first of them on line 2."""
    rows = [TableRow(line, dict(row)) for line, row in enumerate(cells, start=2)]
    return list(adapter.records(rows, names))


def read_record(adapter: Adapter, cells: dict[str, str], names: Finder) -> Record:
    """The record that one row makes."""
    (record,) = read_all(adapter, [cells], names)
    assert isinstance(record, Record), record
    return record


def read_reject(adapter: Adapter, cells: dict[str, str], names: Finder) -> Reject:
    """The reject that one row makes."""
    (reject,) = read_all(adapter, [cells], names)
    assert isinstance(reject, Reject), reject
    return reject


def real_file(path: str) -> Path:
    """A published file; the test is skipped where it is not there."""
    for folder in FOLDERS:
        if (folder / path).is_file():
            return folder / path
    pytest.skip(f"the data set {path} is not in a shared folder beside this repository")


def read_file(adapter: Adapter, path: Path, names: Finder) -> tuple[list[Record], list[Reject]]:
    """All rows of a file: what can be taken in, and what cannot."""
    with opened_table(path) as table:
        table.require(adapter.columns)
        read = list(adapter.records(table.rows(), names))
        assert not table.rejects
    return (
        [one for one in read if isinstance(one, Record)],
        [one for one in read if isinstance(one, Reject)],
    )


def one_text_is_one_document(records: Sequence[Record]) -> bool:
    """Whether documents with the same text are the same in all else."""
    seen: dict[str | None, DocumentIn] = {}
    return all(
        seen.setdefault(document.text, document) == document
        for record in records
        for document in record.documents
    )
