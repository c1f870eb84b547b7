"""One flat row per item, for tables and maps: the same columns in CSV and GeoJSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from counterclaim.queries.events import FIGURES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from counterclaim.queries.events import Figure

Cell = str | int | float | bool | None
Row = dict[str, Cell]


def event_row(document: Mapping[str, Any], figures: Mapping[str, Figure]) -> Row:
    """An event as one row; its figures summed over munitions or sides, null where not known."""
    occurred = document["occurred"] or {}
    place = shown_place(document["places"]) or {}
    row: Row = {key: document[key] for key in ("id", "kind", "scope", "label")}
    row["occurred"] = occurred.get("edtf")
    row["occurred_from"] = occurred.get("from")
    row["occurred_to"] = occurred.get("to")
    row["attacker"], row["defender"] = document["attacker"], document["defender"]
    row["place"] = place.get("name") or place.get("said")
    for key in ("country", "region", "latitude", "longitude", "uncertainty_m", "precision"):
        row[key] = place.get(key)
    row["munitions"] = joined(line["key"] or "unnamed" for line in document["munitions"])
    for figure in FIGURES:
        low, best, high = figures.get(figure, (None, None, None))
        row.update({f"{figure}_low": low, f"{figure}_best": best, f"{figure}_high": high})
    for key in ("grade", "disputed", "voices", "claims", "documents"):
        row[key] = document[key]
    row["positions"] = joined(f"{side}={said}" for side, said in document["positions"].items())
    row["part_of"] = joined(document["part_of"])
    for key in ("policy", "policy_version", "updated_at"):
        row[key] = document.get(key)
    return row


def claim_row(claim: Mapping[str, Any]) -> Row:
    """A claim as one row; its figures in one column, one after the other."""
    quote, document = claim["quote"] or {}, claim["document"]
    place = shown_place(claim["places"]) or {}
    kept = ("id", "kind", "status", "event", "about", "munition", "claimant", "side")
    row: Row = {key: claim[key] for key in kept}
    row["said_by"] = joined(claim["said_by"])
    for key in ("speech", "stance", "polarity", "distribution"):
        row[key] = claim[key]
    row["quote"], row["start"], row["end"] = (
        quote.get("exact"),
        quote.get("start"),
        quote.get("end"),
    )
    row["document"], row["title"] = document["id"], document["title"]
    row["publisher"], row["url"] = document["publisher"], document["url"]
    row["said"] = (claim["said"] or {}).get("edtf")
    row["occurred"] = (claim["occurred"] or {}).get("edtf")
    row["attacker"], row["defender"] = claim["attacker"], claim["defender"]
    row["place"] = place.get("name") or place.get("said")
    for key in ("country", "region", "latitude", "longitude", "uncertainty_m"):
        row[key] = place.get(key)
    row["figures"] = joined(_figures(claim))
    for key in ("basis", "inference_rule", "note", "recorded_at", "accepted_at", "ended_at"):
        row[key] = claim[key]
    return row


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


def shown_place(places: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The place that stands for all: the first that has coordinates, else the first."""
    located = (place for place in places if place["latitude"] is not None)
    return next(located, places[0] if places else None)


def joined(words: Any) -> str | None:
    """Several words in one cell, null when there are none."""
    return ";".join(words) or None


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

_EVENT_KEYS = ("id", "kind", "scope", "label", "occurred", "attacker", "defender", "grade")
_EVENT: dict[str, Any] = {
    **dict.fromkeys((*_EVENT_KEYS, "disputed", "voices", "claims", "documents")),
    **dict.fromkeys(("policy", "policy_version", "updated_at")),
    "places": [],
    "munitions": [],
    "positions": {},
    "part_of": [],
}
EVENT_COLUMNS = tuple(event_row(_EVENT, {}))
"""The columns of a table of events."""

_CLAIM: dict[str, Any] = {
    **dict.fromkeys(("id", "kind", "status", "event", "about", "munition", "claimant", "side")),
    **dict.fromkeys(("speech", "stance", "polarity", "distribution", "quote", "said")),
    **dict.fromkeys(("occurred", "attacker", "defender", "basis", "inference_rule", "note")),
    **dict.fromkeys(("recorded_at", "accepted_at", "ended_at")),
    **{key: [] for key in ("said_by", "places", "counts", "casualties", "damage", "tallies")},
    "document": dict.fromkeys(("id", "title", "publisher", "url")),
}
CLAIM_COLUMNS = tuple(claim_row(_CLAIM))
"""The columns of a table of claims."""
