"""Templates, and what a page may load."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from counterclaim import __version__
from counterclaim.deps import send
from counterclaim.vocabulary import Outcome
from counterclaim.web import words
from counterclaim.web.filters import asked_in
from counterclaim.web.gist import gist
from counterclaim.web.visitors import TOKEN, visitor_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

HTML = "text/html; charset=utf-8"
_FRAMED = "base-uri 'none'; form-action 'self'; frame-ancestors {}"
_OWN = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; "
    "img-src 'self' data:; connect-src 'self'; "
)
PAGE_POLICY = _OWN + _FRAMED.format("'none'")
MAP_POLICY = PAGE_POLICY.replace("img-src", "worker-src 'self' blob:; img-src blob:")
EMBED_POLICY = MAP_POLICY.replace("frame-ancestors 'none'", "frame-ancestors *")


def _prose(text: str) -> Markup:
    """Running text whose ``code`` is marked by two backticks, as docstrings mark it."""
    parts = str(escape(text)).split("``")
    marked = (f"<code>{part}</code>" if at % 2 else part for at, part in enumerate(parts))
    return Markup("".join(marked))  # noqa: S704 - escaped above


_templates = Environment(
    loader=PackageLoader("counterclaim.web"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_templates.globals["version"] = __version__
_templates.globals["token_name"] = TOKEN
_templates.globals["outcomes"] = tuple(Outcome)
_templates.filters["prose"] = _prose
_templates.filters.update(words.FILTERS)
_templates.filters["gist"] = gist


def render(request: Request, template: str, **values: object) -> str:
    """The text of a page for who looks at it."""
    given = {
        "root": request.scope.get("root_path", ""),
        "path": request.url.path,
        "asked": asked_in(request),
        "address": request.url.path + (f"?{request.url.query}" if request.url.query else ""),
        "visitor": visitor_of(request),
        "base": str(request.base_url).rstrip("/"),
    }
    return _templates.get_template(template).render(**{**given, **values})


def page_headers(policy: str = PAGE_POLICY) -> dict[str, str]:
    """What a browser is told of a page: it may load only what its policy names."""
    return {
        "Content-Security-Policy": policy,
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }


def page(
    request: Request,
    template: str,
    *,
    policy: str = PAGE_POLICY,
    status: int = 200,
    **values: object,
) -> Response:
    """A page made of a template."""
    text = render(request, template, **values)
    response = send_data(request, text.encode(), HTML, **page_headers(policy))
    if response.status_code == 200:
        response.status_code = status
    return response


def send_data(
    request: Request, content: bytes, media_type: str, tag: str | None = None, **headers: str
) -> Response:
    """A page or its data; what is sent to who has a cookie is kept by nobody else."""
    response = send(request, content, media_type, tag, **headers)
    response.headers["Vary"] += ", Cookie"
    if visitor_of(request).token:
        response.headers["Cache-Control"] = "private, no-cache"
    return response
