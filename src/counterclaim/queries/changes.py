"""The ledger as an ordered stream of changes.

The stream is complete: an entry never appears behind a reader's position. ``seq`` is taken by
``open_writer`` under the lock that ``db.writing`` holds until the commit: BEGIN IMMEDIATE in
SQLite, an advisory lock of the transaction in PostgreSQL, which lets go of it only after the commit
can be seen. So entry n is visible before entry n + 1 is numbered, every state that a reader sees is
the chain from its beginning up to some entry, and who has read up to n has read all up to n.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import orjson
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import func, select

from counterclaim.db import is_id
from counterclaim.errors import FilterError, MomentError
from counterclaim.models import Claim, LedgerEntry
from counterclaim.moment import isoformat_z, parse_window
from counterclaim.names import nearest
from counterclaim.queries.filters import Several, Text  # noqa: TC001 - Pydantic reads them.
from counterclaim.queries.pages import Key, take_page
from counterclaim.schemas.ledger import ChangeOut, HeadOut
from counterclaim.statements import Prepared
from counterclaim.vocabulary import Precision

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from counterclaim.queries.pages import Slice, Window

NOTHING = "0" * 64
"""The hash before the first entry."""

NOUNS = {
    "record_source": "source",
    "record_source_names": "source",
    "rate_source": "source",
    "record_munition": "munition",
    "record_munition_names": "munition",
    "record_place": "place",
    "record_place_names": "place",
    "record_regions": "place",
    "record_gazetteer": "place",
    "record_document": "document",
    "record_event": "event",
    "record_event_part": "event",
    "record_claim": "claim",
    "accept_claim": "claim",
    "reject_claim": "claim",
    "retract_claim": "claim",
    "supersede_claim": "claim",
    "assess_claim": "claim",
    "judge_events": "judgement",
    "end_judgement": "judgement",
    "freeze_release": "release",
    "record_api_key": "api_key",
    "revoke_api_key": "api_key",
    "start_import": "import_batch",
    "record_import_rows": "import_batch",
    "withdraw_records": "import_batch",
    "finish_import": "import_batch",
}
"""Every action, and what kind of thing its subject is."""

TOMBSTONES = (
    "reject_claim",
    "retract_claim",
    "supersede_claim",
    "end_judgement",
    "revoke_api_key",
)
"""Actions after which something counts no more; those that redact are others."""

REDACTION = "redact_"


class ChangeFilter(BaseModel):
    """Filters of changes; repeating a parameter means any of its values."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True, defer_build=True)

    since: Annotated[
        Text | None,
        Field(
            description="Entries behind this one, by its number; or after an instant; or from the"
            " beginning of an EDTF date. Left out: from the first entry."
        ),
    ] = None
    action: Annotated[Several, Field(description="What was done, as record_claim.")] = []
    noun: Annotated[Several, Field(description="What it was done to, as claim.")] = []
    subject: Annotated[Several, Field(description="Id of what was written or decided on.")] = []

    def clauses(self) -> list[ColumnElement[bool]]:
        """The conditions on entries.

        Raises:
            FilterError: a value names nothing.
        """
        found: list[ColumnElement[bool]] = []
        if self.action:
            found.append(LedgerEntry.action.in_(list(map(_known_action, self.action))))
        if self.noun:
            nouns = set(map(_known_noun, self.noun))
            named = [action for action, noun in NOUNS.items() if noun in nouns]
            redacted = [f"{REDACTION}{noun}" for noun in sorted(nouns)]
            found.append(LedgerEntry.action.in_([*named, *redacted]))
        if self.subject:
            found.append(LedgerEntry.subject.in_(list(map(_id, self.subject))))
        return found


def _known_action(given: str) -> str:
    if given in NOUNS or given.startswith(REDACTION):
        return given
    near = nearest(given, NOUNS) or list(NOUNS)
    raise FilterError("action", f"There is no action {given!r}.", suggestions=near)


def _known_noun(given: str) -> str:
    known = dict.fromkeys(NOUNS.values())
    if given in known:
        return given
    near = nearest(given, known) or list(known)
    raise FilterError("noun", f"There is no noun {given!r}.", suggestions=near)


def _id(given: str) -> str:
    if not is_id(given):
        raise FilterError("subject", f"{given!r} is no id: give a UUID.")
    return given.lower()


@dataclass(frozen=True, slots=True)
class Changes:
    """Some changes, and the number from which to go on: all up to it was looked at.

    ``texts`` are the changes as JSON, by the number of the entry and in their order.
    """

    texts: dict[int, bytes]
    last: int

    @property
    def items(self) -> list[ChangeOut]:
        """The same as shapes."""
        return list(map(ChangeOut.model_validate_json, self.texts.values()))


def ledger_head(session: Session, known_at: datetime) -> HeadOut:
    """The newest entry up to an instant."""
    entries = select(LedgerEntry).where(LedgerEntry.at <= known_at)
    newest = session.scalars(entries.order_by(LedgerEntry.seq.desc()).limit(1)).first()
    if newest is None:
        return HeadOut(seq=0, hash=NOTHING, at=None)
    return HeadOut(seq=newest.seq, hash=newest.hash, at=isoformat_z(newest.at))


def last_seq(session: Session) -> int:
    """The number of the newest entry; 0 when there is none."""
    found = _LAST_SEQ.row(session)
    return found[0] or 0 if found else 0


_LAST_SEQ = Prepared(select(func.max(LedgerEntry.seq)))


class _Entry(NamedTuple):
    """An entry of the ledger, in the order of its columns."""

    seq: int
    at: datetime
    actor: str
    action: str
    subject: str | None
    body: str
    prev_hash: str
    hash: str


_COLUMNS = [LedgerEntry.__table__.c[name] for name in _Entry._fields]


def page_changes(
    session: Session, given: ChangeFilter, window: Window, *, newest_first: bool = False
) -> tuple[Slice[Any], Changes]:
    """One page of changes in their order or, for who looks back, the other way; where to go on.

    Raises:
        FilterError: a filter's value names nothing, or the ledger ends before ``since``.
        CursorError: the cursor was altered or belongs to another query.
    """
    view, values = window.opened(session, int)
    known_at = view.known_at
    since = start_of(session, given.since)
    statement = select(*_COLUMNS).where(
        LedgerEntry.seq > since, LedgerEntry.at <= known_at, *given.clauses()
    )
    order = [Key(LedgerEntry.seq, newest_first)]
    page = take_page(session, statement, order, window, known_at, values)
    goes_on = page.next is not None and not newest_first
    last = page.items[-1][0] if goes_on else max(since, _seq_at(session, known_at))
    return page, Changes(_as_json(session, page.items), last)


def changes_after(session: Session, given: ChangeFilter, seq: int, limit: int) -> Changes:
    """The next changes behind an entry, at most ``limit``."""
    statement = select(*_COLUMNS).where(LedgerEntry.seq > seq, *given.clauses())
    found = session.execute(statement.order_by(LedgerEntry.seq).limit(limit)).all()
    last = found[-1][0] if len(found) == limit else max(seq, last_seq(session))
    return Changes(_as_json(session, found), last)


def start_of(session: Session, since: str | None) -> int:
    """The number of the entry behind which to begin.

    Raises:
        FilterError: it is neither a number nor a date, or the ledger ends before it.
    """
    text = (since or "0").strip()
    if re.fullmatch(r"[0-9]{1,18}", text) is None:
        return _seq_before(session, text)
    end = last_seq(session)
    if int(text) > end:
        raise FilterError("since", f"The ledger ends at entry {end}: there is no entry {text} yet.")
    return int(text)


def _seq_before(session: Session, text: str) -> int:
    try:
        moment = parse_window(text)
    except MomentError as error:
        raise FilterError("since", f"Neither a number nor a date: {error.message}") from None
    if moment.start is None or "/" in text:
        raise FilterError("since", "Give the number of an entry, an instant or one date.")
    if moment.precision is Precision.INSTANT:
        return _seq_at(session, moment.start)
    return _newest(session, LedgerEntry.at < moment.start)


def _seq_at(session: Session, at: datetime) -> int:
    return _newest(session, LedgerEntry.at <= at)


def _newest(session: Session, condition: ColumnElement[bool]) -> int:
    newest = select(LedgerEntry.seq).where(condition)
    order = LedgerEntry.at.desc(), LedgerEntry.seq.desc()
    return session.scalar(newest.order_by(*order).limit(1)) or 0


def _as_json(session: Session, rows: Sequence[Any]) -> dict[int, bytes]:
    entries = [_Entry(*row) for row in rows]
    ended = {entry.subject for entry in entries if entry.action in TOMBSTONES}
    public = Claim.accepted_at.is_not(None)  # Why a claim was rejected is for reviewers.
    query = select(Claim.id, Claim.end_reason).where(Claim.id.in_(ended), public)
    reasons = {key: reason for key, reason in session.execute(query)} if ended else {}
    return {entry.seq: _text_of(entry, reasons) for entry in entries}


def _text_of(entry: _Entry, reasons: Mapping[str, str | None]) -> bytes:
    """An entry in the shape of ``ChangeOut``; its body is handed through, since it is JSON."""
    tombstone = entry.action in TOMBSTONES or entry.action.startswith(REDACTION)
    why = {"reason": reasons.get(entry.subject or "")} if tombstone else {}
    head = orjson.dumps(
        {
            "seq": entry.seq,
            "at": isoformat_z(entry.at),
            "actor": entry.actor,
            "action": entry.action,
            "noun": noun_of(entry.action),
            "subject": entry.subject,
            "tombstone": tombstone,
            **why,
        }
    )
    chained = orjson.dumps({"prev_hash": entry.prev_hash, "hash": entry.hash})
    return b"".join((head[:-1], b',"body":', entry.body.encode(), b",", chained[1:]))


def noun_of(action: str) -> str | None:
    """What kind of thing an action's subject is; None where it is not known."""
    if action.startswith(REDACTION):
        return action.removeprefix(REDACTION)
    return NOUNS.get(action)
