"""A named place as a gazetteer gives it, before the store knows what of it is there already."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from counterclaim.vocabulary import NameKind, PlaceKind


@dataclass(frozen=True, slots=True)
class Spelling:
    """One name; ``lang`` is None where the gazetteer does not say which language it is."""

    name: str
    lang: str | None
    kind: NameKind


@dataclass(frozen=True, slots=True)
class Toponym:
    """One row of a gazetteer.

    Attributes:
        line: The line of the file on which it stands, from 1.
        geonames_id: Its id in GeoNames.
        kind: What kind of place it is.
        name: The name to show; ``ascii_name`` is the same in plain letters.
        country: ISO 3166-1 alpha-2; None for what lies in no country, as a sea.
        admin1: GeoNames' own code of the first-level subdivision; None where it says none.
        latitude: Degrees north, WGS 84; ``longitude`` degrees east.
        as_of: The day on which GeoNames last changed it, as it writes it.
        spellings: Its names, each spelling once, ``name`` first.
    """

    line: int
    geonames_id: int
    kind: PlaceKind
    name: str
    ascii_name: str
    country: str | None
    admin1: str | None
    latitude: float
    longitude: float
    as_of: str | None
    spellings: tuple[Spelling, ...]
