"""Errors on the wire: RFC 9457 problems. The only place that makes error responses."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import orjson
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.routing import Match, Mount

from counterclaim.errors import (
    AuthenticationError,
    BusyError,
    ConflictError,
    FilterError,
    InputError,
    MediaTypeError,
    MovedError,
    NotFoundError,
    PermissionDeniedError,
    PreconditionFailedError,
    PreconditionRequiredError,
    RejectedError,
    ReusedKeyError,
    StoreError,
)
from counterclaim.names import nearest
from counterclaim.schemas.fields import TEXT_TOO_LARGE
from counterclaim.schemas.mistakes import encodable, explained, problems_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from fastapi import FastAPI
    from pydantic import BaseModel
    from pydantic_core import ErrorDetails
    from starlette.requests import Request

    from counterclaim.errors import Problem

MEDIA_TYPE = "application/problem+json"
SCHEMA = "#/components/schemas/ProblemOut"
"""Where the API's description has the shape of a problem."""


def described_problem(description: str) -> dict[str, Any]:
    """A problem among the responses of a route.

    It points to the shape: given as a model, FastAPI would make a validator of it for every one.
    """
    return {"description": description, "content": {MEDIA_TYPE: {"schema": {"$ref": SCHEMA}}}}


@dataclass(frozen=True, slots=True)
class ProblemType:
    """One kind of problem: its page, its status and what it means."""

    slug: str
    title: str
    status: int
    explanation: str


_TYPES = (
    ProblemType(
        "invalid-request",
        "Something in the request is not valid",
        422,
        "A parameter or a part of the body is unknown, malformed or names nothing. Each entry of "
        "errors says where, what is wrong and, in suggestions, what would be right. Unknown "
        "parameters are refused rather than ignored, so that a slip of the pen cannot widen a "
        "query unnoticed.",
    ),
    ProblemType(
        "malformed-body",
        "The body cannot be read",
        400,
        "The body is not the JSON that its Content-Type promises.",
    ),
    ProblemType(
        "unauthorized",
        "A key is needed",
        401,
        "This address wants an API key, as Authorization: Bearer KEY, and there was none, or the "
        'one given is unknown or was revoked. Where error="invalid_token" stands in '
        "WWW-Authenticate a key was given and is not valid: sending it again will not help.",
    ),
    ProblemType(
        "forbidden",
        "This key may not do that",
        403,
        "The key is valid and lacks a scope: read, contribute, review or admin. WWW-Authenticate "
        "names the one that is needed. Ask the operator of the store for a key that has it.",
    ),
    ProblemType(
        "not-found",
        "There is no such thing",
        404,
        "No page, event, claim, document or reference row has this address. What was only posted "
        "and not yet reviewed is not public and is not found either.",
    ),
    ProblemType(
        "method-not-allowed",
        "This address does not take that method",
        405,
        "The Allow header lists the methods that it takes.",
    ),
    ProblemType(
        "conflict",
        "Somebody else was faster",
        409,
        "The row was written or changed in the meantime. Read it again and repeat what still fits.",
    ),
    ProblemType(
        "precondition-required",
        "Say which state you want to change",
        428,
        "Whoever changes a row says in If-Match which state of it they have seen, by the ETag that "
        "came with it, so that nobody undoes unknowingly what somebody else decided in the "
        "meantime. Read the row, take its ETag and send the request again with If-Match.",
    ),
    ProblemType(
        "precondition-failed",
        "It is no longer as you have seen it",
        412,
        "The row has changed since it had the ETag of If-Match, and nothing was stored. Read it "
        "again, look at what is new, and repeat what still fits with the new ETag.",
    ),
    ProblemType(
        "content-too-large",
        "The body is too large",
        413,
        "The body has more bytes than this server takes, or the text of a document is longer than "
        "5 MiB of UTF-8. Nothing was stored. Send several claim files in place of one, and a book "
        "as its chapters.",
    ),
    ProblemType(
        "unsupported-media-type",
        "A body of this kind is not read here",
        415,
        "The Content-Type of the body is none of those that this address reads. Send JSON as "
        "application/json unless the description of the address names another one.",
    ),
    ProblemType(
        "idempotency-key-reused",
        "This Idempotency-Key belongs to another request",
        422,
        "A key in Idempotency-Key stands for one request: the same method, address and body. It "
        "was used before with something else, and nothing was stored now. Make a new key for each "
        "new request, and send the old one only to repeat the old request.",
    ),
    ProblemType(
        "too-many-requests",
        "Too many requests",
        429,
        "More requests came with this key, or from this address, than one caller is given in the "
        "time that RateLimit-Policy names. Wait for the seconds that Retry-After names. Requests "
        "refused for a wrong key count against the address.",
    ),
    ProblemType(
        "unavailable",
        "The store does not answer",
        503,
        "The database is out of reach, or its tables are not at the newest revision. Nothing was "
        "stored, unless the detail says that this is not known: who then sends the request again "
        "with the same Idempotency-Key has it carried out once. Try again after the seconds that "
        "Retry-After names.",
    ),
    ProblemType(
        "overloaded",
        "Too much is under way",
        503,
        "The server works on as many requests as it takes at a time, or as many writes wait for "
        "their turn. Nothing was done. Try again after the seconds that Retry-After names.",
    ),
    ProblemType(
        "internal-error",
        "Something went wrong here",
        500,
        "This is a fault of the server, not of the request. Nothing was stored.",
    ),
)
PROBLEMS: dict[str, ProblemType] = {kind.slug: kind for kind in _TYPES}
_BY_STATUS = {kind.status: kind for kind in reversed(_TYPES)}
"""What stands for a status where nothing more is known: the first kind that has it."""


SAFETY = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
"""What a browser is told of every answer that says nothing of its own: it is data, and no page.

Problems bring it themselves, since those of errors that nobody foresaw pass no middleware.
"""


def problem_response(
    request: Request,
    slug: str,
    detail: str | None = None,
    *,
    errors: Sequence[Mapping[str, Any]] = (),
    status: int | None = None,
    headers: Mapping[str, str] | None = None,
    request_id: str | None = None,
) -> Response:
    """A problem as a response; ``type`` is the page that explains its kind."""
    kind = PROBLEMS[slug]
    body: dict[str, Any] = {
        "type": f"/problems/{kind.slug}",
        "title": kind.title,
        "status": status or kind.status,
        "detail": detail,
        "instance": request.url.path,
        "request_id": request_id,
    }
    if errors:
        body["errors"] = list(errors)
    content = orjson.dumps({key: value for key, value in body.items() if value is not None})
    given = {"Cache-Control": "no-store", **SAFETY, **(headers or {})}
    return Response(content, body["status"], given, MEDIA_TYPE)


def add_problem_handlers(app: FastAPI) -> None:
    """Answer every error of the package, the framework and the unknown with a problem."""
    for error, handler in (
        (RequestValidationError, _on_validation),
        (RejectedError, _on_rejected),
        (FilterError, _on_filter),
        (MediaTypeError, _on_media_type),
        (ReusedKeyError, _on_reused_key),
        (InputError, _on_input),
        (AuthenticationError, _on_authentication),
        (PermissionDeniedError, _on_permission),
        (PreconditionRequiredError, _on_precondition_required),
        (PreconditionFailedError, _on_precondition_failed),
        (NotFoundError, _on_not_found),
        (MovedError, _on_moved),
        (ConflictError, _on_conflict),
        (BusyError, _on_busy),
        (StoreError, _on_store),
        (HTTPException, _on_http),
        (Exception, _on_anything),
    ):
        app.add_exception_handler(error, handler)


def _entry(
    detail: str,
    *,
    pointer: str | None = None,
    parameter: str | None = None,
    suggestions: Sequence[str] = (),
) -> dict[str, Any]:
    entry = {"pointer": pointer, "parameter": parameter, "detail": detail}
    found: dict[str, Any] = {key: value for key, value in entry.items() if value is not None}
    return {**found, "suggestions": list(suggestions)} if suggestions else found


def _entries(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    return [_entry(p.detail, pointer=p.pointer, suggestions=p.suggestions) for p in problems]


async def _on_validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - for the type checker
    found = error.errors()
    if any(one["type"] == "json_invalid" for one in found):
        return problem_response(request, "malformed-body", found[0]["ctx"]["error"])
    body: list[Any] = [{**one, "loc": one["loc"][1:]} for one in found if one["loc"][0] == "body"]
    entries = [_parameter(request, one) for one in found if one["loc"][0] != "body"]
    entries += _entries(problems_of(body, error.body, _body_shape(request)))
    if any(one["type"] == TEXT_TOO_LARGE for one in body):
        detail = entries[0]["detail"]
        return problem_response(request, "content-too-large", detail, errors=entries)
    return _invalid(request, entries)


def _body_shape(request: Request) -> type[BaseModel] | None:
    """What the route at this address wants as its body."""
    field = getattr(request.scope.get("route"), "body_field", None)
    shape: type[BaseModel] | None = field.field_info.annotation if field is not None else None
    return shape


def _parameter(request: Request, found: ErrorDetails) -> dict[str, Any]:
    where, *path = found["loc"]
    name = str(path[0]) if path else str(where)
    if found["type"] != "extra_forbidden":
        detail, near = explained(found)
        return _entry(encodable(detail), parameter=name, suggestions=near)
    near = nearest(name, _known_parameters(request))
    hint = f" Did you mean {' or '.join(near)}?" if near else ""
    return _entry(f"There is no parameter {name!r}.{hint}", parameter=name, suggestions=near)


def _known_parameters(request: Request) -> list[str]:
    own: str = request.scope["route"].path
    if f"{own}/".startswith(OGC) or not request.scope["route"].include_in_schema:
        return _own_parameters(request)
    paths = request.app.openapi()["paths"]
    template = min((path for path in paths if path.endswith(own)), key=len, default=own)
    described = paths.get(template, {}).get(request.method.lower(), {})
    return [one["name"] for one in described.get("parameters", []) if one["in"] == "query"]


def _own_parameters(request: Request) -> list[str]:
    """The parameters of a route that is not in the API's description."""
    fields = request.scope["route"].dependant.query_params
    shapes = [field.field_info.annotation for field in fields]
    return [
        known.alias or name
        for shape in shapes
        for name, known in getattr(shape, "model_fields", {}).items()
    ]


OGC = "/ogc/"
"""Below it a parameter that is not valid is 400, after OGC 17-069r4, section 7.5.1."""


def _invalid(request: Request, errors: list[dict[str, Any]]) -> Response:
    status = HTTPStatus.BAD_REQUEST if f"{request.url.path}/".startswith(OGC) else None
    detail = errors[0]["detail"]
    return problem_response(request, "invalid-request", detail, errors=errors, status=status)


async def _on_rejected(request: Request, error: Exception) -> Response:
    assert isinstance(error, RejectedError)  # noqa: S101 - for the type checker
    return _invalid(request, _entries(error.problems))


async def _on_filter(request: Request, error: Exception) -> Response:
    assert isinstance(error, FilterError)  # noqa: S101 - for the type checker
    given = _entry(error.message, parameter=error.parameter, suggestions=error.suggestions)
    return _invalid(request, [given])


async def _on_input(request: Request, error: Exception) -> Response:
    assert isinstance(error, InputError)  # noqa: S101 - for the type checker
    return _invalid(request, [_entry(error.message, suggestions=error.suggestions)])


async def _on_media_type(request: Request, error: Exception) -> Response:
    assert isinstance(error, MediaTypeError)  # noqa: S101 - for the type checker
    read = {"Accept-Post": ", ".join(error.suggestions)} if error.suggestions else {}
    return problem_response(request, "unsupported-media-type", error.message, headers=read)


async def _on_reused_key(request: Request, error: Exception) -> Response:
    return problem_response(request, "idempotency-key-reused", str(error))


CHALLENGE = 'Bearer realm="counterclaim"'
"""How to authenticate, after RFC 6750, section 3."""


async def _on_authentication(request: Request, error: Exception) -> Response:
    assert isinstance(error, AuthenticationError)  # noqa: S101 - for the type checker
    challenge = f'{CHALLENGE}, error="invalid_token"' if error.given else CHALLENGE
    headers = {"WWW-Authenticate": challenge}
    return problem_response(request, "unauthorized", str(error), headers=headers)


async def _on_permission(request: Request, error: Exception) -> Response:
    assert isinstance(error, PermissionDeniedError)  # noqa: S101 - for the type checker
    challenge = f'{CHALLENGE}, error="insufficient_scope", scope="{error.scope}"'
    headers = {"WWW-Authenticate": challenge}
    return problem_response(request, "forbidden", str(error), headers=headers)


async def _on_precondition_required(request: Request, error: Exception) -> Response:
    return problem_response(request, "precondition-required", str(error))


async def _on_precondition_failed(request: Request, error: Exception) -> Response:
    return problem_response(request, "precondition-failed", str(error))


async def _on_not_found(request: Request, error: Exception) -> Response:
    near = error.suggestions if isinstance(error, NotFoundError) else ()
    errors = [_entry(str(error), suggestions=near)] if near else []
    return problem_response(request, "not-found", str(error), errors=errors)


async def _on_moved(request: Request, error: Exception) -> Response:
    assert isinstance(error, MovedError)  # noqa: S101 - for the type checker
    old = next(iter(request.path_params.values()))
    target = request.url.path.replace(str(old), error.target)
    query = f"?{request.url.query}" if request.url.query else ""
    # Merges can be undone, and a browser keeps this status for good unless it is told not to.
    kept = {"Cache-Control": "no-store"}
    return RedirectResponse(target + query, HTTPStatus.PERMANENT_REDIRECT, kept)


async def _on_conflict(request: Request, error: Exception) -> Response:
    return problem_response(request, "conflict", str(error))


async def _on_busy(request: Request, error: Exception) -> Response:
    return problem_response(request, "overloaded", str(error), headers={"Retry-After": "2"})


async def _on_store(request: Request, error: Exception) -> Response:
    return problem_response(request, "unavailable", str(error), headers={"Retry-After": "5"})


async def _on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - for the type checker
    headers = dict(error.headers or {})
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = ", ".join(_allowed(request))
    kind = _BY_STATUS.get(error.status_code)
    slug = kind.slug if kind else "invalid-request"
    detail = None if kind and error.detail == HTTPStatus(error.status_code).phrase else error.detail
    return problem_response(request, slug, detail, status=error.status_code, headers=headers)


def _allowed(request: Request) -> Iterator[str]:
    """The methods that any route takes at this address; files of a folder are only read."""
    root = request.scope.get("app_root_path", request.scope.get("root_path", ""))
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        scope = {**request.scope, "root_path": root, "method": method}
        found = [one for one in request.app.routes if one.matches(scope)[0] is Match.FULL]
        if any(method == "GET" or not isinstance(one, Mount) for one in found):
            yield from ("GET", "HEAD") if method == "GET" else (method,)


async def _on_anything(request: Request, _error: Exception) -> Response:
    return problem_response(request, "internal-error")
