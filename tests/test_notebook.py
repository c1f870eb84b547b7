"""The notebook of the documentation, run against a real server; its kept outputs must be true."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
from nbclient import NotebookClient

from factories import put_seed
from server import running_server

if TYPE_CHECKING:
    import pytest

    from conftest import Databases

NOTEBOOK = Path(__file__).parents[1] / "docs" / "notebook.ipynb"


def told(notebook: Any) -> list[str]:
    """All that its cells print or show as text; pictures differ from machine to machine."""
    outputs = [one for cell in notebook.cells for one in cell.get("outputs", [])]
    texts = [one.get("text") or one["data"]["text/plain"] for one in outputs]
    return [text for text in texts if not text.startswith("<Figure")]


def test_the_notebook_runs_and_says_what_it_shows(
    sqlite_databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    notebook: Any = nbformat.read(NOTEBOOK, 4)  # type: ignore[no-untyped-call] # It has no types.
    kept = told(notebook)
    assert any("eight ATACMS were launched and seven intercepted" in text for text in kept)
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    name = sqlite_databases.migrated(put_seed)
    with running_server(sqlite_databases.url(name), tmp_path) as client:
        monkeypatch.setenv("COUNTERCLAIM_URL", str(client.base_url).rstrip("/"))
        NotebookClient(notebook, timeout=120, resources={"metadata": {"path": tmp_path}}).execute()
    sqlite_databases.drop(name)
    assert told(notebook) == kept
