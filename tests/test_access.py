"""Who may ask for what, tried at every route of the application with keys of every scope."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from pyarrow import parquet
from pydantic import SecretStr
from starlette.routing import Mount, Route

from access_rules import Rule, Way, rule_of
from counterclaim.app import create_app
from counterclaim.config import Settings
from counterclaim.db import new_id, writing
from counterclaim.parts import open_parts
from counterclaim.queries.keys import list_keys
from counterclaim.store.keys import revoke_key
from counterclaim.store.ledger import open_writer
from counterclaim.vocabulary import KeyScope
from everything import put_everything
from factories import TEXT, aland_claim, put_file, put_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from httpx2 import Response
    from sqlalchemy import Engine

    from conftest import Databases

REVOKED = "revoked"
CALLERS = (None, *map(str, KeyScope), REVOKED)
"""Nobody, a key of each scope, and one that counts no more."""

SECRETS = ("zqxnote", "zqxsaid", "zqxobject", "98765", "98.765", "98,765")
"""What only the pending claim says, as it may be written."""

FORMATS = ("csv", "geojson", "ndjson", "parquet", "xlsx")
FORGED = "a token that was made up"


@dataclass
class Guarded:
    """An application on the store, the headers by which callers are known, and what is stored."""

    client: TestClient
    public_reads: bool
    keys: dict[str | None, dict[str, str]]
    cookies: dict[str | None, dict[str, str]] = field(default_factory=dict)
    stored: dict[str, str] = field(default_factory=dict)

    @property
    def routes(self) -> Iterator[tuple[str, str]]:
        """Method and path of each."""
        open_parts(self.client.app.router)  # type: ignore[attr-defined]
        for route in self.client.app.routes:  # type: ignore[attr-defined]
            assert isinstance(route, APIRoute | Route | Mount), f"{route!r} is of a new kind"
            if not isinstance(route, Mount):
                for method in sorted((route.methods or set()) - {"HEAD"}):
                    yield method, route.path

    def ask(
        self, method: str, path: str, caller: str | None, way: Way, token: str | None = None
    ) -> Response:
        """One request; a form brings the caller's own token unless another one is given."""
        if way is Way.KEY:
            body: dict[str, Any] | None = {} if method == "POST" else None
            return self.client.request(method, path, json=body, headers=self.keys[caller])
        headers = {"Cookie": self.cookies[caller]["cookie"]}
        if method == "GET":
            return self.client.get(path, headers=headers)
        given = self.cookies[caller]["token"] if token is None else token
        return self.client.post(path, data={"csrf": given}, headers=headers)

    def address(self, method: str, path: str, *, there: bool = True) -> str:
        """A path with the names of what is there or, where it is written to, of nothing."""
        noun = path.removeprefix("/v1").split("/")[1]
        noun = "claims" if "items" in path and "claims" in path else noun
        names = {"collectionId": "strikes", "slug": "not-found", "name": "first"}
        found = self.stored.get(noun, new_id())

        def given(name: re.Match[str]) -> str:
            made_up = method == "POST" or not there
            return new_id() if made_up else names.get(name[1], found)

        return re.sub(r"{(\w+)}", given, path)

    def sign_in(self, caller: str | None) -> None:
        """Take the cookie that a key, or no key, gets and the token that forms bring back."""
        form = self.client.get("/sign-in")
        before = {"cookie": cookie_in(form), "token": token_in(form)}
        if caller is not None:
            key = self.keys[caller]["Authorization"].removeprefix("Bearer ")
            data = {"csrf": before["token"], "key": key, "next": "/about"}
            answer = self.client.post("/sign-in", data=data, headers={"Cookie": before["cookie"]})
            cookie = cookie_in(answer)
            page = self.client.get("/about", headers={"Cookie": cookie})
            before = {"cookie": cookie, "token": token_in(page)}
        self.cookies[caller] = before
        self.client.cookies.clear()


def token_in(answer: Response) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', answer.text)
    assert found, answer.text
    return found[1]


def cookie_in(answer: Response) -> str:
    return answer.headers["set-cookie"].partition(";")[0]


@pytest.fixture(scope="module")
def applications(sqlite_databases: Databases) -> Iterator[dict[bool, Guarded]]:
    """One store behind two applications: reads are public in one of them."""
    name = sqlite_databases.migrated(put_everything)
    url = sqlite_databases.url(name)
    with (
        TestClient(
            create_app(Settings(database_url=url, secret_key=SecretStr("s" * 40))),
            follow_redirects=False,
        ) as opened,
        TestClient(
            create_app(Settings(database_url=url, public_reads=False)), follow_redirects=False
        ) as closed,
    ):
        closed.app.openapi = opened.app.openapi  # type: ignore[attr-defined]
        engine = opened.app.state.engine  # type: ignore[attr-defined]
        keys: dict[str | None, dict[str, str]] = {None: {}}
        keys |= {str(scope): put_key(engine, scope, name=str(scope)) for scope in KeyScope}
        keys[REVOKED] = put_key(engine, KeyScope.ADMIN, name=REVOKED)
        found = {True: Guarded(opened, True, keys), False: Guarded(closed, False, keys)}
        for one in found.values():
            for caller in CALLERS:
                one.sign_in(caller)
            one.stored = stored_in(opened)
        revoke(engine, REVOKED)
        yield found
    sqlite_databases.drop(name)


def stored_in(client: TestClient) -> dict[str, str]:
    """By the name of a list what stands in it."""
    found = {
        noun: client.get(f"/v1/{noun}").json()["items"][0]["id"]
        for noun in ("claims", "documents", "events", "strikes")
    }
    return {
        **found,
        "sources": "gazette",
        "munitions": "moth",
        "places": "quarry",
        "ogc": found["strikes"],
    }


def revoke(engine: Engine, name: str) -> None:
    with writing(engine) as session:
        (key,) = (row.id for row in list_keys(session) if row.name == name)
        revoke_key(open_writer(session, "test"), key)


def expected(rule: Rule, caller: str | None, *, public_reads: bool) -> int | None:
    """The status of who is refused; None where the request is carried out."""
    if caller == REVOKED:
        if rule.way is Way.FORM:
            return 403  # Its cookie signs nobody in, and so its token is nobody's.
        if rule.way is Way.KEY:
            return 401  # Wherever keys are looked at, so that nobody believes theirs still counts.
    wanted = rule.asks_for(public_reads=public_reads)
    if wanted is None:
        return None
    if caller in {None, REVOKED}:
        return 401
    order = list(KeyScope)
    return None if order.index(KeyScope(str(caller))) >= order.index(wanted) else 403


def tried(rule: Rule, *, public_reads: bool) -> tuple[str | None, ...]:
    """All callers, in that of the applications which tells them apart; in the other the first."""
    apart = not public_reads if rule.is_read else public_reads
    return CALLERS if apart else (None, REVOKED)


@pytest.mark.parametrize("public_reads", [True, False])
def test_every_route_is_closed_to_whom_its_rule_does_not_name(
    applications: dict[bool, Guarded], public_reads: bool
) -> None:
    guarded = applications[public_reads]
    wrong = []
    for method, path in guarded.routes:
        rule = rule_of(method, path)
        assert rule is not None, (
            f"No rule says who may {method} {path}: add Rule({method!r}, {path!r}, …) to RULES in"
            " tests/access_rules.py, with the scope that it needs."
        )
        for caller in tried(rule, public_reads=public_reads):
            # What is there is read once: whether it is there is looked at behind who asks.
            address = guarded.address(method, path, there=caller is None)
            status = guarded.ask(method, address, caller, rule.way).status_code
            refused = expected(rule, caller, public_reads=public_reads)
            # Where a page also needs a form's token, either lack may be told first.
            right = {refused} if refused != 403 or rule.way is not Way.FORM else {401, 403}
            if not (status in right if refused else status not in {401, 403} and status < 500):
                wrong.append(f"{method} {path} by {caller}: {status}, not {refused or 'let in'}")
    assert wrong == []


def test_no_form_counts_without_the_token_of_its_own_page(
    applications: dict[bool, Guarded],
) -> None:
    guarded = applications[True]
    forms = [(m, p) for m, p in guarded.routes if (r := rule_of(m, p)) and r.way is Way.FORM]
    assert ("POST", "/sign-out") in forms
    for method, path in forms:
        for caller in (None, "read", "admin"):
            others = guarded.cookies["review"]["token"]
            for token in ("", FORGED, others):
                address = guarded.address(method, path)
                answer = guarded.ask(method, address, caller, Way.FORM, token)
                assert answer.status_code in ({401, 403} if caller != "admin" else {403}), path
    # A key is no cookie, and a cookie is no key.
    assert guarded.client.post("/sign-out", headers=guarded.keys["admin"]).status_code == 403
    cookie = {"Cookie": guarded.cookies["admin"]["cookie"]}
    assert guarded.client.get("/v1/keys", headers=cookie).status_code == 401


def test_files_that_pages_load_are_there_for_everybody(
    applications: dict[bool, Guarded],
) -> None:
    guarded = applications[False]
    for path in ("/static/style.css", "/docs/assets/swagger-ui.css"):
        assert guarded.client.get(path).status_code == 200, path


@pytest.fixture(scope="module")
def pending(applications: dict[bool, Guarded]) -> dict[str, str]:
    """A claim that awaits review, about an event and from a document of which others count."""
    guarded = applications[True]
    event, document = guarded.stored["events"], guarded.stored["documents"]
    engine = guarded.client.app.state.engine  # type: ignore[attr-defined]
    claim = aland_claim(
        event=event,
        note="zqxnote",
        quote="five Zeta-9 missiles were fired at Quarry",
        places=[{"place": "quarry", "said": "zqxsaid"}],
        counts=[{"munition": "moth", "launched": 98765}],
        damage=[{"object": "zqxobject", "severity": "damaged", "count": 2}],
    )
    file = {
        "document": {"title": "Seen again", "text": f"{TEXT} Again.", "publisher": "gazette"},
        "claims": [claim],
    }
    taken = put_file(engine, file, accept=False)
    assert taken.document is not None
    return {
        "claims": taken.claims[0].id,
        "documents": taken.document.id,
        "events": event,
        "strikes": event,
        "ogc": event,
        "of before": document,
    }


def readable(answer: Response) -> str:
    """What an answer says, whatever it is packed in."""
    kind = answer.headers.get("content-type", "")
    if "parquet" in kind:
        return str(parquet.read_table(io.BytesIO(answer.content)).to_pylist())
    if "spreadsheet" in kind:
        with zipfile.ZipFile(io.BytesIO(answer.content)) as sheets:
            return "".join(sheets.read(one).decode(errors="replace") for one in sheets.namelist())
    return answer.text


def says(text: str, secret: str) -> bool:
    """Whether the text has what the claim says; hashes and ids may hold a number's digits."""
    if not secret[0].isdigit():
        return secret in text
    return re.search(rf"(?<![0-9a-f-]){re.escape(secret)}(?![0-9a-f-])", text) is not None


LISTS = ("/v1/claims", "/v1/events", "/v1/strikes", "/v1/stats/interceptions?group_by=munition")
EMPTY = (
    "/v1/claims?q=zqxnote&count=true",
    "/v1/events?q=zqxobject&count=true",
    "/v1/strikes?launched_min=98000&weapon=moth",
)
"""Lists under filters that only the pending claim would pass."""

PROBES = (
    *EMPTY,
    "/v1/claims?rows=figures&f=csv",
    "/v1/claims?rows=figures&f=ndjson",
    "/v1/events?rows=figures&f=csv",
    "/v1/events?rows=claims&f=csv",
    "/v1/strikes?rows=claims&f=ndjson",
    "/v1/events?claimed_by=2030-01-01",
    "/v1/strikes?policy=informative",
    "/v1/changes?noun=claim",
    "/v1/feeds/claims?limit=1000",
    "/v1/stats/interceptions?group_by=claimant",
)


def reads(guarded: Guarded, pending: dict[str, str]) -> Iterator[tuple[str, Way, str | None]]:
    """Every address that is read, of everything that the pending claim touches, and who reads."""
    for method, path in guarded.routes:
        rule = rule_of(method, path)
        if method == "GET" and rule is not None and rule.scope is None:
            guarded.stored |= pending
            yield guarded.address(method, path), rule.way, "contribute"
    for path in LISTS:
        joined = "&" if "?" in path else "?"
        offered = FORMATS if "stats" not in path else FORMATS[:1]
        yield from ((f"{path}{joined}f={form}", Way.KEY, None) for form in offered)
    for path in PROBES:
        yield from ((path, Way.KEY, caller) for caller in (None, "contribute"))


def test_a_pending_claim_is_seen_below_review_on_no_read(
    applications: dict[bool, Guarded], pending: dict[str, str]
) -> None:
    guarded = applications[True]
    leaks = []
    for address, way, caller in list(reads(guarded, pending)):
        answer = guarded.ask("GET", address, caller, way)
        assert answer.status_code in {200, 404, 422}, address
        found = readable(answer)
        told = [one for one in SECRETS if one not in address and says(found, one)]
        # That something was entered stands in the ledger, with its hash and not its words.
        if pending["claims"] in found and "changes" not in address:
            told += [] if pending["claims"] in address else ["its id"]
        leaks += [f"{address} tells {caller} {one}" for one in told]
        if address in EMPTY:
            assert answer.json()["items"] == [], address
    assert leaks == []
    claim = f"/v1/claims/{pending['claims']}"
    assert guarded.ask("GET", claim, "contribute", Way.KEY).status_code == 404
    page = guarded.ask("GET", f"/claims/{pending['claims']}", "contribute", Way.COOKIE)
    assert page.status_code == 404


def test_a_reviewer_sees_what_the_others_do_not(
    applications: dict[bool, Guarded], pending: dict[str, str]
) -> None:
    guarded = applications[True]
    for address in (f"/v1/claims/{pending['claims']}", "/v1/claims?status=pending"):
        answer = guarded.ask("GET", address, "review", Way.KEY)
        assert [one for one in ("zqxnote", "zqxsaid", "98765") if one not in answer.text] == []
        assert guarded.ask("GET", "/v1/claims?status=pending", "read", Way.KEY).status_code == 422
