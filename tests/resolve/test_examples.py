"""The worked examples of docs/resolution.md, compared with what stands there."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from counterclaim.quantity import parse_quantity
from counterclaim.resolve import Casualty, Event, Family, Munition, resolve
from counterclaim.resolve.explain import explain_figures
from counterclaim.resolve.sentences import event_sentences
from counterclaim.resolve.wording import Names
from counterclaim.vocabulary import (
    EventKind,
    Harm,
    HarmStatus,
    MunitionCategory,
    Scope,
    Stance,
)

from .building import claim, counts, event, family
from .test_seed import seed

if TYPE_CHECKING:
    from collections.abc import Callable

    from counterclaim.resolve import Summary

DOCUMENT = Path(__file__).parents[2] / "docs" / "resolution.md"
OUTCOMES = ("launched", "intercepted", "not_intercepted", "hit")
NAMES = Names(
    sources={
        "ru-mod": "the Russian Defense Ministry",
        "air-force": "the Air Force",
        "south-command": "the Southern Command",
        "ua-armed-forces": "the Ukrainian military",
        "ua-stratcom": "the Ukrainian Armed Forces' StratCom",
    },
    sides={"RU": "Russia", "UA": "Ukraine"},
    munitions={
        "atacms": "ATACMS", "moth": "Moth drone", "missile": "missile", "drone": "drone",
        "cruise-missile": "cruise missile", "ballistic-missile": "ballistic missile",
        "s-300": "S-300",
    },
    events={
        "S3": "S3", "S4": "S4", "G1": "G1", "N": "the night", "S": "the south",
        "R": "the rest of the country", "M": "Makiivka", "W": "7 February 2024",
    },
)  # fmt: skip


def night() -> Family:
    """Two commands count the same night: one all of the country, one its south."""
    events = [event("N", "R", "S"), event("R"), event("S")]
    drones = {"attacker": "RU", "defender": "UA", "side": "UA"}
    claims = [
        claim("A1", "N", "air-force", counts=counts("moth", launched=30, intercepted=22), **drones),
        claim("A2", "N", "air-force", counts=counts("moth", suppressed=5), **drones),
        claim("B1", "S", "south-command", counts=counts("moth", intercepted=9), **drones),
    ]
    moth = Munition("moth", "Moth", MunitionCategory.DRONE)
    return Family({e.id: e for e in events}, tuple(claims), {"moth": moth})


def february() -> Family:
    """One command lists kinds of missiles, another all missiles of the same night."""
    strike = {"attacker": "RU", "defender": "UA", "side": "UA"}
    armed_forces = {**strike, "lineage": ("ua-armed-forces", "ukraine")}
    air_force = {**strike, "lineage": ("air-force", "ua-armed-forces", "ukraine")}
    told = {"drone": 20, "cruise-missile": 36, "s-300": 5, "ballistic-missile": 3}
    shot = {"drone": (20, 15), "missile": (44, 29)}
    claims = [
        *(
            claim(f"M{i}", "W", "ua-armed-forces", counts=counts(key, launched=n), **armed_forces)
            for i, (key, n) in enumerate(told.items())
        ),
        *(
            claim(f"F{i}", "W", "air-force", counts=counts(key, launched=n, intercepted=down),
                  **air_force)
            for i, (key, (n, down)) in enumerate(shot.items())
        ),
    ]  # fmt: skip
    kinds = {"missile": (), "drone": ()} | dict.fromkeys(
        ("cruise-missile", "s-300", "ballistic-missile"), ("missile",)
    )
    munitions = {
        key: Munition(key, key, MunitionCategory.FAMILY, above) for key, above in kinds.items()
    }
    wave = Event("W", EventKind.STRIKE, Scope.WAVE, "7 February 2024")
    return Family({"W": wave}, tuple(claims), munitions)


def makiivka() -> Family:
    """One ministry revises its number, the other side gives a far higher one."""
    strike = {"attacker": "UA", "defender": "RU"}
    days = {day: datetime(2023, 1, day, tzinfo=UTC) for day in (1, 2, 4)}
    admits = {"stance": Stance.ADMITS, **strike}
    return family(
        [event("M")],
        claim("R1", "M", said=days[2], casualties=killed("63"), **admits),
        claim("R2", "M", said=days[4], casualties=killed("89"), **admits),
        claim("U1", "M", "ua-stratcom", side="UA", said=days[1], casualties=about_400(), **strike),
    )


def killed(words: str) -> tuple[Casualty, ...]:
    said = parse_quantity(words)
    return (Casualty("RU", HarmStatus.MILITARY, Harm.KILLED, said.low, said.high, words),)


def about_400() -> tuple[Casualty, ...]:
    return killed("about 400")


def section(title: str) -> list[str]:
    """The lines below a heading, up to the next one."""
    lines = DOCUMENT.read_text(encoding="utf-8").splitlines()
    start = lines.index(f"### {title}") + 1
    ends = (i for i, line in enumerate(lines) if i >= start and line.startswith("#"))
    return lines[start : next(ends, len(lines))]


def rows(summaries: dict[str, Summary], munition: str | None) -> list[str]:
    """The figures of one munition by event or, without one, of the only event by munition."""
    if munition is None:
        (summary,) = summaries.values()
        kinds = {key.subject for key in summary.figures}
        return sorted(_row(NAMES.munitions[kind], summary, kind) for kind in kinds)
    return sorted(_row(id_, summary, munition) for id_, summary in summaries.items())


def _row(name: str, summary: Summary, munition: str) -> str:
    figures = {k.measure: f for k, f in summary.figures.items() if k.subject == munition}
    cells = [_cell(figures.get(outcome)) for outcome in OUTCOMES]
    return f"| {' | '.join((name, *cells))} |"


def _cell(figure: Any) -> str:
    if figure is None or figure.interval is None:
        return "–"
    low, high = figure.interval
    text = f"{low}" if low == high else f"{low} to {high}" if high is not None else f"{low} or more"
    how = "derived" if figure.basis == "derived" else "narrowed" if figure.narrowed_by else ""
    return f"{text}, {how}" if how else text


def story(of: Family, id_: str) -> list[str]:
    summaries = resolve(of)
    claims = {one.id: one for one in of.claims}
    figures = explain_figures(id_, summaries, claims, (), NAMES)
    return event_sentences(summaries[id_], figures, claims, (), NAMES)


EXAMPLES: dict[str, tuple[Callable[[], Family], str, str | None]] = {
    "Two strikes and a claim about both": (seed, "S3", "atacms"),
    "A night that two commands count": (night, "R", "moth"),
    "7 February 2024: one command counts kinds, another all": (february, "W", None),
    "Makiivka, 1 January 2023": (makiivka, "M", None),
}


@pytest.mark.parametrize("title", EXAMPLES)
def test_the_document_tells_what_is_answered(title: str) -> None:
    made, told, munition = EXAMPLES[title]
    lines = section(title)
    table = [line for line in lines if line.startswith("| ")][1:]
    if table:
        assert sorted(table) == rows(resolve(made()), munition)
    bullets = " ".join(line.strip() for line in lines if line.startswith(("* ", "  ")))
    assert bullets == " ".join(f"* {sentence}" for sentence in story(made(), told))


def test_makiivka_is_contested_and_keeps_both_numbers() -> None:
    summary = resolve(makiivka())["M"]
    (figure,) = summary.figures.values()
    assert (summary.grade, summary.disputed) == ("contested", True)
    assert (figure.interval, figure.voices, figure.agreement) == ((89, 89), 2, 0.5)
    assert [(d.claim, d.reason) for d in summary.dropped] == [("R1", "superseded")]
    assert "contested" in " ".join(section("Makiivka, 1 January 2023"))
