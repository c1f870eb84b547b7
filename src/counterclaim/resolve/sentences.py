"""Explanations in plain English: who says what, what counts, and why; every number attributed."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from counterclaim.resolve.intervals import Interval, interval_of
from counterclaim.resolve.voices import figures_of
from counterclaim.resolve.wording import amount, clause, listed, number, sentence
from counterclaim.vocabulary import Grade, Position, Stance

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from counterclaim.resolve.contradictions import Contradiction
    from counterclaim.resolve.explain import Ended, Told
    from counterclaim.resolve.inputs import Claim
    from counterclaim.resolve.intervals import Key
    from counterclaim.resolve.steps import Steps
    from counterclaim.resolve.summary import Summary
    from counterclaim.resolve.voices import Ballot
    from counterclaim.resolve.wording import Names
    from counterclaim.schemas.explain import DroppedOut, FigureExplained, VoiceOut

NOBODY_ELSE = "Nobody else gives a number."
WEIGHING = "graded"
"""The default policy, whose rules are told in full."""

RULES = {
    "weighted median": "Weighed by source and claim ({weights}), the middle is {value}.",
    "more voices": "The weights are even ({weights}); more voices give {value}.",
    "narrower": "The weights are even ({weights}) and so are the voices; the narrower figure is "
    "taken, {value}.",
    "undecided": "The weights are even ({weights}), and nothing decides between them: {value}.",
}
GRADES = {
    Grade.CONFIRMED: "confirmed: a claim that it took place is rated as confirmed",
    Grade.FAIR: "fair: two or more independent voices say that it took place",
    Grade.WEAK: "weak: one voice says that it took place",
    Grade.CONTESTED: "contested: the two sides contradict each other",
    Grade.DISCOUNTED: "discounted: no credible claim says (any more) that it took place",
}
ADMITTED = "confirmed: a party to it admits it"
POSITIONS = {
    Position.ADMITS: "admits it",
    Position.ASSERTS: "asserts it",
    Position.DENIES: "denies it",
    Position.DECLINES: "declines to comment",
    Position.SILENT: "has said nothing of it",
}
SAYING = {
    Stance.THREATENS: "threatens that",
    Stance.PROMISES: "promises that",
    Stance.FORECASTS: "forecasts that",
    Stance.DECLINES: "declines to say whether",
}


def figure_sentences(
    made: FigureExplained, told: Told, steps: Steps | None, names: Names
) -> list[str]:
    """Who gives a figure, how it was decided, and what does not count."""
    found = list(_statements(told, names))
    if made.basis == "stated":
        found += _decision(made, told.policy)
    if told.policy != WEIGHING and told.ballots.given:
        found.append(_by_policy(made, told.policy))
    if steps and (steps.low or steps.high):
        found += _following(made, told, steps, names)
    return [*found, *_left_out(made, told, names)]


def _following(made: FigureExplained, told: Told, steps: Steps, names: Names) -> Iterator[str]:
    value = _value(made)
    what = clause(told.key, value, names)
    if made.basis == "stated":
        what = f"other figures narrow this to {amount(value)}"
    mixed = listed(names.source(key) for key in made.combines)
    together = f"; this puts together what {mixed} say" if mixed else ""
    yield sentence(f"{what}: {steps.reason()}{together}")
    yield from steps.further()
    if steps.leaves_event and not mixed:
        who = listed(dict.fromkeys(names.source(told.claims[c].claimant) for c in made.used))
        yield f"All numbers behind this are from {who}."


def _value(made: FigureExplained) -> Interval | None:
    return interval_of(made.low, made.high)


def _statements(told: Told, names: Names) -> Iterator[str]:
    """One sentence for each number that voices give, in ascending order; mentions last."""
    groups: dict[Interval | None, list[Ballot]] = {}
    for ballot in told.ballots.given:
        groups.setdefault(ballot.interval, []).append(ballot)
    for interval in sorted(groups, key=lambda i: (i is None, i.order if i else (0, 0.0))):
        yield _statement(told.key, interval, groups[interval], names)


def _statement(key: Key, interval: Interval | None, ballots: Sequence[Ballot], names: Names) -> str:
    who = listed(names.source(b.claim.claimant) for b in ballots)
    if interval is None:
        does = "speak" if len(ballots) > 1 else "speaks"
        return sentence(f"{who} {does} of it without a number")
    return sentence(f"{who} {_verb(ballots)} that {clause(key, interval, names)}")


def _verb(ballots: Sequence[Ballot]) -> str:
    if len(ballots) > 1:
        return "say"
    return "admits" if ballots[0].claim.stance is Stance.ADMITS else "says"


def _by_policy(made: FigureExplained, policy: str) -> str:
    """What a policy other than the default one makes of what was said of a figure."""
    if made.basis != "stated" or made.rule == "silent":
        return f"Those whom the policy {policy} hears say nothing of it."
    value = amount(interval_of(made.low or 0, made.high))
    how = "leaves it open" if made.rule == "undecided" else f"decides by “{made.rule}”"
    return f"The policy {policy} {how}: {value}."


def _decision(made: FigureExplained, policy: str) -> Iterator[str]:
    numbered = [voice for voice in made.voices if voice.status != "no_number"]
    if not numbered:
        yield "Nobody gives a number."
    elif len(numbered) == 1:
        yield NOBODY_ELSE
    elif len({(voice.low, voice.high) for voice in numbered}) == 1:
        yield f"These {number(len(numbered))} voices agree."
    elif made.rule in RULES and policy == WEIGHING:
        yield _rule(made, numbered)


def _rule(made: FigureExplained, numbered: Iterable[VoiceOut]) -> str:
    """How the policy decided; what it took, before other figures narrowed it."""
    numbered = list(numbered)
    used = [v for v in numbered if v.status == "used"]
    highs = [v.high for v in used]
    low = min((v.low or 0 for v in used), default=None)
    high = None if None in highs else max((h for h in highs if h is not None), default=None)
    value = amount(interval_of(low, high))
    return RULES[made.rule].format(weights=_weights(numbered), value=value)


def _weights(voices: Iterable[VoiceOut]) -> str:
    behind: Counter[tuple[int, float]] = Counter()
    for voice in voices:
        behind[Interval(voice.low, voice.high).order] += voice.weight
    shown = (
        f"{weight} for {amount(Interval(low or None, None if high == float('inf') else int(high)))}"
        if low != high
        else f"{weight} for {number(low)}"
        for (low, high), weight in sorted(behind.items())
    )
    return ", ".join(shown)


def _left_out(made: FigureExplained, told: Told, names: Names) -> Iterator[str]:
    """What does not count, but for numbers that were outvoted: these are told before."""
    echoes = [drop for drop in made.dropped if drop.reason == "echo"]
    yield from _echoes(echoes, names)
    ended = {one.claim.id: one.claim for one in told.ended}
    for drop in made.dropped:
        claim = told.claims.get(drop.claim) or ended[drop.claim]
        said = clause(told.key, figures_of(claim).get(told.key), names)
        words = _words(drop, names.source(drop.claimant), said)
        if words:
            yield sentence(words)


def _echoes(echoes: Sequence[DroppedOut], names: Names) -> Iterator[str]:
    if echoes:
        who = listed(dict.fromkeys(names.source(drop.claimant) for drop in echoes))
        times = "once more" if len(echoes) == 1 else f"{number(len(echoes))} more times"
        yield f"The same voice says it {times} ({who}); it counts once."


def _words(drop: DroppedOut, who: str, said: str) -> str | None:
    if drop.reason in set(SAYING):
        doing = SAYING[Stance(drop.reason)]
        return f"{who} {doing} {said}; that reports nothing"
    because = f" ({drop.because.rstrip('.')})" if drop.because else ""
    return {
        "earlier_of_voice": f"Earlier {who} said that {said}; the same voice's later word counts",
        "less_full": f"At the same time {who} said that {said}; the fuller account counts",
        "negated": f"{who} says that it is not so that {said}",
        "superseded": f"A claim of {who} that {said} has been replaced{because}",
        "retracted": f"A claim of {who} that {said} has been retracted{because}",
        "munition_fact": f"{who} says that {said}, but speaks of the munition, not of this event",
        "evidence": f"{who} says that {said}, but speaks of evidence only",
        "position": f"{who} says that {said}, but states a position only",
        "context": f"{who} says that {said}, but as context only",
    }.get(drop.reason)


def event_sentences(
    summary: Summary,
    figures: Sequence[FigureExplained],
    claims: Mapping[str, Claim],
    told: Sequence[str],
    names: Names,
) -> list[str]:
    """The event as a whole: what a reader needs who reads nothing else.

    Args:
        summary: The resolved event.
        figures: Its figures, explained.
        claims: The claims of its family, by id.
        told: Sentences about claims on the event that ended.
        names: What to call everybody.
    """
    found = list(_story(figures, summary, names))
    where = names.event(summary.event.id)
    if summary.grade:
        found.append(f"The event {where} is graded {_grade(summary, summary.grade)}.")
    if summary.positions:
        said = (f"{names.side(s)} {POSITIONS[p]}" for s, p in summary.positions.items())
        found.append(sentence("; ".join(said)))
    found += [_contradiction(c, claims, names) for c in summary.contradictions]
    found += [
        f"Further figures belong to {names.event(one.event.id)} as a whole and are not split "
        "among its parts."
        for one in summary.shared
    ]
    return [*found, *told]


def _contradiction(found: Contradiction, claims: Mapping[str, Claim], names: Names) -> str:
    """Whose numbers cannot stand together, and what they would make."""
    who = list(dict.fromkeys(names.source(claims[c].claimant) for c in found.claims))
    event, key = found.variable
    least = clause(key, Interval(found.low, None), names) if found.low else "some"
    most = "none" if found.high == 0 else f"at most {number(found.high)}"
    where = names.event(event)
    say = "says" if len(who) == 1 else "say"
    return f"What {listed(who)} {say} cannot all be true: in {where} {least}, and {most}."


def _grade(summary: Summary, grade: Grade) -> str:
    parties = (summary.attacker, summary.defender)
    admitted = any(summary.positions.get(p or "") is Position.ADMITS for p in parties)
    return ADMITTED if grade is Grade.CONFIRMED and admitted else GRADES[grade]


def _story(figures: Sequence[FigureExplained], summary: Summary, names: Names) -> Iterator[str]:
    """The sentences of all figures; what one voice alone says is told together."""
    alone: dict[tuple[str, ...], list[Key]] = {}
    keys = {key.pointer: key for key in (*summary.figures, *summary.ballots)}
    for figure in figures:
        if (teller := _sole_teller(figure)) is not None:
            alone.setdefault(teller, []).append(keys[figure.figure])
    yield from (_told_alone(spoken, summary, names) for spoken in alone.values())
    yield from dict.fromkeys(
        text for figure in figures if _sole_teller(figure) is None for text in figure.sentences
    )


def _sole_teller(figure: FigureExplained) -> tuple[str, ...] | None:
    """Who alone says all that there is to a figure, and how; None where there is more to tell."""
    if figure.basis != "stated" or figure.sentences[1:] != [NOBODY_ELSE]:
        return None
    start, _, _rest = figure.sentences[0].partition(" that ")
    return start, *figure.figure.split("/")[1:3]


def _told_alone(keys: Sequence[Key], summary: Summary, names: Names) -> str:
    first, *rest = keys
    ballot = summary.ballots[first].given[0]
    start = _statement(first, ballot.interval, [ballot], names).removesuffix(".")
    more = [clause(k, summary.ballots[k].given[0].interval, names, brief=True) for k in rest]
    return f"{listed([start, *more])}; nobody else gives a number."


def ended_sentences(
    ended: Iterable[Ended], figures: Sequence[FigureExplained], names: Names
) -> list[str]:
    """Claims that ended and of which no figure tells."""
    told = {drop.claim for figure in figures for drop in figure.dropped}
    return [
        sentence(f"A claim of {names.source(one.claim.claimant)} has been {_end(one)}")
        for one in ended
        if one.claim.id not in told
    ]


def _end(one: Ended) -> str:
    done = "replaced" if one.reason == "superseded" else "retracted"
    return f"{done} ({one.because.rstrip('.')})" if one.because else done
