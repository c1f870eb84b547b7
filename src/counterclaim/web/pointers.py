"""Forms whose fields are named by JSON pointers (RFC 6901) into the body that they make.

So a problem of the body and the field that it is about find each other by name alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from counterclaim.errors import Problem

DEEPEST = 8
"""No field of a body lies deeper."""

NUMBERS: Mapping[str, type[int] | type[float]] = {
    "start": int,
    "polarity": int,
    "uncertainty_m": int,
    "latitude": float,
    "longitude": float,
    "distance_km": float,
}
"""Fields that are numbers in the body; a text that is none stays, and is refused there."""

AS_WRITTEN = {"text", "exact"}
"""Fields whose white space counts."""


def tree_of(fields: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """The fields as nested dicts and lists; other names than pointers are left out."""
    root: dict[str, Any] = {}
    for name, value in fields:
        *path, last = name[1:].split("/")
        if not name.startswith("/") or len(path) > DEEPEST:
            continue
        node = root
        for part in path:
            below = node.setdefault(part, {})
            if not isinstance(below, dict):
                break
            node = below
        else:
            node[last] = value.replace("\r\n", "\n")
    tree: dict[str, Any] = _listed(root) if root else {}
    return tree


def _listed(node: Any) -> Any:
    """Dicts whose keys are numbers as lists: browsers send rows left empty, too."""
    if not isinstance(node, dict):
        return node
    below = {key: _listed(value) for key, value in node.items()}
    if not below or not all(key.isascii() and key.isdigit() for key in below):
        return below
    return [below[key] for key in sorted(below, key=lambda key: (len(key), key))]


def fields_of(node: Any, path: str = "") -> list[tuple[str, str]]:
    """The fields of a tree that have a value, by their pointers."""
    if isinstance(node, Mapping):
        pairs: Iterable[tuple[Any, Any]] = node.items()
    elif isinstance(node, list):
        pairs = enumerate(node)
    else:
        return [(path, str(node))] if node not in ("", None) else []
    return [field for key, below in pairs for field in fields_of(below, f"{path}/{key}")]


class Pruned:
    """The body that a tree makes, without what was left empty.

    Rows of lists move up where one before them is empty: ``field_of`` leads back.
    """

    def __init__(self, tree: Mapping[str, Any]) -> None:
        self._fields: dict[str, str] = {"": ""}
        self.body: dict[str, Any] = self._prune(tree, "", "") or {}

    def field_of(self, pointer: str) -> str:
        """The field, or the group of fields, that a pointer into the body is about."""
        known = pointer
        while known and known not in self._fields:
            known = known.rpartition("/")[0]
        return self._fields.get(known, "") + pointer[len(known) :]

    def _prune(self, node: Any, field: str, pointer: str) -> Any:
        value = self._kept(node, field, pointer)
        if value is not None:
            self._fields[pointer] = field
        return value

    def _kept(self, node: Any, field: str, pointer: str) -> Any:
        if isinstance(node, Mapping):
            made = {
                key: self._prune(below, f"{field}/{key}", f"{pointer}/{key}")
                for key, below in node.items()
            }
            return {key: value for key, value in made.items() if value is not None} or None
        if isinstance(node, list):
            rows: list[Any] = []
            for place, below in enumerate(node):
                row = self._prune(below, f"{field}/{place}", f"{pointer}/{len(rows)}")
                rows += [] if row is None else [row]
            return rows or None
        return _value(field.rpartition("/")[2], node)


def _value(name: str, given: Any) -> Any:
    if not isinstance(given, str):
        return given
    text = given if name in AS_WRITTEN else given.strip()
    if name in NUMBERS and text:
        try:
            return NUMBERS[name](text.replace(",", "."))
        except ValueError:
            return text
    return text or None


class Faults:
    """Problems by the fields of a form: each is shown once, at its field, else in a list."""

    def __init__(self, problems: Iterable[Problem], pruned: Pruned | None = None) -> None:
        self._left: dict[str, list[Problem]] = {}
        for problem in problems:
            field = pruned.field_of(problem.pointer) if pruned else problem.pointer
            self._left.setdefault(field, []).append(problem)

    def __len__(self) -> int:
        return sum(map(len, self._left.values()))

    def take(self, *fields: str) -> list[Problem]:
        """The problems of these fields."""
        return [problem for field in fields for problem in self._left.pop(field, [])]

    def below(self, pointer: str) -> int:
        """How many problems a group of fields has that were not shown yet."""
        inside = f"{pointer}/"
        return sum(
            len(problems)
            for field, problems in self._left.items()
            if field == pointer or field.startswith(inside)
        )

    def rest(self) -> list[tuple[str, Problem]]:
        """What no field has shown."""
        return [(field, problem) for field, problems in self._left.items() for problem in problems]
