"""What forms send that addresses typed by hand do not: fields that were left empty."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, model_validator


class FormQuery(BaseModel):
    """Parameters that a form sends; a field left empty is as if it were not there."""

    @model_validator(mode="before")
    @classmethod
    def _without_blanks(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        kept = {name: _filled(value) for name, value in given.items()}
        return {name: value for name, value in kept.items() if value not in ("", [], None)}


def _filled(value: Any) -> Any:
    if isinstance(value, list):
        return [one for one in value if not isinstance(one, str) or one.strip()]
    return value.strip() if isinstance(value, str) else value
