"""ACLED: an invented event in each layout that its exports have."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from counterclaim.importers.acled import Acled
from counterclaim.moment import parse_moment
from counterclaim.schemas.imported import Record
from counterclaim.vocabulary import EventKind, PlacePrecision
from importing import one_text_is_one_document, read_all, read_record, read_reject

if TYPE_CHECKING:
    from counterclaim.queries.names import Finder

NOTES = "On 4 March 2031, Aland forces shelled Quarry. No casualties were reported."
ROW = {
    "event_id_cnty": "ALA17",
    "event_date": "2031-03-04",
    "year": "2031",
    "time_precision": "1",
    "event_type": "Explosions/Remote violence",
    "sub_event_type": "Shelling/artillery/missile attack",
    "actor1": "Military Forces of Russia (2000-) Air Force",
    "actor2": "Civilians (Aland)",
    "country": "Nowhere",
    "admin1": "Kursk",
    "location": "Quarry",
    "latitude": "50.01",
    "longitude": "30.02",
    "geo_precision": "1",
    "source": "The Gazette; Gull News",
    "notes": NOTES,
    "fatalities": "0",
}


def _read(names: Finder, **changes: str) -> Record:
    return read_record(Acled(), {**ROW, **changes}, names)


def test_the_notes_are_the_text_of_the_first_source_and_wholly_quoted(names: Finder) -> None:
    record = _read(names)
    first, second = record.documents
    assert (first.text, first.publisher) == (NOTES, "gazette")
    assert (second.text, second.publisher) == (f"Gull News: {NOTES}", "gull-news")
    claim, support = record.claims
    assert (claim.quote, claim.said_by, claim.event) == (NOTES, [], "ALA17")
    assert (support.about, support.document, support.quote) == (claim.ref, 1, None)


def test_no_reported_dead_are_no_stated_0(names: Finder) -> None:
    assert _read(names).claims[0].casualties == []
    (dead,) = _read(names, fatalities="3").claims[0].casualties
    assert (dead.harm, dead.status, dead.side, dead.count) == ("killed", "unknown", None, 3)


@pytest.mark.parametrize(
    ("type_", "sub_type", "kind"),
    [
        ("Explosions/Remote violence", "Air/drone strike", EventKind.STRIKE),
        ("Explosions/Remote violence", "Remote explosive/landmine/IED", EventKind.STRIKE),
        ("Battles", "Armed clash", EventKind.BATTLE),
        ("Battles", "Government regains territory", EventKind.TERRITORY_CHANGE),
        ("Violence against civilians", "Attack", EventKind.VIOLENCE_AGAINST_CIVILIANS),
        ("Strategic developments", "Agreement", EventKind.STATEMENT),
        ("Protests", "Peaceful protest", EventKind.OTHER),
    ],
)
def test_the_kind_follows_from_the_sub_event(
    names: Finder, type_: str, sub_type: str, kind: EventKind
) -> None:
    record = _read(names, event_type=type_, sub_event_type=sub_type)
    assert record.events[0].kind is kind
    directed = kind in {EventKind.STRIKE, EventKind.VIOLENCE_AGAINST_CIVILIANS}
    assert record.claims[0].attacker == ("RU" if directed else None)
    assert record.claims[0].defender is None


def test_dates_of_all_layouts_are_one_day(names: Finder) -> None:
    spelt = ["2031-03-04", "04/03/2031", "04 March 2031", "25/03/2031"]
    rows = [{**ROW, "event_id_cnty": cell, "event_date": cell} for cell in spelt]
    read = read_all(Acled(), rows, names)
    days = [one.claims[0].occurred for one in read if isinstance(one, Record)]
    assert days == ["2031-03-04"] * 3 + ["2031-03-25"]
    assert isinstance(read[1], Record)
    assert any("day first" in remark for remark in read[1].remarks)


def test_a_vague_time_is_a_week_or_a_month(names: Finder) -> None:
    week = _read(names, time_precision="2").claims[0].occurred
    assert week == "2031-03-01~/2031-03-07~"
    parse_moment(week)
    assert _read(names, time_precision="3").claims[0].occurred == "2031-03"


@pytest.mark.parametrize(
    ("level", "precision", "key"),
    [
        ("1", PlacePrecision.NEAR, "quarry"),
        ("2", PlacePrecision.DISTRICT, "ru-krs"),
        ("3", PlacePrecision.REGION, "ru-krs"),
    ],
)
def test_a_place_is_as_precise_as_it_is_coded(
    names: Finder, level: str, precision: PlacePrecision, key: str
) -> None:
    (place,) = _read(names, geo_precision=level).claims[0].places
    assert (place.precision, place.place, place.said) == (precision, key, "Quarry")
    assert (place.latitude, place.uncertainty_m) == (50.01, None)


def test_notes_that_two_events_share_are_one_document_of_one_publisher(names: Finder) -> None:
    rows = [ROW, {**ROW, "event_id_cnty": "ALA18", "source": "Gull News"}]
    records = [one for one in read_all(Acled(), rows, names) if isinstance(one, Record)]
    assert one_text_is_one_document(records)
    assert records[1].documents[0].text == f"Gull News: {NOTES}"
    assert records[1].claims[0].quote == NOTES


def test_without_a_source_acled_itself_speaks(names: Finder) -> None:
    record = _read(names, source="", notes="")
    assert record.sources == []  # The catalogue has it.
    assert record.documents[0].publisher == "acled"
    assert record.claims[0].quote is None


@pytest.mark.parametrize(
    ("column", "value"),
    [("event_id_cnty", ""), ("event_date", "soon"), ("fatalities", "-3"), ("latitude", "95")],
)
def test_what_a_person_would_refuse_is_refused(names: Finder, column: str, value: str) -> None:
    reject = read_reject(Acled(), {**ROW, column: value}, names)
    assert (reject.column, reject.value) == (column, value)
