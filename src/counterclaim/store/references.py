"""Writes sources, munitions and places with their names; a row that exists gains new names only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from counterclaim.db import new_id
from counterclaim.errors import InputError, Problem
from counterclaim.models import Munition, Place, Source
from counterclaim.names import fold, script_of
from counterclaim.queries.names import NAME_TABLES, Reference, owner_column
from counterclaim.schemas.incoming import MunitionIn, NameIn, PlaceIn, SourceIn
from counterclaim.store.ledger import digest
from counterclaim.vocabulary import NameKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from counterclaim.schemas.incoming import ReferenceIn
    from counterclaim.store.ledger import Writer

SHAPES: dict[type[ReferenceIn], type[Any]] = {
    SourceIn: Source,
    MunitionIn: Munition,
    PlaceIn: Place,
}


def record_references(
    writer: Writer, rows: Sequence[ReferenceIn], pointer: str
) -> tuple[int, list[Problem]]:
    """Write rows, parents before children whatever their order; count the new ones."""
    created, problems = 0, []
    keys = {row.key for row in rows}
    waiting = list(enumerate(rows))
    done: set[str] = set()
    while waiting:
        ready = [
            (place, row)
            for place, row in waiting
            if row.parent not in keys or row.parent in done or row.parent is None
        ]
        if not ready:
            place, row = waiting[0]
            problems.append(
                Problem(f"{pointer}/{place}/parent", f"{row.parent!r} stands below {row.key!r}.")
            )
            break
        for place, row in ready:
            try:
                created += record_reference(writer, row)
            except InputError as error:
                problems.append(Problem(f"{pointer}/{place}", error.message, error.suggestions))
            done.add(row.key)
        waiting = [entry for entry in waiting if entry not in ready]
    return created, problems


def record_reference(writer: Writer, shape: ReferenceIn) -> bool:
    """Write one source, munition or place; true if it is new."""
    model = SHAPES[type(shape)]
    row = writer.session.scalars(select(model).where(model.key == shape.key)).one_or_none()
    names = [NameIn(name=shape.name, lang="en", kind=NameKind.PREFERRED), *shape.names]
    if row is not None:
        record_names(writer, row, shape.names)
        return False
    parent = None if shape.parent is None else writer.names.find(model, shape.parent)
    row = model(
        id=new_id(),
        recorded_at=writer.at,
        parent_id=parent.id if parent else None,
        **shape.model_dump(exclude={"names", "parent"}),
    )
    writer.session.add(row)
    noun = model.__tablename__
    sealed = digest(shape.model_dump(mode="json", exclude={"names"}))
    writer.note(f"record_{noun}", row.id, {"key": shape.key, "sha256": sealed})
    record_names(writer, row, names)
    return True


def record_names(writer: Writer, row: Reference, names: Sequence[NameIn]) -> int:
    """Give a row the names that it does not have yet; count them."""
    table = NAME_TABLES[type(row)]
    owner = owner_column(type(row))
    writer.session.flush()
    known = set(writer.session.scalars(select(table.name).where(owner == row.id)))
    fresh = {name.name: name for name in names if name.name not in known}
    for name in fresh.values():
        _check_foldable(name.name)
        writer.session.add(
            table(
                id=new_id(),
                **{owner.key: row.id},
                name=name.name,
                lang=name.lang,
                script=name.script or script_of(name.name),
                kind=name.kind,
                folded=fold(name.name),
                recorded_at=writer.at,
            )
        )
    if fresh:
        writer.names.forget()
        sealed = digest(sorted(fresh))
        body = {"names": len(fresh), "sha256": sealed}
        writer.note(f"record_{type(row).__tablename__}_names", row.id, body)
        writer.session.flush()
    return len(fresh)


def _check_foldable(name: str) -> None:
    if not fold(name):
        msg = f"The name {name!r} holds no letter and no digit."
        raise InputError(msg)
