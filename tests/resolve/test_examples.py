"""The worked examples of docs/resolution.md, compared with what stands there."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from counterclaim.quantity import parse_quantity
from counterclaim.resolve import Casualty, Family, Munition, resolve
from counterclaim.resolve.explain import explain_figures
from counterclaim.resolve.sentences import event_sentences
from counterclaim.resolve.wording import Names
from counterclaim.vocabulary import Harm, HarmStatus, MunitionCategory, Stance

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
        "ua-stratcom": "the Ukrainian Armed Forces' StratCom",
    },
    sides={"RU": "Russia", "UA": "Ukraine"},
    munitions={"atacms": "ATACMS", "moth": "Moth drones"},
    events={
        "S3": "S3", "S4": "S4", "G1": "G1", "N": "the night", "S": "the south",
        "R": "the rest of the country", "M": "Makiivka",
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


def rows(summaries: dict[str, Summary], munition: str) -> list[str]:
    found = []
    for id_, summary in summaries.items():
        figures = {k.measure: f for k, f in summary.figures.items() if k.subject == munition}
        cells = [_cell(figures.get(outcome)) for outcome in OUTCOMES]
        found.append(f"| {' | '.join((id_, *cells))} |")
    return sorted(found)


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
    "Makiivka, 1 January 2023": (makiivka, "M", None),
}


@pytest.mark.parametrize("title", EXAMPLES)
def test_the_document_tells_what_is_answered(title: str) -> None:
    made, told, munition = EXAMPLES[title]
    lines = section(title)
    if munition:
        table = [line for line in lines if line.startswith("| ")][1:]
        assert table == rows(resolve(made()), munition)
    bullets = " ".join(line.strip() for line in lines if line.startswith(("* ", "  ")))
    assert bullets == " ".join(f"* {sentence}" for sentence in story(made(), told))


def test_makiivka_is_contested_and_keeps_both_numbers() -> None:
    summary = resolve(makiivka())["M"]
    (figure,) = summary.figures.values()
    assert (summary.grade, summary.disputed) == ("contested", True)
    assert (figure.interval, figure.voices, figure.agreement) == ((89, 89), 2, 0.5)
    assert [(d.claim, d.reason) for d in summary.dropped] == [("R1", "superseded")]
    assert "contested" in " ".join(section("Makiivka, 1 January 2023"))
