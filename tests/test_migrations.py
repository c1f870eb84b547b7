"""The migrations make what the models say, on both engines, and can be undone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from alembic import command
from sqlalchemy import CheckConstraint, Enum, Inspector, MetaData, inspect, text
from sqlalchemy.exc import IntegrityError

import counterclaim.models  # noqa: F401 - fills the metadata
from counterclaim.db import Base, make_engine, new_id, now
from counterclaim.migrate import migration_config
from counterclaim.models import EventPart
from counterclaim.vocabulary import VOCABULARIES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alembic.config import Config
    from sqlalchemy import Engine

TABLES = Base.metadata.sorted_tables
MADE_BY_HAND = "event_text"
"""Tables of this name, and of names that begin so, are made in the migrations alone."""

PREFIXES = {"primary": "pk", "foreign": "fk", "unique": "uq", "check": "ck", "index": "ix"}


@pytest.fixture
def empty_engine(empty_database_url: str) -> Iterator[Engine]:
    made = make_engine(empty_database_url)
    yield made
    made.dispose()


@pytest.fixture
def config(empty_engine: Engine) -> Iterator[Config]:
    with empty_engine.begin() as connection:
        made = migration_config()
        made.attributes["connection"] = connection
        yield made


def tables_of(config: Config) -> set[str]:
    inspector = inspect(config.attributes["connection"])
    return set(inspector.get_table_names()) - {"alembic_version"}


def test_migrations_go_up_down_and_up_again(config: Config) -> None:
    command.upgrade(config, "head")
    command.check(config)
    made = tables_of(config)
    assert made >= {table.name for table in TABLES}

    command.downgrade(config, "base")
    assert tables_of(config) == set()

    command.upgrade(config, "head")
    assert tables_of(config) == made


def test_a_migrated_database_is_what_the_models_say(engine: Engine) -> None:
    config = migration_config()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.check(config)


def vocabulary_checks() -> dict[str, tuple[str, str, set[str]]]:
    """Of each CHECK that lists words: table, column and the words of the enum."""
    checks = {}
    for table in TABLES:
        for column in table.columns:
            if isinstance(column.type, Enum) and column.type.enum_class is not None:
                words = {str(word.value) for word in column.type.enum_class}
                checks[f"ck_{table.name}_{column.type.name}"] = (table.name, column.name, words)
    return checks


def test_every_word_list_of_a_table_is_a_vocabulary() -> None:
    enums = {
        column.type.enum_class
        for table in TABLES
        for column in table.columns
        if isinstance(column.type, Enum)
    }
    assert enums <= set(VOCABULARIES)


def test_check_lists_of_the_database_are_the_enums(engine: Engine) -> None:
    stored = {
        str(check["name"]): check["sqltext"]
        for table in TABLES
        for check in inspect(engine).get_check_constraints(table.name)
    }
    for name, (table, column, words) in vocabulary_checks().items():
        assert set(re.findall(r"'([^']*)'", stored[name])) == words, f"{table}.{column}"


def test_checks_of_the_database_are_those_of_the_models(engine: Engine) -> None:
    for table in TABLES:
        stored = {check["name"] for check in inspect(engine).get_check_constraints(table.name)}
        declared = {c.name for c in table.constraints if isinstance(c, CheckConstraint)}
        assert stored == declared, table.name


def test_a_dangling_key_is_refused(engine: Engine) -> None:
    row = {"whole_id": new_id(), "part_id": new_id(), "recorded_at": now()}
    with pytest.raises(IntegrityError, match=r"(?i)foreign key"), engine.begin() as connection:
        connection.execute(EventPart.__table__.insert(), row)  # type: ignore[attr-defined]


def test_a_word_outside_its_list_is_refused(engine: Engine) -> None:
    statement = text(
        "INSERT INTO event (id, number, kind, scope, label, recorded_at)"
        " VALUES (:id, 1, 'picnic', 'single', 'A picnic', '2022-01-01')"
    )
    with pytest.raises(IntegrityError, match="ck_event_kind"), engine.begin() as connection:
        connection.execute(statement, {"id": new_id()})


def test_every_foreign_key_of_the_models_is_in_the_database(engine: Engine) -> None:
    for table in TABLES:
        stored = {key["name"] for key in inspect(engine).get_foreign_keys(table.name)}
        assert stored == {constraint.name for constraint in table.foreign_key_constraints}


def names_of(inspector: Inspector, table: str) -> Iterator[tuple[str, str | None]]:
    """The kind and the name of each constraint and index of a table."""
    yield "primary", inspector.get_pk_constraint(table)["name"]
    yield from (("foreign", key["name"]) for key in inspector.get_foreign_keys(table))
    yield from (("unique", key["name"]) for key in inspector.get_unique_constraints(table))
    yield from (("check", key["name"]) for key in inspector.get_check_constraints(table))
    for index in inspector.get_indexes(table):
        yield "unique" if index["unique"] else "index", index["name"]


def test_every_constraint_and_index_is_named_by_the_convention(engine: Engine) -> None:
    inspector = inspect(engine)
    for table in TABLES:
        for kind, name in names_of(inspector, table.name):
            assert name is not None, f"{table.name}: an unnamed {kind} constraint"
            assert name.startswith(f"{PREFIXES[kind]}_{table.name}"), f"{table.name}: {name}"


def test_every_column_is_explained() -> None:
    unexplained = [
        str(column) for table in TABLES for column in table.columns if not column.comment
    ]
    assert unexplained == []


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
def test_postgresql_keeps_the_explanations(engine: Engine) -> None:
    stored = MetaData()
    stored.reflect(engine)
    for table in TABLES:
        for column in table.columns:
            assert stored.tables[table.name].columns[column.name].comment == column.comment


def test_only_known_tables_are_made_by_hand(engine: Engine) -> None:
    stored = set(inspect(engine).get_table_names()) - {"alembic_version"}
    by_hand = stored - {table.name for table in TABLES}
    assert by_hand
    assert all(name.startswith(MADE_BY_HAND) for name in by_hand)
