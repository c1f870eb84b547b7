"""How many requests a process answered and how long they took; processes add theirs together.

Numbers are kept by method, route and status as plain lists, which costs a request less than a
microsecond; each process leaves its own in a file, once a second, for whichever of them is asked.
"""

from __future__ import annotations

import os
import time
from bisect import bisect_left
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Upper ends of the buckets, in seconds, inclusive; one more takes what is slower."""

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
"""Others are counted as one: clients can make up as many as they like."""

Label = tuple[str, str, int]
"""Method, route and status."""


@dataclass(slots=True)
class Row:
    """The requests of one label: how many in each bucket, and their seconds together."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(BUCKETS) + 1))
    seconds: float = 0.0


Rows = dict[Label, Row]


class Tally:
    """The numbers of this process; with a folder, those of its siblings beside them."""

    def __init__(self, folder: Path | None = None) -> None:
        self.rows: Rows = {}
        self.folder = folder
        self._file = folder / f"{os.getpid()}-{time.time_ns()}.json" if folder else None
        self._gauges: Mapping[str, float] = {}
        self._sharing = Lock()

    def note(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request."""
        label = method if method in METHODS else "other", route, status
        row = self.rows.get(label)
        if row is None:
            row = self.rows[label] = Row()
        row.counts[bisect_left(BUCKETS, seconds)] += 1
        row.seconds += seconds

    def share(self, gauges: Mapping[str, float]) -> None:
        """Leave the numbers where the siblings find them; several threads may at once."""
        self._gauges = gauges
        if self._file is None:
            return
        rows = [[*label, row.counts, row.seconds] for label, row in list(self.rows.items())]
        told = orjson.dumps({"pid": os.getpid(), "rows": rows, "gauges": dict(gauges)})
        part = self._file.with_suffix(".part")
        # A full disk ends neither the sharing, which may go well later, nor the server's own end.
        with self._sharing, suppress(OSError):
            part.write_bytes(told)
            part.replace(self._file)

    def summed(self) -> tuple[Rows, dict[str, float]]:
        """The numbers of all processes: what was counted by any, and the gauges of those alive."""
        rows: Rows = {}
        _add(rows, list(self.rows.items()))
        gauges = dict(self._gauges)
        for told in self._siblings():
            _add(rows, _read_rows(told["rows"]))
            if _lives(told["pid"]):
                for name, value in told["gauges"].items():
                    gauges[name] = gauges.get(name, 0.0) + value
        return rows, gauges

    def _siblings(self) -> Iterator[dict[str, Any]]:
        if self.folder is None:
            return
        for file in sorted(self.folder.glob("*.json")):
            if file != self._file:
                yield orjson.loads(file.read_bytes())


def _read_rows(told: Iterable[list[Any]]) -> Iterator[tuple[Label, Row]]:
    for method, route, status, counts, seconds in told:
        yield (method, route, status), Row(counts, seconds)


def _add(rows: Rows, others: Iterable[tuple[Label, Row]]) -> None:
    for label, other in others:
        row = rows.setdefault(label, Row())
        row.counts = [one + two for one, two in zip(row.counts, other.counts, strict=True)]
        row.seconds += other.seconds


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True
