"""The names of the seeded catalogue that invented claims are made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import select

from counterclaim.models import Munition, Place, Source
from counterclaim.vocabulary import MunitionCategory, PlaceKind, SourceKind

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

    from sqlalchemy.orm import Session

SOURCES, MUNITIONS, REGIONS = 200, 60, 30
WIDE = {PlaceKind.REGION, PlaceKind.COUNTRY, PlaceKind.SEA, PlaceKind.AREA}
SERIES = {MunitionCategory.FAMILY, MunitionCategory.UNKNOWN, MunitionCategory.LAUNCHER}


class Site(NamedTuple):
    """A place with coordinates and the region it lies in."""

    place_id: str
    name: str
    region: str
    region_id: str
    country: str
    latitude: float
    longitude: float
    uncertainty_m: int | None


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What claims can name, in an order in which the first are the most frequent."""

    sources: Sequence[Source]
    outlets: Sequence[Source]
    munitions: Sequence[Munition]
    sites: Sequence[Site]


def read_catalogue(session: Session, rng: Random) -> Catalogue:
    """The same names each time, whatever the ids of their rows."""
    sources = list(session.scalars(select(Source).order_by(Source.key)))
    families = select(Munition.parent_id).where(Munition.parent_id.is_not(None))
    # A type without types below it: by a column of its own it is found as by the whole tree.
    single = Munition.id.not_in(families), Munition.category.not_in(SERIES)
    munitions = session.scalars(select(Munition).where(*single).order_by(Munition.key)).all()
    outlets = [row for row in sources if row.kind in {SourceKind.OUTLET, SourceKind.AGENCY}]
    return Catalogue(
        rng.sample(sources, SOURCES),
        outlets,
        rng.sample(munitions, MUNITIONS),
        _sites(session, rng),
    )


def _sites(session: Session, rng: Random) -> list[Site]:
    rows = session.scalars(select(Place).where(Place.region.is_not(None)).order_by(Place.key)).all()
    regions = {row.region: row for row in rows if row.kind is PlaceKind.REGION}
    sites: dict[str, list[Site]] = {}
    for row in rows:
        if row.kind in WIDE or row.latitude is None or row.longitude is None or not row.region:
            continue
        region = regions.get(row.region)
        if region is None or region.country not in {"RU", "UA"}:
            continue
        point = (row.latitude, row.longitude, row.uncertainty_m)
        site = Site(row.id, row.name, row.region, region.id, region.country, *point)
        sites.setdefault(row.region, []).append(site)
    chosen = rng.sample(sorted(sites), REGIONS)
    found = [site for region in chosen for site in sites[region]]
    rng.shuffle(found)
    return found
