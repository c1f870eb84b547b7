"""Points, compass bearings and relative places ("37 km northwest of Kursk") on WGS 84.

All geodesy is ``geographiclib``'s. Degrees throughout; distances are metres or kilometres as the
names say.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

from geographiclib.geodesic import Geodesic  # type: ignore[import-untyped]
from rapidfuzz import fuzz, process

from counterclaim.errors import PlaceError

if TYPE_CHECKING:
    from collections.abc import Iterator

_FULL_CIRCLE = 360.0
_LEAST_RADIUS_M = 6_335_439.0
"""The least radius of curvature of the WGS 84 ellipsoid: of the meridian at the equator."""
_KM_PER = {"km": 1.0, "m": 0.001, "mi": 1.609344, "nmi": 1.852}

EIGHT_POINT_HALF_SECTOR = 22.5
SIXTEEN_POINT_HALF_SECTOR = 11.25

_POINT_WORDS = (
    "north north-northeast northeast east-northeast east east-southeast southeast "
    "south-southeast south south-southwest southwest west-southwest west west-northwest "
    "northwest north-northwest"
)
_POINTS = _POINT_WORDS.split()
_INITIALS = {"north": "n", "east": "e", "south": "s", "west": "w"}


@dataclass(frozen=True, slots=True)
class Point:
    """``uncertainty_m`` is the radius of the circle that the true place lies in."""

    latitude: float
    longitude: float
    uncertainty_m: float


@dataclass(frozen=True, slots=True)
class Relative:
    """A place said by distance and direction; ``[start, end)`` are code points of the words."""

    distance_km: float
    tolerance_km: float
    bearing_deg: float
    half_sector_deg: float
    anchor: str
    start: int
    end: int


class Box(NamedTuple):
    """West, south, east, north; west > east where it crosses the antimeridian."""

    west: float
    south: float
    east: float
    north: float


def check_coordinates(latitude: float, longitude: float) -> None:
    """Refuses what is no WGS 84 position in degrees.

    Raises:
        PlaceError: Not finite, out of range, or latitude and longitude look swapped.
    """
    if not (math.isfinite(latitude) and math.isfinite(longitude)):
        raise PlaceError("latitude and longitude must be finite numbers")
    if abs(latitude) <= 90 and abs(longitude) <= 180:
        return
    if abs(longitude) <= 90 < abs(latitude) <= 180:
        raise PlaceError(
            f"latitude {latitude} is out of range (-90 to 90); latitude and longitude look "
            f"swapped: try latitude {longitude}, longitude {latitude}"
        )
    raise PlaceError(
        f"latitude {latitude}, longitude {longitude} is out of range; latitude is from -90 to 90, "
        "longitude from -180 to 180"
    )


def bearing_of(words: str) -> float:
    """Degrees clockwise from north of "northwest", "north-west", "NW", "northwestern", "315°".

    Raises:
        PlaceError: The words name no point of the 16-point compass.
    """
    return _compass(words)[0]


def half_sector_of(words: str) -> float:
    """Half the angle that the words may mean.

    22.5° for the 8 main points, which people use loosely, 11.25° for the 8 between them, 0.5°
    for whole degrees.
    """
    return _compass(words)[1]


def relative_point(
    latitude: float,
    longitude: float,
    distance_km: float,
    bearing_deg: float,
    *,
    half_sector_deg: float = EIGHT_POINT_HALF_SECTOR,
    anchor_uncertainty_m: float | None = None,
    tolerance_km: float | None = None,
) -> Point:
    """The point at a distance and bearing from an anchor.

    The uncertainty covers the ring sector of distance ± tolerance and bearing ± half sector,
    plus that of the anchor where known (None adds nothing), rounded up to 100 m. Without a
    tolerance it is half a unit of the distance's last decimal: 0.5 km for whole kilometres.
    """
    check_coordinates(latitude, longitude)
    if not (math.isfinite(distance_km) and 0 <= distance_km <= 20_000):
        raise PlaceError(f"a distance of {distance_km} km is not between 0 and 20,000 km")
    if not math.isfinite(bearing_deg):
        raise PlaceError("a bearing must be a finite number of degrees")
    tolerance = _half_unit(f"{distance_km:.6f}") if tolerance_km is None else tolerance_km
    centre = _direct(latitude, longitude, bearing_deg, distance_km)
    rings = (max(0.0, distance_km - tolerance), distance_km + tolerance)
    edges = (bearing_deg - half_sector_deg, bearing_deg + half_sector_deg)
    corners = [_direct(latitude, longitude, edge, ring) for ring, edge in product(rings, edges)]
    reach_m = max(_apart_m(centre, corner) for corner in corners)
    reach_m = max(reach_m, 1_000 * tolerance) + (anchor_uncertainty_m or 0.0)
    return Point(*centre, math.ceil(reach_m / 100) * 100.0)


def distance_km(a_lat: float, a_lon: float, b_lat: float, b_lon: float) -> float:
    """The length of the geodesic."""
    return float(Geodesic.WGS84.Inverse(a_lat, a_lon, b_lat, b_lon)["s12"]) / 1_000


def bearing_deg(a_lat: float, a_lon: float, b_lat: float, b_lon: float) -> float:
    """The azimuth at a of the geodesic to b, from 0 inclusive to 360 exclusive."""
    azimuth = float(Geodesic.WGS84.Inverse(a_lat, a_lon, b_lat, b_lon)["azi1"])
    return azimuth % _FULL_CIRCLE % _FULL_CIRCLE


def bounding_box(latitude: float, longitude: float, radius_m: float) -> Box:
    """A box around the circle, a little larger than the smallest; all longitudes at a pole."""
    check_coordinates(latitude, longitude)
    if not (math.isfinite(radius_m) and radius_m >= 0):
        raise PlaceError(f"a radius of {radius_m} m is not a length")
    angle = radius_m / _LEAST_RADIUS_M
    south = max(-90.0, latitude - math.degrees(angle))
    north = min(90.0, latitude + math.degrees(angle))
    shrink = math.cos(math.radians(latitude))
    if angle >= math.pi / 2 or math.sin(angle) >= shrink or north == 90.0 or south == -90.0:
        return Box(-180.0, south, 180.0, north)
    spread = math.degrees(math.asin(math.sin(angle) / shrink))
    if spread >= 180:
        return Box(-180.0, south, 180.0, north)
    return Box(_wrap(longitude - spread), south, _wrap(longitude + spread), north)


def parse_relative(said: str) -> Relative | None:
    """Finds the first distance and direction from a named place in English words, if any.

    "About" and the like widen the tolerance to a tenth of the distance.
    """
    for match in _RELATIVE.finditer(said):
        name = _ANCHOR.match(said, match.end())
        if name is None:
            continue
        unit = _KM_PER[_unit_of(match["unit"])]
        number = match["number"].replace(",", "")
        distance = float(number) * unit
        tolerance = _half_unit(number) * unit
        if match["vague"]:
            tolerance = max(tolerance, distance / 10)
        bearing, half_sector = _compass(match["compass"])
        anchor, end = name["name"], name.end("name")
        return Relative(distance, tolerance, bearing, half_sector, anchor, match.start(), end)
    return None


def _compass_names() -> Iterator[tuple[str, tuple[float, float]]]:
    for index, point in enumerate(_POINTS):
        half = SIXTEEN_POINT_HALF_SECTOR if index % 2 else EIGHT_POINT_HALF_SECTOR
        meaning = (index * _FULL_CIRCLE / len(_POINTS), half)
        letters = point.replace("-", "")
        yield letters, meaning
        for word, initial in _INITIALS.items():
            letters = letters.replace(word, initial)
        yield letters, meaning


_COMPASS = dict(_compass_names())
_ENDINGS = re.compile(r"(?:ern|erly|wards?)$")
_DEGREES = re.compile(r"(\d{1,3}(?:\.\d{1,6})?)\s*(?:°|deg|degrees?)?", re.ASCII)


def _compass(words: str) -> tuple[float, float]:
    """Bearing and half sector."""
    lowered = words.strip().lower()
    if (degrees := _DEGREES.fullmatch(lowered)) and float(degrees[1]) <= _FULL_CIRCLE:
        return float(degrees[1]) % _FULL_CIRCLE, _half_unit(degrees[1])
    letters = "".join(char for char in lowered if char.isalpha())
    found = _COMPASS.get(letters) or _COMPASS.get(_ENDINGS.sub("", letters))
    if found is None:
        near = process.extract(lowered[:40], _POINTS, scorer=fuzz.ratio, score_cutoff=60, limit=3)
        raise PlaceError(
            f"{words[:40]!r} is no direction; write one of the 16 points of the compass such as "
            '"northwest" or "NNW", or degrees such as "315°"',
            suggestions=[point for point, _, _ in near],
        )
    return found


def _half_unit(number: str) -> float:
    """Half a unit of the last decimal that is not 0: 0.5 for "37", 0.05 for "37.5"."""
    decimals = len(number.rstrip("0").partition(".")[2]) if "." in number else 0
    return 0.5 / 10.0**decimals


def _apart_m(a: tuple[float, float], b: tuple[float, float]) -> float:
    return 1_000 * distance_km(*a, *b)


def _direct(
    latitude: float, longitude: float, bearing: float, length_km: float
) -> tuple[float, float]:
    end = Geodesic.WGS84.Direct(latitude, longitude, bearing, length_km * 1_000)
    return float(end["lat2"]), float(end["lon2"])


def _wrap(longitude: float) -> float:
    return (longitude + 180) % _FULL_CIRCLE - 180 if abs(longitude) > 180 else longitude


def _unit_of(word: str) -> str:
    lowered = word.lower()
    if lowered.startswith("k"):
        return "km"
    if lowered.startswith("n"):
        return "nmi"
    return "mi" if lowered.startswith("mi") else "m"


_SIDE = r"(?i:north|south|east|west)"
_RELATIVE = re.compile(
    r"(?:\b(?P<vague>(?i:about|around|approximately|roughly|some|nearly|almost))\s+)?"
    r"(?<![\w.,])(?P<number>\d{1,3}(?:,\d{3})+|\d{1,5}(?:\.\d{1,3})?)(?:\s|-)?"
    r"(?P<unit>(?i:km|kms|kilomet(?:re|er)s?|nautical\smiles?|miles?|mi|met(?:re|er)s?|m))\s+"
    r"(?:(?i:away|due|to\sthe|in\sthe)\s+){0,3}"
    rf"(?P<compass>{_SIDE}(?:[\s-]?{_SIDE}){{0,2}}(?i:ern|erly|wards?)?|[NS]?[NS][EW]|[EW][NS][EW]|[NESW])"
    r"\s+(?i:of|from)\s+"
)
_ANCHOR = re.compile(
    r"(?:(?:the|a)\s+(?:[\w-]+\s+){0,3}?(?:city|town|village|settlement|hamlet|capital|port|"
    r"district|region|airfield|airport|station|centre|center)\s+of\s+)?"
    r"(?:the\s+(?=[^\W\d_a-z]))?(?!(?:the|an?)\b)"
    r"(?P<name>[^\W\d_][\w'’ʼ-]*(?:\s+(?:(?:on(?=\s+Don\b)|na|upon|de|la)\s+)?"
    r"(?=[^\W\d_a-z])[\w'’ʼ-]+){0,3})"
    r"(?![\w'’ʼ-])(?!\s+(?:border|front|frontier|coast|line)\b)"
)


def earth_centred(latitude: float, longitude: float) -> tuple[float, float, float]:
    """The point on the WGS 84 ellipsoid in Earth-centred coordinates: x, y and z in metres."""
    phi, lam = math.radians(latitude), math.radians(longitude)
    flatness = Geodesic.WGS84.f * (2 - Geodesic.WGS84.f)
    normal = Geodesic.WGS84.a / math.sqrt(1 - flatness * math.sin(phi) ** 2)
    return (
        normal * math.cos(phi) * math.cos(lam),
        normal * math.cos(phi) * math.sin(lam),
        normal * (1 - flatness) * math.sin(phi),
    )
