"""Loads claims with all rows that hang on them; one statement a table, however many claims."""

from __future__ import annotations

from collections import defaultdict, namedtuple
from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - read by NamedTuple
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import bindparam, select, union
from sqlalchemy.orm import aliased

from counterclaim.db import UtcDateTime, among_given, table_of
from counterclaim.models import (
    Assessment,
    Attribution,
    Casualty,
    Claim,
    ClaimPlace,
    Damage,
    Document,
    InterceptionCount,
    Munition,
    MunitionFact,
    Occurrence,
    Place,
    Quote,
    Source,
    Tally,
)
from counterclaim.queries.asof import live_row
from counterclaim.statements import Prepared

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

    from counterclaim.db import Base

Children = dict[str, list[Any]]


@dataclass(frozen=True, slots=True)
class Head:
    """A claim with its quote, and the keys of its claimant and of the munition it is about."""

    claim: Claim
    quote: Quote | None
    claimant: str
    munition: str | None


@dataclass(frozen=True, slots=True)
class Rows:
    """Claims and what hangs on them, by claim id; documents and sides by their own ids.

    Places come with place and anchor, counts and facts with the munition's key, attributions with
    the source's key and name. Documents have no text here and the publisher's key.
    """

    heads: list[Head]
    attributions: Children
    occurrences: dict[str, Occurrence]
    places: Children
    counts: Children
    casualties: Children
    damage: Children
    tallies: Children
    facts: Children
    assessments: dict[str, Assessment]
    successors: dict[str, str]
    predecessors: dict[str, str]
    documents: dict[str, Any]
    sides: dict[str, str]


def load_rows(session: Session, ids: Sequence[str], at: datetime) -> Rows:
    """The rows of these claims as of an instant; ids that no claim has are left out."""
    ids = list(ids)
    heads = _heads(session, ids)
    successors = _successors(session, ids, at)
    occurrences = (row for (row,) in _OCCURRENCES.read(session, ids=ids))
    assessments = (row for (row,) in _ASSESSMENTS.read(session, ids=ids, at=at))
    return Rows(
        heads=heads,
        attributions=_ATTRIBUTIONS.by_claim(session, ids),
        occurrences={row.claim_id: row for row in occurrences},
        places=_PLACES.by_claim(session, ids),
        counts=_COUNTS.by_claim(session, ids),
        casualties=_CASUALTIES.by_claim(session, ids),
        damage=_DAMAGE.by_claim(session, ids),
        tallies=_TALLIES.by_claim(session, ids),
        facts=_FACTS.by_claim(session, ids),
        assessments={row.claim_id: row for row in assessments},
        successors=successors,
        predecessors={new: old for old, new in successors.items()},
        documents=_documents(session, {head.claim.document_id for head in heads}),
        sides=sides_of(session, {head.claim.claimant_id for head in heads}),
    )


def _shape_of(model: type[Base]) -> Any:
    """Plain rows of a model's table: tuples with the names of its columns."""
    return namedtuple(model.__name__, table_of(model).c.keys())


class _Statement:
    """Rows of one table as plain values by name, each with what is joined to it."""

    def __init__(self, model: type[Base], statement: Select[*tuple[Any, ...]]) -> None:
        names = table_of(model).c.keys()
        self._make: Any = _shape_of(model)._make
        self._width = len(names)
        self._prepared = Prepared(statement)

    def read(self, session: Session, **values: Any) -> Iterator[tuple[Any, ...]]:
        """Each row, and behind it what is joined to it."""
        make, width = self._make, self._width
        for row in self._prepared.rows(session, **values):
            yield make(row[:width]), *row[width:]

    def by_claim(self, session: Session, ids: list[str]) -> Children:
        """Rows by claim in their order; a row alone comes bare, with joined columns as a tuple."""
        found: Children = defaultdict(list)
        for row in self.read(session, ids=ids):
            found[row[0].claim_id].append(row[0] if len(row) == 1 else row)
        return found


def _of_claims(
    model: Any, *joined: Any, joins: Sequence[tuple[Any, Any]] = (), live: Any = None
) -> _Statement:
    """The statement of the rows of a model that hang on some claims, in their order."""
    statement = select(*table_of(model).c, *joined).select_from(model)
    for target, column in joins:
        statement = statement.outerjoin(target, target.id == column)
    statement = statement.where(among_given(model.claim_id)).order_by(model.claim_id)
    if live is not None:
        statement = statement.where(live)
    ordered = statement.order_by(model.position) if hasattr(model, "position") else statement
    return _Statement(model, ordered)


_ANCHOR = aliased(Place)
_PLACES = _of_claims(
    ClaimPlace,
    Place.key,
    Place.name,
    Place.country,
    Place.region,
    _ANCHOR.key,
    joins=[(Place, ClaimPlace.place_id), (_ANCHOR, ClaimPlace.anchor_id)],
)
_ATTRIBUTIONS = _of_claims(
    Attribution, Source.key, Source.name, joins=[(Source, Attribution.source_id)]
)
_COUNTS = _of_claims(
    InterceptionCount, Munition.key, joins=[(Munition, InterceptionCount.munition_id)]
)
_FACTS = _of_claims(MunitionFact, Munition.key, joins=[(Munition, MunitionFact.munition_id)])
_CASUALTIES, _DAMAGE, _TALLIES = map(_of_claims, (Casualty, Damage, Tally))
_OCCURRENCES = _of_claims(Occurrence)
_AT: Any = bindparam("at", type_=UtcDateTime)
_ASSESSMENTS = _of_claims(Assessment, live=live_row(Assessment, _AT))
_CLAIMS = _Statement(
    Claim,
    select(*table_of(Claim).c, Source.key, Munition.key, *table_of(Quote).c)
    .select_from(Claim)
    .join(Source, Source.id == Claim.claimant_id)
    .outerjoin(Quote, Quote.id == Claim.quote_id)
    .outerjoin(Munition, Munition.id == Claim.munition_id)
    .where(among_given(Claim.id)),
)
_QUOTE = _shape_of(Quote)


def _heads(session: Session, ids: list[str]) -> list[Head]:
    found = []
    for claim, claimant, munition, *quote in _CLAIMS.read(session, ids=ids):
        found.append(Head(claim, _QUOTE(*quote) if claim.quote_id else None, claimant, munition))
    return found


_OLD = aliased(Claim)
_NEW = aliased(Claim)
# Two searches: one condition on either of two tables would look at every claim.
_EITHER = union(
    select(_NEW.id).where(among_given(_NEW.supersedes_id)),
    select(_NEW.id).where(among_given(_NEW.id)),
)
_SUCCESSORS = Prepared(
    select(_OLD.id, Claim.id)
    .join(_OLD, _OLD.id == Claim.supersedes_id)
    .where(Claim.id.in_(_EITHER), _OLD.ended_at <= _AT, Claim.accepted_at <= _AT)
    .order_by(Claim.accepted_at.desc(), Claim.id.desc())
)


def _successors(session: Session, ids: list[str], at: datetime) -> dict[str, str]:
    """Which claim superseded which, of those asked for as either, when it had happened by then."""
    return dict(_SUCCESSORS.rows(session, ids=ids, at=at))


class DocumentRow(NamedTuple):
    """A document without its text, with the key of its publisher."""

    id: str
    title: str
    url: str | None
    published_edtf: str | None
    published_from: datetime | None
    published_to: datetime | None
    publisher: str | None


_DOCUMENTS = Prepared(
    select(
        Document.id,
        Document.title,
        Document.url,
        Document.published_edtf,
        Document.published_from,
        Document.published_to,
        Source.key,
    )
    .outerjoin(Source, Source.id == Document.publisher_id)
    .where(among_given(Document.id))
)


def _documents(session: Session, ids: set[str]) -> dict[str, DocumentRow]:
    rows = map(DocumentRow._make, _DOCUMENTS.rows(session, ids=sorted(ids)))
    return {row.id: row for row in rows}


def _lines() -> Prepared:
    line = select(Source.id.label("root"), Source.id, Source.parent_id, Source.side)
    lines = line.where(among_given(Source.id)).cte("lines", recursive=True)
    above = select(lines.c.root, Source.id, Source.parent_id, Source.side)
    return Prepared(select(lines.union(above.where(Source.id == lines.c.parent_id))))


_LINES = _lines()


def sides_of(session: Session, ids: set[str]) -> dict[str, str]:
    """The side of each source that has one: its own, else that of the nearest source above it."""
    rows = {
        (root, key): (parent, side)
        for root, key, parent, side in _LINES.rows(session, ids=sorted(ids))
    }
    found = {key: _nearest_side(rows, key) for key in ids}
    return {key: side for key, side in found.items() if side is not None}


def _nearest_side(
    rows: dict[tuple[str, str], tuple[str | None, str | None]], root: str
) -> str | None:
    seen: set[str] = set()
    at: str | None = root
    while at is not None and at not in seen and (root, at) in rows:
        seen.add(at)
        at, side = rows[root, at]
        if side:
            return side
    return None
