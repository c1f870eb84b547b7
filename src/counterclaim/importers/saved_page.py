"""Reads what somebody saved: the text of a web page or of a plain file, and what it says of itself.

Nothing is fetched: only the bytes given are read.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

from counterclaim.errors import InputError
from counterclaim.schemas.draft import LONGEST_TEXT

_HTML = re.compile(rb"<!doctype html|<html|<head|<body|<article|<p[ >]", re.IGNORECASE)
_BLANKS = re.compile(r"\n{3,}")


@dataclass(frozen=True, slots=True)
class SavedPage:
    """A text, and the document's fields as far as the page tells them."""

    text: str
    told: dict[str, str] = field(default_factory=dict)


def read_saved(content: bytes) -> SavedPage:
    """The text of a saved page, HTML or plain.

    Raises:
        InputError: there is no text in it, it is too long, or it is in no known encoding.
    """
    if not content.strip():
        raise InputError("The file is empty.")
    if _HTML.search(content[:4000]):
        return _read_html(content)
    return SavedPage(tidy_text(_decoded(content)))


def tidy_text(text: str) -> str:
    """A text as it is stored: line ends are line feeds, no blanks at the ends of lines and of it.

    Raises:
        InputError: there is no text, or it is too long.
    """
    lines = re.split(r"\r\n?|\n", unicodedata.normalize("NFC", text).replace("\x00", ""))
    tidy = _BLANKS.sub("\n\n", "\n".join(line.rstrip() for line in lines)).strip()
    if not tidy:
        raise InputError("There is no text here.")
    if len(tidy) > LONGEST_TEXT:
        msg = f"The text has {len(tidy):,} characters; {LONGEST_TEXT:,} are the most that this page"
        raise InputError(f"{msg} works on. Divide it, or send it as a claim file.")
    return tidy


def _decoded(content: bytes) -> str:
    encoding = "utf-16" if content[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        msg = f"The file is no UTF-8: byte {error.start} cannot be read. Save it as UTF-8 and"
        raise InputError(f"{msg} choose it again, or paste the text.") from None
    if any(unicodedata.category(char) == "Cc" and char not in "\t\r\n\f" for char in text[:4000]):
        raise InputError("The file is no text. Save the page as HTML or as plain text.")
    return text


def _read_html(content: bytes) -> SavedPage:
    from trafilatura import bare_extraction  # noqa: PLC0415 - it takes half a second to load

    found = bare_extraction(content, include_comments=False, with_metadata=True)
    text = getattr(found, "text", None)
    if not text:
        msg = "No running text was found in this page. Open it, copy the text and paste it."
        raise InputError(msg)
    names = {"title": "title", "publisher": "sitename", "url": "url", "published": "date"}
    names |= {"lang": "language", "licence": "license"}
    told = {name: str(getattr(found, given, None) or "") for name, given in names.items()}
    return SavedPage(tidy_text(text), {name: value for name, value in told.items() if value})
