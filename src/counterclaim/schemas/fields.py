"""Types of single fields that several shapes share."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from counterclaim.moment import parse_moment

LARGEST = 1_000_000_000
"""No count of munitions, people or objects reaches this; larger numbers are typing errors."""


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


Text = Annotated[str, AfterValidator(_storable)]
Line = Annotated[Text, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
Words = Annotated[Text, StringConstraints(min_length=1, max_length=20_000)]
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
    AfterValidator(_moment),
    Field(description="A date of ISO 8601-2 (EDTF): 2024-11-23, 2024-11, 2024-11-23/2024-11-25."),
]
Url = Annotated[
    Text,
    StringConstraints(pattern=r"^https?://\S+$", max_length=2000),
    Field(description="http or https."),
]
Latitude = Annotated[float, Field(ge=-90, le=90, description="Degrees north, WGS 84.")]
Longitude = Annotated[float, Field(ge=-180, le=180, description="Degrees east, WGS 84.")]
Number = Annotated[int, Field(ge=0, le=LARGEST)]


class Shape(BaseModel):
    """A shape that is given out."""

    model_config = ConfigDict(serialize_by_alias=True, populate_by_name=True)


class Input(BaseModel):
    """A shape that is taken in: what it does not know is refused."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class Bounds(Input):
    """An interval of whole numbers; either end may be missing."""

    low: Number | None = None
    high: Number | None = None


QuantityIn = Annotated[
    Annotated[int, Field(strict=True, ge=0, le=LARGEST)]
    | Bounds
    | Annotated[str, StringConstraints(max_length=200)]
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
