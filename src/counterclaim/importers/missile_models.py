"""Weapons as "Massive Missile Attacks on Ukraine" names them: one model, either of two, or several.

``X-`` and ``C-`` with a number are Latin letters for Cyrillic Х (Kh) and С (S).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from counterclaim.importers.naming import KEY_LENGTH, cut_slug
from counterclaim.models import Munition
from counterclaim.schemas.incoming import MunitionIn, NameIn
from counterclaim.vocabulary import MunitionCategory, NameKind

if TYPE_CHECKING:
    from counterclaim.importers.naming import Naming

UNIDENTIFIED = {"Reconnaissance UAV": "unidentified reconnaissance UAV"}
"""Models that stand for what is beside the types of the same report, not for all of them."""

_TWIN_KH = re.compile(r"\b[XХ]-(?=\d)")
_TWIN_S = re.compile(r"\b[CС]-(?=\d{3})")
_AND = re.compile(r"(?:\s+and)+\s+", re.IGNORECASE)
_NUMBERED = re.compile(r"(?P<stem>.*\D)\d+\w*")

CATEGORIES = (
    ("ballistic missile", MunitionCategory.BALLISTIC_MISSILE),
    ("cruise missile", MunitionCategory.CRUISE_MISSILE),
    ("uav", MunitionCategory.DRONE),
    ("drone", MunitionCategory.DRONE),
    ("guided bomb", MunitionCategory.GUIDED_BOMB),
    ("aerial bomb", MunitionCategory.BOMB),
)
"""Words in the name of a model that tell what it is."""


def spell(model: str) -> str:
    """The model with its twin letters romanised: X-101/X-555 is Kh-101/Kh-555, C-300 is S-300."""
    return _TWIN_S.sub("S-", _TWIN_KH.sub("Kh-", " ".join(model.split())))


def models_in(model: str) -> list[str]:
    """The single models of "A and B" and "A/B", in order: Shahed-136/131 are two."""
    found: list[str] = []
    for part in split_and(spell(model)):
        stem = ""
        for one in part.split("/"):
            name = f"{stem}{one}" if one[:1].isdigit() else one
            numbered = _NUMBERED.fullmatch(name)
            stem = numbered["stem"] if numbered else ""
            found.append(name.strip())
    return [name for name in found if name]


def split_and(text: str) -> list[str]:
    """The parts of "A and B", in order; a doubled "and" counts once."""
    return [part.strip() for part in _AND.split(text) if part.strip()]


def munition(model: str, naming: Naming) -> str | None:
    """The key of the munition that a cell names: as the store has it, else of a new row.

    None where the name is that of several munitions: that is remarked, and not decided.
    """
    if len(split_and(model)) > 1:
        naming.remark(f"One count for several models, not known how many of each: {model!r}.")
    known = naming.find(Munition, UNIDENTIFIED.get(model, ""), model, spell(model))
    if known is not None or naming.names.find_all(Munition, model):
        return known.key if known else None
    new = _new(model, naming)
    if new.key not in naming.munitions:
        naming.munitions[new.key] = new
        naming.remark(f"No munition is called {model!r}: it is new, category {new.category}.")
    return new.key


def _new(model: str, naming: Naming) -> MunitionIn:
    name = spell(model)
    alias = [] if name == model else [NameIn(name=model, kind=NameKind.TRANSLITERATION)]
    return MunitionIn(
        key=cut_slug(name, KEY_LENGTH) or "unnamed-model",
        name=name,
        category=_category(model, naming),
        names=alias,
        origin=naming.origin,
    )


def _category(model: str, naming: Naming) -> MunitionCategory:
    """What its single models are, if they are all known; else what its name says."""
    found = {_category_of_one(one, naming) for one in models_in(model)}
    if len(found) == 1:
        return found.pop()
    return MunitionCategory.FAMILY if found else MunitionCategory.UNKNOWN


def _category_of_one(name: str, naming: Naming) -> MunitionCategory:
    known = naming.find(Munition, name)
    if known is not None:
        return known.category
    lower = name.lower()
    told = (category for word, category in CATEGORIES if word in lower)
    return next(told, MunitionCategory.UNKNOWN)
