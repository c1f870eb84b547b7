"""Finds reference rows by key or by any spelling of a name; never guesses."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import bindparam, select

from counterclaim.db import table_of
from counterclaim.errors import InputError
from counterclaim.models import Munition, MunitionName, Place, PlaceName, Source, SourceName
from counterclaim.names import fold, nearest_folded, script_of
from counterclaim.queries.asof import live_row
from counterclaim.statements import Prepared

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import InstrumentedAttribute, Session

    from counterclaim.queries.referents import SourceRow

Reference = TypeVar("Reference", Source, Munition, Place)

NAME_TABLES: dict[type[Any], type[Any]] = {
    Source: SourceName,
    Munition: MunitionName,
    Place: PlaceName,
}


COMPARED = 3000
"""With more names than this only those are compared for suggestions that begin or end alike."""

ALIKE_FIRST, ALIKE_LAST = 2, 4
"""So many letters at the beginning, or at the end, are what names have that begin or end alike."""

LISTED = 12
"""So many namesakes are listed in a message; its suggestions are the keys of all."""


def owner_column(model: type[Reference]) -> InstrumentedAttribute[str]:
    """The column of a name table that says whose name it is."""
    column: InstrumentedAttribute[str] = getattr(NAME_TABLES[model], f"{model.__tablename__}_id")
    return column


def find(
    session: Session,
    model: type[Reference],
    name: str,
    *conditions: ColumnElement[bool],
    at: datetime | None = None,
) -> Reference:
    """The row with this key or name, in any spelling or script.

    Args:
        session: Where to look.
        model: What to look for.
        name: A key or a name.
        conditions: Which rows alone come into question.
        at: As the names were at this instant; None is now.

    Raises:
        InputError: nothing has that name, with the nearest; or several have, with their keys.
    """
    found = find_all(session, model, name, *conditions, at=at)
    noun = model.__tablename__
    if len(found) == 1:
        return found[0]
    if found:
        keys = [row.key for row in found]
        msg = f"{name!r} names more than one {noun}: say which of {told_apart(found)}."
        raise InputError(msg, suggestions=keys)
    near = suggest(session, model, name, *conditions, at=at)
    hint = f" Did you mean {' or '.join(near)}?" if near else ""
    msg = f"No {noun} is called {name!r}.{hint}"
    raise InputError(msg, suggestions=near)


def find_all(
    session: Session,
    model: type[Reference],
    name: str,
    *conditions: ColumnElement[bool],
    at: datetime | None = None,
) -> list[Reference]:
    """The row with this key or, where no row has it, all rows with this name, by their keys."""
    rows = select(model).where(model.key == name.lower(), *conditions)
    if at is not None:
        rows = rows.where(model.recorded_at <= at)
    by_key = session.scalars(rows).one_or_none()
    if by_key is not None:
        return [by_key]
    return _folded_alike(session, model, name, *conditions, at=at)


def told_apart(rows: Sequence[Source | Munition | Place]) -> str:
    """The keys of some rows; of places with what tells namesakes apart. The first few of many."""
    told = [f"{row.key}{_whereabouts(row)}" for row in rows[:LISTED]]
    more = [f"{len(rows) - LISTED} more"] if len(rows) > LISTED else []
    return ", ".join([*told, *more])


def _whereabouts(row: Source | Munition | Place) -> str:
    if not isinstance(row, Place):
        return ""
    point = None if row.latitude is None else f"{row.latitude:.2f} {row.longitude:.2f}"
    return f" ({', '.join(filter(None, [row.kind, row.region or row.country, point]))})"


REMEMBERED = 100_000
"""With more names than this a memory begins anew."""


class Finder:
    """``find`` with a memory, for many names of one transaction, or of several that follow.

    Rows come as plain values that belong to no session. ``changes`` counts the times that names
    were forgotten.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self.changes = 0
        self._found: dict[tuple[type[Any], str], Any] = {}
        self._all: dict[tuple[type[Any], str], list[Any]] = {}

    def find(self, model: type[Reference], name: str) -> Reference:
        """As ``find``; a name is looked up once."""
        if (model, name) not in self._found:
            try:
                alone = self.find_all(model, name)
                one = alone[0] if len(alone) == 1 else find(self.session, model, name)
                self._found[model, name] = one
            except InputError as error:
                self._found[model, name] = error
        found: Reference | InputError = self._found[model, name]
        if isinstance(found, InputError):
            raise found
        return found

    def find_all(self, model: type[Reference], name: str) -> list[Reference]:
        """As ``find_all``: without suggestions, which take long to look for; looked up once."""
        if (model, name) not in self._all:
            if len(self._all) > REMEMBERED:
                self.forget()
            self._all[model, name] = self._look_up(model, name)
        found: list[Reference] = self._all[model, name]
        return found

    def _look_up(self, model: type[Reference], name: str) -> list[Reference]:
        """What ``find_all`` finds, by statements that are built once for all names."""
        by_key, by_name = _statements(model)
        found: list[Reference] = by_key.named(self.session, key=name.lower())
        if not found and (folded := fold(name)):
            found = by_name.named(self.session, folded=folded)
        return found

    def forget(self, names: Iterable[str] | None = None) -> None:
        """Look names up again: those that are spelt like these new ones, or all of them."""
        self.changes += 1
        if names is None:
            self._found.clear()
            self._all.clear()
            return
        new = {fold(name) for name in names}
        for memory in (self._found, self._all):
            for model, name in [key for key in memory if fold(key[1]) in new]:
                del memory[model, name]


@cache
def _statements(model: type[Any]) -> tuple[Prepared, Prepared]:
    table, names = table_of(model), NAME_TABLES[model]
    folded = names.folded == bindparam("folded"), names.ended_at.is_(None)
    owners = select(owner_column(model)).where(*folded)
    rows = select(table).order_by(table.c.key)
    by_key, by_name = (
        rows.where(table.c.key == bindparam("key")),
        rows.where(table.c.id.in_(owners)),
    )
    return Prepared(by_key), Prepared(by_name)


def _folded_alike(
    session: Session,
    model: type[Reference],
    name: str,
    *conditions: ColumnElement[bool],
    at: datetime | None,
) -> list[Reference]:
    folded = fold(name)
    if not folded:
        return []
    names = NAME_TABLES[model]
    owners = select(owner_column(model)).where(names.folded == folded, _named_at(names, at))
    query = select(model).where(model.id.in_(owners), *conditions)
    return list(session.scalars(query.order_by(model.key)))


def _named_at(names: type[Any], at: datetime | None) -> ColumnElement[bool]:
    """Names that count, or that counted at an instant."""
    live: ColumnElement[bool] = names.ended_at.is_(None)
    return live if at is None else live_row(names, at)


def suggest(
    session: Session,
    model: type[Reference],
    name: str,
    *conditions: ColumnElement[bool],
    limit: int = 3,
    at: datetime | None = None,
) -> list[str]:
    """Names that look like a name that nothing has, or had at an instant, best first.

    Of many names only those are compared that begin alike, or end alike.
    """
    folded = fold(name)
    names, owner = NAME_TABLES[model], owner_column(model)
    counting = [_named_at(names, at)]
    if conditions:
        counting.append(owner.in_(select(model.id).where(*conditions)))
    best = nearest_folded(folded, _compared(session, names, folded, counting), limit=limit)
    spelt = select(names.folded, names.name).where(names.folded.in_(best), *counting)
    script = script_of(name)
    shown: dict[str, str] = {}
    for form, one in sorted(
        ((form, one) for form, one in session.execute(spelt)),
        key=lambda pair: (script_of(pair[1]) != script, pair[1]),
    ):
        shown.setdefault(form, one)
    return [shown[form] for form in best]


def _compared(
    session: Session, names: type[Any], folded: str, counting: Sequence[ColumnElement[bool]]
) -> set[str]:
    """The folded names that a name is compared with: all, or of many those that look alike.

    Two statements, of which the first reads a stretch of the index, the other the index alone.
    """
    found = select(names.folded).where(*counting)
    if session.scalar(select(names.id).offset(COMPARED).limit(1)) is None:
        return set(session.scalars(found))
    first, last = folded[:ALIKE_FIRST], folded[-ALIKE_LAST:]
    begin = [names.folded >= first]
    if (behind := beyond(first)) is not None:
        begin.append(names.folded < behind)
    ends = select(names.folded).where(names.folded.endswith(last)).distinct()
    alike = session.scalars(ends).all()
    same_end = session.scalars(found.where(names.folded.in_(alike))) if alike else ()
    return {*session.scalars(found.where(*begin)), *same_end}


def beyond(prefix: str) -> str | None:
    """The first folded text behind all that begin with these letters; None where none is.

    Of letters and digits alone, which every collation has in the same order.
    """
    bare = prefix.rstrip("z")
    if not bare:
        return None
    return bare[:-1] + ("a" if bare[-1] == "9" else chr(ord(bare[-1]) + 1))


def lineages(
    session: Session, model: type[Reference], ids: Iterable[str]
) -> dict[str, list[Reference]]:
    """For each id the row and all above it, nearest first; as many queries as the tree is deep."""
    rows: dict[str, Reference] = {}
    wanted = set(ids)
    while wanted:
        found = session.scalars(select(model).where(model.id.in_(wanted))).all()
        rows.update({row.id: row for row in found})
        wanted = {row.parent_id for row in found if row.parent_id} - rows.keys()
    return {key: _upwards(rows, key) for key in rows}


def side_of(line: Iterable[Source | SourceRow]) -> str | None:
    """The side of a source, given with all above it: its own, else that of the nearest above."""
    return next((source.side for source in line if source.side), None)


def _upwards(rows: dict[str, Reference], key: str) -> list[Reference]:
    line: list[Reference] = []
    at: str | None = key
    while at is not None and at in rows and rows[at] not in line:
        line.append(rows[at])
        at = rows[at].parent_id
    return line
