"""Filters of reference rows, and what each means in SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import and_, or_, select

from counterclaim.errors import FilterError
from counterclaim.models import Munition, Place, Source
from counterclaim.names import fold, query_words, script_of
from counterclaim.queries.asof import live_row
from counterclaim.queries.conditions import countries, keys, regions, sides
from counterclaim.queries.filters import Several, Text
from counterclaim.queries.names import NAME_TABLES, owner_column
from counterclaim.queries.references.trees import subtree
from counterclaim.vocabulary import (
    MunitionCategory,
    PlaceKind,
    SourceKind,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from counterclaim.queries.names import Reference

SHORT = 2
"""A word of up to this many letters is looked for at the beginning of names only."""


class ReferenceFilter(BaseModel):
    """What all reference rows are filtered by; repeating a parameter means any of its values."""

    model_config = ConfigDict(extra="forbid", defer_build=True)

    q: Annotated[
        Text | None, Field(description="Words or their beginnings, in any spelling or script.")
    ] = None
    parent: Annotated[
        Several, Field(description="Stands below this row, directly or not: key or name.")
    ] = []
    country: Annotated[Several, Field(description="ISO 3166-1 code or name of a country.")] = []


class SourceFilter(ReferenceFilter):
    """Filters of sources."""

    kind: Annotated[list[SourceKind], Field(description="Kind of source.")] = []
    side: Annotated[Several, Field(description="Party to the conflict it belongs to.")] = []


class MunitionFilter(ReferenceFilter):
    """Filters of munitions."""

    category: Annotated[list[MunitionCategory], Field(description="Kind of weapon.")] = []


class PlaceFilter(ReferenceFilter):
    """Filters of places."""

    kind: Annotated[list[PlaceKind], Field(description="Kind of place.")] = []
    region: Annotated[Several, Field(description="ISO 3166-2 code, key or name of a region.")] = []


def source_conditions(
    session: Session, given: SourceFilter, at: datetime
) -> Iterator[ColumnElement[bool]]:
    """What a filter means for sources.

    Raises:
        FilterError: a value names nothing, with the nearest that do.
    """
    yield from _common(session, Source, given, at)
    if given.kind:
        yield Source.kind.in_(given.kind)
    if given.side:
        wanted = sides(session, "side", given.side, at)
        yield Source.id.in_(subtree(Source, Source.side.in_(wanted), through=Source.side.is_(None)))


def munition_conditions(
    session: Session, given: MunitionFilter, at: datetime
) -> Iterator[ColumnElement[bool]]:
    """What a filter means for munitions.

    Raises:
        FilterError: a value names nothing, with the nearest that do.
    """
    yield from _common(session, Munition, given, at)
    if given.category:
        yield Munition.category.in_(given.category)


def place_conditions(
    session: Session, given: PlaceFilter, at: datetime
) -> Iterator[ColumnElement[bool]]:
    """What a filter means for places.

    Raises:
        FilterError: a value names nothing, with the nearest that do.
    """
    yield from _common(session, Place, given, at)
    if given.kind:
        yield Place.kind.in_(given.kind)
    if given.region:
        codes = regions(session, given.region, at)
        yield Place.id.in_(subtree(Place, Place.region.in_(codes)))


def _common(
    session: Session, model: type[Reference], given: ReferenceFilter, at: datetime
) -> Iterator[ColumnElement[bool]]:
    yield model.recorded_at <= at
    if given.parent:
        above = keys(session, model, "parent", given.parent, at)
        yield model.id.in_(subtree(model, model.key.in_(above), itself=False))
    if given.country:
        yield model.country.in_(countries(session, given.country, at))
    if given.q is not None:
        yield or_(model.key == given.q.strip().lower(), _called(model, given.q, at))


def _called(model: type[Reference], q: str, at: datetime) -> ColumnElement[bool]:
    """Rows with each word of a text somewhere in a name."""
    table: Any = NAME_TABLES[model]
    words = _spellings(q)
    if not words:
        raise FilterError("q", "The text to search for holds no letter and no digit.")
    return and_(
        *(
            model.id.in_(
                select(owner_column(model)).where(
                    or_(*(_holds(table.folded, form) for form in forms)), live_row(table, at)
                )
            )
            for forms in words
        )
    )


def _holds(column: Any, folded: str) -> ColumnElement[bool]:
    found: ColumnElement[bool]
    found = column.startswith(folded) if len(folded) <= SHORT else column.contains(folded)
    return found


def _spellings(q: str) -> list[set[str]]:
    """Each folded word of a text with the forms in which it may stand in a folded name.

    A name shows as a whole whether it is Ukrainian; one Cyrillic word of it does not always.
    """
    forms = {word: {word} for word in query_words(q)}
    for chunk in q.split():
        if script_of(chunk) == "Cyrl":
            russian, ukrainian = query_words(chunk), query_words(f"{chunk}{UKRAINIAN}")
            for word, other in zip(russian, ukrainian, strict=False):
                forms.setdefault(word, {word}).add(other.removesuffix(fold(UKRAINIAN)))
    return list(forms.values())


UKRAINIAN = "ськ"
"""Letters that show a word to be Ukrainian, hung on it to have it romanised as such."""
