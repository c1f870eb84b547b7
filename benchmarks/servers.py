"""Starts a server as a process of its own on this machine, and ends it by its id."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from benchmarks import ROOT
from benchmarks.client import OK, encode, fetch

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

START_S, STOP_S = 120.0, 20.0


@dataclass(slots=True)
class Running:
    """A server that answers, and how long its first answer took."""

    name: str
    process: subprocess.Popen[bytes]
    port: int
    start_seconds: float

    @property
    def resident_mb(self) -> float:
        """Memory of the process and of those it started, in megabytes."""
        return sum(_resident_kb(pid) for pid in family_of(self.process.pid)) / 1024

    def reset_peak(self) -> None:
        """Begin to note the greatest memory anew, where the system can."""
        for pid in family_of(self.process.pid):
            Path(f"/proc/{pid}/clear_refs").write_text("5", encoding="ascii")

    @property
    def peak_mb(self) -> float:
        """The greatest memory since ``reset_peak``, in megabytes."""
        return sum(_status_kb(pid, "VmHWM") for pid in family_of(self.process.pid)) / 1024


def family_of(pid: int) -> list[int]:
    """A process and all that it started."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text(encoding="ascii").split():
            found += family_of(int(child))
    return found


def _resident_kb(pid: int) -> int:
    return _status_kb(pid, "VmRSS")


def _status_kb(pid: int, name: str) -> int:
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1])
    return 0


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def running(
    name: str,
    command: Sequence[str],
    port: int,
    ready: str,
    folder: Path,
    env: Mapping[str, str] | None = None,
) -> Iterator[Running]:
    """Start a command and wait until a path answers; its words go to a file in the folder."""
    log = folder / f"{name.replace(' ', '-')}.log"
    begun = time.perf_counter()
    with log.open("wb") as out:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", **(env or {})},
            stdout=out,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait(process, port, ready, log)
            yield Running(name, process, port, time.perf_counter() - begun)
        finally:
            _stop(process)


def _wait(process: subprocess.Popen[bytes], port: int, ready: str, log: Path) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if fetch(port, encode("GET", ready))[0] == OK:
                return
        except (OSError, RuntimeError):
            pass
        time.sleep(0.01)
    last = log.read_text(encoding="utf-8", errors="replace")[-2000:]
    msg = f"A server did not start:\n{last}"
    raise RuntimeError(msg)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def drop_cache(file: Path) -> None:
    """Let the system forget what it keeps of a file in memory, so that it is read from disk."""
    handle: IO[bytes]
    with file.open("rb") as handle:
        os.fsync(handle.fileno())
        os.posix_fadvise(handle.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
