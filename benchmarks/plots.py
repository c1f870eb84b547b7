"""Draws how requests become dearer with the size of the store, as SVG on two logarithmic axes."""

from __future__ import annotations

from collections import defaultdict
from math import log10
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 640, 360, 64, 40, 150, 44
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#555555")
"""Told apart by those who see colours otherwise, too (Okabe and Ito)."""

Points = list[tuple[float, float]]


def draw_growth(rows: Sequence[Mapping[str, Any]], folder: Path) -> list[Path]:
    """A picture for each engine and workload that was measured at more than one size."""
    found: dict[tuple[str, str], dict[str, Points]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        if row["connections"] == 1 and row.get("p50_ms") and row["rate"]:
            line = f"{row['server']}, cold" if row.get("cache") == "cold" else row["server"]
            lines = found[row["engine"], row["workload"]]
            lines[line].append((float(row["events"]), 1000 / float(row["rate"])))
    drawn = []
    for (engine, workload), lines in found.items():
        if len({events for points in lines.values() for events, _ms in points}) > 1:
            file = folder / f"growth-{engine}-{workload.replace(' ', '-')}.svg"
            file.write_text(picture(f"{workload}, {engine}", lines), encoding="utf-8")
            drawn.append(file)
    return drawn


def picture(title: str, lines: Mapping[str, Points]) -> str:
    """An SVG of lines, with milliseconds for each request above numbers of events."""
    every = [point for points in lines.values() for point in points]
    x_range = _decades([x for x, _y in every])
    y_range = _decades([y for _x, y in every])
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"'
        ' font-family="sans-serif" font-size="12">',
        f"<title>{escape(title)}: milliseconds for each request by number of events</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
        f'<text x="{LEFT}" y="22" font-size="14">{escape(title)}</text>',
        f'<text x="{LEFT}" y="{HEIGHT - 8}">events</text>',
        '<text x="8" y="36">ms</text>',
        *_axes(x_range, y_range),
    ]
    for place, (name, points) in enumerate(lines.items()):
        parts += _line(place, name, sorted(points), x_range, y_range)
    return "\n".join([*parts, "</svg>\n"])


def _decades(values: Sequence[float]) -> tuple[int, int]:
    low = int(log10(min(values)) // 1)
    return low, max(low + 1, -int(-log10(max(values)) // 1))


def _x(value: float, span: tuple[int, int]) -> float:
    return LEFT + (log10(value) - span[0]) / (span[1] - span[0]) * (WIDTH - LEFT - RIGHT)


def _y(value: float, span: tuple[int, int]) -> float:
    share = (log10(value) - span[0]) / (span[1] - span[0])
    return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)


def _axes(x_range: tuple[int, int], y_range: tuple[int, int]) -> Iterator[str]:
    for power in range(x_range[0], x_range[1] + 1):
        x = _x(10.0**power, x_range)
        yield f'<path d="M{x:.1f} {TOP}V{HEIGHT - BOTTOM}" stroke="#ddd"/>'
        y = HEIGHT - BOTTOM + 16
        yield f'<text x="{x:.1f}" y="{y}" text-anchor="middle">{10**power:,}</text>'
    for power in range(y_range[0], y_range[1] + 1):
        y_at = _y(10.0**power, y_range)
        yield f'<path d="M{LEFT} {y_at:.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>'
        yield f'<text x="{LEFT - 6}" y="{y_at + 4:.1f}" text-anchor="end">{10.0**power:g}</text>'


def _line(
    place: int, name: str, points: Points, x_range: tuple[int, int], y_range: tuple[int, int]
) -> Iterator[str]:
    colour = COLOURS[place % len(COLOURS)]
    dashes = ' stroke-dasharray="5 4"' if name.endswith("cold") else ""
    at = [(_x(x, x_range), _y(y, y_range)) for x, y in points]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in at)
    yield f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"{dashes}/>'
    yield from (f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in at)
    top = TOP + 18 * place + 6
    left = WIDTH - RIGHT + 12
    yield f'<path d="M{left} {top}h18" stroke="{colour}" stroke-width="2"{dashes}/>'
    yield f'<text x="{left + 24}" y="{top + 4}">{escape(name)}</text>'
