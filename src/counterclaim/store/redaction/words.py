"""Finds words that were redacted in other texts, and blanks them there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from counterclaim.store.documents import BLANK

if TYPE_CHECKING:
    from collections.abc import Iterator

RUN = 20
"""So many code points in a row that stand in redacted words as well were taken from them."""

LEAST = 6
"""Shorter words stand in many texts by chance; they are not looked for beside their claims."""


def blank(text: str) -> str:
    """A text of the same length that says nothing."""
    return BLANK * len(text)


@dataclass(frozen=True, slots=True)
class Words:
    """What was redacted, as it stood before: texts that may be quoted in part, and names."""

    texts: tuple[str, ...] = ()
    names: tuple[str, ...] = ()

    def blanked(self, text: str) -> str:
        """The text with every run that was taken from the texts, and every name, blanked."""
        for name in sorted(filter(None, self.names), key=len, reverse=True):
            if len(name) < LEAST:  # It stands within other words by chance.
                text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", blank(name), text)
            else:
                text = text.replace(name, blank(name))
        marked: set[int] = set()
        for piece in self.texts:
            size = min(RUN, len(piece))
            if size < LEAST or not piece.strip(BLANK):
                continue
            for start in range(len(text) - size + 1):
                if text[start : start + size] in piece:
                    marked.update(range(start, start + size))
        return "".join(BLANK if at in marked else letter for at, letter in enumerate(text))

    def stand_in(self, text: str) -> bool:
        """Whether any of the texts, a run of one, or any of the names stands in a text."""
        whole = any(one in text for one in self.texts if one)
        return whole or self.blanked(text) != text

    def blanked_below(self, value: Any) -> Any:
        """A JSON value with the same done to every text in it."""
        if isinstance(value, str):
            return self.blanked(value)
        if isinstance(value, list):
            return [self.blanked_below(one) for one in value]
        if isinstance(value, dict):
            return {key: self.blanked_below(one) for key, one in value.items()}
        return value


def texts_of(body: bytes) -> str:
    """All texts of a JSON body without its escapes; of any other body its characters."""
    try:
        return "\n".join(_texts(orjson.loads(body)))
    except orjson.JSONDecodeError:
        return body.decode(errors="replace")


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, one in value.items():
            yield key
            yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
