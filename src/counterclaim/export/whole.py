"""All that a filter lets through, in one of the formats, a piece at a time."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import orjson

from counterclaim.errors import FilterError
from counterclaim.export import csv, geojson, ndjson
from counterclaim.export.batches import Batch
from counterclaim.export.selections import COLUMNS, Rows, source_table
from counterclaim.queries.pages import stream_pages

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sized
    from datetime import datetime

    from sqlalchemy.orm import Session

    from counterclaim.export.batches import About
    from counterclaim.export.selections import Selection
    from counterclaim.export.xlsx import Sheets
    from counterclaim.queries.pages import Sessions, Slice, Window
    from counterclaim.tables import Lines, Table

PAGE = 1_000
"""Items are read this many at a time."""

Item = TypeVar("Item")
Loaded = TypeVar("Loaded", bound="Sized")


@dataclass(frozen=True, slots=True)
class Export(Generic[Item]):
    """An export to be made.

    ``window`` is where it begins and how much is read at once; with ``one_page`` it ends there.
    ``watch``, if given, is told each batch and its number of items when it is read.
    """

    selection: Selection[Item]
    rows: Rows
    sessions: Sessions
    window: Window
    about: About
    one_page: bool = False
    watch: Callable[[Batch[Any], int], None] | None = None

    def write(self, form: str) -> Iterator[bytes]:
        """The pieces of the export in a format.

        Raises:
            FilterError: at once, if the format has no such rows; with the first piece, if a
                filter's, the policy's or the order's value names nothing.
        """
        check_rows(form, self.rows, self.selection.own)
        return _WRITERS[form](self)

    def batches(
        self, load: Callable[[Session, Slice[Item]], Loaded], *, bare: bool = False
    ) -> Iterator[Batch[Loaded]]:
        """What is loaded of all pages."""
        take = partial(self.selection.take, bare=bare)
        pages = stream_pages(self.sessions, self.window, take, load)
        for page, loaded in pages:
            batch = Batch(loaded, page.known_at, page.next, page.total)
            if self.watch is not None:
                self.watch(batch, len(page.items))
            yield batch
            if self.one_page:
                return

    def table(self) -> Iterator[Batch[Table]]:
        """All rows."""
        return self.batches(partial(self.selection.rows, kind=self.rows))

    def written(self, *, exact: bool) -> Iterator[Batch[Table | Lines]]:
        """All rows, as lines where such are kept; ``exact``: only as lines that tell all."""
        load = partial(self.selection.written, kind=self.rows, exact=exact)
        return self.batches(load, bare=True)


def check_rows(form: str, rows: Rows, own: Rows) -> None:
    """Refuse rows of figures where a format has items, or both.

    Raises:
        FilterError: the format has no such rows.
    """
    if rows is not own and form in {"json", "geojson", "xlsx"}:
        msg = f"{form} has no {rows} as rows: ask for csv, ndjson or parquet."
        raise FilterError("rows", msg, suggestions=[own])


def _names(export: Export[Any]) -> list[str]:
    return [column.name for column in COLUMNS[export.rows]]


def _ndjson(export: Export[Any]) -> Iterator[bytes]:
    if export.rows is export.selection.own:
        return ndjson.stream_ndjson(export.batches(export.selection.lines))

    names = _names(export)

    def load(session: Session, page: Slice[Any]) -> list[bytes]:
        lines = export.selection.rows(session, page, export.rows)
        return [orjson.dumps(dict(zip(names, line, strict=True))) for line in lines]

    return ndjson.stream_ndjson(export.batches(load))


def _csv(export: Export[Any]) -> Iterator[bytes]:
    return csv.stream_csv(export.written(exact=False), _names(export))


def _geojson(export: Export[Any]) -> Iterator[bytes]:
    return geojson.stream_geojson(export.table(), _names(export))


def _parquet(export: Export[Any]) -> Iterator[bytes]:
    # Arrow takes 60 MB and a part of a second, which only this format should cost.
    from counterclaim.export import parquet  # noqa: PLC0415 - as said above

    return parquet.stream_parquet(export.written(exact=True), COLUMNS[export.rows], export.about)


def _xlsx(export: Export[Any]) -> Iterator[bytes]:
    from counterclaim.export import xlsx  # noqa: PLC0415 - as for Parquet

    def load(session: Session, page: Slice[Any]) -> list[Sheets]:
        return [export.selection.sheets(session, page)]

    def sources(keys: set[str], known_at: datetime) -> Table:
        with export.sessions() as session:
            return source_table(session, keys, known_at)

    columns = export.selection.sheet_columns()
    return xlsx.stream_xlsx(export.batches(load), columns, sources, export.about)


_WRITERS: dict[str, Callable[[Export[Any]], Iterator[bytes]]] = {
    "ndjson": _ndjson,
    "csv": _csv,
    "geojson": _geojson,
    "parquet": _parquet,
    "xlsx": _xlsx,
}
