"""What routes depend on: sessions, list controls, formats, and how answers are sent."""

from __future__ import annotations

import hashlib
import re
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar
from urllib.parse import quote

import orjson
from fastapi import Depends, Path
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic.warnings import UnsupportedFieldAttributeWarning
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from counterclaim import __version__
from counterclaim.access import Reader, may_review
from counterclaim.db import is_id, now, reading
from counterclaim.errors import FilterError, NotFoundError
from counterclaim.export import csv, formats, geojson
from counterclaim.moment import isoformat_z
from counterclaim.names import nearest
from counterclaim.problems import described_problem
from counterclaim.queries.asof import STORED_POLICY, View, Wish, read_instant
from counterclaim.queries.pages import Slice, Window

# FastAPI says the same where it makes what reads a parameter; ours is only built when it is used.
warnings.filterwarnings("ignore", category=UnsupportedFieldAttributeWarning)

if TYPE_CHECKING:
    from starlette.types import Scope

    from counterclaim.export.flat import Row

JSON = "application/json"
NDJSON = formats.NDJSON
EVENT_STREAM = "text/event-stream"
FORMATS = {
    "json": JSON,
    "csv": "text/csv",
    "geojson": geojson.MEDIA_TYPE,
    "ndjson": NDJSON,
    "parquet": formats.PARQUET,
    "xlsx": formats.XLSX,
    "stream": EVENT_STREAM,
    "jsonld": "application/ld+json",
    "stix": "application/stix+json",
}
Item = TypeVar("Item")
Result = TypeVar("Result")


def header_of(scope: Scope, name: bytes) -> bytes:
    """The first header of this name, in small letters, that a request brings; empty if none."""
    for one, value in scope["headers"]:
        if one == name:
            return bytes(value)
    return b""


def path_of(scope: Scope) -> str:
    """The path that is asked for, without the prefix that a proxy serves the application under."""
    path: str = scope["path"]
    prefix = scope.get("root_path")
    return path.removeprefix(prefix) if prefix else path


PREFERRED = re.compile(r'(?:^|[,\s])max-age\s*=\s*"?(\d{1,9})"?(?=$|[,;\s])', re.IGNORECASE)
"""An age among the preferences of a request, after RFC 7240."""

APPLIED = "counterclaim.preference"
"""Where the scope of a request has what tells the preference that its answer followed, or None."""


def allowed_age(request: Request) -> int | None:
    """Seconds by which an answer may be old; None where the store is asked for as it is now.

    Who has a key or a cookie may have written, and is to find it again. A further page belongs to
    the state of the first, which another standby might not have yet.
    """
    if request.app.state.replicas is None or b"cursor=" in request.scope["query_string"]:
        return None
    headers = request.headers
    if preferred := PREFERRED.search(",".join(headers.getlist("prefer"))):
        return min(int(preferred[1]), SETTLED.seconds) or None
    if "authorization" in headers or "cookie" in headers:
        return None
    return request.app.state.settings.read_max_age or None


@contextmanager
def reading_for(request: Request) -> Iterator[Session]:
    """The state of the store that a request is to be shown: a standby's, if it may be that old."""
    age, state = allowed_age(request), request.app.state
    if age is None:
        with reading(state.engine) as session:
            yield session
        return
    with state.replicas.reading_within(age, state.engine) as session:
        request.scope[APPLIED] = lambda: f"max-age={age}" if session.standby else None
        yield session


async def in_thread(session: Session, work: Callable[..., Result], *given: Any) -> Result:
    """Do work on a session in a thread, and give the connection back before the thread.

    For async routes that have more than one thing to do: who kept a connection from one thread to
    the next could wait for those who have all threads and wait for a connection.
    """

    def work_and_release() -> Result:
        try:
            return work(*given)
        finally:
            session.close()

    return await run_in_threadpool(work_and_release)


def _read(request: Request, _reader: Reader) -> Iterator[Session]:
    with reading_for(request) as session:
        yield session


Read = Annotated[Session, Depends(_read, scope="function")]
RowId = Annotated[str, Path(alias="id", description="A UUID.", max_length=100)]
RowKey = Annotated[
    str, Path(description="A readable key or a UUID.", max_length=100, pattern=r"^[^\x00]*$")
]

READ_PROBLEMS: dict[int | str, dict[str, Any]] = {
    404: described_problem("There is no such thing."),
    422: described_problem("A parameter is unknown or not valid."),
    503: described_problem("The store does not answer."),
}
LIST_PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: READ_PROBLEMS[status] for status in (422, 503)
}
MOVED: dict[int | str, dict[str, Any]] = {
    308: {"description": "It was merged into the event that Location names."}
}
NOT_MODIFIED: dict[int | str, dict[str, Any]] = {
    304: {"description": "Nothing changed since the ETag given in If-None-Match."}
}


_CSV = {"text/csv": {"schema": {"type": "string"}}}
_GEOJSON = {geojson.MEDIA_TYPE: {"schema": {"type": "object"}}}
TABLE: dict[int | str, dict[str, Any]] = {
    200: {"description": "A page.", "content": _CSV},
    **NOT_MODIFIED,
    **LIST_PROBLEMS,
}
TABLE_AND_MAP: dict[int | str, dict[str, Any]] = {
    **TABLE,
    200: {"description": "A page.", "content": {**_GEOJSON, **_CSV}},
}


class NoQuery(BaseModel):
    """No parameters: they are refused, so that slips do not go unnoticed."""

    model_config = ConfigDict(extra="forbid", defer_build=True)


class OneQuery(NoQuery):
    """Parameters of every read: the state of the store that is asked for."""

    known_at: Annotated[
        str | None,
        StringConstraints(max_length=100),
        Field(description="As the store stood at this instant, or at the end of this EDTF date."),
    ] = None
    claimed_by: Annotated[
        str | None,
        StringConstraints(max_length=100),
        Field(description="Only what had been said or published by this instant or EDTF date."),
    ] = None

    def wish(self, request: Request) -> Wish:
        """The state that is asked for.

        Raises:
            FilterError: it is no instant and no date, or a parameter that takes one value stands
                twice.
        """
        self._check_once(request)
        return replace(self.asked(), unreviewed=may_review(request))

    def asked(self) -> Wish:
        """The state that the parameters ask for, whoever asks.

        Raises:
            FilterError: one of them is no instant and no date.
        """
        given = {"known_at": self.known_at, "claimed_by": self.claimed_by}
        read = {name: read_instant(name, text) for name, text in given.items() if text is not None}
        return Wish(read.get("known_at"), read.get("claimed_by"))

    def view(self, request: Request, session: Session) -> View:
        """The state to show."""
        return self.wish(request).view(session)

    def _check_once(self, request: Request) -> None:
        given = [name for name, _value in request.query_params.multi_items()]
        for name, field in type(self).model_fields.items():
            parameter = field.alias or name
            if given.count(parameter) > 1 and not isinstance(field.default, list):
                raise FilterError(parameter, f"{parameter} takes one value and stands twice.")


class PolicyQuery(OneQuery):
    """Parameters of every read whose figures a policy picks."""

    policy: Annotated[
        str,
        StringConstraints(max_length=100, pattern=r"^[^\x00]*$"),
        Field(description="What picks the figures: one of /v1/policies, such as side:RU."),
    ] = STORED_POLICY

    def asked(self) -> Wish:
        """The state that is asked for, with the policy."""
        return replace(super().asked(), policy=self.policy)


class ListQuery(OneQuery):
    """Parameters of every list."""

    limit: Annotated[int, Field(ge=1, le=1000, description="Most items on a page.")] = 50
    cursor: Annotated[
        str | None,
        StringConstraints(max_length=2000),
        Field(description="The next of the page before; keep every filter as it was."),
    ] = None
    count: Annotated[bool, Field(description="Also say how many items all pages have.")] = False

    def page(self, request: Request) -> Window:
        """The page that is asked for; a cursor belongs to the path and all of the filters.

        Raises:
            FilterError: a parameter that takes one value stands twice, or is no date.
        """
        wish = self.wish(request)
        shown = {"limit", "cursor", "count", "f", "fields", "known_at", "rows", "stream"}
        query = self.model_dump(mode="json", exclude=shown, exclude_defaults=True)
        query["path"] = request.url.path
        return Window(query, self.limit, self.cursor, self.count, wish)


class TableQuery(ListQuery):
    """Parameters of a list that can be a table."""

    f: Annotated[Literal["json", "csv"] | None, Field(description="Format; or use Accept.")] = None


class MapQuery(ListQuery):
    """Parameters of a list that can be a table or a map layer."""

    f: Annotated[
        Literal["json", "geojson", "csv"] | None, Field(description="Format; or use Accept.")
    ] = None


def row_id(noun: str, given: str) -> str:
    """The id in a path; what is no UUID belongs to no row."""
    if not is_id(given):
        raise NotFoundError(noun, given)
    return given.lower()


def wanted_format(request: Request, given: str | None, offered: Sequence[str]) -> str:
    """The format asked for by ``f``, else by Accept, else JSON."""
    if given is not None:
        return given
    weights = dict(map(_weighted, request.headers.get("accept", "").lower().split(",")))
    best = max(offered, key=lambda name: (weights.get(FORMATS[name], 0.0), name == "json"))
    return best if weights.get(FORMATS[best], 0.0) > weights.get("*/*", 0.0) else "json"


def _weighted(media_range: str) -> tuple[str, float]:
    name, *parameters = (part.strip() for part in media_range.split(";"))
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key.strip() == "q":
            try:
                return name, float(value)
            except ValueError:
                return name, 0.0
    return name, 1.0


def chosen_fields(given: str | None, known: Mapping[str, Any]) -> set[str] | None:
    """The names of the fields asked for, with id; None for all of them.

    Raises:
        FilterError: there is no such field.
    """
    if given is None:
        return None
    names = {name.strip() for name in given.split(",")}
    for name in sorted(names - set(known)):
        near = nearest(name, known) or list(known)
        msg = f"There is no field {name!r}; there is {', '.join(near)}."
        raise FilterError("fields", msg, suggestions=near)
    return names | {"id"}


def cut(texts: Sequence[bytes], fields: set[str]) -> list[bytes]:
    """The same JSON objects with these fields only."""
    return [
        orjson.dumps({key: value for key, value in orjson.loads(text).items() if key in fields})
        for text in texts
    ]


def entity_tag(content: bytes) -> str:
    """The ETag of a representation."""
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'


VARY = "Accept, Accept-Encoding, Authorization"
"""What of a request an answer depends on."""
VARIES = VARY.encode()

SETTLED = timedelta(hours=1)
"""No write takes longer: what it stores at its instant can still change an answer until then."""


def cache_control(request: Request) -> str:
    """How long caches may hand an answer on unasked: not at all, unless it is of the past.

    Nothing is immutable, since words can be redacted in answers of the past as well.
    """
    if header_of(request.scope, b"authorization"):
        return "private, no-cache"
    settings = request.app.state.settings
    if settings.past_max_age and _is_of_the_past(request):
        return f"public, max-age={settings.past_max_age}"
    if settings.shared_max_age and request.scope["path"].startswith("/v1/"):
        return f"public, max-age=0, must-revalidate, s-maxage={settings.shared_max_age}"
    return "public, no-cache"


def _is_of_the_past(request: Request) -> bool:
    """Whether no write can change what is asked for."""
    if b"known_at=" not in request.scope["query_string"]:
        return False
    given = request.query_params.get("known_at")
    try:
        return given is not None and read_instant("known_at", given) < now() - SETTLED
    except FilterError:
        return False  # On a page that takes no parameters.


def version_tag(version: str) -> str:
    """The ETag of what changes with nothing but the store: its version, and the program's."""
    return f'"{__version__}-{version[:24]}"'


def is_current(request: Request, tag: str) -> bool:
    """Whether the asker has what bears this ETag."""
    given = header_of(request.scope, b"if-none-match").decode("latin-1")
    return given.strip() == "*" or tag in {
        one.strip().removeprefix("W/") for one in given.split(",")
    }


class Answer(Response):
    """A response whose headers were encoded when they were given."""

    def __init__(self, status: int, headers: list[tuple[bytes, bytes]], body: bytes = b"") -> None:
        self.status_code, self.raw_headers, self.body = status, headers, body
        self.background = None


def _kept(request: Request, tag: str, headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    """What an answer with a tag says to caches, and what else is said."""
    kept = {
        b"etag": tag.encode(),
        b"cache-control": cache_control(request).encode(),
        b"vary": VARIES,
        **{name.lower().encode(): value.encode("latin-1") for name, value in headers.items()},
    }
    return list(kept.items())


def not_modified(request: Request, tag: str, **headers: str) -> Response:
    """The answer to who has what bears this ETag."""
    return Answer(HTTPStatus.NOT_MODIFIED, _kept(request, tag, headers))


def send(
    request: Request, content: bytes, media_type: str, tag: str | None = None, **headers: str
) -> Response:
    """An answer with its ETag, or 304 when the asker has it already."""
    tag = tag or entity_tag(content)
    if is_current(request, tag):
        return not_modified(request, tag, **headers)
    kept = _kept(request, tag, headers)
    kept += (b"content-length", b"%d" % len(content)), (b"content-type", _with_charset(media_type))
    return Answer(HTTPStatus.OK, kept, content)


@lru_cache(maxsize=100)
def _with_charset(media_type: str) -> bytes:
    is_text = media_type.startswith("text/") and "charset=" not in media_type
    return (f"{media_type}; charset=utf-8" if is_text else media_type).encode()


def send_json(
    request: Request,
    content: str | bytes | BaseModel,
    media_type: str = JSON,
    tag: str | None = None,
    **headers: str,
) -> Response:
    """One thing as JSON; what was left unset is left out."""
    if isinstance(content, BaseModel):
        content = as_json(content)
    content = content.encode() if isinstance(content, str) else content
    return send(request, content, media_type, tag, **headers)


def as_json(shape: BaseModel) -> bytes:
    """A shape as JSON; what was left unset is left out."""
    return shape.model_dump_json(by_alias=True, exclude_unset=True).encode()


def send_page(
    request: Request, page: Slice[Any], texts: Sequence[bytes], tag: str | None = None
) -> Response:
    """A page whose items are JSON already."""
    tail = orjson.dumps(page_members(page))
    content = b"".join((b'{"items":[', b",".join(texts), b"],", tail[1:]))
    return send(request, content, JSON, tag, **next_link(request, page))


def send_rows(
    request: Request, page: Slice[Any], rows: Sequence[Row], form: str, columns: Sequence[str]
) -> Response:
    """A page as a table or as a map layer."""
    link = next_link(request, page)
    if form == "csv":
        return send(request, csv.to_csv(rows, columns), csv.MEDIA_TYPE, **link)
    content = geojson.to_geojson(rows, page_members(page))
    return send(request, content, geojson.MEDIA_TYPE, **link)


def page_members(page: Slice[Any]) -> dict[str, object]:
    """What stands beside the items of a page."""
    members: dict[str, object] = {"next": page.next, "known_at": isoformat_z(page.known_at)}
    return members if page.total is None else {**members, "total": page.total}


SAFE_IN_QUERY = "%&=/?:@!$'()*+,;~"
"""What may stand in a query as it is: it came so, and goes back so."""


def next_link(request: Request, page: Slice[Any]) -> dict[str, str]:
    """The Link header to the next page, with every filter kept."""
    if page.next is None:
        return {}
    given = quote(request.scope["query_string"], safe=SAFE_IN_QUERY).split("&")
    kept = [pair for pair in given if pair and not pair.startswith("cursor=")]
    query = "&".join([*kept, f"cursor={page.next}"])
    return {"Link": f'<{quote(request.scope["path"])}?{query}>; rel="next"'}


def send_list(
    request: Request,
    page: Slice[Item],
    form: str,
    row_of: Callable[[dict[str, Any]], Row],
    columns: Sequence[str] = (),
) -> Response:
    """A page of shapes in the format wanted."""
    texts = [as_json(item) for item in page.items if isinstance(item, BaseModel)]
    if form == "json":
        return send_page(request, page, texts)
    rows = [row_of(orjson.loads(text)) for text in texts]
    found = dict.fromkeys(name for row in rows for name in row)
    return send_rows(request, page, rows, form, columns or list(found) or ["id"])
