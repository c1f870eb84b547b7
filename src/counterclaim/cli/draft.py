"""``counterclaim draft``: the claims that a text seems to make, as a claim file to be checked."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import ValidationError

from counterclaim.cli.terminal import STDOUT, err, opened_output, opened_store, say
from counterclaim.config import Settings
from counterclaim.db import reading
from counterclaim.errors import InputError, Problem, RejectedError
from counterclaim.importers.saved_page import read_saved
from counterclaim.models import Source
from counterclaim.names import slug
from counterclaim.proposing.checks import words_of
from counterclaim.proposing.claim_file import DraftFile
from counterclaim.proposing.model import Model
from counterclaim.proposing.proposals import BY_RULES, Asked, Proposals, propose_claims
from counterclaim.queries.documents import recalled_fields
from counterclaim.queries.names import find, find_all
from counterclaim.schemas.incoming import DocumentIn
from counterclaim.schemas.mistakes import problems_of
from counterclaim.vocabulary import SourceKind

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlalchemy.orm import Session

    from counterclaim.importers.saved_page import SavedPage

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
        made = _begun(engine, page, {name: value for name, value in given.items() if value})
        if model is not None:
            say(err, f"The text is sent to {model.host}.")
        known = {name: made.document.get(name) for name in given}
        # A publisher that is new to the store is nobody whom the text could mean.
        known["publisher"] = None if made.sources else known["publisher"]
        made.proposals = propose_claims(engine, Asked(page.text, **known), model)
        if made.proposals.lang:
            made.document.setdefault("lang", made.proposals.lang)
        made.document["text"] = page.text
        made.name_publisher()
        with reading(engine) as session:
            made.record_names(session)
        with opened_output(out) as stream:
            stream.write((made.as_json() if as_json else made.as_yaml()).encode())
    _report(made)


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


def _begun(engine: Engine, page: SavedPage, given: dict[str, str]) -> DraftFile:
    """The file of a text before anything is proposed: its document, as given, else as told.

    Raises:
        RejectedError: what was given is no date or no language.
        InputError: no source has that name.
    """
    if problems := _wrong(given):
        raise RejectedError(problems)
    told = {name: value for name, value in page.told.items() if not _wrong({name: value})}
    made = DraftFile(Proposals("", [], [], []), {})
    with reading(engine) as session:
        if known := recalled_fields(session, page.text):
            made.remarks.append("The text is stored already; its document is as it is told there.")
        if "publisher" in given:
            given = {**given, "publisher": find(session, Source, given["publisher"]).key}
        elif "publisher" in told and "publisher" not in known:
            _publish(session, told.pop("publisher"), made)
    title = page.text.split("\n")[0][:LONGEST_TITLE].strip()
    made.document = {"title": title, **told, **made.document, **known, **given}
    if "title" not in told | known:
        made.remarks.append("title: the first words of the text.")
    if "published" not in made.document:
        made.remarks.append("published: not given, so that days as “on Tuesday” say nothing.")
    return made


def _publish(session: Session, name: str, made: DraftFile) -> None:
    """Let a page be published by whom it says; who is new to the store is recorded with it."""
    found = find_all(session, Source, name)
    key = found[0].key if found else slug(name)[:100].strip("-")
    if len(found) > 1:
        keys = ", ".join(row.key for row in found)
        made.remarks.append(f"publisher: {name!r} can be any of {keys}. Say which.")
    elif found or (key and not find_all(session, Source, key)):
        made.document["publisher"] = key
        if not found:
            made.sources.append({"key": key, "name": name, "kind": str(SourceKind.OUTLET)})
            made.remarks.append(f"publisher: {name!r} is new to the store. Check name and kind.")


def _wrong(fields: dict[str, str]) -> list[Problem]:
    """What is wrong with some fields of a document."""
    body = {"title": "-", "text": "-", **fields}
    try:
        DocumentIn.model_validate(body)
    except ValidationError as error:
        return problems_of(error.errors(), body, DocumentIn)
    return []


def _report(made: DraftFile) -> None:
    found = made.proposals
    by = "the rules" if found.by == BY_RULES else f"the model {found.by}"
    count, events = len(found.claims), len(found.events)
    say(err, f"{count} claim(s) about {events} event(s) proposed by {by}; nothing was stored.")
    for line in (*found.notes, *made.remarks):
        say(err, f"  {line}")
    if left_out := ", ".join(words_of(found.dropped)):
        say(err, f"  Left out of its answer: {left_out}.")
