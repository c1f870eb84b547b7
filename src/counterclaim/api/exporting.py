"""How a list is given out: as a page, or all of it as a stream of bytes."""

from __future__ import annotations

from itertools import chain
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import Request, Response
from pydantic import Field, StringConstraints
from sqlalchemy.orm import Session
from starlette.responses import StreamingResponse

from counterclaim.db import reading
from counterclaim.deps import (
    LIST_PROBLEMS,
    NOT_MODIFIED,
    VARY,
    ListQuery,
    cut,
    send_page,
    send_rows,
    version_tag,
    wanted_format,
)
from counterclaim.export.batches import About
from counterclaim.export.formats import MEDIA_TYPES
from counterclaim.export.selections import COLUMNS, Rows, Selection
from counterclaim.export.whole import PAGE, Export, check_rows
from counterclaim.queries.asof import store_version
from counterclaim.queries.pages import Window

WHOLE = frozenset({"ndjson", "parquet", "xlsx"})
"""Formats that are always of all that matches; the others are unless a page is asked for."""

_BYTES = {"schema": {"type": "string", "contentMediaType": "application/octet-stream"}}
EXPORTED: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "A page, or all that matches.",
        "content": {
            "application/geo+json": {"schema": {"type": "object"}},
            "text/csv": {"schema": {"type": "string"}},
            MEDIA_TYPES["ndjson"]: {"schema": {"type": "string"}},
            MEDIA_TYPES["parquet"]: _BYTES,
            MEDIA_TYPES["xlsx"]: _BYTES,
        },
    },
    **NOT_MODIFIED,
    **LIST_PROBLEMS,
}


class ExportQuery(ListQuery):
    """Parameters of a list that can be given out whole."""

    f: Annotated[
        Literal["json", "geojson", "csv", "ndjson", "parquet", "xlsx"] | None,
        Field(
            description="Format; or use Accept. ndjson, parquet and xlsx are of all that matches."
        ),
    ] = None
    fields: Annotated[
        str | None,
        StringConstraints(max_length=1000),
        Field(description="Names with commas between; id is always there. For JSON."),
    ] = None
    stream: Annotated[
        bool, Field(description="For csv and geojson: all that matches instead of a page.")
    ] = False

    @property
    def one_page(self) -> bool:
        """Whether a page is asked for, though the format could hold all."""
        return "limit" in self.model_fields_set


def send_selection(
    request: Request,
    session: Session,
    selection: Selection[Any],
    query: ExportQuery,
    rows: Rows,
    fields: set[str] | None,
) -> Response:
    """A page of a selection in the format wanted, or all of it where the format is for that."""
    form = wanted_format(request, query.f, ("json", *MEDIA_TYPES))
    check_rows(form, rows, selection.own)
    window = query.page(request)
    if form in WHOLE or (query.stream and form in MEDIA_TYPES):
        return _send_whole(request, selection, query, rows, window, form)
    page = selection.take(session, window)
    if form == "json":
        texts = selection.lines(session, page)
        # What is told of events depends on nothing but the store; of claims, on who asks.
        tag = version_tag(store_version(session)) if selection.own is Rows.EVENTS else None
        return send_page(request, page, texts if fields is None else cut(texts, fields), tag)
    names = [column.name for column in COLUMNS[rows]]
    lines = selection.rows(session, page, rows)
    return send_rows(
        request, page, [dict(zip(names, line, strict=True)) for line in lines], form, names
    )


def _send_whole(
    request: Request,
    selection: Selection[Any],
    query: ExportQuery,
    rows: Rows,
    window: Window,
    form: str,
) -> Response:
    """The whole as a stream; an error in its midst breaks the connection off before the end.

    The first piece is made before the answer begins, so that a wrong request is told as such.
    """
    engine = request.app.state.engine
    size = window.limit if query.one_page else PAGE
    noun = request.url.path.rpartition("/")[2]
    export = Export(
        selection,
        rows,
        lambda: reading(engine),
        Window(window.query, size, window.cursor, wish=window.wish),
        About(_title(noun, rows, selection.own), _asked(request)),
        one_page=query.one_page,
    )
    pieces = export.write(form)
    first = next(pieces)
    name = noun if rows is selection.own else f"{noun}-{rows}"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}.{form}"',
        "Cache-Control": "no-store",
        "Vary": VARY,
    }
    return StreamingResponse(chain([first], pieces), headers=headers, media_type=MEDIA_TYPES[form])


def _title(noun: str, rows: Rows, own: Rows) -> str:
    return noun if rows is own else f"{rows} of {noun}"


def _asked(request: Request) -> str:
    """Path and filters, without what only shapes the answer."""
    shaping = {"f", "stream", "count", "fields"}
    kept = [pair for pair in request.query_params.multi_items() if pair[0] not in shaping]
    return f"{request.url.path}?{urlencode(kept, safe=',:/')}".rstrip("?")
