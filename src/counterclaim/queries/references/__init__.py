"""Sources, munitions and places as they are given out: pages of them, and one of them."""

from counterclaim.queries.references.details import (
    find_row,
    get_munition,
    get_place,
    get_source,
)
from counterclaim.queries.references.filters import MunitionFilter, PlaceFilter, SourceFilter
from counterclaim.queries.references.pages import page_munitions, page_places, page_sources
from counterclaim.queries.references.shapes import munitions_out, places_out, sources_out
from counterclaim.queries.references.trees import subtree

__all__ = [
    "MunitionFilter",
    "PlaceFilter",
    "SourceFilter",
    "find_row",
    "get_munition",
    "get_place",
    "get_source",
    "munitions_out",
    "page_munitions",
    "page_places",
    "page_sources",
    "places_out",
    "sources_out",
    "subtree",
]
