"""Which values of an event's document changed, each with a path of natural keys.

A path is a JSON pointer (RFC 6901) in which the lines of a list go by what they are about: the
munition and the outcome, the side, status and harm, the role and the place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from counterclaim.queries.paths import WITHOUT_KEY, pointer
from counterclaim.schemas.event import ChangeOut

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Set

Document = dict[str, Any]
Step = str | None

MUNITION_FIELDS = ("key", "name", "category")


def changes(before: Document | None, after: Document | None, moved: Set[str]) -> list[ChangeOut]:
    """Each value that differs, with the claims that changed it, in the order of the document.

    Args:
        before: The document before; None where the event was not served.
        after: The document after.
        moved: The claims that began or ceased to bear on the event in between. Those among them on
            which the value rests on either side changed it; where it rests on none, all did.
    """
    old, new = values(before or {}), values(after or {})
    return [
        ChangeOut(
            path=path,
            before=old.get(path),
            after=new.get(path),
            claims=sorted((_claims(old.get(path)) | _claims(new.get(path))) & moved or moved),
        )
        for path in dict.fromkeys((*new, *old))
        if old.get(path) != new.get(path) and not _empty(old.get(path), new.get(path))
    ]


def values(document: Mapping[str, Any]) -> dict[str, Any]:
    """Every value of a document by its path; neither ``id`` nor ``updated_at`` is one."""
    shown = {name: value for name, value in document.items() if name not in NO_VALUES}
    return {pointer(steps): value for steps, value in _values(shown)}


NO_VALUES = ("id", "updated_at")


def _values(document: Mapping[str, Any]) -> Iterator[tuple[tuple[Step, ...], Any]]:
    for name, value in document.items():
        if name == "shared":
            for entry in value:
                figures = {key: entry[key] for key in ("munitions", "casualties", "damage")}
                for steps, one in _values(figures):
                    yield (name, entry["event"], *steps), one
        elif name == "positions":
            yield from (((name, side), said) for side, said in value.items())
        elif name in LINES:
            yield from (((name, *steps), one) for steps, one in LINES[name](value))
        else:
            yield (name,), value


def _munitions(lines: list[Document]) -> Iterator[tuple[tuple[Step, ...], Any]]:
    for line in lines:
        for outcome, figure in line.items():
            if outcome not in MUNITION_FIELDS:
                yield (line["key"] or WITHOUT_KEY["munitions"], outcome), figure


def _casualties(lines: list[Document]) -> Iterator[tuple[tuple[Step, ...], Any]]:
    for line in lines:
        yield (line["side"] or WITHOUT_KEY["casualties"], line["status"], line["harm"]), line


def _damage(lines: list[Document]) -> Iterator[tuple[tuple[Step, ...], Any]]:
    for line in lines:
        yield (line["object"], line["severity"]), line


def _places(lines: list[Document]) -> Iterator[tuple[tuple[Step, ...], Any]]:
    for line in lines:
        called = line["key"] or line["said"] or line["name"] or WITHOUT_KEY["places"]
        yield (line["role"], called), line


LINES = {
    "munitions": _munitions,
    "casualties": _casualties,
    "damage": _damage,
    "places": _places,
}


def _empty(*given: Any) -> bool:
    """Whether there is nothing on either side, be it said as null or as an empty list."""
    return all(value is None or value == [] for value in given)


def _claims(value: Any) -> set[str]:
    """The claims on which a value rests."""
    if isinstance(value, list):
        return set().union(*map(_claims, value))
    if not isinstance(value, dict):
        return set()
    return {*value.get("claims", ()), *value.get("narrowed_by", ())}
