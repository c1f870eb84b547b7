"""English names of oblasts: each is a subdivision that there is, and others are none."""

from __future__ import annotations

import pycountry
import pytest

from counterclaim.importers import regions
from counterclaim.importers.regions import region_code

KINDS = {"Region", "Administrative region", "Administrative territory"}


def test_every_code_is_one_of_iso_3166_2() -> None:
    oblasts = [*regions._UKRAINE, *regions._RUSSIA]
    codes = [region_code(f"{name} oblast") for name in oblasts]
    codes += [region_code(name) for name in regions._TERRITORIES]
    kinds = {row.code: row.type for row in pycountry.subdivisions}
    assert {kinds.get(str(code)) for code in codes} <= KINDS


@pytest.mark.parametrize("name", ["Lutsk oblast", "Dnipro oblast", "Odeas oblast", "Odesa", ""])
def test_what_is_no_oblast_has_no_code(name: str) -> None:
    assert region_code(name) is None
    assert region_code("Odesa oblast") == region_code("Odesa Oblast") == "UA-51"
