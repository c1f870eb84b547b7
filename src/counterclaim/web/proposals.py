"""What is proposed of the text on the contribute page, and what became of it there.

It travels in the form as one field, so that it is asked for once, and by no script. What comes back
is as little to be trusted as anything typed.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from zlib import crc32

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from counterclaim.errors import InputError
from counterclaim.proposing.checks import words_of
from counterclaim.proposing.proposals import BY_RULES, Asked, propose_claims
from counterclaim.quantity import languages, numbers_in, parse_quantity
from counterclaim.schemas.incoming import ClaimIn, EventIn
from counterclaim.vocabulary import Outcome
from counterclaim.web.gist import gist
from counterclaim.web.texts import Mark

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

    from counterclaim.proposing.model import Model
    from counterclaim.proposing.proposals import Proposals
    from counterclaim.resolve.wording import Names
    from counterclaim.web.drafts import Draft

MOST = 200
"""So many are proposed on one page."""

READ_AT_ONCE = 50_000
"""Characters of the longest text that is read for anybody who pastes it: some seconds."""


class _Kept(BaseModel):
    """The field as it travels."""

    model_config = ConfigDict(extra="ignore", strict=True)

    by: str = BY_RULES
    asked: list[str | None] = Field(default=[], max_length=3)
    events: list[dict[str, Any]] = Field(default=[], max_length=MOST * 2)
    claims: list[dict[str, Any]] = Field(default=[], max_length=MOST)
    why: list[list[str]] = Field(default=[], max_length=MOST)
    dropped: dict[str, int] = {}
    notes: list[str] = Field(default=[], max_length=9)
    settled: list[str] = Field(default=[], max_length=MOST)


@dataclass(frozen=True, slots=True)
class Proposal:
    """One claim that is proposed: how it is named in the form, its shape, and why it is so."""

    name: str
    start: int
    end: int
    shape: ClaimIn
    given: dict[str, Any]
    why: list[str]

    @property
    def exact(self) -> str:
        """The words."""
        return str(self.given["quote"]["exact"])

    def gist(self, names: Names) -> str:
        """Its figures in a line; empty where it has none."""
        figures = any(getattr(self.shape, noun) for noun in ("counts", "casualties", "damage"))
        return gist(self.shape, names.munitions) if figures else ""


@dataclass(slots=True)
class Proposed:
    """What is proposed of one text."""

    kept: _Kept = field(default_factory=_Kept)
    text: str = ""

    @classmethod
    def read(cls, given: str, text: str) -> Proposed:
        """What the field holds; nothing where it holds no such thing."""
        try:
            return cls(_Kept.model_validate_json(given), text)
        except ValidationError:
            return cls(_Kept(), text)

    @classmethod
    def of(cls, found: Proposals, draft: Draft, settled: list[str]) -> Proposed:
        """What was proposed of a draft's text just now."""
        kept = _Kept(
            by=found.by,
            asked=_asked(draft),
            events=found.events[: MOST * 2],
            claims=found.claims[:MOST],
            why=found.why[:MOST],
            dropped=found.dropped,
            notes=found.notes[:9],
            settled=settled,
        )
        return cls(kept, draft.text)

    def write(self) -> str:
        """The field."""
        return self.kept.model_dump_json()

    @property
    def state(self) -> str:
        """What is another when anything of it is; so a script sees whether to draw it anew."""
        return f"{crc32(self.write().encode()):08x}"

    @property
    def by(self) -> str | None:
        """The model that proposed; None for the rules."""
        return None if self.kept.by == BY_RULES else self.kept.by

    @property
    def notes(self) -> list[str]:
        """What else there is to know."""
        left_out = ", ".join(words_of(self.kept.dropped))
        told = [f"Left out of its answer: {left_out}."] if left_out else []
        return [*self.kept.notes, *told]

    @property
    def settled(self) -> int:
        """How many were taken or dismissed."""
        return len(self.kept.settled)

    def waiting(self) -> list[Proposal]:
        """Those that nobody has taken or dismissed, in the order of the text."""
        done = set(self.kept.settled)
        return [one for one in self._all() if one.name not in done]

    def marks(self) -> list[Mark]:
        """Where their quotes stand."""
        return [Mark(one.start, one.end, proposal=one.name) for one in self.waiting()]

    def settle(self, name: str) -> Proposal | None:
        """Take one off the list, or with ``all`` every one; the one that it was."""
        waiting = self.waiting()
        names = [one.name for one in waiting] if name == "all" else [name]
        known = [one for one in waiting if one.name in names]
        self.kept.settled += [one.name for one in known]
        return known[0] if len(known) == 1 else None

    def take(self, name: str, draft: Draft) -> None:
        """Open a claim of the draft that is filled with one that is proposed."""
        one = self.settle(name)
        if one is None:
            return
        claim = form_of(one.given, draft.lang)
        events = self._events(str(one.given.get("event")))
        draft.open_claim({**claim, "event": events[0]["ref"] if events else ""}, events)

    def _events(self, ref: str) -> list[dict[str, Any]]:
        """An event and its parts as fields of a form, under refs that nothing else will have."""
        known = {
            one["ref"]: one for one in self.kept.events if one.get("ref") and _is(EventIn, one)
        }
        named = {ref: f"{ref}-{crc32(one['label'].encode()):08x}" for ref, one in known.items()}
        whole = known.get(ref)
        if whole is None:
            return []
        parts = [part for part in whole.get("parts", []) if part in known and part != ref]
        made = [{**_field(known[one], {}), "ref": named[one]} for one in (ref, *parts)]
        for event in made:
            event.pop("parts", None)
        if parts:
            made[0]["parts"] = [named[part] for part in parts]
        return made

    @property
    def is_long(self) -> bool:
        """Whether the text is read only when somebody asks for it."""
        return len(self.text) > READ_AT_ONCE

    def is_of(self, draft: Draft) -> bool:
        """Whether it was proposed with what the draft says of its document now."""
        return self.kept.asked == _asked(draft)

    def _all(self) -> Iterator[Proposal]:
        seen: dict[tuple[int, int], int] = {}
        for at, given in enumerate(self.kept.claims):
            quote = given.get("quote")
            shape = _is(ClaimIn, given)
            if (
                shape is None
                or not isinstance(quote, dict)
                or not isinstance(quote.get("start"), int)
            ):
                continue
            start, exact = quote["start"], quote["exact"]
            if not self.text.startswith(exact, start):
                continue
            end = start + len(exact)
            seen[start, end] = seen.get((start, end), 0) + 1
            why = self.kept.why[at] if at < len(self.kept.why) else []
            name = f"{start}-{end}-{seen[start, end]}"
            yield Proposal(name, start, end, shape, given, why)


def propose_at_once(engine: Engine, draft: Draft, settled: list[str]) -> Proposed:
    """What the rules propose, unless the text is so long that somebody has to ask for it."""
    if len(draft.text) <= READ_AT_ONCE:
        return propose(engine, draft, None, settled)
    return Proposed(_Kept(asked=_asked(draft), settled=settled), draft.text)


def propose(engine: Engine, draft: Draft, model: Model | None, settled: list[str]) -> Proposed:
    """What the text of a draft seems to claim, with what the draft says of its document.

    A publisher that is not known yet, and a date that is none, are as if they were not given.
    """
    published, publisher, lang = _asked(draft)
    asked = Asked(draft.text, published, publisher, lang)
    for given in (asked, replace(asked, publisher=None), Asked(draft.text)):
        try:
            return Proposed.of(propose_claims(engine, given, model), draft, settled)
        except InputError:
            continue
    return Proposed(text=draft.text)


def _asked(draft: Draft) -> list[str | None]:
    document = draft.document
    given = (document.get(name) for name in ("published", "publisher", "lang"))
    return [
        str(value).strip() if isinstance(value, str) and value.strip() else None for value in given
    ]


def _is(shape: type[Any], given: dict[str, Any]) -> Any:
    try:
        return shape.model_validate(given)
    except ValidationError:
        return None


def form_of(claim: dict[str, Any], lang: str) -> dict[str, Any]:
    """A proposed claim as the fields of a form: numbers in the words of its quote."""
    quote = claim["quote"]
    said = _said(quote["exact"], lang)
    fields = {name: _field(value, said) for name, value in claim.items() if name != "quote"}
    return {**fields, "quote": {"exact": quote["exact"], "start": str(quote["start"])}}


_QUANTITIES = {*map(str, Outcome), "count"}
"""The fields of figures that are quantities."""

_Said = dict[tuple[int | None, int | None], str]
"""The words by which a quote states an interval."""


def _field(value: Any, said: _Said) -> Any:
    if isinstance(value, dict):
        return {
            name: _quantity(below, said) if name in _QUANTITIES else _field(below, said)
            for name, below in value.items()
        }
    if isinstance(value, list):
        return [_field(below, said) for below in value]
    return "" if value is None else str(value)


def _quantity(value: int | dict[str, int | None] | str | None, said: _Said) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    low, high = (value, value) if isinstance(value, int) else map(value.get, ("low", "high"))
    if (low, high) in said:
        return said[low, high]
    if low is not None and high is not None:
        return str(low) if low == high else f"{low}-{high}"
    return f"≤{high}" if low is None else f"{low}+"


def _said(exact: str, lang: str) -> _Said:
    """The words of a quote for each interval that it states, where they can be read alone."""
    lang = lang if lang in languages() else "en"
    found: _Said = {}
    for span in numbers_in(exact, lang=lang):
        words = exact[span.start : span.end]
        try:
            same = parse_quantity(words, lang=lang).same_interval(span.quantity)
        except InputError:
            continue
        if same:
            found.setdefault((span.quantity.low, span.quantity.high), words)
    return found
