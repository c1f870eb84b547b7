"""How a POST is carried out: in its turn, once per ``Idempotency-Key``, stored before answered.

Who waits for a turn does so in the event loop, without a connection or a thread of its own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import orjson
from fastapi import Depends, Header
from pydantic import BaseModel
from sqlalchemy import delete, select
from starlette.requests import Request
from starlette.responses import Response

from counterclaim.access import AnyCaller, require
from counterclaim.db import now
from counterclaim.deps import JSON, as_json, entity_tag
from counterclaim.errors import (
    MediaTypeError,
    PreconditionFailedError,
    PreconditionRequiredError,
    ReusedKeyError,
)
from counterclaim.models import IdempotencyKey
from counterclaim.problems import described_problem
from counterclaim.queries.keys import Caller
from counterclaim.store.ledger import Writer
from counterclaim.turns import Turns, await_turn
from counterclaim.vocabulary import KeyScope

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

KEPT_FOR = timedelta(hours=24)
"""How long an answer can be asked for again by its ``Idempotency-Key``."""

REPLAYED = "Idempotency-Replayed"
"""Header of an answer that was given before."""

IdempotencyHeader = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        pattern=r"^[\x21-\x7e]{1,255}$",
        description="Makes the request safe to repeat: for a day it is carried out once.",
    ),
]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a write answers: a shape, its status, where the row is found.

    ``once`` is shown in this answer alone; a replay has null in its place.
    """

    content: BaseModel
    status: int = 200
    location: str | None = None
    once: dict[str, str] = field(default_factory=dict)


class Post:
    """One POST by a caller whose key allows it."""

    def __init__(self, request: Request, caller: Caller, key: str | None) -> None:
        self.request, self.caller, self.key = request, caller, key

    async def write(self, work: Callable[[Writer], Answer], *, dry_run: bool = False) -> Response:
        """Do the work in a transaction and answer; with ``dry_run`` nothing of it is stored."""
        body = await self.request.body()
        work_through = partial(self._write, work, self._digest(body), dry_run=dry_run)
        turns: Turns = self.request.app.state.turns
        return await await_turn(turns.take(work_through, self.caller.name, dry_run=dry_run))

    def check_match(self, content: BaseModel) -> None:
        """Make sure that the caller decides on what is there now.

        Raises:
            PreconditionRequiredError: the request has no If-Match.
            PreconditionFailedError: it names another state than the present one.
        """
        given = self.request.headers.get("if-match")
        tag = entity_tag(as_json(content))
        if given is None:
            raise PreconditionRequiredError(
                "Send the ETag of what you decide on as If-Match, so that nobody's decision is"
                " overwritten unseen."
            )
        tags = {one.strip().removeprefix("W/") for one in given.split(",")}
        if given.strip() != "*" and tag not in tags:
            msg = f"It has changed since: its ETag is {tag} now. Read it again before deciding."
            raise PreconditionFailedError(msg)

    def _write(
        self, work: Callable[[Writer], Answer], digest: str, writer: Writer, *, dry_run: bool
    ) -> Response:
        if self.key is not None and not dry_run:
            known = self._known(writer.session, self.key, digest)
            if known is not None:
                return known
        answer = work(writer)
        content = as_json(answer.content)
        headers = self._headers(answer, content)
        if self.key is not None and not dry_run:
            self._keep(writer, self.key, digest, answer.status, headers, content)
        shown = {**orjson.loads(content), **answer.once} if answer.once else None
        return Response(orjson.dumps(shown) if shown else content, answer.status, headers, JSON)

    def _digest(self, body: bytes) -> str:
        """SHA-256 of what makes one request the same as another, hex."""
        url = self.request.url
        said = (self.request.method, url.path, url.query)
        return hashlib.sha256("\n".join(said).encode() + b"\n" + body).hexdigest()

    def _headers(self, answer: Answer, content: bytes) -> dict[str, str]:
        headers = {"Cache-Control": "no-store"}
        if not answer.once:
            headers["ETag"] = entity_tag(content)
        if answer.location is not None:
            headers["Location"] = answer.location
        return headers

    def _known(self, session: Session, key: str, digest: str) -> Response | None:
        """The answer that this key had, if it was used before.

        Raises:
            ReusedKeyError: it was used for another request.
        """
        query = select(IdempotencyKey).where(
            IdempotencyKey.caller_id == self.caller.key_id,
            IdempotencyKey.key == key,
            IdempotencyKey.expires_at > now(),
        )
        row = session.scalars(query).one_or_none()
        if row is None:
            return None
        if row.request_sha256 != digest:
            msg = f"The Idempotency-Key {key!r} was used for another request: take a new one."
            raise ReusedKeyError(msg)
        headers = {**(row.headers or {}), REPLAYED: "true"}
        return Response(row.body, row.status or 200, headers, JSON)

    def _keep(
        self,
        writer: Writer,
        key: str,
        digest: str,
        status: int,
        headers: dict[str, str],
        content: bytes,
    ) -> None:
        session = writer.session
        session.execute(delete(IdempotencyKey).where(IdempotencyKey.expires_at <= writer.at))
        session.add(
            IdempotencyKey(
                caller_id=self.caller.key_id,
                key=key,
                request_sha256=digest,
                status=status,
                headers=headers,
                body=content,
                created_at=writer.at,
                expires_at=writer.at + KEPT_FOR,
            )
        )


def _posting(scope: KeyScope) -> Callable[..., Coroutine[Any, Any, Post]]:
    """The dependency of a POST that needs a scope."""

    async def post(
        request: Request, caller: AnyCaller, idempotency_key: IdempotencyHeader = None
    ) -> Post:
        allowed = require(caller, scope)
        if await request.body():
            _check_media_type(request)
        return Post(request, allowed, idempotency_key)

    return post


def _check_media_type(request: Request) -> None:
    given = request.headers.get("content-type", "")
    if given.partition(";")[0].strip().lower() != JSON:
        msg = f"The body is {given or 'of no declared kind'}; send JSON as {JSON}."
        raise MediaTypeError(msg, suggestions=[JSON])


Contribution = Annotated[Post, Depends(_posting(KeyScope.CONTRIBUTE))]
"""A POST that a key with ``contribute`` may send."""

Review = Annotated[Post, Depends(_posting(KeyScope.REVIEW))]
"""A POST that a key with ``review`` may send."""

Administration = Annotated[Post, Depends(_posting(KeyScope.ADMIN))]
"""A POST that a key with ``admin`` may send."""

IfMatch = Annotated[
    str | None,
    Header(description="ETag of the state that is decided on; needed.", max_length=4000),
]
"""Documents If-Match; ``Post.check_match`` reads it."""


POST_PROBLEMS: dict[int | str, dict[str, Any]] = {
    400: described_problem("The body is no JSON."),
    401: described_problem("There is no key, or it is not valid."),
    403: described_problem("The key lacks the scope."),
    409: described_problem("It was written or decided by somebody else in the meantime."),
    413: described_problem("The body is too large."),
    415: described_problem("The body is not declared as JSON."),
    422: described_problem(
        "Something in the request is not valid, or the Idempotency-Key was used."
    ),
    503: described_problem("The store does not answer."),
}
ON_ONE_PROBLEMS = {**POST_PROBLEMS, 404: described_problem("There is no such thing.")}
DECISION_PROBLEMS = {
    **ON_ONE_PROBLEMS,
    412: described_problem("It has changed since it had the ETag given."),
    428: described_problem("The request has no If-Match."),
}
