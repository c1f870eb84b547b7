"""The page of a claim: its words, who said them through whom, and what became of it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from counterclaim.deps import OneQuery, RowId, row_id
from counterclaim.export import jsonld
from counterclaim.queries.claims import get_claim
from counterclaim.web.naming import name_all
from counterclaim.web.rendering import page
from counterclaim.web.visitors import PageRead

router = APIRouter(include_in_schema=False)


class ClaimPageQuery(OneQuery):
    """The state that is shown."""


@router.get("/claims/{id}")
def claim_page(
    request: Request, session: PageRead, claim_id: RowId, query: Annotated[ClaimPageQuery, Query()]
) -> Response:
    """One claim; superseded and retracted ones are tombstones with their reason."""
    claim = get_claim(session, row_id("claim", claim_id), query.view(request, session))
    linked = jsonld.to_jsonld(session, claim, str(request.base_url))
    return page(
        request,
        "claim.html",
        claim=claim,
        names=name_all(session, [claim], [link.source for link in claim.attribution]),
        jsonld=_in_script(linked),
    )


def _in_script(content: bytes) -> str:
    """JSON that can stand in a script element: nothing in it can end the element."""
    return content.decode().replace("<", "\\u003c")
