"""The seed: the catalogue, regions and the first article, as a new store is filled with them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from counterclaim.importers.claim_file import read_claim_file
from counterclaim.store.ingest import Intake, ingest
from counterclaim.store.regions import record_regions

if TYPE_CHECKING:
    from collections.abc import Iterator

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
        body = read_claim_file(seed_folder() / name, own=True)
        yield name, ingest(writer, body, accept=True)
    regions = Intake()
    created = record_regions(writer)
    regions.count("places", created, created)
    yield "ISO 3166 countries and regions", regions
    article = read_claim_file(seed_folder() / "article.yaml", own=True)
    yield "article.yaml", ingest(writer, article, accept=True)
