"""How a resolved value came about: voices, what was dropped and why, and what follows from what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, cast

from counterclaim.resolve.equations import Variable
from counterclaim.resolve.inputs import AFFIRMING
from counterclaim.resolve.intervals import PATHS, Interval
from counterclaim.resolve.sentences import WEIGHING, figure_sentences
from counterclaim.resolve.steps import Steps
from counterclaim.resolve.summary import WIRE_ORDER
from counterclaim.resolve.voices import Ballots, figures_of, find_voices
from counterclaim.resolve.weights import weigh
from counterclaim.schemas.explain import DroppedOut, FigureExplained, VoiceOut
from counterclaim.vocabulary import ClaimKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from counterclaim.resolve.figures import Figure
    from counterclaim.resolve.inputs import Claim
    from counterclaim.resolve.intervals import Key
    from counterclaim.resolve.summary import Summary
    from counterclaim.resolve.voices import Ballot
    from counterclaim.resolve.wording import Names
    from counterclaim.schemas.explain import DropReason

NOTHING_COUNTS = "nothing counts"
TIE_BREAKS = {
    "more voices": ("more voices",),
    "narrower": ("more voices", "narrower interval"),
    "undecided": ("more voices", "narrower interval", "undecided"),
}
"""What the rules that decide between even weights asked, in this order; of the default policy."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A claim that had counted and was replaced or withdrawn.

    Attributes:
        of: The claim that replaced it, None where none did.
        because: The reason that was given.
    """

    claim: Claim
    reason: Literal["superseded", "retracted"]
    of: str | None
    because: str | None

    def dropped(self) -> DroppedOut:
        """As it is given out."""
        return DroppedOut(
            claim=self.claim.id,
            claimant=self.claim.claimant,
            reason=self.reason,
            of=self.of,
            because=self.because,
        )


@dataclass(frozen=True, slots=True)
class Told:
    """All that was said of one figure: what counts, what does not, and what ended."""

    key: Key
    policy: str
    figure: Figure | None
    ballots: Ballots
    claims: Mapping[str, Claim]
    ended: tuple[Ended, ...]


def explain_figures(
    event: str,
    summaries: Mapping[str, Summary],
    claims: Mapping[str, Claim],
    ended: Sequence[Ended],
    names: Names,
) -> list[FigureExplained]:
    """Each figure of an event, those among them of which no claim counts (any more).

    Args:
        event: The event.
        summaries: All events of its family, resolved.
        claims: The claims of its family, by id.
        ended: Claims on the event alone that ended.
        names: What to call everybody.
    """
    summary = summaries[event]
    known = {Variable(e, key): f for e, s in summaries.items() for key, f in s.figures.items()}
    gone: dict[Key, list[Ended]] = {}
    for one in ended:
        for key in figures_of(one.claim):
            gone.setdefault(key, []).append(one)
    keys = sorted({*summary.figures, *summary.ballots, *gone}, key=_in_order)
    return [
        _explained(
            Told(
                key,
                summary.policy,
                summary.figures.get(key),
                summary.ballots.get(key, Ballots()),
                claims,
                tuple(gone.get(key, ())),
            ),
            Variable(event, key),
            known,
            names,
        )
        for key in keys
    ]


def _in_order(key: Key) -> tuple[object, ...]:
    """As on the wire: munitions, people, objects; what nobody named last."""
    place = WIRE_ORDER.index(key.measure) if key.measure in WIRE_ORDER else 0
    return list(PATHS).index(key.table), not key.subject, key.subject, key.status, place, key


def _tie_breaks(told: Told) -> list[str]:
    if told.figure is None or told.policy != WEIGHING:
        return []
    return list(TIE_BREAKS.get(told.figure.rule, ()))


def _explained(
    told: Told, variable: Variable, known: Mapping[Variable, Figure], names: Names
) -> FigureExplained:
    figure, key = told.figure, told.key
    interval = (figure.interval if figure else None) or Interval()
    voices = list(_voices(told))
    steps = Steps(figure, variable, known, names) if figure else None
    combined = _combined(told)
    made = FigureExplained(
        figure=key.pointer,
        low=interval.low,
        best=figure.best if figure else None,
        high=interval.high,
        basis=figure.basis if figure else "none",
        rule=figure.rule if figure else NOTHING_COUNTS,
        voices=voices,
        used=sorted({*figure.claims, *figure.narrowed_by}) if figure else [],
        dropped=[*_dropped(told), *(one.dropped() for one in told.ended)],
        tie_breaks=_tie_breaks(told),
        equations=steps.equations() if steps else [],
        combines=combined,
        sentences=[],
    )
    made.sentences = figure_sentences(made, told, steps, names)
    return made


def _voices(told: Told) -> Iterator[VoiceOut]:
    used = set(told.figure.claims) if told.figure else set()
    for ballot in told.ballots.given:
        spoken = [ballot, *(b for b in told.ballots.earlier if b.voice == ballot.voice)]
        interval = ballot.interval or Interval()
        yield VoiceOut(
            claimants=list(dict.fromkeys(b.claim.claimant for b in spoken)),
            side=ballot.claim.side,
            low=interval.low,
            high=interval.high,
            weight=weigh(ballot.claim),
            status=_status(ballot, used),
            claims=[b.claim.id for b in spoken],
        )


def _status(ballot: Ballot, used: set[str]) -> Literal["used", "outvoted", "no_number"]:
    if ballot.interval is None:
        return "no_number"
    return "used" if ballot.claim.id in used else "outvoted"


def _dropped(told: Told) -> Iterator[DroppedOut]:
    last = {ballot.voice: ballot for ballot in told.ballots.given}
    used = set(told.figure.claims) if told.figure else set()
    for ballot in told.ballots.given:
        if _status(ballot, used) == "outvoted":
            yield _drop(ballot.claim, "outvoted", None)
        elif ballot.interval is None and ballot.claim.id not in used:
            yield _drop(ballot.claim, "no_number", None)
    for ballot in told.ballots.earlier:
        counts = last[ballot.voice]
        yield _drop(ballot.claim, _why_earlier(ballot, counts), counts.claim.id)
    for claim_id, reason in told.ballots.dropped:
        if reason != "superseded":
            claim = told.claims[claim_id]
            yield _drop(claim, cast("DropReason", _why(claim)), None)


def _why(claim: Claim) -> str:
    if claim.stance not in AFFIRMING and claim.stance != "denies":
        return claim.stance.value
    if claim.stance in AFFIRMING and claim.polarity > 0 and claim.kind is not ClaimKind.OCCURRENCE:
        return claim.kind.value
    return "negated"


def _why_earlier(ballot: Ballot, last: Ballot) -> DropReason:
    """Why a voice's word does not stand for it."""
    if ballot.interval == last.interval:
        return "echo"
    if ballot.interval is None or last.interval is None:
        return "no_number"
    as_full = ballot.interval.width == last.interval.width
    together = ballot.claim.said == last.claim.said
    return "less_full" if together and not as_full else "earlier_of_voice"


def _drop(claim: Claim, reason: DropReason, of: str | None) -> DroppedOut:
    return DroppedOut(claim=claim.id, claimant=claim.claimant, reason=reason, of=of, because=None)


def _combined(told: Told) -> list[str]:
    """Whose figures a value puts together, where no one voice says all of it."""
    figure = told.figure
    if figure is None or not any(figure.trace().ends):
        return []
    behind = [told.claims[c] for c in (*figure.claims, *figure.narrowed_by)]
    voices = set(find_voices(behind).values())
    return sorted({claim.claimant for claim in behind}) if len(voices) > 1 else []
