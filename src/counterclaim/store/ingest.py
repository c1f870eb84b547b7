"""Takes in a claim file: a document with its reference rows, events and claims, all or nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, select, update

from counterclaim.db import is_id, table_of
from counterclaim.errors import InputError, Problem, RejectedError
from counterclaim.models import Claim, Document, Event
from counterclaim.queries.rivals import Rivals
from counterclaim.statements import Prepared
from counterclaim.store.checks import check_draft, check_resolved
from counterclaim.store.claims import Draft, Reading, Shelf, Subject, read_claim, record_claims
from counterclaim.store.documents import BLANK, primary_language, record_document
from counterclaim.store.events import record_events, record_part
from counterclaim.store.project import project, replay
from counterclaim.store.quotes import locate_all
from counterclaim.store.references import record_references
from counterclaim.store.touched import touched_by
from counterclaim.vocabulary import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sqlalchemy.orm import Session

    from counterclaim.schemas.incoming import ClaimFile, ClaimIn, EventIn, QuoteIn
    from counterclaim.store.checks import Remark
    from counterclaim.store.ledger import Writer
    from counterclaim.store.quotes import Found


@dataclass(slots=True)
class Taken:
    """One row taken in: its id, the ref it had in the body, and whether it is new.

    Claims also have their status and what the checks remarked, new ones the rows they were read as.
    """

    id: str
    ref: str | None
    created: bool
    status: str = Status.ACCEPTED
    warnings: list[dict[str, Any]] = field(default_factory=list)
    draft: Draft | None = None


@dataclass(slots=True)
class Intake:
    """What came of a claim file."""

    document: Taken | None = None
    events: list[Taken] = field(default_factory=list)
    claims: list[Taken] = field(default_factory=list)
    created: dict[str, int] = field(default_factory=dict)
    unchanged: dict[str, int] = field(default_factory=dict)

    def count(self, noun: str, created: int, given: int) -> None:
        """Note how many of the rows given were new."""
        self.created[noun] = created
        self.unchanged[noun] = given - created


def ingest(
    writer: Writer,
    body: ClaimFile,
    *,
    accept: bool,
    document: Document | None = None,
    found: Sequence[Found] | None = None,
) -> Intake:
    """Write what a claim file says; nothing of it twice, and nothing at all if anything is wrong.

    With ``accept`` the claims count at once, else they are pending. The claims stand in the file's
    document or, where it has none, in the one given here; ``found`` is what ``find_quotes`` said of
    the body, if that was asked. The read model is up to date when this
    returns; the caller commits.

    Raises:
        RejectedError: all that is wrong, with JSON pointers into the body; undo the transaction.
    """
    taking = _Taking(writer, body, document, found, accept=accept)
    taking.references()
    taking.document_and_events()
    taking.claims()
    taking.raise_problems()
    taking.project()
    return taking.intake


def find_quotes(body: ClaimFile) -> list[Found] | None:
    """Where each claim's words stand in the text that comes with them; None if none does.

    It needs no store: of a long body it is asked before the turn of the one writer. A redacted
    document may be given again with its text: the words are looked for in that.
    """
    if body.document is None or body.document.text is None:
        return None
    return locate_all(body.document.text, _quotes(body))


def _quotes(body: ClaimFile) -> Iterator[str | QuoteIn | None]:
    return (claim.quote for claim in body.claims)


class _Taking:
    """One claim file being taken in."""

    def __init__(
        self,
        writer: Writer,
        body: ClaimFile,
        document: Document | None,
        found: Sequence[Found] | None,
        *,
        accept: bool,
    ) -> None:
        self.writer, self.body, self.accept = writer, body, accept
        self.intake = Intake()
        self.problems: list[Problem] = []
        self.document, self.found = document, found
        self.events: dict[str, Event] = {}
        self.claim_ids: dict[str, str] = {}
        self.drafts: list[Draft] = []
        self.fresh: dict[str, Taken] = {}

    def raise_problems(self) -> None:
        """Refuse the body if anything was wrong with it."""
        if self.problems:
            raise RejectedError(self.problems)

    def references(self) -> None:
        """Sources, munitions and places, before anything that names them."""
        for noun in ("sources", "munitions", "places"):
            rows = getattr(self.body, noun)
            if not rows:
                self.intake.count(noun, 0, 0)
                continue
            created, problems = record_references(self.writer, rows, f"/{noun}")
            self.intake.count(noun, created, len(rows))
            self.problems += problems

    def document_and_events(self) -> None:
        """The document, then the events, then what is part of what."""
        if self.body.document is not None:
            try:
                self.document, created = record_document(self.writer, self.body.document)
                self.intake.document = Taken(self.document.id, None, created)
                self.intake.count("documents", int(created), 1)
            except RejectedError as error:
                self.problems += error.problems
        self._events(self.body.events)
        for place, shape in enumerate(self.body.events):
            self._parts(place, shape)
        taken = self.intake.events
        self.intake.count("events", sum(one.created for one in taken), len(taken))

    def _events(self, shapes: list[EventIn]) -> None:
        seen: set[str] = set()
        for place, shape in enumerate(shapes):
            if (shape.ref or shape.label) in seen:
                what = f"The ref {shape.ref!r}" if shape.ref else "An event of this label"
                self._fail(f"/events/{place}", f"{what} stands twice: give each its own ref.")
            seen.add(shape.ref or shape.label)
        recorded = record_events(self.writer, shapes, self.document)
        for shape, (event, created) in zip(shapes, recorded, strict=True):
            self.events[shape.ref or event.id] = event
            self.intake.events.append(Taken(event.id, shape.ref, created))

    def _parts(self, place: int, shape: EventIn) -> None:
        whole = self.events.get(shape.ref or self.intake.events[place].id)
        for position, name in enumerate(shape.parts):
            pointer = f"/events/{place}/parts/{position}"
            part = self._find_event(name, pointer)
            if part is None or whole is None:
                continue
            try:
                record_part(self.writer, whole, part, shape.parts_basis)
            except InputError as error:
                self._fail(pointer, error.message)

    def claims(self) -> None:
        """The claims, those that others are about before those."""
        if not self.body.claims:
            return
        if self.document is None:
            if self.body.document is None:
                self._fail("/document", "Claims need the document that they stand in.")
            return
        shelf = Shelf(self.writer.session, self.document)
        found = (
            self.found
            or find_quotes(self.body)
            or locate_all(self.document.text, _quotes(self.body))
        )
        for place in _ordered(self.body.claims, self._fail):
            self._claim(place, found[place], self.document, shelf)
        self.raise_problems()
        record_claims(self.writer, self.drafts, accept=self.accept)
        taken = self.intake.claims
        self.intake.count("claims", sum(one.created for one in taken), len(taken))

    def _claim(self, place: int, found: Found, document: Document, shelf: Shelf) -> None:
        before, shape = len(self.problems), self.body.claims[place]
        pointer = f"/claims/{place}"
        subject = self._subject(shape, pointer)
        reading = Reading(self.writer, shape, document, pointer, found)
        draft = read_claim(reading, subject)
        self.problems += reading.problems
        if draft is None or len(self.problems) > before:
            return
        known = shelf.keep(draft)
        words = draft.quote.exact if draft.quote else ""
        if known is None and document.redacted_at is not None and BLANK in words:
            self._fail(f"{pointer}/quote", "These words were redacted: no claim can rest on them.")
            return
        claim = known or draft.claim
        fresh = Status.ACCEPTED if self.accept else Status.PENDING
        status = known.status if known else fresh
        taken = Taken(claim.id, shape.ref, known is None, status, list(claim.warnings))
        self.intake.claims.append(taken)
        if shape.ref is not None:
            self.claim_ids[shape.ref] = claim.id
        if known is None:
            self._remark(draft, shape, reading, taken)

    def _remark(self, draft: Draft, shape: ClaimIn, reading: Reading, taken: Taken) -> None:
        lang = primary_language(reading.document)
        session = self.writer.session
        remarks = check_draft(session, draft, shape, reading.pointer, lang)
        taken.warnings = [remark.as_json() for remark in remarks]
        draft.claim.warnings = taken.warnings
        taken.draft = draft
        self.drafts.append(draft)
        self.fresh[draft.claim.id] = taken

    def _subject(self, shape: ClaimIn, pointer: str) -> Subject:
        subject = Subject()
        if shape.event is not None:
            subject.event_id = self._event_id(shape.event, f"{pointer}/event")
        if shape.about is not None:
            subject.about_id = self._find_claim(shape.about, f"{pointer}/about")
        return subject

    def _event_id(self, name: str, pointer: str) -> str | None:
        if name not in self.events and is_id(name):
            found = _EVENT.row(self.writer.session, id=name.lower())
            if found is not None:
                return str(found[0])
        event = self._find_event(name, pointer)
        return event.id if event else None

    def _find_event(self, name: str, pointer: str) -> Event | None:
        event = self.events.get(name)
        if event is None and is_id(name):
            event = self.writer.session.get(Event, name.lower())
        if event is None:
            refs = ", ".join(sorted(self.events)) or "none"
            self._fail(pointer, f"No event has the id or ref {name!r}; refs given: {refs}.")
        return event

    def _find_claim(self, name: str, pointer: str) -> str | None:
        found = self.claim_ids.get(name)
        if found is None and is_id(name):
            known = self.writer.session.get(Claim, name.lower())
            found = known.id if known is not None else None
        if found is None:
            self._fail(pointer, f"No claim has the id or ref {name!r}.")
        return found

    def project(self) -> None:
        """Bring the read model up to date; warn of claims that cannot stand beside others."""
        writer = self.writer
        touched = touched_by(writer.session, writer.at)
        rivals = Rivals(set(self.fresh))
        found = [] if self.accept else self._supposed(touched, rivals)
        project(writer.session, touched, writer.at, writer.referents(), rivals.look)
        if self.accept:
            found = self._resolved(rivals)
        for key, remarks in found:
            self.fresh[key].warnings += [remark.as_json() for remark in remarks]
        _warn(writer.session, {key: self.fresh[key].warnings for key, _remarks in found})

    def _resolved(self, rivals: Rivals) -> list[tuple[str, list[Remark]]]:
        claims = [draft.claim for draft in self.drafts]
        return [(claim.id, found) for claim, found in check_resolved(self.writer, claims, rivals)]

    def _supposed(self, touched: set[str], rivals: Rivals) -> list[tuple[str, list[Remark]]]:
        """What would be remarked if these pending claims counted: tried, and undone."""
        if not self.drafts:
            return []
        session, at = self.writer.session, self.writer.at
        trial = session.begin_nested()
        ours = Claim.recorded_at == at, Claim.id.in_([draft.claim.id for draft in self.drafts])
        session.execute(update(CLAIMS).where(*ours).values(status=Status.ACCEPTED, accepted_at=at))
        session.flush()
        replay(session, [(at, touched)], self.writer.referents(), rivals.look)
        found = self._resolved(rivals)
        trial.rollback()
        return found

    def _fail(self, pointer: str, detail: str) -> None:
        self.problems.append(Problem(pointer, detail))


_EVENT = Prepared(select(Event.id).where(Event.id == bindparam("id")))
CLAIMS = table_of(Claim)


def _warn(session: Session, warnings: dict[str, list[dict[str, Any]]]) -> None:
    """Keep with each of these claims what was remarked of it in the end."""
    if not warnings:
        return
    given = [{"warned_id": key, "warnings": remarks} for key, remarks in warnings.items()]
    session.execute(update(CLAIMS).where(CLAIMS.c.id == bindparam("warned_id")), given)


def _ordered(claims: list[ClaimIn], fail: Callable[[str, str], None]) -> list[int]:
    """Positions in an order in which what a claim is about comes before it."""
    places: dict[str, int] = {}
    for place, claim in enumerate(claims):
        if claim.ref is not None and places.setdefault(claim.ref, place) != place:
            fail(f"/claims/{place}/ref", f"The ref {claim.ref!r} stands twice.")
    about = {
        place: {places[claim.about]} if claim.about in places else set()
        for place, claim in enumerate(claims)
    }
    try:
        return list(TopologicalSorter(about).static_order())
    except CycleError as error:
        first = min(error.args[1])
        fail(f"/claims/{first}/about", "These claims are about each other in a circle.")
        return []
