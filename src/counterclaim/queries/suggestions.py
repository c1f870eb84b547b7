"""Names that may be meant by their first letters, in any spelling or script."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, or_, select

from counterclaim.models import EventFacet, Munition, Place, Source
from counterclaim.names import fold, script_of
from counterclaim.queries.names import NAME_TABLES, beyond, find_all, owner_column, suggest
from counterclaim.vocabulary import PlaceKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

LOOKED_AT = 60
"""So many names that begin alike are looked at, and as many that hold the letters elsewhere."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A row that may be meant.

    Attributes:
        key: What means this row and no other.
        name: Its name in English.
        spelling: The name that was found, where it is another one.
        lang: The language of that name.
        note: What tells it from namesakes.
    """

    key: str
    name: str
    spelling: str | None
    lang: str | None
    note: str


@dataclass(frozen=True, slots=True)
class Subject:
    """What is looked for: rows of a table, and the facet by which events are found by them."""

    model: type[Any]
    facet: str
    conditions: tuple[ColumnElement[bool], ...] = ()


SUBJECTS = {
    "weapon": Subject(Munition, "weapon"),
    "claimant": Subject(Source, "claimant"),
    "place": Subject(Place, "place"),
    "region": Subject(Place, "region", (Place.kind == PlaceKind.REGION, Place.region.is_not(None))),
}
"""By the name of the parameter that takes it."""


def suggest_rows(session: Session, what: str, text: str, limit: int = 8) -> list[Suggestion]:
    """The rows that a text may be the beginning of a name of, best first.

    Names that begin so come before those that hold it, and rows by which no event is found are left
    out if there are others. Where nothing holds the letters, they are those that look alike.
    """
    subject, folded = SUBJECTS[what], fold(text)
    if not folded:
        return []
    found = _holding(session, subject, folded, script_of(text))
    if not found:
        near = suggest(session, subject.model, text, *subject.conditions)
        alike = [row for one in near for row in find_all(session, subject.model, one)]
        found = {row.id: (row, None) for row in alike if _is_meant(subject, row)}
    used = _used(session, subject, [row for row, _name in found.values()])
    useful = [pair for pair in found.values() if _value(subject, pair[0]) in used]
    return [_suggestion(*pair) for pair in (useful or list(found.values()))[:limit]]


def _is_meant(subject: Subject, row: Any) -> bool:
    return subject.facet != "region" or (row.kind is PlaceKind.REGION and bool(row.region))


def _holding(
    session: Session, subject: Subject, folded: str, script: str
) -> dict[str, tuple[Any, Any]]:
    """Rows with the name that holds these letters, by id: at its beginning, then elsewhere.

    Of several names of a row it is one in this script, if there is one.
    """
    names, owner = NAME_TABLES[subject.model], owner_column(subject.model)
    model = subject.model
    query = select(model, names).join(names, owner == model.id)
    live = query.where(names.ended_at.is_(None), *subject.conditions)
    found: dict[str, tuple[Any, Any]] = {}
    for holds in (_begins(names, folded), names.folded.contains(folded)):
        rows = session.execute(live.where(holds).order_by(names.folded).limit(LOOKED_AT))
        for row, name in sorted(rows, key=lambda pair: script_of(pair[1].name) != script):
            found.setdefault(row.id, (row, name))
        if len(found) >= LOOKED_AT:
            break
    return found


def _begins(names: type[Any], folded: str) -> ColumnElement[bool]:
    behind = beyond(folded)
    first: ColumnElement[bool] = names.folded >= folded
    return first if behind is None else and_(first, names.folded < behind)


def _value(subject: Subject, row: Any) -> str:
    """The value of the facet that a row has."""
    return str(row.region if subject.facet == "region" else row.key)


def _used(session: Session, subject: Subject, rows: Iterable[Any]) -> set[str]:
    """The values of those rows by which some event is found."""
    values: Sequence[str] = sorted({_value(subject, row) for row in rows})
    facet = EventFacet
    each = [and_(facet.facet == subject.facet, facet.value == value) for value in values]
    if not each:
        return set()
    return set(session.scalars(select(facet.value).where(or_(*each)).distinct()))


def _suggestion(row: Any, name: Any) -> Suggestion:
    other = name is not None and name.name != row.name
    return Suggestion(
        key=row.key,
        name=row.name,
        spelling=name.name if other else None,
        lang=name.lang if other else None,
        note=_note(row),
    )


def _note(row: Any) -> str:
    if isinstance(row, Munition):
        return str(row.category)
    if isinstance(row, Place):
        return ", ".join(filter(None, [str(row.kind), row.region or row.country]))
    return ", ".join(filter(None, [str(row.kind), row.side]))
