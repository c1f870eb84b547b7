"""Pages: server-rendered, without scripts of ours except where Swagger UI needs starting."""

from __future__ import annotations

from counterclaim.web.files import Files
from counterclaim.web.pages import router
from counterclaim.web.rendering import swagger_folder

__all__ = ["Files", "router", "swagger_folder"]
