"""Releases: named states of the store that can be cited."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from counterclaim.errors import MomentError
from counterclaim.moment import parse_window
from counterclaim.schemas.fields import Input, Shape, Words
from counterclaim.schemas.ledger import PositionOut
from counterclaim.vocabulary import Precision

NAME = r"^[a-z0-9][a-z0-9._-]{0,99}$"


def read_instant(text: str) -> datetime:
    """An instant, with fractions of a second where there are any.

    Raises:
        MomentError: the text is none, or has no zone.
    """
    moment = parse_window(text)
    if moment.precision is not Precision.INSTANT or moment.start is None:
        raise MomentError(f"{text!r} is no instant: write 2024-11-26T09:30:00Z, with a zone.")
    return moment.start


def _instant(text: str) -> str:
    read_instant(text)
    return text


class ReleaseIn(Input):
    """A state to freeze."""

    name: Annotated[
        str,
        StringConstraints(pattern=NAME),
        Field(description="Its permanent name: lower-case letters, digits, dots and hyphens."),
    ]
    note: Annotated[Words | None, Field(description="What it is for.")] = None
    known_at: Annotated[
        Annotated[str, StringConstraints(max_length=100), AfterValidator(_instant)] | None,
        Field(
            description="The instant to show the store at, ISO 8601 with a zone; left out, that of"
            " the last write."
        ),
    ] = None

    def instant(self) -> datetime | None:
        """The instant asked for; None is that of the last write."""
        return None if self.known_at is None else read_instant(self.known_at)


class ReleaseOut(Shape):
    """A named frozen state."""

    name: str
    known_at: Annotated[str, Field(description="The instant it shows the store at, UTC.")]
    sha256: Annotated[str, Field(description="SHA-256 of its export (f=ndjson), hex.")]
    note: str | None
    recorded_at: str
    events: Annotated[int, Field(description="Events served at that instant.")]
    claims: Annotated[int, Field(description="Claims that counted at that instant.")]
    ledger: Annotated[PositionOut, Field(description="The ledger at that instant.")]
    citation: Annotated[str, Field(description="How to cite it.")]
