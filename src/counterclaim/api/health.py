"""Whether the server lives, and whether it can do its work."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request

from counterclaim.deps import LIST_PROBLEMS, NoQuery
from counterclaim.errors import StoreError
from counterclaim.migrate import is_current
from counterclaim.schemas.fields import Shape

router = APIRouter(tags=["health"])


class HealthOut(Shape):
    """It is well."""

    status: Literal["ok"]


@router.get("/healthz", responses=LIST_PROBLEMS)
def healthz(_: Annotated[NoQuery, Query()]) -> HealthOut:
    """The process answers."""
    return HealthOut(status="ok")


@router.get("/readyz", responses=LIST_PROBLEMS)
def readyz(request: Request, _: Annotated[NoQuery, Query()]) -> HealthOut:
    """The store answers and its tables are at the newest revision."""
    if not is_current(request.app.state.engine):
        msg = "The store's tables are not at the newest revision."
        raise StoreError(msg)
    return HealthOut(status="ok")
