"""Totals over events, and the events whose voices contradict each other."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field

from counterclaim.schemas.fields import MomentOut, Shape
from counterclaim.vocabulary import Grade


class CountOut(Shape):
    """One outcome or harm over the events of an item."""

    low: Annotated[int | None, Field(description="Sum of the lower ends; null when none is known.")]
    best: Annotated[
        int | None, Field(description="Sum of the best values; null when none has one.")
    ]
    high: Annotated[int | None, Field(description="Sum of the upper ends; null when one is open.")]
    unknown: Annotated[int, Field(description="How many of the events best leaves out.")]


class RateOut(Shape):
    """Intercepted of those launched, 0 to 1."""

    low: float
    best: float
    high: float


OneSided = Annotated[
    float | None, Field(description="Share of the events whose figures rest on one side's voices.")
]


class TotalOut(Shape):
    """What some events come to; each ``group_by`` adds a member of its name, null when unknown."""

    model_config = ConfigDict(extra="allow")

    events: Annotated[int, Field(description="How many events; a collection is its parts.")]


class InterceptionTotalOut(TotalOut):
    """Munitions of the events that have such figures."""

    counts: Annotated[dict[str, CountOut], Field(description="By outcome.")]
    interception_rate: Annotated[
        RateOut | None,
        Field(description="Null while launched or intercepted of any event is unknown."),
    ]
    one_sided: OneSided


class CasualtyTotalOut(TotalOut):
    """People harmed in the events that have such figures."""

    counts: Annotated[dict[str, CountOut], Field(description="By harm.")]
    one_sided: OneSided


class EventTotalOut(TotalOut):
    """Events, how many of them are disputed, and how well they are established."""

    disputed: int
    grades: Annotated[dict[str, int], Field(description="By grade; ungraded where there is none.")]


class _TotalsOut(Shape):
    next: Annotated[None, Field(description="Totals have one page.")]
    known_at: Annotated[str, Field(description="The instant the store is shown at, UTC.")]
    policy: str
    policy_version: Annotated[str, Field(description="Of the weights; see /v1/policies.")]
    group_by: list[str]


class InterceptionTotalsOut(_TotalsOut):
    """Totals of interceptions."""

    items: list[InterceptionTotalOut]


class CasualtyTotalsOut(_TotalsOut):
    """Totals of casualties."""

    items: list[CasualtyTotalOut]


class EventTotalsOut(_TotalsOut):
    """Totals of events."""

    items: list[EventTotalOut]


class SpreadOut(Shape):
    """The least and the greatest of what voices give; null is open, or no number."""

    low: int | None
    high: int | None


class StandOut(SpreadOut):
    """What one voice gives."""

    side: str | None
    claimant: str
    claims: list[str]


class ClashOut(Shape):
    """One figure of which voices contradict each other."""

    figure: Annotated[str, Field(description="/munitions/KEY/OUTCOME, /occurrence and the like.")]
    detail: str
    divergence: Annotated[float, Field(description="0 to 1: how far the voices lie apart.")]
    spread: SpreadOut
    positions: list[StandOut]


class DisputeOut(Shape):
    """An event whose voices contradict each other."""

    event: str
    label: str
    occurred: MomentOut | None
    grade: Grade | None
    divergence: Annotated[float, Field(description="The greatest of its figures, 0 to 1.")]
    figures: list[ClashOut]
    parties: Annotated[list[str], Field(description="The sides that take part.")]
