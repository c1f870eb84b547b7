"""The project's own layout: a table with one claim a row, or one JSON object a line.

docs/importing.md lists the columns. An empty cell says nothing; a column that is not known is kept
with the row, unless it looks like one that is misspelt.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, ClassVar

import orjson
from pydantic import ValidationError

from counterclaim.errors import InputError
from counterclaim.importers.tables import JSON
from counterclaim.names import nearest
from counterclaim.schemas.imported import ImportedClaim, ImportedEvent, Record, Reject
from counterclaim.schemas.incoming import DocumentIn, MunitionIn, PlaceIn, SourceIn
from counterclaim.schemas.mistakes import problems_of
from counterclaim.vocabulary import Outcome, SourceKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pydantic import BaseModel

    from counterclaim.importers.tables import TableRow
    from counterclaim.queries.names import Finder


def _split(cell: str) -> list[str]:
    return [part.strip() for part in cell.split(";") if part.strip()]


def _number(cell: str) -> Any:
    try:
        return float(cell)
    except ValueError:
        return cell  # The shape says what is wrong with it.


MOST_DIGITS = 20
"""Longer rows of digits are no number of anything: they stay words, which are refused as such."""


def _quantity(cell: str) -> Any:
    is_number = cell.isascii() and cell.isdigit() and len(cell) <= MOST_DIGITS
    return int(cell) if is_number else cell


def _polarity(cell: str) -> Any:
    return {"1": 1, "+1": 1, "-1": -1, "−1": -1}.get(cell, cell)


Path = tuple[str | int, ...]

FIELDS: dict[str, tuple[Path, Callable[[str], Any]]] = {
    "key": (("key",), str),
    "event": (("event", "key"), str),
    "event_kind": (("event", "kind"), str),
    "event_scope": (("event", "scope"), str),
    "event_label": (("event", "label"), str),
    "event_parts": (("event", "parts"), _split),
    "document_title": (("document", "title"), str),
    "document_text": (("document", "text"), str),
    "publisher": (("document", "publisher"), str),
    "published": (("document", "published"), str),
    "url": (("document", "url"), str),
    "lang": (("document", "lang"), str),
    "licence": (("document", "licence"), str),
    "kind": (("kind",), str),
    "said_by": (("said_by",), _split),
    "speech": (("speech",), str),
    "stance": (("stance",), str),
    "polarity": (("polarity",), _polarity),
    "distribution": (("distribution",), str),
    "quote": (("quote",), str),
    "said": (("said",), str),
    "occurred": (("occurred",), str),
    "attacker": (("attacker",), str),
    "defender": (("defender",), str),
    "target": (("target",), str),
    "inference_rule": (("inference_rule",), str),
    "place": (("places", 0, "place"), str),
    "place_role": (("places", 0, "role"), str),
    "place_said": (("places", 0, "said"), str),
    "latitude": (("places", 0, "latitude"), _number),
    "longitude": (("places", 0, "longitude"), _number),
    "munition": (("counts", 0, "munition"), str),
    **{str(outcome): (("counts", 0, str(outcome)), _quantity) for outcome in Outcome},
    "casualty_side": (("casualties", 0, "side"), str),
    "casualty_status": (("casualties", 0, "status"), str),
    "casualty_harm": (("casualties", 0, "harm"), str),
    "casualty_count": (("casualties", 0, "count"), _quantity),
    "damage_object": (("damage", 0, "object"), str),
    "damage_severity": (("damage", 0, "severity"), str),
    "damage_count": (("damage", 0, "count"), _quantity),
    "note": (("note",), str),
}
"""Columns of a table: where each stands in the JSON of a claim, and how its cell is read."""

REFERENCES: dict[str, type[BaseModel]] = {
    "sources": SourceIn,
    "munitions": MunitionIn,
    "places": PlaceIn,
}
"""Under ``new``, in a line of JSON: rows of reference that may not be there yet."""

LONGEST_KEY = 500
"""Characters of the key of a row."""

TITLE = 80
"""So many characters of a text are its title where none is given."""


class _OddError(Exception):
    """What is wrong with a row: the column or field, its value, and why."""


class Claims:
    """Reads claims that were written for this program."""

    name: ClassVar[str] = "claims"
    title: ClassVar[str] = "Claims in the columns or the JSON of this program"
    columns: ClassVar[tuple[str, ...]] = ()
    texts: ClassVar[tuple[str, ...]] = ("document_text",)
    publisher: ClassVar[SourceIn] = SourceIn(
        key="own-claims", name="Claims of one's own", kind=SourceKind.OTHER
    )

    def records(self, rows: Iterable[TableRow], _names: Finder) -> Iterator[Record | Reject]:
        """Each row as one record with one claim.

        Raises:
            InputError: the columns are not those of this layout.
        """
        events: dict[str, ImportedEvent] = {}
        checked = False
        for row in rows:
            if not checked:
                _check_columns(row.cells)
                checked = True
            key: str | None = None
            original: dict[str, Any] = dict(row.cells)
            try:
                body = _body(row.cells)
                original = body if JSON in row.cells else original
                key = _key(body)
                yield _record(row.line, key, original, dict(body), events)
            except _OddError as error:
                column, value, reason = error.args
                yield Reject(row.line, key, original, _column(column), value, reason)


def _check_columns(cells: dict[str, str]) -> None:
    if JSON in cells:
        return
    if "key" not in cells:
        raise InputError("The table needs a column key: what the row is called in every version.")
    for column in cells.keys() - FIELDS.keys():
        near = nearest(column, FIELDS, limit=1)
        if near:
            msg = f"There is no column {column!r}. Did you mean {near[0]}?"
            raise InputError(msg, suggestions=near)


def _body(cells: dict[str, str]) -> dict[str, Any]:
    """The row as the JSON of a claim."""
    if JSON in cells:
        try:
            body = orjson.loads(cells[JSON])
        except orjson.JSONDecodeError as error:
            raise _OddError(None, cells[JSON][:200], f"The line is no JSON: {error}.") from None
        if not isinstance(body, dict):
            raise _OddError(None, cells[JSON][:200], "The line is no JSON object.")
        return body
    body = {}
    for column, (path, read) in FIELDS.items():
        cell = cells.get(column, "").strip()
        if cell:
            _put(body, path, read(cell))
    return body


def _put(body: dict[str, Any], path: Path, value: Any) -> None:
    node: Any = body
    for part, following in pairwise(path):
        if isinstance(part, int):
            if not node:
                node.append({})
            node = node[part]
        else:
            node = node.setdefault(part, [] if isinstance(following, int) else {})
    node[path[-1]] = value


def _column(pointer: str | None) -> str | None:
    """The column that a JSON pointer means; the pointer itself where there is none."""
    by_path = {"/" + "/".join(map(str, path)): name for name, (path, _read) in FIELDS.items()}
    return by_path.get(pointer or "", pointer)


def _key(body: dict[str, Any]) -> str:
    key = body.get("key", body.get("ref"))
    if not isinstance(key, str) or not key.strip() or len(key) > LONGEST_KEY or "\x00" in key:
        shown = None if key is None else str(key)[:100]
        raise _OddError("/key", shown, "A row needs a key of 1 to 500 characters.")
    return key.strip()


def _record(
    line: int,
    key: str,
    original: dict[str, Any],
    body: dict[str, Any],
    events: dict[str, ImportedEvent],
) -> Record:
    for name in ("key", "ref", "basis"):
        body.pop(name, None)
    new = body.pop("new", None) or {}
    document = _document(body.pop("document", None))
    event = _event(key, body.pop("event", None), events)
    if event is not None:
        body["event"] = event.key
    return Record(
        line=line,
        key=key,
        original=original,
        documents=[document],
        events=[] if event is None else [event],
        claims=[_read(ImportedClaim, body, "")],
        **{noun: list(_new(new, noun)) for noun in REFERENCES},
    )


def _new(new: Any, noun: str) -> Iterator[Any]:
    given = new.get(noun, []) if isinstance(new, dict) else new
    if not isinstance(given, list):
        raise _OddError("/new", None, "new holds sources, munitions and places, each a list.")
    for place, row in enumerate(given):
        yield _read(REFERENCES[noun], row, f"/new/{noun}/{place}")


def _document(given: Any) -> DocumentIn:
    if isinstance(given, dict) and isinstance(given.get("text"), str) and "title" not in given:
        given = {"title": " ".join(given["text"].split())[:TITLE] or None, **given}
    if given is None:
        raise _OddError("/document/text", None, "A claim needs the text that it stands in.")
    found: DocumentIn = _read(DocumentIn, given, "/document")
    if found.text is None:
        raise _OddError("/document/text", None, "Give the text itself.")
    return found


def _event(key: str, given: Any, events: dict[str, ImportedEvent]) -> ImportedEvent | None:
    """The event of a row; rows that follow need give its key alone."""
    if given is None:
        return None
    if isinstance(given, str):
        given = {"key": given}
    if isinstance(given, dict) and given.keys() <= {"key"}:
        name = given.get("key")
        if isinstance(name, str) and name in events:
            return events[name]
    if isinstance(given, dict):
        named = {"key": given.get("ref", key), **given}
        named.pop("ref", None)
        given = named
    event: ImportedEvent = _read(ImportedEvent, given, "/event")
    events[event.key] = event
    return event


def _read(shape: type[Any], given: Any, prefix: str) -> Any:
    try:
        return shape.model_validate(given)
    except ValidationError as error:
        first, *_more = problems = problems_of(error.errors(), given, shape)
        reason = " ".join(dict.fromkeys(problem.detail for problem in problems))
        raise _OddError(prefix + first.pointer, _value(given, first.pointer), reason) from None


def _value(given: Any, pointer: str) -> str | None:
    """What stands at a JSON pointer, as text."""
    node = given
    for part in filter(None, pointer.split("/")):
        try:
            node = node[int(part)] if isinstance(node, list) else node[part]
        except (LookupError, TypeError, ValueError):
            return None
    return str(node)[:200]
