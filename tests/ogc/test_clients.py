"""Real GIS clients, GDAL and OWSLib, on a real server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qsl

import pytest
from owslib.ogcapi.features import Features
from pyogrio import list_layers, read_info
from pyogrio.raw import read

from factories import put_seed
from many import STEP, put_copies
from server import SOURCES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

    from conftest import Databases

AIRFIELD = "ATACMS strike on Kursk-Vostochny airfield"
COPIES = 2600
RECORDING = Path(__file__).parent / "recording.py"


def put_thousands(engine: Engine) -> None:
    put_seed(engine)
    put_copies(engine, AIRFIELD, COPIES)


class Layer(NamedTuple):
    """A served store, and what it was asked."""

    address: str
    log: Path

    @property
    def source(self) -> str:
        """As GDAL calls it."""
        return f"OAPIF:{self.address}/ogc"

    def asked(self) -> list[dict[str, str]]:
        """The queries for items since this was asked for last."""
        text = self.log.read_text() if self.log.exists() else ""
        lines = [json.loads(line) for line in text.splitlines()]
        self.log.write_text("")
        return [dict(parse_qsl(query)) for path, query in lines if path.endswith("/items")]


@pytest.fixture(scope="module")
def layer(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Layer]:
    databases: Databases = request.getfixturevalue("sqlite_databases")
    name = databases.migrated(put_thousands)
    log = tmp_path_factory.mktemp("ogc") / "asked"
    with subprocess.Popen(
        [sys.executable, RECORDING, databases.url(name), log],
        env={**os.environ, "PYTHONPATH": str(SOURCES)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stdout is not None
        yield Layer(server.stdout.readline().strip(), log)
        server.communicate()
    databases.drop(name)


def test_gdal_sees_both_layers_with_their_fields(layer: Layer) -> None:
    assert {name: kind for name, kind in list_layers(layer.source)} == {
        "strikes": "Point",
        "claims": "Point",
    }
    info = read_info(layer.source, layer="strikes")
    types = dict(zip(info["fields"], info["ogr_types"], strict=True))
    assert [name for name, kind in types.items() if "Date" in kind] == ["occurred"]
    assert (types["launched_low"], types["attacker"]) == ("OFTInteger", "OFTString")
    assert info["crs"] == "EPSG:4326"


def test_gdal_pages_through_thousands_without_gap_or_double(layer: Layer) -> None:
    layer.asked()
    _meta, _fids, geometry, fields = read(
        layer.source, layer="strikes", columns=["label"], PAGE_SIZE="500"
    )
    pages = [query for query in layer.asked() if query.get("limit") == "500"]
    assert len(geometry) == len(set(fields[0])) == COPIES + 5
    assert len(pages) >= COPIES // 500
    assert sum("cursor" in query for query in pages) == COPIES // 500


def test_gdal_leaves_the_box_to_the_server(layer: Layer) -> None:
    layer.asked()
    # The last copies lie farthest northeast; the boxes around their circles reach a little farther.
    corner = (36.2956 + 2500 * STEP, 51.7506 + 2500 * STEP, 60.0, 60.0)
    meta, _fids, geometry, _fields = read(
        layer.source, layer="strikes", bbox=corner, columns=["label"]
    )
    assert any(query.get("bbox", "").startswith("38.79") for query in layer.asked())
    assert meta["geometry_type"] == "Point"
    assert len(geometry) == 101


def test_gdal_leaves_time_and_attributes_to_the_server(layer: Layer) -> None:
    layer.asked()
    where = "attacker = 'RU' AND occurred >= '2024/11/20 00:00:00'"
    _meta, _fids, geometry, fields = read(
        layer.source, layer="strikes", where=where, columns=["label", "attacker"]
    )
    asked = layer.asked()
    assert any(query.get("attacker") == "RU" or "attacker" in query.get("filter", "")
               for query in asked)  # fmt: skip
    assert any("datetime" in query or "occurred" in query.get("filter", "") for query in asked)
    assert len(geometry) == len([n for n in range(1, COPIES + 1) if n % 2 and n % 300 <= 5]) + 1
    assert set(fields[1]) == {"RU"}


def test_owslib_reads_what_the_server_describes(layer: Layer) -> None:
    server = Features(f"{layer.address}/ogc/")
    assert sorted(server.feature_collections()) == ["claims", "strikes"]
    assert server.collection("strikes")["itemType"] == "feature"
    assert "attacker" in server.collection_queryables("strikes")["properties"]
    found = server.collection_items("strikes", limit=3, region="RU-KRS", attacker="UA")
    assert (found["numberReturned"], found["numberMatched"]) == (3, COPIES // 2 + 2)
    one = server.collection_item("strikes", found["features"][0]["id"])
    assert one["properties"]["label"] == found["features"][0]["properties"]["label"]
    assert server.api()["openapi"].startswith("3.0")
