"""Parquet; tables with coordinates are GeoParquet 1.1 with points as WKB in WGS 84.

The geometry is a column of its own beside latitude and longitude; a row without coordinates has
none. Source: GeoParquet specification 1.1.0, https://geoparquet.org/releases/v1.1.0/.
"""

from __future__ import annotations

import io
import re
import struct
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from counterclaim import __version__
from counterclaim.db import dumps
from counterclaim.moment import isoformat_z
from counterclaim.tables import AMBIGUOUS_STARTS, Lines, Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from counterclaim.export.batches import About, Batch
    from counterclaim.export.columns import Column

GROUP_ROWS = 8_000
"""So many rows are one row group, and as many are held in memory: more would pass 200 MB."""

BLOCK_BYTES = 1 << 18
"""So much of lines is read at once, in the processor's cache; no line may be longer."""

_TYPES = {
    "text": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
    "instant": pa.timestamp("us", "UTC"),
}
_POINT = struct.Struct("<BIdd")
"""Well-known binary of a point: little-endian, type 1, x, y."""


def stream_parquet(
    batches: Iterable[Batch[Table | Lines]], columns: Sequence[Column], about: About
) -> Iterator[bytes]:
    """A Parquet file of any length, a row group at a time; without its footer it cannot be read.

    While rows are written, the next are made a table and the next but one read from the store: the
    first two leave Python alone, so that each goes on by itself.
    """
    outlet, box, waiting = _Outlet(), _Box(), _Waiting(_schema(columns))

    def write(table: Future[Any]) -> bytes:
        waiting.add(table.result())
        if waiting.rows >= GROUP_ROWS:
            writer.write_table(waiting.taken())
        return outlet.taken()

    # Least and greatest texts help nobody to skip a row group, and take a fifth of the time.
    ordered = [column.name for column in columns if column.kind != "text"]
    with (
        pq.ParquetWriter(
            pa.PythonFile(outlet, "w"),
            waiting.schema,
            compression="zstd",
            write_statistics=ordered,
        ) as writer,
        ThreadPoolExecutor(1) as making,
        ThreadPoolExecutor(1) as writing,
    ):
        written, made = writing.submit(outlet.taken), making.submit(waiting.schema.empty_table)
        for batch in batches:
            yield written.result()
            written = writing.submit(write, made)
            made = making.submit(_arrow, batch.rows, columns, waiting.schema, box)
        yield written.result() + write(made)
        writer.write_table(waiting.taken())
        known_at = isoformat_z(batch.known_at)
        told: dict[str, Any] = {"title": about.title, "query": about.query, "known_at": known_at}
        told |= {"rows": waiting.all_rows, "next": batch.next}
        told |= {"software": f"Counterclaim {__version__}"}
        writer.add_key_value_metadata({"counterclaim": dumps(told), **_geo(columns, box)})
    yield outlet.taken()


class _Waiting:
    """Small tables that are to be one row group; in Arrow they take far less than as rows."""

    def __init__(self, schema: Any) -> None:
        self.schema = schema
        self._tables: list[Any] = []
        self.rows = self.all_rows = 0

    def add(self, table: Any) -> None:
        """Keep a table."""
        self._tables.append(table)
        self.rows += table.num_rows
        self.all_rows += table.num_rows

    def taken(self) -> Any:
        """All that waits, as one table; it waits no more."""
        tables, self._tables, self.rows = self._tables, [], 0
        return pa.concat_tables([self.schema.empty_table(), *tables])


class _Outlet(io.RawIOBase):
    """A file that is only written to; what was written is taken away piece by piece."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._size = 0

    def writable(self) -> bool:
        """It is."""
        return True

    def tell(self) -> int:
        """How much was written in all."""
        return self._size

    def write(self, data: Any) -> int:
        """Keep a piece until it is taken."""
        piece = bytes(data)
        self._pieces.append(piece)
        self._size += len(piece)
        return len(piece)

    def taken(self) -> bytes:
        """All that was written since it was last asked for."""
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)


class _Box:
    """The box around all points so far."""

    def __init__(self) -> None:
        self.edges: list[float] | None = None

    def points(self, longitudes: Sequence[Any], latitudes: Sequence[Any]) -> list[bytes | None]:
        """Points as WKB, now within the box; None where there are no coordinates."""
        pairs = zip(longitudes, latitudes, strict=True)
        known = [pair for pair in pairs if None not in pair]
        if known:
            xs, ys = zip(*known, strict=True)
            west, south, east, north = self.edges or (xs[0], ys[0], xs[0], ys[0])
            self.edges = [min(west, *xs), min(south, *ys), max(east, *xs), max(north, *ys)]
        return [
            None if x is None or y is None else _POINT.pack(1, 1, x, y)
            for x, y in zip(longitudes, latitudes, strict=True)
        ]


def _has_points(columns: Sequence[Column]) -> bool:
    return any(column.name == "longitude" for column in columns)


def _schema(columns: Sequence[Column]) -> Any:
    fields = [
        pa.field(column.name, _TYPES[column.kind], metadata={"description": column.meaning})
        for column in columns
    ]
    if _has_points(columns):
        fields.append(pa.field("geometry", pa.binary()))
    return pa.schema(fields)


def _arrow(rows: Table | Lines, columns: Sequence[Column], schema: Any, box: _Box) -> Any:
    if isinstance(rows, Lines):
        return _read(rows, columns, schema, box)
    return _table(rows, columns, schema, box)


def _read(lines: Lines, columns: Sequence[Column], schema: Any, box: _Box) -> Any:
    """Lines that tell all as cells again."""
    if not lines.count:
        return schema.empty_table()
    names = [column.name for column in columns]
    found = pyarrow.csv.read_csv(
        pa.BufferReader(lines.text),
        read_options=pyarrow.csv.ReadOptions(
            column_names=names,
            block_size=max(BLOCK_BYTES, lines.longest + 1),
            use_threads=False,  # More threads for so little would only wait for each other.
        ),
        parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True),
        convert_options=pyarrow.csv.ConvertOptions(
            check_utf8=False,
            column_types={name: schema.field(name).type for name in names},
            null_values=[""],
            true_values=["true"],
            false_values=["false"],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    )
    arrays = [_unmarked(array) for array in found.columns]
    if _has_points(columns):
        place = [found[name].to_pylist() for name in ("longitude", "latitude")]
        arrays.append(pa.array(box.points(*place), pa.binary()))
    return pa.Table.from_arrays(arrays, schema=schema)


def _unmarked(array: Any) -> Any:
    """Texts without the mark that kept them from starting a formula."""
    if not pa.types.is_string(array.type) or not pc.any(pc.starts_with(array, "'")).as_py():
        return array
    marks = "|".join(map(re.escape, AMBIGUOUS_STARTS))
    found = pc.match_substring_regex(array, f"^({marks})")
    return pc.if_else(found, pc.utf8_slice_codeunits(array, 1), array)


def _table(table: Table, columns: Sequence[Column], schema: Any, box: _Box) -> Any:
    found = zip(table.columns, columns, strict=True)
    arrays = [_array(cells, column.kind) for cells, column in found]
    if _has_points(columns):
        place = dict(zip((column.name for column in columns), table.columns, strict=True))
        points = box.points(place["longitude"], place["latitude"])
        arrays.append(pa.array(points, pa.binary()))
    return pa.Table.from_arrays(arrays, schema=schema)


def _array(values: Sequence[Any], kind: str) -> Any:
    if kind == "instant":
        return pa.array(values, pa.string()).cast(_TYPES[kind])
    return pa.array(values, _TYPES[kind])


def _geo(columns: Sequence[Column], box: _Box) -> dict[str, str]:
    if not _has_points(columns):
        return {}
    column: dict[str, Any] = {"encoding": "WKB", "geometry_types": ["Point"]}
    if box.edges is not None:
        column["bbox"] = box.edges
    geometry = {"geometry": column}
    return {"geo": dumps({"version": "1.1.0", "primary_column": "geometry", "columns": geometry})}
