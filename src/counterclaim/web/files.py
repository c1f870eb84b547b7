"""Files as they lie on the disk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.staticfiles import StaticFiles

if TYPE_CHECKING:
    from starlette.responses import Response


class Files(StaticFiles):
    """A folder whose files any cache may hand on for an hour: a new version has no hurry."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        """A file, or 304."""
        response = super().file_response(*args, **kwargs)
        response.headers.update(
            {"Cache-Control": "public, max-age=3600", "Vary": "Accept-Encoding"}
        )
        return response
