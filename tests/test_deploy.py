"""The examples of deploying: they name only what there is, and programs that read them agree."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx2
import pytest
import typer
import yaml

from counterclaim.cli import app as commands
from counterclaim.config import Settings
from counterclaim.vocabulary import KeyScope
from factories import TEXT, article, put_key, put_world
from server import serving_thread

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Databases

ROOT = Path(__file__).resolve().parent.parent
DEPLOY = ROOT / "deploy"
FILES = sorted(DEPLOY.iterdir())
UNITS = [file for file in FILES if file.suffix in {".service", ".timer"}]
PROGRAM = "/opt/counterclaim/.venv/bin/python"
ANALYZE = shutil.which("systemd-analyze")
CADDY = shutil.which("caddy")
NGINX = shutil.which("nginx") if shutil.which("openssl") else None


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


def test_the_image_is_asked_for_its_health_where_it_listens() -> None:
    said = words(DEPLOY / "Containerfile").replace("\\\n", " ")
    (asked,) = re.findall(r"^HEALTHCHECK .* CMD +(\[.*\])$", said, re.MULTILINE)
    command = json.loads(asked)
    compile(command[-1], "HEALTHCHECK", "exec")
    assert "environ['COUNTERCLAIM_PORT']" in command[-1]
    (port,) = re.findall(r"COUNTERCLAIM_PORT=(\d+)", said)
    assert f"EXPOSE {port}" in said


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
    assert "proxy_cache_lock on" not in said  # Who asks for what is not kept would wait in line.


def test_caddy_passes_codings_on_as_the_client_and_the_server_name_them() -> None:
    said = words(DEPLOY / "Caddyfile")
    assert re.search(r"transport http \{\s+compression off\s+\}", said)


@pytest.mark.skipif(CADDY is None, reason="caddy is not there to read the example.")
def test_caddy_reads_the_example(tmp_path: Path) -> None:
    command = [str(CADDY), "validate", "--adapter", "caddyfile"]
    command += ["--config", str(DEPLOY / "Caddyfile")]
    given = {**os.environ, "XDG_DATA_HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)}
    read = subprocess.run(command, env=given, capture_output=True, text=True, check=False)
    assert read.returncode == 0, read.stderr


WHOLE = """
{user}
daemon off;
pid {folder}/pid;
error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    include {folder}/counterclaim.conf;
}}
"""
"""What of a configuration is the system's own."""


@contextmanager
def behind_nginx(server: httpx2.URL, folder: Path) -> Iterator[httpx2.Client]:
    """A client of nginx as the example sets it up, but for ports, host and folders."""
    request = ("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost")
    files = ("-keyout", folder / "example.org.key", "-out", folder / "example.org.pem")
    subprocess.run((*request, *files), check=True, capture_output=True)
    (folder / "cache").mkdir()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    said = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    said = said.replace("listen 443 ssl", f"listen 127.0.0.1:{port} ssl")
    said = said.replace("    listen [::]:443 ssl;\n", "")
    said = re.sub(r"/etc/ssl/(private/)?|/var/cache/nginx/", f"{folder}/", said)
    said = said.replace("http://127.0.0.1:8000", str(server).rstrip("/"))
    (folder / "counterclaim.conf").write_text(said, encoding="utf-8")
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(WHOLE.format(user=user, folder=folder), encoding="utf-8")
    command = [str(NGINX), "-p", str(folder), "-c", str(folder / "nginx.conf")]
    checked = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    nginx = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    transport = httpx2.HTTPTransport(verify=False, retries=8)
    try:
        with httpx2.Client(base_url=f"https://127.0.0.1:{port}", transport=transport) as client:
            yield client
    finally:
        nginx.terminate()
        nginx.wait(10)


@pytest.mark.skipif(NGINX is None, reason="nginx is not there to read the example.")
def test_nginx_hands_on_what_the_public_may_ask_and_keeps_what_may_be_kept(
    sqlite_databases: Databases, tmp_path: Path
) -> None:
    with sqlite_databases.filled(put_world) as engine:
        keys = put_key(engine, KeyScope.CONTRIBUTE)
        url = engine.url.render_as_string(hide_password=False)
        given = Settings(database_url=url, rate_limit="")
        with serving_thread(given) as direct, behind_nginx(direct.base_url, tmp_path) as client:
            assert [client.get(path).status_code for path in ("/metrics", "/readyz")] == [404, 404]
            listed = client.get("/v1/claims")
            assert listed.json()["items"] == direct.get("/v1/claims").json()["items"]
            assert listed.headers["strict-transport-security"]
            tag = listed.headers["etag"]
            again = client.get("/v1/claims", headers={"If-None-Match": tag})
            assert (again.status_code, again.headers["etag"]) == (304, tag)
            past = {"known_at": "2020-01-01T00:00:00Z"}
            asked = [client.get("/v1/claims", params=past) for _time in range(2)]
            assert len({one.headers["x-request-id"] for one in asked}) == 1  # Kept, and given.
            own = client.get("/v1/claims", params=past, headers=keys)
            assert own.headers["x-request-id"] != asked[0].headers["x-request-id"]
            body = article(document={"title": "T", "text": TEXT + ".", "publisher": "gazette"})
            assert client.post("/v1/ingest", json=body, headers=keys).status_code == 201


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
