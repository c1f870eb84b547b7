"""A gazetteer: what is there is not doubled, regions are proven, namesakes are told apart."""

from __future__ import annotations

import gzip
import io
import string
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given
from hypothesis.strategies import text
from sqlalchemy import func, select
from typer.testing import CliRunner

from counterclaim.cli import app
from counterclaim.db import make_engine, reading, writing
from counterclaim.errors import InputError
from counterclaim.importers.gazetteer import GazetteerReport, GazetteerRun
from counterclaim.importers.geonames import COLUMNS, Dump, Wanted
from counterclaim.importers.tables import opened_file
from counterclaim.models import EventSummary, LedgerEntry, Place, PlaceName
from counterclaim.queries import names
from counterclaim.queries.names import find, suggest
from counterclaim.store.rebuild import rebuild
from counterclaim.store.verify import verify
from factories import REFERENCE, aland_claim, article, put_file, put_seed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

    from conftest import Databases
    from counterclaim.schemas.imported import Reject

    Islands = tuple[Engine, GazetteerReport, list[Reject], Path]

REAL = Path(__file__).resolve().parents[2] / "../shared/data/gazetteer"

# Invented places on two islands that nobody fights over; one has regions in ISO 3166-2.
BEFORE: dict[str, Any] = {
    "places": [
        {"key": "iceland", "name": "Iceland", "kind": "country", "country": "IS"},
        {"key": "aland-islands", "name": "Åland Islands", "kind": "country", "country": "AX"},
        {"key": "is-3", "name": "Vesturland", "kind": "region", "country": "IS", "region": "IS-3"},
        {"key": "is-8", "name": "Suðurland", "kind": "region", "country": "IS", "region": "IS-8"},
        # Linked to GeoNames and with a region: proves which region the code 42 stands for.
        {
            "key": "hamar",
            "name": "Hamar",
            "kind": "town",
            "country": "IS",
            "region": "IS-8",
            "latitude": 63.8,
            "longitude": -20.4,
            "geonames_id": 100,
        },
        # Two that disagree on the code 77.
        {"key": "as", "name": "As", "kind": "town", "country": "IS", "region": "IS-5"}
        | {"geonames_id": 101},
        {"key": "bs", "name": "Bs", "kind": "town", "country": "IS", "region": "IS-6"}
        | {"geonames_id": 102},
        # Without an id: the same as what has its name within 20 km, and nothing else.
        {"key": "nes", "name": "Nes", "kind": "town", "country": "IS", "region": "IS-1"}
        | {"latitude": 64.0, "longitude": -22.0, "uncertainty_m": 5000},
        {"key": "nes-pier", "name": "Nes", "kind": "facility", "country": "IS"}
        | {"latitude": 64.01, "longitude": -22.0},
        {"key": "lost", "name": "Lost", "kind": "village", "country": "IS"},
    ]
}


def row(geonames_id: object, name: str, at: str, code: str = "P.PPL", **more: object) -> str:
    """A row of a dump; ``at`` is latitude and longitude."""
    latitude, longitude = at.split()
    feature_class, feature = code.split(".")
    given = {
        "geonameid": geonames_id,
        "name": name,
        "asciiname": name,
        "latitude": latitude,
        "longitude": longitude,
        "feature_class": feature_class,
        "feature": feature,
        "country": "IS",
        "modification_date": "2020-02-29",
        **more,
    }
    return "\t".join(str(given.get(column, "")) for column in COLUMNS)


DUMP = [
    row(1, "Republic of Iceland", "65 -18", "A.PCLI", alternatenames="Iceland,Исландия"),
    row(2, "Vesturland", "64.7 -21.6", "A.ADM1", admin1=45, alternatenames="West Land"),
    row(3, "Elsewhere", "64 -21", "A.ADM1", admin1=46),
    row(4, "Hamar District", "63.8 -20.4", "A.ADM2", admin1=42),
    row(100, "Hamar", "63.8 -20.4", admin1=42, alternatenames="Хамар,Hamar"),
    row(101, "As", "64.1 -20.1", admin1=77),
    row(102, "Bs", "64.2 -20.2", admin1=77),
    row(10, "Vik", "63.4 -19.0", admin1=42, population=400, alternatenames="Вик,Вік,VIK,Wick"),
    row(11, "Vík", "64.9 -21.5", admin1=45, asciiname="Vik", population=6000),
    row(12, "Capital", "64.14 -21.9", "P.PPLC", admin1=77),
    row(13, "Bighaven", "64.3 -21.9", admin1="00", population=100_000),
    row(20, "Nes", "64.15 -22.0"),
    row(21, "Nes", "64.02 -22.0", population=7000, alternatenames="Нес,Nestown"),
    row(22, "Nes", "64.9 -22.0"),
    row(23, "Lost", "64.5 -22.0"),
    row(30, "Flats", "64 -22.6", "S.AIRB"),
    row(31, "Flats Works", "64 -22.6", "S.MFG"),
    row(32, "Broad Bay", "64.3 -22.3", "H.BAY", country=""),
    row(33, "A Brook", "64.3 -22.3", "H.STM"),
    row(40, "Åkärr", "60.1 20.0", country="AX"),
]
BAD = [
    "41\ttoo\tfew",
    row("x", "No id", "64 -22"),
    row(42, "North of north", "191.5 -22"),
    row(43, "Swapped", "-122.5 64"),
    row(44, "Nan", "nan -22"),
    row(45, "’’", "64 -22"),
    row(46, "No country", "64 -22", country="Island"),
    row(47, "Nul\x00", "64 -22"),
    row(48, "Byt\udcff", "64 -22"),
    row(49, "Many", "64 -22", population="lots"),
]
ALTERNATES = [
    "1\t10\tru\tВик\t1\t\t",
    "2\t10\tuk\tВік\t\t1",
    "3\t10\tis\tVík í Mýrdal\t1\t\t\t",
    "4\t10\tno\tWick",
    "5\t10\tda\tWick",
    "6\t10\ticao\tBIVM",
    "7\t10\tlink\thttps://en.wikipedia.org/wiki/Vik",
    "8\t999\tru\tЧужой",
    "bad",
]


def written(path: Path, lines: list[str]) -> Path:
    path.write_bytes("\n".join([*lines, ""]).encode("utf-8", "surrogateescape"))
    return path


def take(
    engine: Engine, path: Path, wanted: Wanted | None = None, alternates: Path | None = None
) -> tuple[GazetteerReport, list[Reject]]:
    """Take a dump in, as the command does."""
    found: list[Reject] = []
    with opened_file(path) as file, opened_file(alternates or path) as other:
        also = other if alternates else None
        with GazetteerRun(engine, Dump(file, wanted or Wanted()), "test", also) as run:
            assert list(run.survey())
            list(run.read_names())
            for rejects in run.advance():
                found += rejects
    return run.report, found


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def islands(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Islands]:
    """A store that has regions and some places, and the dump taken into it; tests only read."""
    databases = request.getfixturevalue(f"{request.param}_databases")
    name = databases.migrated()
    engine = make_engine(databases.url(name))
    put_file(engine, REFERENCE)
    put_file(engine, BEFORE)
    put_file(engine, article(claims=[aland_claim(places=[{"place": "nes"}])]))
    path = written(tmp_path_factory.mktemp("dump") / "IS.txt", [*DUMP[:5], *BAD, *DUMP[5:]])
    report, rejects = take(engine, path)
    yield engine, report, rejects, path
    engine.dispose()
    databases.drop(name)


def places(engine: Engine) -> dict[int, Place]:
    with reading(engine) as session:
        linked = session.scalars(select(Place).where(Place.geonames_id.is_not(None)))
        return {place.geonames_id or 0: place for place in linked}


def names_of(engine: Engine, key: str) -> dict[str, tuple[str | None, str | None, str]]:
    query = select(PlaceName).join(Place, Place.id == PlaceName.place_id).where(Place.key == key)
    with reading(engine) as session:
        return {one.name: (one.lang, one.script, one.kind) for one in session.scalars(query)}


def test_kinds_keys_and_coordinates_are_read_from_the_dump(islands: Islands) -> None:
    found = places(islands[0])
    assert {key: (place.key, place.kind) for key, place in found.items()} == {
        100: ("hamar", "town"),
        101: ("as", "town"),
        102: ("bs", "town"),
        4: ("hamar-district-is", "district"),
        10: ("vik-is", "village"),
        11: ("vik-is-11", "town"),
        12: ("capital-is", "city"),
        13: ("bighaven-is", "city"),
        20: ("nes-is", "village"),
        22: ("nes-is-22", "village"),
        23: ("lost-is", "village"),
        30: ("flats-is", "airfield"),
        31: ("flats-works-is", "facility"),
        32: ("broad-bay-32", "sea"),
        40: ("akarr-ax", "village"),
    }
    vik = found[10]
    assert (vik.latitude, vik.longitude, vik.uncertainty_m) == (63.4, -19.0, None)
    assert vik.origin == "GeoNames 10, CC BY 4.0, as of 2020-02-29."


def test_a_region_is_taken_only_where_it_is_proven(islands: Islands) -> None:
    found = places(islands[0])
    regions = {key: found[key].region for key in (4, 10, 11, 12, 13, 20, 40)}
    by_place, by_name, contradicted = "IS-8", "IS-3", None
    assert regions == {4: by_place, 10: by_place, 11: by_name, 12: contradicted} | dict.fromkeys(
        (13, 20, 40)
    )
    with reading(islands[0]) as session:
        above = {key: session.get_one(Place, found[key].parent_id).key for key in (10, 11, 12, 40)}
    assert above == {10: "is-8", 11: "is-3", 12: "iceland", 40: "aland-islands"}


def test_what_is_there_gains_names_and_is_not_doubled(islands: Islands) -> None:
    engine, report, _rejects, _path = islands
    assert "Исландия" in names_of(engine, "iceland")
    assert "West Land" in names_of(engine, "is-3")
    assert names_of(engine, "hamar")["Хамар"] == (None, "Cyrl", "alias")
    assert "Нес" in names_of(engine, "nes"), "the nearest of its name is the town that was there"
    assert names_of(engine, "nes-pier").keys() == {"Nes"}, "a pier is no town"
    assert names_of(engine, "lost").keys() == {"Lost"}, (
        "without a point nothing shows it is the same"
    )
    with reading(engine) as session:
        nes = find(session, Place, "nes")
        assert (nes.latitude, nes.uncertainty_m, nes.geonames_id) == (64.0, 5000, None)
    assert (report.created, report.known, report.named) == (12, 6, 4)


def test_rows_that_cannot_be_taken_are_named_with_line_and_reason(islands: Islands) -> None:
    _engine, report, rejects, _path = islands
    reasons = {one.line: one.reason for one in rejects}
    expected = {
        3: "No region of ISO 3166",
        6: "The row has fewer cells than the header: 3 instead of 19.",
        7: "geonameid is no whole number up to 2,147,483,647: 'x'.",
        8: "Latitude 191.5, longitude -22.0 is out of range",
        9: "Latitude -122.5 is out of range",
        10: "latitude is no number of degrees: 'nan'.",
        11: "The name '’’' holds no letter and no digit.",
        12: "The country 'Island' is no ISO 3166-1 alpha-2 code.",
        13: "A cell holds a NUL character",
        14: "It holds bytes that are not UTF-8.",
        15: "population is no whole number",
    }
    assert reasons.keys() == expected.keys()
    assert all(reasons[line].startswith(reason) for line, reason in expected.items()), reasons
    assert report.rejected == len(expected)
    assert report.passed == {"features that are no place here": 1}


def test_namesakes_are_reported_with_what_tells_them_apart(islands: Islands) -> None:
    with reading(islands[0]) as session:
        assert find(session, Place, "Wick").key == "vik-is"
        with pytest.raises(InputError) as caught:
            find(session, Place, "VÍK")
        assert find(session, Place, "vik-is-11").geonames_id == 11
        assert suggest(session, Place, "Bighavn") == ["Bighaven"]
    assert caught.value.suggestions == ("vik-is", "vik-is-11")
    assert caught.value.message == (
        "'VÍK' names more than one place: say which of vik-is (village, IS-8, 63.40 -19.00),"
        " vik-is-11 (town, IS-3, 64.90 -21.50)."
    )


def test_of_many_names_those_are_suggested_that_begin_or_end_alike(
    islands: Islands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(names, "COMPARED", 3)
    with reading(islands[0]) as session:
        near = {name: suggest(session, Place, name) for name in ("Bighaben", "Fighaven", "Жжж")}
        at = session.scalars(select(Place.recorded_at).where(Place.key == "nes")).one()
        then = suggest(session, Place, "Bighaben", at=at)
    assert near == {"Bighaben": ["Bighaven"], "Fighaven": ["Bighaven"], "Жжж": []}
    assert then == [], "the name came later"


folded = text(alphabet=string.ascii_lowercase + string.digits, min_size=1, max_size=6)


@given(folded, folded)
@example("zz", "zza")
@example("a9", "b")
def test_a_stretch_of_the_index_holds_what_begins_alike(prefix: str, name: str) -> None:
    beyond = names.beyond(prefix)
    for one in (name, prefix + name):
        within = one >= prefix and (beyond is None or one < beyond)
        assert within == one.startswith(prefix) or (beyond is None and one > prefix)


def test_the_second_time_writes_nothing_and_the_ledger_holds(islands: Islands) -> None:
    engine, _report, _rejects, path = islands
    with reading(engine) as session:
        before = session.scalar(select(func.max(LedgerEntry.seq)))
    report, _again = take(engine, path)
    assert (report.created, report.names, report.known) == (0, 0, 18)
    with reading(engine) as session:
        assert session.scalar(select(func.max(LedgerEntry.seq))) == before
        found = verify(session)
        assert (found.clean, found.faults) == (True, [])


def test_events_at_a_place_are_found_by_its_new_names_and_rebuild_agrees(islands: Islands) -> None:
    engine = islands[0]

    def served() -> list[Any]:
        with reading(engine) as session:
            query = select(EventSummary.event_id, EventSummary.valid_from, EventSummary.content_key)
            return [tuple(row) for row in session.execute(query.order_by(EventSummary.serial))]

    before = served()
    with reading(engine) as session:
        entry = select(LedgerEntry.at).where(LedgerEntry.action == "record_gazetteer")
        at = session.scalars(entry).one()
    assert at in {valid_from for _event, valid_from, _content in before}
    with writing(engine) as session:
        rebuild(session)
    assert served() == before


@pytest.mark.parametrize("form", ["plain", "header", "gz", "zip"])
def test_every_form_of_a_dump_reads_alike(sqlite_engine: Engine, tmp_path: Path, form: str) -> None:
    content = written(tmp_path / "AX.txt", DUMP[-1:]).read_bytes()
    official = [name.replace("country", "country code") for name in COLUMNS]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("readme.txt", "Of GeoNames")
        archive.writestr("AX.txt", content)
    file = tmp_path / f"AX.{form}"
    file.write_bytes(
        {
            "plain": content,
            "header": b"\xef\xbb\xbf" + "\t".join(official).encode() + b"\r\n" + content,
            "gz": gzip.compress(content),
            "zip": packed.getvalue(),
        }[form]
    )
    report, rejects = take(sqlite_engine, file)
    assert (report.rows, report.created, rejects) == (1, 1, [])
    assert names_of(sqlite_engine, "akarr-ax") == {"Åkärr": (None, "Latn", "preferred")}


def test_alternate_names_bring_their_languages_and_filters_choose(
    sqlite_engine: Engine, tmp_path: Path
) -> None:
    dump = written(tmp_path / "all.txt", DUMP)
    alternates = written(tmp_path / "alternateNamesV2.txt", ALTERNATES)
    wanted = Wanted(frozenset({"IS"}), frozenset({"P"}), 400)
    report, _rejects = take(sqlite_engine, dump, wanted, alternates)
    assert places(sqlite_engine).keys() == {10, 11, 13, 21}
    assert names_of(sqlite_engine, "vik-is") == {
        "Vik": (None, "Latn", "preferred"),
        "Вик": ("ru", "Cyrl", "preferred"),
        "Вік": ("uk", "Cyrl", "alias"),
        "Vík í Mýrdal": ("is", "Latn", "preferred"),
        "Wick": (None, "Latn", "alias"),
    }
    assert report.passed == {"not asked for": 16, "alternate names that could not be read": 1}


def test_the_command_reports_and_says_whom_to_name(
    sqlite_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = sqlite_engine.url.render_as_string(hide_password=False)
    monkeypatch.setenv("COUNTERCLAIM_DATABASE_URL", url)
    dump = str(written(tmp_path / "IS.txt", [*DUMP, *BAD]))
    odd = CliRunner().invoke(app, ["gazetteer", dump, "--country", "Iceland"])
    assert (odd.exit_code, "give codes such as UA,RU" in odd.stderr) == (1, True)
    other = str(written(tmp_path / "other.txt", ["id,name"]))
    assert "is no dump of GeoNames" in CliRunner().invoke(app, ["gazetteer", other]).stderr
    done = CliRunner().invoke(app, ["gazetteer", dump, "--country", "ax,is", "--classes", "P"])
    assert done.exit_code == 0, done.output
    assert "GeoNames (https://www.geonames.org/), CC BY 4.0" in done.stdout
    assert "Line 21: The row has fewer cells" in done.stdout
    listed = (tmp_path / "IS.txt.rejects.csv").read_text(encoding="utf-8").splitlines()
    assert len(listed) == 1 + len(BAD)
    empty = CliRunner().invoke(app, ["gazetteer", dump, "--country", "AQ"])
    assert (empty.exit_code, "No place was taken in." in empty.stderr) == (1, True)


def test_the_real_dump_adds_to_the_seed(sqlite_databases: Databases) -> None:
    files = list(REAL.glob("*.tsv.gz")) if REAL.exists() else []
    if not files:
        pytest.skip("the dump of GeoNames, ../shared/data/gazetteer, is not here")
    name = sqlite_databases.migrated(put_seed)
    engine = make_engine(sqlite_databases.url(name))
    report, rejects = take(engine, files[0], Wanted(frozenset({"UA"}), frozenset("P"), 20_000))
    assert (rejects, report.without_region) == ([], 0)
    assert report.created > 100
    with reading(engine) as session:
        assert find(session, Place, "Київ").key == "kyiv"
        assert find(session, Place, "Лозова").region == "UA-63"
        assert find(session, Place, "Lozovaya").key == "lozova-ua"
    engine.dispose()
    sqlite_databases.drop(name)
