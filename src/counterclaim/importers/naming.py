"""What the names in one row mean: rows of reference that are there, new ones, and remarks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pycountry

from counterclaim.geo import distance_km
from counterclaim.importers.regions import region_code
from counterclaim.models import Place, Source
from counterclaim.names import fold, slug
from counterclaim.queries.names import told_apart
from counterclaim.schemas.incoming import SourceIn
from counterclaim.vocabulary import PlaceKind, SourceKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from counterclaim.queries.names import Finder, Reference
    from counterclaim.schemas.incoming import MunitionIn

KEY_LENGTH = 100
SIDE_LENGTH = 40
LINE_LENGTH = 500

NEAR_KM = 30.0
"""A settlement farther than this from a row's coordinates is another one of the same name."""

AREAS = frozenset({PlaceKind.COUNTRY, PlaceKind.REGION, PlaceKind.DISTRICT})

STATES = {
    "Bosnia-Herzegovina": "BA",
    "DR Congo": "CD",
    "Democratic Republic of Congo": "CD",
    "East Timor": "TL",
    "Ivory Coast": "CI",
    "Macedonia": "MK",
    "Palestine": "PS",
    "Republic of Congo": "CG",
    "Russia": "RU",
    "Turkey": "TR",
    "Brunei": "BN",
    "Swaziland": "SZ",
}
"""Names of states that data sets write and ISO 3166-1 does not."""

_FORMER = re.compile(r"\s*\([^)]*\)\s*$")


class Naming:
    """Looks the names of one row up and keeps what has to be said of them.

    ``coming`` holds the outlets that rows before it brought, by folded name: rows are read ahead of
    the store, and "Some News" and "SomeNews" are one.
    """

    def __init__(
        self, names: Finder, origin: str, coming: dict[str, SourceIn] | None = None
    ) -> None:
        self.names = names
        self.origin = origin
        self.coming = {} if coming is None else coming
        self.sources: dict[str, SourceIn] = {}
        self.munitions: dict[str, MunitionIn] = {}
        self.remarks: list[str] = []

    def remark(self, words: str) -> None:
        """Say something of the row, once."""
        if words not in self.remarks:
            self.remarks.append(words)

    def find(self, model: type[Reference], *names: str) -> Reference | None:
        """The row that has the first of these names that exactly one row has, else None.

        What several rows are called is remarked with their keys, and not decided.
        """
        for name in filter(None, names):
            found = self.names.find_all(model, name)
            if len(found) == 1:
                return found[0]
            if found:
                keys = told_apart(found)
                noun = model.__tablename__
                self.remark(f"{name!r} names more than one {noun}: {keys}. It is kept as said.")
        return None

    def outlet(self, name: str) -> str | None:
        """The key of a publisher: of the one source of that name, else of a new outlet.

        None where the name is that of several sources, or no name at all.
        """
        key = cut_slug(name, KEY_LENGTH)
        known = self.find(Source, name)
        if known is not None or not key or self.names.find_all(Source, name):
            return known.key if known else None
        new = SourceIn(key=key, name=cut(name), kind=SourceKind.OUTLET, origin=self.origin)
        new = self.coming.setdefault(fold(name), new)
        if not self.names.find_all(Source, new.key):
            self.sources[new.key] = new
        return new.key

    def source(self, wanted: SourceIn) -> str:
        """The key of a source that the adapter knows: as the store has it, else as a new row."""
        known = self.find(Source, wanted.key, wanted.name)
        if known is None:
            self.sources[wanted.key] = wanted
        return known.key if known else wanted.key

    def name_of(self, key: str) -> str:
        """The name of a source that is known or new."""
        new = self.sources.get(key)
        known = self.find(Source, key)
        return new.name if new else known.name if known else key

    def place(self, *names: str) -> str | None:
        """The key of the place that ``find`` finds, oblasts by their English names too."""
        found = self._place(names)
        return found.key if found else None

    def settlement(self, name: str, latitude: float, longitude: float) -> str | None:
        """The key of the one place of that name, if it lies where the row says."""
        found = self._place([name])
        if found is None or found.latitude is None or found.longitude is None:
            return None
        apart = distance_km(found.latitude, found.longitude, latitude, longitude)
        return found.key if apart <= NEAR_KM else None

    def area(self, *names: str) -> str | None:
        """The key of the first of these names that one country, region or district has."""
        for name in names:
            found = self._place([name])
            if found is not None and found.kind in AREAS:
                return found.key
        return None

    def _place(self, names: Iterable[str]) -> Place | None:
        spelt = (form for name in names for form in (name.strip(), region_code(name.strip())))
        return self.find(Place, *filter(None, spelt))


def side_of_party(name: str) -> str | None:
    """A side: of a government its state's ISO code, else a readable short form of the name."""
    state = name.removeprefix("Government of ")
    if state != name and (code := country_code(state)):
        return code
    return cut_slug(name, SIDE_LENGTH) or None


def country_code(name: str) -> str | None:
    """The ISO 3166-1 alpha-2 code of a state by its name; former names in brackets are left out."""
    bare = _FORMER.sub("", name).strip()
    if bare in STATES:
        return STATES[bare]
    try:
        code: str = pycountry.countries.lookup(bare).alpha_2
    except LookupError:
        return None
    return code


def cut(text: str, most: int = LINE_LENGTH) -> str:
    """A text in one line, cut with an ellipsis where it is too long."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"


def cut_slug(text: str, most: int) -> str:
    """A readable key of at most so many characters."""
    return slug(text)[:most].strip("-")
