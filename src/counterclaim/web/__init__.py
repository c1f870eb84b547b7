"""Pages: server-rendered, over the same queries as the API; scripts only make them move."""

from __future__ import annotations

from counterclaim.web.errors import ErrorPageMiddleware
from counterclaim.web.files import Files, Libraries, library_folder, swagger_folder
from counterclaim.web.memory import Memory

__all__ = [
    "ErrorPageMiddleware",
    "Files",
    "Libraries",
    "Memory",
    "library_folder",
    "swagger_folder",
]
