"""What reviewers decide, as it is taken in and given out."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, Tag

from counterclaim.schemas.entry import ClaimPost
from counterclaim.schemas.fields import Input, Real, Shape, Words, told_apart
from counterclaim.schemas.incoming import RefOrId
from counterclaim.vocabulary import Credibility, Judgement, Reliability


def _digit(value: Any) -> Any:
    # The Admiralty code's digits are words of a closed list; as numbers they are as clear.
    return str(value) if type(value) is int else value


class AcceptIn(Input):
    """Why a claim counts from now on; of the reason only the digest is kept, in the ledger."""

    reason: Words | None = None


class ReasonIn(Input):
    """Why; it is kept for whoever asks later."""

    reason: Words


class SupersedeIn(Input):
    """What stands in a claim's place: a claim recorded before, or one given here."""

    by: Annotated[
        Annotated[RefOrId, Tag("words")] | Annotated[ClaimPost, Tag("fields")],
        told_apart("Give the id of a claim as text, or a claim as it is posted."),
        Field(description="Id of a claim, or a claim as posted."),
    ]
    reason: Words


class AssessmentIn(Input):
    """How credible a claim is."""

    credibility: Annotated[Credibility, BeforeValidator(_digit)]
    rationale: Words


class RatingIn(Input):
    """How far a source is trusted."""

    reliability: Reliability
    rationale: Words


class RedactedOut(Shape):
    """What was redacted, and when."""

    id: str
    noun: str
    redacted_at: str


class JudgementIn(Input):
    """Whether the event asked for and another one are the same."""

    event: Annotated[RefOrId, Field(description="Id of the other event.")]
    judgement: Judgement
    reason: Words
    score: Annotated[
        Annotated[Real, Field(ge=0, le=1)] | None, Field(description="How alike the two looked.")
    ] = None


class JudgementOut(Shape):
    """A judgement whether two events are one; ``served_as`` is under which id each is served."""

    id: str
    events: Annotated[list[str], Field(description="The two, in the order of their ids.")]
    judgement: Judgement
    score: float | None
    reason: str
    decided_by: str
    recorded_at: str
    ended_at: str | None
    served_as: dict[str, str]


class JudgementsOut(Shape):
    """All judgements about an event, ended ones included, the newest first."""

    event: str
    known_at: str
    items: list[JudgementOut]


class LikenessParts(Shape):
    """What speaks for one event rather than two: each 0 to 1."""

    date: float
    place: float
    munition: float
    parties: float


class SimilarOut(Shape):
    """Another event that may be the same one."""

    id: str
    label: str
    score: Annotated[float, Field(description="0 to 1: the parts by their weights.")]
    parts: LikenessParts
    explained: Annotated[str, Field(description="The parts as a sentence.")]
    judgement: Annotated[
        Judgement | None, Field(description="What was decided of the two, if anything.")
    ]


class SimilarsOut(Shape):
    """Events that may be the same as one, the most alike first."""

    event: str
    known_at: str
    weights: LikenessParts
    items: list[SimilarOut]
