"""A claim file while it is written by hand: what the form holds, and the steps that change it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import count
from typing import TYPE_CHECKING, Any

from counterclaim.names import slug
from counterclaim.queries.recognise import Kind, Span, speaker_in
from counterclaim.vocabulary import PlaceKind, Speech, Stance
from counterclaim.web.pointers import Pruned, fields_of, tree_of
from counterclaim.web.texts import Mark, nearest_occurrence

if TYPE_CHECKING:
    from counterclaim.queries.recognise import KnownNames

NEW_ROWS = ("sources", "munitions", "places")
MOST_PROPOSED = 4
"""So many rows of a kind are filled in from a quote."""


@dataclass(slots=True)
class Draft:
    """The fields as a tree of the claim file's own names; ``open`` is the claim that is edited."""

    tree: dict[str, Any] = field(default_factory=dict)
    open: int | None = None

    @classmethod
    def of(cls, fields: Iterable[tuple[str, str]]) -> Draft:
        """The draft that a form holds."""
        given = list(fields)
        opened = dict(given).get("open", "")
        draft = cls(tree_of(given))
        draft.edit(whole_of(opened))
        for claim in draft.claims:
            draft._place_quote(claim)
        return draft

    def edit(self, place: int | None) -> None:
        """Edit one of the claims; a place where none stands changes nothing."""
        if place is not None and place < len(self.claims):
            self.open = place

    @property
    def document(self) -> dict[str, Any]:
        """The fields of the document."""
        return _dict(self.tree, "document")

    @property
    def text(self) -> str:
        """The document's text; empty before there is one."""
        return str(self.document.get("text", ""))

    @property
    def claims(self) -> list[dict[str, Any]]:
        """The fields of the claims."""
        return _list(self.tree, "claims")

    @property
    def events(self) -> list[dict[str, Any]]:
        """The fields of new events."""
        return _list(self.tree, "events")

    @property
    def refs(self) -> list[str]:
        """The refs of new events, in their order; empty where one has none."""
        return [str(event.get("ref") or "") for event in self.events]

    @property
    def published(self) -> date | None:
        """The day of publication, where a single day is given."""
        try:
            return date.fromisoformat(str(self.document.get("published", ""))[:10])
        except ValueError:
            return None

    @property
    def lang(self) -> str:
        """The language of the text without region or script."""
        return str(self.document.get("lang") or "en").split("-")[0].lower()

    def marks(self) -> list[Mark]:
        """Where the quotes of the claims stand, by the place of the claim."""
        found = []
        for place, claim in enumerate(self.claims):
            quote = _dict(claim, "quote")
            start, exact = whole_of(quote.get("start")), str(quote.get("exact", ""))
            if start is not None and self.text.startswith(exact, start):
                found.append(Mark(start, start + len(exact), place))
        return found

    def fields(self, *, without: Iterable[str] = ()) -> list[tuple[str, str]]:
        """All fields with a value by their pointers, but for those below some pointers."""
        left = tuple(without)
        return [
            (name, value)
            for name, value in fields_of(self.tree)
            if not any(name == one or name.startswith(f"{one}/") for one in left)
        ]

    def pruned(self) -> Pruned:
        """The claim file so far, without rows left empty and events that no claim is about."""
        used = self._used()
        events = [event if event.get("ref") in used else {} for event in self.events]
        rows = {name: [_keyed(row) for row in _list(self.tree, name)] for name in NEW_ROWS}
        claims = [
            {**claim, "ref": f"C{place + 1}"} if any(fields_of(claim)) else claim
            for place, claim in enumerate(self.claims)
        ]
        return Pruned({**self.tree, **rows, "events": events, "claims": claims})

    def open_quote(
        self, exact: str, start: int | None, known: KnownNames, spans: list[Span]
    ) -> None:
        """Begin a claim on some words, with what was recognised in them filled in."""
        claim: dict[str, Any] = {"quote": {"exact": exact, "start": _text(start)}}
        self._place_quote(claim)
        claim |= proposed(exact, spans, known)
        self.claims.append(claim)
        self.open = len(self.claims) - 1

    def open_claim(self, claim: dict[str, Any], events: list[dict[str, Any]]) -> None:
        """Begin a claim with all of its fields, and add the events that it needs."""
        self.events.extend(event for event in events if event["ref"] not in self.refs)
        self._place_quote(claim)
        self.claims.append(claim)
        self.open = len(self.claims) - 1

    def remove(self, place: int | None) -> None:
        """Take a claim out, if one stands there."""
        if place is not None and place < len(self.claims):
            del self.claims[place]
            self.open = None

    def tidy(self) -> None:
        """Take empty rows out of all lists, so that places in the form are places in the body."""
        self.tree = _tidied(self.tree) or {}
        used = self._used()
        self.tree["events"] = [event for event in self.events if event.get("ref") in used]

    def add_row(self, noun: str, name: str) -> None:
        """Begin a new source, munition or place of a name that the store does not know."""
        if noun in NEW_ROWS and all(row.get("name") != name for row in _list(self.tree, noun)):
            _list(self.tree, noun).append({"name": name})

    def put(self, pointer: str, value: str) -> None:
        """Write one field."""
        found = tree_of([*fields_of(self.tree), (pointer, value)])
        self.tree = found

    def value(self, pointer: str) -> str:
        """What a field holds; empty where it holds nothing."""
        node: Any = self.tree
        for part in pointer[1:].split("/"):
            if isinstance(node, Mapping):
                node = node.get(part, "")
            elif isinstance(node, list) and (place := whole_of(part)) is not None:
                node = node[place] if place < len(node) else ""
            else:
                return ""
        return node if isinstance(node, str) else ""

    def rows(self, pointer: str) -> int:
        """How many rows a list has."""
        node: Any = self.tree
        for part in pointer[1:].split("/"):
            below = node.get(part) if isinstance(node, Mapping) else None
            if isinstance(node, list) and (place := whole_of(part)) is not None:
                below = node[place] if place < len(node) else None
            node = below
        return len(node) if isinstance(node, list) else 0

    def _used(self) -> set[object]:
        """The refs of events that a claim is about, and of their parts."""
        used: set[object] = {claim.get("event") for claim in self.claims}
        wholes = [event for event in self.events if event.get("ref") in used]
        parts = (event.get("parts") for event in wholes)
        return used.union(*(part for part in parts if isinstance(part, list)))

    def next_ref(self) -> str:
        """A ref that no event of the draft has."""
        taken = {event.get("ref") for event in self.events}
        return next(ref for ref in map("E{}".format, count(1)) if ref not in taken)

    def more_of_event(self, place: int) -> list[tuple[str, str]]:
        """The fields of an event for which the form has no control: its scope and its parts."""
        head = f"/events/{place}/"
        shown = {f"{head}{name}" for name in ("ref", "label", "kind")}
        return [one for one in self.fields() if one[0].startswith(head) and one[0] not in shown]

    def _place_quote(self, claim: dict[str, Any]) -> None:
        """Let ``start`` be where the words stand now, next to where they stood."""
        quote = _dict(claim, "quote")
        start = nearest_occurrence(
            self.text, str(quote.get("exact", "")), whole_of(quote.get("start"))
        )
        quote["start"] = _text(start)


def proposed(exact: str, spans: list[Span], known: KnownNames) -> dict[str, Any]:
    """The fields of a claim that some words suggest; only what can mean one thing."""
    made: dict[str, Any] = {}
    speaker = speaker_in(exact, spans)
    if speaker is not None:
        made["said_by"] = [speaker.value]
    speeches = {span.value for span in spans if span.kind is Kind.SPEECH}
    if Speech.DIRECT in speeches:
        made["speech"] = str(Speech.DIRECT)
    elif speaker is not None and Speech.MIXED in speeches:
        made["speech"] = str(Speech.MIXED)
    stances = {span.value for span in spans if span.kind is Kind.STANCE}
    if len(stances) == 1:
        made["stance"] = stances.pop()
    dates = {span.value for span in spans if span.kind is Kind.DATE}
    if len(dates) == 1 and made.get("stance") not in {Stance.PROMISES, Stance.FORECASTS}:
        made["occurred"] = dates.pop()
    munitions = [{"munition": key} for key in _munitions(spans)]
    places = [
        {"place": span.value, "said": exact[span.start : span.end]}
        for span in _first_each(spans, Kind.PLACE)
        if not _is_country(span, known)
    ]
    rows = {"counts": munitions[:MOST_PROPOSED], "places": places[:MOST_PROPOSED]}
    return made | {name: row for name, row in rows.items() if row}


def _munitions(spans: list[Span]) -> list[str]:
    """Munitions named, without the word for their kind right behind: "ATACMS missiles"."""
    named = [span for span in spans if span.kind is Kind.MUNITION and span.value]
    plain = [
        span for span in named if not any(one.end + 1 == span.start for one in named if one != span)
    ]
    return list(dict.fromkeys(span.value for span in plain if span.value))


def _first_each(spans: list[Span], kind: Kind) -> list[Span]:
    found: dict[str, Span] = {}
    for span in spans:
        if span.kind is kind and span.value:
            found.setdefault(span.value, span)
    return list(found.values())


def _is_country(span: Span, known: KnownNames) -> bool:
    rows = [row for rows in known.get(Kind.PLACE, {}).values() for row in rows]
    return any(row.key == span.value and row.kind == PlaceKind.COUNTRY for row in rows)


def _keyed(row: Mapping[str, Any]) -> dict[str, Any]:
    """A new row with the key that its name makes."""
    name = str(row.get("name", "")).strip()
    return {**row, "key": slug(name)[:100].strip("-")} if name else dict(row)


def _dict(node: dict[str, Any], name: str) -> dict[str, Any]:
    if not isinstance(node.get(name), dict):
        node[name] = {}
    below: dict[str, Any] = node[name]
    return below


def _list(node: dict[str, Any], name: str) -> list[dict[str, Any]]:
    rows = node.get(name)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        node[name] = []
    below: list[dict[str, Any]] = node[name]
    return below


def _tidied(node: Any) -> Any:
    if isinstance(node, Mapping):
        made = {key: _tidied(below) for key, below in node.items()}
        return {key: value for key, value in made.items() if value not in (None, "")} or None
    if isinstance(node, list):
        return [row for row in map(_tidied, node) if row not in (None, "")] or None
    return node


def whole_of(given: object) -> int | None:
    """The whole number that a field holds; None where it holds none, or a very great one."""
    text = str(given)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _text(number: int | None) -> str:
    return "" if number is None else str(number)
