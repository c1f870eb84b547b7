"""``counterclaim draft``: the claims that a text seems to make, as a claim file to be checked."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from pydantic import ValidationError

from counterclaim.cli.terminal import STDOUT, err, opened_output, opened_store, say
from counterclaim.config import Settings
from counterclaim.db import reading
from counterclaim.errors import InputError, Problem, RejectedError
from counterclaim.importers.saved_page import read_saved
from counterclaim.models import Source
from counterclaim.proposing import BY_RULES, Asked, Model, propose_claims
from counterclaim.proposing.checks import words_of
from counterclaim.proposing.claim_file import as_yaml, claim_file
from counterclaim.queries.documents import recalled_fields
from counterclaim.queries.names import find
from counterclaim.schemas.incoming import DocumentIn
from counterclaim.schemas.mistakes import problems_of

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from counterclaim.importers.saved_page import SavedPage
    from counterclaim.proposing import Proposals

STDIN = Path("-")

LARGEST_PAGE = 16 * 2**20
"""Bytes of the largest page that is read; a saved page has much that is no text."""

LONGEST_TITLE = 120
"""Characters of the first line that stand for the title of a text that has none."""


def draft(
    file: Annotated[Path, typer.Argument(help="A text or a saved HTML page; - for stdin.")],
    *,
    published: Annotated[
        str | None, typer.Option(help="When it was published, as 2024-11-26; dates relate to it.")
    ] = None,
    publisher: Annotated[
        str | None, typer.Option(help="Who published it: a key or any spelling of a source.")
    ] = None,
    lang: Annotated[str | None, typer.Option(help="Its language; else told by the text.")] = None,
    out: Annotated[Path, typer.Option(help="Where the claim file goes; - for stdout.")] = STDOUT,
    as_json: Annotated[
        bool, typer.Option("--json", help="JSON in place of YAML with its reasons.")
    ] = False,
    rules: Annotated[
        bool, typer.Option("--rules", help="By the rules, even where a model is configured.")
    ] = False,
) -> None:
    """Propose the claims of a text as a claim file, to be checked; nothing is stored."""
    with opened_store() as engine:
        model = None if rules else Model.of(Settings())
        page = read_saved(_content(file))
        given = {"published": published, "publisher": publisher, "lang": lang}
        document, remarks = _document(engine, page, {k: v for k, v in given.items() if v})
        known = {name: document.get(name) for name in given}
        if model is not None:
            say(err, f"The text is sent to {model.host}.")
        found = propose_claims(engine, Asked(page.text, **known), model)
        if found.lang:
            document.setdefault("lang", found.lang)
        document["text"] = page.text
        if as_json:
            text = json.dumps(claim_file(found, document), ensure_ascii=False, indent=2) + "\n"
        else:
            text = as_yaml(found, document, remarks)
        with opened_output(out) as stream:
            stream.write(text.encode())
    _report(found, remarks)


def _content(file: Path) -> bytes:
    if file == STDIN:
        content = sys.stdin.buffer.read(LARGEST_PAGE + 1)
    else:
        with file.open("rb") as opened:
            content = opened.read(LARGEST_PAGE + 1)
    if len(content) > LARGEST_PAGE:
        msg = f"{file} is larger than {LARGEST_PAGE / 2**20:g} MB, which is the most: divide it."
        raise InputError(msg)
    if content.startswith(b"%PDF"):
        msg = f"{file} is a PDF, which is not read: save its text, as with pdftotext."
        raise InputError(msg)
    return content


def _document(
    engine: Engine, page: SavedPage, given: dict[str, str]
) -> tuple[dict[str, Any], list[str]]:
    """The document's fields, those given before those that the page tells, and what to know.

    Raises:
        RejectedError: what was given is no date or no language.
        InputError: no source has that name.
    """
    if problems := _wrong(given):
        raise RejectedError(problems)
    with reading(engine) as session:
        known = recalled_fields(session, page.text)
    told = {name: value for name, value in page.told.items() if not _wrong({name: value})} | known
    remarks = ["The text is in the store already, and its document as it is told there."][
        : len(known)
    ]
    if "title" not in told:
        told["title"] = page.text.split("\n")[0][:LONGEST_TITLE].strip()
        remarks.append("title: the first words of the text.")
    if "published" not in told | given:
        remarks.append("published: not given, so that days as “on Tuesday” say nothing.")
    with reading(engine) as session:
        if "publisher" in given:
            given = {**given, "publisher": find(session, Source, given["publisher"]).key}
        elif name := told.pop("publisher", None):
            try:
                told["publisher"] = find(session, Source, name).key
            except InputError as error:
                remarks.append(f"publisher: left out. {error.message}")
    return {**told, **given}, remarks


def _wrong(fields: dict[str, str]) -> list[Problem]:
    """What is wrong with some fields of a document."""
    body = {"title": "-", "text": "-", **fields}
    try:
        DocumentIn.model_validate(body)
    except ValidationError as error:
        return problems_of(error.errors(), body, DocumentIn)
    return []


def _report(found: Proposals, remarks: list[str]) -> None:
    by = "the rules" if found.by == BY_RULES else f"the model {found.by}"
    count = len(found.claims)
    events = len(found.events)
    say(err, f"{count} claim(s) about {events} event(s) proposed by {by}; nothing was stored.")
    for line in (*found.notes, *remarks):
        say(err, f"  {line}")
    if left_out := ", ".join(words_of(found.dropped)):
        say(err, f"  Left out of its answer: {left_out}.")
