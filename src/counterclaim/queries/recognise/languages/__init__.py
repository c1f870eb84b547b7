"""The words of each language in which days, regions and offices are recognised: one file each."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

LANGUAGES = ("en", "ru", "uk")
"""A further language is a further file beside this one."""

_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_LATIN = re.compile(r"[A-Za-z]")
_UKRAINIAN = re.compile(
    r"[іїєґ]|\b(?:та|що|щоб|або|чи|від|ще|вже|зі|після|але|було|осіб|[вз]\w+ено|збито|дрони|ракети)\b",
    re.IGNORECASE,
)
_RUSSIAN = re.compile(
    r"[ыэъё]|\b(?:и|что|чтобы|или|от|еще|уже|со|после|но|было|человек|сбито|\w+ются|из|с)\b",
    re.IGNORECASE,
)


def language_of(text: str) -> str:
    """The one of our languages that the letters of a text speak for; Latin ones for English.

    Letters and small words that only Ukrainian or only Russian has decide between the two; where
    neither stands, Russian is meant.
    """
    if len(_CYRILLIC.findall(text)) <= len(_LATIN.findall(text)):
        return "en"
    return "uk" if len(_UKRAINIAN.findall(text)) > len(_RUSSIAN.findall(text)) else "ru"


@dataclass(frozen=True)
class Words:
    """One language's file: see the comments in ``en.toml``."""

    dates: dict[str, Any]
    region_heads: str
    region_name: str
    region_before: str
    region_endings: dict[str, str]
    offices: dict[str, str]
    said: str
    said_by: str


@lru_cache
def words_of(lang: str) -> Words:
    """The words of one of ``LANGUAGES``."""
    text = files(__package__).joinpath(f"{lang}.toml").read_text(encoding="utf-8")
    table = tomllib.loads(text)
    regions = table["regions"]
    heads = "|".join(regions["heads"])
    return Words(
        dates=table["dates"],
        region_heads=heads,
        region_name=regions["name"],
        region_before=regions["before"],
        region_endings=regions["derived"],
        offices=table["offices"],
        said=table["speech"]["verbs"],
        said_by=table["speech"]["before"],
    )
