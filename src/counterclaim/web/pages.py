"""Pages that tell of the service itself; none of them reads the store."""

from __future__ import annotations

from typing import Annotated, Literal

import orjson
from fastapi import APIRouter, Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from counterclaim.codebook import claim_file_schema, codebook
from counterclaim.deps import JSON, NoQuery, send
from counterclaim.errors import NotFoundError
from counterclaim.names import nearest
from counterclaim.problems import PROBLEMS
from counterclaim.web.examples import QUESTIONS, example_problem
from counterclaim.web.rendering import page
from counterclaim.web.visitors import CurrentVisitor

router = APIRouter(include_in_schema=False)


class CodebookQuery(NoQuery):
    """Parameters of the codebook."""

    f: Annotated[Literal["html", "json"] | None, Field(description="Format; or use Accept.")] = None


@router.get("/about")
def about(request: Request, _visitor: CurrentVisitor) -> Response:
    """What this is, and what to ask."""
    return page(request, "about.html", questions=QUESTIONS)


@router.get("/problems")
def problems(request: Request, _visitor: CurrentVisitor) -> Response:
    """All types of problem."""
    return page(request, "problems.html", problems=PROBLEMS.values())


@router.get("/problems/{slug}")
def problem(request: Request, _visitor: CurrentVisitor, slug: str) -> Response:
    """One type of problem with an example."""
    kind = PROBLEMS.get(slug)
    if kind is None:
        raise NotFoundError("problem type", slug, suggestions=nearest(slug, PROBLEMS))
    return page(request, "problem.html", problem=kind, example=example_problem(kind))


@router.get("/codebook")
def codebook_page(
    request: Request, _visitor: CurrentVisitor, query: Annotated[CodebookQuery, Query()]
) -> Response:
    """Every vocabulary, table and number word."""
    if query.f == "json" or (query.f is None and _prefers_json(request)):
        return send(request, orjson.dumps(codebook()), JSON)
    return page(request, "codebook.html", book=codebook())


@router.get("/claim-file.schema.json")
def claim_file(request: Request) -> Response:
    """The JSON Schema of a claim file."""
    return send(request, claim_file_schema().encode(), "application/schema+json")


@router.get("/docs")
def docs(request: Request, _visitor: CurrentVisitor) -> Response:
    """The API's description, to read and to try."""
    return page(request, "docs.html")


def _prefers_json(request: Request) -> bool:
    accepted = request.headers.get("accept", "")
    return accepted.partition(",")[0].partition(";")[0].strip().lower() == JSON
