"""Versions of a data set: what earlier ones said of a record, and what takes its place."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, select, update

from counterclaim.db import table_of
from counterclaim.models import Claim, ImportBatch, ImportRow
from counterclaim.store.review.decisions import fingerprint
from counterclaim.vocabulary import Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy.orm import Session

    from counterclaim.store.claims import Draft
    from counterclaim.store.ledger import Writer

WITHDREW = "source_withdrew"
"""How the reason begins for which a claim was retracted that a later version no longer makes."""

CHUNK = 500
"""So many keys go into one statement."""


@dataclass(frozen=True, slots=True)
class Held:
    """A claim that the store holds of a record, live or ended."""

    id: str
    content_key: str
    status: Status
    end_reason: str | None
    supersedes_id: str | None
    kind: str
    event_id: str | None
    munition_id: str | None
    about_id: str | None
    claimant_id: str
    document_id: str

    @property
    def live(self) -> bool:
        """Whether it counts."""
        return self.status is Status.ACCEPTED


COLUMNS = tuple(getattr(Claim, name) for name in Held.__slots__)


def held_claims(
    session: Session, data_set: str, record_keys: Iterable[str]
) -> dict[str, list[Held]]:
    """All claims that rest on these records of a data set, by record, in the order of their ids."""
    keys = sorted(set(record_keys))
    held: dict[str, list[Held]] = defaultdict(list)
    for start in range(0, len(keys), CHUNK):
        query = (
            select(ImportRow.record_key, *COLUMNS)
            .join(ImportRow, ImportRow.id == Claim.import_row_id)
            .join(ImportBatch, ImportBatch.id == ImportRow.batch_id)
            .where(
                ImportRow.record_key.in_(keys[start : start + CHUNK]),
                ImportBatch.data_set == data_set,
            )
            .order_by(Claim.id)
        )
        for key, *columns in session.execute(query):
            held[key].append(Held(*columns))
    return held


def stands(one: Held, record: Sequence[Held]) -> bool:
    """Whether a claim is not to be made anew: it counts, or somebody ended it on purpose.

    What ended because a version of the data set no longer said it is made anew when a later
    version says it again.
    """
    if one.live:
        return True
    if one.status is Status.SUPERSEDED:
        return all(other.supersedes_id != one.id for other in record)
    return not (one.end_reason or "").startswith(WITHDREW)


@dataclass(frozen=True, slots=True)
class Ending:
    """A claim that ends, and the one that takes its place, if one does."""

    old: Held
    by: str | None


def pair(left: Sequence[Held], fresh: Sequence[Draft]) -> list[Ending]:
    """What becomes of the live claims that a record no longer makes, given its new ones.

    One of the same kind and subject takes the place; of the same claimant in the same document
    rather than of another.
    """
    endings: dict[str, str] = {}
    taken: set[str] = set()
    for exact in (3, 2, 1):
        for old in left:
            if old.id in endings:
                continue
            wanted = _likeness(old, endings)[: exact + 1]
            for draft in fresh:
                new = draft.claim
                if new.id not in taken and _likeness(new, {})[: exact + 1] == wanted:
                    endings[old.id] = new.id
                    taken.add(new.id)
                    break
    return [Ending(old, endings.get(old.id)) for old in left]


def _likeness(claim: Held | Claim, successors: dict[str, str]) -> tuple[Any, ...]:
    about = successors.get(claim.about_id or "", claim.about_id)
    subject = claim.event_id, claim.munition_id, about
    return str(claim.kind), subject, claim.claimant_id, claim.document_id


def end_claims(writer: Writer, endings: Sequence[Ending], version: str) -> None:
    """End claims in the store and in the ledger; ``version`` names data set and version."""
    if not endings:
        return
    ended = []
    for ending in endings:
        old = ending.old
        body: dict[str, Any] = {"event": old.event_id}
        if ending.by is None:
            status, action = Status.RETRACTED, "retract_claim"
            reason = f"{WITHDREW}: {version} no longer says so."
        else:
            status, action = Status.SUPERSEDED, "supersede_claim"
            reason = f"{version} says otherwise."
            body |= {"by": ending.by, "accepted": False}
        ended.append({"old_id": old.id, "status": status, "end_reason": reason})
        writer.note(action, old.id, {**body, "reason": fingerprint(reason)})
    table = table_of(Claim)
    statement = (
        update(table)
        .where(table.c.id == bindparam("old_id"))
        .values(status=bindparam("status"), end_reason=bindparam("end_reason"), ended_at=writer.at)
    )
    writer.session.execute(statement, ended)
