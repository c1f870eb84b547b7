"""Batches: one run of an importer over one file, from its start to its end."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import uuid_utils
from sqlalchemy import func, select

from counterclaim.errors import ConflictError, InputError
from counterclaim.models import ImportBatch, ImportRow
from counterclaim.moment import isoformat_z
from counterclaim.store.seals import seal_row

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.orm import Session

    from counterclaim.store.ledger import Writer

NAMESPACE = uuid_utils.UUID("6b0f9a53-1d1e-5c1b-9a44-6d1f1f0b7c21")
"""Root of the ids of all that importers make."""

LONGEST_NAME = 60
"""Characters of the name of a data set, or of a version of it."""


@lru_cache(maxsize=4096)
def import_id(kind: str, *parts: object) -> str:
    """The id of something that an importer makes: the same for the same parts."""
    return str(uuid_utils.uuid5(NAMESPACE, "\n".join((kind, *map(str, parts)))))


def start_import(
    writer: Writer, data_set: str, version: str | None, filename: str, sha256: str
) -> ImportBatch:
    """Write a new batch.

    Raises:
        ConflictError: an earlier run over the same file was interrupted.
        InputError: a name is too long.
    """
    for what, name in (("data set", data_set), ("version", version or "")):
        if len(name) > LONGEST_NAME or "\x00" in name:
            msg = (
                f"The {what} {name!r} has more than {LONGEST_NAME} characters: give a shorter one."
            )
            raise InputError(msg)
    begun = _unfinished(writer.session, data_set, sha256)
    if begun is not None:
        msg = (
            f"This file was begun on {isoformat_z(begun.recorded_at)} and not finished: give"
            " --resume to go on behind its last row that is stored."
        )
        raise ConflictError(msg)
    same = ImportBatch.data_set == data_set, ImportBatch.sha256 == sha256
    number = writer.session.scalar(select(func.count()).select_from(ImportBatch).where(*same))
    batch = ImportBatch(
        id=import_id("batch", data_set, sha256, number),
        data_set=data_set,
        version=version,
        filename=filename,
        sha256=sha256,
        counts={},
        recorded_at=writer.at,
    )
    writer.session.add(batch)
    writer.session.flush()
    writer.note("start_import", batch.id, {"data_set": data_set, "sha256": seal_row(batch)})
    return batch


def resume_import(session: Session, data_set: str, sha256: str) -> ImportBatch:
    """The batch of this file that was begun and not finished.

    Raises:
        ConflictError: there is none.
    """
    begun = _unfinished(session, data_set, sha256)
    if begun is None:
        msg = "No interrupted import of this very file is there to resume: leave --resume out."
        raise ConflictError(msg)
    return begun


def _unfinished(session: Session, data_set: str, sha256: str) -> ImportBatch | None:
    query = select(ImportBatch).where(
        ImportBatch.data_set == data_set,
        ImportBatch.sha256 == sha256,
        ImportBatch.finished_at.is_(None),
    )
    return session.scalars(query).one_or_none()


def lines_done(session: Session, batch: ImportBatch) -> set[int]:
    """The lines of the file whose rows the batch holds."""
    return set(session.scalars(select(ImportRow.line).where(ImportRow.batch_id == batch.id)))


def add_counts(batch: ImportBatch, counts: Mapping[str, int]) -> dict[str, int]:
    """Count what a transaction did; the counts of the whole batch so far."""
    names = sorted({*batch.counts, *counts})
    total = {name: batch.counts.get(name, 0) + counts.get(name, 0) for name in names}
    batch.counts = total
    return total


def finish_import(writer: Writer, batch: ImportBatch) -> None:
    """Say that all rows of the file were taken in."""
    batch.finished_at = writer.at
    writer.note("finish_import", batch.id, {"counts": batch.counts})
    writer.session.flush()
