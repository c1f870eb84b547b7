"""Reads a text and drafts the claims that it makes, by rules; nothing is looked up elsewhere."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from counterclaim.quantity import parse_quantity
from counterclaim.queries.recognise import Kind, KnownNames, Span, recognise, speaker_in

if TYPE_CHECKING:
    from datetime import date

_SENTENCE = re.compile(r"\S[^\n]*?(?:[.!?](?=\s|$)|$)", re.MULTILINE)
_ROLES = (
    ("intercepted", re.compile(r"(?:were|was)?\s*(?:shot down|intercepted)")),
    ("launched", re.compile(r"(?:were|was)?\s*(?:fired|launched)")),
    ("hit", re.compile(r"\bhit\b")),
)


@dataclass(frozen=True, slots=True)
class Draft:
    """One claim as it is posted, and why each field was filled."""

    claim: dict[str, Any]
    why: list[str]


@dataclass(frozen=True, slots=True)
class Drafts:
    """The drafts of a text, with the events that they are about."""

    lang: str
    events: list[dict[str, Any]]
    claims: list[Draft]


def draft_claims(
    text: str,
    known: KnownNames,
    *,
    published: date | None = None,
    publisher: str | None = None,
    lang: str | None = None,
) -> Drafts:
    """The claims that a text makes."""
    del publisher
    found: list[Draft] = []
    for match in _SENTENCE.finditer(text):
        start = match.start() + len(match[0]) - len(match[0].lstrip())
        exact = match[0].strip().rstrip(".")
        spans = recognise(exact, known, published, lang or "en")
        munitions = [span for span in spans if span.kind is Kind.MUNITION and span.value]
        numbers = [span for span in spans if span.kind is Kind.NUMBER]
        if munitions and numbers:
            found.append(_draft(exact, start, spans, munitions[0], numbers))
    events = [{"ref": "E1", "kind": "strike", "label": "A strike"}] if found else []
    return Drafts(lang or "en", events, found)


def _draft(exact: str, start: int, spans: list[Span], munition: Span, numbers: list[Span]) -> Draft:
    count: dict[str, Any] = {"munition": munition.value}
    why = [f"{munition.value}: {exact[munition.start : munition.end]!r} is one of its names."]
    for number in numbers:
        said = exact[number.start : number.end]
        quantity = parse_quantity(said)
        value: Any = quantity.exact
        if value is None:
            ends = {"low": quantity.low, "high": quantity.high}
            value = {end: bound for end, bound in ends.items() if bound is not None}
        behind = [
            (found.start(), role)
            for role, words in _ROLES
            if (found := words.search(exact, number.end))
        ]
        if behind and min(behind)[1] not in count:
            count[min(behind)[1]] = value
            why.append(f"{min(behind)[1]}: {said!r} stands before the word for it.")
    claim: dict[str, Any] = {
        "event": "E1",
        "quote": {"exact": exact, "start": start, "end": start + len(exact)},
        "counts": [count],
    }
    speaker = speaker_in(exact, spans)
    if speaker is not None:
        claim["said_by"] = [speaker.value]
        why.append(f"said_by: {exact[speaker.start : speaker.end]!r} stands before the word said.")
    dates = [span for span in spans if span.kind is Kind.DATE]
    if dates:
        claim["occurred"] = dates[0].value
        why.append(f"occurred: {exact[dates[0].start : dates[0].end]!r}, by the publication.")
    places = [span for span in spans if span.kind is Kind.PLACE and span.value]
    if places:
        claim["places"] = [{"place": places[0].value}]
    return Draft(claim, why)
