"""Examples that the pages show: questions to ask, and what a problem looks like."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import quote

import orjson

if TYPE_CHECKING:
    from counterclaim.problems import ProblemType


@dataclass(frozen=True, slots=True)
class Question:
    """A question in words, and the address that answers it as a person would type it."""

    words: str
    address: str

    @property
    def href(self) -> str:
        """The address with what is not ASCII percent-encoded."""
        return quote(self.address, safe="/?&=-")


QUESTIONS = (
    Question("Every strike on record in which ATACMS was named", "/v1/strikes?weapon=atacms"),
    Question("Strikes in Kursk region", "/v1/strikes?region=RU-KRS"),
    Question("Strikes from 23 to 25 November 2024", "/v1/strikes?from=2024-11-23&to=2024-11-25"),
    Question("Whatever speaks of Орешник, in any spelling", "/v1/strikes?q=Орешник"),
)

_DETAILS: dict[str, dict[str, object]] = {
    "invalid-request": {
        "detail": "There is no parameter 'wepon'. Did you mean weapon?",
        "instance": "/v1/strikes",
        "errors": [
            {
                "parameter": "wepon",
                "detail": "There is no parameter 'wepon'. Did you mean weapon?",
                "suggestions": ["weapon"],
            }
        ],
    },
    "malformed-body": {"detail": "Expecting ',' delimiter", "instance": "/v1/ingest"},
    "not-found": {
        "detail": "There is no munition 'atacsm'.",
        "instance": "/v1/munitions/atacsm",
        "errors": [{"detail": "There is no munition 'atacsm'.", "suggestions": ["atacms"]}],
    },
    "method-not-allowed": {"instance": "/v1/strikes"},
}


def example_problem(kind: ProblemType) -> str:
    """A problem of this type as it is answered, indented for reading."""
    start = f"HTTP/1.1 {kind.status} {HTTPStatus(kind.status).phrase}"
    head = {"type": f"/problems/{kind.slug}", "title": kind.title, "status": kind.status}
    rest = _DETAILS.get(kind.slug, {"instance": "/v1/strikes"})
    body = orjson.dumps({**head, **rest}, option=orjson.OPT_INDENT_2).decode()
    return f"{start}\nContent-Type: application/problem+json\n\n{body}"
