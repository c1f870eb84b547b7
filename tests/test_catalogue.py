"""The catalogue: every name finds its own row, those of data sets too; loading twice is safe."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from counterclaim.db import reading, writing
from counterclaim.errors import InputError
from counterclaim.importers.claim_file import read_claim_file
from counterclaim.models import Munition, Place, Source
from counterclaim.names import fold
from counterclaim.queries.names import find
from counterclaim.seeding import seed_folder
from counterclaim.store.ledger import open_writer
from counterclaim.store.references import record_references
from counterclaim.store.regions import record_regions
from counterclaim.store.verify import verify

if TYPE_CHECKING:
    from sqlalchemy import Engine

DATA = Path(__file__).resolve().parents[1] / "../shared/data"
TABLES: dict[str, type[Any]] = {"sources": Source, "munitions": Munition, "places": Place}
ROWS: dict[str, list[Any]] = {
    table: getattr(read_claim_file(seed_folder() / f"{table}.yaml", own=True), table)
    for table in TABLES
}
SHARED = {"south", "north", "east", "west", "centre", "north-east", "south-east"}
SHARED |= {"north-west", "south-west", "Red Sea", "Samar"}
"""Names that regions elsewhere have too: who says "south" must say of what.

``RU-SE`` folds as the name of a town that gave two regions theirs, and is found as a key.
"""

GENERIC = re.compile(r"(?i)^(UAV|missiles?|drones?|rockets?|None)?\b.*\((all|on ground/aerial)\)$")


@pytest.fixture
def seeded(seed_to_read: Engine) -> Engine:
    """The seed on each engine; tests only read it."""
    return seed_to_read


def spellings(row: Any) -> list[str]:
    return [row.name, *(name.name for name in row.names)]


@pytest.mark.parametrize("table", TABLES)
def test_rows_of_the_catalogue_are_sound(table: str) -> None:
    keys = [row.key for row in ROWS[table]]
    assert len(keys) == len(set(keys))
    owners: dict[str, str] = {}
    for place, row in enumerate(ROWS[table]):
        names = spellings(row)
        assert len(names) == len(set(names)), f"{row.key} has a name twice"
        for name in names:
            owner = owners.setdefault(fold(name), row.key)
            assert owner == row.key, f"{name} names both {owner} and {row.key}"
        assert row.parent is None or row.parent in keys[:place], f"{row.key} precedes its parent"
        assert row.origin or row.kind in {"outlet", "group"}, row.key
        preferred = Counter(name.lang for name in row.names if name.kind == "preferred")
        assert not [lang for lang, count in preferred.items() if count > 1], row.key
    for key in keys:
        assert owners.get(fold(key), key) == key, f"{key} is a name of another row"


def test_place_with_coordinates_says_where_they_come_from() -> None:
    for row in ROWS["places"]:
        if row.latitude is None:
            assert row.uncertainty_m is None, row.key
        else:
            assert row.geonames_id or row.uncertainty_m, row.key
            assert row.geonames_id is None or str(row.geonames_id) in row.origin


@pytest.mark.parametrize("table", TABLES)
def test_every_name_finds_its_own_row(seeded: Engine, table: str) -> None:
    model = TABLES[table]
    with reading(seeded) as session:
        names = "munition_name" if model is Munition else f"{model.__tablename__}_name"
        found: dict[str, set[str]] = defaultdict(set)
        named = Munition.metadata.tables[names]
        owner = named.c[f"{model.__tablename__}_id"]
        pairs = select(named.c.folded, model.key).join(model, model.id == owner)
        for folded, key in session.execute(pairs):
            found[folded].add(key)
    wrong = {
        name: sorted(found[fold(name)])
        for row in ROWS[table]
        for name in spellings(row)
        if found[fold(name)] != {row.key}
    }
    assert set(wrong) == (SHARED | {"RU-SE"} if table == "places" else set())


def test_names_with_twins_in_the_other_script_and_groups_are_found(seeded: Engine) -> None:
    expected = {
        "X-101": "kh-101",
        "Х-101": "kh-101",
        "X-101/X-555": "kh-101-kh-555",
        "C-300": "s-300",
        "X-47 Kinzhal": "kinzhal",
        "Шахеди": "shahed",
        "ATACAMS": "atacms",
        "Orlan-10 and ZALA": "orlan-10-zala",
    }
    with reading(seeded) as session:
        assert {name: find(session, Munition, name).key for name in expected} == expected
        assert find(session, Source, "kpszsu").key == "ukrainian-air-force"
        assert find(session, Place, "Київ").key == "kyiv"
        with pytest.raises(InputError) as south:
            find(session, Place, "south")
    assert list(south.value.suggestions) == ["cm-su", "ukraine-south"]


def test_catalogue_adds_to_a_store_that_has_the_iso_regions(sqlite_engine: Engine) -> None:
    with writing(sqlite_engine) as session:
        writer = open_writer(session, "test")
        record_references(writer, [row for row in ROWS["places"] if row.kind == "country"], "")
        record_regions(writer)
    with writing(sqlite_engine) as session:
        writer = open_writer(session, "test")
        _created, problems = record_references(writer, ROWS["places"], "")
    assert [problem.detail for problem in problems] == []
    with writing(sqlite_engine) as session:
        writer = open_writer(session, "test")
        before = session.scalar(select(func.count()).select_from(Place))
        created, problems = record_references(writer, ROWS["places"], "")
        assert (created, problems) == (0, [])
        assert writer.seq == open_writer(session, "test").seq, "the second load wrote"
        assert session.scalar(select(func.count()).select_from(Place)) == before
    with reading(sqlite_engine) as session:
        assert find(session, Place, "Odesa Oblast").name == "Odeska oblast"
        assert verify(session).clean


def test_munitions_of_the_data_sets_are_known(seeded: Engine) -> None:
    if not DATA.exists():
        pytest.skip("the data sets, ../shared/data, are not here")
    models = {
        row["model"]
        for file in (DATA / "missile_attacks_ua").glob("*.csv")
        for row in csv.DictReader(io.StringIO(file.read_text(encoding="utf-8"), newline=""))
    }
    items = (DATA / "strike_texts/open_items.jsonl").read_text(encoding="utf-8").splitlines()
    said = {claim["munition"] for item in items for claim in json.loads(item)["gold_claims"]}
    unknown = []
    with reading(seeded) as session:
        for name in sorted(models | {name for name in said if name and not GENERIC.match(name)}):
            try:
                find(session, Munition, name)
            except InputError as error:
                unknown.append(error.message)
    assert len(models) > 50
    assert unknown == []
