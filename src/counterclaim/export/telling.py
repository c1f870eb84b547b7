"""Events and claims in plain English: every number with who gives it, and in which words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from counterclaim.resolve.intervals import (
    CASUALTY,
    DAMAGE,
    MUNITION,
    NOT_INTERCEPTED,
    Key,
    interval_of,
)
from counterclaim.resolve.wording import clause, listed, sentence
from counterclaim.vocabulary import Outcome, Stance

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from counterclaim.resolve.wording import Names
    from counterclaim.schemas.claim import ClaimOut
    from counterclaim.schemas.fields import QuantityOut

MEASURES = (*map(str, Outcome), NOT_INTERCEPTED)
VERBS = {
    Stance.ASSERTS: "asserts",
    Stance.ADMITS: "admits",
    Stance.DENIES: "denies",
    Stance.DECLINES: "declines to comment",
    Stance.THREATENS: "threatens",
    Stance.PROMISES: "promises",
    Stance.FORECASTS: "forecasts",
}
SHORT = 120


@dataclass(frozen=True, slots=True)
class Said:
    """One number of a claim: what it counts, the interval that is meant, and the words."""

    key: Key
    quantity: QuantityOut

    def told(self, names: Names) -> str:
        """The number without a full stop: "five ATACMS were launched"."""
        return clause(self.key, interval_of(self.quantity.low, self.quantity.high), names)


def numbers_of(claim: ClaimOut) -> Iterator[Said]:
    """The numbers of a claim that count munitions, people or things damaged."""
    for count in claim.counts:
        for outcome in Outcome:
            quantity: QuantityOut | None = getattr(count, outcome)
            if quantity is not None:
                yield Said(Key(MUNITION, count.munition or "", "", outcome.value), quantity)
    for harmed in claim.casualties:
        key = Key(CASUALTY, harmed.side or "", harmed.status.value, harmed.harm.value)
        yield Said(key, harmed.count)
    for damage in claim.damage:
        yield Said(Key(DAMAGE, damage.object, "", damage.severity.value), damage.count)


def claim_title(claim: ClaimOut, names: Names) -> str:
    """Who claims what, in one line; a claim that no longer counts says so first."""
    who = names.source(claim.claimant)
    what = listed(said.told(names) for said in numbers_of(claim)) or _short(_words(claim))
    ended = f"{claim.status}: " if claim.ended_at else ""
    return sentence(f"{ended}{who} {_verb(claim)}: {what}").removesuffix(".")


def claim_sentences(claim: ClaimOut, names: Names) -> list[str]:
    """The same in sentences, with the exact words and what became of the claim."""
    who = names.source(claim.claimant)
    found = [sentence(f"{who} {_verb(claim)}: {_words(claim)}")]
    found += [sentence(f"{said.told(names)}, says {who}") for said in numbers_of(claim)]
    if claim.ended_at:
        why = f": {claim.end_reason}" if claim.end_reason else ""
        found.append(sentence(f"This claim was {claim.status} and no longer counts{why}"))
    return found


def event_sentences(
    event: Mapping[str, Any], claimants: Mapping[str, str], names: Names
) -> list[str]:
    """The resolved figures of an event as served, each with those on whose claims it rests."""
    found = [_attributed(*figure, claimants, names) for figure in figures_of(event)]
    for shared in event["shared"]:
        told = [_attributed(*figure, claimants, names) for figure in figures_of(shared)]
        found += [f"Of “{shared['label']}” together: {one}" for one in told]
    if event["grade"]:
        found.append(f"The event is graded {event['grade']}.")
    if event["positions"]:
        said = (f"{names.side(side)}: {position}" for side, position in event["positions"].items())
        found.append(f"Positions: {', '.join(said)}.")
    return found


def figures_of(event: Mapping[str, Any]) -> Iterator[tuple[Key, Mapping[str, Any]]]:
    """Each resolved figure of an event, or of what it shares, with what it counts."""
    for line in event["munitions"]:
        for measure in MEASURES:
            if line.get(measure) is not None:
                yield Key(MUNITION, line["key"] or "", "", measure), line[measure]
    for line in event["casualties"]:
        yield Key(CASUALTY, line["side"] or "", line["status"], line["harm"]), line
    for line in event["damage"]:
        yield Key(DAMAGE, line["object"], "", line["severity"]), line


def _attributed(
    key: Key, figure: Mapping[str, Any], claimants: Mapping[str, str], names: Names
) -> str:
    keys = dict.fromkeys(claimants[claim] for claim in figure["claims"] if claim in claimants)
    who = listed(map(names.source, keys))
    told = clause(key, interval_of(figure["low"], figure["high"]), names)
    if figure["basis"] == "derived":
        return sentence(f"{told}; that follows from what {who} {_say(keys)}")
    return sentence(f"{told}, {_say(keys)} {who}")


def _say(keys: Mapping[str, object]) -> str:
    return "says" if len(keys) == 1 else "say"


def _verb(claim: ClaimOut) -> str:
    denied = claim.polarity < 0 and claim.stance is Stance.ASSERTS
    return "says that it is not so" if denied else VERBS[claim.stance]


def _words(claim: ClaimOut) -> str:
    if claim.quote is not None:
        return f"“{claim.quote.exact}”"
    return f"a row of “{claim.document.title}”"


def _short(text: str) -> str:
    return text if len(text) <= SHORT else f"{text[: SHORT - 2].rstrip()}…”"
