"""Files as they lie on the disk: ours, and those of the front-end libraries that npm installed."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.exceptions import HTTPException
from starlette.responses import FileResponse
from starlette.staticfiles import StaticFiles

if TYPE_CHECKING:
    from starlette.responses import Response
    from starlette.types import Receive, Scope, Send

HANDED_ON = {"Cache-Control": "public, max-age=3600", "Vary": "Accept-Encoding"}
"""Any cache may hand files on for an hour: a new version has no hurry."""

LIBRARIES = {
    "htmx.js": "htmx.org/dist/htmx.min.js",
    "maplibre-gl.mjs": "maplibre-gl/dist/maplibre-gl.mjs",
    "maplibre-gl-worker.mjs": "maplibre-gl/dist/maplibre-gl-worker.mjs",
    "maplibre-gl.css": "maplibre-gl/dist/maplibre-gl.css",
    "topojson-client.js": "topojson-client/dist/topojson-client.min.js",
    "land.json": "world-atlas/land-50m.json",
    "serif.css": "@fontsource-variable/source-serif-4/opsz.css",
    "serif-italic.css": "@fontsource-variable/source-serif-4/opsz-italic.css",
    "sans.css": "@fontsource-variable/source-sans-3/wght.css",
}
"""What pages load of the libraries, by the name that it has under ``/static/lib``."""

FONTS = ("@fontsource-variable/source-serif-4", "@fontsource-variable/source-sans-3")
"""The packages whose files the style sheets of the fonts name, as ``files/NAME``."""


class Files(StaticFiles):
    """A folder whose files any cache may hand on for an hour."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        """A file, or 304."""
        response = super().file_response(*args, **kwargs)
        response.headers.update(HANDED_ON)
        return response


class Libraries:
    """The files of front-end libraries that pages load, and no others of the folder.

    Without the folder every one of them is 404, and pages do without: in the fonts of the system,
    without a map, and with forms that are sent as a whole.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one file."""
        name = scope["path"].removeprefix(scope.get("root_path", "")).lstrip("/")
        file = self.find(name)
        if file is None:
            raise HTTPException(404, f"There is no library file {name!r} here.")
        kind = "text/javascript" if file.suffix == ".mjs" else None
        await FileResponse(file, headers=HANDED_ON, media_type=kind)(scope, receive, send)

    def find(self, name: str) -> Path | None:
        """Where a file lies; None if it is not installed or no page's."""
        if name in LIBRARIES:
            places = [self.folder / LIBRARIES[name]]
        else:
            kind, _, file = name.rpartition("/")
            fine = kind == "files" and file.endswith(".woff2")
            places = [self.folder / font / "files" / file for font in FONTS] if fine else []
        return next((place for place in places if place.is_file()), None)


def library_folder(given: Path | None) -> Path:
    """Where npm put the libraries: as told, else beside the project that is run from its folder."""
    return given or Path(__file__).parents[3] / "node_modules"


def swagger_folder() -> Path:
    """The folder of the installed package that holds Swagger UI's style sheet and script."""
    return Path(str(files("fastapi_offline"))) / "static"
