"""What a server imports before it answers, by name: time depends on the machine."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

from alembic.script import ScriptDirectory

from counterclaim.migrate import migration_config, newest_revision
from factories import put_seed
from server import environment

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Databases

HEAVY = {
    "alembic", "dateparser", "duckdb", "edtf", "hypothesis", "lark", "mako", "matplotlib", "numpy",
    "openpyxl", "pandas", "psycopg", "pyarrow", "pygeofilter", "pyparsing", "rdflib", "lxml",
    "jinja2", "pymorphy3", "stix2", "trafilatura", "xlsxwriter", "yaml", "counterclaim.api.rest",
    "counterclaim.cli.imports", "counterclaim.drafting", "counterclaim.importers.run",
    "counterclaim.ogc.service", "counterclaim.proposing.proposals", "counterclaim.schemas.incoming",
    "counterclaim.store.dump", "counterclaim.store.project", "counterclaim.web.site",
    "rich.progress",
}  # fmt: skip
"""What a second of waiting, and half of the memory, would go to; each is for some requests only."""

PROGRAM = """
import json, sys
import counterclaim.cli
from counterclaim.app import create_app
from counterclaim.config import Settings

heavy = set(json.loads(sys.argv[1]))
imported = [sorted(heavy & sys.modules.keys())]
from starlette.testclient import TestClient
with TestClient(create_app(Settings(rate_limit=""))) as client:
    for path in ("/readyz", "/v1/strikes?weapon=atacms&from=2024-11-01&q=kursk"):
        assert client.get(path).status_code == 200, path
    imported.append(sorted(heavy & sys.modules.keys()))
    for path, status in (("/healthz", 405), ("/v1/claims", 405), ("/ogc/nowhere", 404)):
        assert client.delete(path).status_code == status, path
    assert client.delete("/v1/claims").headers["allow"] == "GET, HEAD, POST"
    for path in ("/v1/claims", "/ogc", "/", "/openapi.json"):
        assert client.get(path).status_code == 200, path
json.dump(imported, sys.stdout)
"""


def test_a_server_imports_nothing_heavy_for_reads_that_do_not_need_it(
    sqlite_databases: Databases, tmp_path: Path
) -> None:
    name = sqlite_databases.migrated(put_seed)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, json.dumps(sorted(HEAVY))],
        env=environment(sqlite_databases.url(name)),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    sqlite_databases.drop(name)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [[], []]


def test_the_newest_revision_is_the_one_that_alembic_finds() -> None:
    found = ScriptDirectory.from_config(migration_config()).get_current_head()
    assert newest_revision() == found
