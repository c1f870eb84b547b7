"""Templates, what a page may load, and where Swagger UI's files lie."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from counterclaim import __version__
from counterclaim.deps import send

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

HTML = "text/html; charset=utf-8"
_NOTHING_ELSE = "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
PAGE_POLICY = f"default-src 'none'; style-src 'self'; img-src 'self'; {_NOTHING_ELSE}"
DOCS_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; "
    f"img-src 'self' data:; connect-src 'self'; {_NOTHING_ELSE}"
)


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
_templates.filters["prose"] = _prose


def page(
    request: Request, template: str, *, policy: str = PAGE_POLICY, **values: object
) -> Response:
    """A page made of a template; it may load only what its policy names."""
    root = request.scope.get("root_path", "")
    text = _templates.get_template(template).render(root=root, path=request.url.path, **values)
    headers = {
        "Content-Security-Policy": policy,
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
    return send(request, text.encode(), HTML, **headers)


def swagger_folder() -> Path:
    """The folder of the installed package that holds Swagger UI's style sheet and script."""
    return Path(str(files("fastapi_offline"))) / "static"
