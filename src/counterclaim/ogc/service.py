"""All routes of the OGC API."""

from __future__ import annotations

from counterclaim.ogc import items, landing

routes = [*landing.router.routes, *items.router.routes]
