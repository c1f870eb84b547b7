"""What the names in one row mean: rows of reference that are there, new ones, and remarks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pycountry

from counterclaim.errors import AmbiguousNameError, InputError
from counterclaim.geo import distance_km
from counterclaim.importers.regions import region_code
from counterclaim.models import Place, Source
from counterclaim.names import slug
from counterclaim.schemas.incoming import SourceIn
from counterclaim.vocabulary import PlaceKind, SourceKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from counterclaim.queries.names import Finder
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
    """Looks the names of one row up and keeps what has to be said of them."""

    def __init__(self, names: Finder, origin: str) -> None:
        self.names = names
        self.origin = origin
        self.sources: dict[str, SourceIn] = {}
        self.munitions: dict[str, MunitionIn] = {}
        self.remarks: list[str] = []

    def remark(self, words: str) -> None:
        """Say something of the row, once."""
        if words not in self.remarks:
            self.remarks.append(words)

    def known_source(self, name: str) -> str | None:
        """The key of the one source of that name; None where there is none, or more than one."""
        try:
            return self.names.find(Source, name).key
        except InputError:
            return None

    def outlet(self, name: str) -> str | None:
        """The key of a publisher: of the one source of that name, else of a new outlet.

        None where the name is that of several sources, or no name at all.
        """
        try:
            return self.names.find(Source, name).key
        except AmbiguousNameError as error:
            self.remark(error.message)
            return None
        except InputError:
            pass
        key = cut_slug(name, KEY_LENGTH)
        if not key:
            return None
        if self.known_source(key) is None:
            new = SourceIn(key=key, name=cut(name), kind=SourceKind.OUTLET, origin=self.origin)
            self.sources[key] = new
        return key

    def source(self, wanted: SourceIn) -> str:
        """The key of a source that the adapter knows: as the store has it, else as a new row."""
        for name in (wanted.key, wanted.name):
            known = self.known_source(name)
            if known is not None:
                return known
        self.sources[wanted.key] = wanted
        return wanted.key

    def name_of(self, key: str) -> str:
        """The name of a source that is known or new."""
        new = self.sources.get(key)
        return new.name if new else self.names.find(Source, key).name

    def place(self, *names: str) -> str | None:
        """The key of the first of these names that exactly one place has, else None.

        What several places are called is remarked with their keys, and not decided.
        """
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
        for name in filter(None, spelt):
            try:
                return self.names.find(Place, name)
            except AmbiguousNameError as error:
                self.remark(error.message)
            except InputError:
                continue
        return None


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
