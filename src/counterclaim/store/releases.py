"""Freezes a state of the store under a name, so that it can be cited."""

from __future__ import annotations

import hashlib
import re
from contextlib import nullcontext
from typing import TYPE_CHECKING

from sqlalchemy import select

from counterclaim.db import new_id
from counterclaim.errors import ConflictError, Problem, RejectedError
from counterclaim.models import LedgerEntry, Release
from counterclaim.moment import isoformat_z
from counterclaim.queries.releases import export_lines
from counterclaim.schemas.release import NAME
from counterclaim.store.seals import seal_row

if TYPE_CHECKING:
    from datetime import datetime

    from counterclaim.store.ledger import Writer


def freeze_release(
    writer: Writer, name: str, note: str | None = None, known_at: datetime | None = None
) -> Release:
    """Give the state of an instant a name and the checksum of its export.

    The instant is moved back to that of the last entry up to it; None is the last write before
    this one. Writes of this transaction do not belong to it.

    Raises:
        RejectedError: the name is none, or at that instant there was nothing yet or is not yet.
        ConflictError: the name is taken.
    """
    if re.fullmatch(NAME, name) is None:
        detail = "A name has 1 to 100 lower-case letters, digits, dots, hyphens and underscores."
        raise RejectedError([Problem("/name", detail)])
    session = writer.session
    session.flush()
    if session.scalar(select(Release.id).where(Release.name == name)) is not None:
        raise ConflictError(f"There is a release {name!r} already: names are permanent.")
    instant = _instant(writer, known_at)
    sha256 = hashlib.sha256()
    for lines in export_lines(lambda: nullcontext(session), instant):
        sha256.update(lines)
    row = Release(
        id=new_id(),
        name=name,
        known_at=instant,
        sha256=sha256.hexdigest(),
        note=(note or "").strip() or None,
        recorded_at=writer.at,
    )
    session.add(row)
    session.flush()
    body = {
        "name": name,
        "known_at": isoformat_z(instant),
        "export": row.sha256,
        "sha256": seal_row(row),
    }
    writer.note("freeze_release", row.id, body)
    session.flush()
    return row


def _instant(writer: Writer, wanted: datetime | None) -> datetime:
    if wanted is not None and wanted >= writer.at:
        detail = f"{isoformat_z(wanted)} has not come yet: what is known then is not known now."
        raise RejectedError([Problem("/known_at", detail)])
    before = LedgerEntry.at < writer.at if wanted is None else LedgerEntry.at <= wanted
    newest = select(LedgerEntry.at).where(before).order_by(LedgerEntry.seq.desc()).limit(1)
    instant = writer.session.scalar(newest)
    if instant is None:
        raise RejectedError([Problem("/known_at", "There was nothing in the store yet.")])
    return instant
