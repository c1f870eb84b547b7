"""``/metrics``: how much is asked and how long it takes, in the text form of Prometheus."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from ipaddress import ip_address
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, FastAPI, Query
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector
from sqlalchemy.pool import QueuePool
from starlette.requests import Request
from starlette.responses import Response

from counterclaim import __version__
from counterclaim.db import reading
from counterclaim.deps import NoQuery
from counterclaim.errors import NotFoundError, StoreError
from counterclaim.queries.changes import last_seq
from counterclaim.store.fitness import is_rebuilt
from counterclaim.tally import BUCKETS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from prometheus_client import Metric
    from sqlalchemy import Engine

    from counterclaim.replicas import Replicas
    from counterclaim.tally import Rows, Tally

router = APIRouter(include_in_schema=False)

FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "via")
"""Headers that say that a request came through a proxy."""

SHARED_EVERY_S = 1.0
"""A process leaves its numbers for the others this often."""

GAUGES = {
    "pool_in_use": "Connections to the database that are in use, of all processes.",
    "pool_size": "Connections to the database that may be open, of all processes.",
    "writes_waiting": "Writes that wait for their turn, of all processes.",
    "processes": "Processes that serve.",
}


@router.get("/metrics")
def metrics(request: Request, _: Annotated[NoQuery, Query()]) -> Response:
    """The numbers of all processes of this server."""
    if not _may_see(request):
        raise NotFoundError("page", "/metrics")
    tally: Tally = request.app.state.tally
    tally.share(gauges_of(request.app))
    registry = CollectorRegistry()
    registry.register(_Numbers(request.app))
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


def _may_see(request: Request) -> bool:
    wanted = request.app.state.settings.metrics
    if wanted != "local":
        return bool(wanted == "on")
    if any(name in request.headers for name in FORWARDED):
        return False
    try:
        return request.client is not None and ip_address(request.client.host).is_loopback
    except ValueError:
        return False


def gauges_of(app: FastAPI) -> dict[str, float]:
    """How this process is doing now."""
    pool = app.state.engine.pool
    told = {"writes_waiting": float(app.state.turns.waiting), "processes": 1.0}
    if isinstance(pool, QueuePool):
        told |= {"pool_in_use": float(pool.checkedout()), "pool_size": float(pool.size())}
    return told


@asynccontextmanager
async def sharing(app: FastAPI) -> AsyncIterator[None]:
    """Leave the numbers of this process for the others, until it ends and once more then."""
    tally: Tally = app.state.tally
    if tally.folder is None:
        yield
        return

    async def share() -> None:
        while True:
            tally.share(gauges_of(app))
            await asyncio.sleep(SHARED_EVERY_S)

    task = asyncio.create_task(share())
    try:
        yield
    finally:
        task.cancel()
        tally.share(gauges_of(app))


class _Numbers(Collector):
    """The numbers as families of metrics."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app
        self._tally: Tally = app.state.tally
        self._engine: Engine = app.state.engine

    def collect(self) -> Iterator[Metric]:
        """All families, for one scrape."""
        rows, gauges = self._tally.summed()
        yield _latencies(rows)
        for name, meaning in GAUGES.items():
            yield GaugeMetricFamily(f"counterclaim_{name}", meaning, gauges.get(name, 0.0))
        build = GaugeMetricFamily("counterclaim_build_info", "What serves.", labels=["version"])
        build.add_metric([__version__], 1)
        yield build
        yield from self._of_store()
        replicas: Replicas | None = self._app.state.replicas
        if replicas is not None:
            yield from _of_standbys(replicas)

    def _of_store(self) -> Iterator[Metric]:
        try:
            with reading(self._engine) as session:
                length = last_seq(session)
            behind = 0 if self._app.state.is_rebuilt or is_rebuilt(self._engine) else length
        except StoreError:
            yield GaugeMetricFamily("counterclaim_store_up", "Whether the store answers.", 0)
            return
        yield GaugeMetricFamily("counterclaim_store_up", "Whether the store answers.", 1)
        meaning = "Entries of the ledger, counted since the store was made."
        yield CounterMetricFamily("counterclaim_ledger_entries", meaning, length)
        meaning = "Entries that the read model lacks: none, but between a migration and a rebuild."
        yield GaugeMetricFamily("counterclaim_projection_lag_entries", meaning, behind)


def _of_standbys(replicas: Replicas) -> Iterator[Metric]:
    age = replicas.age()
    up = GaugeMetricFamily("counterclaim_standby_up", "Whether a standby answers.")
    up.add_metric([], 0 if age is None else 1)
    yield up
    if age is not None:
        meaning = "Seconds at most that what a standby shows is old; it is one of them that tells."
        yield GaugeMetricFamily("counterclaim_standby_age_seconds", meaning, age)


def _latencies(rows: Rows) -> HistogramMetricFamily:
    family = HistogramMetricFamily(
        "counterclaim_request_duration_seconds",
        "Seconds from when a request came until its answer was out, by address and status.",
        labels=["method", "route", "status"],
    )
    ends = [*map(str, BUCKETS), "+Inf"]
    for (method, route, status), row in sorted(rows.items()):
        reached, buckets = 0, []
        for end, count in zip(ends, row.counts, strict=True):
            reached += count
            buckets.append((end, reached))
        family.add_metric([method, route, str(status)], buckets, row.seconds)
    return family
