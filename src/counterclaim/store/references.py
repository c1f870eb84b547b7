"""Writes sources, munitions and places with their names; a row that exists gains new names only."""

from __future__ import annotations

import hashlib
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from counterclaim.db import new_id
from counterclaim.errors import InputError, Problem
from counterclaim.models import Munition, Place, Redaction, Source
from counterclaim.names import fold, script_of
from counterclaim.queries.names import NAME_TABLES, Reference, owner_column
from counterclaim.schemas.incoming import MunitionIn, NameIn, PlaceIn, SourceIn
from counterclaim.store.seals import seal_row
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
    places = {row.key: place for place, row in enumerate(rows)}
    problems = [
        Problem(f"{pointer}/{place}/key", f"The key {row.key!r} stands twice.")
        for place, row in enumerate(rows)
        if places[row.key] != place
    ]
    above = {row.key: {row.parent or ""} & places.keys() for row in rows}
    try:
        order = list(TopologicalSorter(above).static_order())
    except CycleError as error:
        keys: list[str] = error.args[1]
        circle = " below ".join(keys)
        place = places[keys[0]]
        return 0, [*problems, Problem(f"{pointer}/{place}/parent", f"A circle: {circle}.")]
    created = 0
    for key in order:
        place = places[key]
        try:
            created += record_reference(writer, rows[place])
        except InputError as error:
            problems.append(Problem(f"{pointer}/{place}", error.message, error.suggestions))
    return created, problems


def record_reference(writer: Writer, shape: ReferenceIn) -> bool:
    """Write one source, munition or place; true if it is new, else it gains the new names.

    Raises:
        InputError: the parent is unknown, or the row is there and says otherwise.
    """
    model = SHAPES[type(shape)]
    parent = None if shape.parent is None else writer.names.find(model, shape.parent)
    given = shape.model_dump(exclude={"names", "parent"})
    given["parent_id"] = parent.id if parent else None
    row = writer.session.scalars(select(model).where(model.key == shape.key)).one_or_none()
    if row is not None:
        _check_agreement(row, shape, given)
        record_names(writer, row, shape.names)
        return False
    if model is Source:
        _check_not_redacted(writer, shape.key)
    row = model(id=new_id(), recorded_at=writer.at, **given)
    writer.session.add(row)
    noun = model.__tablename__
    writer.note(f"record_{noun}", row.id, {"sha256": seal_row(row)})
    preferred = NameIn(name=shape.name, lang="en", kind=NameKind.PREFERRED)
    record_names(writer, row, [preferred, *shape.names])
    return True


def _check_not_redacted(writer: Writer, key: str) -> None:
    sha256 = hashlib.sha256(key.encode()).hexdigest()
    if writer.session.scalars(select(Redaction.id).where(Redaction.key_sha256 == sha256)).first():
        msg = f"The source {key!r} was redacted and is not taken in again: leave it out."
        raise InputError(msg)


REMARKS = {"origin", "url", "names"}
"""Fields in which a row that is there already may be given otherwise; it stays as it was."""


def _check_agreement(row: Any, shape: ReferenceIn, given: dict[str, Any]) -> None:
    fields = {"parent_id" if name == "parent" else name for name in shape.model_fields_set}
    for name in sorted(fields - REMARKS):
        if given[name] is not None and given[name] != getattr(row, name):
            field = name.removesuffix("_id")
            msg = f"{shape.key!r} is there already with another {field}: choose another key."
            raise InputError(msg)


def record_names(writer: Writer, row: Reference, names: Sequence[NameIn]) -> int:
    """Give a row the names that it does not have yet; count them."""
    table = NAME_TABLES[type(row)]
    owner = owner_column(type(row))
    writer.session.flush()
    known = set(writer.session.scalars(select(table.name).where(owner == row.id)))
    fresh = {name.name: name for name in names if name.name not in known}
    written = []
    for name in fresh.values():
        _check_foldable(name.name)
        written.append(
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
    if written:
        writer.session.add_all(written)
        writer.names.forget()
        body = {"names": {name.id: seal_row(name) for name in written}}
        writer.note(f"record_{type(row).__tablename__}_names", row.id, body)
        writer.session.flush()
    return len(written)


def _check_foldable(name: str) -> None:
    if not fold(name):
        msg = f"The name {name!r} holds no letter and no digit."
        raise InputError(msg)
