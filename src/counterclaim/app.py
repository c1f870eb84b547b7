"""Puts the application together. There is no global app: ``create_app`` makes one."""

from __future__ import annotations

from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from counterclaim import __version__, api, ogc, web
from counterclaim.api import health
from counterclaim.api.following import Watch
from counterclaim.config import Settings
from counterclaim.db import make_engine
from counterclaim.middleware import (
    BodyLimitMiddleware,
    HeadMiddleware,
    LinkMiddleware,
    RateLimitMiddleware,
)
from counterclaim.openapi import describe
from counterclaim.problems import add_problem_handlers
from counterclaim.rates import Rates
from counterclaim.turns import Turns

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


def create_app(settings: Settings | None = None) -> FastAPI:
    """An application on the store of its settings."""
    settings = settings or Settings()
    engine = make_engine(settings.database_url, pool_size=settings.pool_size)
    watch = Watch(engine)
    turns = Turns(settings.database_url, settings.max_waiting_writes)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        with watch.until_stop():
            yield
        turns.close()
        engine.dispose()

    app = FastAPI(
        title="Counterclaim",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    app.state.engine = engine
    app.state.watch = watch
    app.state.settings = settings
    app.state.turns = turns
    app.state.uses_noted = {}
    app.openapi = lambda: describe(app)  # type: ignore[method-assign]
    app.include_router(api.router)
    app.include_router(health.router)
    app.include_router(ogc.router)
    app.include_router(web.router)
    app.mount("/static", StaticFiles(directory=Path(web.__file__).parent / "static"))
    app.mount("/docs/assets", StaticFiles(directory=web.swagger_folder()))
    app.add_middleware(LinkMiddleware)
    app.add_middleware(BodyLimitMiddleware, max_body_bytes=settings.max_body_bytes)
    if settings.rate_limit.strip():
        rates = Rates(settings.rate_limit, settings.rate_limit_storage)
        app.add_middleware(RateLimitMiddleware, rates=rates)
    app.add_middleware(HeadMiddleware)
    add_problem_handlers(app)
    return app
