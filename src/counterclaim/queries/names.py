"""Finds reference rows by key or by any spelling of a name; never guesses."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import or_, select

from counterclaim.errors import InputError
from counterclaim.models import Munition, MunitionName, Place, PlaceName, Source, SourceName
from counterclaim.names import fold, nearest, script_of
from counterclaim.queries.asof import live_row

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy.orm import InstrumentedAttribute, Session

Reference = TypeVar("Reference", Source, Munition, Place)

NAME_TABLES: dict[type[Any], type[Any]] = {
    Source: SourceName,
    Munition: MunitionName,
    Place: PlaceName,
}


def owner_column(model: type[Reference]) -> InstrumentedAttribute[str]:
    """The column of a name table that says whose name it is."""
    column: InstrumentedAttribute[str] = getattr(NAME_TABLES[model], f"{model.__tablename__}_id")
    return column


def find(session: Session, model: type[Reference], name: str) -> Reference:
    """The row with this key or name, in any spelling or script.

    Raises:
        InputError: nothing has that name, with the nearest; or several have, with their keys.
    """
    by_key = session.scalars(select(model).where(model.key == name)).one_or_none()
    if by_key is not None:
        return by_key
    rows = _folded_alike(session, model, name)
    noun = model.__tablename__
    if len(rows) == 1:
        return rows[0]
    if rows:
        keys = [row.key for row in rows]
        msg = f"{name!r} names more than one {noun}: say which of {', '.join(keys)}."
        raise InputError(msg, suggestions=keys)
    near = suggest(session, model, name)
    hint = f" Did you mean {' or '.join(near)}?" if near else ""
    msg = f"No {noun} is called {name!r}.{hint}"
    raise InputError(msg, suggestions=near)


class Finder:
    """``find`` with a memory, for many names in one transaction."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._found: dict[tuple[type[Any], str], Any] = {}

    def find(self, model: type[Reference], name: str) -> Reference:
        """As ``find``; a name is looked up once."""
        if (model, name) not in self._found:
            self._found[model, name] = find(self.session, model, name)
        found: Reference = self._found[model, name]
        return found

    def forget(self) -> None:
        """Look every name up again: new names may make it ambiguous."""
        self._found.clear()


def _folded_alike(session: Session, model: type[Reference], name: str) -> list[Reference]:
    folded = fold(name)
    if not folded:
        return []
    names = NAME_TABLES[model]
    owners = select(owner_column(model)).where(names.folded == folded, names.ended_at.is_(None))
    query = select(model).where(or_(model.key == name.lower(), model.id.in_(owners)))
    return list(session.scalars(query.order_by(model.key)))


def suggest(session: Session, model: type[Reference], name: str, *, limit: int = 3) -> list[str]:
    """Names that look like a name that nothing has, best first."""
    names = NAME_TABLES[model]
    live = select(names.name).where(names.ended_at.is_(None))
    known: Iterable[str] = session.scalars(live.union(select(model.key)))
    script = script_of(name)
    spelt: dict[str, str] = {}
    for one in sorted(known, key=lambda spelling: (script_of(spelling) != script, spelling)):
        spelt.setdefault(fold(one), one)
    return nearest(name, spelt.values(), limit=limit)


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


def names_of(
    session: Session, model: type[Reference], ids: Iterable[str], at: datetime
) -> dict[str, list[str]]:
    """All names that these rows had at an instant, sorted."""
    table, owner = NAME_TABLES[model], owner_column(model)
    query = select(owner, table.name).where(owner.in_(list(ids)), live_row(table, at))
    found: dict[str, list[str]] = defaultdict(list)
    for key, name in session.execute(query.order_by(owner, table.name)):
        found[key].append(name)
    return found


def _upwards(rows: dict[str, Reference], key: str) -> list[Reference]:
    line: list[Reference] = []
    at: str | None = key
    while at is not None and at in rows and rows[at] not in line:
        line.append(rows[at])
        at = rows[at].parent_id
    return line
