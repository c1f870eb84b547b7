"""A claim that was just entered as it is given out, made of the rows that were written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from counterclaim.models import (
    Attribution,
    Casualty,
    ClaimPlace,
    Damage,
    InterceptionCount,
    MunitionFact,
    Occurrence,
    Tally,
)
from counterclaim.queries.claims import claim_out
from counterclaim.queries.claims.rows import DocumentRow, Head, Rows
from counterclaim.store.rows import is_of

if TYPE_CHECKING:
    from counterclaim.db import Base
    from counterclaim.models import Document
    from counterclaim.queries.referents import Referents
    from counterclaim.schemas.claim import ClaimOut
    from counterclaim.store.claims.shapes import Draft
    from counterclaim.store.ledger import Writer

    Joined = list[tuple[Any, ...]]


def show_entered(writer: Writer, draft: Draft) -> ClaimOut:
    """A new claim as ``claims_out`` would read it back in the transaction that entered it."""
    claim, key, names = draft.claim, draft.claim.id, writer.referents()
    _read_names(names, draft)
    claimant, _line, side = names.speakers[claim.claimant_id]
    rows = Rows(
        heads=[Head(claim, draft.quote, claimant, _munition(names, claim.munition_id))],
        attributions={key: _chain(names, _of(draft, Attribution))},
        occurrences={row.claim_id: row for row in _of(draft, Occurrence)},
        places={key: _places(names, _of(draft, ClaimPlace))},
        counts={key: _armed(names, _of(draft, InterceptionCount))},
        casualties={key: _of(draft, Casualty)},
        damage={key: _of(draft, Damage)},
        tallies={key: _of(draft, Tally)},
        facts={key: _armed(names, _of(draft, MunitionFact))},
        assessments={},
        successors={},
        predecessors={},
        documents={draft.document.id: _document(names, draft.document)},
        sides={} if side is None else {claim.claimant_id: side},
    )
    return claim_out(rows.heads[0], rows, writer.at)


def _of(draft: Draft, model: type[Base]) -> list[Any]:
    return [row for row in draft.rows if is_of(row, model)]


def _read_names(names: Referents, draft: Draft) -> None:
    """Read what the claim speaks of, as far as its event did not need it."""
    chain, places = _of(draft, Attribution), _of(draft, ClaimPlace)
    speakers = {draft.claim.claimant_id, draft.document.publisher_id}
    names.read_sources(speakers.union(row.source_id for row in chain))
    names.places.read({named for row in places for named in (row.place_id, row.anchor_id)})
    armed = [*_of(draft, InterceptionCount), *_of(draft, MunitionFact), draft.claim]
    names.munitions.read({row.munition_id for row in armed})


def _munition(names: Referents, munition_id: str | None) -> str | None:
    return None if munition_id is None else names.munitions.rows[munition_id].key


def _armed(names: Referents, rows: list[Any]) -> Joined:
    return [(row, _munition(names, row.munition_id)) for row in rows]


def _chain(names: Referents, rows: list[Any]) -> Joined:
    found = ((row, names.sources.rows.get(row.source_id)) for row in rows)
    return [(row, one and one.key, one and one.name) for row, one in found]


def _places(names: Referents, rows: list[Any]) -> Joined:
    found = ((row, *map(names.places.rows.get, (row.place_id, row.anchor_id))) for row in rows)
    return [
        (
            row,
            *((one.key, one.name, one.country, one.region) if one else [None] * 4),
            anchor and anchor.key,
        )
        for row, one, anchor in found
    ]


def _document(names: Referents, document: Document) -> DocumentRow:
    publisher = names.sources.rows.get(document.publisher_id or "")
    return DocumentRow(
        document.id,
        document.title,
        document.url,
        document.published_edtf,
        document.published_from,
        document.published_to,
        publisher and publisher.key,
    )
