"""Puts the application together. There is no global app: ``create_app`` makes one."""

from __future__ import annotations

from contextlib import asynccontextmanager, nullcontext
from os import environ
from pathlib import Path
from secrets import token_urlsafe
from typing import TYPE_CHECKING

from anyio import to_thread
from fastapi import FastAPI
from fastapi.telemetry import TelemetryConfig

from counterclaim import __version__, web
from counterclaim.admission import Admission
from counterclaim.api import events, health, metrics, stats
from counterclaim.api.following import Watch
from counterclaim.api.quick import Quick, ShortWays
from counterclaim.compression import CompressMiddleware
from counterclaim.config import Settings
from counterclaim.connections import PATIENCE
from counterclaim.db import make_engine
from counterclaim.frame import FrameMiddleware
from counterclaim.logs import request_log
from counterclaim.memory import settle
from counterclaim.middleware import BodyLimitMiddleware, HeadMiddleware, OriginMiddleware
from counterclaim.observation import Observer, is_quiet
from counterclaim.openapi import describe
from counterclaim.parts import Part
from counterclaim.problems import add_problem_handlers
from counterclaim.proposing.model import Model
from counterclaim.rates import Rates
from counterclaim.replicas import Replicas
from counterclaim.tally import Tally
from counterclaim.turns import Turns

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from counterclaim.logs import RequestLog


def _telemetry() -> TelemetryConfig:
    """FastAPI's own, where the environment configures it; its logs would hold messages and values.

    Otherwise it is off, or FastAPI would look for it anew with every request.
    """
    told = any(name.startswith(("OTEL_", "FASTAPI_OTEL_")) for name in environ)
    return {"tracing": told, "metrics": told, "logs": False, "exclude": is_quiet}


def served_app(settings: Settings | None = None) -> FastAPI:
    """An application for a process that only serves it."""
    settings = settings or Settings()
    app = create_app(settings, request_log(settings.log_format, settings.log_level))
    settle()
    return app


def create_app(settings: Settings | None = None, lines: RequestLog | None = None) -> FastAPI:
    """An application on the store of its settings; ``lines`` takes what is told of requests."""
    app = FastAPI(
        title="Counterclaim",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        lifespan=_running,
        telemetry=_telemetry(),
    )
    app.openapi = lambda: describe(app)  # type: ignore[method-assign]
    _set_state(app, settings or Settings(), lines)
    _add_routes(app)
    _add_middleware(app)
    add_problem_handlers(app)
    return app


def _set_state(app: FastAPI, settings: Settings, lines: RequestLog | None) -> None:
    """What the application holds from its making to its end."""
    state, secret = app.state, settings.secret_key
    state.settings = settings
    state.lines = lines
    state.engine = make_engine(
        settings.database_url,
        pool_size=settings.pool_size,
        cache_mib=max(1, settings.cache_mib // 2 // settings.pool_size),
    )
    state.watch = Watch(state.engine)
    state.quick = Quick.of(state.engine, settings)
    state.replicas = Replicas.of(settings)
    state.standbys = Quick.of_standbys(state.replicas, settings) if state.replicas else None
    state.turns = Turns(settings.database_url, settings.max_waiting_writes)
    state.tally = Tally(settings.metrics_folder if settings.workers > 1 else None)
    state.secret = secret.get_secret_value() if secret else token_urlsafe(32)
    state.draft_model = Model.of(settings)
    state.uses_noted = {}
    state.is_rebuilt = False
    state.totals = stats.Answers()
    state.seen = web.Memory()


@asynccontextmanager
async def _running(app: FastAPI) -> AsyncIterator[dict[str, float]]:
    """The time in which the application serves."""
    state = app.state
    # More threads than connections would wait for these, and keep the one that writes waiting.
    to_thread.current_default_thread_limiter().total_tokens = state.settings.pool_size
    ways = list(filter(None, (state.quick, state.standbys)))
    for way in ways:
        await way.open()
    async with metrics.sharing(app):
        with (
            state.watch.until_stop(),
            state.replicas.followed() if state.replicas else nullcontext(),
        ):
            yield {PATIENCE: state.settings.patience_s}
    for way in ways:
        await way.close()
    state.turns.close()
    state.engine.dispose()
    if state.lines is not None:
        state.lines.write()


def _add_routes(app: FastAPI) -> None:
    # Including routers would make all that FastAPI derives from a route a second time.
    app.router.routes += [
        *events.router.routes,
        *stats.router.routes,
        *health.router.routes,
        *metrics.router.routes,
    ]
    settings: Settings = app.state.settings
    app.mount("/static/lib", web.Libraries(web.library_folder(settings.node_modules)))
    app.mount("/static", web.Files(directory=Path(web.__file__).parent / "static"))
    app.mount("/docs/assets", web.Files(directory=web.swagger_folder()))
    app.router.routes += [
        Part(app.router, "counterclaim.api.rest", "/v1/"),
        Part(app.router, "counterclaim.ogc.service", "/ogc"),
        Part(app.router, "counterclaim.web.site"),
    ]


def _add_middleware(app: FastAPI) -> None:
    """What is done around requests, the innermost first."""
    state = app.state
    settings: Settings = state.settings
    limit = settings.rate_limit.strip()
    rates = Rates(limit, settings.rate_limit_storage) if limit else None
    app.add_middleware(BodyLimitMiddleware, max_body_bytes=settings.max_body_bytes)
    app.add_middleware(
        FrameMiddleware,
        observer=Observer(state.tally, state.lines),
        admission=Admission(settings.max_requests, rates),
        answer=ShortWays([*events.SHORT_WAYS, *stats.SHORT_WAYS], state.quick, state.standbys),
        prefers=state.replicas is not None,
    )
    # What fails in the frame is told as a problem there, and to people as a page in the next.
    app.add_middleware(web.ErrorPageMiddleware)
    app.add_middleware(CompressMiddleware)
    app.add_middleware(HeadMiddleware)
    if origins := settings.cors_origins.split():
        app.add_middleware(OriginMiddleware, origins=origins)
