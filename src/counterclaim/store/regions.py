"""Countries and their first-level subdivisions, from the ISO lists that pycountry carries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pycountry
from sqlalchemy import insert, select

from counterclaim.db import new_id, table_of
from counterclaim.models import Place, PlaceName
from counterclaim.names import fold, script_of, slug
from counterclaim.store.seals import group_seal, seal
from counterclaim.vocabulary import NameKind, PlaceKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from counterclaim.store.ledger import Writer

ORIGIN = "ISO 3166, as in pycountry"


def record_regions(writer: Writer) -> int:
    """Write every country and subdivision that is not there yet; count the new ones.

    A country that stands there under another key keeps it, and gets the subdivisions below it.
    """
    session = writer.session
    ids = {key: id_ for key, id_ in session.execute(select(Place.key, Place.id))}
    countries = select(Place.country, Place.id).where(Place.kind == PlaceKind.COUNTRY)
    by_code = {str(code): id_ for code, id_ in session.execute(countries)}
    rows = [row for row in _countries() if row["country"] not in by_code]
    for row in rows:
        # Another place may have the country's name as its key: a city, say.
        row["key"] = row["key"] if row["key"] not in ids else row["country"].lower()
    by_code.update({row["country"]: row["id"] for row in rows})
    divisions = [row for row in _subdivisions() if row["key"] not in ids]
    ids.update({row["key"]: row["id"] for row in divisions})
    for row in divisions:
        row["parent_id"] = ids.get(row.pop("above")) or by_code[row["country"]]
    _insert(writer, [*rows, *divisions])
    return len(rows) + len(divisions)


def _insert(writer: Writer, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    names = [
        {
            "id": new_id(),
            "place_id": row["id"],
            "name": name,
            "lang": None if kind is NameKind.CODE else "en",
            "script": script_of(name),
            "kind": kind,
            "folded": fold(name),
            "recorded_at": writer.at,
        }
        for row in rows
        for name, kind in row.pop("names").items()
        if fold(name)
    ]
    places = [{**row, "recorded_at": writer.at, "origin": ORIGIN} for row in rows]
    writer.session.execute(insert(table_of(Place)), places)
    writer.session.execute(insert(table_of(PlaceName)), names)
    sealed = [
        seal(table, row)
        for table, written in (("place", places), ("place_name", names))
        for row in sorted(written, key=lambda row: str(row["id"]))
    ]
    body = {"places": len(places), "names": len(names), "sha256": group_seal(sealed)}
    writer.note("record_regions", None, body)


def _countries() -> Iterator[dict[str, Any]]:
    for country in pycountry.countries:
        common = getattr(country, "common_name", country.name)
        names = {common: NameKind.PREFERRED, country.alpha_2: NameKind.CODE}
        names.setdefault(country.name, NameKind.ALIAS)
        if official := getattr(country, "official_name", None):
            names.setdefault(official, NameKind.ALIAS)
        yield {
            "id": new_id(),
            "key": slug(common),
            "name": common,
            "kind": PlaceKind.COUNTRY,
            "country": country.alpha_2,
            "region": None,
            "parent_id": None,
            "names": names,
        }


def _subdivisions() -> Iterator[dict[str, Any]]:
    by_code = {division.code: division for division in pycountry.subdivisions}

    def depth(code: str | None) -> int:
        return 0 if code not in by_code else 1 + depth(by_code[code].parent_code)

    for division in sorted(by_code.values(), key=lambda one: (depth(one.code), one.code)):
        yield {
            "id": new_id(),
            "key": division.code.lower(),
            "name": division.name,
            "kind": PlaceKind.REGION,
            "country": division.country_code,
            "region": division.code,
            "above": (division.parent_code or "").lower(),
            "names": {division.name: NameKind.PREFERRED, division.code: NameKind.CODE},
        }
