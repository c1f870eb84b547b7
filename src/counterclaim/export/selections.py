"""What is exported: all events, or all claims, that a filter lets through, and the rows of both."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from operator import attrgetter
from typing import TYPE_CHECKING, Protocol, TypeVar

import orjson
from sqlalchemy import select

from counterclaim.export import columns
from counterclaim.export.flat import claim_line
from counterclaim.models import Source
from counterclaim.queries.claim_filters import page_claim_ids
from counterclaim.queries.claims import claims_out, figures_of_claims, figures_of_versions
from counterclaim.queries.event_lines import (
    event_rows,
    kept_figures,
    kept_lines,
    lines_of_figures,
    lines_of_versions,
)
from counterclaim.queries.events import documents_of, page_events
from counterclaim.queries.references import sources_out
from counterclaim.tables import Lines, Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from counterclaim.export.columns import Column
    from counterclaim.export.xlsx import Sheets
    from counterclaim.queries.asof import Wish
    from counterclaim.queries.claim_filters import ClaimFilter
    from counterclaim.queries.events import Shown
    from counterclaim.queries.filters import EventFilter
    from counterclaim.queries.pages import Slice, Window

Item = TypeVar("Item")


class Rows(StrEnum):
    """What one row of a table is."""

    EVENTS = "events"
    CLAIMS = "claims"
    FIGURES = "figures"


COLUMNS: dict[Rows, tuple[Column, ...]] = {
    Rows.EVENTS: columns.EVENTS,
    Rows.CLAIMS: columns.CLAIMS,
    Rows.FIGURES: columns.FIGURE_ROWS,
}


class Selection(Protocol[Item]):
    """A list of items, and what each format takes of a page of them."""

    @property
    def own(self) -> Rows:
        """What one row is that stands for one item."""

    def take(self, session: Session, window: Window, *, bare: bool = False) -> Slice[Item]:
        """One page of the items; ``bare`` where ``written`` is all that is asked for."""

    def lines(self, session: Session, page: Slice[Item]) -> Sequence[bytes]:
        """The items as the list serves them, JSON."""

    def rows(self, session: Session, page: Slice[Item], kind: Rows) -> Table:
        """Flat rows of the items, or of the figures of the claims behind them."""

    def written(
        self, session: Session, page: Slice[Item], kind: Rows, *, exact: bool
    ) -> Table | Lines:
        """The same rows, as lines where such are kept; ``exact``: only as lines that tell all."""

    def sheets(self, session: Session, page: Slice[Item]) -> Sheets:
        """Rows for each sheet of a workbook."""

    def sheet_columns(self) -> Mapping[str, Sequence[Column]]:
        """The columns of each of these sheets."""


@dataclass(frozen=True, slots=True)
class Events:
    """Events of a filter in an order, in the state that ``wish`` asks for."""

    given: EventFilter
    sort: str
    wish: Wish
    own: Rows = Rows.EVENTS

    def take(self, session: Session, window: Window, *, bare: bool = False) -> Slice[Shown]:
        """One page of events."""
        return page_events(session, self.given, window, self.sort, bare=bare)

    def lines(self, session: Session, page: Slice[Shown]) -> list[bytes]:
        """The events as they are stored."""
        return [text.encode() for text in documents_of(session, page.items)]

    def rows(self, session: Session, page: Slice[Shown], kind: Rows) -> Table:
        """One row per event, or per figure of the claims that bear on them."""
        if kind is Rows.FIGURES:
            return self._figures(session, page)
        return Table.of(event_rows(session, page.items), len(columns.EVENTS))

    def written(
        self, session: Session, page: Slice[Shown], kind: Rows, *, exact: bool
    ) -> Table | Lines:
        """The lines that are kept, and beside them those of the few events that have none."""
        view, sks = self.wish.pinned(page.known_at), [event.sk for event in page.items]
        if not (view.is_stored or (kind is Rows.FIGURES and view.claimed_by is None)):
            return self.rows(session, page, kind)
        kept, make = KEPT[kind]
        found = kept(session, sks, page.known_at)
        if not found:
            return self.rows(session, page, kind)
        missing = [sk for sk in sks if sk not in found]
        if missing:
            found |= zip(missing, make(session, missing, view), strict=True)
        whole = Lines.joined([found[sk] for sk in sks])
        return whole if whole.exact or not exact else self.rows(session, page, kind)

    def sheets(self, session: Session, page: Slice[Shown]) -> Sheets:
        """Events, and the claims that bear on them with their figures."""
        events = self.rows(session, page, Rows.EVENTS)
        return {"events": events, "claims": self._figures(session, page, bare=True)}

    def sheet_columns(self) -> dict[str, tuple[Column, ...]]:
        """Those of events and of figures."""
        return {"events": columns.EVENTS, "claims": columns.FIGURE_ROWS}

    def _figures(self, session: Session, page: Slice[Shown], *, bare: bool = False) -> Table:
        versions, view = [event.sk for event in page.items], self.wish.pinned(page.known_at)
        return Table(figures_of_versions(session, versions, view, bare=bare))


KEPT = {
    Rows.EVENTS: (kept_lines, lines_of_versions),
    Rows.FIGURES: (kept_figures, lines_of_figures),
}
"""What reads kept lines, and what makes them."""


@dataclass(frozen=True, slots=True)
class Claims:
    """Claims of a filter in an order; the window says in which state."""

    given: ClaimFilter
    sort: str
    own: Rows = Rows.CLAIMS

    def take(self, session: Session, window: Window, *, bare: bool = False) -> Slice[str]:
        """One page of claims, by id."""
        return page_claim_ids(session, self.given, window, self.sort)

    def lines(self, session: Session, page: Slice[str]) -> list[bytes]:
        """The claims as the list serves them."""
        return [
            claim.model_dump_json(by_alias=True, exclude_unset=True).encode()
            for claim in claims_out(session, page.items, page.known_at)
        ]

    def rows(self, session: Session, page: Slice[str], kind: Rows) -> Table:
        """One row per claim, or per figure of one."""
        if kind is Rows.FIGURES:
            return Table(figures_of_claims(session, page.items, page.known_at))
        lines = [claim_line(orjson.loads(line)) for line in self.lines(session, page)]
        return Table.of(lines, len(columns.CLAIMS))

    def written(self, session: Session, page: Slice[str], kind: Rows, *, exact: bool) -> Table:
        """The same: lines of claims are not kept."""
        return self.rows(session, page, kind)

    def sheets(self, session: Session, page: Slice[str]) -> Sheets:
        """The claims with their figures."""
        found = figures_of_claims(session, page.items, page.known_at, bare=True)
        return {"claims": Table(found)}

    def sheet_columns(self) -> dict[str, tuple[Column, ...]]:
        """Those of figures."""
        return {"claims": columns.FIGURE_ROWS}


def source_table(session: Session, keys: set[str], known_at: datetime) -> Table:
    """The sources with these keys as rows, by key."""
    query = select(Source).where(Source.key.in_(keys)).order_by(Source.key)
    shapes = sources_out(session, session.scalars(query).all(), known_at)
    named = attrgetter(*(column.name for column in columns.SOURCES))
    return Table.of([named(shape) for shape in shapes], len(columns.SOURCES))
