"""The API's description: what FastAPI makes of the routes, with problems as they are sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import APIRouter
from fastapi.openapi.utils import get_openapi

from counterclaim import __version__
from counterclaim.parts import open_parts
from counterclaim.problems import described_problem
from counterclaim.schemas.problem import ProblemOut

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.routing import BaseRoute

SUMMARY = "Sourced battlefield-event claims: who said what about which strike, in which words."
DESCRIPTION = """
Every number has a claimant, a document and an exact quote. Claims that contradict each other stand
side by side; what an event "is" is computed from them under a named policy, with the claims that
each value rests on. Quantities are intervals: `null` is unknown or open, never zero.

Lists answer `{"items", "next", "known_at"}`: pass `next` as `cursor` and keep every filter.
Repeating a parameter means any of its values. Unknown parameters and values are refused with the
nearest valid ones. Errors are problems after RFC 9457.
"""
_ASIDE = "/problem"
ACCESS_PROBLEMS = {
    "401": "The key is not valid, or reads are closed and there is none.",
    "403": "The key lacks the scope.",
    "429": "Too many requests came from this key or address.",
}


def describe(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document of an application, made once."""
    if app.openapi_schema is None:
        open_parts(app.router)
        described = get_openapi(
            title="Counterclaim",
            version=__version__,
            summary=SUMMARY,
            description=DESCRIPTION.strip(),
            license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
            routes=[*app.routes, *_problems()],
        )
        del described["paths"][_ASIDE]
        for operations in described["paths"].values():
            for method, operation in operations.items():
                _mend_access(method, operation)
                _mend_responses(operation["responses"])
        app.openapi_schema = described
    return app.openapi_schema


def _problems() -> list[BaseRoute]:
    """A route that answers a problem, so that the shape to which all others point is described."""
    router = APIRouter()
    router.add_api_route(_ASIDE, lambda: None, response_model=ProblemOut)
    return router.routes


def _mend_access(method: str, operation: dict[str, Any]) -> None:
    """What holds wherever keys are looked at; reads are public unless the operator closes them."""
    if "security" not in operation:
        return
    responses = operation["responses"]
    if method == "get" and "401" not in responses:
        operation["security"] = [{}, *operation["security"]]
    for status, description in ACCESS_PROBLEMS.items():
        responses.setdefault(status, described_problem(description))


def _mend_responses(responses: dict[str, Any]) -> None:
    for status, response in responses.items():
        if status == "200":
            response["headers"] = {
                "ETag": {"schema": {"type": "string"}, "description": "For If-None-Match."}
            }
        if status == "304":
            response.pop("content", None)
