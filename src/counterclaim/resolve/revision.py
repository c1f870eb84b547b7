"""The figures of an event under another policy, told from its document under one that hears all.

A policy picks figures only. So of an event that stands alone, and of which no claims contradict
each other, all else stays as it is; of most events the figures do, or nobody who is heard gave any.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from counterclaim.resolve.figures import SILENT
from counterclaim.resolve.inputs import Munition
from counterclaim.resolve.intervals import CASUALTY, DAMAGE, MUNITION, key_of
from counterclaim.resolve.resolver import resolve_figures
from counterclaim.resolve.summary import shown_figures
from counterclaim.resolve.totals import add_up
from counterclaim.vocabulary import MunitionCategory

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from counterclaim.resolve.figures import Figures
    from counterclaim.resolve.inputs import Family
    from counterclaim.resolve.intervals import Key
    from counterclaim.resolve.totals import Total

Document = dict[str, Any]


class Revision(NamedTuple):
    """The members of a document that hold figures, and the totals of its outcomes and harms."""

    members: Document
    totals: Mapping[str, Total]


def stands_alone(document: Document) -> bool:
    """Whether no other event has a say in the figures, nor the figures in anything else."""
    return not (document["part_of"] or document["parts"] or document["contradictions"])


def is_unanimous(document: Document) -> bool:
    """Whether a policy that hears all voices surely picks the same figures."""
    return all(_leaves_no_choice(figure) for _key, figure in _figures(document))


def _leaves_no_choice(figure: Document) -> bool:
    """Whether a figure is derived or has one voice, or all its voices give the same number.

    They do if each of them carries a value that is one number, and was not narrowed to it.
    """
    voices = figure.get("voices", 1)
    exact = figure["best"] is not None and "narrowed_by" not in figure
    return voices <= 1 or (exact and len(figure["claims"]) == voices)


def silenced(document: Document) -> Revision:
    """What is left of an event that stands alone if a policy hears nobody who spoke of it."""
    stated = (key for key, figure in _figures(document) if figure["basis"] == "stated")
    munitions = {
        line["key"]: Munition(line["key"], line["name"], MunitionCategory(line["category"]))
        for line in document["munitions"]
    }
    return _revised(dict.fromkeys(stated, SILENT), munitions)


def revise(family: Family, policy: str) -> Revision | None:
    """What a policy makes of an event that stands alone; None where claims contradict each other.

    Raises:
        FilterError: There is no such policy.
    """
    figures = resolve_figures(family, policy)
    return None if figures is None else _revised(figures, family.munitions)


def _revised(figures: Figures, munitions: Mapping[str, Munition]) -> Revision:
    totals = add_up({k: f.interval for k, f in figures.items()}, munitions)
    return Revision(shown_figures(figures, munitions), totals)


def _figures(document: Document) -> Iterator[tuple[Key, Document]]:
    """Each figure that a document shows, by what it counts."""
    for line in document["munitions"]:
        for name, value in line.items():
            if isinstance(value, dict):
                yield key_of(MUNITION, line["key"], "", name), value
    for row in document["casualties"]:
        yield key_of(CASUALTY, row["side"], row["status"], row["harm"]), row
    for row in document["damage"]:
        yield key_of(DAMAGE, row["object"], "", row["severity"]), row
