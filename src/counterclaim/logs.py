"""What the server says of its work, line by line: JSON, or text for people; never a secret.

Lines of requests are many and are put together at once; whatever else is said, by this program or
by those below it, goes through ``logging`` and the processors of structlog.
"""

from __future__ import annotations

import logging
import re
import sys
from datetime import UTC, datetime
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING, Any, BinaryIO, Literal, NamedTuple

import orjson
from structlog.dev import ConsoleRenderer, plain_traceback
from structlog.processors import JSONRenderer, TimeStamper, format_exc_info
from structlog.stdlib import ExtraAdder, ProcessorFormatter, add_log_level, add_logger_name

if TYPE_CHECKING:
    from structlog.typing import EventDict, Processor

LogFormat = Literal["json", "text"]
LogLevel = Literal["debug", "info", "warning", "error"]

SECRETS = (
    (re.compile(r"(?i)\b(bearer|basic)\s+[^\s'\"]+"), r"\1 …"),
    (re.compile(r"(?i)((?:set-)?cookie['\"]?\s*[:=,]\s*).*"), r"\1…"),
    (re.compile(r"://[^/@\s'\"]*@"), "://…@"),
    (re.compile(r"(?i)\b(\w*(?:password|secret|token|admin_key)\w*['\"]?\s*[=:]\s*)\S+"), r"\1…"),
    (re.compile(r"\bcc_[\w-]+"), "cc_…"),
    (re.compile(r"input_value=.*?, input_type"), "input_value=…, input_type"),
    (re.compile(r"(?m)^(DETAIL|CONTEXT|HINT|LINE \d+):.*$"), r"\1: …"),
)
"""What is blanked, and what stands in its place; the last three are words of somebody's body."""

LONGEST_LINE = 300
"""Characters of a line of a traceback: what is longer quotes data."""

KEPT = ("request_id", "method", "route")
"""What a message may bring beside its words."""


def without_secrets(words: str) -> str:
    """Words as they may stand in a log."""
    for pattern, instead in SECRETS:
        words = pattern.sub(instead, words)
    return words


def _scrub(_logger: Any, _name: str, event: EventDict) -> EventDict:
    if "exception" in event:
        lines = without_secrets(str(event["exception"])).splitlines()
        event["exception"] = "\n".join(line[:LONGEST_LINE] for line in lines)
    event["event"] = without_secrets(str(event["event"]))
    return event


def _renderer(form: LogFormat) -> ConsoleRenderer | JSONRenderer:
    if form == "text":
        return ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=plain_traceback)
    return JSONRenderer(serializer=_as_json)


def _as_json(event: EventDict, **_given: Any) -> str:
    return orjson.dumps(event, default=str).decode()


class Lines(ProcessorFormatter):
    """Formats the records of ``logging``."""

    def __init__(self, form: LogFormat) -> None:
        before: list[Processor] = [
            add_log_level,
            add_logger_name,
            ExtraAdder(KEPT),
            TimeStamper(fmt="iso", utc=True),
        ]
        meta = ProcessorFormatter.remove_processors_meta
        after: list[Processor] = [meta, format_exc_info, _scrub, _renderer(form)]
        super().__init__(foreign_pre_chain=before, processors=after)


def chosen_format(form: LogFormat | None) -> LogFormat:
    """The format wanted; where none is, text for who sits at a terminal, JSON for programs."""
    return form or ("text" if sys.stderr.isatty() else "json")


def log_config(form: LogFormat | None, level: LogLevel) -> dict[str, Any]:
    """What ``logging.config.dictConfig`` takes: all lines to standard error, in one format."""
    name = level.upper()
    passed_on = {"level": name, "handlers": [], "propagate": True}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"lines": {"()": "counterclaim.logs.Lines", "form": chosen_format(form)}},
        "handlers": {
            "lines": {
                "class": "logging.StreamHandler",
                "formatter": "lines",
                "stream": "ext://sys.stderr",
            }
        },
        "root": {"level": name, "handlers": ["lines"]},
        "loggers": {"uvicorn": passed_on, "uvicorn.error": passed_on, "uvicorn.access": passed_on},
    }


class Told(NamedTuple):
    """What is told of a request: when it was answered, in seconds since 1970, and how."""

    at: float
    method: str
    route: str
    status: int
    seconds: float
    request_id: bytes
    key: str | None


class RequestLog:
    """Collects what is told of requests, and writes one line for each, some tenths later.

    Written together they cost a request half of what they do one by one.
    """

    def __init__(self, form: LogFormat, level: LogLevel, output: BinaryIO) -> None:
        self._output = output
        self._least = logging.getLevelNamesMapping()[level.upper()]
        self._renderer = _renderer("text") if form == "text" else None
        self._told: list[Told] = []
        self._lock = Lock()
        self._begun: dict[tuple[str, str, int, str | None], bytes] = {}

    def tell(self, told: Told) -> bool:
        """Take in one request; whether it is the first since all were written."""
        if self._least > logging.INFO and (self._least > logging.ERROR or told.status < FAILED):
            return False
        self._told.append(told)
        return len(self._told) == 1

    def write(self) -> None:
        """Write what was told."""
        with self._lock:
            told, self._told = self._told, []
            if told:
                self._output.write(b"".join(map(self._line, told)))

    def _line(self, told: Told) -> bytes:
        at, method, route, status, seconds, request_id, key = told
        if self._renderer is not None:
            line = {"timestamp": f"{_second(int(at))}Z", **_said(told), **_measured(told)}
            return f"{self._renderer(None, line['level'], line)!s}\n".encode()
        said = method, route, status, key
        begun = self._begun.get(said)
        if begun is None:
            if len(self._begun) >= BEGUN:
                self._begun.clear()
            begun = self._begun[said] = orjson.dumps(_said(told))[1:-1]
        # An id that is taken over has no letter that JSON would escape.
        return b'{"timestamp":"%s.%03dZ",%s,"duration_ms":%.3f,"request_id":"%s"}\n' % (
            _second(int(at)).encode(),
            at % 1 * 1000,
            begun,
            seconds * 1000,
            request_id,
        )


@lru_cache(maxsize=16)
def _second(at: int) -> str:
    """A second since 1970 as ISO 8601, in UTC."""
    return datetime.fromtimestamp(at, UTC).isoformat()[:-6]


def _said(told: Told) -> dict[str, Any]:
    """What many requests have in common."""
    said: dict[str, Any] = {
        "level": "info" if told.status < FAILED else "error",
        "event": "request",
        "method": told.method,
        "route": told.route,
        "status": told.status,
    }
    return said if told.key is None else {**said, "key": told.key}


def _measured(told: Told) -> dict[str, Any]:
    return {"duration_ms": round(told.seconds * 1000, 3), "request_id": told.request_id.decode()}


BEGUN = 2000
"""So many kinds of lines are kept as far as they are the same."""

FAILED = 500
"""From this status on a request failed by the server's fault."""


def request_log(form: LogFormat | None, level: LogLevel) -> RequestLog:
    """The lines of requests, to the standard error of this process."""
    output = open(sys.stderr.fileno(), "ab", buffering=0, closefd=False)  # noqa: SIM115 - it stays
    return RequestLog(chosen_format(form), level, output)
