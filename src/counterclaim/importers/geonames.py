"""Reads the dumps that GeoNames publishes: its main table and the table of alternate names.

Their columns are described in GeoNames' own readme (download.geonames.org/export/dump).
"""

from __future__ import annotations

import re
import sqlite3
from collections import Counter, defaultdict
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from counterclaim.errors import InputError, PlaceError
from counterclaim.geo import check_coordinates
from counterclaim.importers.tables import oddity_of
from counterclaim.schemas.imported import Reject
from counterclaim.schemas.toponym import Spelling, Toponym
from counterclaim.vocabulary import NameKind, PlaceKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from counterclaim.importers.tables import TableFile

# fmt: off
COLUMNS = [
    "geonameid", "name", "asciiname", "alternatenames", "latitude", "longitude", "feature_class",
    "feature", "country", "cc2", "admin1", "admin2", "admin3", "admin4", "population", "elevation",
    "dem", "timezone", "modification_date",
]
"""The 19 columns in their order; a header may call them "feature code" or "country_code"."""

NEEDED = [
    "geonameid", "name", "asciiname", "latitude", "longitude", "feature_class", "feature",
    "country", "admin1", "population",
]
# fmt: on

CLASSES = "PASH"
"""Feature classes of places: populated, administrative, sites ("spots") and water."""

ALTERNATE_COLUMNS = 4
"""Of a row of alternate names so many are there always: its id, the place's, language and name."""

GREATEST_ID = 2**31 - 1
LONGEST_NAME = 400
CITY, TOWN = 100_000, 5_000
"""Least populations of what is called so here."""

NO_NAMES = frozenset(
    {"link", "post", "wkdt", "unlc", "tcid", "faac", "phon", "piny", "iata", "icao", "abbr"}
)
"""What the table of alternate names has in place of a language, where it gives no name."""

_CODE = re.compile(r"[A-Z]{3,4}")
"""Among the alternate names of the dump: an airport's, and as a name it would be found for others.

KIV is Chisinau's, and the folded form of Kyiv.
"""

_LANG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_LONE = re.compile("[\ud800-\udfff]")
_WHOLE = re.compile(r"[0-9]{1,12}")
_NUMBER = re.compile(r"[+-]?[0-9]{1,3}(\.[0-9]{1,12})?")
_COUNTRY = re.compile(r"[A-Z]{2}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows of a dump are taken; no country means all of them.

    The population counts for populated places alone: nothing else has one that means anything.
    """

    countries: frozenset[str] = frozenset()
    classes: frozenset[str] = frozenset(CLASSES)
    least_population: int = 0

    def takes(self, row: Row) -> bool:
        """Whether a row is wanted."""
        if self.countries and row.country not in self.countries:
            return False
        if row.feature_class not in self.classes:
            return False
        return row.feature_class != "P" or row.population >= self.least_population


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the dump in GeoNames' own terms; ``kind`` is None for what is no place here."""

    line: int
    geonames_id: int
    name: str
    ascii_name: str
    alternates: str
    latitude: float
    longitude: float
    feature_class: str
    feature: str
    country: str | None
    admin1: str | None
    population: int
    as_of: str | None

    @property
    def kind(self) -> PlaceKind | None:
        """What kind of place it is, by its feature class and code."""
        return _KINDS[self.feature_class](self) if self.feature_class in _KINDS else None


def _settlement(row: Row) -> PlaceKind:
    if row.feature in {"PPLC", "PPLA"} or row.population >= CITY:
        return PlaceKind.CITY
    return PlaceKind.TOWN if row.population >= TOWN else PlaceKind.VILLAGE


def _division(row: Row) -> PlaceKind | None:
    if row.feature.startswith("PCL") and row.feature != "PCLH":  # That is a state of the past.
        return PlaceKind.COUNTRY
    return {"ADM1": PlaceKind.REGION, "ADM2": PlaceKind.DISTRICT}.get(row.feature)


def _site(row: Row) -> PlaceKind:
    airfield = row.feature in {"AIRF", "AIRB", "AIRP"}
    return PlaceKind.AIRFIELD if airfield else PlaceKind.FACILITY


def _water(row: Row) -> PlaceKind | None:
    seas = {"SEA", "BAY", "BAYS", "STRT", "GULF"}
    return PlaceKind.SEA if row.feature in seas else None


_KINDS: dict[str, Callable[[Row], PlaceKind | None]] = {
    "P": _settlement,
    "A": _division,
    "S": _site,
    "H": _water,
}


@dataclass(slots=True)
class Dump:
    """The main table, which can be read from its beginning as often as wanted.

    Attributes:
        file: The file.
        wanted: Which rows are taken.
        columns: Its columns in their order.
        rejects: Rows that are none; whoever reads takes them out.
        passed: How many rows were not wanted, or are of a feature that is no place here.
        rows: How many rows were read, rejects too.
    """

    file: TableFile
    wanted: Wanted
    columns: list[str] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    passed: Counter[str] = field(default_factory=Counter)
    rows: int = 0

    def read(self) -> Iterator[tuple[Row, PlaceKind]]:
        """Each wanted row with its kind; what cannot be read goes to ``rejects``.

        Raises:
            InputError: the file is no dump of GeoNames, or cannot be read any further.
        """
        self.rows, self.passed, self.rejects = 0, Counter(), []
        self.columns = []
        for line, text in self.file.lines():
            cells = text.split("\t")
            if not self.columns:
                self.columns = self._columns_of(cells)
                if cells[0].strip().lower() == COLUMNS[0]:
                    continue
            if not text:
                continue
            self.rows += 1
            try:
                row = _row(line, self.columns, text, cells)
            except InputError as error:
                given = dict(zip(self.columns, cells, strict=False))
                key = given.get(COLUMNS[0])
                self.rejects.append(Reject(line, key, given, None, None, error.message))
                continue
            kind = row.kind
            if not self.wanted.takes(row):
                self.passed["not asked for"] += 1
            elif kind is None:
                self.passed["features that are no place here"] += 1
            else:
                yield row, kind

    def _columns_of(self, first: Sequence[str]) -> list[str]:
        names = [cell.strip().lower().replace(" ", "_").removesuffix("_code") for cell in first]
        if names[0] != COLUMNS[0]:
            if len(first) != len(COLUMNS):
                msg = (
                    f"{self.file.name} is no dump of GeoNames: {len(COLUMNS)} columns with tabs"
                    f" between them are wanted, and its first line has {len(first)}."
                )
                raise InputError(msg)
            return COLUMNS
        self.file.columns = names
        self.file.require(NEEDED)
        return names


def _row(line: int, columns: list[str], text: str, cells: list[str]) -> Row:
    """The row of a line.

    Raises:
        InputError: it is none, with the reason.
    """
    odd = oddity_of(len(columns), cells)
    if odd is not None:
        raise InputError(odd)
    if _LONE.search(text):
        raise InputError("It holds bytes that are not UTF-8.")
    given = dict(zip(columns, cells, strict=True))
    name = " ".join(given["name"].split())
    if not any(map(str.isalnum, name)):
        raise InputError(f"The name {name!r} holds no letter and no digit.")
    if len(name) > LONGEST_NAME:
        raise InputError(f"The name has {len(name)} characters, and {LONGEST_NAME} are the most.")
    country, day = given["country"], given.get("modification_date", "")
    if country and not _COUNTRY.fullmatch(country):
        raise InputError(f"The country {country!r} is no ISO 3166-1 alpha-2 code.")
    latitude, longitude = (_degrees(given, column) for column in ("latitude", "longitude"))
    try:
        check_coordinates(latitude, longitude)
    except PlaceError as error:
        raise InputError(f"{error.message[0].upper()}{error.message[1:]}.") from None
    return Row(
        line=line,
        geonames_id=_whole(given, "geonameid", GREATEST_ID),
        name=name,
        ascii_name=" ".join(given["asciiname"].split()) or name,
        alternates=given.get("alternatenames", ""),
        latitude=latitude,
        longitude=longitude,
        feature_class=given["feature_class"],
        feature=given["feature"],
        country=country or None,
        admin1=given["admin1"] or None,
        population=_whole(given, "population", 10**12) if given["population"] else 0,
        as_of=day if _DAY.fullmatch(day) else None,
    )


def _whole(given: dict[str, str], column: str, most: int) -> int:
    if not _WHOLE.fullmatch(given[column]) or int(given[column]) > most:
        raise InputError(f"{column} is no whole number up to {most:,}: {given[column]!r}.")
    return int(given[column])


def _degrees(given: dict[str, str], column: str) -> float:
    if not _NUMBER.fullmatch(given[column]):
        raise InputError(f"{column} is no number of degrees: {given[column]!r}.")
    return float(given[column])


def toponym_of(row: Row, kind: PlaceKind, also: Iterable[Spelling] | None) -> Toponym:
    """What the store is told of a row.

    Args:
        row: The row.
        kind: What kind of place it is.
        also: Its alternate names from their own table; None takes those that the row has itself.
    """
    if also is None:
        given = (" ".join(one.split()) for one in row.alternates.split(","))
        names = (one for one in given if not _CODE.fullmatch(one))
        also = [Spelling(one, None, NameKind.ALIAS) for one in names]
    plain = Spelling(row.ascii_name, None, NameKind.TRANSLITERATION)
    return Toponym(
        line=row.line,
        geonames_id=row.geonames_id,
        kind=kind,
        name=row.name,
        ascii_name=row.ascii_name,
        country=row.country,
        admin1=row.admin1,
        latitude=row.latitude,
        longitude=row.longitude,
        as_of=row.as_of,
        spellings=_merged([Spelling(row.name, None, NameKind.PREFERRED), *also, plain]),
    )


def _merged(spellings: Iterable[Spelling]) -> tuple[Spelling, ...]:
    """Each spelling once, of the first kind that it was given as.

    What several languages write alike has no language of its own.
    """
    kinds: dict[str, NameKind] = {}
    langs: dict[str, set[str]] = defaultdict(set)
    for one in spellings:
        if len(one.name) <= LONGEST_NAME and any(map(str.isalnum, one.name)):
            kinds.setdefault(one.name, one.kind)
            langs[one.name] |= {one.lang} - {None}  # type: ignore[arg-type]  # None is taken out
    alone = {name: next(iter(found)) for name, found in langs.items() if len(found) == 1}
    return tuple(Spelling(name, alone.get(name), kind) for name, kind in kinds.items())


class AlternateNames:
    """The table of alternate names, by place: kept in a temporary file, however large it is."""

    def __init__(self, kept: sqlite3.Connection) -> None:
        self._kept = kept
        self.rows = 0
        self.unread = 0

    def want(self, ids: Iterable[int]) -> None:
        """Say for which places names are wanted, before the table is read."""
        self._kept.executemany("INSERT OR IGNORE INTO wanted VALUES (?)", ((one,) for one in ids))

    def read(self, file: TableFile) -> Iterator[None]:
        """Read the table; yields now and then, for whoever tells of the progress."""
        known = "EXISTS (SELECT 1 FROM wanted WHERE id = ?1)"
        insert = f"INSERT INTO name SELECT ?1, ?2, ?3, ?4 WHERE {known}"
        for line, text in file.lines():
            cells = text.split("\t")
            row = None if _LONE.search(text) or "\x00" in text else _alternate(cells)
            if row is not None:
                self._kept.execute(insert, row)
            elif len(cells) < ALTERNATE_COLUMNS or not _WHOLE.fullmatch(cells[1]):
                self.unread += 1
            self.rows += 1
            if line % 10_000 == 0:
                yield
        self._kept.execute("CREATE INDEX name_of ON name (id)")

    def of(self, geonames_id: int) -> list[Spelling]:
        """The names of a place; none where the table has none of it."""
        query = "SELECT name, lang, kind FROM name WHERE id = ? ORDER BY rowid"
        found = self._kept.execute(query, (geonames_id,))
        return [Spelling(name, lang, NameKind(kind)) for name, lang, kind in found]


@contextmanager
def opened_alternates() -> Iterator[AlternateNames]:
    """An empty store of alternate names, which is gone at the end."""
    with closing(sqlite3.connect("", isolation_level=None)) as kept:
        kept.execute("PRAGMA journal_mode=OFF")
        kept.execute("CREATE TABLE wanted (id INTEGER PRIMARY KEY)")
        kept.execute("CREATE TABLE name (id INTEGER, name TEXT, lang TEXT, kind TEXT)")
        kept.execute("BEGIN")
        yield AlternateNames(kept)


def _alternate(cells: list[str]) -> tuple[int, str, str | None, str] | None:
    """Place, name, language and kind of a row; None where it gives no name."""
    if len(cells) < ALTERNATE_COLUMNS or not _WHOLE.fullmatch(cells[1]):
        return None
    lang, name = cells[2], " ".join(cells[3].split())
    if lang in NO_NAMES or not name:
        return None
    preferred = len(cells) > ALTERNATE_COLUMNS and cells[4] == "1"
    kind = NameKind.PREFERRED if preferred else NameKind.ALIAS
    return int(cells[1]), name, lang if _LANG.fullmatch(lang) else None, kind
