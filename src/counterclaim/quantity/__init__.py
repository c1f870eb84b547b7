"""Vague numbers: intervals, the words that stand for them, and where they stand in a text.

``interval`` holds the value, ``lexicon`` the shape of a language's table, ``lexicon_en`` the
English one, ``slavic`` makes those of Russian and Ukrainian, ``registry`` holds all of them;
``tokens`` and ``grammar`` read, ``entry`` takes what users give, ``text`` finds the numbers in
running text.
"""

from __future__ import annotations

from counterclaim.quantity.entry import parse_quantity
from counterclaim.quantity.interval import MOST, Quantity
from counterclaim.quantity.lexicon_en import ENGLISH
from counterclaim.quantity.registry import languages, lexicon_table
from counterclaim.quantity.text import NumberSpan, numbers_in, stands_in

LEXICON_VERSION = ENGLISH.version

__all__ = [
    "LEXICON_VERSION",
    "MOST",
    "NumberSpan",
    "Quantity",
    "languages",
    "lexicon_table",
    "numbers_in",
    "parse_quantity",
    "stands_in",
]
