"""The development tools, the packaging and the sizes of the code."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import dev

ROOT = Path(__file__).resolve().parent.parent
SOURCES = sorted((ROOT / "src").rglob("*.py"))
MOST_LINES_OF_A_FILE = 800
MOST_LINES_OF_A_FUNCTION = 80


def pins(lock: Path) -> set[str]:
    """The lines ``name==version`` of a lock file, with their markers."""
    lines = lock.read_text(encoding="utf-8").splitlines()
    return {line.removesuffix("\\").strip() for line in lines if re.match(r"[a-z0-9]", line)}


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that looks like a finished environment, in place of the real one."""
    venv = tmp_path / ".venv"
    (venv / "bin").mkdir(parents=True)
    (venv / "bin" / "python").touch()
    (venv / "pyvenv.cfg").write_text(f"command = python -m venv {venv}\n", encoding="utf-8")
    locks = {name: tmp_path / f"{name}.lock" for name in ("run", "dev")}
    for name, lock in locks.items():
        lock.write_text(f"of-{name}==1\n", encoding="utf-8")
    monkeypatch.setattr(dev, "VENV", venv)
    monkeypatch.setattr(dev, "PYTHON", venv / "bin" / "python")
    monkeypatch.setattr(dev, "STAMP", venv / ".installed")
    monkeypatch.setattr(dev, "LOCKS", locks)
    return venv


def test_an_environment_without_a_stamp_is_not_ready(environment: Path) -> None:
    assert environment.is_dir()
    assert not dev.is_ready("run")


def test_a_development_environment_serves_to_run_too(environment: Path) -> None:
    (environment / ".installed").write_text(dev.fingerprint("dev"), encoding="utf-8")
    assert dev.is_ready("dev")
    assert dev.is_ready("run")


def test_a_runtime_environment_does_not_serve_to_develop(environment: Path) -> None:
    (environment / ".installed").write_text(dev.fingerprint("run"), encoding="utf-8")
    assert dev.is_ready("run")
    assert not dev.is_ready("dev")


def test_a_changed_lock_asks_for_another_set_up(environment: Path) -> None:
    (environment / ".installed").write_text(dev.fingerprint("dev"), encoding="utf-8")
    dev.LOCKS["dev"].write_text("of-dev==2\n", encoding="utf-8")
    assert not dev.is_ready("dev")


def test_an_interrupted_set_up_is_known_as_such(environment: Path) -> None:
    assert not dev.is_unfinished()
    (environment / ".installed").write_text(dev.UNFINISHED, encoding="utf-8")
    assert dev.is_unfinished()
    assert not dev.is_ready("run")


def test_an_environment_of_another_folder_is_not_used(environment: Path) -> None:
    settings = environment / "pyvenv.cfg"
    settings.write_text("command = python -m venv /elsewhere/.venv\n", encoding="utf-8")
    assert not dev.is_usable()


def test_a_python_that_does_not_start_is_not_used() -> None:
    assert dev.works(sys.executable, "pass")
    assert not dev.works(sys.executable, "raise SystemExit(1)")
    assert not dev.works("/nowhere/python3", "pass")


def test_an_unknown_task_is_refused_with_the_list_of_tasks() -> None:
    with pytest.raises(SystemExit, match=r"no task 'rnu'(.|\n)*openapi"):
        dev.main(["rnu"])


def test_make_offers_every_task_and_no_other() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = re.search(r"^(help .*):$", makefile, re.MULTILINE)
    assert targets is not None
    assert targets[1].split() == ["help", *dev.TASKS]
    assert f".PHONY: {targets[1]}\n" in makefile


def test_every_task_is_explained_in_one_line() -> None:
    for task in dev.TASKS.values():
        assert task.__doc__
        assert "\n" not in task.__doc__


def test_the_gate_takes_its_test_command_from_the_readme(tmp_path: Path) -> None:
    gate = tmp_path / ".ci" / "run"
    gate.parent.mkdir()
    gate.write_bytes((ROOT / ".ci" / "run").read_bytes())
    (tmp_path / "Makefile").write_text("check:\n\t@echo checked\n", encoding="utf-8")
    readme = tmp_path / "README.md"
    readme.write_text(
        "## Run\n```\nfalse\n```\n## Test\n```sh\necho tested\n```\n```\nfalse\n```\n"
    )
    # Make tells the one below it where it stands; here there is none above.
    env = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    done = subprocess.run(["/bin/bash", gate], capture_output=True, text=True, check=True, env=env)
    assert done.stdout.splitlines() == ["checked", "README.md, ## Test: echo tested", "tested"]

    readme.write_text("## Test\nNothing yet.\n## Then\n```\ntrue\n```\n", encoding="utf-8")
    refused = subprocess.run(["/bin/bash", gate], capture_output=True, text=True, check=False)
    assert refused.returncode == 1
    assert "## Test" in refused.stderr


@pytest.mark.parametrize("lock", [*dev.LOCKS.values(), dev.PEERS_LOCK], ids=[*dev.LOCKS, "peers"])
def test_a_lock_names_every_package_by_hash_and_no_address(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    assert "://" not in text
    assert pins(lock)
    entries = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
    assert [entry.splitlines()[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_what_pages_load_is_locked_by_hash_and_without_an_address() -> None:
    text = dev.PAGES_LOCK.read_text(encoding="utf-8")
    assert "://" not in text
    packages = json.loads(text)["packages"]
    assert [name for name, package in packages.items() if name and "integrity" not in package] == []


def test_what_runs_is_locked_alike_for_development() -> None:
    names = {re.split(r"[=\s;]", pin)[0] for pin in pins(dev.LOCKS["run"])}
    assert names
    shared = {pin for pin in pins(dev.LOCKS["dev"]) if re.split(r"[=\s;]", pin)[0] in names}
    versions = {pin.split(" ;")[0] for pin in shared}
    assert {pin.split(" ;")[0] for pin in pins(dev.LOCKS["run"])} == versions


def test_the_wheel_brings_migrations_seeds_and_types(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel"]
    done = subprocess.run(
        [*command, "--directory", tmp_path], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob("counterclaim-*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    wanted = {ROOT / "migrations" / "env.py", *(ROOT / "migrations" / "versions").glob("*.py")}
    migrations = {path.relative_to(ROOT / "migrations") for path in wanted}
    assert names >= {f"counterclaim/_migrations/{path}" for path in migrations}
    assert names >= {f"counterclaim/_seeds/{path.name}" for path in (ROOT / "seeds").glob("*.*")}
    assert "counterclaim/py.typed" in names
    assert not [name for name in names if "__pycache__" in name]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT / "src")))
def test_files_and_functions_stay_short(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= MOST_LINES_OF_A_FILE
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            assert lines <= MOST_LINES_OF_A_FUNCTION, f"{node.name} has {lines} lines"
