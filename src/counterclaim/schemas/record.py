"""The track record of a source: how its figures stand against what others say."""

from __future__ import annotations

from typing import Annotated, Generic, TypeVar

from pydantic import Field

from counterclaim.schemas.fields import MomentOut, Shape

T = TypeVar("T")
NOTE = "Counts of agreement, not of truth; no grade is given by this."
METHOD = "Wilson score interval, 95 % (Wilson 1927, JASA 22: 209-212)"


class RevisedOut(Shape):
    """How often a voice of the source gave another number later, by direction."""

    up: int
    down: int
    narrowed: Annotated[int, Field(description="The new interval lies within the old one.")]
    widened: Annotated[int, Field(description="The old interval lies within the new one.")]


class RecordTallyOut(Shape):
    """Figures of events; each is alone, confirmed or contradicted."""

    figures: int
    alone: Annotated[int, Field(description="No voice of another side, or of none, gives it.")]
    confirmed: Annotated[int, Field(description="A voice not of its side gives what overlaps.")]
    contradicted: Annotated[int, Field(description="Another voice gives what does not overlap.")]
    confirmed_later: Annotated[int, Field(description="Of the confirmed: the others came later.")]
    confirms_others: Annotated[int, Field(description="Of the confirmed: another came first.")]
    no_order: Annotated[int, Field(description="Of the confirmed: one day, or not dated.")]
    revised: RevisedOut


class ShareOut(Shape):
    """The bounds of a share."""

    low: float
    high: float


class SharesOut(Shape):
    """Shares of the figures of which an independent voice speaks at all; null where none is."""

    of: Annotated[int, Field(description="Confirmed and contradicted figures together.")]
    confirmed: ShareOut | None
    contradicted: ShareOut | None
    method: str


class WordOut(Shape):
    """What one claim says of a figure."""

    claim: str
    claimant: str
    side: str | None
    low: int | None
    high: int | None
    said_at: Annotated[str | None, Field(description="Since when it counts as said.")]


class OtherOut(WordOut):
    """What another voice says of it."""

    by: Annotated[
        int, Field(description="How much more it says at least; negative: less; 0: they overlap.")
    ]


class ComparedOut(Shape):
    """One figure, the source's words on it, the last one first, and those it is held against."""

    event: str
    figure: Annotated[str, Field(description="Its path, as in a diff.")]
    low: int | None
    high: int | None
    claims: Annotated[list[str], Field(description="The source's, the one that stands first.")]
    order: Annotated[str | None, Field(description="confirmed_later, confirms_others or no_order.")]
    others: list[OtherOut]


class RevisionOut(Shape):
    """One change of a number by the voice that gave it."""

    event: str
    figure: str
    direction: str
    before: WordOut
    after: WordOut


class Examples(Shape, Generic[T]):
    """The first of them by event and figure."""

    total: int
    items: list[T]


class ExamplesOut(Shape):
    """Up to 20 of each class."""

    alone: Examples[ComparedOut]
    confirmed: Examples[ComparedOut]
    contradicted: Examples[ComparedOut]
    revised: Examples[RevisionOut]


class AdmissionOut(Shape):
    """What a claim says against the interest of the side that speaks."""

    event: str
    claim: str
    claimant: str
    quote: str | None
    figure: Annotated[str | None, Field(description="Null where the event itself is admitted.")]
    said: MomentOut | None


class RecordHead(Shape):
    """Whose record it is, and in which state."""

    source: str
    below: Annotated[bool, Field(description="Whether the sources below it are counted, too.")]
    known_at: str


class RecordOut(RecordTallyOut, RecordHead):
    """How the figures of a source stand against what others say. It grades nobody."""

    shares: SharesOut
    by_outcome: Annotated[
        dict[str, RecordTallyOut], Field(description="The same by outcome, harm or severity.")
    ]
    admissions: Annotated[list[AdmissionOut], Field(description="The first 100.")]
    admissions_total: int
    examples: ExamplesOut
    note: str
