"""Keeps of a model's answer what stands in the text: words, numbers, names and days.

What does not is left out, field by field, and counted. Offsets are found here, never taken over.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import ValidationError

from counterclaim.errors import InputError
from counterclaim.names import fold
from counterclaim.quantity import languages, parse_quantity, stands_in
from counterclaim.queries.recognise import Kind, dates_in
from counterclaim.schemas.fields import Input
from counterclaim.schemas.incoming import CasualtyIn, ClaimIn, CountIn, DamageIn, EventIn
from counterclaim.vocabulary import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from counterclaim.queries.recognise import KnownNames

QUOTE_ABSENT = "quote_absent"
NUMBER_ABSENT = "number_absent"
NAME_ABSENT = "name_absent"
DATE_ABSENT = "date_absent"
INVALID = "invalid"

MOST_CLAIMS = 500
"""So many claims of an answer are looked at; more say nothing that a person would read."""

_TAKEN = ("event", "speech", "stance", "polarity", "distribution", "attacker", "defender")
"""What a model decides: no words of the text could be held against it."""

_FIGURES: Mapping[str, tuple[type[Input], tuple[str, ...]]] = {
    "counts": (CountIn, tuple(map(str, Outcome))),
    "casualties": (CasualtyIn, ("count",)),
    "damage": (DamageIn, ("count",)),
}
"""The lists of a claim with figures: their shape, and which of its fields are numbers."""

Shape = TypeVar("Shape", bound=Input)


@dataclass(slots=True)
class Checked:
    """What is left of an answer; ``dropped`` counts what is not, by kind."""

    events: list[dict[str, Any]] = field(default_factory=list)
    claims: list[dict[str, Any]] = field(default_factory=list)
    why: list[list[str]] = field(default_factory=list)
    dropped: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Checks:
    """The text that an answer is held against, and what is known of it."""

    text: str
    known: KnownNames
    published: date | None
    lang: str


def checked(answer: Mapping[str, Any], checks: Checks) -> Checked:
    """What of an answer stands in the text, in the order of the text."""
    checking = _Checking(checks)
    checking.take_events(_rows(answer, "events"))
    for given in _rows(answer, "claims")[:MOST_CLAIMS]:
        checking.take_claim(given)
    return checking.finish()


class _Checking:
    """One answer that is being checked."""

    def __init__(self, checks: Checks) -> None:
        self.checks = checks
        self.lang = checks.lang if checks.lang in languages() else "en"
        self.found = Checked()
        self.events: dict[str, dict[str, Any]] = {}
        self.days = {span.value for span in dates_in(checks.text, checks.published)}
        self._taken: set[str] = set()

    def take_events(self, rows: list[dict[str, Any]]) -> None:
        """The events that have a valid shape and a ref of their own."""
        for given in rows:
            event = self._valid(EventIn, given)
            if event is not None and event.get("ref") and event["ref"] not in self.events:
                self.events[event["ref"]] = event

    def take_claim(self, given: dict[str, Any]) -> None:
        """One claim, if its quote stands in the text and its event is one of the answer's."""
        why: list[str] = []
        quote = self._quote(given.get("quote"), why)
        if quote is None:
            self.found.dropped[QUOTE_ABSENT] += 1
            return
        claim = {name: given[name] for name in _TAKEN if given.get(name) is not None}
        claim |= {"quote": quote, **self._context(given, why)}
        claim |= self._figures(given, quote["exact"], why)
        ref = claim.get("event")
        known = isinstance(ref, str) and ref in self.events
        if not known or self._valid(ClaimIn, claim) is None:
            self.found.dropped[INVALID] += int(not known)
            return
        self.found.claims.append(claim)
        self.found.why.append(why)
        if decided := [name for name in _TAKEN[1:] if name in claim]:
            why.append(f"{', '.join(decided)}: as the model reads it; nothing was compared.")
        self._taken.add(str(ref))

    def finish(self) -> Checked:
        """What is left, with the events that it needs."""
        order = sorted(
            range(len(self.found.claims)), key=lambda at: self.found.claims[at]["quote"]["start"]
        )
        self.found.claims = [self.found.claims[at] for at in order]
        self.found.why = [self.found.why[at] for at in order]
        wanted = self._taken | {
            part for ref in self._taken for part in self.events[ref].get("parts", ())
        }
        for ref in (ref for ref in self.events if ref in wanted):
            event = self.events[ref]
            parts = [part for part in event.get("parts", ()) if part in self.events and part != ref]
            self.found.events.append({**event, "parts": parts} if parts else _without(event))
        return self.found

    def _quote(self, given: object, why: list[str]) -> dict[str, Any] | None:
        """The words with the offsets that they have; the first place of several."""
        exact = given.get("exact") if isinstance(given, dict) else given
        exact = exact.strip() if isinstance(exact, str) else ""
        start = self.checks.text.find(exact) if exact else -1
        if start < 0:
            return None
        end = start + len(exact)
        again = self.checks.text.find(exact, start + 1) >= 0
        several = "; they stand in more than one place, and this is the first" if again else ""
        why.append(f"quote: its words stand in the text at {start}–{end}{several}.")
        return {"exact": exact, "start": start, "end": end}

    def _context(self, given: dict[str, Any], why: list[str]) -> dict[str, Any]:
        """Who speaks, when and where, as far as the text names them."""
        made: dict[str, Any] = {}
        speakers = given.get("said_by") if isinstance(given.get("said_by"), list) else []
        chain = [self._named(Kind.SOURCE, one) for one in speakers or []]
        if chain and all(chain):
            made["said_by"] = chain
            why.append("said_by: the text names each of them.")
        elif chain:
            # A chain without a link would let somebody say what another one said.
            self.found.dropped[NAME_ABSENT] += 1
        if given.get("occurred") is not None:
            if isinstance(given["occurred"], str) and given["occurred"] in self.days:
                made["occurred"] = given["occurred"]
                why.append("occurred: the text names this day.")
            else:
                self.found.dropped[DATE_ABSENT] += 1
        target = given.get("target")
        if isinstance(target, str) and target.strip() and target in self.checks.text:
            made["target"] = target
        places = list(filter(None, map(self._place, _rows(given, "places"))))
        return {**made, "places": places} if places else made

    def _place(self, given: dict[str, Any]) -> dict[str, Any] | None:
        said = given.get("said")
        said = said if isinstance(said, str) and said.strip() and said in self.checks.text else None
        key = self._named(Kind.PLACE, given["place"]) if given.get("place") else None
        if key is None and said is None:
            self.found.dropped[NAME_ABSENT] += 1
            return None
        row = {"role": given.get("role"), "place": key, "said": said}
        return {name: value for name, value in row.items() if value is not None}

    def _figures(self, given: dict[str, Any], quote: str, why: list[str]) -> dict[str, Any]:
        made = {
            noun: [
                row
                for one in _rows(given, noun)
                if (row := self._figure(one, shape, names, quote, why)) is not None
            ]
            for noun, (shape, names) in _FIGURES.items()
        }
        return {noun: rows for noun, rows in made.items() if rows}

    def _figure(
        self,
        given: dict[str, Any],
        shape: type[Input],
        numbers: tuple[str, ...],
        quote: str,
        why: list[str],
    ) -> dict[str, Any] | None:
        """One row with the numbers that stand in the quote; None if nothing is left of it."""
        row = {name: value for name, value in given.items() if value is not None}
        asked = [name for name in numbers if name in row]
        for name in asked:
            value = self._number(row.pop(name), quote)
            if value is None:
                self.found.dropped[NUMBER_ABSENT] += 1
            else:
                row[name] = value
                why.append(f"{name.replace('_', ' ')} {_shown(value)}: it stands in the quote.")
        if "munition" in row:
            key = self._named(Kind.MUNITION, row.pop("munition"))
            self.found.dropped[NAME_ABSENT] += int(key is None)
            row |= {"munition": key} if key else {}
        empty = bool(asked) and not any(name in row for name in numbers)
        if not row or (empty and "munition" not in row):
            return None
        return self._valid(shape, row)

    def _number(self, given: object, quote: str) -> int | dict[str, int] | None:
        """The interval as numbers, if its ends stand in the quote."""
        try:
            quantity = parse_quantity(given, lang=self.lang)  # type: ignore[arg-type]
        except (InputError, TypeError):
            return None
        if not quantity.known or not stands_in(quantity, quote, lang=self.lang):
            return None
        if quantity.exact is not None:
            return quantity.exact
        ends = {"low": quantity.low, "high": quantity.high}
        return {name: end for name, end in ends.items() if end is not None}

    def _named(self, kind: Kind, given: object) -> str | None:
        """The key of a row that the text names and that is meant; None for none, or several."""
        forms = self.checks.known.get(kind, {})
        if not isinstance(given, str):
            return None
        keys = {row.key for rows in forms.values() for row in rows}
        if given.lower() in keys:
            return given.lower()
        meant = {row.key for row in forms.get(fold(given), ())}
        return meant.pop() if len(meant) == 1 else None

    def _valid(self, shape: type[Input], given: dict[str, Any]) -> dict[str, Any] | None:
        try:
            shape.model_validate(given)
        except ValidationError:
            self.found.dropped[INVALID] += 1
            return None
        return given


def _rows(node: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    rows = node.get(name)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _without(event: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in event.items() if name != "parts"}


def _shown(value: int | dict[str, int]) -> str:
    if isinstance(value, int):
        return str(value)
    return f"{value.get('low', '?')}–{value.get('high', '∞')}"


def words_of(dropped: Mapping[str, int]) -> Iterator[str]:
    """What was left out of a model's answer, for people."""
    told = {
        QUOTE_ABSENT: "quote(s) that are not in the text",
        NUMBER_ABSENT: "number(s) that are not in their quote",
        NAME_ABSENT: "name(s) that the text or the store does not have",
        DATE_ABSENT: "day(s) that the text does not name",
        INVALID: "part(s) of another shape",
    }
    return (f"{count} {told.get(kind, kind)}" for kind, count in dropped.items() if count)
