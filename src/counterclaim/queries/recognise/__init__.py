"""Recognises what running text speaks of: names, numbers, dates, ways of speaking, with offsets.

It only proposes: what a claim says is decided by whoever makes it.
"""

from counterclaim.queries.recognise.composed import composed_in
from counterclaim.queries.recognise.dates import dates_in
from counterclaim.queries.recognise.languages import LANGUAGES, Words, language_of, words_of
from counterclaim.queries.recognise.names import (
    KnownNames,
    NamedRow,
    names_found,
    names_known,
    phrases_in,
)
from counterclaim.queries.recognise.spans import Kind, Span
from counterclaim.queries.recognise.text import recognise, speaker_in

__all__ = [
    "LANGUAGES",
    "Kind",
    "KnownNames",
    "NamedRow",
    "Span",
    "Words",
    "composed_in",
    "dates_in",
    "language_of",
    "names_found",
    "names_known",
    "phrases_in",
    "recognise",
    "speaker_in",
    "words_of",
]
