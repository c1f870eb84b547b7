"""Whether the server lives, and whether it can do its work."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from fastapi import APIRouter, FastAPI, Query, Request
from pydantic import Field

from counterclaim.deps import LIST_PROBLEMS, NoQuery
from counterclaim.errors import StoreError
from counterclaim.migrate import is_current
from counterclaim.replicas import Replicas
from counterclaim.schemas.fields import Shape
from counterclaim.store.fitness import faults_of, is_rebuilt

router = APIRouter(tags=["health"])


class HealthOut(Shape):
    """It is well."""

    status: Literal["ok"]


class ReadyOut(HealthOut):
    """It can do all of its work; ``standby`` is there where reads may go to one."""

    standby: Literal["ok", "out_of_reach"] | None = Field(
        None, description="Whether a standby answers; while none does, the primary is read."
    )


@router.get("/healthz", responses=LIST_PROBLEMS)
def healthz(_: Annotated[NoQuery, Query()]) -> HealthOut:
    """The process answers."""
    return HealthOut(status="ok")


@router.get("/readyz", responses=LIST_PROBLEMS, response_model_exclude_none=True)
def readyz(request: Request, _: Annotated[NoQuery, Query()]) -> ReadyOut:
    """The store answers, is at the newest revision with all that follows from it, takes writes."""
    if faults := list(_faults(request.app)):
        raise StoreError(" ".join(faults))
    replicas: Replicas | None = request.app.state.replicas
    if replicas is None:
        return ReadyOut(status="ok")
    return ReadyOut(status="ok", standby="out_of_reach" if replicas.age() is None else "ok")


def _faults(app: FastAPI) -> Iterator[str]:
    engine = app.state.engine
    if not is_current(engine):
        yield "The store's tables are not at the newest revision: run counterclaim db upgrade."
        return
    if not app.state.is_rebuilt:  # Once it is, no write leaves it behind.
        app.state.is_rebuilt = is_rebuilt(engine)
        if not app.state.is_rebuilt:
            yield "The read model is behind its revision: run counterclaim db upgrade."
    yield from faults_of(engine, app.state.settings.min_free_mib)
