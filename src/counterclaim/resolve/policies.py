"""The rules that pick a best value among voices, by name, and the choice of a figure's value.

A policy picks figures only: when and where an event took place, its grade and the positions of the
sides rest on all voices, whatever the policy.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Literal, NamedTuple

from counterclaim.errors import FilterError
from counterclaim.resolve import verdicts
from counterclaim.resolve.intervals import Interval, hull

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from counterclaim.resolve.inputs import Claim
    from counterclaim.resolve.verdicts import Decide, Numbered
    from counterclaim.resolve.voices import Ballot


Direction = tuple[Literal["lowest", "highest"], str]
"""Which end of what was said of a figure is taken, and what that end stands for."""


@dataclass(frozen=True, slots=True)
class Policy:
    """One rule.

    Attributes:
        description: What it picks, in one sentence.
        ties: How ties end.
        side: The side that alone is heard; None hears all voices.
        directions: By figure which end it takes; None where it has no direction.
        agreed: The rule that is named where all voices say the same.
    """

    name: str
    description: str
    ties: str
    decide: Decide
    agreed: str
    side: str | None = None
    directions: Mapping[str, Direction] | None = None

    def hears(self, claim: Claim) -> bool:
        """Whether a claim's figures come into question."""
        return self.side is None or claim.side == self.side


LOWEST: Mapping[str, Direction] = {
    figure: ("lowest", why)
    for figure, why in {
        "launched": "the attacker's effort; never below its parts, which are the lowest too",
        "intercepted": "what the defender achieved",
        "suppressed": "what the defender achieved by electronic means",
        "hit": "what the attacker achieved",
        "missed": "what the attacker failed to achieve, which serves the defender's account",
        "in_flight": "no more are left open than any account leaves open",
        "unaccounted": "no more are left open than any account leaves open",
        "killed": "harm",
        "injured": "harm",
        "missing": "harm that is feared",
        "captured": "harm to the one side, success of the other",
        "damage": "effect on objects, of each severity",
    }.items()
}
"""Effort, success and failure of either side are all at the least that anybody says.

So no side gains, and accounts that each add up do not contradict each other: what was launched is
at least its parts in every account, hence the lowest number of it at least the lowest parts.
"""

POLICIES: Mapping[str, Policy] = {
    policy.name: policy
    for policy in (
        Policy(
            "graded",
            "The median of what voices say, each weighing reliability times credibility.",
            "More voices, then the narrower interval, else undecided.",
            verdicts.graded,
            "weighted median",
        ),
        Policy(
            "conservative",
            "The lowest number that any voice gives: the least harm and the least effect.",
            "There are none: of equal lower ends the lower upper end.",
            verdicts.conservative,
            "lowest",
            directions=LOWEST,
        ),
        Policy(
            "informative",
            "The narrowest of the intervals that are compatible with the most voices.",
            "More weight, else undecided.",
            verdicts.informative,
            "most voices fit",
        ),
        Policy(
            "representative",
            "The mode: the interval that the most voices give.",
            "More weight, then the narrower interval, else undecided.",
            verdicts.representative,
            "more voices",
        ),
        Policy(
            "latest",
            "What was said last, whoever said it.",
            "Of words said at the same time the narrower interval, else undecided.",
            verdicts.latest,
            "said last",
        ),
    )
}
SIDE = "side:"


def policy_of(side: str) -> Policy:
    """The policy that hears one side only."""
    return Policy(
        f"{SIDE}{side}",
        "What one side says: only its voices are heard; where it is silent a figure is unknown.",
        "Among several voices of the side as graded.",
        verdicts.graded,
        POLICIES["graded"].agreed,
        side=side,
    )


def find_policy(name: str) -> Policy:
    """The policy of that name; whether there is such a side is not known here.

    Raises:
        FilterError: There is none; the nearest names are suggested.
    """
    if name.startswith(SIDE) and name != SIDE:
        return policy_of(name.removeprefix(SIDE))
    if name not in POLICIES:
        known = (*POLICIES, policy_of("XX").name)
        near = get_close_matches(name, known, cutoff=0.4) or known
        raise FilterError("policy", f"There is no policy {name!r}.", suggestions=near)
    return POLICIES[name]


class Choice(NamedTuple):
    """The value of one figure before any constraint.

    Attributes:
        interval: None where the figure was mentioned and no voice gave a number; its low is None
            where none of the voices chosen gave a lower end.
        carriers: The claims that carry a number that was chosen, each with its own, sorted.
        claims: The claims behind the figure: the carriers or, without a number, the mentions.
        voices: How many voices gave this figure; 0 where none that is heard spoke of it.
        agreement: The share of them whose interval overlaps the value, None where there are none.
    """

    interval: Interval | None
    carriers: Mapping[str, Interval]
    claims: tuple[str, ...]
    voices: int
    agreement: float | None
    rule: str


SILENCE = Choice(None, {}, (), 0, None, "silent")


def choose(ballots: Sequence[Ballot], policy: Policy) -> Choice:
    """Pick the value of one figure; where nobody who is heard spoke of it, it is unknown."""
    if not ballots:
        return SILENCE
    numbered = [(b, b.interval) for b in ballots if b.interval is not None]
    if not numbered:
        claims = tuple(sorted(b.claim.id for b in ballots))
        return Choice(None, {}, claims, len(ballots), 1.0, "number unknown")
    first = numbered[0][1]
    if all(interval == first for _, interval in numbered):
        carriers = dict.fromkeys(sorted([b.claim.id for b, _ in numbered]), first)
        return Choice(first, carriers, tuple(carriers), len(numbered), 1.0, policy.agreed)
    return _decided(numbered, policy)


def _decided(numbered: Numbered, policy: Policy) -> Choice:
    """What a policy picks out of intervals that differ."""
    verdict = policy.decide(numbered)
    chosen = {interval.order for interval in verdict.intervals}
    found = {b.claim.id: i for b, i in numbered if i.order in chosen}
    carriers = dict(sorted(found.items()))
    shares = [sum(i.overlaps(v) for _, i in numbered) for v in verdict.intervals]
    return Choice(
        interval=hull(verdict.intervals),
        carriers=carriers,
        claims=tuple(carriers),
        voices=len(numbered),
        agreement=round(max(shares) / len(numbered), 3),
        rule=verdict.rule,
    )
