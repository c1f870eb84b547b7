"""Real data sets, multiplied: the files that importers read, again and again with earlier days.

Nothing of them is kept with the project: who measures names the folder. Copies have rows and days
of their own and share their documents, as a data set does that grows for decades.
"""

from __future__ import annotations

import csv
import gzip
import sqlite3
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from benchmarks import bulk
from benchmarks.stores import empty_store
from benchmarks.workloads import CASES, Facts
from counterclaim.importers.tables import opened_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

Row = dict[str, str]

APART = 37
"""Days by which each copy is earlier than the one before."""

ID_APART = 100_000_000
RARE_IN, MANY = (2, 20), 200
"""A rare word is in so many versions of events; so many of the most frequent words are common."""


@dataclass(frozen=True, slots=True)
class DataSet:
    """One data set: the importer that reads it, and the columns that tell its rows apart."""

    adapter: str
    folder: str
    days: Sequence[str]
    number: str | None


DATA_SETS = (
    DataSet("ucdp-ged", "ucdp_ged", ("date_start", "date_end"), "id"),
    DataSet("missile-attacks", "missile_attacks_ua", ("time_start", "time_end"), None),
)
LEFT_OUT = ("known_at",)
"""Workloads that make no sense where all is recorded today."""


def newest_file(data: Path, data_set: DataSet) -> Path:
    """The file of a data set with the most bytes, which is its newest version.

    Raises:
        FileNotFoundError: the folder holds none.
    """
    files = [*(data / data_set.folder).glob("*.csv"), *(data / data_set.folder).glob("*.csv.gz")]
    if not files:
        msg = f"{data / data_set.folder} holds no file of {data_set.adapter}."
        raise FileNotFoundError(msg)
    return max(files, key=lambda file: file.stat().st_size)


def multiply(file: Path, data_set: DataSet, times: int, out: Path) -> int:
    """Write a table with the rows of a file and those of its copies; how many there are."""
    with opened_table(file) as table:
        rows = [row.cells for row in table.rows()]
    with gzip.open(out, "wt", compresslevel=1, encoding="utf-8", newline="") as text:
        writer = csv.DictWriter(text, list(rows[0]))
        writer.writeheader()
        for copy in range(times):
            writer.writerows(_moved(row, data_set, copy) for row in rows)
    return len(rows) * times


def _moved(row: Row, data_set: DataSet, copy: int) -> Row:
    moved = {name: _earlier(row[name], APART * copy) for name in data_set.days}
    if data_set.number is not None:
        moved[data_set.number] = str(int(row[data_set.number]) + ID_APART * copy)
    return row | moved


def _earlier(said: str, days: int) -> str:
    """A moment as it is said, so many days earlier; one that is not plain stays as it is."""
    try:
        moment = datetime.fromisoformat(said.strip())
    except ValueError:
        return said
    earlier = (moment - timedelta(days=days)).isoformat(sep=" ", timespec="minutes")
    return earlier[: len(said.strip())]


def measure_imports(data: Path, folder: Path, times: int, store: Path) -> Iterator[bulk.Done]:
    """Import the multiplied files into a new store, which stays."""
    store.write_bytes(empty_store().read_bytes())
    for data_set in DATA_SETS:
        file = folder / f"{data_set.adapter}.csv.gz"
        multiply(newest_file(data, data_set), data_set, times, file)
        before = _claims(store)
        done = bulk.run_command(store, "import", data_set.adapter, str(file))
        count = _claims(store) - before
        yield bulk.Done(f"import {data_set.adapter}", count, *done, "claims/s")
        file.unlink()


PAIRS = """
SELECT value FROM event_facet WHERE facet = 'region+weapon' AND value NOT LIKE '% unknown'
GROUP BY 1 ORDER BY count(*) DESC LIMIT 12
"""
CLAIMANTS = """
SELECT value FROM event_facet WHERE facet = 'claimant' GROUP BY 1 ORDER BY count(*) DESC LIMIT 40
"""
STRIKES = "kind = 'strike' AND scope <> 'collection' AND valid_to IS NULL"
POINTS = f"""
SELECT latitude, longitude FROM event_point JOIN event_summary USING (sk) WHERE {STRIKES}
ORDER BY sk % 7919, sk LIMIT 3000
"""
IDS = f"SELECT event_id FROM event_summary WHERE {STRIKES} ORDER BY sk % 7919, sk LIMIT 600"
DAYS = f"""
SELECT substr(min(occurred_from), 1, 10), substr(max(occurred_to), 1, 10), count(*)
FROM event_summary WHERE {STRIKES}
"""
WORDS = "SELECT term, doc FROM temp.words WHERE length(term) > 4 AND term GLOB '[a-z]*'"


def read_facts(store: Path) -> Facts:
    """What the cases are drawn from: places, names and words that are in the store."""
    with sqlite3.connect(store) as connection:

        def rows(query: str) -> list[Any]:
            return connection.execute(query).fetchall()

        first, last, count = rows(DAYS)[0]
        connection.execute("CREATE VIRTUAL TABLE temp.words USING fts5vocab(main, event_text, row)")
        least, most = RARE_IN
        facts = Facts(
            pairs=[tuple(value.split(" ")) for (value,) in rows(PAIRS)],
            ids=[key for (key,) in rows(IDS)],
            points=rows(POINTS),
            claimants=[key for (key,) in rows(CLAIMANTS)],
            count=count,
            days=(date.fromisoformat(first), date.fromisoformat(last)),
            rare=[w for w, _ in rows(f"{WORDS} AND doc BETWEEN {least} AND {most} LIMIT {CASES}")],
            common=[w for w, _ in rows(f"{WORDS} ORDER BY doc DESC LIMIT {MANY}")],
        )
    connection.close()
    return facts


def _claims(store: Path) -> int:
    with sqlite3.connect(store) as connection:
        (found,) = connection.execute("SELECT count(*) FROM claim").fetchone()
    connection.close()
    return int(found)
