"""The filter bar: what is asked of events, in words, as fields of a form, and as links.

The parameters are the API's own; ``map``, ``event`` and ``cursor`` belong to the page.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlencode

from pydantic import Field, StringConstraints

from counterclaim.deps import PolicyQuery
from counterclaim.queries.conditions import MODELS
from counterclaim.queries.filters import EventFilter
from counterclaim.queries.names import find_all
from counterclaim.web import words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session
    from starlette.requests import Request

Pairs = tuple[tuple[str, str], ...]
OWN = ("map", "event", "cursor")
"""Parameters of the page, of which the API knows nothing."""

Position = Annotated[
    str | None,
    StringConstraints(pattern=r"^-?\d{1,2}(\.\d+)?/-?\d{1,2}(\.\d+)?/-?\d{1,3}(\.\d+)?$"),
]


class MapFilter(PolicyQuery, EventFilter):
    """What is shown on a map."""

    map: Annotated[Position, Field(description="Zoom, latitude and longitude of the map.")] = None
    event: Annotated[
        str | None, StringConstraints(max_length=100), Field(description="The event to point out.")
    ] = None


class HomeQuery(MapFilter):
    """What the first page shows."""

    cursor: Annotated[
        str | None, StringConstraints(max_length=2000), Field(description="Where the list goes on.")
    ] = None


@dataclass(frozen=True, slots=True)
class Asked:
    """The parameters of an address, and addresses that ask for a little more or less."""

    pairs: Pairs

    def filters(self) -> Asked:
        """What the API is asked for the same events."""
        return self.without(*OWN)

    def without(self, *names: str) -> Asked:
        """The same without some parameters."""
        return Asked(tuple(pair for pair in self.pairs if pair[0] not in names))

    def less(self, name: str, value: str) -> Asked:
        """The same events and those that one value of a parameter keeps out."""
        left = self.filters().pairs
        return Asked(tuple(pair for pair in left if pair != (name, value)))

    def plus(self, **given: str) -> Asked:
        """The same with these parameters, each in place of what it had; ``from_`` is ``from``."""
        named = {name.rstrip("_"): value for name, value in given.items()}
        return Asked((*self.without(*named).pairs, *named.items()))

    def between(self, first: str, last: str) -> Asked:
        """The same from one date to another."""
        return self.filters().without("datetime").plus(from_=first, to=last)

    def as_(self, form: str, **more: str) -> str:
        """The query that asks the API for these events in a format."""
        return str(self.filters().plus(f=form, **more))

    def __str__(self) -> str:
        """As the query of an address, with its question mark."""
        return f"?{urlencode(self.pairs, safe=',:/')}" if self.pairs else ""


def asked_in(request: Request) -> Asked:
    """What the address of a request asks."""
    return Asked(tuple(request.query_params.multi_items()))


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a filter in words, and the query without it."""

    words: str
    without: Asked


def parts_of(session: Session, asked: Asked) -> list[Part]:
    """The parts of a filter, in the order in which they were given."""
    return [
        Part(_in_words(session, name, value), asked.less(name, value))
        for name, value in asked.filters().pairs
    ]


SAID: dict[str, str] = {
    "weapon": "weapon: {}",
    "place": "place: {}",
    "region": "region: {}",
    "claimant": "claimed by {}",
    "publisher": "published by {}",
    "attacker": "attacker: {}",
    "defender": "defender: {}",
    "from": "from {}",
    "to": "until {}",
    "datetime": "on {}",
    "known_at": "as known on {}",
    "claimed_by": "as said by {}",
    "q": "words: “{}”",
    "bbox": "within the map’s frame",
    "near": "near {}",
    "policy": "figures: {}",
    "match": "dates and numbers: {}",
}
WHETHER = {"true": "disputed only", "false": "undisputed only"}


def _in_words(session: Session, name: str, value: str) -> str:
    figure, _, bound = name.rpartition("_")
    if name == "disputed":
        return WHETHER.get(value, f"disputed: {value}")
    if bound in {"min", "max"}:
        return f"at {'least' if bound == 'min' else 'most'} {value} {words.spaced(figure)}"
    return SAID.get(name, f"{words.spaced(name)}: {{}}").format(_named(session, name, value))


def _named(session: Session, name: str, value: str) -> str:
    """What a value is called, so far as it is known."""
    if name in {"from", "to", "known_at", "claimed_by"}:
        return words.date_as_given(value)
    if name in {"kind", "scope", "grade", "basis", "status"}:
        return words.spaced(value)
    model = MODELS["place" if name == "region" else name] if name in {*MODELS, "region"} else None
    rows = find_all(session, model, value) if model is not None else []
    return rows[0].name if len(rows) == 1 else value


def fields_of(query: EventFilter) -> dict[str, str]:
    """The first value of each parameter, as a field of the form shows it."""
    given = query.model_dump(mode="json", by_alias=True, exclude_unset=True)
    first = {name: value[0] if isinstance(value, list) else value for name, value in given.items()}
    shown = {name: _text(value) for name, value in first.items() if value is not None}
    if query.datetime_ is not None:
        shown |= _ends_of(query.datetime_)
    return shown


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _ends_of(interval: str) -> dict[str, str]:
    """``datetime`` as ``from`` and ``to``; an open end is left out."""
    first, slash, last = interval.partition("/")
    ends = {"from": first, "to": last if slash else first}
    return {name: end for name, end in ends.items() if end.strip(". ")}


IN_THE_FORM = frozenset(
    {"from", "to", "weapon", "region", "place", "claimant", "q", "disputed", "kind", "scope"}
    | {"attacker", "defender", "grade", "launched_min", "known_at", "policy", "datetime"}
)


def kept_beside(asked: Asked) -> Pairs:
    """What the form sends along without showing it: other parameters, and further values."""
    kept, seen = [], set[str]()
    for name, value in asked.filters().pairs:
        if name not in IN_THE_FORM or name in seen:
            kept.append((name, value))
        seen.add(name)
    return tuple(kept)


MORE = ("kind", "scope", "attacker", "defender", "grade", "launched_min", "known_at", "policy")
"""Fields that stand behind a disclosure until one of them is used."""


def is_open(fields: Iterable[str]) -> bool:
    """Whether some of those fields are used."""
    return not set(MORE).isdisjoint(fields)
