"""What the server says of its work, line by line: JSON, or text for people; never a secret.

Lines of requests are written straight away, since there is one for each; whatever else is said,
by this program or by those below it, goes through ``logging`` and the processors of structlog.
"""

from __future__ import annotations

import logging
import re
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, BinaryIO, Literal

import orjson
from structlog.dev import ConsoleRenderer, plain_traceback
from structlog.processors import JSONRenderer, TimeStamper, format_exc_info
from structlog.stdlib import ExtraAdder, ProcessorFormatter, add_log_level, add_logger_name

if TYPE_CHECKING:
    from collections.abc import MutableMapping

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


class RequestLog:
    """Writes one line for each request."""

    def __init__(self, form: LogFormat, level: LogLevel, output: BinaryIO) -> None:
        self._output = output
        self._from = logging.getLevelNamesMapping()[level.upper()]
        self._renderer = _renderer("text") if form == "text" else None

    def write(self, level: int, told: dict[str, Any]) -> None:
        """Write what is told of a request; nothing where lines of this level are not wanted."""
        if level < self._from:
            return
        line: MutableMapping[str, Any] = {
            "timestamp": datetime.now(UTC),
            "level": NAMES[level],
            "event": "request",
            **told,
        }
        if self._renderer is None:
            self._output.write(orjson.dumps(line, option=COMPACT))
            return
        line["timestamp"] = line["timestamp"].isoformat(timespec="milliseconds")
        self._output.write(f"{self._renderer(None, NAMES[level], line)}\n".encode())


NAMES = {logging.INFO: "info", logging.WARNING: "warning", logging.ERROR: "error"}
COMPACT = orjson.OPT_UTC_Z | orjson.OPT_APPEND_NEWLINE


def request_log(form: LogFormat | None, level: LogLevel) -> RequestLog:
    """The lines of requests, to the standard error of this process, each as it comes."""
    output = open(sys.stderr.fileno(), "ab", buffering=0, closefd=False)  # noqa: SIM115 - it stays
    return RequestLog(chosen_format(form), level, output)
