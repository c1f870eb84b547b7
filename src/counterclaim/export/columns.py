"""What each column of an export means: the dictionary of tables, spreadsheets and pages.

Texts, numbers and instants are the same in every format; an empty cell is unknown, never zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from counterclaim.queries.events import FIGURES

if TYPE_CHECKING:
    from collections.abc import Iterator

Kind = Literal["text", "integer", "number", "boolean", "instant"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column; several words in one text stand with semicolons between."""

    name: str
    kind: Kind
    meaning: str


def _texts(**meanings: str) -> Iterator[Column]:
    for name, meaning in meanings.items():
        yield Column(name, "text", meaning)


def _figure_columns() -> Iterator[Column]:
    for figure in FIGURES:
        named = figure.replace("_", " ")
        yield Column(f"{figure}_low", "integer", f"Least number {named}.")
        yield Column(f"{figure}_best", "integer", f"Best value for {named}; empty when undecided.")
        yield Column(f"{figure}_high", "integer", f"Greatest number {named}; empty when open.")


_OCCURRED = (
    Column("occurred_from", "instant", "Its earliest instant, UTC."),
    Column("occurred_to", "instant", "Its end, exclusive, UTC."),
)
_PLACE = (
    *_texts(
        place="Name of the place, or the words as said; the first that has coordinates.",
        country="Country of the place, ISO 3166-1.",
        region="Region of the place, ISO 3166-2.",
    ),
    Column("latitude", "number", "Degrees north, WGS 84; empty when not known."),
    Column("longitude", "number", "Degrees east, WGS 84; empty when not known."),
    Column("uncertainty_m", "integer", "Radius in metres that covers the place meant."),
)

EVENTS = (
    *_texts(
        id="UUID of the event.",
        kind="Kind of event: strike, battle and so on.",
        scope="How much it spans: single, wave or collection.",
        label="A short name.",
        occurred="When it happened, EDTF (ISO 8601-2).",
    ),
    *_OCCURRED,
    *_texts(attacker="Side that attacked.", defender="Side that was attacked."),
    *_PLACE,
    *_texts(
        precision="How precisely the place is known.",
        munitions="Keys of the munitions; unnamed where nobody named one.",
    ),
    *_figure_columns(),
    Column("grade", "text", "How well it is established: confirmed, fair, weak and so on."),
    Column("disputed", "boolean", "Whether voices contradict each other."),
    Column("voices", "integer", "Independent voices."),
    Column("claims", "integer", "Claims that bear on it."),
    Column("documents", "integer", "Documents that they stand in."),
    *_texts(
        positions="What each side has said: RU=admits;UA=silent.",
        part_of="Ids of the collections that it is part of.",
        policy="The rule that picked the values.",
        policy_version="Version of the weights that the rule used.",
    ),
    Column("updated_at", "instant", "Since when it reads so, UTC."),
)
"""One row per event; its figures are summed over munitions or sides."""

FIGURE_ROWS = (
    *_texts(
        event="UUID of the event that the claim bears on.",
        label="Its short name.",
        event_kind="Its kind: strike, battle and so on.",
        scope="How much it spans: single, wave or collection.",
    ),
    Column(
        "shared",
        "boolean",
        "True: said of a collection that the event is part of, and repeated at each of its parts.",
    ),
    Column("occurred", "text", "When it happened, as the claim says, EDTF (ISO 8601-2)."),
    *_OCCURRED,
    *_texts(
        attacker="Side that attacked, as the claim says.",
        defender="Side that was attacked, as the claim says.",
        figure="What kind of number it is: count (munitions), casualty, damage or tally.",
        munition="Counts: key of the munition; empty when unnamed.",
        outcome="Counts: what became of them: launched, intercepted and so on.",
        harmed_side="Casualties: the side that they belong to.",
        harmed_status="Casualties: military, civilian or unknown.",
        harm="Casualties: killed, injured, missing or captured.",
        object="Damage and tallies: what was damaged or is counted.",
        severity="Damage: damaged, destroyed or unknown.",
    ),
    Column("low", "integer", "Least number meant; empty when not known."),
    Column("high", "integer", "Greatest number meant; empty when open or not known."),
    *_texts(
        said="The words or digits as they were given.",
        claim="UUID of the claim.",
        claim_kind="Kind of claim: occurrence, evidence and so on.",
        claimant="Key of the source that the claim goes back to.",
        side="Side of the claimant.",
        said_by="Chain of sources, root first; empty is the document's own voice.",
        stance="asserts, admits, denies and so on.",
    ),
    Column("polarity", "integer", "1: it is so; -1: it is not so."),
    *_texts(
        distribution="single; collective: for all events together; each: for each of them.",
        status="Where the claim is in its life.",
        basis="Where its values come from: stated, inferred, computed or imported.",
        said_on="When it was said, EDTF.",
    ),
    Column("accepted_at", "instant", "Since when the claim counts, UTC."),
    *_texts(
        document="UUID of the document.",
        title="Its title.",
        publisher="Key of its publisher.",
        url="Its address.",
        published="When it was published, EDTF.",
        quote="The exact words of the document.",
    ),
    Column("start", "integer", "Where the words begin in its text, in Unicode code points from 0."),
    Column("end", "integer", "Where they end, exclusive."),
)
"""One row per figure, claim and event that the claim bears on."""

CLAIMS = (
    *_texts(
        id="UUID of the claim.",
        kind="Kind of claim: occurrence, evidence and so on.",
        status="Where it is in its life.",
        event="UUID of the event that it is about.",
        about="UUID of the claim that it is about.",
        munition="Key of the munition that it is about.",
        claimant="Key of the source that it goes back to.",
        side="Side of the claimant.",
        said_by="Chain of sources, root first; empty is the document's own voice.",
        speech="How the words are reported: direct, indirect and so on.",
        stance="asserts, admits, denies and so on.",
    ),
    Column("polarity", "integer", "1: it is so; -1: it is not so."),
    *_texts(
        distribution="single; collective: for all events together; each: for each of them.",
        quote="The exact words of the document.",
    ),
    Column("start", "integer", "Where the words begin in its text, in Unicode code points from 0."),
    Column("end", "integer", "Where they end, exclusive."),
    *_texts(
        document="UUID of the document.",
        title="Its title.",
        publisher="Key of its publisher.",
        url="Its address.",
        said="When it was said, EDTF.",
        occurred="When the event happened, as the claim says, EDTF.",
        attacker="Side that attacked, as the claim says.",
        defender="Side that was attacked, as the claim says.",
    ),
    *_PLACE,
    *_texts(
        figures="All numbers of the claim: atacms launched 5.",
        basis="Where its values come from: stated, inferred, computed or imported.",
        inference_rule="What was inferred, by which rule.",
        note="The analyst's remark.",
    ),
    Column("recorded_at", "instant", "When it was entered, UTC."),
    Column("accepted_at", "instant", "Since when it counts, UTC."),
    Column("ended_at", "instant", "Until when it counted, UTC."),
)
"""One row per claim."""

SOURCES = (
    *_texts(
        key="Permanent readable key.",
        name="Name.",
        kind="What it is: state, ministry, outlet and so on.",
        side="Its own side, if it has one.",
        parent="Key of the source above it.",
        country="Its country, ISO 3166-1.",
        url="Its address.",
        reliability="Admiralty code A to F; F is not known.",
    ),
)
"""One row per source that the claims of a workbook name."""
