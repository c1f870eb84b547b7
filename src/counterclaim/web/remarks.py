"""What the checks remarked, told to people: with the claims and events that it names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from counterclaim.queries.claims import claims_out

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy.orm import Session

    from counterclaim.schemas.claim import ClaimOut

_ID = r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"
_CLAIMS = re.compile(rf" ?\(claims? ({_ID}(?:, {_ID})*)\)| claim ({_ID})")
_EVENT = re.compile(rf"Event ({_ID}) \((.*)\) looks the same: score ([0-9.]+)\.")
TITLES = {
    "contradicts": "Contradicts what counts already",
    "likely_duplicate": "The event may be known already",
    "number_not_in_quote": "A number that is not in the quote",
    "beyond_range": "Farther than the munition is said to reach",
    "stance_does_not_fit_side": "Stance and side do not fit",
}


@dataclass(frozen=True, slots=True)
class Told:
    """One remark: a heading, what it says without ids, and what it names."""

    code: str
    title: str
    detail: str
    pointer: str
    claims: tuple[ClaimOut, ...] = ()
    event: str | None = None
    label: str = ""


def tell_remarks(
    session: Session, remarks: Iterable[Mapping[str, Any]], at: datetime
) -> list[Told]:
    """The remarks with the claims that they name; those that no longer are, are left out."""
    given = list(remarks)
    ids = [key for one in given for key in claims_named(str(one["detail"]))]
    known = {claim.id: claim for claim in claims_out(session, ids, at)}
    return [_told(one, known) for one in given]


def claims_named(detail: str) -> list[str]:
    """The ids of the claims that a remark names."""
    found = (match[1] or match[2] for match in _CLAIMS.finditer(detail))
    return [key for ids in found for key in ids.split(", ")]


def _told(remark: Mapping[str, Any], known: Mapping[str, ClaimOut]) -> Told:
    code, detail = str(remark["code"]), str(remark["detail"])
    claims = tuple(known[key] for key in claims_named(detail) if key in known)
    title = TITLES.get(code, code.replace("_", " "))
    pointer = str(remark.get("pointer") or "")
    event = _EVENT.match(detail)
    if event:
        said = f"“{event[2]}” has the same date, place, munition or parties: score {event[3]}."
        return Told(code, title, said, pointer, claims, event[1], event[2])
    said = _CLAIMS.sub("", detail)
    return Told(code, title, said[:1].upper() + said[1:], pointer, claims)
