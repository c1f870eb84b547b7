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
from counterclaim.store.regions import ORIGIN as ISO_ORIGIN
from counterclaim.store.seals import seal_row
from counterclaim.vocabulary import NameKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

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
    shelf = _Shelf.of(writer, rows)
    created = 0
    for key in order:
        place = places[key]
        try:
            created += shelf.put(rows[place])
        except InputError as error:
            problems.append(Problem(f"{pointer}/{place}", error.message, error.suggestions))
    writer.session.flush()
    return created, problems


def record_reference(writer: Writer, shape: ReferenceIn) -> bool:
    """Write one source, munition or place; true if it is new, else it gains the new names.

    Raises:
        InputError: the parent is unknown, or the row is there and says otherwise.
    """
    created = _Shelf.of(writer, [shape]).put(shape)
    writer.session.flush()
    return created


class _Shelf:
    """What is there of the rows that are given: looked up once for all, not row by row."""

    def __init__(self, writer: Writer) -> None:
        self.writer = writer
        self.rows: dict[tuple[type[Any], str], Any] = {}
        self.names: dict[str, set[str]] = {}
        self.redacted: set[str] = set()

    @classmethod
    def of(cls, writer: Writer, shapes: Sequence[ReferenceIn]) -> _Shelf:
        """The shelf of these rows and of those above them that are given by their keys."""
        shelf, session = cls(writer), writer.session
        wanted: dict[type[Any], set[str]] = {}
        for shape in shapes:
            keys = wanted.setdefault(SHAPES[type(shape)], set())
            keys |= {shape.key, *([shape.parent.lower()] if shape.parent else [])}
        for model, keys in wanted.items():
            table, owner = NAME_TABLES[model], owner_column(model)
            for some in _portions(sorted(keys)):
                found = session.scalars(select(model).where(model.key.in_(some))).all()
                shelf.rows.update({(model, row.key): row for row in found})
                of_these = owner.in_([row.id for row in found])
                for id_, name in session.execute(select(owner, table.name).where(of_these)):
                    shelf.names.setdefault(id_, set()).add(name)
        if Source in wanted:
            shelf.redacted = set(filter(None, session.scalars(select(Redaction.key_sha256))))
        return shelf

    def put(self, shape: ReferenceIn) -> bool:
        """Write a row, or the names that it does not have yet; true if it is new."""
        model, writer = SHAPES[type(shape)], self.writer
        given = shape.model_dump(exclude={"names", "parent"})
        given["parent_id"] = self._parent(model, shape.parent)
        row = self.rows.get((model, shape.key))
        if row is not None:
            iso = row.origin == ISO_ORIGIN  # It keeps the name of that list, and gains this one.
            _check_agreement(row, shape, {**given, "name": row.name} if iso else given)
            also = [NameIn(name=shape.name, lang="en")] if iso else []
            self._name(row, [*also, *shape.names])
            return False
        if model is Source:
            self._check_not_redacted(shape.key)
        for name in shape.names:
            _check_foldable(name.name)
        row = model(id=new_id(), recorded_at=writer.at, **given)
        writer.session.add(row)
        self.rows[model, shape.key] = row
        writer.note(f"record_{model.__tablename__}", row.id, {"sha256": seal_row(row)})
        preferred = NameIn(name=shape.name, lang="en", kind=NameKind.PREFERRED)
        self._name(row, [preferred, *shape.names])
        return True

    def _name(self, row: Any, names: Sequence[NameIn]) -> None:
        known = self.names.setdefault(row.id, set())
        _write_names(self.writer, row, known, names)
        known.update(name.name for name in names)

    def _parent(self, model: type[Any], name: str | None) -> str | None:
        if name is None:
            return None
        row = self.rows.get((model, name.lower())) or self.writer.names.find(model, name)
        parent: str = row.id
        return parent

    def _check_not_redacted(self, key: str) -> None:
        if hashlib.sha256(key.encode()).hexdigest() in self.redacted:
            msg = f"The source {key!r} was redacted and is not taken in again: leave it out."
            raise InputError(msg)


PORTION = 1000
"""So many keys are asked for in one statement: engines bound its parameters."""


def _portions(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(keys), PORTION):
        yield keys[start : start + PORTION]


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
    writer.session.flush()
    query = select(table.name).where(owner_column(type(row)) == row.id)
    written = _write_names(writer, row, set(writer.session.scalars(query)), names)
    writer.session.flush()
    return written


def _write_names(writer: Writer, row: Any, known: set[str], names: Sequence[NameIn]) -> int:
    table = NAME_TABLES[type(row)]
    owner = owner_column(type(row))
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
        writer.names.forget((row.key, *(name.name for name in written)))
        body = {"names": {name.id: seal_row(name) for name in written}}
        writer.note(f"record_{type(row).__tablename__}_names", row.id, body)
    return len(written)


def _check_foldable(name: str) -> None:
    if not fold(name):
        msg = f"The name {name!r} holds no letter and no digit."
        raise InputError(msg)
