"""The track record of a source, counted from the claims of all events it spoke of."""

from __future__ import annotations

from bisect import insort
from collections import defaultdict
from dataclasses import dataclass, field, replace
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import aliased

from counterclaim.models import Claim, Quote, Source
from counterclaim.moment import isoformat_z
from counterclaim.queries.asof import live_claim, said_by
from counterclaim.queries.claims import moment_out
from counterclaim.queries.families import load_families
from counterclaim.queries.paths import figure_path
from counterclaim.queries.references import find_row
from counterclaim.queries.references.trees import subtree
from counterclaim.resolve.kinship import Kinship
from counterclaim.resolve.records import (
    Agreement,
    Direction,
    Tally,
    compare,
    distance,
    find_admissions,
)
from counterclaim.resolve.shares import wilson
from counterclaim.schemas.record import (
    METHOD,
    NOTE,
    AdmissionOut,
    ComparedOut,
    Examples,
    ExamplesOut,
    OtherOut,
    RecordOut,
    RecordTallyOut,
    RevisedOut,
    RevisionOut,
    ShareOut,
    SharesOut,
    WordOut,
)
from counterclaim.vocabulary import Status

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence, Set

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from counterclaim.queries.asof import View
    from counterclaim.queries.families import Loaded
    from counterclaim.resolve.inputs import Family
    from counterclaim.resolve.records import Admission, Compared, Step, Word

BATCH = 200
"""Events are loaded this many at a time, with all that hangs together with them."""
EXAMPLES, ADMISSIONS = 20, 100


@dataclass(slots=True)
class Sample:
    """The first items in an order, and how many there are in all."""

    most: int
    total: int = 0
    kept: list[tuple[tuple[str, ...], Any]] = field(default_factory=list)

    def add(self, key: tuple[str, ...], item: Any) -> None:
        """Count an item, and keep it while it is among the first."""
        self.total += 1
        insort(self.kept, (key, item), key=itemgetter(0))
        del self.kept[self.most :]

    @property
    def items(self) -> list[Any]:
        """What was kept, in order."""
        return [item for _key, item in self.kept]


def _examples() -> Sample:
    return Sample(EXAMPLES)


@dataclass(slots=True)
class Record:
    """What was counted so far; it does not grow with the number of claims."""

    tally: Tally = field(default_factory=Tally)
    by_outcome: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    examples: dict[str, Sample] = field(default_factory=lambda: defaultdict(_examples))
    revisions: Sample = field(default_factory=_examples)
    admissions: Sample = field(default_factory=lambda: Sample(ADMISSIONS))

    def count(self, compared: Compared) -> None:
        """Add one figure."""
        self.tally.count(compared)
        self.by_outcome[compared.key.measure].count(compared)
        named = compared.event, figure_path(compared.key)
        self.examples[compared.agreement].add(named, compared)
        for place, step in enumerate(compared.steps):
            self.revisions.add((*named, f"{place:06}"), (compared, step))

    def admit(self, admission: Admission) -> None:
        """Add one admission."""
        figure = figure_path(admission.key) if admission.key else ""
        self.admissions.add((admission.claim.event, figure), admission)


def source_record(session: Session, key: str, view: View, *, below: bool = True) -> RecordOut:
    """How the figures of a source stand against what others say of the same.

    Args:
        session: Where to look.
        key: The source's key or id.
        view: The state; superseded claims count as what the source said before.
        below: Whether the sources below it in the tree are taken as it.

    Raises:
        NotFoundError: there is no such source, with the nearest names.
    """
    row = find_row(session, Source, key, view.known_at)
    tree = subtree(Source, Source.id == row.id) if below else select(Source.id).filter_by(id=row.id)
    speakers = set(session.scalars(select(Source.key).where(Source.id.in_(tree))))
    events = select(Claim.event_id).distinct().where(Claim.claimant_id.in_(tree), _counted(view))
    record = Record()
    for batch in _batches(session, sorted(filter(None, session.scalars(events))), view):
        superseded = _superseded(batch, view)
        misread = _misread(session, superseded)
        for loaded in batch:
            _count(record, _without(loaded.family, misread), speakers, superseded)
    return _record_out(session, record, source=row.key, below=below, view=view)


def _counted(view: View) -> ColumnElement[bool]:
    """Claims that are live, or were until others took their place."""
    superseded = and_(Claim.accepted_at <= view.known_at, Claim.status == Status.SUPERSEDED)
    return and_(or_(live_claim(view.known_at), superseded), *said_by(view))


def _batches(session: Session, events: Sequence[str], view: View) -> Iterator[list[Loaded]]:
    """The families of these events, each once."""
    done: set[str] = set()
    for start in range(0, len(events), BATCH):
        wanted = [event for event in events[start : start + BATCH] if event not in done]
        batch = load_families(session, wanted, view, superseded=True)
        done.update(*(members for loaded in batch for members in loaded.members.values()))
        yield batch


def _superseded(batch: Sequence[Loaded], view: View) -> set[str]:
    return {
        key
        for loaded in batch
        for key, claim in loaded.claims.items()
        if claim.ended_at is not None and claim.ended_at <= view.known_at
    }


def _misread(session: Session, superseded: Set[str]) -> set[str]:
    """The claims whose place another one from the same document took.

    That the store read a document anew is no revision by the source.
    """
    old = aliased(Claim)
    query = (
        select(old.id)
        .join(Claim, Claim.supersedes_id == old.id)
        .where(old.id.in_(superseded), old.document_id == Claim.document_id)
    )
    return set(session.scalars(query)) if superseded else set()


def _without(family: Family, misread: Set[str]) -> Family:
    return replace(family, claims=tuple(c for c in family.claims if c.id not in misread))


def _count(record: Record, family: Family, speakers: Set[str], superseded: Set[str]) -> None:
    for event, bearing in Kinship(family).bearings(family.claims).items():
        for compared in compare(event, bearing, speakers, superseded):
            record.count(compared)
    for admission in find_admissions(family.claims, speakers, superseded):
        record.admit(admission)


def _record_out(
    session: Session, record: Record, *, source: str, below: bool, view: View
) -> RecordOut:
    return RecordOut(
        source=source,
        below=below,
        known_at=isoformat_z(view.known_at),
        **_tally(record.tally),
        shares=_shares(record.tally),
        by_outcome={
            name: RecordTallyOut(**_tally(tally))
            for name, tally in sorted(record.by_outcome.items())
        },
        admissions=_admissions(session, record.admissions.items),
        admissions_total=record.admissions.total,
        examples=ExamplesOut(
            **{name: _compared_examples(record.examples[name]) for name in Agreement},
            revised=Examples(
                total=record.revisions.total,
                items=[_revision(*item) for item in record.revisions.items],
            ),
        ),
        note=NOTE,
    )


def _tally(tally: Tally) -> dict[str, Any]:
    names = set(RecordTallyOut.model_fields) - {"revised"}
    revised = RevisedOut(**{name: tally[name] for name in Direction})
    return {**{name: tally[name] for name in names}, "revised": revised}


def _shares(tally: Tally) -> SharesOut:
    compared = tally[Agreement.CONFIRMED] + tally[Agreement.CONTRADICTED]
    return SharesOut(
        of=compared,
        confirmed=_share(tally[Agreement.CONFIRMED], compared),
        contradicted=_share(tally[Agreement.CONTRADICTED], compared),
        method=METHOD,
    )


def _share(count: int, of: int) -> ShareOut | None:
    bounds = wilson(count, of)
    return bounds and ShareOut(low=round(bounds[0], 4), high=round(bounds[1], 4))


def _compared_examples(sample: Sample) -> Examples[ComparedOut]:
    return Examples(total=sample.total, items=[_compared(item) for item in sample.items])


def _compared(compared: Compared) -> ComparedOut:
    last = compared.own[0]
    return ComparedOut(
        event=compared.event,
        figure=figure_path(compared.key),
        low=last.interval.low,
        high=last.interval.high,
        claims=[word.claim.id for word in compared.own],
        order=compared.order,
        others=[
            OtherOut(**_word(word), by=distance(last.interval, word.interval))
            for word in compared.others
        ],
    )


def _revision(compared: Compared, step: Step) -> RevisionOut:
    return RevisionOut(
        event=compared.event,
        figure=figure_path(compared.key),
        direction=step.direction,
        before=WordOut(**_word(step.before)),
        after=WordOut(**_word(step.after)),
    )


def _word(word: Word) -> dict[str, Any]:
    claim = word.claim
    return {
        "claim": claim.id,
        "claimant": claim.claimant,
        "side": claim.side,
        "low": word.interval.low,
        "high": word.interval.high,
        "said_at": isoformat_z(claim.said) if claim.said else None,
    }


def _admissions(session: Session, admissions: Sequence[Admission]) -> list[AdmissionOut]:
    ids = {admission.claim.id for admission in admissions}
    query = select(Claim, Quote.exact).outerjoin(Quote, Quote.id == Claim.quote_id)
    rows = {row.id: (row, exact) for row, exact in session.execute(query.where(Claim.id.in_(ids)))}
    return [_admission(admission, *rows[admission.claim.id]) for admission in admissions]


def _admission(admission: Admission, row: Claim, quote: str | None) -> AdmissionOut:
    return AdmissionOut(
        event=admission.claim.event,
        claim=row.id,
        claimant=admission.claim.claimant,
        quote=quote,
        figure=figure_path(admission.key) if admission.key else None,
        said=moment_out(row.said_edtf, row.said_from, row.said_to),
    )
