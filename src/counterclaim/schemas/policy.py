"""Policies and the weights they rest on, as they are given out."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from counterclaim.schemas.fields import Shape, left_out
from counterclaim.vocabulary import Reliability


class DirectionOut(Shape):
    """Which end a policy takes of what was said of one figure, and what that end stands for."""

    figure: Annotated[str, Field(description="An outcome, a harm, or damage.")]
    takes: Literal["lowest", "highest"]
    why: str


class PolicyOut(Shape):
    """A rule that picks figures among voices."""

    name: Annotated[str, Field(description="As policy= takes it; for side:XX see sides.")]
    description: str
    ties: Annotated[str, Field(description="What decides where the rule leaves several.")]
    directions: list[DirectionOut] = left_out()
    sides: Annotated[list[str], Field(description="What XX may be.")] = left_out()


class WeightsOut(Shape):
    """What grades weigh; a claim weighs the one times the other."""

    reliability: Annotated[dict[Reliability, int], Field(description="Of the source.")]
    credibility: Annotated[dict[str, int], Field(description="Of the claim.")]


class PoliciesOut(Shape):
    """All policies, with the one version that answers name as ``policy_version``."""

    version: str
    default: Annotated[str, Field(description="The policy of an answer that asks for none.")]
    items: list[PolicyOut]
    weights: WeightsOut
