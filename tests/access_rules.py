"""Who may ask for what: one rule for each route, and what each caller is to be answered.

A route that no rule is about makes ``tests/test_access.py`` fail: say here who may ask for it.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import NamedTuple

from counterclaim.vocabulary import KeyScope


class Way(Enum):
    """How a caller is known."""

    NONE = "nobody is asked who they are"
    KEY = "by a key in Authorization"
    COOKIE = "by a cookie"
    FORM = "by a cookie, and a token in the form"


class Rule(NamedTuple):
    """Who may ask for routes whose method and path match.

    Attributes:
        method: GET or POST.
        path: A regular expression for the whole path, as the route has it.
        way: How a caller is known there.
        scope: What the key must have; None where nobody needs one.
        is_read: Whether the scope ``read`` is needed as soon as reads are not public.
    """

    method: str
    path: str
    way: Way
    scope: KeyScope | None = None
    is_read: bool = False

    def asks_for(self, *, public_reads: bool) -> KeyScope | None:
        """The scope that is needed, under this setting."""
        if self.scope is None and self.is_read and not public_reads:
            return KeyScope.READ
        return self.scope


RULES = (
    # Of the service itself.
    # /metrics asks for no key: COUNTERCLAIM_METRICS says from where it is shown.
    Rule("GET", "/(healthz|readyz|metrics|openapi.json|claim-file.schema.json)", Way.NONE),
    Rule("GET", "/(about|codebook|docs|problems(/{slug})?|sign-in)", Way.COOKIE),
    Rule("POST", "/(sign-in|sign-out)", Way.FORM),
    # Of the API.
    Rule("GET", "/v1/keys", Way.KEY, KeyScope.ADMIN),
    Rule("GET", "/v1/.*", Way.KEY, is_read=True),
    Rule("GET", "/ogc(/.*)?", Way.KEY, is_read=True),
    Rule("POST", "/v1/(ingest|documents|events|claims)", Way.KEY, KeyScope.CONTRIBUTE),
    Rule("POST", "/v1/drafts", Way.KEY, KeyScope.CONTRIBUTE),  # It stores nothing, but may cost.
    Rule("POST", "/v1/(sources|munitions|places)(/{key}/names)?", Way.KEY, KeyScope.CONTRIBUTE),
    Rule(
        "POST",
        "/v1/claims/{id}/(accept|reject|retract|supersede|assess)",
        Way.KEY,
        KeyScope.REVIEW,
    ),
    Rule("POST", "/v1/events/{id}/judgements(/{judgement}/end)?", Way.KEY, KeyScope.REVIEW),
    Rule("POST", "/v1/sources/{key}/ratings", Way.KEY, KeyScope.REVIEW),
    Rule("POST", "/v1/releases", Way.KEY, KeyScope.REVIEW),
    Rule("POST", "/v1/(documents|quotes)/{id}/redact", Way.KEY, KeyScope.ADMIN),
    Rule("POST", "/v1/sources/{key}/redact", Way.KEY, KeyScope.ADMIN),
    Rule("POST", "/v1/keys(/{id}/revoke)?", Way.KEY, KeyScope.ADMIN),
    # Of the pages.
    Rule("GET", "/(changes|stats(/.*)?|contribute|embed|oembed|suggest|map.*)?", Way.COOKIE,
         None, True),
    Rule("GET", "/(claims|documents|events|strikes|sources|munitions)/{(id|key)}", Way.COOKIE,
         None, True),
    Rule("POST", "/contribute(/.*)?", Way.FORM, None, True),
    Rule("GET", "/review(/.*)?", Way.COOKIE, KeyScope.REVIEW),
    Rule("POST", "/review(/.*)?", Way.FORM, KeyScope.REVIEW),
)  # fmt: skip
"""The first that matches a route counts."""


def rule_of(method: str, path: str) -> Rule | None:
    """The rule for a route; None where nobody thought of it."""
    found = (rule for rule in RULES if rule.method == method and re.fullmatch(rule.path, path))
    return next(found, None)
