"""Makes claims and their events of what was read."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from counterclaim.drafting.roles import LOSSES
from counterclaim.vocabulary import EventKind, HarmStatus, Scope, Speech, Stance

if TYPE_CHECKING:
    from collections.abc import Iterator

    from counterclaim.drafting.language import Language
    from counterclaim.drafting.reading import Statement
    from counterclaim.drafting.settings import Site
    from counterclaim.quantity import Quantity

NEAR = 50
"""Of so many claims drafted last one may hold a further number of the same words."""

OUTCOMES = ("launched", *LOSSES)
_QUOTES = re.compile(r"[“”«»\"„]")


@dataclass(frozen=True, slots=True)
class Draft:
    """A claim as it is posted, JSON-ready; ``why`` says of each field which words filled it."""

    claim: dict[str, Any]
    why: list[str]


@dataclass(frozen=True, slots=True)
class Drafts:
    """What a text is read as claiming: ``events`` are those that the claims refer to."""

    lang: str
    events: list[dict[str, Any]]
    claims: list[Draft]


@dataclass(slots=True)
class _Claim:
    """Statements of one speaker in the same words about one event."""

    event: str
    first: Statement
    said: list[Statement] = field(default_factory=list)
    counts: dict[tuple[str | None, str], Quantity] = field(default_factory=dict)


class Composer:
    """Puts statements together to claims, and finds the events that they are about."""

    def __init__(self, text: str, language: Language) -> None:
        self.text = text
        self.language = language
        self.events: dict[tuple[Any, ...], dict[str, Any]] = {}
        self.claims: list[_Claim] = []

    def add(self, statement: Statement) -> None:
        """Take a statement into the claim that it belongs to, or begin one."""
        for part in _each(statement):
            ref = self._event(part)
            near = reversed(self.claims[-NEAR:])
            claim = next((one for one in near if _is_same(one, part, ref)), None)
            if claim is None:
                claim = _Claim(ref, part)
                self.claims.append(claim)
            claim.said.append(part)
            quantity = part.figure.group.quantity
            if quantity is not None:
                claim.counts[_slot(part)] = quantity

    def drafts(self) -> Drafts:
        """All claims, in the order of the text."""
        return Drafts(
            lang=self.language.code,
            events=list(self.events.values()),
            claims=[self._draft(claim) for claim in self.claims],
        )

    def _event(self, statement: Statement) -> str:
        day = statement.day.edtf if statement.day else None
        places = _targets(statement)
        names = tuple(sorted({site.key or site.said for site in places}))
        key = (day, names, statement.attacker, statement.summed)
        if key not in self.events:
            self.events[key] = {
                "ref": f"E{len(self.events) + 1}",
                "kind": str(EventKind.STRIKE),
                "scope": str(_scope(statement)),
                "label": self._label(statement, places),
            }
        return str(self.events[key]["ref"])

    def _label(self, statement: Statement, places: list[Site]) -> str:
        where = ", ".join(dict.fromkeys(site.said for site in places))
        day = statement.day.edtf if statement.day else ""
        parts = [self.language.source("texts.strike"), where, day.replace("/", " to ")]
        return ", ".join(part for part in parts if part)[:500]

    def _draft(self, claim: _Claim) -> Draft:
        first = claim.first
        start, end = min(one.start for one in claim.said), max(one.end for one in claim.said)
        exact = self.text[start:end]
        made: dict[str, Any] = {
            "event": claim.event,
            "said_by": [first.speaker.name] if first.speaker else [],
            "speech": str(_speech(claim, exact)),
            "quote": {"exact": exact, "start": start, "end": end},
        }
        if first.stance is not Stance.ASSERTS:
            made["stance"] = str(first.stance)
        if first.day:
            made["occurred"] = first.day.edtf
            if first.day.rule:
                made["inference_rule"] = first.day.rule
        if first.attacker:
            made["attacker"] = first.attacker
        rows = {
            "places": _places(first),
            "counts": list(_counts(claim)),
            "casualties": list(_casualties(claim, self.language)),
            "damage": list(_damage(claim)),
        }
        made |= {name: row for name, row in rows.items() if row}
        return Draft(made, list(_reasons(claim)))


def _each(statement: Statement) -> Iterator[Statement]:
    """The statement for each of its places, where the number holds for each."""
    targets = _targets(statement)
    if statement.figure.group.each and len(targets) > 1:
        for site in targets:
            yield replace(statement, sites=(site,))
        return
    yield statement


def _targets(statement: Statement) -> list[Site]:
    return [site for site in statement.sites if site.role == "target"]


def _scope(statement: Statement) -> Scope:
    if statement.summed:
        return Scope.COLLECTION
    return Scope.WAVE if len(_targets(statement)) > 1 else Scope.SINGLE


def _slot(statement: Statement) -> tuple[str | None, str]:
    """What a number is the number of, within one claim."""
    figure = statement.figure
    if figure.role in OUTCOMES:
        return (statement.weapon.named if statement.weapon else None), figure.role
    return (figure.group.noun if figure.role in ("damaged", "destroyed") else None), figure.role


def _is_same(claim: _Claim, statement: Statement, ref: str) -> bool:
    """Whether a statement goes into a claim: same event, speaker and words, and room for it."""
    first = claim.first
    slot, quantity = _slot(statement), statement.figure.group.quantity
    held = claim.counts.get(slot)
    free = held is None or (quantity is not None and held.same_interval(quantity))
    meets = statement.start < max(one.end for one in claim.said) if claim.said else True
    return (
        claim.event == ref
        and first.speaker == statement.speaker
        and meets
        and free
        and statement.start == first.start
    )


def _speech(claim: _Claim, exact: str) -> Speech:
    if claim.first.speaker is None:
        return Speech.UNATTRIBUTED
    return Speech.MIXED if _QUOTES.search(exact) else Speech.INDIRECT


def _number(quantity: Quantity) -> int | dict[str, int]:
    if quantity.exact is not None:
        return quantity.exact
    ends = {"low": quantity.low, "high": quantity.high}
    return {end: value for end, value in ends.items() if value is not None}


def _places(first: Statement) -> list[dict[str, Any]]:
    seen: dict[tuple[str, str], dict[str, Any]] = {}
    for site in first.sites:
        seen.setdefault((site.role, site.key or site.said), site.as_posted)
    return list(seen.values())[:100]


def _counts(claim: _Claim) -> Iterator[dict[str, Any]]:
    rows: dict[str | None, dict[str, Any]] = {}
    for (named, role), quantity in claim.counts.items():
        if role in OUTCOMES:
            row = rows.setdefault(named, {"munition": named} if named else {})
            row[role] = _number(quantity)
    for row in rows.values():
        yield _possible(row)


def _possible(row: dict[str, Any]) -> dict[str, Any]:
    """Without the number launched where fewer were launched than met an outcome: one is misread."""
    launched = row.get("launched")
    losses = [row[one] for one in LOSSES if isinstance(row.get(one), int)]
    if isinstance(launched, int) and sum(losses) > launched:
        return {name: value for name, value in row.items() if name != "launched"}
    return row


def _casualties(claim: _Claim, language: Language) -> Iterator[dict[str, Any]]:
    for statement in claim.said:
        figure = statement.figure
        if figure.role in ("killed", "injured") and figure.group.quantity is not None:
            status = str(_status(figure.group.noun, language))
            number = _number(figure.group.quantity)
            yield {"status": status, "harm": figure.role, "count": number}


def _status(noun: str, language: Language) -> HarmStatus:
    if noun and language["nouns.military"].fullmatch(noun):
        return HarmStatus.MILITARY
    if noun and language["nouns.civilian"].fullmatch(noun):
        return HarmStatus.CIVILIAN
    return HarmStatus.UNKNOWN


def _damage(claim: _Claim) -> Iterator[dict[str, Any]]:
    for statement in claim.said:
        figure = statement.figure
        if figure.role in ("damaged", "destroyed") and figure.group.quantity is not None:
            number = _number(figure.group.quantity)
            yield {"object": figure.group.noun, "severity": figure.role, "count": number}


def _reasons(claim: _Claim) -> Iterator[str]:
    first = claim.first
    if first.speaker:
        yield f"said_by: {first.speaker.rule}."
    else:
        yield "said_by: no speaker is named, so the document speaks itself."
    if first.day:
        yield f"occurred: {first.day.rule or 'the day that the words name'}."
    for site in first.sites:
        yield f'places: "{site.said}" {site.rule or "is where it happened or came from"}.'
    if first.attacker:
        yield f"attacker: the words speak of an attack or weapons of {first.attacker}."
    for one in claim.said:
        group = one.figure.group
        words = group.quantity.said if group.quantity else None
        yield f'{one.figure.role}: "{words}" with "{one.figure.words}".'
