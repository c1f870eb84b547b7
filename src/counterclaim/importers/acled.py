"""ACLED: one row is one event as coded from the reports that its notes retell.

Columns by the ACLED Codebook (2023). The notes are the only words there are: they are the text of
the first source's document, and the claim quotes all of them.
"""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import chain, islice
from typing import TYPE_CHECKING, ClassVar

from pydantic import ValidationError

from counterclaim.importers.cells import CellError, Cells, first_mistake, read_list
from counterclaim.importers.dates import DateOrder, is_ambiguous, settle_order
from counterclaim.importers.evidence import ROW, evidence
from counterclaim.importers.naming import Naming, country_code, cut, side_of_party
from counterclaim.schemas.imported import ImportedClaim, ImportedEvent, Record
from counterclaim.schemas.incoming import CasualtyIn, ClaimPlaceIn, DocumentIn, SourceIn
from counterclaim.vocabulary import ClaimKind, EventKind, Harm, PlacePrecision, SourceKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from counterclaim.importers.tables import TableRow
    from counterclaim.queries.names import Finder
    from counterclaim.schemas.imported import Reject

SAMPLED = 5000
"""From so many first rows it is learnt which way round the dates are written."""

KINDS = {
    "Explosions/Remote violence": EventKind.STRIKE,
    "Battles": EventKind.BATTLE,
    "Violence against civilians": EventKind.VIOLENCE_AGAINST_CIVILIANS,
}
SUB_KINDS = {
    "Air/drone strike": EventKind.STRIKE,
    "Shelling/artillery/missile attack": EventKind.STRIKE,
    "Remote explosive/landmine/IED": EventKind.STRIKE,
    "Government regains territory": EventKind.TERRITORY_CHANGE,
    "Non-state actor overtakes territory": EventKind.TERRITORY_CHANGE,
    "Non-violent transfer of territory": EventKind.TERRITORY_CHANGE,
    "Headquarters or base established": EventKind.DEPLOYMENT,
    "Change to group/activity": EventKind.DEPLOYMENT,
    "Agreement": EventKind.STATEMENT,
}
"""Kinds by sub-event, which goes before the event type; what neither has is other."""

PRECISIONS = {1: PlacePrecision.NEAR, 2: PlacePrecision.DISTRICT, 3: PlacePrecision.REGION}
HALF_A_WEEK = timedelta(days=3)

DIRECTED = frozenset({EventKind.STRIKE, EventKind.VIOLENCE_AGAINST_CIVILIANS})
ACTORS = (
    "ACLED codes as actor1 of such an event who carried it out, and as actor2 who was targeted."
)
LICENCE = "ACLED terms of use"

_FORCES = re.compile(r"(?:Military|Police) Forces of (?P<state>.+?)(?: \(\d{4}.*\).*)?")
_YEARS = re.compile(r" \(\d{4}-[^)]*\)")


class Acled:
    """Adapter ``acled``."""

    name: ClassVar[str] = "acled"
    title: ClassVar[str] = "ACLED (Armed Conflict Location & Event Data)"
    columns: ClassVar[tuple[str, ...]] = (
        "event_id_cnty",
        "event_date",
        "event_type",
        "sub_event_type",
        "source",
        "notes",
        "fatalities",
    )
    texts: ClassVar[tuple[str, ...]] = ()
    publisher: ClassVar[SourceIn] = SourceIn(
        key="acled",
        name="Armed Conflict Location & Event Data",
        kind=SourceKind.DATA_SET,
        side="neutral",
        url="https://acleddata.com/",
        origin="ACLED, under its terms of use",
    )

    def records(self, rows: Iterable[TableRow], names: Finder) -> Iterator[Record | Reject]:
        """Each row in turn; the first rows tell how the dates are written."""
        stream = iter(rows)
        first = list(islice(stream, SAMPLED))
        dates = (row.cells.get("event_date") for row in first)
        order = settle_order(dates, usual=DateOrder.DAY_FIRST)
        shelf: dict[str, str | None] = {}
        coming: dict[str, SourceIn] = {}
        for row in chain(first, stream):
            yield _read_row(row, Naming(names, self.title, coming), order, shelf)


def _read_row(
    row: TableRow, naming: Naming, order: DateOrder | None, shelf: dict[str, str | None]
) -> Record | Reject:
    cells = Cells(row)
    key = cells.text("event_id_cnty") or None
    try:
        return _Row(cells, naming, order).record(shelf)
    except CellError as error:
        return cells.reject(error.column, error.reason, key)
    except ValidationError as error:
        return cells.reject(None, first_mistake(error), key)


class _Row:
    """One row while it is read."""

    def __init__(self, cells: Cells, naming: Naming, order: DateOrder | None) -> None:
        self.cells, self.naming = cells, naming
        self.key = cells.required("event_id_cnty")
        self.day = cells.day("event_date", order)
        self.type, self.sub_type = cells.required("event_type"), cells.text("sub_event_type")
        self.kind = SUB_KINDS.get(self.sub_type) or KINDS.get(self.type, EventKind.OTHER)
        self.notes = cells.text("notes")
        if is_ambiguous(cells.text("event_date")):
            naming.remark(f"event_date is read {order}, as the rest of its column.")

    def record(self, shelf: dict[str, str | None]) -> Record:
        """The row; ``shelf`` holds who published the texts of the rows before."""
        documents = self.documents(shelf)
        label = cut(
            ", ".join(filter(None, (self.sub_type or self.type, self.where, f"{self.day}")))
        )
        return Record(
            line=self.cells.line,
            key=self.key,
            original=self.cells.original,
            documents=documents,
            events=[ImportedEvent(key=self.key, kind=self.kind, label=label)],
            claims=[
                self.claim(documents[0]),
                *(
                    evidence(number, said_by=self.voice(document))
                    for number, document in enumerate(documents)
                    if number
                ),
            ],
            sources=list(self.naming.sources.values()),
            remarks=self.naming.remarks,
        )

    @property
    def where(self) -> str:
        return self.cells.text("location") or self.cells.text("country")

    def documents(self, shelf: dict[str, str | None]) -> list[DocumentIn]:
        """One for each source: the notes, and for each further one its name and the notes.

        Notes that an earlier row has from another source stand under their source's name too: the
        same text is the same document, and that has one publisher.
        """
        parts = read_list(self.cells.text("source"))
        if not parts:
            self.naming.remark("source is empty: ACLED itself speaks.")
        found: dict[str, DocumentIn] = {}
        for part in parts or [Acled.publisher.name]:
            publisher = self.naming.outlet(part) if parts else self.data_set()
            alone = not found and self.notes and shelf.get(self.notes, publisher) == publisher
            words = self.notes or f"ACLED event {self.key}"
            text = words if alone else f"{part}: {words}"
            shelf.setdefault(text, publisher)
            found.setdefault(text, _document(text, publisher))
        return list(found.values())

    def claim(self, document: DocumentIn) -> ImportedClaim:
        voice = self.voice(document)
        attacker, defender = self.parties()
        dead = self.cells.count("fatalities")
        return ImportedClaim(
            ref=ROW,
            kind=ClaimKind.OCCURRENCE,
            event=self.key,
            quote=self.notes or None,
            said_by=[voice] if voice else [],
            occurred=self.occurred(),
            attacker=attacker,
            defender=defender,
            inference_rule=ACTORS if attacker or defender else None,
            places=self.places(),
            # ACLED's 0 is that no dead were reported, which nobody said.
            casualties=[CasualtyIn(harm=Harm.KILLED, count=dead)] if dead else [],
        )

    def occurred(self) -> str:
        """The day; of time_precision 2 about a week around it, of 3 its month."""
        precision = self.cells.whole("time_precision")
        if precision == 3:
            return f"{self.day:%Y-%m}"
        if precision == 2:
            return f"{self.day - HALF_A_WEEK}~/{self.day + HALF_A_WEEK}~"
        return self.day.isoformat()

    def parties(self) -> tuple[str | None, str | None]:
        """Who attacked whom, where the kind of event tells which actor did."""
        if self.kind not in DIRECTED:
            return None, None
        return _side(self.cells.text("actor1")), _side(self.cells.text("actor2"))

    def places(self) -> list[ClaimPlaceIn]:
        latitude, longitude = (
            self.cells.degrees("latitude", 90),
            self.cells.degrees("longitude", 180),
        )
        if latitude is None or longitude is None:
            key = self.area()
            if not (key or self.where):
                return []
            return [ClaimPlaceIn(place=key, said=self.where or None)]
        level = self.cells.whole("geo_precision") or 0
        key = self.naming.settlement(self.where, latitude, longitude) if level == 1 else None
        return [
            ClaimPlaceIn(
                place=key or self.area(),
                said=self.where or None,
                latitude=latitude,
                longitude=longitude,
                precision=PRECISIONS.get(level),
                method="source_coordinates",
            )
        ]

    def data_set(self) -> str:
        """The key of ACLED as a source, where no other voice is known."""
        return self.naming.source(Acled.publisher)

    def voice(self, document: DocumentIn) -> str | None:
        """Who speaks in a document; None is its publisher."""
        return None if document.publisher else self.data_set()

    def area(self) -> str | None:
        """The district, region or country; ACLED names an oblast without the word."""
        first = self.cells.text("admin1")
        oblast = f"{first} oblast" if first else ""
        areas = (self.cells.text("admin2"), oblast, first, self.cells.text("country"))
        return self.naming.area(*areas)


def _document(text: str, publisher: str | None) -> DocumentIn:
    return DocumentIn(
        title=cut(text, 200),
        text=text,
        publisher=publisher,
        lang="en",
        licence=LICENCE,
        note="ACLED's notes on the event, not the words of the source.",
    )


def _side(actor: str) -> str | None:
    """The side of an actor: its state's where it is a state's force, none for civilians."""
    if not actor or actor.startswith(("Civilians", "Unidentified", "Unknown")):
        return None
    forces = _FORCES.fullmatch(actor)
    if forces is not None and (code := country_code(forces["state"])):
        return code
    return side_of_party(_YEARS.sub("", actor))
