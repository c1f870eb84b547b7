"""What pages call the sources, sides and munitions that claims speak of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from counterclaim.db import now
from counterclaim.queries.callings import call_all, sources_by_key
from counterclaim.resolve.wording import Names

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session

    from counterclaim.schemas.claim import ClaimOut


def name_all(
    session: Session,
    claims: Iterable[ClaimOut],
    sources: Iterable[str | None] = (),
    munitions: Iterable[str | None] = (),
) -> Names:
    """Names, without articles, of all that these claims name, and of what else is given by key."""
    keys, types = set(sources), set(munitions)
    for claim in claims:
        keys |= {claim.claimant, claim.document.publisher, *claim.said_by}
        types |= {claim.munition, *(line.munition for line in claim.counts)}
        types |= {fact.munition for fact in claim.munition_facts}
    called = call_all(session, (), filter(None, types), now())
    rows = sources_by_key(session, filter(None, keys))
    return Names({key: row.name for key, row in rows.items()}, called.sides, called.munitions)
