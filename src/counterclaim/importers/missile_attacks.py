"""Massive Missile Attacks on Ukraine (Petro Ivaniuk, Kaggle): one row is one model of one report.

All generations of its columns are read, and whatever comes next: columns that are not known here
stay in the original. Times are local, Kyiv. Ids are not given; see ``identify``.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from counterclaim.errors import InputError
from counterclaim.importers.cells import CellError, Cells, first_mistake
from counterclaim.importers.dates import edtf_of_window
from counterclaim.importers.evidence import ROW, evidence
from counterclaim.importers.missile_channels import (
    TITLE,
    Reference,
    document_of,
    read_references,
    speaker,
)
from counterclaim.importers.missile_details import details_of
from counterclaim.importers.missile_models import munition, spell, split_and
from counterclaim.importers.missile_places import names_a_place, places_in
from counterclaim.importers.naming import Naming, cut
from counterclaim.names import slug, words
from counterclaim.schemas.imported import ImportedClaim, ImportedEvent, Record, Reject
from counterclaim.schemas.incoming import CountIn, DocumentIn, SourceIn
from counterclaim.vocabulary import ClaimKind, EventKind, PlaceRole, Scope, SourceKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from counterclaim.importers.dates import Stamp
    from counterclaim.importers.tables import TableRow
    from counterclaim.queries.names import Finder

KYIV = ZoneInfo("Europe/Kyiv")

OUTCOMES = {
    "launched": "launched",
    "destroyed": "intercepted",
    "not_reach_goal": "suppressed",
    "still_attacking": "in_flight",
}
"""What the columns of counts are called here."""

PARTIES = (
    "The data set is titled Massive Missile Attacks on Ukraine and lists the attacks of Russian"
    " forces; its rows do not name the parties."
)

TOTAL = "What the rows of this report on this model come to: it tells of no more of them."
PART = "A row of the data set tells of a part of what the report tells."


@dataclass(frozen=True, slots=True)
class _Report:
    """One row that has a window, a model and references: what it is told apart by."""

    cells: Cells
    start: Stamp
    end: Stamp
    model: str
    references: list[Reference]

    @property
    def post(self) -> str:
        return self.references[0].text if self.references else ""

    @property
    def window(self) -> str:
        """From when to when, as the cells say it."""
        both = (str(stamp).replace("T", " ") for stamp in dict.fromkeys((self.start, self.end)))
        return " to ".join(both)


class MissileAttacks:
    """Adapter ``missile-attacks``."""

    name: ClassVar[str] = "missile-attacks"
    title: ClassVar[str] = f"{TITLE} (Petro Ivaniuk, Kaggle)"
    columns: ClassVar[tuple[str, ...]] = (
        "time_start",
        "time_end",
        "model",
        "launched",
        "destroyed",
        "source",
    )
    texts: ClassVar[tuple[str, ...]] = ()
    publisher: ClassVar[SourceIn] = SourceIn(
        key="massive-missile-attacks",
        name=TITLE,
        kind=SourceKind.DATA_SET,
        url="https://www.kaggle.com/datasets/piterfm/massive-missile-attacks-on-ukraine",
        origin=f"{TITLE}, Petro Ivaniuk, CC BY-NC-SA 4.0",
    )

    def records(self, rows: Iterable[TableRow], names: Finder) -> Iterator[Record | Reject]:
        """Each row in turn; all are read first, because a row's key depends on its likes."""
        read = [_read_report(row) for row in rows]
        reports = [report for report in read if isinstance(report, _Report)]
        keys = dict(zip(map(id, reports), identify(reports), strict=True))
        waves = dict(zip(map(id, reports), _identify_waves(reports), strict=True))
        likes: dict[tuple[str, str], list[_Report]] = defaultdict(list)
        for one in reports:
            likes[waves[id(one)], slug(spell(one.model))].append(one)
        coming: dict[str, SourceIn] = {}
        for report in read:
            if isinstance(report, Reject):
                yield report
                continue
            key, wave = keys[id(report)], waves[id(report)]
            alike = sorted(likes[wave, slug(spell(report.model))], key=lambda one: keys[id(one)])
            yield _write(_Row(report, key, wave, alike, Naming(names, self.title, coming)))


def identify(reports: Sequence[_Report]) -> list[str]:
    """A key for each row that stays the same when its figures, its end or its target change.

    Day, model and post are enough for most rows. Those that share them are told apart by target,
    start, launch place and end, and by their number as a last resort, all of one group alike.
    """
    base = [_key(str(row.start.day), slug(spell(row.model)), row.post) for row in reports]
    steps: list[Callable[[_Report], str]] = [
        lambda row: _folded(row.cells.text("target")),
        lambda row: str(row.start),
        lambda row: _folded(row.cells.text("launch_place")),
        lambda row: str(row.end),
    ]
    return _tell_apart(reports, base, steps)


def _identify_waves(reports: Sequence[_Report]) -> list[str]:
    """A key for the wave that each row is of: the post and the day on which the window begins.

    Where a post tells of several windows of one day, their start and end are added.
    """
    windows: dict[str, set[str]] = defaultdict(set)
    for row in reports:
        windows[_key(str(row.start.day), row.post)].add(row.window)
    keys = []
    for row in reports:
        key = _key(str(row.start.day), row.post)
        alone = len(windows[key]) == 1
        keys.append(key if alone else _key(key, row.window))
    return keys


def _event_key(word: str, row: _Report, key: str) -> str:
    """A key short enough to refer to: the day to be read, the rest as a digest."""
    return f"{word}-{row.start.day}-{hashlib.sha256(key.encode()).hexdigest()[:24]}"


def _tell_apart(
    reports: Sequence[_Report], keys: list[str], steps: Sequence[Callable[[_Report], str]]
) -> list[str]:
    for step in steps:
        shared = _shared(keys)
        keys = [
            _key(key, step(row)) if key in shared else key
            for key, row in zip(keys, reports, strict=True)
        ]
    seen: dict[str, int] = defaultdict(int)
    for number, key in enumerate(keys):
        seen[key] += 1
        if seen[key] > 1:
            keys[number] = _key(key, f"{seen[key]}")
    return keys


def _shared(keys: Iterable[str]) -> set[str]:
    counts: dict[str, int] = defaultdict(int)
    for key in keys:
        counts[key] += 1
    return {key for key, count in counts.items() if count > 1}


def _key(*parts: str) -> str:
    return " | ".join(parts)[:480]


def _folded(text: str) -> str:
    """The words of a cell in any order, without those that later versions add or drop."""
    return " ".join(sorted(set(words(text)) - {"and", "the", "oblast", "crimea"}))


def _read_report(row: TableRow) -> _Report | Reject:
    cells = Cells(row)
    try:
        start, end = cells.stamp("time_start"), cells.stamp("time_end")
        references = read_references(cells.text("source"))
        return _Report(cells, start, end, cells.required("model"), references)
    except CellError as error:
        return cells.reject(error.column, error.reason, None)


def _write(row: _Row) -> Record | Reject:
    cells = row.report.cells
    try:
        return row.record()
    except CellError as error:
        return cells.reject(error.column, error.reason, row.key)
    except ValidationError as error:
        return cells.reject(None, first_mistake(error), row.key)


class _Row:
    """One row while it is written in our words."""

    def __init__(
        self, report: _Report, key: str, wave: str, alike: Sequence[_Report], naming: Naming
    ) -> None:
        self.report, self.cells, self.naming = report, report.cells, naming
        self.key, self.wave, self.alike = key, wave, alike
        # What one post tells of one model in several rows is not the same told twice.
        self.is_part = len(alike) > 1 or names_a_place(self.cells.text("target"))

    def record(self) -> Record:
        speakers = [speaker(one, self.naming) for one in self.report.references]
        documents = [
            document_of(one, by) for one, by in zip(self.report.references, speakers, strict=True)
        ]
        events = self.events(speakers)
        return Record(
            line=self.cells.line,
            key=self.key,
            original=self.cells.original,
            documents=documents or [_unnamed_source(self.data_set())],
            events=events,
            claims=[
                self.claim(events[-1].key, speakers),
                *self.total(events[0].key, speakers),
                *(
                    evidence(number, said_by=None if by else self.data_set())
                    for number, by in enumerate(speakers)
                    if number
                ),
            ],
            sources=list(self.naming.sources.values()),
            munitions=list(self.naming.munitions.values()),
            remarks=self.naming.remarks,
        )

    def events(self, speakers: list[str | None]) -> list[ImportedEvent]:
        """The wave and, where the row tells of a part of it only, the strike in it."""
        strikes = [self.strike()] if self.is_part else []
        post = self.report.post or "a report without a source"
        several = self.wave.endswith(self.report.window)
        when = self.report.window if several else f"from {self.report.start.day}"
        teller = self.naming.name_of(speakers[0]) if speakers and speakers[0] else post
        label = f"Attacks on Ukraine {when}, as told by {teller}"
        wave = ImportedEvent(
            key=_event_key("wave", self.report, self.wave),
            kind=EventKind.STRIKE,
            scope=Scope.WAVE,
            label=cut(label),
            parts=[strike.key for strike in strikes],
            parts_basis=PART if strikes else None,
        )
        return [wave, *strikes]

    def strike(self) -> ImportedEvent:
        where = " and ".join(split_and(self.cells.text("target")))
        label = f"{spell(self.report.model)}, {where}, {self.report.start.day}"
        key = _event_key("strike", self.report, self.key)
        return ImportedEvent(key=key, kind=EventKind.STRIKE, label=cut(label))

    def claim(self, event: str, speakers: list[str | None]) -> ImportedClaim:
        details = details_of(self.cells, self.naming)
        carrier = self.cells.text("carrier")
        return ImportedClaim(
            ref=ROW,
            kind=ClaimKind.OCCURRENCE,
            event=event,
            said_by=[] if speakers and speakers[0] else [self.data_set()],
            occurred=self.occurred(),
            attacker="RU",
            defender="UA",
            inference_rule=PARTIES,
            places=[
                *places_in(self.cells.text("target"), PlaceRole.TARGET, self.naming),
                *places_in(self.cells.text("launch_place"), PlaceRole.LAUNCH, self.naming),
                *details.places,
            ],
            counts=[self.count()],
            tallies=details.tallies,
            note=f"Carrier: {carrier}." if carrier else None,
        )

    def total(self, event: str, speakers: list[str | None]) -> list[ImportedClaim]:
        """What all rows of the post on the model come to: the wave's own figures.

        Without them the wave would be open upwards: more than its parts may have been launched.
        """
        if not self.is_part or self.alike[0] is not self.report:
            return []
        try:
            rows = [_figures(row.cells) for row in self.alike]
        except CellError:  # That row is rejected: what the post tells in all is not known.
            return []
        whole = {name: sum(row[name] for row in rows) for name in rows[0] if _all_have(name, rows)}
        if not whole:
            return []
        # No places: by region the parts are counted, not the wave in each of its regions.
        claim = ImportedClaim(
            kind=ClaimKind.OCCURRENCE,
            event=event,
            said_by=[] if speakers and speakers[0] else [self.data_set()],
            occurred=self.occurred(),
            attacker="RU",
            defender="UA",
            inference_rule=f"{PARTIES} {TOTAL}",
            counts=[CountIn(munition=munition(self.report.model, self.naming), **whole)],
        )
        return [claim]

    def data_set(self) -> str:
        """The key of the data set as a source, where no other voice is known."""
        return self.naming.source(MissileAttacks.publisher)

    def occurred(self) -> str:
        try:
            return edtf_of_window(self.report.start, self.report.end, KYIV)
        except InputError as error:
            raise CellError("time_end", error.message) from error

    def count(self) -> CountIn:
        """The figures of the model; an empty cell is no figure."""
        given = _figures(self.cells)
        return CountIn(munition=munition(self.report.model, self.naming), **given)


def _figures(cells: Cells) -> dict[str, int]:
    """By outcome; refused where more met some fate than were launched."""
    figures = {name: cells.count(column) for column, name in OUTCOMES.items()}
    given = {name: number for name, number in figures.items() if number is not None}
    launched = given.get("launched")
    fates = sum(number for name, number in given.items() if name != "launched")
    if launched is not None and fates > launched:
        told = " + ".join(
            f"{column} {given[name]}"
            for column, name in OUTCOMES.items()
            if name != "launched" and given.get(name)
        )
        reason = f"{told} is more than launched {launched}: one of them is wrong."
        raise CellError("launched", reason)
    return given


def _all_have(name: str, rows: Iterable[dict[str, int]]) -> bool:
    return all(name in row for row in rows)


def _unnamed_source(publisher: str) -> DocumentIn:
    return DocumentIn(
        title=TITLE,
        text=f"{TITLE}: rows without a source",
        publisher=publisher,
        note="Stands for the data set itself, where a row names no source.",
    )
