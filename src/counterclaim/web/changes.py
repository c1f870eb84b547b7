"""The page of changes: the ledger, newest first, and the feeds of it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from counterclaim.deps import ListQuery
from counterclaim.queries.changes import ChangeFilter, page_changes
from counterclaim.web.filters import asked_in
from counterclaim.web.forms import TidyRoute
from counterclaim.web.rendering import page
from counterclaim.web.visitors import PageRead

router = APIRouter(include_in_schema=False, route_class=TidyRoute)
LED = {"source", "munition", "document", "event", "claim"}
"""What a change is about and has a page of its own."""


class ChangesPageQuery(ListQuery, ChangeFilter):
    """Filters of the changes."""


@router.get("/changes")
def changes_page(
    request: Request, session: PageRead, query: Annotated[ChangesPageQuery, Query()]
) -> Response:
    """Every write, newest first."""
    found, changes = page_changes(session, query, query.page(request), newest_first=True)
    return page(
        request,
        "changes.html",
        changes=changes.items,
        after=asked_in(request).plus(cursor=found.next) if found.next else None,
        query=query,
        led=LED,
    )
