"""All routes of the pages."""

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

_MODULES = (
    *(changes, claims, contribute, documents, embed, events, home, maps, pages),
    *(references, review, signing, stats),
)
routes = [route for module in _MODULES for route in module.router.routes]
