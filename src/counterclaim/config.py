"""Settings, read from environment variables ``COUNTERCLAIM_…`` and an ``.env`` file."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


def _checked_origins(given: str) -> str:
    """What a browser may send as Origin, word by word; else nothing would ever match unnoticed."""
    for origin in given.split():
        if origin != "*" and re.fullmatch(r"https?://[A-Za-z0-9.\[\]:-]+", origin) is None:
            msg = f"{origin!r} is no origin: give scheme and host without a path, as https://a.org"
            raise ValueError(msg)
    return given


class Settings(BaseSettings):
    """How this process runs; every field is the environment variable of its name."""

    model_config = SettingsConfigDict(
        env_prefix="COUNTERCLAIM_", env_file=".env", extra="ignore", frozen=True
    )

    database_url: Annotated[
        str, Field(description="SQLAlchemy URL of the store: SQLite or PostgreSQL.")
    ] = "sqlite:///counterclaim.db"
    read_database_url: Annotated[
        str | None,
        Field(
            description="SQLAlchemy URL of standbys of a PostgreSQL store, for reads that may be a "
            "little old.",
            pattern=r"^postgresql(\+psycopg)?://",
        ),
    ] = None
    read_max_age: Annotated[
        int,
        Field(
            ge=0,
            le=3600,
            description="Seconds by which answers to requests without a key or cookie may be old, "
            "so that standbys give them.",
        ),
    ] = 0
    host: Annotated[str, Field(description="Address the server listens on.")] = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535, description="Port the server listens on.")] = 8000
    public_reads: Annotated[
        bool, Field(description="Whether reads need no key; otherwise they need the scope read.")
    ] = True
    admin_key: Annotated[
        SecretStr | None,
        Field(description="An admin key to have from the start; else one is made and shown once."),
    ] = None
    secret_key: Annotated[
        SecretStr | None,
        Field(
            description="What the cookies of the pages are signed with; else a random one is made "
            "at each start, which signs everybody out."
        ),
    ] = None
    session_hours: Annotated[
        int, Field(ge=1, le=24 * 365, description="Hours for which one stays signed in to pages.")
    ] = 12
    node_modules: Annotated[
        Path | None,
        Field(
            description="Folder in which npm put the libraries of the pages; else the one of the "
            "project that is run from its folder."
        ),
    ] = None
    workers: Annotated[
        int, Field(ge=1, le=64, description="Processes that serve on the one port.")
    ] = 1
    pool_size: Annotated[
        int, Field(ge=1, le=200, description="Database connections kept per process.")
    ] = 10
    cache_mib: Annotated[
        int,
        Field(
            ge=2,
            description="MiB of a SQLite file that each process keeps in memory, shared out among "
            "its connections.",
        ),
    ] = 128
    max_waiting_writes: Annotated[
        int,
        Field(ge=1, description="Writes that may wait for their turn; more are answered 503."),
    ] = 1000
    max_requests: Annotated[
        int,
        Field(
            ge=1,
            description="Requests that each process works on at a time; more are answered 503.",
        ),
    ] = 500
    patience_s: Annotated[
        float,
        Field(
            gt=0,
            description="Seconds for which a client may keep a connection waiting before it is "
            "cut off.",
        ),
    ] = 20.0
    rate_limit: Annotated[
        str,
        Field(
            description="Requests allowed to one key or address, as 600/minute, several with a "
            "semicolon between; nothing for no limit."
        ),
    ] = "600000/minute"
    rate_limit_storage: Annotated[
        str, Field(description="Where they are counted: memory:// or redis://HOST:PORT/NUMBER.")
    ] = "memory://"
    cors_origins: Annotated[
        str,
        Field(
            description="Origins whose pages may call the API from a browser, with blanks between, "
            "as https://map.example.org; * for all; nothing for none."
        ),
        AfterValidator(_checked_origins),
    ] = ""
    max_body_bytes: Annotated[
        int, Field(ge=1, description="Bytes of the largest body that is read.")
    ] = 16 * 2**20
    shared_max_age: Annotated[
        int,
        Field(
            ge=0,
            description="Seconds for which a shared cache may hand on an answer of the API without "
            "asking whether it changed.",
        ),
    ] = 0
    log_format: Annotated[
        Literal["json", "text"] | None,
        Field(description="How lines of the log are written; else text on a terminal, or JSON."),
    ] = None
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"],
        Field(description="From which level on they are: requests are info, failed ones error."),
    ] = "info"
    metrics: Annotated[
        Literal["local", "on", "off"],
        Field(
            description="Whether /metrics answers: to this machine alone and not through a proxy, "
            "to everybody who reaches it, or not at all."
        ),
    ] = "local"
    metrics_folder: Annotated[
        Path | None,
        Field(
            description="Where several processes leave their numbers for each other; else a "
            "temporary folder is made at each start."
        ),
    ] = None
    min_free_mib: Annotated[
        int,
        Field(ge=0, description="MiB free beside a SQLite file below which /readyz warns of it."),
    ] = 64
    past_max_age: Annotated[
        int,
        Field(
            ge=0,
            description="Seconds for which any cache may hand on an answer as of a past instant; "
            "so long may it hold words that were redacted since.",
        ),
    ] = 3600
    draft_url: Annotated[
        str | None,
        Field(
            description="Base address of an OpenAI-compatible API whose model drafts claims, as "
            "http://127.0.0.1:11434/v1; texts are sent there. Without it none leaves this server."
        ),
    ] = None
    draft_model: Annotated[str | None, Field(description="Name of that model there.")] = None
    draft_key: Annotated[
        SecretStr | None, Field(description="The key that it is asked with, if it needs one.")
    ] = None
    draft_timeout_s: Annotated[
        float,
        Field(gt=0, le=600, description="Seconds that it may take; then the rules draft alone."),
    ] = 60
