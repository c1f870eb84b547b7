"""Pages: server-rendered, over the same queries as the API; scripts only make them move."""

from __future__ import annotations

from counterclaim.web import (
    changes,
    claims,
    contribute,
    documents,
    embed,
    events,
    home,
    maps,
    pages,
    references,
    review,
    signing,
    stats,
)
from counterclaim.web.errors import ErrorPageMiddleware
from counterclaim.web.files import Files, Libraries, library_folder
from counterclaim.web.memory import Memory
from counterclaim.web.rendering import swagger_folder

_MODULES = (
    *(changes, claims, contribute, documents, embed, events, home, maps, pages),
    *(references, review, signing, stats),
)
routes = [route for module in _MODULES for route in module.router.routes]

__all__ = [
    "ErrorPageMiddleware",
    "Files",
    "Libraries",
    "Memory",
    "library_folder",
    "routes",
    "swagger_folder",
]
