"""UCDP Georeferenced Event Dataset: one row is one event with an estimate of the dead.

Columns by the UCDP GED Codebook 23.1. What an article says stays with the article: each is a
document of its own, the claim stands in the first, and the others are evidence for it.
"""

from __future__ import annotations

import re
from itertools import chain, islice
from typing import TYPE_CHECKING, ClassVar

from pydantic import ValidationError

from counterclaim.importers.cells import CellError, Cells, first_mistake
from counterclaim.importers.dates import (
    DateOrder,
    edtf_of_days,
    is_ambiguous,
    settle_order,
)
from counterclaim.importers.evidence import ROW, evidence
from counterclaim.importers.naming import Naming, cut, side_of_party
from counterclaim.importers.ucdp_articles import Article, document_of, read_articles
from counterclaim.models import Source
from counterclaim.schemas.fields import Bounds
from counterclaim.schemas.imported import ImportedClaim, ImportedEvent, Record, Reject
from counterclaim.schemas.incoming import CasualtyIn, ClaimPlaceIn, SourceIn, TallyIn
from counterclaim.vocabulary import (
    ClaimKind,
    EventKind,
    Harm,
    HarmStatus,
    PlacePrecision,
    Scope,
    SourceKind,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from counterclaim.importers.tables import TableRow
    from counterclaim.queries.names import Finder

SAMPLED = 5000
"""From so many first rows it is learnt which way round a column writes its dates."""

SPAN = ("date_start", "date_end")
ONE_SIDED = 3

KINDS = {
    1: EventKind.BATTLE,
    2: EventKind.BATTLE,
    ONE_SIDED: EventKind.VIOLENCE_AGAINST_CIVILIANS,
}
SCOPES = {1: Scope.SINGLE, 2: Scope.COLLECTION}
WORDS = {
    EventKind.BATTLE: "Battle",
    EventKind.VIOLENCE_AGAINST_CIVILIANS: "Violence against civilians",
}
PRECISIONS = {
    1: PlacePrecision.EXACT,
    2: PlacePrecision.NEAR,
    3: PlacePrecision.DISTRICT,
    4: PlacePrecision.REGION,
    5: PlacePrecision.REGION,
    6: PlacePrecision.COUNTRY,
    7: PlacePrecision.COUNTRY,
}
SETTLEMENTS = ("town", "village", "city", "settlement")
"""What ``where_coordinates`` puts behind the name of a settlement."""


_KIND_OF_PLACE = re.compile(
    r"(?<= )(?:airfield|airport|city|county|department|district|governorate|municipality|oblast"
    r"|province|region|state|town|village)$",
    re.IGNORECASE,
)
"""What kind of place is named, the last word; versions differ in its first letter alone."""


class UcdpGed:
    """Adapter ``ucdp-ged``."""

    name: ClassVar[str] = "ucdp-ged"
    title: ClassVar[str] = "UCDP Georeferenced Event Dataset (Uppsala Conflict Data Program)"
    columns: ClassVar[tuple[str, ...]] = (
        "id",
        "type_of_violence",
        "side_a",
        "side_b",
        "source_article",
        "date_start",
        "date_end",
        "best",
        "high",
        "low",
    )
    texts: ClassVar[tuple[str, ...]] = ()
    publisher: ClassVar[SourceIn] = SourceIn(
        key="ucdp",
        name="Uppsala Conflict Data Program",
        kind=SourceKind.DATA_SET,
        side="neutral",
        url="https://ucdp.uu.se/",
        origin="UCDP Georeferenced Event Dataset, CC BY 4.0",
    )

    def records(self, rows: Iterable[TableRow], names: Finder) -> Iterator[Record | Reject]:
        """Each row in turn; the first rows tell how the columns of dates are written."""
        stream = iter(rows)
        first = list(islice(stream, SAMPLED))
        order = settle_order(row.cells.get(column) for row in first for column in SPAN)
        coming: dict[str, SourceIn] = {}
        for row in chain(first, stream):
            yield _read_row(row, Naming(names, self.title, coming), order)


def _read_row(row: TableRow, naming: Naming, order: DateOrder | None) -> Record | Reject:
    cells = Cells(row)
    key = cells.text("id") or None
    try:
        return _Row(cells, naming, order).record()
    except CellError as error:
        return cells.reject(error.column, error.reason, key)
    except ValidationError as error:
        return cells.reject(None, first_mistake(error), key)


class _Row:
    """One row while it is read."""

    def __init__(self, cells: Cells, naming: Naming, order: DateOrder | None) -> None:
        self.cells, self.naming, self.order = cells, naming, order
        self.key = str(self.whole("id"))
        self.kind = self.kind_of_violence()
        self.start, self.end = self.days()

    def record(self) -> Record:
        articles = read_articles(self.cells, self.key, self.naming, UcdpGed.publisher)
        main = self.main_article(articles)
        event = ImportedEvent(
            key=self.key,
            kind=self.kind,
            scope=SCOPES.get(self.cells.whole("event_clarity") or 1, Scope.SINGLE),
            label=self.label(),
        )
        claims = [self.claim(main)]
        for number, article in enumerate(articles):
            if article is not main:
                by = None if article.publisher else self.data_set()
                claims.append(evidence(number, said_by=by))
        # The claim's own document comes first.
        order = sorted(range(len(articles)), key=lambda number: articles[number] is not main)
        claims = [claims[0], *(_moved(claim, order) for claim in claims[1:])]
        return Record(
            line=self.cells.line,
            key=self.key,
            original=self.cells.original,
            documents=[document_of(articles[number]) for number in order],
            events=[event],
            claims=claims,
            sources=list(self.naming.sources.values()),
            remarks=self.naming.remarks,
        )

    def main_article(self, articles: list[Article]) -> Article:
        """The first article that may report the event: none can from before it."""
        for article in articles:
            if article.published is None or article.published >= self.start:
                return article
        self.naming.remark(
            f"No article is dated on or after {self.start}: the claim stands in the data set's own"
            " list of sources."
        )
        listed = Article.of_data_set(self.cells.text("source_article"), self.key, self.data_set())
        articles.append(listed)
        return listed

    def claim(self, article: Article) -> ImportedClaim:
        claimant = self.claimant(article)
        said = self.cells.text("source_original")
        where = self.cells.text("where_description")
        notes = [f"Said by, in the words of the data set: {said}." if said else ""]
        notes.append(f"Where, in the words of the data set: {where}." if where else "")
        return ImportedClaim(
            ref=ROW,
            kind=ClaimKind.OCCURRENCE,
            event=self.key,
            said_by=[claimant] if claimant else [],
            occurred=edtf_of_days(self.start, self.end),
            attacker=self.attacker(),
            places=self.places(),
            casualties=self.casualties(),
            tallies=self.tallies(),
            note=" ".join(filter(None, notes)) or None,
        )

    def claimant(self, article: Article) -> str | None:
        """Who said it, where that is one known source; None is the article's own voice."""
        said = self.cells.text("source_original")
        if article.of_the_data_set or not said:
            return None if article.publisher else self.data_set()
        known = self.naming.find(Source, said)
        if known is not None:
            return known.key
        return None if article.publisher else self.data_set()

    def whole(self, column: str) -> int:
        number = self.cells.whole(column)
        if number is None:
            raise CellError(column, "It is empty: write a whole number.")
        return number

    def data_set(self) -> str:
        """The key of the data set as a source, where no other voice is known."""
        return self.naming.source(UcdpGed.publisher)

    def kind_of_violence(self) -> EventKind:
        kind = self.whole("type_of_violence")
        if kind not in KINDS:
            raise CellError("type_of_violence", "Write 1 (state-based), 2 (non-state) or 3.")
        return KINDS[kind]

    def days(self) -> tuple[date, date]:
        """The first and the last day; of dates that could be read two ways the choice is told."""
        start, end = (self.cells.day(column, self.order) for column in SPAN)
        if end < start:
            raise CellError("date_end", f"It ends on {end}, before it begins on {start}.")
        if self.order and any(is_ambiguous(self.cells.text(one)) for one in SPAN):
            words = f"Dates are read {self.order}, as other rows of these columns must be."
            self.naming.remark(words)
        return start, end

    def label(self) -> str:
        sides = self.cells.text("dyad_name")
        if not sides:
            sides = f"{self.cells.text('side_a')} - {self.cells.text('side_b')}"
        place = self.where() or self.cells.text("country")
        when = edtf_of_days(self.start, self.end).replace("/", " to ")
        return cut(", ".join(filter(None, (f"{WORDS[self.kind]}: {sides}", place, when))))

    def attacker(self) -> str | None:
        """Only where force was one-sided does the data set say who used it."""
        if self.kind is EventKind.VIOLENCE_AGAINST_CIVILIANS:
            return side_of_party(self.cells.text("side_a"))
        return None

    def where(self) -> str:
        """The place, "Kursk Oblast" as "Kursk oblast": a later version says no other with it."""
        said = self.cells.text("where_coordinates")
        return _KIND_OF_PLACE.sub(lambda word: word[0].lower(), said)

    def places(self) -> list[ClaimPlaceIn]:
        said = self.where() or self.cells.text("where_description")
        latitude, longitude = (
            self.cells.degrees("latitude", 90),
            self.cells.degrees("longitude", 180),
        )
        if latitude is None or longitude is None:
            latitude = longitude = None
        key = self.place_key(said, latitude, longitude)
        if not (said or key or latitude is not None):
            return []
        located = latitude is not None
        return [
            ClaimPlaceIn(
                place=key,
                said=said or None,
                latitude=latitude,
                longitude=longitude,
                precision=self.precision(said) if located else None,
                method="source_coordinates" if located else None,
            )
        ]

    def precision(self, said: str) -> PlacePrecision | None:
        """By ``where_prec``; a point that stands for a settlement is near, not exact."""
        level = self.cells.whole("where_prec")
        if level == 1 and said.lower().endswith(SETTLEMENTS):
            return PlacePrecision.NEAR
        return PRECISIONS.get(level) if level is not None else None

    def place_key(self, said: str, latitude: float | None, longitude: float | None) -> str | None:
        """The place of the gazetteer: the settlement if it lies there, else what it lies in."""
        settlement, _, kind = said.rpartition(" ")
        if kind.lower() in SETTLEMENTS and latitude is not None and longitude is not None:
            key = self.naming.settlement(settlement, latitude, longitude)
            if key is not None:
                return key
        return self.naming.area(*(self.cells.text(one) for one in ("adm_2", "adm_1", "country")))

    def casualties(self) -> list[CasualtyIn]:
        """The total as an interval, and the dead of each party that are more than none coded."""
        rows: dict[tuple[str | None, HarmStatus], Bounds | int] = {}
        if (total := self.total()) is not None:
            rows[None, HarmStatus.UNKNOWN] = total
        for column, side, status in self.parties():
            dead = self.cells.count(column)
            if not dead:
                continue
            if (side, status) in rows:
                self.naming.remark(f"{column} is kept in the original only: a party stands twice.")
                continue
            rows[side, status] = dead
        return [
            CasualtyIn(side=side, status=status, harm=Harm.KILLED, count=count)
            for (side, status), count in rows.items()
        ]

    def parties(self) -> Iterator[tuple[str, str | None, HarmStatus]]:
        yield "deaths_civilians", None, HarmStatus.CIVILIAN
        yield "deaths_a", side_of_party(self.cells.text("side_a")), HarmStatus.MILITARY
        if self.kind is not EventKind.VIOLENCE_AGAINST_CIVILIANS:
            yield "deaths_b", side_of_party(self.cells.text("side_b")), HarmStatus.MILITARY

    def total(self) -> Bounds | None:
        """From low to high; where the three are not in order, best alone."""
        low, best, high = (self.cells.count(column) for column in ("low", "best", "high"))
        given = [number for number in (low, best, high) if number is not None]
        if not any(given):
            if given:
                self.naming.remark("The estimate of the dead is 0: none coded, which is no figure.")
            return None
        if given == sorted(given):
            return Bounds(low=low, high=high) if {low, high} != {None} else None
        words = f"low {low}, best {best} and high {high} are not in order: "
        self.naming.remark(words + ("best alone is taken." if best else "none is taken."))
        return Bounds(low=best, high=best) if best else None

    def tallies(self) -> list[TallyIn]:
        """The best estimate, where it is not the whole interval."""
        best = self.cells.count("best")
        total = self.total()
        if not best or total is None or total.low == total.high:
            return []
        return [TallyIn(object="deaths, best estimate", count=best)]


def _moved(claim: ImportedClaim, order: list[int]) -> ImportedClaim:
    return claim.model_copy(update={"document": order.index(claim.document)})
