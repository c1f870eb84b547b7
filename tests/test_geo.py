"""Points, bearings, relative places and boxes."""

from __future__ import annotations

import math

import pytest
from geographiclib.geodesic import Geodesic  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st

from counterclaim.errors import PlaceError
from counterclaim.geo import (
    bearing_deg,
    bearing_of,
    bounding_box,
    check_coordinates,
    distance_km,
    half_sector_of,
    parse_relative,
    relative_point,
)

KURSK = (51.73733, 36.18735)

latitudes = st.floats(-90, 90)
longitudes = st.floats(-180, 180)
bearings = st.floats(0, 359.99)


def test_lotarevka_is_northwest_of_kursk() -> None:
    point = relative_point(*KURSK, 37, 315)
    assert point.latitude == pytest.approx(51.972, abs=0.001)
    assert point.longitude == pytest.approx(35.807, abs=0.001)
    assert point.uncertainty_m == 14_600


def test_known_uncertainty_of_the_anchor_is_added() -> None:
    assert relative_point(*KURSK, 37, 315, anchor_uncertainty_m=5_000).uncertainty_m == 19_600
    assert relative_point(*KURSK, 37, 315, half_sector_deg=11.25).uncertainty_m < 8_000
    assert relative_point(*KURSK, 0, 0).uncertainty_m >= 500


@pytest.mark.parametrize(
    ("said", "anchor", "km", "bearing"),
    [
        ("near the village of Lotarevka, 37 km northwest of the city of Kursk", "Kursk", 37, 315),
        ("37 kilometres north-west of Kursk.", "Kursk", 37, 315),
        ("12 miles south of kyiv today", "kyiv", 19.312, 180),
        ("5\u00a0km NNW of the Russian city of Velikiye Luki on Monday", "Velikiye Luki", 5, 337.5),
        ("1,200 km to the east of Kryvyi Rih", "Kryvyi Rih", 1200, 90),
        ("20km SW of Rostov-on-Don", "Rostov-on-Don", 20, 225),
        ("2.5 km east of the town of Znam'yanka", "Znam'yanka", 2.5, 90),
        ("about 40 kilometers southeast from Харків", "Харків", 40, 135),
    ],
)
def test_relative_places_in_words(said: str, anchor: str, km: float, bearing: float) -> None:
    found = parse_relative(said)
    assert found is not None
    assert found.anchor == anchor
    assert found.distance_km == pytest.approx(km, abs=0.001)
    assert found.bearing_deg == bearing
    assert said[found.start : found.end].endswith(anchor)


@pytest.mark.parametrize(
    "said",
    [
        *("near Kursk", "37 km from Kursk", "northwest of Kursk", "300 m west of the village", ""),
        *("10 km north of the Ukrainian border", "37 km northwest of", "a range of 300 km"),
    ],
)
def test_no_relative_place_in_other_words(said: str) -> None:
    assert parse_relative(said) is None


def test_tolerance_follows_the_words() -> None:
    tolerances = {
        "37 km north of Kursk": 0.5,
        "37.5 km north of Kursk": 0.05,
        "about 40 km north of Kursk": 4,
        "10 miles north of Kursk": 0.804672,
    }
    for said, tolerance in tolerances.items():
        found = parse_relative(said)
        assert found is not None
        assert found.tolerance_km == pytest.approx(tolerance)


@pytest.mark.parametrize(
    ("words", "bearing", "half_sector"),
    [
        ("northwest", 315, 22.5),
        ("north-west", 315, 22.5),
        ("North West", 315, 22.5),
        ("NW", 315, 22.5),
        ("northwestern", 315, 22.5),
        ("southwards", 180, 22.5),
        ("easterly", 90, 22.5),
        ("north-northwest", 337.5, 11.25),
        ("ESE", 112.5, 11.25),
        ("315°", 315, 0.5),
        ("360 degrees", 0, 0.5),
    ],
)
def test_compass_words(words: str, bearing: float, half_sector: float) -> None:
    assert bearing_of(words) == bearing
    assert half_sector_of(words) == half_sector


def test_unknown_direction_names_the_near_ones() -> None:
    with pytest.raises(PlaceError) as refusal:
        bearing_of("nortwest")
    assert refusal.value.suggestions[0] == "northwest"


@pytest.mark.parametrize(
    ("latitude", "longitude", "hint"),
    [
        (91, 0, "range"),
        (0, 181, "range"),
        (float("nan"), 0, "finite"),
        (0, float("inf"), "finite"),
        (131.9, 43.1, "swapped"),
    ],
)
def test_impossible_coordinates(latitude: float, longitude: float, hint: str) -> None:
    with pytest.raises(PlaceError, match=hint):
        check_coordinates(latitude, longitude)


def test_distance_and_bearing_between_places() -> None:
    assert distance_km(*KURSK, 51.965, 35.811) == pytest.approx(36.251 - 0.7, abs=1)
    assert bearing_deg(0, 0, 0, 1) == 90
    assert bearing_deg(0, 0, 1, 0) == 0
    assert bearing_deg(0, 0, 0, -1) == 270


def test_box_crosses_the_antimeridian_and_covers_the_pole() -> None:
    fiji = bounding_box(-17, 179.9, 50_000)
    assert fiji.west > fiji.east
    pole = bounding_box(89.9, 10, 50_000)
    assert (pole.west, pole.north, pole.east) == (-180, 90, 180)


@given(latitudes, longitudes, st.floats(0, 2_000), bearings)
def test_relative_point_lies_at_the_distance_asked_for(
    latitude: float, longitude: float, km: float, bearing: float
) -> None:
    point = relative_point(latitude, longitude, km, bearing)
    there = distance_km(latitude, longitude, point.latitude, point.longitude)
    assert there == pytest.approx(km, abs=1e-6)


@given(
    st.floats(-85, 85),
    longitudes,
    st.integers(1, 1_000),
    bearings,
    st.sampled_from([11.25, 22.5]),
    st.floats(-1, 1),
    st.floats(-1, 1),
)
def test_every_place_the_words_can_mean_lies_in_the_circle(
    latitude: float,
    longitude: float,
    km: int,
    bearing: float,
    half: float,
    along: float,
    aside: float,
) -> None:
    point = relative_point(latitude, longitude, km, bearing, half_sector_deg=half)
    true = Geodesic.WGS84.Direct(
        latitude, longitude, bearing + half * aside, (km + along / 2) * 1_000
    )
    miss_km = distance_km(point.latitude, point.longitude, true["lat2"], true["lon2"])
    assert miss_km * 1_000 <= point.uncertainty_m


@given(latitudes, longitudes, st.floats(0, 5_000_000), bearings, st.floats(0, 1))
def test_box_holds_the_circle(
    latitude: float, longitude: float, radius_m: float, bearing: float, share: float
) -> None:
    box = bounding_box(latitude, longitude, radius_m)
    inside = Geodesic.WGS84.Direct(latitude, longitude, bearing, radius_m * share)
    east, north = inside["lon2"], inside["lat2"]
    assert box.south - 1e-9 <= north <= box.north + 1e-9
    if box.west <= box.east:
        assert box.west - 1e-9 <= east <= box.east + 1e-9 or math.isclose(abs(east), 180)
    else:
        assert east >= box.west - 1e-9 or east <= box.east + 1e-9


@given(st.text(max_size=80) | st.text("0123456789. kmNSEWofnorth\u00a0", max_size=60))
def test_any_text_is_a_relative_place_or_none(text: str) -> None:
    found = parse_relative(text)
    assert found is None or found.anchor in text[found.start : found.end]


@given(st.text(max_size=40))
def test_any_text_is_a_bearing_or_a_place_error(text: str) -> None:
    try:
        bearing = bearing_of(text)
    except PlaceError:
        return
    assert 0 <= bearing < 360


@given(st.floats(), st.floats())
def test_any_numbers_are_coordinates_or_a_place_error(latitude: float, longitude: float) -> None:
    try:
        check_coordinates(latitude, longitude)
    except PlaceError:
        return
    assert abs(latitude) <= 90
    assert abs(longitude) <= 180
