"""Writes the places of a gazetteer in bulk; what is there already gains names and is not doubled.

One transaction writes one portion under one seal. What the portions need to know of the whole
dump, a ``Survey`` finds out before the first is written.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select

from counterclaim.db import new_id, table_of
from counterclaim.geo import distance_km
from counterclaim.models import Place, PlaceName
from counterclaim.names import fold, script_of, slug
from counterclaim.store.project import project
from counterclaim.store.seals import group_seal, seal
from counterclaim.store.touched import touched_by
from counterclaim.vocabulary import PlaceKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy.orm import Session

    from counterclaim.db import Base
    from counterclaim.schemas.toponym import Spelling, Toponym
    from counterclaim.store.ledger import Writer

SAME_KM = 20.0
"""A place of the same name and kind that is no farther than this is the same place."""

SETTLEMENTS = frozenset({PlaceKind.CITY, PlaceKind.TOWN, PlaceKind.VILLAGE})
SITES = frozenset({PlaceKind.AIRFIELD, PlaceKind.FACILITY})
BY_CODE = frozenset({PlaceKind.COUNTRY, PlaceKind.REGION})
"""Kinds that have a row by their ISO code or none: one of the gazetteer's would double it."""

NO_CODE = frozenset({None, "00"})
"""How GeoNames says that it does not know the first-level subdivision."""

SLUG_LENGTH = 80
"""Leaves room in a key for the country and the id."""


class Survey:
    """What of a dump is there already, and which ISO 3166-2 region each of its codes stands for.

    A code stands for a region where the dump's own row of the subdivision has that region's name,
    and where places that are there with a GeoNames id and a region have that code. Only where all
    of these agree, the code is taken; it is never guessed from the code itself.
    """

    def __init__(self, session: Session) -> None:
        self.above: dict[str, str] = {}
        self._names: dict[tuple[PlaceKind, str | None, str], set[str]] = defaultdict(set)
        self._near: dict[tuple[str | None, str], list[_Unlinked]] = defaultdict(list)
        self._shown: dict[tuple[str, str], set[str]] = defaultdict(set)
        self._divisions: dict[tuple[str, str], set[str]] = defaultdict(set)
        self._called: dict[str, set[int]] = defaultdict(set)
        self._nearest: dict[str, tuple[float, int]] = {}
        self._load_codes(session)
        self._load_unlinked(session)

    def look(self, session: Session, toponyms: Sequence[Toponym]) -> None:
        """Learn from some rows of the dump; all of them are to be shown before ``match``."""
        linked = _linked(session, toponyms)
        for toponym in toponyms:
            place = linked.get(toponym.geonames_id)
            if toponym.kind is PlaceKind.REGION:
                region = self._region_called(toponym)
                if region is not None:
                    self._called[region].add(toponym.geonames_id)
                    _show(self._divisions, toponym, region)
            elif place is not None and place.country == toponym.country:
                _show(self._shown, toponym, place.region)
            if place is None:
                self._measure(toponym)

    def region_of(self, toponym: Toponym) -> str | None:
        """The ISO 3166-2 code of its region; None where it is not proven."""
        code = toponym.country or "", toponym.admin1 or ""
        own = {one for one in self._divisions.get(code, ()) if len(self._called[one]) == 1}
        shown = own | self._shown.get(code, set())
        return next(iter(shown)) if len(shown) == 1 else None

    def same_places(self) -> dict[int, str]:
        """GeoNames ids with the place without one that they are, each the nearest of its name."""
        farthest_first = sorted(self._nearest.items(), key=lambda one: one[1], reverse=True)
        return {geonames_id: place for place, (_km, geonames_id) in farthest_first}

    def row_by_code(self, toponym: Toponym) -> str | None:
        """The id of the country or region that a row of the dump is, by its code and its name."""
        if toponym.kind is PlaceKind.REGION:
            proven = self.region_of(toponym)
            return self.above.get(proven or "") if proven == self._region_called(toponym) else None
        codes = self._codes_called(toponym, _folded(toponym))
        return self.above.get(codes.pop()) if len(codes) == 1 else None

    def _region_called(self, toponym: Toponym) -> str | None:
        """The one region of its country with the name that is shown, else with any of its names."""
        for names in ({fold(toponym.name), fold(toponym.ascii_name)}, _folded(toponym)):
            if codes := self._codes_called(toponym, names):
                return codes.pop() if len(codes) == 1 else None
        return None

    def _codes_called(self, toponym: Toponym, names: Iterable[str]) -> set[str]:
        kind, country = toponym.kind, toponym.country
        return {code for name in names for code in self._names.get((kind, country, name), ())}

    def _measure(self, toponym: Toponym) -> None:
        for name in {fold(toponym.name), fold(toponym.ascii_name)}:
            for other in self._near.get((toponym.country, name), ()):
                if not _alike(other.kind, toponym.kind):
                    continue
                here = toponym.latitude, toponym.longitude
                apart = distance_km(other.latitude, other.longitude, *here)
                found = apart, toponym.geonames_id
                if apart <= SAME_KM and found < self._nearest.get(other.id, (SAME_KM + 1, 0)):
                    self._nearest[other.id] = found

    def _load_codes(self, session: Session) -> None:
        columns = Place.id, Place.kind, Place.country, Place.region, PlaceName.folded
        query = select(*columns).join(PlaceName, PlaceName.place_id == Place.id)
        live = PlaceName.ended_at.is_(None)
        for id_, kind, country, region, name in session.execute(
            query.where(Place.kind.in_(BY_CODE), live).order_by(Place.key.desc())
        ):
            code = region if kind is PlaceKind.REGION else country
            if code is not None:
                self.above[code] = id_
                self._names[kind, country, name].add(code)

    def _load_unlinked(self, session: Session) -> None:
        columns = Place.id, Place.kind, Place.country, Place.latitude, Place.longitude
        query = select(*columns, PlaceName.folded).join(PlaceName, PlaceName.place_id == Place.id)
        unlinked = Place.geonames_id.is_(None), Place.latitude.is_not(None)
        live = PlaceName.ended_at.is_(None)
        for id_, kind, country, latitude, longitude, name in session.execute(
            query.where(*unlinked, Place.kind.not_in(BY_CODE), live)
        ):
            if latitude is not None and longitude is not None:
                self._near[country, name].append(_Unlinked(id_, kind, latitude, longitude))


@dataclass(frozen=True, slots=True)
class _Unlinked:
    """A place that is there without a GeoNames id."""

    id: str
    kind: PlaceKind
    latitude: float
    longitude: float


@dataclass(slots=True)
class Taken:
    """What became of a portion; ``left_out`` has rows with the reason why they were not taken."""

    created: int = 0
    known: int = 0
    named: int = 0
    names: int = 0
    without_region: int = 0
    left_out: list[tuple[Toponym, str]] = field(default_factory=list)


def record_toponyms(
    writer: Writer,
    toponyms: Sequence[Toponym],
    survey: Survey,
    same: dict[int, str],
    file_sha256: str,
) -> Taken:
    """Write one portion, the only one of its transaction, and bring the read model up to date.

    Args:
        writer: Who writes.
        toponyms: The portion; not more than a few thousand.
        survey: What was found out from the whole dump.
        same: What ``survey.same_places`` gave.
        file_sha256: Of the dump, for the ledger.
    """
    portion = _Portion(writer, survey, same)
    portion.look_up(toponyms)
    for toponym in toponyms:
        portion.put(toponym)
    portion.write(file_sha256)
    return portion.taken


class _Portion:
    """Rows of one transaction, gathered to be written at once."""

    def __init__(self, writer: Writer, survey: Survey, same: dict[int, str]) -> None:
        self.writer, self.survey, self.same = writer, survey, same
        self.taken = Taken()
        self.places: list[dict[str, Any]] = []
        self.names: list[dict[str, Any]] = []
        self.named: set[str] = set()
        self.owners: dict[int, str] = {}
        self.known: dict[str, set[str]] = defaultdict(set)
        self.keys: set[str] = set()

    def look_up(self, toponyms: Sequence[Toponym]) -> None:
        """Which of them are there, what these are called, and which keys are taken."""
        session = self.writer.session
        ids = {toponym.geonames_id for toponym in toponyms}
        self.owners = {key: place for key, place in self.same.items() if key in ids}
        for toponym in toponyms:
            row = self.survey.row_by_code(toponym) if toponym.kind in BY_CODE else None
            if row is not None:
                self.owners[toponym.geonames_id] = row
        linked = _linked(session, toponyms)
        self.owners |= {key: place.id for key, place in linked.items()}
        names = select(PlaceName.place_id, PlaceName.name)
        there = PlaceName.place_id.in_(set(self.owners.values()))
        for place, name in session.execute(names.where(there)):
            self.known[place].add(name)
        wanted = {key for toponym in toponyms for key in _keys(toponym)}
        self.keys = set(session.scalars(select(Place.key).where(Place.key.in_(wanted))))

    def put(self, toponym: Toponym) -> None:
        """Gather a row and its names, or the names that the place does not have yet."""
        owner = self.owners.get(toponym.geonames_id)
        if owner is not None:
            self.taken.known += 1
            if gained := self._name(owner, toponym.spellings):
                self.taken.named += 1
                self.named.add(owner)
                self.taken.names += gained
            return
        if toponym.kind in BY_CODE:
            reason = f"No {toponym.kind} of ISO 3166 that is there has its code and its name."
            self.taken.left_out.append((toponym, reason))
            return
        key = next((one for one in _keys(toponym) if one not in self.keys), None)
        if key is None:
            reason = f"The key {_keys(toponym)[-1]!r} belongs to another place."
            self.taken.left_out.append((toponym, reason))
            return
        self._create(toponym, key)

    def _create(self, toponym: Toponym, key: str) -> None:
        row = self._row(toponym, key)
        self.keys.add(key)
        self.owners[toponym.geonames_id] = row["id"]
        self.places.append(row)
        self.taken.created += 1
        self.taken.without_region += row["region"] is None and toponym.country is not None
        self.taken.names += self._name(row["id"], toponym.spellings)

    def _row(self, toponym: Toponym, key: str) -> dict[str, Any]:
        region = self.survey.region_of(toponym)
        dated = f", as of {toponym.as_of}" if toponym.as_of else ""
        return {
            "id": new_id(),
            "key": key,
            "name": toponym.name,
            "kind": toponym.kind,
            "country": toponym.country,
            "region": region,
            "parent_id": self.survey.above.get(region or toponym.country or ""),
            "latitude": toponym.latitude,
            "longitude": toponym.longitude,
            "geonames_id": toponym.geonames_id,
            "recorded_at": self.writer.at,
            "origin": f"GeoNames {toponym.geonames_id}, CC BY 4.0{dated}.",
        }

    def _name(self, place: str, spellings: Iterable[Spelling]) -> int:
        known = self.known[place]
        fresh = [one for one in spellings if one.name not in known]
        known.update(one.name for one in fresh)
        self.names += [
            {
                "id": new_id(),
                "place_id": place,
                "name": one.name,
                "lang": one.lang,
                "script": script_of(one.name),
                "kind": one.kind,
                "folded": fold(one.name),
                "recorded_at": self.writer.at,
            }
            for one in fresh
        ]
        return len(fresh)

    def write(self, file_sha256: str) -> None:
        """Write what was gathered under one seal; nothing at all where nothing is new."""
        written: tuple[tuple[type[Base], list[dict[str, Any]]], ...]
        written = (Place, self.places), (PlaceName, self.names)
        sealed = []
        for model, rows in written:
            if rows:
                self.writer.session.execute(insert(table_of(model)), rows)
            ordered = sorted(rows, key=lambda row: str(row["id"]))
            sealed += [seal(model.__tablename__, row) for row in ordered]
        if not sealed:
            return
        body = {
            "places": len(self.places),
            "names": len(self.names),
            "named": sorted(self.named),
            "file_sha256": file_sha256,
            "sha256": group_seal(sealed),
        }
        self.writer.note("record_gazetteer", None, body)
        self.writer.names.forget()
        session, at = self.writer.session, self.writer.at
        project(session, touched_by(session, at), at, self.writer.referents())


@dataclass(frozen=True, slots=True)
class _Linked:
    """A place that is there with a GeoNames id."""

    id: str
    country: str | None
    region: str | None


def _linked(session: Session, toponyms: Sequence[Toponym]) -> dict[int, _Linked]:
    """What is there of these rows by their GeoNames ids."""
    columns = Place.geonames_id, Place.id, Place.country, Place.region
    ids = {toponym.geonames_id for toponym in toponyms}
    found = session.execute(select(*columns).where(Place.geonames_id.in_(ids)))
    return {key: _Linked(id_, country, region) for key, id_, country, region in found if key}


def _show(regions: dict[tuple[str, str], set[str]], toponym: Toponym, region: str | None) -> None:
    country = toponym.country or ""
    if toponym.admin1 not in NO_CODE and region and region.startswith(f"{country}-"):
        regions[country, str(toponym.admin1)].add(region)


def _folded(toponym: Toponym) -> set[str]:
    return {fold(one.name) for one in toponym.spellings}


def _alike(left: PlaceKind, right: PlaceKind) -> bool:
    """Whether two kinds may be one place: a town may have grown into a city."""
    return left is right or any({left, right} <= kinds for kinds in (SETTLEMENTS, SITES))


def _keys(toponym: Toponym) -> tuple[str, str]:
    """The key that it should have, and the one that it has where that is taken.

    Never the name alone, which a namesake would be found by instead of being told apart.
    """
    bare = slug(toponym.ascii_name)[:SLUG_LENGTH].strip("-") or slug(toponym.name)[:SLUG_LENGTH]
    where = (toponym.country or "").lower()
    key = f"{bare}-{where}".strip("-") if where else f"{bare}-{toponym.geonames_id}"
    return key, f"{key}-{toponym.geonames_id}"
