"""Massive Missile Attacks on Ukraine: each oddity of the files, with invented rows like theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from counterclaim.importers.missile_attacks import MissileAttacks
from counterclaim.importers.missile_models import models_in
from counterclaim.models import Source
from counterclaim.schemas.imported import Record, Reject
from counterclaim.vocabulary import EventKind, MunitionCategory, PlaceRole, Scope
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

ROW = {
    "time_start": "2031-11-20 20:00",
    "time_end": "2031-11-21 9:30",
    "model": "Moth-1",
    "launch_place": "Kursk oblast and and Quarry",
    "target": "Ukraine",
    "carrier": "2 x Heron",
    "launched": "16.0",
    "destroyed": "9.0",
    "not_reach_goal": "3.0",
    "still_attacking": "",
    "source": "kpszsu/posts/pfbid0invented1",
}
FIRST_COLUMNS = (
    "time_start", "time_end", "model", "launch_place", "target", "carrier", "launched",
    "destroyed", "source",
)  # fmt: skip
LAST_COLUMNS = {
    "target_main": "",
    "border_crossing": "{'utopia': 2, 'oz': NaN}",
    "is_shahed": "1.0",
    "num_hit_location": "4.0",
    "num_fall_fragment_location": "2",
    "turbojet": "5",
    "turbojet_destroyed": "1",
    "affected region": "['Sumy oblast', 'Lutsk oblast']",
    "destroyed_details": "{'Sumy oblast and south': 5,   'north': NaN}",
    "launched_details": "",
    "a column to come": "kept",
}


def _read(names: Finder, **changes: str) -> Record:
    return read_record(MissileAttacks(), {**ROW, **changes}, names)


def _keys(names: Finder, *rows: dict[str, str]) -> list[str]:
    read = read_all(MissileAttacks(), [{**ROW, **row} for row in rows], names)
    return [one.key for one in read if isinstance(one, Record)]


def test_a_row_on_the_whole_country_is_a_claim_about_the_wave(names: Finder) -> None:
    record = _read(names)
    (wave,), (claim,) = record.events, record.claims
    assert (wave.kind, wave.scope, wave.key) == (EventKind.STRIKE, Scope.WAVE, claim.event)
    assert claim.occurred == "2031-11-20T20:00:00+02:00/2031-11-21T09:30:00+02:00"
    assert (claim.attacker, claim.defender) == ("RU", "UA")
    assert claim.inference_rule
    (count,) = claim.counts
    assert count.model_dump(exclude_unset=True) == {
        "munition": "moth",
        "launched": 16,
        "intercepted": 9,
        "suppressed": 3,
    }
    places = [(place.role, place.said, place.place) for place in claim.places]
    assert places == [
        (PlaceRole.TARGET, "Ukraine", "ukraine"),
        (PlaceRole.LAUNCH, "Kursk oblast", "ru-krs"),
        (PlaceRole.LAUNCH, "Quarry", "quarry"),
    ]
    assert all(place.latitude is None for place in claim.places)
    assert claim.note == "Carrier: 2 x Heron."


def test_a_row_on_a_place_is_a_claim_about_a_strike_in_the_wave(names: Finder) -> None:
    rows = [ROW, {**ROW, "target": "Kyiv oblast (south)", "model": "Midge-7"}]
    wave, struck = read_all(MissileAttacks(), rows, names)
    assert isinstance(wave, Record)
    assert isinstance(struck, Record)
    whole, strike = struck.events
    assert wave.events[0].key == whole.key
    assert wave.events[0].label == whole.label
    assert (whole.parts, strike.scope) == ([strike.key], Scope.SINGLE)
    assert struck.claims[0].event == strike.key


@pytest.mark.parametrize(
    ("target", "keys"),
    [
        ("", []),
        ("south", ["ukraine-south"]),
        ("north-east", ["ukraine-north-east"]),
        ("south and east", ["ukraine-south", "ukraine-east"]),
        ("front line", [None]),
    ],
)
def test_a_direction_is_a_part_of_ukraine_and_no_place_that_was_struck(
    names: Finder, target: str, keys: list[str | None]
) -> None:
    record = _read(names, target=target, launch_place="south")
    assert len(record.events) == len(record.claims) == 1
    places = [(place.role, place.place) for place in record.claims[0].places]
    # From the south is from outside, and not from the south of Ukraine.
    assert places == [*((PlaceRole.TARGET, key) for key in keys), (PlaceRole.LAUNCH, None)]


def test_rows_of_one_post_on_one_model_are_parts_and_their_sum_is_the_waves(names: Finder) -> None:
    rows = [
        {**ROW, "target": "Kyiv oblast", "launched": "2", "destroyed": "1", "not_reach_goal": ""},
        {**ROW, "target": "south", "launched": "3", "destroyed": "2", "not_reach_goal": "1"},
        {**ROW, "target": "Ukraine", "model": "Midge-7"},
    ]
    kyiv, south, alone = read_all(MissileAttacks(), rows, names)
    assert isinstance(kyiv, Record)
    assert isinstance(south, Record)
    assert isinstance(alone, Record)
    assert [len(record.events) for record in (kyiv, south, alone)] == [2, 2, 1]
    wave = kyiv.events[0].key
    told = [claim for record in (kyiv, south, alone) for claim in record.claims]
    whole = [claim.counts[0] for claim in told if claim.event == wave]
    figures = [count.model_dump(exclude_unset=True) for count in whole]
    # What one of the rows leaves open is not known of the wave.
    assert {"munition": "moth", "launched": 5, "intercepted": 3} in figures
    assert [figure["munition"] for figure in figures] == ["moth", "midge"]


def test_what_nobody_identified_is_counted_beside_the_types(names: Finder) -> None:
    found = {
        model: _read(names, model=model).claims[0].counts[0].munition
        for model in ("Unknown Missile", "Unknown UAV", "Reconnaissance UAV")
    }
    assert list(found.values()) == [
        "unidentified-missile",
        "unidentified-drone",
        "unidentified-reconnaissance-drone",
    ]


def test_an_empty_cell_is_no_figure(names: Finder) -> None:
    nothing = dict.fromkeys(("launched", "destroyed", "not_reach_goal"), "")
    (count,) = _read(names, **nothing).claims[0].counts
    assert count.model_dump(exclude_unset=True) == {"munition": "moth"}
    (none,) = _read(names, destroyed="0.0").claims[0].counts
    assert none.intercepted == 0


@pytest.mark.parametrize(
    "figures",
    [
        {"launched": "16.0", "destroyed": "15.0", "not_reach_goal": "11.0"},
        {"launched": "2.0", "destroyed": "4.0", "not_reach_goal": ""},
    ],
    ids=["parts exceed the total", "more destroyed than launched"],
)
def test_more_fates_than_launched_are_refused(names: Finder, figures: dict[str, str]) -> None:
    reject = read_reject(MissileAttacks(), {**ROW, **figures}, names)
    assert reject.column == "launched"
    assert "is more than launched" in reject.reason
    assert reject.key == _read(names).key


def test_all_generations_of_columns_say_the_same(names: Finder) -> None:
    first = {name: ROW[name] for name in FIRST_COLUMNS}
    whole = {"launched": "16", "destroyed": "9", "not_reach_goal": "", "carrier": "2 x Heron"}
    old = read_record(MissileAttacks(), {**first, **whole}, names)
    new = _read(names, not_reach_goal="")
    assert (old.key, old.claims, old.events) == (new.key, new.claims, new.events)
    assert new.original["launched"] == "16.0"


def test_later_columns_give_places_and_tallies_where_they_say_some(names: Finder) -> None:
    record = _read(names, cross_border_belarus="1.0", back_russia="", **LAST_COLUMNS)
    claim = record.claims[0]
    assert {tally.object: tally.count for tally in claim.tallies} == {
        "crossed the border of Belarus": 1,
        "locations hit": 4,
        "locations where debris fell": 2,
        "with a jet engine": 5,
        "with a jet engine, intercepted": 1,
        "crossed the border: utopia": 2,
        "intercepted: Sumy oblast and south": 5,
    }
    told = {(place.role, place.said) for place in claim.places}
    assert told >= {
        (PlaceRole.INTERCEPT, "Sumy oblast"),
        (PlaceRole.INTERCEPT, "south"),
        (PlaceRole.INTERCEPT, "north"),
        (PlaceRole.TARGET, "Sumy oblast"),
        (PlaceRole.TARGET, "Lutsk oblast"),
    }
    # There is no such oblast: it stays as said.
    assert all(place.place is None for place in claim.places if place.said == "Lutsk oblast")
    assert record.original["a column to come"] == "kept"


def test_a_damaged_list_stays_in_the_original_and_is_remarked(names: Finder) -> None:
    record = _read(names, **{"affected region": "['Sumy oblast', Kyiv oblast']"})
    assert any("affected region is kept in the original" in one for one in record.remarks)


def test_a_key_outlives_corrections_of_figures_end_and_launch_place(names: Finder) -> None:
    later = {"launched": "2", "destroyed": "0", "not_reach_goal": "", "time_end": "2031-11-21"}
    moved = {"launch_place": "Quarry and Kursk", "source": f"{ROW['source']}/"}
    assert len({*_keys(names, {}), *_keys(names, later), *_keys(names, moved)}) == 1


def test_rows_that_share_model_day_and_post_are_told_apart_in_any_order(names: Finder) -> None:
    rows = [
        {"target": "Sumy oblast"},
        {"target": "Kyiv oblast"},
        {"target": "Kyiv oblast", "time_start": "2031-11-20 23:00"},
    ]
    keys = _keys(names, *rows)
    assert len(set(keys)) == 3
    assert set(_keys(names, *reversed(rows))) == set(keys)
    assert len(set(_keys(names, rows[0], rows[0]))) == 2


@pytest.mark.parametrize(
    ("model", "key", "category"),
    [
        ("X-999", "kh-999", None),
        ("Х-999", "kh-999", None),
        ("X-998/X-999", "kh-998-kh-999", MunitionCategory.FAMILY),
        ("Moth-1 and Midge-7", "moth-1-and-midge-7", MunitionCategory.DRONE),
        ("Moth-1 and X-999", "moth-1-and-kh-999", MunitionCategory.FAMILY),
        ("C-700", "s-700", MunitionCategory.UNKNOWN),
        ("Odd UAV", "odd-uav", MunitionCategory.DRONE),
    ],
)
def test_a_model_is_known_by_any_spelling_or_new(
    names: Finder, model: str, key: str, category: MunitionCategory | None
) -> None:
    record = _read(names, model=model)
    assert record.claims[0].counts[0].munition == key
    assert [one.category for one in record.munitions] == ([category] if category else [])
    assert bool(record.munitions) == any("it is new" in one for one in record.remarks)


def test_a_model_that_two_munitions_are_called_is_counted_as_unnamed(names: Finder) -> None:
    record = _read(names, model="Zeta")
    assert record.claims[0].counts[0].munition is None
    assert any("left-zeta, right-zeta" in remark for remark in record.remarks)


def test_bundles_are_read_part_by_part() -> None:
    assert models_in("Shahed-136/131 and X-101/X-555") == [
        "Shahed-136",
        "Shahed-131",
        "Kh-101",
        "Kh-555",
    ]


@pytest.mark.parametrize(
    ("source", "speaker", "url"),
    [
        ("kpszsu/posts/p1", "ukrainian-air-force", "https://www.facebook.com/kpszsu/posts/p1"),
        ("PvKPivden/videos/9/", "air-command-south", "https://www.facebook.com/PvKPivden/videos/9"),
        ("pvkshid/posts/p1", "air-command-east", "https://www.facebook.com/pvkshid/posts/p1"),
        ("https://t.me/kpszsu/123", "ukrainian-air-force", "https://t.me/kpszsu/123"),
        ("https://t.me/gull_news/7", "gull-news", "https://t.me/gull_news/7"),
        ("aland.example/news/7", "aland-example", "https://aland.example/news/7"),
        ("watch/?v=99", None, "https://www.facebook.com/watch/?v=99"),
        ("told by phone", None, None),
    ],
)
def test_a_post_tells_who_speaks_and_where_it_is(
    names: Finder, source: str, speaker: str | None, url: str | None
) -> None:
    record = _read(names, source=source)
    (document,) = record.documents
    assert (document.publisher, document.url) == (speaker, url)
    assert record.claims[0].said_by == ([] if speaker else ["massive-missile-attacks"])
    outside = speaker is not None and not names.find_all(Source, speaker)
    assert [one.key for one in record.sources] == ([speaker] if outside else [])


def test_further_posts_are_evidence(names: Finder) -> None:
    record = _read(names, source="kpszsu/posts/p1; PvKPivden/posts/p2")
    assert [document.publisher for document in record.documents] == [
        "ukrainian-air-force",
        "air-command-south",
    ]
    assert [(claim.about, claim.document) for claim in record.claims] == [(None, 0), ("row", 1)]


def test_without_a_post_the_data_set_itself_speaks(names: Finder) -> None:
    record = _read(names, source="")
    assert record.documents[0].publisher == "massive-missile-attacks"
    assert record.sources == []  # The catalogue has it.


@pytest.mark.parametrize(
    ("column", "value"),
    [("time_start", ""), ("time_end", "2031-11-19 09:00"), ("model", " "), ("launched", "dozens")],
)
def test_what_a_person_would_refuse_is_refused(names: Finder, column: str, value: str) -> None:
    reject = read_reject(MissileAttacks(), {**ROW, column: value}, names)
    assert (reject.column, reject.value) == (column, value)


def test_a_later_file_finds_most_rows_of_an_earlier_one(names: Finder) -> None:
    folder = "missile_attacks_ua/missile_attacks_daily"
    (early, wrong), (late, worse) = (
        read_file(MissileAttacks(), real_file(f"{folder}.{version}.csv"), names)
        for version in ("2023-07", "2025-04")
    )
    assert (len(early), len(late)) == (307, 2285)
    assert [_told(one) for one in wrong] == [(105, "time_end"), (144, "time_end")]
    assert [_told(one) for one in worse] == [(321, "launched")]
    before, after = ({record.key for record in records} for records in (early, late))
    assert (len(before), len(after)) == (307, 2285)
    assert len(before & after) >= 300
    assert one_text_is_one_document([*early, *late])


def _told(reject: Reject) -> tuple[int, str | None]:
    return reject.line, reject.column
