#!/usr/bin/env python3
"""Every development task of this project: ``python3 tools/dev.py TASK [ARGUMENTS]``.

Needs only Python 3.11 or newer on a Unix system, as root or not. The first task makes ``.venv``
and fills it from the hashed lock files; as long as these do not change, later ones start at once.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
PAGES = ROOT / "node_modules"
PAGES_LOCK = ROOT / "package-lock.json"
NO_NPM = "set-up: no npm here: pages will have no map, fonts of the system, and whole reloads"
STAMP = VENV / ".installed"
"""Fingerprint of what was installed last; written when all is done."""

UNFINISHED = "unfinished"
"""What the stamp says while a set-up is under way, and after one that was interrupted."""

LOCKS = {"run": ROOT / "requirements.lock", "dev": ROOT / "requirements-dev.lock"}
PEERS_VENV = ROOT / ".venv-bench"
PEERS_LOCK = ROOT / "requirements-bench.lock"
"""What benchmarks compare with stands in an environment of its own, so that our pins stay."""

PYTHONS = ("python3.14", "python3.13", "python3.12", "python3.11", "python3")
MISSING_PYTHON = (
    "Python 3.11 or newer with the modules venv and ensurepip is needed.\n"
    "On Debian and Ubuntu: apt-get install python3-venv"
)
SOAKED = (
    *("tests/test_fuzz.py", "tests/importers/test_hostile_cells.py"),
    "tests/api/test_contract.py::test_answers_in_a_row_fit_their_description",
    *("tests/test_crash.py", "tests/test_cluster.py", "tests/test_load.py"),
)
PLAIN = ("pysyncobj", "ydiff")
"""Packages of plain Python, needed by Patroni, that are published as their sources only."""

LINT_IMPORTS = "from importlinter.cli import lint_imports_command as main; main()"
CACHES = (".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", ".import_linter_cache")


# Tasks


def run(arguments: Sequence[str]) -> None:
    """Start the server on a migrated and seeded store; arguments go to `serve`."""
    set_up("run")
    call("-m", "counterclaim", "db", "upgrade")
    call("-m", "counterclaim", "seed")
    become("-m", "counterclaim", "serve", *arguments)


def test(arguments: Sequence[str]) -> None:
    """Run the tests: all on three processes, or what the arguments for pytest select."""
    set_up("dev")
    become("-m", "pytest", *(arguments or ("-n", "3", "--dist", "worksteal")))


def check(_arguments: Sequence[str]) -> None:
    """Check format, lint, security, layers, types, migrations and what is generated."""
    set_up("dev")
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(2) as pool:
        env = {**os.environ, "COUNTERCLAIM_DATABASE_URL": f"sqlite:///{folder}/check.db"}
        good = pool.map(partial(passes, env=env), CHECKS)
        failed = [name for name, passed in zip(CHECKS, good, strict=True) if not passed]
    if failed:
        sys.exit(f"check: failed: {', '.join(failed)}")
    say("check: all passed")


def fmt(arguments: Sequence[str]) -> None:
    """Format the code and mend what the linter can mend."""
    set_up("dev")
    call("-m", "ruff", "check", "--fix-only", "--quiet", *arguments)
    become("-m", "ruff", "format", *arguments)


def db(arguments: Sequence[str]) -> None:
    """Bring the store's tables up to date, or do what the arguments for `db` say."""
    set_up("run")
    become("-m", "counterclaim", "db", *(arguments or ("upgrade",)))


def seed(arguments: Sequence[str]) -> None:
    """Fill the store with the seed article and its claims."""
    set_up("run")
    become("-m", "counterclaim", "seed", *arguments)


def openapi(arguments: Sequence[str]) -> None:
    """Write openapi.json anew; with --check, only compare it."""
    set_up("dev")
    become("-m", "counterclaim", "openapi", *arguments)


def docs(arguments: Sequence[str]) -> None:
    """Write the generated pages of docs/ anew; with --check, only compare them."""
    set_up("dev")
    become("-m", "counterclaim", "docs", *arguments)


def picture(_arguments: Sequence[str]) -> None:
    """Draw the picture of the README anew, in a browser."""
    set_up("dev")
    become(str(ROOT / "tools" / "picture.py"))


def setup(arguments: Sequence[str]) -> None:
    """Make .venv for development; `setup run` leaves out what only development needs."""
    profile = arguments[0] if arguments else "dev"
    if profile not in LOCKS:
        sys.exit(f"setup: {profile!r} is neither run nor dev")
    set_up(profile)
    say(f"set-up: {VENV.name} is ready")


def lock(arguments: Sequence[str]) -> None:
    """Write the lock files anew with uv; `--upgrade` takes the newest versions."""
    uv = shutil.which("uv")
    if uv is None:
        sys.exit("lock: uv is needed: pip install uv")
    options = ("--universal", "--generate-hashes", "--no-annotate", "--no-header", "--quiet")
    compile_lock = (uv, "pip", "compile", *options, *arguments)
    # The runtime pins constrain the other file, so that both agree on every package they share.
    shared = ("--extra", "dev", "--constraint", LOCKS["run"].name)
    for target, what in (
        (LOCKS["run"], ("pyproject.toml",)),
        (LOCKS["dev"], ("pyproject.toml", *shared)),
        (PEERS_LOCK, ("--group", "bench")),
    ):
        with phase(f"lock: writing {target.name}"):
            subprocess.run(
                [*compile_lock, *what, "--output-file", target.name],
                check=True,
                env={"UV_SYSTEM_CERTS": "1", **os.environ},
            )
        check_names_only(target)
    lock_pages()


def soak(arguments: Sequence[str]) -> None:
    """Fuzz all that is read from strangers, kill and load servers at work, for hours."""
    set_up("dev")
    wanted = {"COUNTERCLAIM_FUZZ": "100000", "COUNTERCLAIM_CRASHES": "50"}
    env = {**wanted, **os.environ, "HYPOTHESIS_PROFILE": "thorough"}
    call("-m", "pytest", "-v", "--durations=0", *(arguments or SOAKED), env=env)


def cluster(arguments: Sequence[str]) -> None:
    """Start three PostgreSQL servers as a cluster, and two servers on it, until Ctrl-C."""
    set_up("dev")
    os.environ["PYTHONPATH"] = str(ROOT / "tests")
    become(str(ROOT / "tools" / "cluster.py"), *arguments)


def bench(arguments: Sequence[str]) -> None:
    """Measure at 10,000 and 100,000 events beside other servers, or what the arguments select."""
    set_up("dev")
    set_up_peers()
    become("-m", "benchmarks", "run", *arguments)


def bench_full(arguments: Sequence[str]) -> None:
    """Measure at 10,000 to 1,000,000 events and on both databases; takes hours the first time."""
    set_up("dev")
    set_up_peers()
    sizes, engines = "10000,100000,300000,1000000", "sqlite,postgresql"
    rounds = ("--seconds", "5", "--rounds", "5")
    become("-m", "benchmarks", "run", "--sizes", sizes, "--engines", engines, *rounds, *arguments)


def clean(_arguments: Sequence[str]) -> None:
    """Remove .venv, .venv-bench, node_modules, caches and builds; never a database."""
    for name in (VENV.name, PEERS_VENV.name, PAGES.name, *CACHES, "build", "dist"):
        shutil.rmtree(ROOT / name, ignore_errors=True)


# Set-up


def set_up(profile: str) -> None:
    """Make sure that ``.venv`` holds what a profile (``run`` or ``dev``) needs.

    What ``run`` needs is a part of what ``dev`` needs, so a ``dev`` environment serves both.
    """
    set_up_pages()
    if is_ready(profile):
        return
    with alone():
        if is_ready(profile):
            return
        if is_unfinished() or not is_usable():
            python = find_python()
            with phase(f"set-up: making {VENV.name} with {python}"):
                subprocess.run([python, "-m", "venv", "--clear", str(VENV)], check=True)
        STAMP.write_text(UNFINISHED, encoding="utf-8")
        with phase(f"set-up: installing what {LOCKS[profile].name} lists"):
            install(LOCKS[profile])
        if sys.dont_write_bytecode:
            # Python will not keep what it compiles, and would do it again at every start.
            with phase("set-up: compiling it"):
                sources = [*map(str, site_packages()), str(ROOT / "src")]
                call("-m", "compileall", "-qq", "-j", "0", *sources, check=False)
        link_project()
        STAMP.write_text(fingerprint(profile), encoding="utf-8")


def set_up_pages() -> None:
    """Let npm put what pages load into ``node_modules``; the API does without it."""
    stamp, wanted = PAGES / ".installed", hashlib.sha256(PAGES_LOCK.read_bytes()).hexdigest()
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted:
        return
    npm = shutil.which("npm")
    if npm is None:
        say(NO_NPM)
        return
    with alone(), phase(f"set-up: installing what {PAGES_LOCK.name} lists"):
        quiet = ("--no-audit", "--no-fund", "--loglevel=error")
        command = [npm, "ci", "--ignore-scripts", *quiet]
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    if done.returncode == 0:
        stamp.write_text(wanted, encoding="utf-8")
    elif os.environ.get("CI"):
        sys.exit("set-up: npm could not install what the pages load")
    else:
        say("set-up: npm failed: pages will have no map until it succeeds; the API is complete")


def lock_pages() -> None:
    """Let npm write what pages load; without the addresses of who asks for money for them."""
    npm = shutil.which("npm")
    if npm is None:
        sys.exit(f"lock: npm is needed to write {PAGES_LOCK.name}")
    options = ("--package-lock-only", "--ignore-scripts", "--no-audit", "--no-fund")
    with phase(f"lock: writing {PAGES_LOCK.name}"):
        command = (npm, "install", *options, "--omit-lockfile-registry-resolved")
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        locked = json.loads(PAGES_LOCK.read_bytes())
        for package in locked["packages"].values():
            package.pop("funding", None)
        text = json.dumps(locked, indent=2, ensure_ascii=False)
        PAGES_LOCK.write_text(f"{text}\n", encoding="utf-8")
    check_names_only(PAGES_LOCK)


def check_names_only(target: Path) -> None:
    """Exit where a lock file holds an address."""
    if "://" in target.read_text(encoding="utf-8"):
        sys.exit(f"lock: {target.name} holds an address; lock files name packages only")


def set_up_peers() -> None:
    """Make sure that ``.venv-bench`` holds what benchmarks compare with."""
    stamp = PEERS_VENV / ".installed"
    wanted = hashlib.sha256(PEERS_LOCK.read_bytes()).hexdigest()
    with alone():
        if stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted:
            return
        with phase(f"set-up: making {PEERS_VENV.name} from {PEERS_LOCK.name}"):
            subprocess.run([PYTHON, "-m", "venv", "--clear", str(PEERS_VENV)], check=True)
            install(PEERS_LOCK, PEERS_VENV / "bin" / "python")
        stamp.write_text(wanted, encoding="utf-8")


def is_ready(profile: str) -> bool:
    """Whether the environment holds all that a profile needs, in the locked versions."""
    if not (STAMP.is_file() and PYTHON.exists()):
        return False
    return STAMP.read_text(encoding="utf-8") in {fingerprint(profile), fingerprint("dev")}


def is_unfinished() -> bool:
    """Whether a set-up was interrupted, so that packages may be half there."""
    return STAMP.is_file() and STAMP.read_text(encoding="utf-8") == UNFINISHED


def is_usable() -> bool:
    """Whether there is an environment made for this folder whose Python and pip work."""
    settings = VENV / "pyvenv.cfg"
    if not settings.is_file() or str(VENV) not in settings.read_text(encoding="utf-8"):
        return False
    return works(str(PYTHON), "import pip")


def fingerprint(profile: str) -> str:
    """A digest of all that decides what is installed, and where."""
    digest = hashlib.sha256(f"{profile}\0{VENV}\0".encode())
    for file in (LOCKS[profile], VENV / "pyvenv.cfg"):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def find_python() -> str:
    """The path of a Python that can make the environment: the running one, if it is able to."""
    for name in (sys.executable, *PYTHONS):
        path = shutil.which(name) if name else None
        if path and works(path, "import ensurepip, venv"):
            return path
    sys.exit(MISSING_PYTHON)


def works(python: str, statement: str) -> bool:
    """Whether an interpreter starts, is new enough and can run a statement."""
    program = f"import sys; assert sys.version_info >= (3, 11); {statement}"
    try:
        return subprocess.run([python, "-c", program], capture_output=True).returncode == 0
    except OSError:
        return False


def install(lock_file: Path, python: Path | None = None) -> None:
    """Install exactly what a lock file lists, by hash; from wheels, but for those without one.

    pip unpacks one wheel after another, so two of them share the list.
    """
    quiet = ("-qq", "--no-input", "--no-compile", "--disable-pip-version-check")
    wheels = ("--only-binary", ":all:", "--no-binary", ",".join(PLAIN))
    strict = ("--no-deps", "--require-hashes", *wheels)
    command = [str(python or PYTHON), "-m", "pip", "install", *quiet, *strict, "--requirement"]
    env = {**os.environ, "PIP_USER": "0", "PIP_ROOT_USER_ACTION": "ignore"}
    pins = re.split(r"^(?=\S)", lock_file.read_text(encoding="utf-8"), flags=re.MULTILINE)
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(2) as pool:
        halves = [Path(folder) / f"{half}.lock" for half in (0, 1)]
        for half, file in enumerate(halves):
            file.write_text("".join(pins[half::2]), encoding="utf-8")
        install_half = partial(subprocess.run, check=True, env=env)
        list(pool.map(install_half, ([*command, str(half)] for half in halves)))


def link_project() -> None:
    """Make the environment import the package from ``src`` and know it as a command."""
    for folder in site_packages():
        (folder / "counterclaim.pth").write_text(f"{ROOT / 'src'}\n", encoding="utf-8")
    command = VENV / "bin" / "counterclaim"
    python = shlex.quote(str(PYTHON))
    command.write_text(f'#!/bin/sh\nexec {python} -m counterclaim "$@"\n', encoding="utf-8")
    command.chmod(0o755)


def site_packages() -> list[Path]:
    """The folder that packages are installed in; one, as the environment has one Python."""
    return list(VENV.glob("lib/python3*/site-packages"))


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Let one process at a time change the environment; the lock ends with the process."""
    folder = os.open(ROOT, os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("set-up: waiting for another one to finish")
            fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


# Checks


CHECKS: dict[str, Sequence[Sequence[str]]] = {
    "types": [("-m", "mypy")],
    "format": [("-m", "ruff", "format", "--check")],
    "lint": [("-m", "ruff", "check")],
    "security": [("-m", "bandit", "-q", "-c", "pyproject.toml", "-r", "src")],
    "layers": [("-c", LINT_IMPORTS, "--no-logo")],
    "migrations": [
        ("-m", "alembic", "upgrade", "head"),
        ("-m", "alembic", "check"),
        ("-m", "alembic", "downgrade", "base"),
        ("-m", "alembic", "upgrade", "head"),
    ],
    "openapi.json": [("-m", "counterclaim", "openapi", "--check")],
    "generated docs": [("-m", "counterclaim", "docs", "--check")],
}
"""What each check runs, one after another; two checks run beside each other, the longest first."""


def passes(name: str, env: Mapping[str, str]) -> bool:
    """Run one check to its end or first failure, and say what it said and how it went."""
    begun, said, status = time.monotonic(), "", 0
    for command in CHECKS[name]:
        done = subprocess.run(
            [str(PYTHON), *command], env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        said += done.stdout.decode(errors="replace")
        status = done.returncode
        if status:
            break
    how = "failed after" if status else "passed in"
    say(f"{said}check: {name} {how} {time.monotonic() - begun:.1f} s")
    return not status


# Processes and words


def call(*arguments: str, env: Mapping[str, str] | None = None, check: bool = True) -> None:
    """Run the environment's Python and wait; raises CalledProcessError when a check fails."""
    subprocess.run([str(PYTHON), *arguments], check=check, env=env)


def become(*arguments: str) -> NoReturn:
    """Turn this process into the environment's Python, which then gets all signals itself."""
    sys.stdout.flush()
    os.execv(PYTHON, [str(PYTHON), *arguments])


def say(line: str) -> None:
    """Tell the developer; the output proper is left to what is called."""
    print(line, file=sys.stderr, flush=True)


@contextlib.contextmanager
def phase(title: str) -> Iterator[None]:
    """Say what begins, and how long it took."""
    begun = time.monotonic()
    print(f"{title} … ", end="", file=sys.stderr, flush=True)
    yield
    say(f"{time.monotonic() - begun:.1f} s")


TASKS: dict[str, Callable[[Sequence[str]], None]] = {
    task.__name__.replace("_", "-"): task
    for task in (
        *(run, test, check, fmt, db, seed, openapi, docs, picture, setup, lock, soak, bench),
        *(bench_full, cluster, clean),
    )
}


def usage() -> str:
    """What there is to do, one line each."""
    lines = [f"  {name:<10} {task.__doc__}" for name, task in TASKS.items()]
    return "\n".join(["python3 tools/dev.py TASK [ARGUMENTS], or make TASK ARGS=…", "", *lines])


def main(argv: Sequence[str]) -> None:
    """Do one task."""
    name = argv[0] if argv else "help"
    if name in {"help", "-h", "--help"}:
        print(usage())
        return
    if name not in TASKS:
        sys.exit(f"There is no task {name!r}.\n\n{usage()}")
    os.chdir(ROOT)
    try:
        TASKS[name](argv[1:])
    except subprocess.CalledProcessError as error:
        say(f"{name}: stopped: {shlex.join(map(str, error.cmd))} gave {error.returncode}")
        sys.exit(error.returncode if error.returncode > 0 else 1)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main(sys.argv[1:])
