"""Invented names in three languages, and what is drafted of a text that speaks of them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from counterclaim.drafting import Drafts, draft_claims
from counterclaim.names import fold
from counterclaim.queries.recognise import Kind, KnownNames, NamedRow, names_found

if TYPE_CHECKING:
    from collections.abc import Iterator

PUBLISHED = date(2031, 5, 16)
"""A Friday."""

ROWS = [
    (Kind.MUNITION, "zeta-9", "ballistic_missile", "Zeta-9", "Зета-9"),
    (Kind.MUNITION, "s-300", "surface_to_air_missile", "S-300", "С-300"),
    (Kind.MUNITION, "kvant", "cruise_missile", "Kvant", "Квант"),
    (Kind.PLACE, "ledov", "city", "Ledov", "Ледов", "Льодів"),
    (Kind.PLACE, "reg-led", "region", "Ledov region", "Ледовская область", "Льодівська область"),
    (Kind.PLACE, "reg-riv", "region", "Rivna region", "Ривненская область", "Рівнянська область"),
    (Kind.PLACE, "reg-bor", "region", "Borsk region", "Борская область", "Борська область"),
    (Kind.PLACE, "borsk", "town", "Borsk", "Борск"),
    (Kind.PLACE, "long-bay", "sea", "Long Bay", "Долгий залив", "Довга затока"),
    (Kind.PLACE, "aland", "country", "Aland", "Аландия", "Аландія"),
    (Kind.SOURCE, "aland", "state", "Aland", "Аландия"),
    (Kind.SOURCE, "aland-mod", "ministry", "Aland Defense Ministry", "Минобороны Аландии"),
    (Kind.SOURCE, "bor-force", "armed_force", "Borean air force", "Повітряні сили Бореї"),
    (Kind.SOURCE, "ledov-governor", "government", "Ledov governor", "губернатор Ледовской области"),
    (Kind.SOURCE, "borsk-mayor", "government", "Borsk mayor", "мэр Борска", "Рівнянська ОВА"),
]


def known(text: str) -> KnownNames:
    """The invented names that may stand in a text."""

    def rows_named(kind: Kind, folded: list[str]) -> dict[str, list[NamedRow]]:
        wanted = set(folded)
        found: dict[str, list[NamedRow]] = {}
        for own, key, what, *names in ROWS:
            for name in names:
                if own is kind and fold(name) in wanted:
                    found.setdefault(fold(name), []).append(NamedRow(key, what, name))
        return found

    return names_found(text, rows_named)


def drafted(text: str, lang: str | None = None) -> Drafts:
    """What is drafted of a text that was published on ``PUBLISHED``."""
    return draft_claims(text, known(text), published=PUBLISHED, lang=lang)


def numbers(text: str) -> list[str]:
    """All numbers drafted of a text, sorted: "intercepted 15 drone", "killed 3"."""
    return sorted(row for draft in drafted(text).claims for row in _rows(draft.claim))


def _rows(claim: dict[str, Any]) -> Iterator[str]:
    for row in claim.get("counts", ()):
        for role, value in row.items():
            if role != "munition":
                yield " ".join(filter(None, (role, _said(value), row.get("munition"))))
    for row in claim.get("casualties", ()):
        yield f"{row['harm']} {_said(row['count'])}"
    for row in claim.get("damage", ()):
        yield f"{row['severity']} {_said(row['count'])} {row['object']}"


def _said(value: Any) -> str:
    if isinstance(value, int):
        return str(value)
    return f"{value.get('low', '')}..{value.get('high', '')}"
