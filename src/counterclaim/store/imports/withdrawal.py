"""What a newer version of a data set no longer has: counted, and withdrawn in bounded steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import exists, func, select
from sqlalchemy.orm import aliased

from counterclaim.models import Claim, ImportBatch, ImportRow
from counterclaim.store.imports.batches import add_counts
from counterclaim.store.imports.vintages import COLUMNS, Ending, Held, end_claims
from counterclaim.vocabulary import RowFate, Status

if TYPE_CHECKING:
    from sqlalchemy import Select
    from sqlalchemy.orm import Session

    from counterclaim.store.ledger import Writer


@dataclass(frozen=True, slots=True)
class Missing:
    """Records of a data set that have live claims and no row in a file.

    Attributes:
        missing: How many there are.
        kept: How many records of earlier versions the file has.
        unread: How many rows of the file were rejected without their record being known: each
            may be one of the missing.
    """

    missing: int
    kept: int
    unread: int

    @property
    def doubtful(self) -> bool:
        """Whether the file may well be only a part of its version of the data set."""
        return self.missing > self.kept or (self.missing > 0 and self.unread > 0)


def count_missing(session: Session, batch: ImportBatch) -> Missing:
    """How much of what earlier versions said the file of this batch no longer has."""
    gone = _missing(batch, ImportRow.record_key).distinct().subquery()
    again = RowFate.UNCHANGED, RowFate.SUPERSEDING
    rows = select(func.count(ImportRow.record_key.distinct())).where(ImportRow.batch_id == batch.id)
    unread = select(func.count()).select_from(ImportRow)
    return Missing(
        session.scalar(select(func.count()).select_from(gone)) or 0,
        session.scalar(rows.where(ImportRow.fate.in_(again))) or 0,
        session.scalar(unread.where(ImportRow.batch_id == batch.id, ImportRow.record_key.is_(None)))
        or 0,
    )


def withdraw_missing(writer: Writer, batch: ImportBatch, limit: int) -> int:
    """Retract at most so many claims of records that the file no longer has; how many it did."""
    query = _missing(batch, *COLUMNS).order_by(Claim.id).limit(limit)
    held = [Held(*columns) for columns in writer.session.execute(query)]
    end_claims(writer, [Ending(one, None) for one in held], version_of(batch))
    if held:
        counts = add_counts(batch, {"withdrawn": len(held)})
        writer.note("withdraw_records", batch.id, {"counts": counts})
        writer.session.flush()
    return len(held)


def version_of(batch: ImportBatch) -> str:
    """The data set and its version, as reasons name them."""
    return f"{batch.data_set} {batch.version}" if batch.version else batch.data_set


def _missing(batch: ImportBatch, *columns: Any) -> Select[Any]:
    there = aliased(ImportRow)
    found = exists().where(there.batch_id == batch.id, there.record_key == ImportRow.record_key)
    return (
        select(*columns)
        .select_from(Claim)
        .join(ImportRow, ImportRow.id == Claim.import_row_id)
        .join(ImportBatch, ImportBatch.id == ImportRow.batch_id)
        .where(ImportBatch.data_set == batch.data_set, Claim.status == Status.ACCEPTED, ~found)
    )
