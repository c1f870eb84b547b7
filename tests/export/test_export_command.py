"""``counterclaim export``: a file is complete, or it is not there."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from sqlalchemy import text
from typer.testing import CliRunner

import counterclaim.cli.export
from counterclaim.cli import app
from everything import put_everything

if TYPE_CHECKING:
    from pathlib import Path

    import pytest
    from sqlalchemy import Engine

run = CliRunner().invoke


def test_a_file_comes_with_its_digest_and_a_failure_leaves_none(
    sqlite_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_everything(sqlite_engine)
    url = sqlite_engine.url.render_as_string(hide_password=False)
    monkeypatch.setenv("COUNTERCLAIM_DATABASE_URL", url)
    monkeypatch.setattr(counterclaim.cli.export, "PAGE", 1)
    file = tmp_path / "strikes.ndjson"
    made = run(app, ["export", str(file), "kind=strike&weapon=zeta-9"])
    assert made.exit_code == 0, made.output
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    assert f"1 events, {file.stat().st_size} bytes, SHA-256 {digest}" in made.output
    assert (tmp_path / "strikes.ndjson.sha256").read_text() == f"{digest}  strikes.ndjson\n"
    assert json.loads(file.read_bytes().splitlines()[-1])["trailer"]["rows"] == 1
    shown = run(app, ["export", "-", "--format", "csv", "--rows", "figures"])
    assert shown.exit_code == 0
    assert shown.stdout.startswith("event,label,")
    for arguments, words in (
        (["-", "wepon=zeta-9", "--format", "csv"], "Did you mean weapon?"),
        (["-", "grade=firm", "--format", "csv"], "grade: "),
        (["-", "match=certain&match=possible", "--format", "csv"], "stands twice"),
        ([str(tmp_path / "strikes.doc")], "tells no format"),
    ):
        refused = run(app, ["export", *arguments])
        assert refused.exit_code == 1
        assert words in refused.output
    with sqlite_engine.begin() as connection:
        oldest = "(SELECT min(sk) FROM event_summary WHERE valid_to IS NULL)"
        connection.execute(text(f"UPDATE event_summary SET document = '{{' WHERE sk = {oldest}"))
        connection.execute(text("DELETE FROM event_line"))
    before = sorted(tmp_path.iterdir())
    for name in ("strikes.csv", "strikes.parquet", "strikes.xlsx"):
        failed = run(app, ["export", str(tmp_path / name)])
        assert failed.exit_code != 0
    assert sorted(tmp_path.iterdir()) == before
