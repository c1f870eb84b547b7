"""Errors on the wire: RFC 9457."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from counterclaim.schemas.fields import Shape


class ProblemDetail(Shape):
    """One thing that is wrong, and where."""

    pointer: Annotated[str | None, Field(description="JSON pointer into the body.")] = None
    parameter: Annotated[str | None, Field(description="Query or path parameter.")] = None
    detail: str
    suggestions: list[str] | None = None


class ProblemOut(Shape):
    """``application/problem+json``; ``type`` is a page that explains it."""

    type: str
    title: str
    status: int
    detail: str | None = None
    instance: str | None = None
    request_id: Annotated[
        str | None, Field(description="Of an internal error: what the server's log has it under.")
    ] = None
    errors: list[ProblemDetail] | None = None
