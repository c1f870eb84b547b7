"""Policies: the rules that pick figures, and the weights they rest on."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from counterclaim.deps import LIST_PROBLEMS, NOT_MODIFIED, OneQuery, Read, send_json
from counterclaim.queries.policies import policies_out
from counterclaim.schemas.policy import PoliciesOut

router = APIRouter(prefix="/v1", tags=["policies"])


@router.get("/policies", response_model=PoliciesOut, responses={**NOT_MODIFIED, **LIST_PROBLEMS})
def list_policies(request: Request, session: Read, query: Annotated[OneQuery, Query()]) -> Response:
    """What policy= can be: each rule with how its ties end, and the weights of all grades."""
    return send_json(request, policies_out(session, query.view(request, session)))
