"""Types of single fields that several shapes share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    StringConstraints,
    Tag,
)

from counterclaim.moment import parse_moment
from counterclaim.quantity import MOST


def _storable(text: str) -> str:
    if "\x00" in text:
        msg = "The text holds a NUL character, which cannot be stored: remove it."
        raise ValueError(msg)
    try:
        text.encode()
    except UnicodeEncodeError as error:
        msg = f"The text holds half a surrogate pair at {error.start}: it is no valid Unicode."
        raise ValueError(msg) from error
    return text


def _moment(text: str) -> str:
    return parse_moment(text).edtf


def told_apart(right: str, *, numbers: tuple[type, ...] = ()) -> Discriminator:
    """Picks a union's member by the kind of the value: Tag "number", "fields" or "words".

    So a wrong value has one error, at its place, and is not tried as everything that it might be.

    Args:
        right: What is said of a value that is none of them; a sentence.
        numbers: The types of which a number may be; empty where the union has none.
    """

    def kind(value: Any) -> str | None:
        if isinstance(value, str):
            return "words"
        if isinstance(value, Mapping | BaseModel):
            return "fields"
        is_number = isinstance(value, numbers) and not isinstance(value, bool)
        return "number" if is_number else None

    return Discriminator(kind, custom_error_type="kind_of_value", custom_error_message=right)


STORABLE = AfterValidator(_storable)
"""Stands behind a text's constraints: before them, Pydantic counts items, not characters."""
Line = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500), STORABLE
]
Words = Annotated[str, StringConstraints(min_length=1, max_length=20_000), STORABLE]
Key = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=100)]
Side = Annotated[
    str,
    StringConstraints(pattern=r"^([A-Z]{2}|[a-z0-9]+(-[a-z0-9]+)*)$", max_length=40),
    Field(description="ISO 3166-1 alpha-2 code of a state, a slug, or neutral."),
]
Country = Annotated[
    str, StringConstraints(pattern=r"^[A-Z]{2}$"), Field(description="ISO 3166-1 alpha-2.")
]
Region = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Z]{2}-[A-Z0-9]{1,3}$"),
    Field(description="ISO 3166-2, as RU-KRS."),
]
Lang = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$", max_length=35)
]
Edtf = Annotated[
    str,
    StringConstraints(max_length=100),
    STORABLE,
    AfterValidator(_moment),
    Field(description="A date of ISO 8601-2 (EDTF): 2024-11-23, 2024-11, 2024-11-23/2024-11-25."),
]
Url = Annotated[
    str,
    StringConstraints(pattern=r"^https?://\S+$", max_length=2000),
    STORABLE,
    Field(description="http or https."),
]
TEXT_TOO_LARGE = "text_too_large"
"""Type of the error of a text that is larger than is taken."""

# Strict: true is not 1, and "1" is words. A whole number is a real one, too.
Real = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Latitude = Annotated[Real, Field(ge=-90, le=90, description="Degrees north, WGS 84.")]
Longitude = Annotated[Real, Field(ge=-180, le=180, description="Degrees east, WGS 84.")]
Number = Annotated[int, Field(strict=True, ge=0, le=MOST)]


class Shape(BaseModel):
    """A shape that is given out."""

    model_config = ConfigDict(serialize_by_alias=True, populate_by_name=True, defer_build=True)


class Input(BaseModel):
    """A shape that is taken in: what it does not know is refused."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True, defer_build=True)


class Bounds(Input):
    """An interval of whole numbers; either end may be missing."""

    low: Number | None = None
    high: Number | None = None


QuantityIn = Annotated[
    Annotated[
        Annotated[Number, Tag("number")]
        | Annotated[Bounds, Tag("fields")]
        | Annotated[str, StringConstraints(max_length=200), STORABLE, Tag("words")],
        told_apart('Give a whole number, {"low", "high"}, or words.', numbers=(int,)),
    ]
    | None,
    Field(
        description='A number, {"low", "high"}, or words: "five", "at least 12", "several", "3-5".'
    ),
]


def _without_default(schema: dict[str, Any]) -> None:
    schema.pop("default", None)


def left_out() -> Any:
    """The default of a field that is left out, rather than null, where there is nothing to say."""
    return Field(default=None, json_schema_extra=_without_default)


class MomentOut(Shape):
    """A date with its bounds: ``from`` inclusive, ``to`` exclusive, UTC."""

    edtf: str
    from_: Annotated[str | None, Field(alias="from")] = None
    to: str | None = None
    precision: str | None = None


class QuantityOut(Shape):
    """An interval with the words that were said; null is unknown or open."""

    low: int | None
    high: int | None
    said: str | None
