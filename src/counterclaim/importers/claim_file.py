"""Claim files: YAML or JSON, with the document's text inside or in a file beside it."""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, get_args

import yaml
from pydantic import BaseModel, ValidationError

from counterclaim.errors import Problem, RejectedError
from counterclaim.names import nearest
from counterclaim.schemas.incoming import ClaimFile, DocumentIn

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from pydantic_core import ErrorDetails

LARGEST_FILE = 64 * 2**20
"""Bytes of a claim file or of a text beside it; larger ones are refused unread."""

_TAG = "tag:yaml.org,2002:"
_PLAIN = (
    ("null", r"~|null|Null|NULL|", "~nN"),
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", r"[-+]?[0-9]+", "-+0123456789"),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", "-+.0123456789"),
)
"""What is no text though it stands without quotes, by YAML 1.2 (section 10.3.2, core schema)."""


class _Loader(yaml.SafeLoader):
    """The YAML that JSON has too: ``no`` and dates stay text, and a key may stand only once."""

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep=deep)
        except (ValueError, LookupError, OverflowError):
            shown = str(node.value)[:40]
            msg = f"{shown!r} cannot be read as {node.tag.removeprefix(_TAG)}"
            raise yaml.constructor.ConstructorError(None, None, msg, node.start_mark) from None

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key_node, _value in node.value:
            key = self.construct_object(key_node, deep=True)
            if isinstance(key, Hashable) and key in seen:
                msg = f"The key {key!r} stands twice"
                raise yaml.constructor.ConstructorError(None, None, msg, key_node.start_mark)
            if isinstance(key, Hashable):
                seen.add(key)
        return super().construct_mapping(node, deep=deep)


def _text(loader: _Loader, node: yaml.ScalarNode) -> str:
    # JSON writes what is beyond U+FFFF as a pair of escapes, which YAML reads as two characters.
    text: str = loader.construct_scalar(node)
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


def _int(loader: _Loader, node: yaml.ScalarNode) -> int:
    return int(loader.construct_scalar(node))


def _float(loader: _Loader, node: yaml.ScalarNode) -> float:
    return float(loader.construct_scalar(node))


def _unknown(_loader: _Loader, node: yaml.Node) -> None:
    msg = f"{node.tag.replace(_TAG, '!!')} is not taken here: write text, numbers, lists and fields"
    raise yaml.constructor.ConstructorError(None, None, msg, node.start_mark)


_Loader.yaml_implicit_resolvers = {}
for _name, _pattern, _first in _PLAIN:
    _Loader.add_implicit_resolver(
        _TAG + _name,
        re.compile(rf"(?:{_pattern})\Z"),
        [*_first, *([""] if _name == "null" else [])],
    )
_Loader.yaml_constructors = {
    _TAG + name: yaml.SafeLoader.yaml_constructors[_TAG + name]
    for name in ("null", "bool", "seq", "map")
}
_Loader.add_constructor(_TAG + "int", _int)
_Loader.add_constructor(_TAG + "float", _float)
_Loader.add_constructor(_TAG + "str", _text)
_Loader.add_constructor(None, _unknown)


def read_claim_file(path: Path) -> ClaimFile:
    """The claim file at a path, with the text of its ``text_file`` read in.

    Raises:
        RejectedError: it is no YAML, has another shape, or its text cannot be read.
        OSError: the file itself cannot be read.
    """
    try:
        content = yaml.load(_read(path, ""), _Loader)  # noqa: S506 - a SafeLoader
    except (yaml.YAMLError, RecursionError) as error:
        raise _refusal("", f"{path.name} is neither YAML nor JSON: {error}") from None
    try:
        body = ClaimFile.model_validate(content)
    except ValidationError as error:
        raise RejectedError(problems_of(error.errors(), content, ClaimFile)) from None
    return _with_text(body, path)


def _with_text(body: ClaimFile, path: Path) -> ClaimFile:
    if body.document is None or body.document.text_file is None:
        return body
    pointer = "/document/text_file"
    try:
        text = _read(_beside(path, body.document.text_file, pointer), pointer)
    except (OSError, RuntimeError) as error:  # RuntimeError: links in a circle, before Python 3.13
        raise _refusal(pointer, f"The text cannot be read: {error}") from None
    given = body.document.model_dump(exclude_unset=True, exclude={"text_file"})
    try:
        document = DocumentIn.model_validate({**given, "text": text})
    except ValidationError as error:
        found = problems_of(error.errors(), given, DocumentIn)
        raise RejectedError([Problem(pointer, problem.detail) for problem in found]) from None
    return body.model_copy(update={"document": document})


def _beside(path: Path, name: str, pointer: str) -> Path:
    folder = path.parent.resolve()
    file = (folder / name).resolve()
    if not file.is_relative_to(folder):
        raise _refusal(pointer, "The text must lie beside or below the claim file.")
    if file.exists() and not file.is_file():
        raise _refusal(pointer, f"{name} is no file with text.")
    return file


def _read(path: Path, pointer: str) -> str:
    with path.open("rb") as file:
        content = file.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        most = f"{LARGEST_FILE / 2**20:g} MB"
        raise _refusal(pointer, f"{path.name} is larger than {most}, which is the most: divide it.")
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        detail = f"{path.name} is not UTF-8 at byte {error.start}: save it as UTF-8."
        raise _refusal(pointer, detail) from None


def _refusal(pointer: str, detail: str) -> RejectedError:
    return RejectedError([Problem(pointer, _encodable(detail))])


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

_NAMING = {"missing", "extra_forbidden", "invalid_key"}
"""Errors whose place ends with a name that is there or should be, never with a union's tag."""


def problems_of(
    errors: Iterable[ErrorDetails], content: object, shape: type[BaseModel] | None = None
) -> list[Problem]:
    """What Pydantic found in a body: one problem for each place, in the order in which it found it.

    Args:
        errors: As ``errors()`` gives them; of FastAPI's, without the leading "body" of ``loc``.
        content: The body as it was validated. Only what is a key or position in it goes into a
            pointer; the rest of ``loc`` are tags of unions.
        shape: What the body was validated as; with it, unknown fields get suggestions.
    """
    found: dict[str, Problem] = {}
    for error in errors:
        path = _place(error, content)
        problem = _problem(error, path, shape)
        known = found.setdefault(problem.pointer, problem)
        if problem.detail not in known.detail:
            detail = f"{known.detail} Or: {problem.detail}"
            found[problem.pointer] = Problem(problem.pointer, detail, known.suggestions)
    return list(found.values())


def _problem(error: ErrorDetails, path: Sequence[int | str], shape: Any) -> Problem:
    # RFC 6901, section 3: ~ is ~0 and / is ~1.
    parts = (str(part).replace("~", "~0").replace("/", "~1") for part in path)
    pointer = _encodable("".join(f"/{part}" for part in parts))
    detail = _DETAILS.get(error["type"], error["msg"].removeprefix("Value error, "))
    near: list[str] = []
    if error["type"] == "extra_forbidden":
        near = nearest(str(path[-1]), _fields(shape, path[:-1]))
        detail = "There is no such field."
        detail += f" Did you mean {' or '.join(near)}?" if near else ""
    return Problem(pointer, _encodable(detail), tuple(near))


def _place(error: ErrorDetails, content: object) -> tuple[int | str, ...]:
    """The part of ``loc`` that stands in the body: the first way to what the error was found in."""
    loc, wanted = error["loc"], error["input"]
    if error["type"] not in _NAMING:
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


def _encodable(text: str) -> str:
    """The text with half surrogate pairs written as escapes, so that it can be given out."""
    return text.encode(errors="backslashreplace").decode()
