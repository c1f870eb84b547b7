"""Runs the migrations on the connection it is given, or on the store of the settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from alembic import context

import counterclaim.models  # noqa: F401 - fills the metadata
from counterclaim.config import Settings
from counterclaim.db import Base, Id, SerialInteger, UtcDateTime, make_engine

if TYPE_CHECKING:
    from alembic.autogenerate.api import AutogenContext
    from sqlalchemy import Connection

BESIDE_THE_MODELS = ("event_text",)
"""Tables that the migrations make by hand because the engines differ in them."""


def include_name(name: str | None, type_: str, _parents: Any) -> bool:
    """Leave out what the metadata does not describe."""
    return not (type_ == "table" and name is not None and name.startswith(BESIDE_THE_MODELS))


def render_item(type_: str, item: object, _context: AutogenContext) -> str | Literal[False]:
    """Write the package's own column types as what they are in the database."""
    if type_ == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if type_ == "type" and isinstance(item, Id):
        return 'sa.String(36).with_variant(sa.UUID(as_uuid=False), "postgresql")'
    if type_ == "type" and item is SerialInteger:
        return 'sa.BigInteger().with_variant(sa.Integer(), "sqlite")'
    return False


def migrate(connection: Connection) -> None:
    """Run what is asked for, all in one transaction."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        include_name=include_name,
        render_item=render_item,
        compare_type=True,
        transaction_per_migration=False,
    )
    with context.begin_transaction():
        context.run_migrations()


given: Connection | None = context.config.attributes.get("connection")
if given is not None:
    migrate(given)
else:
    url = context.config.get_main_option("sqlalchemy.url") or Settings().database_url
    engine = make_engine(url)
    with engine.connect() as own:
        migrate(own)
        own.commit()
