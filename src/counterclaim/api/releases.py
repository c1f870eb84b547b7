"""Releases: named frozen states with checksum, citation and export."""

from __future__ import annotations

import base64
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field
from starlette.responses import StreamingResponse

from counterclaim.db import reading
from counterclaim.deps import (
    LIST_PROBLEMS,
    NDJSON,
    NOT_MODIFIED,
    READ_PROBLEMS,
    VARY,
    ListQuery,
    OneQuery,
    Read,
    as_json,
    cache_control,
    send_json,
    send_page,
    wanted_format,
)
from counterclaim.models import Release
from counterclaim.posting import POST_PROBLEMS, Answer, Review
from counterclaim.queries.releases import export_lines, get_release, page_releases, release_row
from counterclaim.schemas.page import Page
from counterclaim.schemas.release import ReleaseIn, ReleaseOut
from counterclaim.store.ledger import Writer
from counterclaim.store.releases import freeze_release

router = APIRouter(prefix="/v1", tags=["releases"])

ONE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The release, or its export.",
        "content": {NDJSON: {"schema": {"type": "string"}}},
    },
    **NOT_MODIFIED,
    **READ_PROBLEMS,
}


class ReleaseQuery(OneQuery):
    """Parameters of a release."""

    f: Annotated[
        Literal["json", "ndjson"] | None,
        Field(description="ndjson is the export whose SHA-256 is stated; or use Accept."),
    ] = None


@router.get(
    "/releases", response_model=Page[ReleaseOut], responses={**NOT_MODIFIED, **LIST_PROBLEMS}
)
def list_releases(
    request: Request, session: Read, query: Annotated[ListQuery, Query()]
) -> Response:
    """Frozen states that can be cited, newest first."""
    page = page_releases(session, query.page(request))
    return send_page(request, page, [as_json(item) for item in page.items])


@router.get("/releases/{name}", response_model=ReleaseOut, responses=ONE)
def show_release(
    request: Request,
    session: Read,
    name: Annotated[str, Path(max_length=100, pattern=r"^[^\x00]*$")],
    query: Annotated[ReleaseQuery, Query()],
) -> Response:
    """One release with its citation, or its export: events, then claims, one JSON a line."""
    if wanted_format(request, query.f, ("json", "ndjson")) == "ndjson":
        return _export(request, release_row(session, name))
    return send_json(request, get_release(session, name), Link=_cited_as(request))


@router.post("/releases", status_code=201, response_model=ReleaseOut, responses=POST_PROBLEMS)
async def post_release(post: Review, body: ReleaseIn) -> Response:
    """Freeze a state of the store under a permanent name, with a checksum and a citation."""

    def work(writer: Writer) -> Answer:
        row = freeze_release(writer, body.name, body.note, body.instant())
        return Answer(get_release(writer.session, row.name), 201, f"/v1/releases/{row.name}")

    return await post.write(work)


def _export(request: Request, release: Release) -> Response:
    engine = request.app.state.engine
    sha256 = base64.b64encode(bytes.fromhex(release.sha256)).decode()
    headers = {
        "ETag": f'"{release.sha256}"',
        "Cache-Control": cache_control(request),
        "Repr-Digest": f"sha-256=:{sha256}:",
        "Content-Disposition": f'attachment; filename="{release.name}.ndjson"',
        "Vary": VARY,
        "Link": _cited_as(request),
    }
    lines = export_lines(lambda: reading(engine), release.known_at)
    return StreamingResponse(lines, headers=headers, media_type=NDJSON)


def _cited_as(request: Request) -> str:
    """The link to the address under which the release and its export are cited, RFC 8574."""
    return f'<{request.url.path}>; rel="cite-as"'
