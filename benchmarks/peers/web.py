"""The servers that are asked over HTTP: how each is started, and how it is asked for a case."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from benchmarks import ROOT
from benchmarks.client import OK, encode, fetch
from benchmarks.servers import Running, free_port, running
from benchmarks.stores import ADMIN_KEY
from benchmarks.workloads import PAGE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from benchmarks.workloads import Case

PEERS_PYTHON = ROOT / ".venv-bench" / "bin" / "python"
"""The Python of the environment that holds Datasette and pygeoapi."""

Path_ = str
Asking = dict[str, "Callable[[Case], str]"]


@dataclass(slots=True)
class WebServer:
    """A running server and the paths by which it is asked."""

    running: Running
    asking: Mapping[str, Callable[[Case], str]]
    find_ids: Callable[[Any], list[str]]
    cursors: dict[int, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What it is called in tables."""
        return self.running.name

    def requests(self, workload: str, cases: Sequence[Case]) -> list[bytes]:
        """The cases of a workload as requests; none where the server has nothing like it."""
        ask = self.asking.get(workload)
        return [] if ask is None else [encode("GET", ask(case)) for case in cases]

    def get(self, path: str) -> Any:
        """The JSON of an answer.

        Raises:
            RuntimeError: the answer is an error.
        """
        status, body = fetch(self.running.port, encode("GET", path))
        if status != OK:
            msg = f"{self.name} answered {status} to {path}: {body[:500]!r}"
            raise RuntimeError(msg)
        return json.loads(body)

    def ids(self, workload: str, case: Case) -> list[str]:
        """The ids of the events that a server finds for a case, in its order."""
        return self.find_ids(self.get(self.asking[workload](case)))


def with_query(path: str, given: Mapping[str, Any], **more: Any) -> str:
    """A path with its query."""
    return f"{path}?{urlencode({**given, **more}, safe=',:')}"


# Ours


def strikes(case: Case) -> str:
    """The path of a list of our strikes."""
    return with_query("/v1/strikes", case, limit=50)


def ask_ours(server_get: Callable[[str], Any]) -> Asking:
    """Our paths; the cursors of far pages are walked to once."""
    cursors: dict[int, str | None] = {0: None}

    def page(case: Case) -> str:
        wanted = case["offset"]
        at = max(offset for offset in cursors if offset <= wanted)
        while at < wanted:
            step = min(1000, wanted - at)
            cursors[at + step] = server_get(_page(cursors[at], step))["next"]
            at += step
        return _page(cursors[wanted], PAGE)

    lists = ("list", "text_rare", "text_common", "bbox", "near", "claimant", "launched_min")
    return {
        **dict.fromkeys((*lists, "known_at", "policy"), strikes),
        "one": lambda case: f"/v1/strikes/{case['id']}",
        "page_1": page,
        "page_2000": page,
        "page_20000": page,
        "totals": lambda case: (
            with_query("/v1/stats/interceptions", case) + "&group_by=month&group_by=munition"
        ),
        "changes": lambda case: with_query("/v1/changes", case, limit=50),
    }


def _page(cursor: str | None, limit: int) -> str:
    given = {} if cursor is None else {"cursor": cursor}
    return with_query("/v1/strikes", given, limit=limit)


def ids_of_ours(answer: Any) -> list[str]:
    """The ids in our answers."""
    items = answer.get("items", [answer])
    return [item["id"] for item in items]


@contextmanager
def our_server(
    database_url: str, folder: Path, name: str = "counterclaim", **settings: str
) -> Iterator[WebServer]:
    """``counterclaim serve`` on a store."""
    port = free_port()
    command = [sys.executable, "-m", "counterclaim", "serve", "--port", str(port)]
    env = {
        "COUNTERCLAIM_DATABASE_URL": database_url,
        "COUNTERCLAIM_RATE_LIMIT": "",
        "COUNTERCLAIM_ADMIN_KEY": ADMIN_KEY,
    }
    env |= {f"COUNTERCLAIM_{key}": value for key, value in settings.items()}
    with running(name, command, port, "/v1/strikes?limit=1", folder, env) as process:
        server = WebServer(process, {}, ids_of_ours)
        server.asking = ask_ours(server.get)
        yield server


# The ORM application


def orm_strikes(case: Case) -> str:
    """The path of a list of the ORM application."""
    return with_query("/strikes", case)


def _offset(case: Case) -> str:
    return with_query("/strikes", case, limit=PAGE)


ASK_ORM: Asking = {
    **dict.fromkeys(
        ("list", "text_rare", "text_common", "bbox", "claimant", "launched_min"), orm_strikes
    ),
    **dict.fromkeys(("page_1", "page_2000", "page_20000"), _offset),
    "one": lambda case: f"/strikes/{case['id']}",
    "totals": lambda case: with_query("/totals", case),
}


def ids_of_orm(answer: Any) -> list[str]:
    """The ids in answers of the ORM application."""
    return [item["id"] for item in (answer if isinstance(answer, list) else [answer])]


@contextmanager
def orm_server(database_url: str, folder: Path, name: str = "FastAPI + ORM") -> Iterator[WebServer]:
    """The ORM application on the plain tables."""
    with _asgi(name, "benchmarks.peers.orm_app:app", folder, DATABASE_URL=database_url) as process:
        yield WebServer(process, ASK_ORM, ids_of_orm)


@contextmanager
def bare_server(folder: Path, size: int) -> Iterator[WebServer]:
    """A bare ASGI application that answers so many bytes to everything."""
    with _asgi("bare ASGI", "benchmarks.peers.bare:app", folder, BODY_BYTES=str(size)) as process:
        yield WebServer(process, {"list": lambda _case: "/"}, lambda _answer: [])


@contextmanager
def _asgi(name: str, target: str, folder: Path, **env: str) -> Iterator[Running]:
    port = free_port()
    options = ("--port", str(port), "--log-level", "warning", "--no-access-log")
    command = [sys.executable, "-m", "uvicorn", target, *options]
    ready = "/strikes?limit=1" if "orm" in target else "/"
    with running(name, command, port, ready, folder, env) as process:
        yield process


# Datasette

NESTED_SQL = """
SELECT s.*, (SELECT json_group_array(json_object('id', c.id, 'claimant', c.claimant,
    'publisher', c.publisher, 'said', c.said, 'stance', c.stance, 'status', c.status,
    'quote', c.quote, 'place_said', c.place_said, 'latitude', c.latitude,
    'longitude', c.longitude, 'recorded_at', c.recorded_at,
    'counts', (SELECT json_group_array(json_object('munition', n.munition, 'outcome', n.outcome,
        'low', n.low, 'high', n.high, 'said', n.said)) FROM count n
        WHERE n.claim_number = c.number)))
  FROM claim c WHERE c.strike_number = s.number) AS claims
FROM strike s WHERE {condition} ORDER BY s.occurred_from DESC, s.number DESC LIMIT 50
"""
IN_TIME = "s.occurred_to > :from AND s.occurred_from <= :to"
QUERIES = {
    "list": NESTED_SQL.format(condition=f"s.region = :region AND s.weapon = :weapon AND {IN_TIME}"),
    "one": NESTED_SQL.format(condition="s.id = :id"),
    "text_rare": NESTED_SQL.format(
        condition="s.number IN (SELECT rowid FROM strike_fts WHERE strike_fts MATCH :q)"
    ),
    "text_common": NESTED_SQL.format(
        condition="s.number IN (SELECT rowid FROM strike_fts WHERE strike_fts MATCH :q)"
        f" AND {IN_TIME}"
    ),
    "bbox": NESTED_SQL.format(
        condition="s.latitude BETWEEN :south AND :north AND s.longitude BETWEEN :west AND :east"
    ),
    "claimant": NESTED_SQL.format(
        condition="EXISTS (SELECT 1 FROM claim c WHERE c.strike_number = s.number"
        f" AND c.claimant = :claimant) AND {IN_TIME}"
    ),
    "launched_min": NESTED_SQL.format(condition=f"s.launched >= :launched_min AND {IN_TIME}"),
    "totals": (
        "SELECT substr(s.occurred_from, 1, 7) AS month, weapon, count(*) AS strikes,"
        " sum(launched) AS launched, sum(intercepted) AS intercepted FROM strike s"
        f" WHERE {IN_TIME} GROUP BY 1, 2 ORDER BY 1, 2"
    ),
}
"""Canned queries, as who publishes with Datasette writes them to have claims with their events."""


def _canned(workload: str) -> Callable[[Case], str]:
    def path(case: Case) -> str:
        if "bbox" in case:
            edges = case["bbox"].split(",")
            case = dict(zip(("west", "south", "east", "north"), edges, strict=True))
        return with_query(f"/plain/{workload}.json", case, _shape="array")

    return path


def _table(case: Case) -> str:
    """A flat list by Datasette's own table view."""
    given = {"region__exact": case["region"], "weapon__exact": case["weapon"]}
    window = {"occurred_to__gt": case["from"], "occurred_from__lte": case["to"]}
    shape = {"_sort_desc": "occurred_from", "_size": 50, "_nofacet": 1, "_nocount": 1}
    return with_query("/plain/strike.json", {**given, **window, **shape}, _shape="objects")


@contextmanager
def datasette_server(plain: Path, folder: Path) -> Iterator[WebServer]:
    """Datasette on the plain tables, which it is told never change."""
    port = free_port()
    metadata = folder / "datasette.json"
    canned = {name: {"sql": " ".join(sql.split())} for name, sql in QUERIES.items()}
    metadata.write_text(json.dumps({"databases": {"plain": {"queries": canned}}}), encoding="utf-8")
    served = folder / "plain.db"
    served.unlink(missing_ok=True)
    served.hardlink_to(plain)
    settings = {"max_returned_rows": 5000, "sql_time_limit_ms": 60000}
    options = [word for pair in settings.items() for word in ("--setting", *map(str, pair))]
    command = [str(PEERS_PYTHON), "-m", "datasette", "serve", "-i", str(served)]
    command += ["--metadata", str(metadata), "--port", str(port), *options]
    asking = {name: _canned(name) for name in QUERIES} | {"list_flat": _table}
    try:
        with running("Datasette", command, port, "/-/versions.json", folder) as process:
            yield WebServer(process, asking, _ids_of_datasette)
    finally:
        served.unlink(missing_ok=True)


def _ids_of_datasette(answer: Any) -> list[str]:
    rows = answer["rows"] if isinstance(answer, dict) else answer
    return [row["id"] for row in rows]


# pygeoapi


def _items(case: Case) -> str:
    given: Case = {
        name: case[name] for name in ("region", "weapon", "bbox", "offset") if name in case
    }
    if "from" in case:
        given["datetime"] = f"{case['from']}/{case['to']}"
    given["limit"] = PAGE if "offset" in case else 50
    return with_query("/collections/strikes/items", given, f="json", sortby="-occurred_from")


ASK_PYGEOAPI: Asking = {
    **dict.fromkeys(("list", "bbox", "page_1", "page_2000", "page_20000"), _items),
    "one": lambda case: f"/collections/strikes/items/{quote(case['id'])}?f=json",
}


@contextmanager
def pygeoapi_server(plain: Path, folder: Path) -> Iterator[WebServer]:
    """Pygeoapi with a provider that reads the plain tables as well as SQL can."""
    port = free_port()
    config, openapi = folder / "pygeoapi.json", folder / "pygeoapi-openapi.json"
    config.write_text(json.dumps(_configuration(plain, port)), encoding="utf-8")
    env = {"PYGEOAPI_CONFIG": str(config), "PYGEOAPI_OPENAPI": str(openapi)}
    command = [str(PEERS_PYTHON), "-m", "benchmarks.peers.pygeoapi_main", str(port)]
    with running("pygeoapi", command, port, "/?f=json", folder, env) as process:
        yield WebServer(process, ASK_PYGEOAPI, _ids_of_features)


def _ids_of_features(answer: Any) -> list[str]:
    return [one["id"] for one in (answer.get("features", [answer]))]


def _configuration(plain: Path, port: int) -> dict[str, Any]:
    words = {"title": "strikes", "description": "strikes", "keywords": ["strikes"]}
    link = {"type": "text/html", "rel": "canonical", "href": "http://127.0.0.1"}
    provider = {
        "type": "feature",
        "name": "benchmarks.peers.pygeoapi_provider.PlainProvider",
        "data": str(plain),
        "id_field": "id",
        "time_field": "occurred_from",
    }
    url = f"http://127.0.0.1:{port}"
    return {
        "server": {
            "bind": {"host": "127.0.0.1", "port": port},
            "url": url,
            "mimetype": "application/json; charset=UTF-8",
            "encoding": "utf-8",
            "languages": ["en-US"],
            "limits": {"default_items": 50, "max_items": 1000},
            "map": {"url": url, "attribution": "none"},
        },
        "logging": {"level": "ERROR"},
        "metadata": {
            "identification": {**words, "url": url, "terms_of_service": url},
            "license": {"name": "none", "url": url},
            "provider": {"name": "none", "url": url},
            "contact": {"name": "none", "url": url},
        },
        "resources": {
            "strikes": {
                "type": "collection",
                **words,
                "links": [link],
                "extents": {"spatial": {"bbox": [-180, -90, 180, 90]}},
                "providers": [provider],
            }
        },
    }
