"""Gives what was counted its role: each number goes to the verb that it can belong to."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from counterclaim.drafting.groups import Counted, Group
from counterclaim.drafting.language import Verb
from counterclaim.drafting.marks import Mark, Sign

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from counterclaim.drafting.language import Language

LOSSES = ("intercepted", "suppressed", "hit", "missed")
"""Outcomes of which a whole was launched: "15 of 20 shot down"."""

_FARTHEST = 16.0
_COSTS = {Sign.STRONG: 7.0, Sign.WEAK: 2.0, Sign.JOINT: 1.0}
_COUNTS = (Sign.NUMBER, Sign.ALL)
_HARMS = {"killed", "injured"}
_FITTING = {
    Counted.MUNITIONS: {"launched", "other", *LOSSES},
    Counted.PEOPLE: {"other", *_HARMS},
    Counted.OBJECTS: {"damaged", "intercepted", "hit", "other"},
    Counted.ELIDED: {"launched", "other", *LOSSES, *_HARMS},
}


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its role; ``words`` are those that gave it, ``group`` what it counts."""

    role: str
    group: Group
    words: str


@dataclass(frozen=True, slots=True)
class _Standing:
    """A verb of a sentence: what it means and on which side what it counts may stand."""

    mark: Mark
    verb: Verb
    left: bool
    right: bool
    extra: float


def figures_in(
    text: str, marks: Sequence[Mark], groups: Sequence[Group], language: Language
) -> list[Figure]:
    """The figures of a sentence in order, without numbers that no verb claims or others hold."""
    marks = _without_asides(text, marks, language)
    verbs = list(_standing(text, marks, language))
    found: list[Figure] = []
    role_before: Figure | None = None
    for group in groups:
        figure = _figure(text, marks, groups, verbs, group, role_before, language)
        if figure is not None:
            found += [figure, *_relative(text, marks, figure, language)]
            role_before = figure
    return [figure for figure in found if _holds(figure)]


def _holds(figure: Figure) -> bool:
    """Whether a figure is one of its own, rather than a part of another or said again."""
    group = figure.group
    if figure.role == "other":
        return False
    if group.quantity is not None and group.quantity.exact == 0:
        return figure.role in {"both", *_HARMS, *LOSSES}
    if figure.role in _HARMS:
        return not (group.part or group.again)
    return True


def _standing(text: str, marks: Sequence[Mark], language: Language) -> Iterator[_Standing]:
    for mark in marks:
        if isinstance(mark.value, Verb) and mark.sign is Sign.VERB:
            blank = len(text[mark.end :]) - len(text[mark.end :].lstrip())
            counts = any(one.start == mark.end + blank for one in marks if one.sign in _COUNTS)
            left, right, extra = _sides(text, mark, mark.value, language, counts=counts)
            yield _Standing(mark, mark.value, left, right, extra)


def _sides(
    text: str, mark: Mark, verb: Verb, language: Language, *, counts: bool
) -> tuple[bool, bool, float]:
    """Where what is counted may stand, and how much the verb gives way to others."""
    extra = 4.0 if verb.weak else 0.0
    if verb.takes == "either":
        return True, True, extra
    if verb.takes in ("right", "toll"):
        return False, True, extra
    passive = re.search(
        rf"(?<!\w)(?:{language.source('clauses.passive')})\s+$", text[: mark.start], re.IGNORECASE
    )
    if verb.takes == "subject":
        return True, False, extra
    if verb.takes == "agent":
        return not passive, False, extra
    if passive:
        return True, False, extra
    words = text[mark.start : mark.end].lower()
    if words.split()[0].endswith(("ing", "es")):
        return False, True, extra
    following = text[mark.end :].lstrip(" \u00a0")
    reduced = not following[:1].isalnum() or language["clauses.reduced"].match(following)
    if counts or not reduced:
        return False, True, extra
    # "60 drones launched by …": told of the drones by the way, while another verb counts them.
    return True, False, extra + (4.0 if verb.role == "launched" else 0.0)


def _figure(
    text: str,
    marks: Sequence[Mark],
    groups: Sequence[Group],
    verbs: Sequence[_Standing],
    group: Group,
    before: Figure | None,
    language: Language,
) -> Figure | None:
    if group.counted in (Counted.KILLED, Counted.INJURED, Counted.BOTH):
        role = "both" if group.counted is Counted.BOTH else group.counted.value
        return _harmed(group, role)
    if group.whole:
        return Figure("launched", group, text[group.start : group.end])
    costs = [
        (cost, place, verb)
        for place, verb in enumerate(verbs)
        if (cost := _cost(marks, groups, verbs, verb, group)) <= _FARTHEST
    ]
    if not costs and group.total is not None and before is not None and before.role in LOSSES:
        # The verb is left out: "six of eight were shot down on Monday, and three of four …".
        return Figure(before.role, group, before.words)
    if not costs and before is not None and _is_listed(text, marks, before, group, language):
        return Figure(before.role, group, before.words)
    if not costs:
        return None
    verb = min(costs, key=lambda one: one[:2])[-1]
    words = text[verb.mark.start : verb.mark.end]
    return Figure(_role(verb.verb.role, group, words, language), group, words)


def _relative(
    text: str, marks: Sequence[Mark], figure: Figure, language: Language
) -> Iterator[Figure]:
    """What a clause right behind says of all that was launched: "20 drones that were shot down"."""
    group = figure.group
    if figure.role != "launched" or group.every or group.total is not None:
        return
    link = language["clauses.relative"].match(text[group.end :].lstrip(" ,"))
    verb = next((one for one in marks if one.start >= group.end and _ends(one)), None)
    if link and verb is not None and isinstance(verb.value, Verb) and verb.value.role in LOSSES:
        yield Figure(verb.value.role, group, text[verb.start : verb.end])


def _ends(mark: Mark) -> bool:
    return mark.sign in (Sign.VERB, Sign.NUMBER, Sign.STRONG, Sign.JOINT)


def _is_listed(
    text: str, marks: Sequence[Mark], before: Figure, group: Group, language: Language
) -> bool:
    """Whether a number goes on a list: "20 over one region, 9 over another, 5 over a third"."""
    between = [one for one in marks if before.group.end <= one.start and one.end <= group.start]
    # Behind the verb of the first: "46 were destroyed, including 14 over the city", "three fell
    # in one village, two in another".
    placed = language["settings.place"].match(text[group.end :].lstrip()) is not None
    on = group.part or (group.counted is Counted.ELIDED and placed)
    own = {Sign.STRONG} if on else {Sign.STRONG, Sign.VERB}
    parted = sum(one.sign is Sign.VERB for one in between) > 1
    parted = parted or any(one.sign in own for one in between)
    return not parted and before.role in _FITTING[group.counted]


def _harmed(group: Group, role: str) -> Figure | None:
    """A noun that is counted itself; of "no casualties" nobody was killed, and nobody injured."""
    none = group.quantity is not None and group.quantity.exact == 0
    if role == "both" and not none:
        return None
    return Figure(role, group, group.noun)


def _role(role: str, group: Group, words: str, language: Language) -> str:
    """The role that a verb gives; of buildings it is damage, or nothing that matters here."""
    if group.counted is not Counted.OBJECTS:
        return role
    if language["clauses.destroys"].fullmatch(words):
        return "destroyed"
    return "damaged" if role == "damaged" else "other"


def _without_asides(text: str, marks: Sequence[Mark], language: Language) -> list[Mark]:
    """The marks without those of a clause put in between commas: ", which were …,"."""
    asides = [match.span() for match in language["clauses.aside"].finditer(text)]
    return [
        mark
        for mark in marks
        if not any(start <= mark.start and mark.end <= end for start, end in asides)
    ]


def _cost(
    marks: Sequence[Mark],
    groups: Sequence[Group],
    verbs: Sequence[_Standing],
    verb: _Standing,
    group: Group,
) -> float:
    """How far a number stands from a verb; without end where it cannot belong to it."""
    if verb.verb.role not in _FITTING[group.counted]:
        return float("inf")
    if group.article and not _article_counts(verb, group):
        return float("inf")
    if group.start <= verb.mark.start < group.end:
        return float("inf")
    behind = group.start >= verb.mark.end
    if not (verb.right if behind else verb.left):
        return float("inf")
    start, end = (verb.mark.end, group.start) if behind else (group.end, verb.mark.start)
    between = [mark for mark in marks if start <= mark.start and mark.end <= end]
    if any(isinstance(one.value, Verb) and not one.value.weak for one in between):
        return float("inf")
    cost = crossing([mark for mark in between if not _inside(mark, groups)])
    if group.article and cost >= _COSTS[Sign.WEAK]:
        return float("inf")  # "Debris of a missile that was shot down" counts none.
    return cost + verb.extra + (end - start) / 100


def crossing(marks: Sequence[Mark]) -> float:
    """How much parts what stands before some marks from what stands behind them."""
    return sum(_COSTS.get(mark.sign, 0.0) for mark in marks)


def _inside(mark: Mark, groups: Sequence[Group]) -> bool:
    return any(group.start <= mark.start and mark.end <= group.end for group in groups)


def _article_counts(verb: _Standing, group: Group) -> bool:
    """Whether "a" means one: of what did or met something, and a house was not just spoken of."""
    return group.counted is not Counted.ELIDED and verb.verb.role != "other"


def split_both(figures: Sequence[Figure]) -> Iterator[Figure]:
    """Figures of which "no casualties" stands for two."""
    for figure in figures:
        if figure.role == "both":
            yield replace(figure, role="killed")
            yield replace(figure, role="injured")
        else:
            yield figure
