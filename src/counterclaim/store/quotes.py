"""Finds words in a text; needs no store, so that it is done before the one writer is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rapidfuzz import fuzz

from counterclaim.errors import InputError
from counterclaim.schemas.incoming import QuoteIn

if TYPE_CHECKING:
    from collections.abc import Iterable

COMPARED = 200
"""By so many of its first code points a stretch like a quote is looked for."""

NEAR_ENOUGH = 60.0
"""Below this likeness in percent no stretch is offered for a quote that is not in the text."""

MANY = 100
"""Of words that stand in more places than this, no more are counted."""

SEARCHED = 100_000_000
"""So many code points are searched for what is like words that are not in the text, all in all."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a text: offsets in code points, the end exclusive."""

    start: int
    end: int


Found = Stretch | InputError | None
"""Where words stand, or why they stand nowhere; None where no words were given."""


def locate_all(text: str, quotes: Iterable[str | QuoteIn | None]) -> list[Found]:
    """Where in a text each quote stands; of the first that stand nowhere, what is like them."""
    found: list[Found] = []
    searched = 0
    for quote in quotes:
        found.append(find_words(text, quote, near=searched < SEARCHED))
        searched += len(text) * isinstance(found[-1], InputError)
    return found


def find_words(text: str, quote: str | QuoteIn | None, *, near: bool) -> Found:
    """Where in a text a quote stands, as ``locate`` says it, the error as a value."""
    try:
        return None if quote is None else locate(text, quote, near=near)
    except InputError as error:
        return error


def locate(text: str, wanted: str | QuoteIn, *, near: bool = True) -> Stretch:
    """Where in a text the words stand.

    Raises:
        InputError: they stand nowhere, with the nearest stretch if ``near`` asks for it; or in
            several places.
    """
    quote = QuoteIn(exact=wanted) if isinstance(wanted, str) else wanted
    if quote.start is not None:
        return _at_offsets(text, quote, quote.start, near=near)
    found = _occurrences(text, quote)
    if len(found) == 1:
        return Stretch(found[0], found[0] + len(quote.exact))
    if found:
        places = ", ".join(map(str, found[:5]))
        count = f"{MANY} places or more" if len(found) == MANY else f"{len(found)} places"
        msg = f"The words stand in {count}, at {places}: add start, prefix or suffix."
        raise InputError(msg)
    raise _not_found(text, quote.exact, "The words are not in the text.", near=near)


def _at_offsets(text: str, quote: QuoteIn, start: int, *, near: bool) -> Stretch:
    end = start + len(quote.exact) if quote.end is None else quote.end
    if text[start:end] != quote.exact:
        msg = f"Between {start} and {end} the text has other words."
        raise _not_found(text, quote.exact, msg, near=near)
    if not _in_context(text, quote, start):
        msg = f"The words stand at {start}, but with another prefix or suffix around them."
        raise InputError(msg)
    return Stretch(start, end)


def _occurrences(text: str, quote: QuoteIn) -> list[int]:
    """The first places at which the words stand between their prefix and suffix."""
    before = quote.prefix or ""
    words = f"{before}{quote.exact}{quote.suffix or ''}"
    found: list[int] = []
    at = text.find(words)
    while at != -1 and len(found) < MANY:
        found.append(at + len(before))
        at = text.find(words, at + 1)
    return found


def _in_context(text: str, quote: QuoteIn, start: int) -> bool:
    before, behind = quote.prefix or "", start + len(quote.exact)
    if start < len(before) or not text.startswith(before, start - len(before)):
        return False
    return text.startswith(quote.suffix or "", behind)


def _not_found(text: str, words: str, message: str, *, near: bool) -> InputError:
    if not near:
        return InputError(message)
    begun = words[:COMPARED]
    found = fuzz.partial_ratio_alignment(begun, text, score_cutoff=NEAR_ENOUGH)
    if found is None or found.dest_end <= found.dest_start:
        return InputError(f"{message} Nothing in it is like {words[:80]!r}.")
    start, end = found.dest_start, found.dest_end
    stretch = text[start:end]
    detail = f"{message} The nearest stretch is at {start} to {end}: {stretch!r}"
    return InputError(detail, suggestions=[stretch])
