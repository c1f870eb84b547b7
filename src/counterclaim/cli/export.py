"""``counterclaim export``: all that a filter lets through, in a file that is complete or absent."""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, TypeVar
from urllib.parse import parse_qs

import typer
from pydantic import BaseModel, ValidationError

from counterclaim.cli.progress import counting_bar
from counterclaim.cli.terminal import (
    STDOUT,
    err,
    opened_output,
    opened_store,
    say,
)
from counterclaim.db import reading
from counterclaim.errors import FilterError
from counterclaim.export.batches import About, Batch
from counterclaim.export.formats import MEDIA_TYPES
from counterclaim.export.selections import Claims, Events, Rows, Selection
from counterclaim.export.whole import PAGE, Export
from counterclaim.names import nearest
from counterclaim.queries.pages import Window
from counterclaim.schemas.mistakes import explained

Query = TypeVar("Query", bound=BaseModel)

SMALL_CACHE_MIB = 8
"""Every page of the store is read once: to keep many would only take memory."""

SHAPING = frozenset({"f", "fields", "stream", "count", "cursor", "rows", "limit"})
"""Parameters of the API that say nothing of which rows are wanted."""


def export(
    file: Annotated[
        Path, typer.Argument(help="Where to; its suffix tells the format. - is stdout.")
    ],
    query: Annotated[
        str, typer.Argument(help="Filters as in the API: 'region=RU-KRS&weapon=atacms'.")
    ] = "",
    *,
    rows: Annotated[
        Rows, typer.Option(help="What a row is; filters are those of events, or of claims.")
    ] = Rows.EVENTS,
    form: Annotated[
        str | None, typer.Option("--format", help=f"One of {', '.join(MEDIA_TYPES)}.")
    ] = None,
) -> None:
    """Write all events, figures or claims that a filter lets through to a file.

    The file gets its name when it is complete, and beside it FILE.sha256 for sha256sum -c.
    """
    counted = 0
    # What is imported stays: the collector of garbage need not look through it at each batch.
    gc.freeze()
    with opened_store(cache_mib=SMALL_CACHE_MIB) as engine:
        name = _format(file, form)
        selection, window = _selected(query, rows)
        with counting_bar() as bar:
            task = bar.add_task(rows, total=None)

            def watch(batch: Batch[Any], items: int) -> None:
                nonlocal counted
                counted += items if name == "xlsx" else len(batch.rows)
                bar.update(task, advance=items, total=batch.total or bar.tasks[task].total)

            about = About(rows, query)
            made = Export(selection, rows, lambda: reading(engine), window, about, watch=watch)
            digest, size = _write(made.write(name), file)
    say(err, f"{counted} {rows}, {size} bytes, SHA-256 {digest}")


def _format(file: Path, given: str | None) -> str:
    form = given or file.suffix.removeprefix(".").lower()
    if form not in MEDIA_TYPES:
        known = ", ".join(MEDIA_TYPES)
        msg = f"{form or str(file)!r} tells no format: give --format, one of {known}."
        raise FilterError("format", msg, suggestions=list(MEDIA_TYPES))
    return form


def _selected(text: str, rows: Rows) -> tuple[Selection[Any], Window]:
    """What the filters of a query string select.

    Raises:
        FilterError: a parameter is unknown, stands twice, or has no such value.
    """
    # The filters are those of the API, which takes a second to import: only this command pays it.
    from counterclaim.api.claims import ClaimQuery  # noqa: PLC0415
    from counterclaim.api.events import EventQuery  # noqa: PLC0415

    if rows is Rows.CLAIMS:
        claims = _read(ClaimQuery, text)
        return Claims(claims, claims.sort), Window({}, PAGE, None, count=True, wish=claims.asked())
    events = _read(EventQuery, text)
    wish = events.asked()
    return Events(events, events.sort, wish), Window({}, PAGE, None, count=True, wish=wish)


def _read(shape: type[Query], text: str) -> Query:
    known = {field.alias or name: field for name, field in shape.model_fields.items()}
    given: dict[str, Any] = parse_qs(text, keep_blank_values=True)
    for name, values in given.items():
        if name not in known or name in SHAPING:
            near = nearest(name, set(known) - SHAPING)
            hint = f" Did you mean {' or '.join(near)}?" if near else ""
            raise FilterError(name, f"There is no parameter {name!r}.{hint}", suggestions=near)
        if not isinstance(known[name].default, list):
            if len(values) > 1:
                raise FilterError(name, f"{name} takes one value and stands twice.")
            given[name] = values[0]
    try:
        return shape.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]) if first["loc"] else "query"
        detail, near = explained(first)
        raise FilterError(name, f"{name}: {detail}", suggestions=near) from None


def _write(pieces: Iterator[bytes], file: Path) -> tuple[str, int]:
    """Write the pieces, and say their digest and size; a file that fails is not left behind."""
    digest, size = hashlib.sha256(), 0
    with opened_output(file) as out:
        for piece in pieces:
            out.write(piece)
            digest.update(piece)
            size += len(piece)
    if file != STDOUT:
        with opened_output(file.with_name(f"{file.name}.sha256")) as out:
            out.write(f"{digest.hexdigest()}  {file.name}\n".encode())
    return digest.hexdigest(), size
