"""What the contribute page shows of a draft: values, faults, what was recognised, remarks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from counterclaim import vocabulary
from counterclaim.queries.asof import last_change
from counterclaim.queries.callings import names_of_places
from counterclaim.queries.candidates import (
    Candidate,
    Offered,
    Said,
    candidate_events,
    offered_names,
)
from counterclaim.queries.recognise import Kind, Span, names_known, recognise
from counterclaim.web.naming import name_all
from counterclaim.web.remarks import Told, tell_remarks
from counterclaim.web.rendering import page
from counterclaim.web.texts import Sentence, paragraphs

if TYPE_CHECKING:
    from sqlalchemy.orm import Session
    from starlette.requests import Request
    from starlette.responses import Response

    from counterclaim.errors import Problem
    from counterclaim.resolve.wording import Names
    from counterclaim.schemas.incoming import ClaimFile
    from counterclaim.store.ingest import Intake
    from counterclaim.web.drafts import Draft
    from counterclaim.web.proposals import Proposal, Proposed
    from counterclaim.web.trying import Trial

DOCUMENT_FIELDS = ("title", "publisher", "url", "published", "lang", "licence")
SHOWN_OUTCOMES = ("launched", "intercepted", "hit")
OTHER_OUTCOMES = tuple(word for word in vocabulary.Outcome if word not in SHOWN_OUTCOMES)
GROUPS = ("sources", "munitions", "places")


@dataclass(frozen=True, slots=True)
class Recognised:
    """Some words, and what they may mean."""

    kind: str
    words: str
    values: tuple[str, ...]


@dataclass
class Desk:
    """One draft as its page shows it."""

    session: Session
    draft: Draft
    trial: Trial
    proposed: Proposed
    find: str = ""
    more: str = ""
    vocabulary: Any = vocabulary
    shown_outcomes: tuple[str, ...] = SHOWN_OUTCOMES
    other_outcomes: tuple[str, ...] = tuple(map(str, OTHER_OUTCOMES))
    document_fields: tuple[str, ...] = DOCUMENT_FIELDS

    @property
    def open(self) -> str | None:
        """The pointer of the claim that is edited."""
        return None if self.draft.open is None else f"/claims/{self.draft.open}"

    @cached_property
    def problems(self) -> int:
        """How many problems there are in all."""
        return len(self.trial.faults)

    @cached_property
    def text(self) -> list[list[Sentence]]:
        """The text's paragraphs with the quotes of the claims marked."""
        marks = [*self.draft.marks(), *self.proposed.marks()]
        return list(paragraphs(self.draft.text, marks))

    @cached_property
    def proposals(self) -> list[Proposal]:
        """What is proposed and waits."""
        return self.proposed.waiting()

    @cached_property
    def names(self) -> Names:
        """What to call whoever and whatever the proposals name."""
        shapes = [one.shape for one in self.proposals]
        speakers = {key for shape in shapes for key in shape.said_by}
        munitions = {line.munition for shape in shapes for line in shape.counts}
        return name_all(self.session, (), speakers, munitions)

    @cached_property
    def place_names(self) -> dict[str, str]:
        """What to call the places of the proposals."""
        keys = {one.place for each in self.proposals for one in each.shape.places}
        return names_of_places(self.session, filter(None, keys))

    @cached_property
    def offered(self) -> Offered:
        """What fields offer to pick from."""
        return offered_names(self.session)

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """The fields that no control of the page holds."""
        shown = [f"/document/{name}" for name in DOCUMENT_FIELDS]
        shown += [f"/{group}" for group in GROUPS]
        return self.draft.fields(without=[*shown, *([self.open, "/events"] if self.open else [])])

    @property
    def needed(self) -> list[str]:
        """What is still missing, in words."""
        return [_needed(pointer) for pointer in self.trial.missing]

    def shown(self, claim: str, rows: str) -> int:
        """How many rows of a list are shown: one more where that was asked for, and always one."""
        return max(1, self.draft.rows(f"{claim}/{rows}") + (self.more == rows))

    def faults(self, *pointers: str) -> list[Problem]:
        """What is wrong with a field; said once."""
        return self.trial.faults.take(*pointers)

    def wrong_below(self, pointer: str) -> bool:
        """Whether anything in a group of fields is wrong that was not shown yet."""
        return self.trial.faults.below(pointer) > 0

    def remarks(self, place: int) -> list[Told]:
        """What the checks remark on one claim."""
        given = self.trial.remarks.get(f"C{place + 1}", [])
        return tell_remarks(self.session, given, last_change(self.session))

    def counted(self, place: int) -> tuple[int, int]:
        """How many problems and remarks a claim has."""
        remarks = self.trial.remarks.get(f"C{place + 1}", [])
        return self.trial.faults.below(f"/claims/{place}"), len(remarks)

    @cached_property
    def recognised(self) -> list[Recognised]:
        """What the words of the open claim speak of."""
        if self.open is None:
            return []
        exact = self.draft.value(f"{self.open}/quote/exact")
        known = names_known(self.session, exact)
        spans = recognise(exact, known, self.draft.published, self.draft.lang)
        found = {_shown(span, exact): None for span in spans if span.kind is not Kind.SPEECH}
        return list(found)

    def said(self, kind: str) -> list[str]:
        """The words in the quote that speak of something of a kind."""
        return list(dict.fromkeys(one.words for one in self.recognised if one.kind == kind))

    @cached_property
    def candidates(self) -> list[Candidate]:
        """Events that the open claim may be about."""
        if self.open is None:
            return []
        claim = self.draft.claims[self.draft.open or 0]
        said = Said(
            occurred=str(claim.get("occurred", "")).strip() or None,
            munitions=tuple(_column(claim, "counts", "munition")),
            places=tuple(_column(claim, "places", "place")),
            words=self.find,
        )
        return candidate_events(self.session, said)


NEW = {"events": "event", "sources": "new source", "munitions": "new munition"}


def _needed(pointer: str) -> str:
    _, group, *path = pointer.split("/")
    what = path[-1].replace("_", " ") if path else group
    if group == "claims":
        return f"{what} in claim {int(path[0]) + 1}"
    return f"{what} of the {NEW.get(group, 'new place' if group == 'places' else group)}"


def _shown(span: Span, text: str) -> Recognised:
    return Recognised(str(span.kind), text[span.start : span.end], span.values)


def _column(claim: dict[str, Any], rows: str, name: str) -> list[str]:
    given = claim.get(rows)
    return [str(row.get(name, "")) for row in given or [] if isinstance(row, dict)]


def begin_page(request: Request, refused: str = "", text: str = "") -> Response:
    """Where a text is pasted or a saved page chosen."""
    status = HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK
    return page(request, "contribute.html", desk=None, refused=refused, text=text, status=status)


def desk_page(
    request: Request,
    session: Session,
    draft: Draft,
    trial: Trial,
    proposed: Proposed,
    *,
    find: str = "",
    more: str = "",
    refused: str = "",
    status: int = HTTPStatus.OK,
) -> Response:
    """The text with its claims, and the one that is edited."""
    desk = Desk(session, draft, trial, proposed, find, more)
    model = request.app.state.draft_model
    return page(
        request,
        "contribute.html",
        desk=desk,
        draft=draft,
        model=model,
        refused=refused,
        text="",
        status=status,
    )


def recorded_page(request: Request, session: Session, file: ClaimFile, intake: Intake) -> Response:
    """What became of the claims that were sent."""
    shapes = {claim.ref: claim for claim in file.claims}
    at = last_change(session)
    rows = [
        {
            "id": taken.id,
            "status": taken.status,
            "created": taken.created,
            "shape": shapes[taken.ref],
            "event": _event_of(shapes[taken.ref].event, intake),
            "remarks": tell_remarks(session, taken.warnings, at),
        }
        for taken in intake.claims
    ]
    return page(request, "recorded.html", rows=rows, file=file, intake=intake)


def _event_of(name: str | None, intake: Intake) -> str | None:
    refs = {event.ref: event.id for event in intake.events}
    return refs.get(name, name)
