"""What is proposed of a text: drafts of claims in the shape in which claims are posted."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from counterclaim.schemas.fields import STORABLE, TEXT_TOO_LARGE, Edtf, Input, Lang, Shape
from counterclaim.schemas.incoming import Named

LONGEST_TEXT = 300_000
"""Code points of the longest text that is read for drafts or worked on by hand."""


def _readable(text: str) -> str:
    if len(text) > LONGEST_TEXT:
        msg = "The text has {length} characters, and {most} are the most: divide it."
        told = {"length": len(text), "most": LONGEST_TEXT}
        raise PydanticCustomError(TEXT_TOO_LARGE, msg, told)
    return text


class DraftIn(Input):
    """A text to read, and what is known of it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "text": "On Saturday five ATACMS missiles were fired at Kursk and three were"
                    " shot down, the Russian Defence Ministry said.",
                    "published": "2024-11-26",
                    "lang": "en",
                }
            ]
        }
    )

    text: Annotated[
        str,
        StringConstraints(min_length=1),
        AfterValidator(_readable),
        STORABLE,
        Field(description="At most 300,000 characters; offsets of quotes count in it."),
    ]
    published: Annotated[
        Edtf | None, Field(description="The day to which “on Tuesday” relates.")
    ] = None
    publisher: Named | None = None
    lang: Annotated[Lang | None, Field(description="Left out: told by the text.")] = None
    ask_model: Annotated[
        bool,
        Field(
            description="False: by the rules alone, even where the operator configured a model; the"
            " text then stays on the server."
        ),
    ] = True


class DraftsOut(Shape):
    """What a text seems to claim, for a person to confirm; nothing of it is stored."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "lang": "en",
                    "by": "rules",
                    "events": [{"ref": "E1", "kind": "strike", "label": "ATACMS strike on Kursk"}],
                    "claims": [
                        {
                            "event": "E1",
                            "said_by": ["ru-mod"],
                            "occurred": "2024-11-23",
                            "quote": {
                                "exact": "five ATACMS missiles were fired at Kursk and three were"
                                " shot down",
                                "start": 12,
                                "end": 78,
                            },
                            "counts": [{"munition": "atacms", "launched": 5, "intercepted": 3}],
                        }
                    ],
                    "why": [["launched 5: “five ATACMS missiles were fired”."]],
                    "dropped": {},
                    "notes": [],
                }
            ]
        }
    )

    lang: Annotated[str, Field(description="The language in which it was read.")]
    by: Annotated[str, Field(description="Who proposes: rules, or the name of the model.")]
    events: Annotated[
        list[dict[str, Any]],
        Field(
            description="What the claims are about, as in a claim file; claims name them by ref.",
            json_schema_extra={"items": {"$ref": "#/components/schemas/EventIn"}},
        ),
    ]
    claims: Annotated[
        list[dict[str, Any]],
        Field(
            description="Claims as they are posted, in the order of the text.",
            json_schema_extra={"items": {"$ref": "#/components/schemas/ClaimIn"}},
        ),
    ]
    why: Annotated[
        list[list[str]],
        Field(description="For each claim, in the same order, why its fields were filled."),
    ]
    dropped: Annotated[
        dict[str, int],
        Field(description="What a model said that did not stand in the text, counted by kind."),
    ]
    notes: Annotated[list[str], Field(description="What else there is to know of the drafts.")]
