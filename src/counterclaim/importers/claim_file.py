"""Claim files: YAML or JSON, with the document's text inside or in a file beside it."""

from __future__ import annotations

import re
from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

import yaml
from pydantic import ValidationError

from counterclaim.errors import Problem, RejectedError
from counterclaim.schemas.incoming import ClaimFile, DocumentIn
from counterclaim.schemas.mistakes import encodable, problems_of

if TYPE_CHECKING:
    from pathlib import Path


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


class _Rules(yaml.constructor.SafeConstructor):
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


class _Loader(_Rules, yaml.SafeLoader):
    """For files of anybody."""


class _OwnLoader(_Rules, getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """For files of this package: libyaml is fast, but depth that is made to harm brings it down."""


def _text(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> str:
    # JSON writes what is beyond U+FFFF as a pair of escapes, which YAML reads as two characters.
    text: str = loader.construct_scalar(node)
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


def _int(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> int:
    return int(loader.construct_scalar(node))


def _float(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> float:
    return float(loader.construct_scalar(node))


def _unknown(_loader: yaml.SafeLoader, node: yaml.Node) -> None:
    msg = f"{node.tag.replace(_TAG, '!!')} is not taken here: write text, numbers, lists and fields"
    raise yaml.constructor.ConstructorError(None, None, msg, node.start_mark)


for _one in (_Loader, _OwnLoader):
    _one.yaml_implicit_resolvers = {}
    for _name, _pattern, _first in _PLAIN:
        _one.add_implicit_resolver(
            _TAG + _name,
            re.compile(rf"(?:{_pattern})\Z"),
            [*_first, *([""] if _name == "null" else [])],
        )
    _one.yaml_constructors = {
        _TAG + name: yaml.SafeLoader.yaml_constructors[_TAG + name]
        for name in ("null", "bool", "seq", "map")
    }
    _one.add_constructor(_TAG + "int", _int)
    _one.add_constructor(_TAG + "float", _float)
    _one.add_constructor(_TAG + "str", _text)
    _one.add_constructor(None, _unknown)


def read_claim_file(path: Path, *, own: bool = False) -> ClaimFile:
    """The claim file at a path, with the text of its ``text_file`` read in.

    Args:
        path: Where it lies.
        own: It came with this package, so that nothing in it can be meant to harm.

    Raises:
        RejectedError: it is no YAML, has another shape, or its text cannot be read.
        OSError: the file itself cannot be read.
    """
    try:
        content = yaml.load(_read(path, ""), _OwnLoader if own else _Loader)  # noqa: S506 - safe ones
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
    return RejectedError([Problem(pointer, encodable(detail))])
