"""Claim files: YAML or JSON, with the document's text inside or in a file beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml
from pydantic import ValidationError

from counterclaim.errors import Problem, RejectedError
from counterclaim.schemas.incoming import ClaimFile

if TYPE_CHECKING:
    from pathlib import Path


class _Loader(yaml.SafeLoader):
    """YAML in which a date stays the text it was, and a key may stand only once."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _value in node.value]
        for key in keys:
            if keys.count(key) > 1:
                msg = f"The key {key!r} stands twice"
                raise yaml.constructor.ConstructorError(None, None, msg, node.start_mark)
        return super().construct_mapping(node, deep=deep)


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if tag != "tag:yaml.org,2002:timestamp"]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read_claim_file(path: Path) -> ClaimFile:
    """The claim file at a path, with the text of its ``text_file`` read in.

    Raises:
        RejectedError: it is no YAML, has another shape, or its text cannot be read.
        OSError: the file itself cannot be read.
    """
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), _Loader)  # noqa: S506 - a SafeLoader
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise RejectedError(
            [Problem("", f"{path.name} is neither YAML nor JSON: {error}")]
        ) from None
    try:
        body = ClaimFile.model_validate(content)
    except ValidationError as error:
        raise RejectedError(problems_of(error)) from None
    return _with_text(body, path)


def problems_of(error: ValidationError) -> list[Problem]:
    """What Pydantic found, with JSON pointers."""
    return [
        Problem("".join(f"/{part}" for part in found["loc"]), found["msg"])
        for found in error.errors()
    ]


def _with_text(body: ClaimFile, path: Path) -> ClaimFile:
    if body.document is None or body.document.text_file is None:
        return body
    beside = path.parent.resolve()
    text_path = (beside / body.document.text_file).resolve()
    pointer = "/document/text_file"
    if not text_path.is_relative_to(beside):
        raise RejectedError([Problem(pointer, "The text must lie beside or below the claim file.")])
    try:
        text = text_path.read_bytes().decode()
    except (OSError, UnicodeDecodeError) as error:
        raise RejectedError([Problem(pointer, f"The text cannot be read: {error}")]) from None
    document = body.document.model_copy(update={"text": text, "text_file": None})
    return body.model_copy(update={"document": document})
