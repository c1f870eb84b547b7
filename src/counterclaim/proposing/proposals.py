"""What is proposed of a text, by the rules or by a model whose every word is checked."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from counterclaim.db import reading
from counterclaim.drafting import draft_claims
from counterclaim.errors import InputError, ModelError, Problem, RejectedError
from counterclaim.models import Source
from counterclaim.moment import parse_moment
from counterclaim.proposing.checks import Checks, checked
from counterclaim.proposing.prompt import answer_schema, messages
from counterclaim.queries.names import find
from counterclaim.queries.recognise import names_known

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlalchemy.orm import Session

    from counterclaim.drafting import Drafts
    from counterclaim.proposing.model import Model
    from counterclaim.queries.recognise import KnownNames

BY_RULES = "rules"
"""Who proposes where no model does."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A text to read; ``published`` is an EDTF date, ``publisher`` a source in any spelling."""

    text: str
    published: str | None = None
    publisher: str | None = None
    lang: str | None = None

    @property
    def day(self) -> date | None:
        """The day of publication, where a single day is given."""
        if self.published is None:
            return None
        moment = parse_moment(self.published)
        if moment.start is None or moment.end is None:
            return None
        return moment.start.date() if moment.end - moment.start <= timedelta(days=1) else None


@dataclass(frozen=True, slots=True)
class Proposals:
    """Claims as they are posted, with the events that they name by ref, and why each is so.

    ``why`` has one list for each claim. ``by`` is who proposes, ``dropped`` counts by kind what a
    model said that does not stand in the text.
    """

    lang: str
    events: list[dict[str, Any]]
    claims: list[dict[str, Any]]
    why: list[list[str]]
    by: str = BY_RULES
    dropped: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def propose_claims(engine: Engine, asked: Asked, model: Model | None = None) -> Proposals:
    """The claims that a text seems to make, in its order.

    A model that gives no answer that can be used leaves the drafts of the rules, which say so. The
    store is let go before it is asked.

    Raises:
        RejectedError: the publisher is unknown.
    """
    with reading(engine) as session:
        publisher = _publisher(session, asked.publisher) if asked.publisher else None
        known = names_known(session, asked.text)
    drafts = draft_claims(
        asked.text, known, published=asked.day, publisher=publisher, lang=asked.lang
    )
    ruled = _proposals(drafts)
    if model is None:
        return ruled
    try:
        return _by_model(model, asked, known, drafts.lang)
    except ModelError as error:
        note = f"The model {model.name} gave nothing that can be used: {error} The rules drafted."
        return replace(ruled, notes=[note])


def _publisher(session: Session, name: str) -> str:
    try:
        return find(session, Source, name).key
    except InputError as error:
        raise RejectedError(
            [Problem("/publisher", error.message, tuple(error.suggestions))]
        ) from None


def _proposals(drafts: Drafts) -> Proposals:
    return Proposals(
        lang=drafts.lang,
        events=drafts.events,
        claims=[draft.claim for draft in drafts.claims],
        why=[draft.why for draft in drafts.claims],
    )


def _by_model(model: Model, asked: Asked, known: KnownNames, lang: str) -> Proposals:
    told = messages(asked.text, known, asked.day, lang)
    answer = model.ask(told, answer_schema())
    found = checked(answer, Checks(asked.text, known, asked.day, lang))
    return Proposals(
        lang=lang,
        events=found.events,
        claims=found.claims,
        why=[[f"Proposed by the model {model.name}.", *why] for why in found.why],
        by=model.name,
        dropped={kind: count for kind, count in found.dropped.items() if count},
    )
