"""Brings a store's tables to the newest revision, and says where they are."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text

from counterclaim.db import reading, writing

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Engine

INSTALLED = Path(__file__).parent / "_migrations"
"""Where the migrations lie in an installed package; in a checkout they lie at its top."""


REVISION = re.compile(r'^(down_)?revision = "(\w+)"$', re.MULTILINE)
"""What a migration says of its place among the others."""


def migration_folder() -> Path:
    """Where the migrations lie."""
    return INSTALLED if INSTALLED.is_dir() else Path(__file__).parents[2] / "migrations"


def migration_config() -> Config:
    """Alembic's configuration, wherever the package runs from."""
    from alembic.config import Config  # noqa: PLC0415 - who serves does not wait for Alembic

    config = Config()
    config.set_main_option("script_location", str(migration_folder()))
    config.set_main_option("path_separator", "os")
    return config


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the store's tables to a revision: alone, in one transaction."""
    from alembic import command  # noqa: PLC0415 - as above

    config = migration_config()
    with writing(engine) as session:
        config.attributes["connection"] = session.connection()
        command.upgrade(config, revision)


@cache
def newest_revision() -> str:
    """The revision that no other comes after, read from the files."""
    files = sorted((migration_folder() / "versions").glob("*.py"))
    said: list[tuple[str, str]] = [
        found for file in files for found in REVISION.findall(file.read_text())
    ]
    before = {name for is_before, name in said if is_before}
    (newest,) = (name for is_before, name in said if not is_before and name not in before)
    return newest


def is_current(engine: Engine) -> bool:
    """Whether the store's tables are at the newest revision."""
    with reading(engine) as session:
        if not inspect(session.connection()).has_table("alembic_version"):
            return False
        found = session.scalars(text("SELECT version_num FROM alembic_version")).all()
    return found == [newest_revision()]
