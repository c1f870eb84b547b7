"""Places as "Massive Missile Attacks on Ukraine" names them: "A and B", "Oblast, Raion", south."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from counterclaim.importers.missile_models import split_and
from counterclaim.schemas.incoming import ClaimPlaceIn
from counterclaim.vocabulary import PlaceRole

if TYPE_CHECKING:
    from counterclaim.importers.naming import Naming

_BRACKETS = re.compile(r"\s*\([^)]*\)")
_LARGER = re.compile(r"oblast|krai|crimea", re.IGNORECASE)
_SEA = re.compile(r"\bsea\b", re.IGNORECASE)

_COMPASS = ("north", "south")
_SIDES = ("east", "west")
WIDE = frozenset(
    {
        *("", "ukraine", "front line", "frontline", "center", "centre", *_COMPASS, *_SIDES),
        *(f"{way}{dash}{side}" for way in _COMPASS for side in _SIDES for dash in ("", "-")),
    }
)
"""Targets that are a country, a direction or nothing: no place that was struck."""


def names_a_place(cell: str) -> bool:
    """Whether a target names at least one place smaller than the country or a direction."""
    return any(_bare(part).casefold() not in WIDE for part in split_and(cell))


def places_in(cell: str, role: PlaceRole, naming: Naming) -> list[ClaimPlaceIn]:
    """The places of a cell in one role, each with its words and, where it is known, its key."""
    return [place_of(part, role, naming) for part in dict.fromkeys(split_and(cell))]


def place_of(said: str, role: PlaceRole, naming: Naming) -> ClaimPlaceIn:
    """One place; a name that several places have gives no key.

    A direction is one of Ukraine, but where something was launched: "from the south" is outside.
    """
    bare = _bare(said)
    if bare.casefold() not in WIDE - {"ukraine"}:
        key = naming.place(*_spellings(bare))
    elif bare and role is not PlaceRole.LAUNCH:
        key = naming.place(f"{bare} of Ukraine")
    else:
        key = None
    return ClaimPlaceIn(role=role, said=said, place=key)


def _spellings(said: str) -> list[str]:
    """The words as a whole, then their parts: a sea alone where one is named, else small to large.

    "Chauda, Crimea" and "Bryansk oblast, Seshcha" have them in either order.
    """
    parts = [part.strip() for part in re.split(r",| - ", said) if part.strip()]
    seas = [part for part in parts if _SEA.search(part)]
    return [said, *(seas or sorted(parts, key=lambda part: bool(_LARGER.search(part))))]


def _bare(part: str) -> str:
    """Without what stands in brackets: Kyiv oblast (south)."""
    # Without the end of any the pattern would look for it again from each beginning.
    return (_BRACKETS.sub("", part) if ")" in part else part).strip()
