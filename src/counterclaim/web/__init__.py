"""Pages: server-rendered, over the same queries as the API; scripts only make them move."""

from __future__ import annotations

from counterclaim.web import clusters, embed, home, pages, signing
from counterclaim.web.errors import ErrorPageMiddleware
from counterclaim.web.files import Files, Libraries, library_folder
from counterclaim.web.memory import Memory
from counterclaim.web.rendering import swagger_folder

routes = [
    route for module in (clusters, embed, home, pages, signing) for route in module.router.routes
]

__all__ = [
    "ErrorPageMiddleware",
    "Files",
    "Libraries",
    "Memory",
    "library_folder",
    "routes",
    "swagger_folder",
]
