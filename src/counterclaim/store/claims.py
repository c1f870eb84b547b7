"""Reads a claim as posted into rows, and writes it once.

Every problem is collected with a JSON pointer into the claim; nothing is written if there is one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from counterclaim.db import new_id
from counterclaim.errors import InputError, Problem
from counterclaim.models import (
    Attribution,
    Casualty,
    Claim,
    Damage,
    InterceptionCount,
    Munition,
    MunitionFact,
    Occurrence,
    Quote,
    Source,
    Tally,
)
from counterclaim.moment import parse_moment
from counterclaim.quantity import Quantity, languages, parse_quantity
from counterclaim.schemas.fields import Bounds
from counterclaim.store.documents import primary_language, read_quote
from counterclaim.store.ledger import digest
from counterclaim.store.places import read_place
from counterclaim.store.seals import columns_of, seal, seal_row
from counterclaim.vocabulary import (
    AttributionRole,
    Outcome,
    SourceKind,
    Speech,
    Status,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from counterclaim.db import Base
    from counterclaim.models import Document
    from counterclaim.queries.names import Reference
    from counterclaim.schemas.imported import ImportedClaim
    from counterclaim.schemas.incoming import ClaimIn
    from counterclaim.store.ledger import Writer


@dataclass(slots=True)
class Subject:
    """What a claim is about: ids, as far as its refs were known."""

    event_id: str | None = None
    about_id: str | None = None


@dataclass(frozen=True, slots=True)
class RowOfRecord:
    """The row of a data set that a claim rests on; two records that say the same are two claims."""

    id: str
    data_set: str
    record_key: str

    @property
    def record(self) -> list[str]:
        """What stays the same in every version of the data set."""
        return [self.data_set, self.record_key]


@dataclass(slots=True)
class Reading:
    """A claim being read: where it stands, and what was wrong so far."""

    writer: Writer
    shape: ClaimIn | ImportedClaim
    document: Document
    pointer: str
    given: str | None = None
    """The document's text as it was given; None where only its row is there."""
    near: bool = True
    """Whether words that are not in the text are looked for, which costs time in a long one."""
    row: RowOfRecord | None = None
    """What an imported claim rests on."""
    problems: list[Problem] = field(default_factory=list)

    def fail(self, path: str, detail: str, suggestions: tuple[str, ...] = ()) -> None:
        """Note a problem at a path below the claim."""
        self.problems.append(Problem(f"{self.pointer}{path}", detail, suggestions))

    def find(self, model: type[Reference], name: str | None, path: str) -> Reference | None:
        """The row that a name means, or a problem."""
        if name is None:
            return None
        try:
            return self.writer.names.find(model, name)
        except InputError as error:
            self.fail(path, error.message, error.suggestions)
            return None

    def quantity(self, value: Any, path: str) -> Quantity:
        """The interval that a number or words mean, or a problem."""
        given = value.model_dump(exclude_unset=True) if isinstance(value, Bounds) else value
        try:
            return parse_quantity(given, lang=self.lang)
        except InputError as error:
            self.fail(path, error.message, error.suggestions)
            return Quantity(None, None, None, None)

    @property
    def lang(self) -> str:
        """The language of the words: English where no lexicon knows the document's."""
        lang = primary_language(self.document)
        return lang if lang in languages() else "en"


@dataclass(slots=True)
class Draft:
    """A claim with its rows, read but not yet written."""

    claim: Claim
    quote: Quote | None
    rows: list[Base]
    counts: list[tuple[InterceptionCount, str]]
    quantities: list[tuple[Quantity, str]]


def read_claim(reading: Reading, subject: Subject) -> Draft | None:
    """The rows of a claim, or None with the problems noted."""
    shape = reading.shape
    chain = [
        reading.find(Source, name, f"/said_by/{place}") for place, name in enumerate(shape.said_by)
    ]
    claimant_id = _claimant(reading, chain)
    quote = _quote(reading)
    _check_subject(reading, subject)
    quantities: list[tuple[Quantity, str]] = []
    counts = _counts(reading, quantities)
    rows: list[Base] = [
        *_attributions(shape, chain),
        *_places(reading),
        *(count for count, _path in counts),
        *_casualties(reading, quantities),
        *_damage(reading, quantities),
        *_tallies(reading, quantities),
        *_facts(reading),
    ]
    occurrence = _occurrence(reading)
    if reading.problems or claimant_id is None:
        return None
    if occurrence is not None:
        rows.append(occurrence)
    claim = _claim(reading, subject, claimant_id, quote, rows)
    return Draft(claim, quote, rows, counts, quantities)


def _claim(
    reading: Reading, subject: Subject, claimant_id: str, quote: Quote | None, rows: list[Base]
) -> Claim:
    shape, document, row = reading.shape, reading.document, reading.row
    said = parse_moment(shape.said) if shape.said else None
    facts = [row for row in rows if isinstance(row, MunitionFact)]
    alone = subject.event_id is None and subject.about_id is None
    claim = Claim(
        id=new_id(),
        kind=shape.told_kind(),
        event_id=subject.event_id,
        munition_id=facts[0].munition_id if facts and alone else None,
        about_id=subject.about_id,
        claimant_id=claimant_id,
        document_id=document.id,
        quote_id=quote.id if quote else None,
        import_row_id=row.id if row else None,
        stance=shape.stance,
        polarity=shape.polarity,
        distribution=shape.distribution,
        said_edtf=said.edtf if said else document.published_edtf,
        said_from=said.start if said else document.published_from,
        said_to=said.end if said else document.published_to,
        basis=shape.basis,
        inference_rule=shape.inference_rule,
        recorded_at=reading.writer.at,
        recorded_by=reading.writer.actor,
        note=shape.note,
        warnings=[],
        status=Status.PENDING,
    )
    claim.content_key = content_key(claim, quote, rows, row.record if row else None)
    return claim


LIFE = frozenset(
    {
        "id",
        "claim_id",
        "quote_id",
        "import_row_id",
        "note",
        "warnings",
        "status",
        "content_key",
        "supersedes_id",
        "recorded_at",
        "recorded_by",
        "accepted_at",
        "ended_at",
        "end_reason",
    }
)
"""Columns of a claim that are not part of what it says."""

MANNER = frozenset({"claim_id", "position", "lexicon"})
"""The same of a claim's rows: figures in another order say the same."""


def content_key(
    claim: Claim, quote: Quote | None, rows: Sequence[Base], record: Sequence[str] | None = None
) -> str:
    """SHA-256 of what a claim says, whoever entered it and whenever.

    ``record`` is the data set and the record that an imported claim rests on, in any version.
    """
    words: list[Any] | None = [quote.start, quote.end] if quote else None
    if record is not None:
        words = [*(words or ()), *record]
    return digest([words, _said(claim), *sorted((_said(row) for row in rows), key=repr)])


OWN = ("id", "quote_id", "import_row_id", "note", "recorded_at", "recorded_by")
"""Columns of a claim that its seal covers beside what it says."""


def seal_claim(claim: Claim, said: str, rows: Sequence[Base]) -> str:
    """The seal of a claim whose content has the key ``said``, in the manner it was entered."""
    manner: list[list[Any]] = [
        [getattr(row, "position", None), getattr(row, "lexicon", None)]
        for row in sorted(rows, key=lambda row: (repr(_said(row)), getattr(row, "position", 0)))
    ]
    own = {name: getattr(claim, name) for name in OWN}
    return seal("claim", {**own, "said": said, "manner": manner})


def _said(row: Base) -> dict[str, Any]:
    if isinstance(row, Claim):
        left_out = LIFE
    else:  # A chain of attribution in another order is another chain.
        left_out = MANNER - {"position"} if isinstance(row, Attribution) else MANNER
    values = {name: value for name, value in columns_of(row).items() if name not in left_out}
    said = {name: str(value) for name, value in values.items() if value is not None}
    return {"table": row.__tablename__, **said}


def record_claims(writer: Writer, drafts: Sequence[Draft], *, accept: bool) -> None:
    """Write claims of which none is there yet, accepted at once or pending."""
    session = writer.session
    given = (draft.quote for draft in drafts)
    quotes = {quote.id: quote for quote in given if quote is not None and quote not in session}
    session.add_all(quotes.values())
    session.flush()
    for draft in drafts:
        if accept:
            draft.claim.status, draft.claim.accepted_at = Status.ACCEPTED, writer.at
        for row in draft.rows:
            row.claim_id = draft.claim.id  # type: ignore[attr-defined]
    session.add_all(draft.claim for draft in drafts)
    session.flush()
    session.add_all(row for draft in drafts for row in draft.rows)
    for draft in drafts:
        note_claim(writer, draft, quotes.pop(draft.claim.quote_id or "", None))
    session.flush()


def note_claim(writer: Writer, draft: Draft, fresh: Quote | None) -> None:
    """Note in the ledger that a claim is written, and its quote if that is written with it."""
    claim = draft.claim
    body = {
        "event": claim.event_id,
        "document": claim.document_id,
        "quote": claim.quote_id,
        "status": claim.status,
        "content_key": claim.content_key,
        "sha256": seal_claim(claim, claim.content_key, draft.rows),
    }
    if fresh is not None:
        body["quote_sha256"] = seal_row(fresh)
    writer.note("record_claim", claim.id, body)


class Shelf:
    """What one document's claims already are: quotes by offsets, claims by what they say.

    A claim that was retracted or superseded stays what became of it: a file that holds it still
    does not bring it back. One that was rejected may be entered again.
    """

    def __init__(self, session: Session, document: Document) -> None:
        quotes = session.scalars(select(Quote).where(Quote.document_id == document.id))
        self.quotes = {(quote.start, quote.end): quote for quote in quotes}
        claims = session.scalars(
            select(Claim)
            .where(Claim.document_id == document.id, Claim.status != Status.REJECTED)
            .order_by(Claim.recorded_at)
        )
        self.claims = {claim.content_key: claim for claim in claims}

    def keep(self, draft: Draft) -> Claim | None:
        """Put a draft on the shelf; the claim that says the same if there is one already."""
        quote = draft.quote
        if quote is not None:
            draft.quote = quote = self.quotes.setdefault((quote.start, quote.end), quote)
            draft.claim.quote_id = quote.id
        known = self.claims.setdefault(draft.claim.content_key, draft.claim)
        return None if known is draft.claim else known


FIGURES = ("occurred", "places", "counts", "casualties", "damage")
"""What only the summary of an event can use."""


def _check_subject(reading: Reading, subject: Subject) -> None:
    shape = reading.shape
    not_found = shape.about is not None and subject.about_id is None
    if shape.event is not None or not_found:
        return
    for part in FIGURES:
        if getattr(shape, part):
            detail = "A claim with figures needs an event: give event, or leave the figures out."
            reading.fail(f"/{part}", detail)


def _claimant(reading: Reading, chain: list[Source | None]) -> str | None:
    if chain:
        return chain[0].id if chain[0] else None
    if reading.document.publisher_id is None:
        detail = "A claim in the document's own voice needs the document's publisher."
        reading.fail("/said_by", detail)
    return reading.document.publisher_id


def _quote(reading: Reading) -> Quote | None:
    if reading.shape.quote is None:
        return None
    try:
        return read_quote(reading.document, reading.shape.quote, reading.given, near=reading.near)
    except InputError as error:
        reading.fail("/quote", error.message, error.suggestions)
        return None


def _attributions(shape: ClaimIn | ImportedClaim, chain: list[Source | None]) -> list[Base]:
    own = Speech.INDIRECT if chain else Speech.UNATTRIBUTED
    speech = shape.speech or own
    links: list[Base] = []
    for position, source in enumerate(chain):
        role = AttributionRole.CLAIMANT if position == 0 else _later_role(source)
        source_id = source.id if source else None
        links.append(Attribution(position=position, source_id=source_id, role=role, speech=speech))
    role = AttributionRole.PUBLISHER if chain else AttributionRole.CLAIMANT
    last = Speech.INDIRECT if chain else speech
    links.append(Attribution(position=len(chain), source_id=None, role=role, speech=last))
    return links


def _later_role(source: Source | None) -> AttributionRole:
    speaks = source is not None and source.kind is SourceKind.OFFICIAL
    return AttributionRole.SPOKESPERSON if speaks else AttributionRole.RELAY


def _occurrence(reading: Reading) -> Occurrence | None:
    shape, published = reading.shape, reading.document.published_to
    if not (shape.occurred or shape.attacker or shape.defender or shape.target):
        return None
    moment = parse_moment(shape.occurred) if shape.occurred else None
    said = parse_moment(shape.said) if shape.said else None
    for end, word in ((said.end if said else None, "said"), (published, "published")):
        if moment and moment.start and end and moment.start >= end:
            detail = f"It cannot have occurred on {moment.edtf}, after it was {word}."
            reading.fail("/occurred", detail)
            break
    return Occurrence(
        occurred_edtf=moment.edtf if moment else None,
        occurred_from=moment.start if moment else None,
        occurred_to=moment.end if moment else None,
        precision=moment.precision if moment else None,
        attacker=shape.attacker,
        defender=shape.defender,
        target=shape.target,
    )


def _places(reading: Reading) -> list[Base]:
    rows: list[Base] = []
    for place, shape in enumerate(reading.shape.places):
        path = f"/places/{place}"
        try:
            rows.append(read_place(reading.writer.names, shape, place))
        except InputError as error:
            reading.fail(path, error.message, error.suggestions)
    return rows


def _counts(
    reading: Reading, quantities: list[tuple[Quantity, str]]
) -> list[tuple[InterceptionCount, str]]:
    counts: list[tuple[InterceptionCount, str]] = []
    known: dict[str | None, list[tuple[InterceptionCount, str]]] = {}
    for place, shape in enumerate(reading.shape.counts):
        munition = reading.find(Munition, shape.munition, f"/counts/{place}/munition")
        munition_id = munition.id if munition else None
        given = [name for name in Outcome if name.value in shape.model_fields_set]
        for outcome in given or [Outcome.LAUNCHED]:
            path = f"/counts/{place}/{outcome}"
            quantity = reading.quantity(getattr(shape, outcome), path)
            quantities.append((quantity, path))
            row = InterceptionCount(
                position=len(counts),
                munition_id=munition_id,
                outcome=outcome,
                **_measured(quantity),
            )
            counts.append((row, path))
            if munition is not None or shape.munition is None:
                known.setdefault(munition_id, []).append((row, path))
    for same in known.values():
        _check_outcomes_once(reading, same)
        _check_sum(reading, same)
    return counts


def _check_outcomes_once(reading: Reading, counts: list[tuple[InterceptionCount, str]]) -> None:
    seen: set[Outcome] = set()
    for row, path in counts:
        if row.outcome in seen:
            reading.fail(path, f"{row.outcome} stands twice for the same munition.")
        seen.add(row.outcome)


def _check_sum(reading: Reading, counts: list[tuple[InterceptionCount, str]]) -> None:
    launched = next((row for row, _path in counts if row.outcome is Outcome.LAUNCHED), None)
    if launched is None or launched.high is None:
        return
    fates = [(row, path) for row, path in counts if row.outcome is not Outcome.LAUNCHED]
    total = sum(row.low or 0 for row, _path in fates)
    if total > launched.high:
        what = " + ".join(f"{row.outcome} {row.low}" for row, _path in fates if row.low)
        reading.fail(fates[0][1], f"{what} is more than launched {launched.high}.")


def _measured(quantity: Quantity) -> dict[str, Any]:
    return {
        "low": quantity.low,
        "high": quantity.high,
        "said": quantity.said,
        "lexicon": quantity.lexicon,
    }


def _casualties(reading: Reading, quantities: list[tuple[Quantity, str]]) -> list[Base]:
    rows: list[Base] = []
    for place, shape in enumerate(reading.shape.casualties):
        path = f"/casualties/{place}/count"
        quantity = reading.quantity(shape.count, path)
        quantities.append((quantity, path))
        key = {"side": shape.side, "status": shape.status, "harm": shape.harm}
        rows.append(Casualty(position=place, **key, **_measured(quantity)))
    _check_once(reading, "casualties", ("side", "status", "harm"))
    return rows


def _damage(reading: Reading, quantities: list[tuple[Quantity, str]]) -> list[Base]:
    rows: list[Base] = []
    for place, shape in enumerate(reading.shape.damage):
        path = f"/damage/{place}/count"
        quantity = reading.quantity(shape.count, path)
        quantities.append((quantity, path))
        key = {"object": shape.object, "severity": shape.severity}
        rows.append(Damage(position=place, **key, **_measured(quantity)))
    _check_once(reading, "damage", ("object", "severity"))
    return rows


def _tallies(reading: Reading, quantities: list[tuple[Quantity, str]]) -> list[Base]:
    rows: list[Base] = []
    for place, shape in enumerate(reading.shape.tallies):
        path = f"/tallies/{place}/count"
        quantity = reading.quantity(shape.count, path)
        quantities.append((quantity, path))
        rows.append(Tally(position=place, object=shape.object, **_measured(quantity)))
    _check_once(reading, "tallies", ("object",))
    return rows


def _check_once(reading: Reading, part: str, key: tuple[str, ...]) -> None:
    seen: set[tuple[Any, ...]] = set()
    for place, shape in enumerate(getattr(reading.shape, part)):
        value = tuple(getattr(shape, name) for name in key)
        if value in seen:
            reading.fail(f"/{part}/{place}", f"{' '.join(map(str, value))} stands twice.")
        seen.add(value)


def _facts(reading: Reading) -> list[Base]:
    rows: list[Base] = []
    for place, shape in enumerate(reading.shape.munition_facts):
        path = f"/munition_facts/{place}/munition"
        munition = reading.find(Munition, shape.munition, path)
        rows.append(
            MunitionFact(
                position=place,
                munition_id=munition.id if munition else None,
                **shape.model_dump(exclude={"munition"}),
            )
        )
    return rows
