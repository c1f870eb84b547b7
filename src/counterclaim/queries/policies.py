"""The policies that there are, with the weights and the sides that can be asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from counterclaim.queries.asof import STORED_POLICY
from counterclaim.queries.conditions import stated_sides
from counterclaim.resolve.policies import POLICIES, policy_of
from counterclaim.resolve.weights import (
    CREDIBILITY_WEIGHTS,
    RELIABILITY_WEIGHTS,
    WEIGHTS_VERSION,
)
from counterclaim.schemas.policy import DirectionOut, PoliciesOut, PolicyOut, WeightsOut

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from counterclaim.queries.asof import View
    from counterclaim.resolve.policies import Policy


def policies_out(session: Session, view: View) -> PoliciesOut:
    """All policies; the sides are those of the sources that a state knows."""
    sides = stated_sides(session, view.known_at)
    one_side = _policy_out(policy_of("XX")).model_copy(update={"sides": sides})
    return PoliciesOut(
        version=WEIGHTS_VERSION,
        default=STORED_POLICY,
        items=[*map(_policy_out, POLICIES.values()), one_side],
        weights=WeightsOut(
            reliability=dict(RELIABILITY_WEIGHTS),
            credibility={str(grade): weight for grade, weight in CREDIBILITY_WEIGHTS.items()},
        ),
    )


def _policy_out(policy: Policy) -> PolicyOut:
    shape = PolicyOut(name=policy.name, description=policy.description, ties=policy.ties)
    if policy.directions is not None:
        shape.directions = [
            DirectionOut(figure=figure, takes=takes, why=why)
            for figure, (takes, why) in policy.directions.items()
        ]
    return shape
