"""Pages of reference rows, in the order of their keys."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from counterclaim.db import dialect_of
from counterclaim.models import Munition, Place, Source
from counterclaim.queries.pages import Key, Slice, take_page
from counterclaim.queries.references.filters import (
    munition_conditions,
    place_conditions,
    source_conditions,
)
from counterclaim.queries.references.shapes import munitions_out, places_out, sources_out

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from counterclaim.queries.names import Reference
    from counterclaim.queries.pages import Window
    from counterclaim.queries.references.filters import MunitionFilter, PlaceFilter, SourceFilter
    from counterclaim.schemas.reference import MunitionOut, PlaceOut, SourceOut

BYTEWISE = {"sqlite": "BINARY", "postgresql": "C"}
"""The collation by which keys have one order on both engines."""


def page_sources(session: Session, given: SourceFilter, window: Window) -> Slice[SourceOut]:
    """One page of sources, by key.

    Raises:
        FilterError: a filter's value names nothing.
        CursorError: the cursor was altered or belongs to another query.
    """
    return _page(session, Source, window, source_conditions, given, sources_out)


def page_munitions(session: Session, given: MunitionFilter, window: Window) -> Slice[MunitionOut]:
    """One page of munitions, by key.

    Raises:
        FilterError: a filter's value names nothing.
        CursorError: the cursor was altered or belongs to another query.
    """
    return _page(session, Munition, window, munition_conditions, given, munitions_out)


def page_places(session: Session, given: PlaceFilter, window: Window) -> Slice[PlaceOut]:
    """One page of places, by key.

    Raises:
        FilterError: a filter's value names nothing.
        CursorError: the cursor was altered or belongs to another query.
    """
    return _page(session, Place, window, place_conditions, given, places_out)


def _page(
    session: Session,
    model: type[Reference],
    window: Window,
    conditions: Callable[..., Any],
    given: Any,
    shapes: Callable[..., Any],
) -> Slice[Any]:
    view, values = window.opened(session, str)
    order = [Key(model.key.collate(BYTEWISE[dialect_of(session)]))]
    statement = select(model).where(*conditions(session, given, view.known_at))
    page = take_page(session, statement, order, window, view.known_at, values)
    return replace(page, items=shapes(session, page.items, view.known_at))
