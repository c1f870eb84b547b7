"""The examples of deploying: they name only what there is, and programs that read them agree."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from counterclaim.cli import app as commands
from counterclaim.config import Settings

ROOT = Path(__file__).resolve().parent.parent
DEPLOY = ROOT / "deploy"
FILES = sorted(DEPLOY.iterdir())
UNITS = [file for file in FILES if file.suffix in {".service", ".timer"}]
PROGRAM = "/opt/counterclaim/.venv/bin/python"
ANALYZE = shutil.which("systemd-analyze")


def words(file: Path) -> str:
    """What a file says, without its comments."""
    lines = file.read_text(encoding="utf-8").splitlines()
    return "\n".join(line for line in lines if not line.lstrip().startswith("#"))


def commands_named(file: Path) -> list[list[str]]:
    """The arguments of every call of the program."""
    found = re.findall(r"(?:-m counterclaim|\$counterclaim) ([a-z\" -]+)", words(file))
    called = [one.split() for one in found]
    if file.name == "compose.yaml":
        called += [one["command"] for one in compose()["services"].values() if "command" in one]
    if file.name == "Containerfile":
        called += re.findall(r'^CMD \["(\w+)"\]', words(file), re.MULTILINE) and [["serve"]]
    return called


def compose() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    return read


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_only_settings_and_commands_that_there_are_are_named(file: Path) -> None:
    named = set(re.findall(r"COUNTERCLAIM_([A-Z_]+)", file.read_text(encoding="utf-8")))
    assert {name.lower() for name in named} <= Settings.model_fields.keys()
    group: Any = typer.main.get_command(commands)
    for name, *rest in commands_named(file):
        command = group.get_command(None, name)
        assert command is not None, name
        if name == "db":
            assert rest[0] in command.commands
        options = {option for one in command.params for option in one.opts}
        assert {word for word in rest if word.startswith("--")} <= options


def test_every_file_calls_the_program_or_stands_before_it() -> None:
    calling = {file.name for file in FILES if commands_named(file)}
    assert calling == {
        "Containerfile",
        "compose.yaml",
        "counterclaim.service",
        "counterclaim-backup.service",
    }
    documented = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    assert [file.name for file in FILES if f"deploy/{file.name}" not in documented] == []


def test_the_image_copies_what_there_is_installs_by_hash_and_is_not_root() -> None:
    lines = words(DEPLOY / "Containerfile").replace("\\\n", " ").splitlines()
    copied = [line.split()[1:-1] for line in lines if re.match(r"COPY (?!--from)", line)]
    assert copied
    assert [name for names in copied for name in names if not (ROOT / name).exists()] == []
    (installed,) = [line for line in lines if "pip install" in line]
    assert "--require-hashes" in installed
    assert "--only-binary :all:" in installed
    (user,) = [line for line in lines if line.startswith("USER ")]
    assert user.split()[1].partition(":")[0] not in {"0", "root"}
    assert lines.index(user) < lines.index('CMD ["serve"]')


def test_services_stand_in_order_and_only_the_proxy_is_reached_from_outside() -> None:
    read = compose()
    services = read["services"]
    for service in services.values():
        assert set(service.get("depends_on", ())) <= services.keys()
        assert set(service["networks"]) <= read["networks"].keys()
        if "build" in service:
            build = service["build"]
            assert (DEPLOY / build["context"] / build["dockerfile"]).is_file()
    assert [name for name, one in services.items() if "ports" in one] == ["proxy"]
    assert services["server"]["environment"].items() >= read["x-store"].items()
    (mounted,) = [one for one in services["proxy"]["volumes"] if one.startswith("./")]
    assert (DEPLOY / mounted.split(":")[0]).is_file()


@pytest.mark.parametrize("name", ["Caddyfile", "nginx.conf"])
def test_proxies_keep_numbers_from_the_public_and_code_nothing_again(name: str) -> None:
    said = words(DEPLOY / name)
    assert "/metrics" in said
    assert "X-Request-ID" in said
    assert said.count("{") == said.count("}")
    assert not re.search(r"^\s*encode\b|gzip on", said, re.MULTILINE)


@pytest.mark.skipif(ANALYZE is None, reason="systemd-analyze is not there to read the units.")
def test_units_are_read_by_systemd_and_give_the_program_little(tmp_path: Path) -> None:
    assert ANALYZE is not None
    for unit in UNITS:
        text = unit.read_text(encoding="utf-8").replace(PROGRAM, sys.executable)
        (tmp_path / unit.name).write_text(text, encoding="utf-8")
    paths = [str(tmp_path / unit.name) for unit in UNITS]
    read = subprocess.run(
        [ANALYZE, "verify", "--man=no", *paths], capture_output=True, text=True, check=False
    )
    said = [line for line in read.stderr.splitlines() if "counterclaim" in line]
    assert (read.returncode, said) == (0, []), read.stderr
    exposed = [ANALYZE, "security", "--offline=true", "--threshold=25"]
    graded = subprocess.run(
        [*exposed, str(tmp_path / "counterclaim.service")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert graded.returncode == 0, graded.stdout
