"""The API's description: what FastAPI makes of the routes, with problems as they are sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi.openapi.utils import get_openapi

from counterclaim import __version__
from counterclaim.problems import MEDIA_TYPE

if TYPE_CHECKING:
    from fastapi import FastAPI

SUMMARY = "Sourced battlefield-event claims: who said what about which strike, in which words."
DESCRIPTION = """
Every number has a claimant, a document and an exact quote. Claims that contradict each other stand
side by side; what an event "is" is computed from them under a named policy, with the claims that
each value rests on. Quantities are intervals: `null` is unknown or open, never zero.

Lists answer `{"items", "next", "known_at"}`: pass `next` as `cursor` and keep every filter.
Repeating a parameter means any of its values. Unknown parameters and values are refused with the
nearest valid ones. Errors are problems after RFC 9457.
"""
PROBLEM = "#/components/schemas/ProblemOut"


def describe(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document of an application, made once."""
    if app.openapi_schema is None:
        described = get_openapi(
            title="Counterclaim",
            version=__version__,
            summary=SUMMARY,
            description=DESCRIPTION.strip(),
            license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
            routes=app.routes,
        )
        for operations in described["paths"].values():
            for method, operation in operations.items():
                _mend_responses(operation["responses"])
                _mend_security(method, operation)
        app.openapi_schema = described
    return app.openapi_schema


def _mend_security(method: str, operation: dict[str, Any]) -> None:
    """Reads are public unless the operator turns that off: a key is optional there."""
    if method == "get" and "security" in operation and "403" not in operation["responses"]:
        operation["security"] = [{}, *operation["security"]]


def _mend_responses(responses: dict[str, Any]) -> None:
    for status, response in responses.items():
        content = response.get("content", {})
        if content.get("application/json", {}).get("schema", {}).get("$ref") == PROBLEM:
            content[MEDIA_TYPE] = content.pop("application/json")
        if status == "200":
            response["headers"] = {
                "ETag": {"schema": {"type": "string"}, "description": "For If-None-Match."}
            }
        if status == "304":
            response.pop("content", None)
