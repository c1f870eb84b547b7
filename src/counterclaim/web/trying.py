"""Tries a claim file without storing it: all that is wrong with it, and what would be remarked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool

from counterclaim.deps import in_thread
from counterclaim.errors import InputError, Problem, RejectedError
from counterclaim.models import Munition, Place, Source
from counterclaim.names import fold
from counterclaim.quantity import parse_quantity
from counterclaim.queries.names import find
from counterclaim.schemas.incoming import ClaimFile
from counterclaim.schemas.mistakes import problems_of
from counterclaim.store.ingest import Intake, ingest
from counterclaim.vocabulary import EventKind, KeyScope, Outcome
from counterclaim.web.pointers import Faults, Pruned
from counterclaim.web.visitors import visitor_of, write_as

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session
    from starlette.requests import Request

    from counterclaim.schemas.incoming import ClaimIn
    from counterclaim.store.ledger import Writer

MISSING = "This is missing."
UNTOLD = "(not yet told)"
"""Stands for what is still missing, so that the rest can be tried."""


@dataclass(slots=True)
class Trial:
    """What came of a try: problems by their fields, remarks on each claim by its ref.

    ``missing`` are fields without which it cannot be sent; ``sent`` is whether that was tried.
    """

    faults: Faults = field(default_factory=lambda: Faults([]))
    remarks: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    sent: bool = False


async def try_file(request: Request, session: Session, pruned: Pruned) -> Trial:
    """Try what was written so far; what is only missing as yet is told apart from what is wrong.

    Who may contribute has it tried as the store would take it; for others its form, names and
    numbers are checked.
    """
    missing, wrong, file = await run_in_threadpool(_read, pruned.body)
    problems, intake = wrong, Intake()
    if file is not None and visitor_of(request).may(KeyScope.CONTRIBUTE):
        intake, problems = await _dry_run(request, file)
    elif file is not None:
        problems = await in_thread(session, lambda: list(_unknown(session, file)))
    remarks = {str(taken.ref): taken.warnings for taken in intake.claims}
    return Trial(Faults(problems, pruned), remarks, list(map(pruned.field_of, missing)))


def _read(body: dict[str, Any]) -> tuple[list[str], list[Problem], ClaimFile | None]:
    """What is missing, what is wrong, and the file if nothing is but what can be filled in."""
    missing = [one.pointer for one in _wrong(body) if one.detail == MISSING]
    filled = _filled(body)
    wrong = _wrong(filled)
    told = [one for one in wrong if one.detail != MISSING]
    return missing, told, None if wrong else ClaimFile.model_validate(filled)


def _wrong(body: dict[str, Any]) -> list[Problem]:
    try:
        ClaimFile.model_validate(body)
    except ValidationError as error:
        return problems_of(error.errors(), body, ClaimFile)
    return []


def _filled(body: dict[str, Any]) -> dict[str, Any]:
    """The body with words in place of the title and the labels that it does not have yet."""
    document = {"title": UNTOLD, **body.get("document", {})}
    told = {"label": UNTOLD, "kind": EventKind.STRIKE}
    return {**body, "document": document, "events": [{**told, **e} for e in body.get("events", [])]}


async def _dry_run(request: Request, file: ClaimFile) -> tuple[Intake, list[Problem]]:
    def work(writer: Writer) -> Intake:
        return ingest(writer, file, accept=False)

    try:
        return await write_as(request, KeyScope.CONTRIBUTE, work, dry_run=True), []
    except RejectedError as error:
        return Intake(), list(error.problems)
    except InputError as error:
        return Intake(), [Problem("", error.message, tuple(error.suggestions))]


def _unknown(session: Session, file: ClaimFile) -> Iterator[Problem]:
    """Names and numbers that nothing is known of, for who may not write."""
    new = {
        model: {fold(name) for row in rows for name in (row.name, row.key)}
        for model, rows in (
            (Source, file.sources),
            (Munition, file.munitions),
            (Place, file.places),
        )
    }
    for model, name, pointer in _named(file):
        if name and fold(name) not in new[model]:
            try:
                find(session, model, name)
            except InputError as error:
                yield Problem(pointer, error.message, tuple(error.suggestions))
    for claim_at, claim in enumerate(file.claims):
        yield from _unread(claim, f"/claims/{claim_at}", file)


def _named(file: ClaimFile) -> Iterator[tuple[Any, str | None, str]]:
    if file.document is not None:
        yield Source, file.document.publisher, "/document/publisher"
    for at, claim in enumerate(file.claims):
        for place, name in enumerate(claim.said_by):
            yield Source, name, f"/claims/{at}/said_by/{place}"
        for place, count in enumerate(claim.counts):
            yield Munition, count.munition, f"/claims/{at}/counts/{place}"
        for place, where in enumerate(claim.places):
            yield Place, where.place, f"/claims/{at}/places/{place}"


QUANTITIES = {"counts": tuple(map(str, Outcome)), "casualties": ("count",), "damage": ("count",)}
"""The fields that are quantities, by the list of a claim in whose rows they stand."""


def _unread(claim: ClaimIn, pointer: str, file: ClaimFile) -> Iterator[Problem]:
    """A quote that is not in the text, and quantities that are none."""
    exact = claim.quote if isinstance(claim.quote, str) else claim.quote.exact
    if file.document and file.document.text and exact not in file.document.text:
        yield Problem(f"{pointer}/quote", "The words are not in the text.")
    for noun, names in QUANTITIES.items():
        for place, row in enumerate(getattr(claim, noun)):
            for name in names:
                try:
                    parse_quantity(getattr(row, name))
                except InputError as error:
                    where = f"{pointer}/{noun}/{place}/{name}"
                    yield Problem(where, error.message, tuple(error.suggestions))
