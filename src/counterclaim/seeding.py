"""The seed: the catalogue, regions and the first article, as a new store is filled with them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select

from counterclaim.importers.claim_file import read_claim_file
from counterclaim.models import Munition
from counterclaim.store.ingest import Intake, ingest
from counterclaim.store.regions import record_regions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from counterclaim.schemas.incoming import ClaimFile
    from counterclaim.store.ledger import Writer

INSTALLED = Path(__file__).parent / "_seeds"
CHECKOUT = Path(__file__).parents[2] / "seeds"

CATALOGUE = ("sources.yaml", "munitions.yaml", "places.yaml")
"""The files of reference rows, in the order in which they are loaded."""


def seed_folder() -> Path:
    """Where the seed's files lie: in the installed package or at the top of a checkout."""
    return INSTALLED if INSTALLED.is_dir() else CHECKOUT


def seed(writer: Writer) -> Iterator[tuple[str, Intake]]:
    """Take in the seed, accepted at once; name each file and what came of it."""
    for name in CATALOGUE:
        body = _rooted_as_before(writer, read_claim_file(seed_folder() / name, own=True))
        yield name, ingest(writer, body, accept=True)
    regions = Intake()
    created = record_regions(writer)
    regions.count("places", created, created)
    yield "ISO 3166 countries and regions", regions
    article = read_claim_file(seed_folder() / "article.yaml", own=True)
    yield "article.yaml", ingest(writer, article, accept=True)


def _rooted_as_before(writer: Writer, body: ClaimFile) -> ClaimFile:
    """The body, in which munitions that had no parent when they were loaded keep none.

    A later catalogue may put one above them; past answers rest on the tree as it was.
    """
    rootless = select(Munition.key).where(Munition.parent_id.is_(None))
    kept = set(writer.session.scalars(rootless))
    given = [
        row.model_copy(update={"parent": None}) if row.key in kept else row
        for row in body.munitions
    ]
    return body.model_copy(update={"munitions": given})
