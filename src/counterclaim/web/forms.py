"""What forms send that addresses typed by hand do not: fields that were left empty."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from fastapi.routing import APIRoute
from starlette.responses import RedirectResponse

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from starlette.requests import Request
    from starlette.responses import Response


class TidyRoute(APIRoute):
    """A route to which the fields of a form that were left empty do not come.

    Who sent some is led to the address without them, which is the one to be kept.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler behind the tidying."""
        handler = super().get_route_handler()

        async def tidy(request: Request) -> Response:
            given = request.query_params.multi_items()
            kept = [(name, value) for name, value in given if value.strip()]
            if kept == given:
                return await handler(request)
            query = f"?{urlencode(kept)}" if kept else ""
            return RedirectResponse(f"{request.url.path}{query}", HTTPStatus.SEE_OTHER)

        return tidy
