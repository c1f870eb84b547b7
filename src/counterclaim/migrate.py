"""Brings a store's tables to the newest revision, and says where they are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from counterclaim.db import reading, writing

if TYPE_CHECKING:
    from sqlalchemy import Engine

INSTALLED = Path(__file__).parent / "_migrations"
"""Where the migrations lie in an installed package; in a checkout they lie at its top."""


def migration_config() -> Config:
    """Alembic's configuration, wherever the package runs from."""
    checkout = Path(__file__).parents[2] / "migrations"
    config = Config()
    config.set_main_option("script_location", str(INSTALLED if INSTALLED.is_dir() else checkout))
    config.set_main_option("path_separator", "os")
    return config


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the store's tables to a revision: alone, in one transaction."""
    config = migration_config()
    with writing(engine) as session:
        config.attributes["connection"] = session.connection()
        command.upgrade(config, revision)


def is_current(engine: Engine) -> bool:
    """Whether the store's tables are at the newest revision."""
    newest = ScriptDirectory.from_config(migration_config()).get_current_head()
    with reading(engine) as session:
        connection = session.connection()
        return MigrationContext.configure(connection).get_current_revision() == newest
