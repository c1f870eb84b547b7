"""Routes that are imported when they are first asked for, so that a server answers sooner."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from anyio import to_thread
from starlette._utils import get_route_path
from starlette.routing import BaseRoute, Match

from counterclaim.memory import settle_more

if TYPE_CHECKING:
    from starlette.routing import Router
    from starlette.types import Receive, Scope, Send


class Part(BaseRoute):
    """Stands for the ``routes`` of a module, until an address below its own is asked for.

    The module is imported in a thread, so that only who needs it waits. Then its routes take this
    place, and the request is looked up again among all of them.
    """

    def __init__(self, router: Router, module: str, below: str = "/") -> None:
        self.router, self.module, self.below = router, module, below

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether the routes may be needed to tell what becomes of a request."""
        is_its = get_route_path(scope).startswith(self.below)
        return Match.FULL if is_its else Match.NONE, {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection by the routes."""
        await to_thread.run_sync(import_module, self.module)
        settle_more()
        self.open()
        await self.router.app(scope, receive, send)

    def open(self) -> None:
        """Let the routes take this place, unless they have."""
        routes = self.router.routes
        if self in routes:
            at = routes.index(self)
            routes[at : at + 1] = import_module(self.module).routes


def open_parts(router: Router) -> None:
    """Import whatever was left for later, for who looks at all routes."""
    for route in list(router.routes):
        if isinstance(route, Part):
            route.open()
