"""UCDP GED: each oddity of the published files, with invented rows in the same layout."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from counterclaim.importers.ucdp_ged import UcdpGed
from counterclaim.schemas.imported import Record
from counterclaim.vocabulary import EventKind, HarmStatus, PlacePrecision, Scope
from importing import (
    one_text_is_one_document,
    read_all,
    read_file,
    read_record,
    read_reject,
    real_file,
)

if TYPE_CHECKING:
    from counterclaim.queries.names import Finder

ARTICLES = (
    '"The Gazette,2031-03-04,Five dead, says ministry";"Gull News,2031-03-05,Fighting near Quarry"'
)
ROW = {
    "id": "900001",
    "type_of_violence": "1",
    "event_clarity": "1",
    "dyad_name": "Government of Ukraine - Aland Front",
    "side_a": "Government of Ukraine",
    "side_b": "Aland Front",
    "number_of_sources": "2",
    "source_article": ARTICLES,
    "source_original": "",
    "where_prec": "1",
    "where_coordinates": "Quarry town",
    "where_description": "near the old quarry",
    "adm_1": "Kursk Oblast",
    "latitude": "50.01",
    "longitude": "30.02",
    "country": "Nowhere",
    "date_prec": "1",
    "date_start": "2031-03-04",
    "date_end": "2031-03-04",
    "deaths_a": "0",
    "deaths_b": "3",
    "deaths_civilians": "2",
    "deaths_unknown": "0",
    "best": "5",
    "high": "7",
    "low": "5",
}


def _read(names: Finder, **changes: str) -> Record:
    return read_record(UcdpGed(), {**ROW, **changes}, names)


def _dead(record: Record) -> dict[tuple[str | None, HarmStatus], object]:
    rows = record.claims[0].casualties
    return {(row.side, row.status): row.model_dump()["count"] for row in rows}


def test_a_row_is_one_claim_about_one_event_and_an_article_each_is_a_document(
    names: Finder,
) -> None:
    record = _read(names)
    (event,) = record.events
    assert (event.key, event.kind, event.scope) == ("900001", EventKind.BATTLE, Scope.SINGLE)
    assert [document.text for document in record.documents] == [
        "The Gazette,2031-03-04,Five dead, says ministry",
        "Gull News,2031-03-05,Fighting near Quarry",
    ]
    assert record.documents[0].title == "Five dead, says ministry"
    assert [document.published for document in record.documents] == ["2031-03-04", "2031-03-05"]
    assert [document.publisher for document in record.documents] == ["gazette", "gull-news"]
    assert [source.key for source in record.sources] == ["gull-news"]
    claim, support = record.claims
    assert (claim.said_by, claim.document, claim.occurred) == ([], 0, "2031-03-04")
    assert (support.kind, support.about, support.document) == ("evidence", claim.ref, 1)
    assert record.original == ROW


def test_none_coded_is_no_row_of_casualties(names: Finder) -> None:
    assert _dead(_read(names)) == {
        (None, HarmStatus.UNKNOWN): {"low": 5, "high": 7},
        (None, HarmStatus.CIVILIAN): 2,
        ("aland-front", HarmStatus.MILITARY): 3,
    }
    nothing = dict.fromkeys(("deaths_b", "deaths_civilians", "best", "high", "low"), "0")
    assert _dead(_read(names, **nothing)) == {}


def test_the_best_estimate_is_kept_beside_the_interval(names: Finder) -> None:
    (tally,) = _read(names).claims[0].tallies
    assert (tally.object, tally.count) == ("deaths, best estimate", 5)
    assert _read(names, high="5").claims[0].tallies == []


def test_where_the_estimates_are_not_in_order_the_best_stands_alone(names: Finder) -> None:
    record = _read(names, low="5", best="8", high="5")
    assert _dead(record)[None, HarmStatus.UNKNOWN] == {"low": 8, "high": 8}
    assert any("not in order" in remark for remark in record.remarks)


def test_of_one_sided_violence_the_dead_are_civilians_and_the_attacker_is_told(
    names: Finder,
) -> None:
    record = _read(names, type_of_violence="3", side_b="Civilians")
    assert record.events[0].kind is EventKind.VIOLENCE_AGAINST_CIVILIANS
    assert record.claims[0].attacker == "UA"
    assert ("civilians", HarmStatus.MILITARY) not in _dead(record)


@pytest.mark.parametrize(
    ("party", "side"),
    [
        ("Government of Russia (Soviet Union)", "RU"),
        ("Government of Bosnia-Herzegovina", "BA"),
        ("Government of DR Congo (Zaire)", "CD"),
        ("People’s Front of the Northern and the Southern Highlands", None),
    ],
)
def test_a_government_is_its_state_and_a_group_a_slug(
    names: Finder, party: str, side: str | None
) -> None:
    sides = {row.side for row in _read(names, side_b=party).claims[0].casualties}
    if side is not None:
        assert side in sides
    assert all(len(one or "") <= 40 for one in sides)
    assert len(sides) == 2


def test_numbers_with_a_point_are_the_same_row(names: Finder) -> None:
    pointed = {name: f"{cell}.0" for name, cell in ROW.items() if cell.isdigit()}
    record, whole = _read(names, **pointed), _read(names)
    assert (record.key, record.claims, record.events) == ("900001", whole.claims, whole.events)


def test_dates_are_read_as_the_rest_of_their_column_must_be(names: Finder) -> None:
    excel = [
        {**ROW, "date_start": "3/24/2031 12:00:00 AM", "date_end": "03/24/2031 00:00"},
        {**ROW, "id": "2", "date_start": "03/05/2031 00:00", "date_end": "03/06/2031 00:00"},
    ]
    late = {"source_article": '"The Gazette,2031-03-30,Late report"'}
    first, second = read_all(UcdpGed(), [{**row, **late} for row in excel], names)
    assert isinstance(first, Record)
    assert isinstance(second, Record)
    assert first.claims[0].occurred == "2031-03-24"
    assert second.claims[0].occurred == "2031-03-05/2031-03-06"
    assert any("month first" in remark for remark in second.remarks)
    alone = read_reject(UcdpGed(), excel[1], names)
    assert (alone.column, alone.key) == ("date_start", "2")
    assert "2031-03-05 or 2031-05-03" in alone.reason


@pytest.mark.parametrize(
    ("start", "end", "edtf"),
    [
        ("2031-03-01 00:00:00.000", "2031-03-31 00:00:00.000", "2031-03"),
        ("2031-01-01", "2031-12-31", "2031"),
        ("2031-03-01", "2031-03-04", "2031-03-01/2031-03-04"),
    ],
)
def test_a_span_of_days_is_kept(names: Finder, start: str, end: str, edtf: str) -> None:
    assert _read(names, date_start=start, date_end=end).claims[0].occurred == edtf


def test_articles_with_quotes_inside_are_told_apart(names: Finder) -> None:
    cell = '"Gull News,2031-03-04,Army says "many" dead";"Gull News,2031-03-05,"Calm", says mayor"'
    texts = [document.text for document in _read(names, source_article=cell).documents]
    assert texts == [
        'Gull News,2031-03-04,Army says "many" dead',
        'Gull News,2031-03-05,"Calm", says mayor',
    ]


def test_an_article_named_twice_is_one_document(names: Finder) -> None:
    one = '"Book of Names,2031-03-04,Quarry"'
    record = _read(names, source_article=f"{one};{one}")
    assert len(record.documents) == len(record.claims) == 1


def test_free_text_of_sources_is_one_document_of_the_data_set(names: Finder) -> None:
    cell = 'Gull News  25/2-31; "Two dead"; All Aland 21 April 2031'
    record = _read(names, source_article=cell, number_of_sources="-1")
    (document,) = record.documents
    assert document.publisher == "ucdp"
    assert document.text is not None
    assert cell in document.text
    assert record.sources == []  # The catalogue has it.
    assert document.published is None


def test_an_article_from_before_the_event_is_evidence_and_not_its_report(names: Finder) -> None:
    record = _read(names, date_start="2031-03-05", date_end="2031-03-05")
    assert [document.published for document in record.documents] == ["2031-03-05", "2031-03-04"]
    assert [claim.document for claim in record.claims] == [0, 1]
    later = _read(names, date_start="2031-04-01", date_end="2031-04-01")
    assert later.documents[0].publisher == "ucdp"
    assert len(later.documents) == len(later.claims) == 3
    assert any("No article is dated" in remark for remark in later.remarks)


def test_the_claimant_is_who_said_it_where_that_is_one_known_source(names: Finder) -> None:
    assert _read(names, source_original="Observers of Aland").claims[0].said_by == ["observers"]
    several = _read(names, source_original="Observers of Aland, residents").claims[0]
    assert several.said_by == []
    assert "Observers of Aland, residents" in (several.note or "")


def test_an_outlet_whose_name_two_sources_have_is_not_decided(names: Finder) -> None:
    record = _read(names, source_article='"The Desk,2031-03-04,Fighting"')
    assert record.documents[0].publisher is None
    assert record.claims[0].said_by == ["ucdp"]
    assert any("north-desk, south-desk" in remark for remark in record.remarks)


def test_a_settlement_is_the_one_that_lies_there_else_the_region_is_named(names: Finder) -> None:
    (near,) = _read(names).claims[0].places
    assert (near.place, near.said) == ("quarry", "Quarry town")
    assert (near.latitude, near.longitude, near.uncertainty_m) == (50.01, 30.02, None)
    assert near.precision is PlacePrecision.NEAR
    (far,) = _read(names, latitude="52.0").claims[0].places
    assert (far.place, far.latitude) == ("ru-krs", 52.0)
    (twin,) = _read(names, where_coordinates="Twin Ford village", adm_1="").claims[0].places
    assert twin.place is None


def test_a_capital_letter_more_is_no_other_place(names: Finder) -> None:
    spelt = "Quarry Oblast", "Quarry oblast"
    one, other = (_read(names, where_coordinates=said) for said in spelt)
    assert (one.claims, one.events) == (other.claims, other.events)
    assert one.original["where_coordinates"] == "Quarry Oblast"


def test_a_row_without_coordinates_gets_none(names: Finder) -> None:
    (place,) = _read(names, latitude="", longitude="").claims[0].places
    assert (place.latitude, place.precision, place.said) == (None, None, "Quarry town")


@pytest.mark.parametrize(
    ("column", "value", "right"),
    [
        ("id", "", "whole number"),
        ("date_start", "", "write 2023-05-16"),
        ("date_end", "2031-03-01", "before it begins"),
        ("type_of_violence", "4", "Write 1"),
        ("best", "many", "write digits"),
        ("latitude", "950", "degrees"),
    ],
)
def test_what_a_person_would_refuse_is_refused_with_what_would_be_right(
    names: Finder, column: str, value: str, right: str
) -> None:
    reject = read_reject(UcdpGed(), {**ROW, column: value}, names)
    assert (reject.column, reject.value, reject.original[column]) == (column, value, value)
    assert right in reject.reason


@pytest.mark.parametrize(
    ("file", "rows"),
    [
        ("ucdp_ged_hdx_ukraine_2014-2019.csv.gz", 1167),
        ("ucdp_ged_v23_global_sample1000.csv.gz", 1000),
    ],
)
def test_every_row_of_a_published_file_becomes_a_record(
    names: Finder, file: str, rows: int
) -> None:
    records, rejects = read_file(UcdpGed(), real_file(f"ucdp_ged/{file}"), names)
    assert (len(records), rejects) == (rows, [])
    assert len({record.key for record in records}) == rows
    assert one_text_is_one_document(records)
