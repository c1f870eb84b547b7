"""Whole selections over HTTP, on both engines, and what a reader sees when one breaks off."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import threading
import time
from typing import TYPE_CHECKING, Any

import duckdb
import httpx2
import openpyxl
import pyarrow.parquet as pq
import pyogrio
import pytest
import uvicorn
from sqlalchemy import text

import counterclaim.api.exporting
from counterclaim.app import create_app
from counterclaim.config import Settings
from counterclaim.export import columns
from everything import put_everything
from factories import bland_claim, put_file
from served import served

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conftest import Databases
    from served import Served

FIGURES = ("counts", "casualties", "damage", "tallies")


@pytest.fixture
def world(databases: Databases, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    monkeypatch.setattr(counterclaim.api.exporting, "PAGE", 1)  # Every item is a batch.
    with served(databases, put_everything) as made:
        yield made


@pytest.fixture
def sqlite_world(sqlite_databases: Databases, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    monkeypatch.setattr(counterclaim.api.exporting, "PAGE", 1)
    with served(sqlite_databases, put_everything) as made:
        yield made


def body(world: Served, path: str, **query: Any) -> bytes:
    response = world.client.get(path, params=query)
    assert response.status_code == 200, response.text
    return response.content


def table(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


def numbers_in(claim: dict[str, Any]) -> int:
    named = sum(len(count) - 1 for count in claim["counts"])
    return named + sum(len(claim[kind]) for kind in FIGURES[1:])


def test_an_export_is_all_of_the_list_and_can_be_had_again_after_later_writes(
    world: Served,
) -> None:
    listed = world.get("/v1/events")
    lines = body(world, "/v1/events", f="ndjson").splitlines(keepends=True)
    assert [json.loads(line) for line in lines[:-1]] == listed["items"]
    trailer = json.loads(lines[-1])["trailer"]
    assert trailer == {
        "rows": len(listed["items"]),
        "sha256": hashlib.sha256(b"".join(lines[:-1])).hexdigest(),
        "known_at": listed["known_at"],
        "next": None,
    }
    for query in ({"weapon": "zeta-9"}, {"policy": "conservative", "claimed_by": "2024-05-02"}):
        ids = [one["id"] for one in world.get("/v1/strikes", **query)["items"]]
        found = table(body(world, "/v1/strikes", f="csv", stream=True, **query))
        assert [row["id"] for row in found] == ids
        assert ids
    claims = body(world, "/v1/claims", f="ndjson").splitlines()[:-1]
    assert [json.loads(line) for line in claims] == world.get("/v1/claims")["items"]
    then = {"known_at": listed["known_at"], "f": "csv", "stream": True}
    before = [body(world, "/v1/events", **then, rows=rows) for rows in ("events", "figures")]
    later = {"document": {"title": "Later", "text": "Bland: four of five Zeta-9 missiles hit."}}
    event = listed["items"][0]["id"]
    claim = bland_claim(event=event, quote="four of five Zeta-9 missiles hit", said_by=["courier"])
    put_file(world.engine, {**later, "claims": [claim]})
    assert body(world, "/v1/events", f="csv", stream=True) != before[0]
    assert [body(world, "/v1/events", **then, rows=r) for r in ("events", "figures")] == before


def test_every_figure_of_every_claim_that_bears_on_an_event_is_one_row(world: Served) -> None:
    rows = table(body(world, "/v1/events", f="csv", stream=True, rows="figures"))
    assert any(row["shared"] == "true" for row in rows)
    for event in world.get("/v1/events")["items"]:
        claims = world.get(f"/v1/events/{event['id']}/claims")["items"]
        for claim in claims:
            own = [r for r in rows if (r["event"], r["claim"]) == (event["id"], claim["id"])]
            assert len(own) == numbers_in(claim)
            for row in own:
                assert row["quote"] == (claim["quote"] or {"exact": ""})["exact"]  # Imported: none.
                assert row["claimant"] == claim["claimant"]
                assert row["document"] == claim["document"]["id"]
                assert row["polarity"] == str(claim["polarity"])
                assert (row["side"] or None, row["status"]) == (claim["side"], claim["status"])
    total = sum(map(numbers_in, world.get("/v1/claims")["items"]))
    assert len(table(body(world, "/v1/claims", f="csv", rows="figures"))) == total


def test_duckdb_and_gdal_read_what_is_exported(sqlite_world: Served, tmp_path: Path) -> None:
    files = {}
    for form in ("parquet", "geojson"):
        files[form] = tmp_path / f"events.{form}"
        files[form].write_bytes(body(sqlite_world, "/v1/events", f=form, stream=True))
    listed = sqlite_world.get("/v1/events")["items"]
    query = "SELECT id, launched_low, updated_at FROM read_parquet(?) ORDER BY id"
    rows = duckdb.execute(query, [str(files["parquet"])]).fetchall()
    assert [row[0] for row in rows] == sorted(one["id"] for one in listed)
    assert all(row[2].tzinfo is not None for row in rows)
    meta = pq.read_metadata(files["parquet"]).metadata
    geo = json.loads(meta[b"geo"])
    assert geo["version"] == "1.1.0"
    assert geo["columns"]["geometry"]["encoding"] == "WKB"
    assert geo["columns"]["geometry"]["bbox"] == [30.0, 50.0, 30.0, 50.0]
    assert json.loads(meta[b"counterclaim"])["rows"] == len(listed)
    info = pyogrio.read_info(files["geojson"])
    assert info["features"] == len(listed)
    collection = json.loads(files["geojson"].read_bytes())
    raw = files["geojson"].read_bytes()
    between = raw[raw.index(b"[") + 1 : raw.rindex(b'],"rows"')]
    assert collection["sha256"] == hashlib.sha256(between).hexdigest()
    figures = tmp_path / "figures.parquet"
    figures.write_bytes(body(sqlite_world, "/v1/claims", f="parquet", rows="figures"))
    named = pq.read_table(figures)
    assert named.schema.names == [column.name for column in columns.FIGURE_ROWS]
    assert b"geo" not in pq.read_metadata(figures).metadata


def test_a_workbook_holds_events_claims_sources_dictionary_and_citation(
    sqlite_world: Served,
) -> None:
    content = body(sqlite_world, "/v1/events", f="xlsx", weapon="zeta-9")
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
    assert book.sheetnames == ["events", "claims", "sources", "dictionary", "citation"]
    sheets = {name: list(book[name].iter_rows(values_only=True)) for name in book.sheetnames}
    listed = sqlite_world.get("/v1/events", weapon="zeta-9")["items"]
    assert [row[0] for row in sheets["events"][1:]] == [one["id"] for one in listed]
    claims = [dict(zip(sheets["claims"][0], row, strict=True)) for row in sheets["claims"][1:]]
    bearing = [
        (event["id"], claim["id"])
        for event in listed
        for claim in sqlite_world.get(f"/v1/events/{event['id']}/claims")["items"]
    ]
    assert {(row["event"], row["claim"]) for row in claims} == set(bearing)
    named = {row["claimant"] for row in claims} | {row["publisher"] for row in claims}
    assert named <= {row[0] for row in sheets["sources"][1:]}
    told = {(row[0], row[1]) for row in sheets["dictionary"][1:]}
    assert told == {(s, c) for s in ("events", "claims", "sources") for c in sheets[s][0]}
    citation = dict(row[:2] for row in sheets["citation"])
    assert citation["rows in claims"] == len(claims)
    assert citation["query"] == "/v1/events?weapon=zeta-9"


def test_a_wrong_request_is_a_problem_and_accept_and_limit_are_heeded(
    sqlite_world: Served,
) -> None:
    wrong: tuple[tuple[str, dict[str, Any]], ...] = (
        ("weapon", {"f": "ndjson", "weapon": "zeta-8"}),
        ("policy", {"f": "parquet", "policy": "none"}),
        ("rows", {"f": "xlsx", "rows": "figures"}),
        ("rows", {"f": "csv", "rows": "claims"}),
    )
    for parameter, query in wrong:
        response = sqlite_world.client.get("/v1/events", params=query)
        assert (response.status_code, response.json()["errors"][0]["parameter"]) == (
            422,
            parameter,
        )
    accepted = {"Accept": "application/vnd.apache.parquet"}
    response = sqlite_world.client.get("/v1/strikes", headers=accepted)
    assert response.content.startswith(b"PAR1")
    assert response.headers["content-disposition"] == 'attachment; filename="strikes.parquet"'
    first, trailer = body(sqlite_world, "/v1/events", f="ndjson", limit=1).splitlines()
    cursor = json.loads(trailer)["trailer"]["next"]
    rest = body(sqlite_world, "/v1/events", f="ndjson", cursor=cursor).splitlines()[:-1]
    assert [first, *rest] == body(sqlite_world, "/v1/events", f="ndjson").splitlines()[:-1]
    assert len(table(body(sqlite_world, "/v1/events", f="csv", limit=1))) == 1


def test_an_error_in_its_midst_breaks_the_connection_off(sqlite_world: Served) -> None:
    break_last_event(sqlite_world)
    url = sqlite_world.engine.url.render_as_string(hide_password=False)
    config = uvicorn.Config(create_app(Settings(database_url=url)), port=0, log_level="critical")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            time.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        for form in ("csv", "geojson", "parquet"):
            address = f"http://127.0.0.1:{port}/v1/events?f={form}&stream=true"
            with httpx2.stream("GET", address, timeout=30) as response:
                assert response.status_code == 200
                with pytest.raises(httpx2.RemoteProtocolError):
                    response.read()
    finally:
        server.should_exit = True
        thread.join()


def break_last_event(world: Served) -> None:
    last = world.get("/v1/events")["items"][-1]["id"]
    with world.engine.begin() as connection:
        statement = text("UPDATE event_summary SET document = '{' WHERE event_id = :id")
        connection.execute(statement, {"id": last})
        connection.execute(text("DELETE FROM event_line"))
