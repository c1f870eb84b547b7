"""One flat row per item, for tables and maps: the same columns in CSV and GeoJSON."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Any

from counterclaim.export import columns
from counterclaim.queries.event_lines import event_line, joined, shown_place
from counterclaim.tables import Cell

if TYPE_CHECKING:
    from collections.abc import Mapping

    from counterclaim.queries.resolutions import Figure
    from counterclaim.tables import Line

Row = dict[str, Cell]

EVENT_COLUMNS = tuple(column.name for column in columns.EVENTS)
"""The columns of a table of events."""
CLAIM_COLUMNS = tuple(column.name for column in columns.CLAIMS)
"""The columns of a table of claims."""

_PLACE = ("country", "region", "latitude", "longitude", "uncertainty_m")
_NOTHING: Mapping[str, Any] = {}


def event_row(document: Mapping[str, Any], figures: Mapping[str, Figure]) -> Row:
    """The same with the names of its columns."""
    return dict(zip(EVENT_COLUMNS, event_line(document, figures), strict=True))


def claim_line(claim: Mapping[str, Any]) -> Line:
    """A claim as one row; its figures in one column, one after the other."""
    quote, document = claim["quote"] or _NOTHING, claim["document"]
    here = (shown_place(claim["places"]) or _NOTHING).get
    return (
        *_SUBJECT(claim),
        joined(claim["said_by"]),
        *_SPOKEN(claim),
        *map(quote.get, ("exact", "start", "end")),
        *_DOCUMENT(document),
        (claim["said"] or _NOTHING).get("edtf"),
        (claim["occurred"] or _NOTHING).get("edtf"),
        claim["attacker"],
        claim["defender"],
        here("name") or here("said"),
        *map(here, _PLACE),
        joined(_figures(claim)),
        *_LIFE(claim),
    )


_SUBJECT = itemgetter("id", "kind", "status", "event", "about", "munition", "claimant", "side")
_SPOKEN = itemgetter("speech", "stance", "polarity", "distribution")
_DOCUMENT = itemgetter("id", "title", "publisher", "url")
_LIFE = itemgetter("basis", "inference_rule", "note", "recorded_at", "accepted_at", "ended_at")


def claim_row(claim: Mapping[str, Any]) -> Row:
    """The same with the names of its columns."""
    return dict(zip(CLAIM_COLUMNS, claim_line(claim), strict=True))


def plain_row(item: Mapping[str, Any]) -> Row:
    """Any other item as one row: nested values under joined names, lists in one column."""
    row: Row = {}
    for key, value in item.items():
        if isinstance(value, dict):
            row.update({f"{key}_{name}": cell for name, cell in plain_row(value).items()})
        elif isinstance(value, list):
            names = (one.get("name", "") if isinstance(one, dict) else str(one) for one in value)
            row[key] = joined(names)
        else:
            row[key] = value
    return row


def _figures(claim: Mapping[str, Any]) -> list[str]:
    found = [
        f"{line['munition'] or 'unnamed'} {outcome} {interval(count)}"
        for line in claim["counts"]
        for outcome, count in line.items()
        if outcome != "munition"
    ]
    for line in claim["casualties"]:
        who = f"{line['side'] or 'unknown'} {line['status']} {line['harm']}"
        found.append(f"{who} {interval(line['count'])}")
    found += [
        f"{line['object']} {line['severity']} {interval(line['count'])}" for line in claim["damage"]
    ]
    found += [f"{line['object']} {interval(line['count'])}" for line in claim["tallies"]]
    return found


def interval(count: Mapping[str, Any]) -> str:
    """An interval in words that are short and plain: 5, 3-5, >=2, <=4 or unknown."""
    low, high = count["low"], count["high"]
    if low is None:
        return "unknown" if high is None else f"<={high}"
    if high is None:
        return f">={low}"
    return str(low) if low == high else f"{low}-{high}"


def document_row(document: Mapping[str, Any]) -> Row:
    """A document as one row."""
    published = document["published"] or {}
    row = {key: value for key, value in document.items() if key != "published"}
    for name in ("edtf", "from", "to", "basis", "rule"):
        row[f"published_{name}"] = published.get(name)
    return row


def dispute_row(dispute: Mapping[str, Any]) -> Row:
    """A dispute as one row; its figures in one column, what each voice gives after them."""
    occurred = dispute["occurred"] or {}
    row: Row = {key: dispute[key] for key in ("event", "label")}
    row["occurred"] = occurred.get("edtf")
    row["grade"], row["divergence"] = dispute["grade"], dispute["divergence"]
    row["figures"] = joined(
        f"{clash['figure']} {stand['claimant']} {interval(stand)}"
        for clash in dispute["figures"]
        for stand in clash["positions"]
    )
    row["parties"] = joined(dispute["parties"])
    return row


DISPUTE_COLUMNS = tuple(
    dispute_row(
        {
            **dict.fromkeys(("event", "label", "occurred", "grade", "divergence")),
            "figures": [],
            "parties": [],
        }
    )
)
"""The columns of a table of disputes."""
