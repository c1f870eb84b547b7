"""What Pydantic found wrong in a body, as problems with JSON pointers that a person can follow."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, get_args

from pydantic import BaseModel

from counterclaim.errors import Problem
from counterclaim.names import nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pydantic_core import ErrorDetails

_DETAILS = {
    "missing": "This is missing.",
    "invalid_key": "The name of a field must be text.",
    "int_type": "A whole number is wanted.",
    "float_type": "A number is wanted.",
    "finite_number": "A finite number is wanted.",
    "string_type": "Text is wanted: a number that is meant as text goes in quotes.",
    "string_unicode": "The text holds half a surrogate pair: it is no valid Unicode.",
    "list_type": "A list is wanted.",
    "model_type": "Fields with their values are wanted.",
    "model_attributes_type": "Fields with their values are wanted.",
}
"""Instead of Pydantic's own messages, which speak of Python."""

_QUOTED = re.compile(r"'([^']*)'")
"""The words among which Pydantic says that a value should be."""

_NAMING = {"missing", "extra_forbidden", "invalid_key"}
"""Errors whose place ends with a name that is there or should be, never with a union's tag."""


MOST_TOLD = 200
"""So many errors are told of one by one: nobody reads more, and each costs time to explain."""


def problems_of(
    errors: Sequence[ErrorDetails], content: object, shape: type[BaseModel] | None = None
) -> list[Problem]:
    """What Pydantic found in a body: one problem for each place, in the order in which it found it.

    Of many errors the first are told, and how many there are more.

    Args:
        errors: As ``errors()`` gives them; of FastAPI's, without the leading "body" of ``loc``.
        content: The body as it was validated. Only what is a key or position in it goes into a
            pointer; the rest of ``loc`` are tags of unions.
        shape: What the body was validated as; with it, unknown fields get suggestions.
    """
    found: dict[str, Problem] = {}
    for error in errors[:MOST_TOLD]:
        path = _place(error, content)
        problem = _problem(error, path, shape)
        known = found.setdefault(problem.pointer, problem)
        if problem.detail not in known.detail:
            detail = f"{known.detail} Or: {problem.detail}"
            found[problem.pointer] = Problem(problem.pointer, detail, known.suggestions)
    told = list(found.values())
    if len(errors) > MOST_TOLD:
        told.append(Problem("", f"{len(errors) - MOST_TOLD} more errors are not listed."))
    return told


def _problem(error: ErrorDetails, path: Sequence[int | str], shape: Any) -> Problem:
    # RFC 6901, section 3: ~ is ~0 and / is ~1.
    parts = (str(part).replace("~", "~0").replace("/", "~1") for part in path)
    pointer = encodable("".join(f"/{part}" for part in parts))
    detail, near = explained(error)
    if error["type"] == "extra_forbidden":
        near = nearest(str(path[-1]), _fields(shape, path[:-1]))
        detail = "There is no such field."
        detail += f" Did you mean {' or '.join(near)}?" if near else ""
    return Problem(pointer, encodable(detail), tuple(near))


def explained(error: ErrorDetails) -> tuple[str, list[str]]:
    """What is wrong with a value and the nearest right ones, without regard to where it stands."""
    words = _QUOTED.findall(str(error.get("ctx", {}).get("expected", "")))
    if not words or error["type"] not in {"enum", "literal_error"}:
        return _DETAILS.get(error["type"], error["msg"].removeprefix("Value error, ")), []
    given = str(error["input"])[:100]
    near = nearest(given, words)
    hint = f" Did you mean {' or '.join(near)}?" if near else ""
    return f"{given!r} is none of {', '.join(words)}.{hint}", near


def _place(error: ErrorDetails, content: object) -> tuple[int | str, ...]:
    """The part of ``loc`` that stands in the body: the first way to what the error was found in."""
    loc, wanted = error["loc"], error["input"]
    if error["type"] not in _NAMING or not loc:
        ways = list(_ways(loc, content))
        return next((path for path, node in ways if node is wanted), ways[0][0])
    *rest, name = loc
    ways = list(_ways(rest, content))
    for path, node in ways:
        holder = (
            node if error["type"] == "missing" else isinstance(node, Mapping) and node.get(name)
        )
        if holder is wanted:
            return (*path, name)
    return (*ways[0][0], name)


def _ways(loc: Sequence[int | str], node: object) -> Iterator[tuple[tuple[int | str, ...], object]]:
    """Every way in which ``loc`` leads into a body, and where it ends; keys rather than tags."""
    if not loc:
        yield (), node
        return
    part, rest = loc[0], loc[1:]
    if isinstance(node, Mapping):
        there = part in node
    else:
        there = isinstance(node, list) and isinstance(part, int) and part < len(node)
    if there:
        below = node[part]  # type: ignore[index]
        yield from (((part, *path), end) for path, end in _ways(rest, below))
    yield from _ways(rest, node)


def _fields(shape: Any, path: Iterable[int | str]) -> set[str]:
    """The fields that may stand at a place."""
    shapes = set(_shapes(shape))
    for part in path:
        if isinstance(part, str):
            holding = [one.model_fields[part] for one in shapes if part in one.model_fields]
            shapes = {one for field in holding for one in _shapes(field.annotation)}
    return {name for one in shapes for name in one.model_fields}


def _shapes(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _shapes(part)


def encodable(text: str) -> str:
    """The text with half surrogate pairs written as escapes, so that it can be given out."""
    return text.encode(errors="backslashreplace").decode()
