"""How fast a whole store is exported in each format, and how much memory that takes.

``python benchmarks/exports.py sqlite:///store.db`` prints rows per second of wall time and of
processor time, and the peak of resident memory; each format is written by a process of its own, as
``counterclaim export`` does it, to a file that is removed again. Further arguments choose what is
written: ``csv:figures``.
"""

from __future__ import annotations

import json
import os
import re
import resource
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

from counterclaim.cli import export as command
from counterclaim.export.selections import Rows

WRITTEN = (
    "csv:events",
    "csv:figures",
    "csv:claims",
    "ndjson:events",
    "ndjson:figures",
    "geojson:events",
    "parquet:events",
    "parquet:figures",
    "xlsx:events",
)
MIB_PER_UNIT = 1024 * (1024 if sys.platform == "darwin" else 1)
"""Resident memory is counted in KiB, on macOS in bytes."""


def measure(url: str, written: str) -> dict[str, float]:
    """Write one file in a process of its own, and say what it took."""
    told = subprocess.run(
        [sys.executable, __file__, "--alone", written],
        env={**os.environ, "COUNTERCLAIM_DATABASE_URL": url},
        capture_output=True,
        check=True,
        text=True,
    )
    figures: dict[str, float] = json.loads(told.stdout)
    rows = re.findall(r"(\d+) \w+, \d+ bytes", told.stderr)
    return figures | {"rows": int(rows[-1])}


def write_alone(written: str) -> None:
    """Write one file, and print seconds and bytes as JSON; the command says how many rows."""
    form, rows = written.split(":")
    with TemporaryDirectory(prefix="counterclaim-") as folder:
        file = Path(folder) / f"whole.{form}"
        begun, used = perf_counter(), process_time()
        command.export(file, "", rows=Rows(rows), form=form)
        took = {"seconds": perf_counter() - begun, "processor": process_time() - used}
        size = file.stat().st_size
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MIB_PER_UNIT
    print(json.dumps({**took, "bytes": size, "peak_mib": peak}))


def main(url: str, chosen: list[str]) -> None:
    """Print a table of all that is chosen."""
    print("written          rows      rows/s  rows/s of processor   MB  peak MiB")
    for written in chosen or WRITTEN:
        one = measure(url, written)
        line = (
            f"{written:16} {one['rows']:<9.0f} {one['rows'] / one['seconds']:7,.0f}"
            f" {one['rows'] / one['processor']:20,.0f} {one['bytes'] / 1e6:4.0f}"
            f" {one['peak_mib']:9.0f}"
        )
        print(line)


if __name__ == "__main__":
    if sys.argv[1] == "--alone":
        write_alone(sys.argv[2])
    else:
        main(sys.argv[1], sys.argv[2:])
