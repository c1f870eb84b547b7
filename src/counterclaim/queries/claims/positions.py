"""What each side has said of an event and of each of its figures, silence included."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from counterclaim.moment import isoformat_z
from counterclaim.queries.claims.bearing import event_document
from counterclaim.queries.claims.shapes import moment_out
from counterclaim.queries.families import load_families
from counterclaim.queries.paths import figure_path
from counterclaim.resolve.grades import STRENGTH
from counterclaim.resolve.inputs import NEUTRAL, SPOKEN
from counterclaim.resolve.intervals import CASUALTY, DAMAGE, MUNITION, Key
from counterclaim.resolve.kinship import Kinship
from counterclaim.resolve.sayings import SPEAKING, UNKNOWN, find_cells, side_of
from counterclaim.resolve.summary import WIRE_ORDER
from counterclaim.resolve.voices import find_voices
from counterclaim.schemas.position import (
    CellOut,
    PositionClaimOut,
    PositionOut,
    PositionsOut,
    SaidOut,
)
from counterclaim.vocabulary import Position

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sqlalchemy.orm import Session

    from counterclaim.queries.asof import View
    from counterclaim.queries.families import Loaded
    from counterclaim.resolve.inputs import Claim
    from counterclaim.resolve.sayings import Cells, Saying

Document = dict[str, Any]
LAST = (NEUTRAL, UNKNOWN)
"""Who is no side, but may have spoken; shown after the sides."""


def event_positions(session: Session, event_id: str, view: View) -> PositionsOut:
    """What each side has said of an event, and of each figure of it and of its collections.

    Sides stand in the order of the event's document, which claims about claims do not enter.

    Raises:
        NotFoundError: no such event had an accepted claim.
        MovedError: it had been merged into another one.
    """
    document = event_document(session, event_id, view)
    (loaded,) = load_families(session, [document["id"]], view)
    told = _Told(loaded, document, isoformat_z(view.known_at))
    return PositionsOut(
        event=document["id"],
        known_at=told.known_at,
        items=[_position(told, side, said) for side, said in told.sides().items()],
    )


@dataclass(slots=True)
class _Figures:
    """Figures of the event, or of a collection that it is part of, and what is said of them."""

    shared: str | None
    keys: Sequence[Key]
    cells: Cells


class _Told:
    """All that was told of one event, in one state."""

    def __init__(self, loaded: Loaded, document: Document, known_at: str) -> None:
        self.loaded, self.document, self.known_at = loaded, document, known_at
        kinship = Kinship(loaded.family)
        bearings = kinship.bearings(loaded.family.claims)
        event = document["id"]
        self.claims = bearings[event].all
        voices = find_voices(self.claims)
        shared = {entry["event"]: entry for entry in document["shared"]}
        self.figures = [
            _figures(whole, lines, find_cells(bearings[whole or event].own, voices))
            for whole, lines in (
                (None, document),
                *((whole, shared.get(whole, {})) for whole in kinship.above(event)),
            )
        ]

    def sides(self) -> dict[str, Position]:
        """The position of each side, then of those that spoke of figures only, neutrals last."""
        known = {side: Position(said) for side, said in self.document["positions"].items()}
        spoke = {side for figures in self.figures for _key, side in figures.cells}
        spoke |= {side_of(claim) for claim in self.claims if claim.position}
        for side in (*sorted(spoke - known.keys() - {*LAST}), *(s for s in LAST if s in spoke)):
            said = [c.position for c in self.claims if side_of(c) == side and c.position]
            known[side] = min(said, key=STRENGTH.index, default=Position.SILENT)
        return known


def _figures(shared: str | None, lines: Mapping[str, Any], cells: Cells) -> _Figures:
    """Those that are shown, in their order, then those that give no value, as denied ones."""
    spoken = [key for key, _side in cells]
    return _Figures(shared, list(dict.fromkeys((*_shown(lines), *spoken))), cells)


def _shown(lines: Mapping[str, Any]) -> Iterator[Key]:
    """The figures of a document, or of what a collection shares."""
    for line in lines.get("munitions", ()):
        for outcome in (str(one) for one in WIRE_ORDER if one in line):
            yield Key(MUNITION, line["key"] or "", "", outcome)
    for line in lines.get("casualties", ()):
        yield Key(CASUALTY, line["side"] or "", line["status"], line["harm"])
    for line in lines.get("damage", ()):
        yield Key(DAMAGE, line["object"], "", line["severity"])


def _position(told: _Told, side: str, position: Position) -> PositionOut:
    claims = [
        _claim(told.loaded, claim)
        for claim in told.claims
        if side_of(claim) == side
        and claim.kind in SPEAKING
        and claim.stance in SPOKEN
        and not _negates_figures(claim)
    ]
    return PositionOut(
        side=side,
        position=position,
        claims=[] if position is Position.SILENT else claims,
        figures=[
            _cell(told, figures.shared, key, figures.cells.get((key, side), []))
            for figures in told.figures
            for key in figures.keys
        ],
    )


def _negates_figures(claim: Claim) -> bool:
    """Whether it only says that some numbers are not so, which is no position on the event."""
    return claim.polarity < 0 and bool(claim.counts or claim.casualties or claim.damage)


def _claim(loaded: Loaded, claim: Claim) -> PositionClaimOut:
    row = loaded.claims[claim.id]
    return PositionClaimOut(
        id=claim.id,
        claimant=claim.claimant,
        stance=claim.stance,
        polarity=claim.polarity,
        quote=loaded.quote_of(claim.id),
        said=moment_out(row.said_edtf, row.said_from, row.said_to),
        document=claim.document,
    )


def _cell(told: _Told, shared: str | None, key: Key, voices: Sequence[Sequence[Saying]]) -> CellOut:
    marked = {} if shared is None else {"shared": shared}
    if not voices:
        return CellOut(figure=figure_path(key), **marked, **SILENCE, others=[], as_of=told.known_at)
    first, *others = (_said(told.loaded, voice) for voice in voices)
    everything = [claim for voice in (first, *others) for claim in voice.claims]
    return CellOut(
        figure=figure_path(key),
        **marked,
        **{**dict(first), "claims": everything},
        others=others,
        as_of=None,
    )


SILENCE: dict[str, Any] = {
    "stance": Position.SILENT,
    "low": None,
    "high": None,
    "said": None,
    "quote": None,
    "claimant": None,
    "claims": [],
    "said_at": None,
    "document": None,
    "echoes": 0,
}


def _said(loaded: Loaded, voice: Sequence[Saying]) -> SaidOut:
    last, *folded = voice
    row = loaded.claims[last.claim.id]
    return SaidOut(
        stance=last.stance,
        low=last.interval.low if last.interval else None,
        high=last.interval.high if last.interval else None,
        said=last.words,
        quote=loaded.quote_of(last.claim.id),
        claimant=last.claim.claimant,
        claims=_ids(voice),
        said_at=moment_out(row.said_edtf, row.said_from, row.said_to),
        document=last.claim.document,
        echoes=len(folded),
    )


def _ids(voice: Iterable[Saying]) -> list[str]:
    return [saying.claim.id for saying in voice]
