"""Reads where a claim says that something happened: gazetteer, coordinates, or relative."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from counterclaim.errors import InputError, PlaceError
from counterclaim.geo import Relative, bearing_of, half_sector_of, parse_relative, relative_point
from counterclaim.models import ClaimPlace, Place
from counterclaim.store.rows import new_row
from counterclaim.vocabulary import PlaceKind, PlaceMethod, PlacePrecision

if TYPE_CHECKING:
    from counterclaim.queries.names import Finder
    from counterclaim.schemas.incoming import ClaimPlaceIn, RelativeIn

PRECISIONS = {
    PlaceKind.COUNTRY: PlacePrecision.COUNTRY,
    PlaceKind.REGION: PlacePrecision.REGION,
    PlaceKind.SEA: PlacePrecision.REGION,
    PlaceKind.AREA: PlacePrecision.REGION,
    PlaceKind.DISTRICT: PlacePrecision.DISTRICT,
    PlaceKind.AIRFIELD: PlacePrecision.EXACT,
    PlaceKind.FACILITY: PlacePrecision.EXACT,
}
"""How precise a place of the gazetteer is when the claim names no more; a settlement is near."""


def read_place(names: Finder, shape: ClaimPlaceIn, position: int) -> ClaimPlace:
    """The row of a claim's place.

    Raises:
        InputError: a name is unknown or ambiguous, or the anchor has no coordinates.
    """
    place = names.find(Place, shape.place) if shape.place else None
    located = _located(names, shape, place)
    values = {
        "position": position,
        "role": shape.role,
        "place_id": place.id if place else None,
        "said": shape.said,
        "precision": _precision(shape, place, located),
    }
    return new_row(ClaimPlace, {**values, **located})


def _precision(shape: ClaimPlaceIn, place: Place | None, located: dict[str, Any]) -> PlacePrecision:
    if shape.precision is not None:
        return shape.precision
    if located.get("method") is PlaceMethod.RELATIVE:
        return PlacePrecision.NEAR
    if place is None:
        return PlacePrecision.EXACT if shape.latitude is not None else PlacePrecision.NEAR
    return PRECISIONS.get(place.kind, PlacePrecision.NEAR)


def _located(names: Finder, shape: ClaimPlaceIn, place: Place | None) -> dict[str, Any]:
    if shape.latitude is not None:
        method = PlaceMethod(shape.method or PlaceMethod.SOURCE_COORDINATES)
        return {
            "latitude": shape.latitude,
            "longitude": shape.longitude,
            "uncertainty_m": shape.uncertainty_m,
            "method": method,
        }
    if shape.relative is not None:
        return _given_relative(names, shape.relative)
    if place is not None and place.latitude is not None:
        return {
            "latitude": place.latitude,
            "longitude": place.longitude,
            "uncertainty_m": place.uncertainty_m,
            "method": PlaceMethod.GAZETTEER,
        }
    return _told_relative(names, shape) or {}


def _given_relative(names: Finder, given: RelativeIn) -> dict[str, Any]:
    words = given.bearing
    if isinstance(words, str):
        bearing, sector = bearing_of(words), half_sector_of(words)
    else:
        bearing, sector = words, DEGREES_HALF_SECTOR
    anchor = names.find(Place, given.anchor)
    return _relative(anchor, given.distance_km, bearing, sector)


DEGREES_HALF_SECTOR = 0.5
"""Half the angle that a bearing in whole degrees leaves open."""


def _told_relative(names: Finder, shape: ClaimPlaceIn) -> dict[str, Any] | None:
    """The point of words as "37 km northwest of Kursk", if their anchor is known."""
    told: Relative | None = parse_relative(shape.said) if shape.said else None
    if told is None:
        return None
    try:
        anchor = names.find(Place, told.anchor)
    except InputError:
        return None
    if anchor.latitude is None:
        return None
    sector, tolerance = told.half_sector_deg, told.tolerance_km
    return _relative(anchor, told.distance_km, told.bearing_deg, sector, tolerance_km=tolerance)


def _relative(
    anchor: Place,
    distance: float,
    bearing: float,
    sector: float,
    tolerance_km: float | None = None,
) -> dict[str, Any]:
    if anchor.latitude is None or anchor.longitude is None:
        msg = f"{anchor.name} has no coordinates to measure from."
        raise PlaceError(msg)
    point = relative_point(
        anchor.latitude,
        anchor.longitude,
        distance,
        bearing,
        half_sector_deg=sector,
        anchor_uncertainty_m=anchor.uncertainty_m,
        tolerance_km=tolerance_km,
    )
    return {
        "latitude": round(point.latitude, 6),
        "longitude": round(point.longitude, 6),
        "uncertainty_m": round(point.uncertainty_m),
        "method": PlaceMethod.RELATIVE,
        "anchor_id": anchor.id,
        "distance_km": distance,
        "bearing_deg": bearing,
    }
