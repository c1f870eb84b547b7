"""What each side has said of an event, and of each of its figures."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from pydantic.json_schema import SkipJsonSchema

from counterclaim.schemas.fields import MomentOut, Shape, left_out
from counterclaim.vocabulary import Position, Stance


class PositionClaimOut(Shape):
    """One claim behind a position."""

    id: str
    claimant: str
    stance: Stance
    polarity: int
    quote: str | None
    said: MomentOut | None
    document: str


class SaidOut(Shape):
    """The last word of one voice on a figure; all but stance, claims and echoes null in silence."""

    stance: Annotated[
        Position, Field(description="With denies, the number is the one said not to be so.")
    ]
    low: Annotated[int | None, Field(description="Least; null when not known.")]
    high: Annotated[int | None, Field(description="Greatest; null when open.")]
    said: Annotated[str | None, Field(description="The number in the words that were said.")]
    quote: str | None
    claimant: str | None
    claims: Annotated[list[str], Field(description="Ids of all that the voice said, latest first.")]
    said_at: MomentOut | None
    document: str | None
    echoes: Annotated[int, Field(description="Further claims of the same voice, folded into it.")]


class CellHead(Shape):
    """Which figure a cell is about."""

    figure: Annotated[str, Field(description="Its path, as in a diff: /munitions/KEY/OUTCOME.")]
    shared: Annotated[
        str | SkipJsonSchema[None], Field(description="The collection whose figure it is.")
    ] = left_out()


class CellOut(SaidOut, CellHead):
    """What one side says of one figure: its strongest voice; ``claims`` are those of all voices."""

    others: Annotated[list[SaidOut], Field(description="What further voices of the side say.")]
    as_of: Annotated[str | None, Field(description="Where it is silent: known_at.")]


class PositionOut(Shape):
    """What one side has said of an event; ``claims`` is empty where it is silent."""

    side: Annotated[
        str, Field(description="Neutral and unknown speakers come last, if they spoke.")
    ]
    position: Position
    claims: list[PositionClaimOut]
    figures: Annotated[list[CellOut], Field(description="The same figures for each side.")]


class PositionsOut(Shape):
    """What each side has said of an event, as of ``known_at``."""

    event: str
    known_at: str
    items: list[PositionOut]
