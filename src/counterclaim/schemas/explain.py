"""How the values of an event came about: the shapes of an explanation."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from counterclaim.schemas.event import ClaimIds
from counterclaim.schemas.fields import Shape

Sentences = Annotated[list[str], Field(description="The same in plain English.")]
Low = Annotated[int | None, Field(description="Least; null when not known.")]
High = Annotated[int | None, Field(description="Greatest; null when open.")]
Pointer = Annotated[str, Field(description="/munitions/KEY/OUTCOME, as in a diff.")]
DropReason = Literal[
    "echo",
    "earlier_of_voice",
    "less_full",
    "no_number",
    "outvoted",
    "negated",
    "superseded",
    "retracted",
    "threatens",
    "promises",
    "forecasts",
    "declines",
    "munition_fact",
    "evidence",
    "position",
    "context",
]


class VoiceOut(Shape):
    """What one voice gives for a figure."""

    claimants: Annotated[list[str], Field(description="Keys of those who speak with this voice.")]
    side: str | None
    low: Low
    high: High
    weight: Annotated[int, Field(description="Of its last word: reliability times credibility.")]
    status: Literal["used", "outvoted", "no_number"]
    claims: Annotated[list[str], Field(description="Its claims, the one that counts first.")]


class DroppedOut(Shape):
    """A claim whose word does not count, and why."""

    claim: str
    claimant: str
    reason: DropReason
    of: Annotated[
        str | None,
        Field(description="The claim that it repeats, that counts instead or that replaced it."),
    ]
    because: Annotated[str | None, Field(description="The reason given when it was ended.")]


class TermOut(Shape):
    """A figure in an equation, with the bounds of it that were used and the claims behind them."""

    event: str
    figure: Pointer
    low: Low
    high: High
    claims: ClaimIds


class EquationOut(Shape):
    """An equation that a value follows from."""

    text: str
    whole: TermOut
    terms: list[TermOut]


class FigureExplained(Shape):
    """How one value came about."""

    figure: Pointer
    low: Low
    best: Annotated[int | None, Field(description="Best value; null when undecided or open.")]
    high: High
    basis: Annotated[
        Literal["stated", "derived", "none"],
        Field(description="none: the event does not show the figure, since no claim on it counts."),
    ]
    rule: Annotated[str, Field(description="The rule of the policy that decided.")]
    voices: list[VoiceOut]
    used: Annotated[list[str], Field(description="Claims that carry it or that it follows from.")]
    dropped: list[DroppedOut]
    tie_breaks: Annotated[list[str], Field(description="What was asked where weights were even.")]
    equations: Annotated[list[EquationOut], Field(description="Causes before what follows.")]
    combines: Annotated[
        list[str],
        Field(description="Claimants whose figures are put together; empty where one says all."),
    ]
    sentences: Sentences


class ExplainOut(Shape):
    """How the values of an event came about, as of ``known_at``."""

    event: str
    known_at: str
    policy: str
    policy_version: Annotated[str, Field(description="Of the table of weights.")]
    figures: list[FigureExplained]
    dropped: Annotated[
        list[DroppedOut], Field(description="Claims on the event that had counted and ended.")
    ]
    sentences: Sentences
