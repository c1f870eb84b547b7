"""The first and the last line of a dump: what it is of, and how to tell that it is whole."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Hash = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
Count = Annotated[int, Field(ge=0)]

FORMAT: Literal[1] = 1
"""Version of the form of dumps that this program writes and reads."""


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class DumpedHead(_Line):
    """The newest entry of the ledger; number 0 and a hash of zeros where there is none."""

    seq: Count
    hash: Hash


class DumpHeader(_Line):
    """Of which state of which tables a dump is; ``tables`` has their rows, in the order they come.

    ``known_at`` is the instant of the newest entry of the ledger, null where there is none.
    """

    counterclaim_dump: Literal[1] = FORMAT
    program: str
    revision: str
    known_at: str | None
    ledger: DumpedHead
    tables: dict[str, Count]


class DumpTrailer(_Line):
    """How many rows came, and the SHA-256 of all bytes of the lines before, hex."""

    rows: Count
    tables: dict[str, Count]
    sha256: Hash


class DumpEnd(_Line):
    """The last line."""

    trailer: DumpTrailer
