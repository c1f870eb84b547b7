"""Track records of sources."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from counterclaim.deps import NOT_MODIFIED, READ_PROBLEMS, OneQuery, Read, RowKey, send_json
from counterclaim.queries.record import source_record
from counterclaim.schemas.record import RecordOut

router = APIRouter(prefix="/v1", tags=["sources"])


class RecordQuery(OneQuery):
    """Whose record is asked for, and in which state."""

    below: Annotated[bool, Field(description="Count the sources below it in the tree, too.")] = True


@router.get(
    "/sources/{key}/record", response_model=RecordOut, responses={**NOT_MODIFIED, **READ_PROBLEMS}
)
def show_record(
    request: Request, session: Read, key: RowKey, query: Annotated[RecordQuery, Query()]
) -> Response:
    """How a source's figures stand against what others say: counts and intervals, never a grade."""
    view = query.view(request, session)
    return send_json(request, source_record(session, key, view, below=query.below))
