"""Turns what was measured into a table on the terminal, JSON, Markdown and pictures."""

from __future__ import annotations

import json
import os
import platform
import sqlite3
from collections import defaultdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

OURS = "counterclaim"
BEGIN, END = "<!-- benchmarks: begin -->", "<!-- benchmarks: end -->"
PACKAGES = ("fastapi", "pydantic", "sqlalchemy", "uvicorn", "orjson", "psycopg")

Row = dict[str, Any]


def machine() -> dict[str, Any]:
    """What the numbers were measured on."""
    processor = platform.processor() or platform.machine()
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            processor = line.partition(":")[2].strip()
            break
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "processor": processor,
        "processors": os.cpu_count(),
        "memory_gib": round(memory, 1),
        "system": platform.system(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "packages": {name: version(name) for name in PACKAGES},
    }


def save(results: Path, rows: Sequence[Row], **more: Any) -> None:
    """Write the results; what an earlier run measured otherwise stays."""
    kept: dict[tuple[Any, ...], Row] = {}
    if results.exists():
        kept = {key_of(row): row for row in json.loads(results.read_text("utf-8"))["cells"]}
    kept |= {key_of(row): row for row in rows}
    content = {"machine": machine(), **more, "cells": list(kept.values())}
    results.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def key_of(row: Row) -> tuple[Any, ...]:
    """What makes a cell the same cell."""
    names = ("events", "engine", "workload", "server", "connections", "cache")
    return tuple(row.get(name) for name in names)


def ratio_to_ours(row: Row, rows: Iterable[Row]) -> float | None:
    """How many times ours is what this server does, of the same workload in the same run."""
    same = ("events", "engine", "workload", "connections", "cache")
    for other in rows:
        if other["server"] == OURS and all(other.get(n) == row.get(n) for n in same):
            return float(other["rate"]) / float(row["rate"]) if row["rate"] else None
    return None


def terminal_table(rows: Sequence[Row]) -> Table:
    """All cells, one a line."""
    table = Table("events", "engine", "workload", "server", "conn.", title="medians of rounds")
    for name in ("per second", "p50 ms", "p99 ms", "ours / it"):
        table.add_column(name, justify="right")
    for row in rows:
        table.add_row(*cells_of(row, rows))
    return table


def cells_of(row: Row, rows: Sequence[Row]) -> list[str]:
    """A cell as words."""
    ratio = None if row["server"] == OURS else ratio_to_ours(row, rows)
    names = ("engine", "workload", "server", "connections")
    return [
        f"{row['events']:,}",
        *(str(row[name]) for name in names),
        shown(row["rate"]),
        shown(row.get("p50_ms")),
        shown(row.get("p99_ms")),
        "" if ratio is None else f"{ratio:.2f}",
    ]


def shown(number: float | None) -> str:
    """A number with no more digits than it deserves."""
    if number is None:
        return ""
    if number >= 100:
        return f"{number:,.0f}"
    return f"{number:.3g}"


def markdown(results: dict[str, Any]) -> str:
    """One table for each size and engine: workloads down, servers across."""
    lines = [sentence(results["machine"])]
    groups: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in results["cells"]:
        groups[row["events"], row["engine"], row["connections"]].append(row)
    for (events, engine, connections), rows in sorted(groups.items(), key=repr):
        plural = "" if connections == 1 else "s"
        lines += ["", f"**{events:,} events, {engine}, {connections} connection{plural}**", ""]
        lines += table_lines(rows)
    return "\n".join(lines)


def sentence(about: dict[str, Any]) -> str:
    """Where and when, in a sentence."""
    packages = ", ".join(f"{name} {number}" for name, number in about["packages"].items())
    where = f"{about['processors']} × {about['processor']}, {about['memory_gib']} GiB"
    return (
        f"Measured on {about['date']}: {where}, Python {about['python']},"
        f" SQLite {about['sqlite']}, {packages}. Answers per second, the median of interleaved"
        " rounds; behind a stroke how many times ours is that."
    )


def table_lines(rows: Sequence[Row]) -> Iterator[str]:
    """A Markdown table of one size."""
    servers = list(dict.fromkeys(row["server"] for row in rows))
    servers.sort(key=lambda name: name != OURS)
    yield f"| workload | {' | '.join(servers)} | p99 ms |"
    yield f"|---|{'---:|' * (len(servers) + 1)}"
    labels = dict.fromkeys(label_of(row) for row in rows)
    for label in labels:
        found = {row["server"]: row for row in rows if label_of(row) == label}
        cells = [markdown_cell(found.get(server), rows) for server in servers]
        ours = found.get(OURS, {})
        yield f"| {label} | {' | '.join(cells)} | {shown(ours.get('p99_ms'))} |"


def label_of(row: Row) -> str:
    """What a cell measures, as a table names it."""
    return ", ".join(filter(None, (row["workload"], row.get("cache"))))


def markdown_cell(row: Row | None, rows: Sequence[Row]) -> str:
    """A number and how many times ours is that."""
    if row is None:
        return "–"
    ratio = None if row["server"] == OURS else ratio_to_ours(row, rows)
    unit = f" {row['unit']}" if row.get("unit") else ""
    return shown(row["rate"]) + unit + ("" if ratio is None else f" / {shown(ratio)}")


def write_markdown(results: Path, page: Path) -> None:
    """Put the tables between the markers of a page."""
    text = page.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    table = markdown(json.loads(results.read_text(encoding="utf-8")))
    page.write_text(f"{before}{BEGIN}\n{table}\n{END}{after}", encoding="utf-8")
