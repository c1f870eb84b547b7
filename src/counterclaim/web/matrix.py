"""The matrix of an event: a row for each figure, a column for each side that could have spoken."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from counterclaim.queries.paths import WITHOUT_KEY, pointer
from counterclaim.resolve.inputs import NEUTRAL
from counterclaim.resolve.sayings import UNKNOWN
from counterclaim.web.bars import Scale
from counterclaim.web.listing import hues_of
from counterclaim.web.words import spaced

if TYPE_CHECKING:
    from counterclaim.schemas.explain import ExplainOut, FigureExplained
    from counterclaim.schemas.position import CellOut, PositionsOut, SaidOut

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Column:
    """Who stands above a column; ``hue`` is the number of its colour."""

    side: str
    name: str
    role: str | None
    position: str
    hue: int


@dataclass(frozen=True, slots=True)
class Cell:
    """What a side says of a figure: one saying for each of its voices; none is silence."""

    column: Column
    sayings: Sequence[SaidOut]


@dataclass(frozen=True, slots=True)
class Row:
    """One figure: what follows of it, what each side says, and why."""

    label: str
    figure: Mapping[str, Any] | None
    cells: Sequence[Cell]
    reasons: FigureExplained | None = None

    def intervals(self) -> Iterator[Mapping[str, Any]]:
        """All that is drawn of it."""
        yield from (saying.model_dump() for cell in self.cells for saying in cell.sayings)
        if self.figure:
            yield self.figure


@dataclass(slots=True)
class Group:
    """Figures of one munition, of people or of things; ``shared`` is the collection's, if any."""

    title: str
    shared: Mapping[str, Any] | None = None
    rows: list[Row] = field(default_factory=list)

    @property
    def scale(self) -> Scale:
        """On which all bars of the group can be compared."""
        return Scale.of(interval for row in self.rows for interval in row.intervals())


@dataclass(frozen=True, slots=True)
class Matrix:
    """All that is said of an event in numbers."""

    columns: Sequence[Column]
    groups: Sequence[Group]


def draw_matrix(
    event: Document,
    told: PositionsOut,
    explained: ExplainOut | None,
    sides: Mapping[str, str],
    munitions: Mapping[str, str],
) -> Matrix:
    """The matrix of an event.

    Args:
        event: Its document.
        told: What each side has said.
        explained: How its values came about.
        sides: The names of sides by their keys.
        munitions: The names of munitions by their keys.
    """
    columns = draw_columns(event, told, sides)
    reasons = {one.figure: one for one in explained.figures} if explained else {}
    values = {None: dict(figures_of(event))}
    values |= {shared["event"]: dict(figures_of(shared)) for shared in event["shared"]}
    labels = {shared["event"]: shared for shared in event["shared"]}
    groups: dict[tuple[str | None, str], Group] = {}
    for cells in zip(*(item.figures for item in told.items), strict=True):
        head = cells[0]
        whole = head.model_dump().get("shared")
        title, label = name_figure(head.figure, munitions, sides)
        group = groups.setdefault((whole, title), Group(title, labels.get(whole or "")))
        said = [Cell(column, _sayings(cell)) for column, cell in zip(columns, cells, strict=True)]
        figure = values.get(whole, {}).get(head.figure)
        group.rows.append(Row(label, figure, said, None if whole else reasons.get(head.figure)))
    return Matrix(columns, list(groups.values()))


def draw_columns(event: Document, told: PositionsOut, sides: Mapping[str, str]) -> list[Column]:
    """The columns: the sides, then those who speak without being one."""
    hues = hues_of(event, (item.side for item in told.items))
    roles = {event["attacker"]: "attacker", event["defender"]: "struck"}
    return [
        Column(
            item.side,
            _OUTSIDE_NAMES.get(item.side) or sides.get(item.side, item.side),
            roles.get(item.side),
            str(item.position),
            hues.get(item.side, 0),
        )
        for item in told.items
    ]


_OUTSIDE_NAMES = {NEUTRAL: "Others", UNKNOWN: "Side unknown"}
"""Who speaks without being a side."""


def _sayings(cell: CellOut) -> list[SaidOut]:
    return [] if cell.as_of is not None else [cell, *cell.others]


def figures_of(lines: Document) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each resolved figure of an event, or of what a collection shares, by its path."""
    for line in lines["munitions"]:
        subject = line["key"] or WITHOUT_KEY["munitions"]
        for name, value in line.items():
            if isinstance(value, dict):
                yield pointer(("munitions", subject, name)), value
    for line in lines["casualties"]:
        side = line["side"] or WITHOUT_KEY["casualties"]
        yield pointer(("casualties", side, line["status"], line["harm"])), line
    for line in lines["damage"]:
        yield pointer(("damage", line["object"], line["severity"])), line


def name_figure(
    path: str, munitions: Mapping[str, str], sides: Mapping[str, str]
) -> tuple[str, str]:
    """What a figure is of, and what is counted: ATACMS, launched; People, military injured."""
    table, subject, *measures = (
        step.replace("~1", "/").replace("~0", "~") for step in path.split("/")[1:]
    )
    measure = spaced(", ".join(measures))
    if table == "munitions":
        unnamed = subject == WITHOUT_KEY[table]
        return munitions.get(subject, "Munitions of unnamed type" if unnamed else subject), measure
    if table == "casualties":
        return "People", f"{sides.get(subject, 'Side ' + subject)}: {measure}"
    return "Objects", f"{subject} {measure}"
