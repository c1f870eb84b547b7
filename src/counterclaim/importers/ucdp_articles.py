"""The cell ``source_article`` of UCDP GED: the articles that an event was coded from.

``"office,date,headline";"office,date,headline"``; of events before 2013 free text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from counterclaim.errors import InputError
from counterclaim.importers.dates import read_stamp
from counterclaim.importers.naming import cut
from counterclaim.schemas.incoming import DocumentIn

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from counterclaim.importers.cells import Cells
    from counterclaim.importers.naming import Naming
    from counterclaim.schemas.incoming import SourceIn

_BETWEEN = re.compile(r'"\s*;\s*"')
_PART = re.compile(r"(?P<office>[^,].*?),\s*(?P<date>\d{4}-\d\d-\d\d),(?P<headline>.*)", re.DOTALL)

REFERENCE_ONLY = "Only the reference is known: office, date and headline as the data set has them."
LISTED = "The data set's own words on where the event was found; the articles are not told apart."


@dataclass(frozen=True, slots=True)
class Article:
    """One article as the data set refers to it; ``publisher`` is the key of a source."""

    text: str
    title: str
    publisher: str | None
    published: date | None
    of_the_data_set: bool = False

    @classmethod
    def of_data_set(cls, cell: str, key: str, data_set: str) -> Article:
        """What the data set itself says on its sources, where no single article can be named."""
        words = cell.strip() or "no source is named"
        text = f"UCDP GED event {key}: {words}"
        return cls(text, cut(text), data_set, None, of_the_data_set=True)


def read_articles(cells: Cells, key: str, naming: Naming, publisher: SourceIn) -> list[Article]:
    """The articles in their order, each once; at least one, if only the publisher's own list."""
    cell = cells.text("source_article")
    if not cell.startswith('"'):
        if cell:
            naming.remark("source_article is free text: its articles are not told apart.")
        return [Article.of_data_set(cell, key, naming.source(publisher))]
    found = {article.text: article for article in _parts(cell, naming)}
    return list(found.values()) or [Article.of_data_set(cell, key, naming.source(publisher))]


def _parts(cell: str, naming: Naming) -> Iterator[Article]:
    for part in _BETWEEN.split(cell[1:].removesuffix('"')):
        if not part.strip():
            continue
        match = _PART.fullmatch(part)
        published = _date(match["date"]) if match else None
        if match is None or published is None:
            naming.remark(f"No office and date can be told in {cut(part, 100)!r}.")
            yield Article(part, cut(part), None, None)
            continue
        office = match["office"].strip()
        title = cut(match["headline"]) or cut(part)
        yield Article(part, title, naming.outlet(office), published)


def _date(text: str) -> date | None:
    try:
        return read_stamp(text).day
    except InputError:
        return None


def document_of(article: Article) -> DocumentIn:
    """The document; of an article its reference is all the text that is known."""
    return DocumentIn(
        title=article.title,
        text=article.text,
        publisher=article.publisher,
        published=article.published.isoformat() if article.published else None,
        note=LISTED if article.of_the_data_set else REFERENCE_ONLY,
    )
