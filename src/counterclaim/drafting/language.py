"""The words of each language in which texts are read, from one data file each."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from counterclaim.queries.recognise import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Mapping

NEVER = re.compile(r"(?!)")


@dataclass(frozen=True)
class Verb:
    """Words that give what is counted a role; how they stand to it tells the data file."""

    role: str
    words: re.Pattern[str]
    takes: str
    weak: bool


@dataclass(frozen=True)
class MunitionNoun:
    """A common noun for munitions: of which class they are, and the name that a claim gives them.

    Both are None of a noun that may mean any: "targets".
    """

    words: re.Pattern[str]
    class_: str | None
    named: str | None


@dataclass(frozen=True, eq=False)
class Language:
    """One language's file, its words compiled: see the comments in ``en.toml``."""

    code: str
    words: Mapping[str, Mapping[str, re.Pattern[str]]]
    verbs: tuple[Verb, ...]
    munitions: tuple[MunitionNoun, ...]
    sides: Mapping[str, re.Pattern[str]]
    plain: Mapping[str, Mapping[str, str]]

    def __getitem__(self, name: str) -> re.Pattern[str]:
        """The pattern of "table.key"; one that matches nothing where the file has none."""
        table, key = name.split(".")
        return self.words.get(table, {}).get(key, NEVER)

    def source(self, name: str) -> str:
        """The words of "table.key" as they stand in the file."""
        table, key = name.split(".")
        return self.plain.get(table, {}).get(key, "(?!)")


@lru_cache
def language_named(code: str) -> Language | None:
    """The language of an ISO 639-1 code, with or without a region; None for one without a file."""
    primary = code.replace("_", "-").split("-")[0].lower()
    if primary not in LANGUAGES:
        return None
    text = files("counterclaim.drafting.languages").joinpath(f"{primary}.toml")
    table = tomllib.loads(text.read_text(encoding="utf-8"))
    plain = {name: _texts(rows) for name, rows in table.items() if isinstance(rows, dict)}
    return Language(
        code=primary,
        words={
            name: {key: _word(one) for key, one in rows.items()} for name, rows in plain.items()
        },
        verbs=tuple(_verb(row) for row in table["verbs"]),
        munitions=tuple(_munition(row) for row in table["nouns"]["munitions"]),
        sides={
            side: _word(words)
            for side, words in plain["sides"].items()
            if side not in ("attacks", "defends", "between")
        },
        plain=plain,
    )


def _texts(rows: dict[str, Any]) -> dict[str, str]:
    return {key: value for key, value in rows.items() if isinstance(value, str)}


def _word(words: str) -> re.Pattern[str]:
    """Whole words, no part of "anti-aircraft"; a pattern of signs needs no edge."""
    return re.compile(rf"(?:(?<![\w-])|(?!\w))(?:{words})(?!\w|-\w)", re.IGNORECASE)


def _verb(row: dict[str, Any]) -> Verb:
    return Verb(row["role"], _word(row["words"].rstrip()), row["takes"], bool(row.get("weak")))


def _munition(row: dict[str, Any]) -> MunitionNoun:
    return MunitionNoun(_word(row["words"]), row["class"] or None, row.get("named"))
