"""The codebook: every vocabulary, table and number word, told by the code that uses them.

Pages, ``docs/`` and the command line show what is gathered here; nothing is written twice.
"""

from __future__ import annotations

import inspect
import json
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Enum,
    Float,
    Integer,
    LargeBinary,
    TextClause,
    UniqueConstraint,
)

from counterclaim.db import Base, Id, UtcDateTime
from counterclaim.models import Event
from counterclaim.quantity import LEXICON_VERSION, lexicon_table
from counterclaim.schemas.incoming import ClaimFile
from counterclaim.vocabulary import VOCABULARIES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Column as SqlColumn
    from sqlalchemy import Table as SqlTable

    from counterclaim.vocabulary import Term

CODEBOOK_FILE = "codebook.md"
CLAIM_FILE_SCHEMA = "claim-file.schema.json"
_DIALECT = "https://json-schema.org/draft/2020-12/schema"

_MODELS = Event.__module__.rpartition(".")[0]
_GROUPS = {
    "reference": "Reference rows",
    "document": "Documents",
    "event": "Events",
    "claim": "Claims",
    "ledger": "Ledger, imports and releases",
    "access": "Access",
    "summary": "Read model",
}
_TYPES: tuple[tuple[type[Any], str], ...] = (
    (Id, "uuid"),
    (UtcDateTime, "instant"),
    (Boolean, "boolean"),
    (Float, "number"),
    (BigInteger, "integer"),
    (Integer, "integer"),
    (JSON, "json"),
    (LargeBinary, "bytes"),
)
_WORD_BOUNDARY = re.compile(r"(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a vocabulary; ``acled`` and ``ucdp`` are the nearest terms there, if any."""

    value: str
    definition: str
    acled: str | None
    ucdp: str | None


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """A closed list of words."""

    name: str
    definition: str
    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """One column; ``vocabulary`` and ``references`` name what its values are taken from."""

    name: str
    type: str
    nullable: bool
    primary_key: bool
    references: str | None
    vocabulary: str | None
    comment: str


@dataclass(frozen=True, slots=True)
class Table:
    """One table; ``rules`` are the conditions that the database itself enforces, as SQL."""

    name: str
    group: str
    definition: str
    columns: tuple[Column, ...]
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LexiconEntry:
    """Words and the interval they stand for; ``[low, high]``, ``∞`` open, ``?`` not known."""

    words: str
    interval: str


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The number words of one language."""

    version: str
    entries: tuple[LexiconEntry, ...]


@dataclass(frozen=True, slots=True)
class Codebook:
    """Everything there is to look up."""

    vocabularies: tuple[Vocabulary, ...]
    tables: tuple[Table, ...]
    lexicon: Lexicon

    @property
    def groups(self) -> dict[str, list[Table]]:
        """The tables by group, in the order in which they are best read."""
        return {
            title: [table for table in self.tables if table.group == title]
            for title in _GROUPS.values()
        }


@cache
def codebook() -> Codebook:
    """The codebook of this version of the code."""
    entries = tuple(LexiconEntry(words, interval) for words, interval in lexicon_table())
    return Codebook(
        vocabularies=tuple(_vocabulary(terms) for terms in VOCABULARIES),
        tables=tuple(_tables()),
        lexicon=Lexicon(LEXICON_VERSION, entries),
    )


def _vocabulary(terms: type[Term]) -> Vocabulary:
    words = tuple(Word(term.value, term.definition, term.acled, term.ucdp) for term in terms)
    return Vocabulary(_snake(terms.__name__), _docstring(terms), words)


def _tables() -> Iterator[Table]:
    models = {
        str(mapper.class_.__tablename__): mapper.class_
        for mapper in Base.registry.mappers
        if mapper.inherits is None
    }
    order = list(_GROUPS)
    found = [(_group(models[name]), name) for name in Base.metadata.tables if name in models]
    for group, name in sorted(found, key=lambda pair: order.index(pair[0])):
        yield _table(_GROUPS[group], models[name], Base.metadata.tables[name])


def _group(model: type[Any]) -> str:
    return model.__module__.removeprefix(f"{_MODELS}.")


def _table(group: str, model: type[Any], table: SqlTable) -> Table:
    columns = tuple(_column(column) for column in table.columns)
    return Table(table.name, group, _docstring(model), columns, tuple(_rules(table)))


def _column(column: SqlColumn[Any]) -> Column:
    targets = [key.target_fullname for key in column.foreign_keys]
    listed = column.type.enum_class if isinstance(column.type, Enum) else None
    return Column(
        name=column.name,
        type=_type(column),
        nullable=bool(column.nullable),
        primary_key=column.primary_key,
        references=targets[0] if targets else None,
        vocabulary=_snake(listed.__name__) if listed else None,
        comment=column.comment or "",
    )


def _type(column: SqlColumn[Any]) -> str:
    for kind, name in _TYPES:
        if isinstance(column.type, kind):
            return name
    length = getattr(column.type, "length", None)
    return f"text({length})" if length and not isinstance(column.type, Enum) else "text"


def _rules(table: SqlTable) -> Iterator[str]:
    # The CHECKs that list a vocabulary's words are expressions; those written here are text.
    for constraint in sorted(table.constraints, key=lambda one: str(one.name)):
        if isinstance(constraint, UniqueConstraint):
            yield f"UNIQUE ({', '.join(column.name for column in constraint.columns)})"
        elif isinstance(constraint, CheckConstraint) and isinstance(constraint.sqltext, TextClause):
            yield f"CHECK ({constraint.sqltext})"
    for index in sorted(table.indexes, key=lambda one: str(one.name)):
        condition = index.dialect_options["postgresql"]["where"]
        if index.unique:
            columns = ", ".join(column.name for column in index.columns)
            yield f"UNIQUE ({columns})" + ("" if condition is None else f" WHERE {condition}")


def _docstring(documented: type[Any]) -> str:
    """The docstring as one paragraph of running text."""
    return " ".join((inspect.getdoc(documented) or "").split())


def _snake(name: str) -> str:
    return _WORD_BOUNDARY.sub("_", name).lower()


def codebook_markdown() -> str:
    """The codebook as the page ``docs/codebook.md``."""
    return "\n".join(_markdown(codebook()))


def _markdown(book: Codebook) -> Iterator[str]:
    yield "# Codebook"
    yield ""
    yield "<!-- Generated by `make docs` from the code. Do not edit. -->"
    yield ""
    yield "Every [vocabulary](#vocabularies), every [table](#tables) and every"
    yield "[number word](#quantity-lexicon) of Counterclaim. A running server shows the same at"
    yield "`/codebook`, and as JSON at `/codebook?f=json`. [data-model.md](data-model.md) tells the"
    yield "ideas behind the tables."
    yield ""
    yield from _markdown_vocabularies(book)
    yield from _markdown_tables(book)
    yield from _markdown_lexicon(book.lexicon)


def _markdown_vocabularies(book: Codebook) -> Iterator[str]:
    yield "## Vocabularies"
    yield ""
    yield "Values are the same in the database, in JSON and in Python. ACLED and UCDP name the"
    yield "nearest term of those data sets, where there is one."
    for vocabulary in book.vocabularies:
        compared = any(word.acled or word.ucdp for word in vocabulary.words)
        yield from ("", f"### {vocabulary.name}", "", _prose(vocabulary.definition), "")
        yield "| value | definition |" + (" ACLED | UCDP |" if compared else "")
        yield "| --- | --- |" + (" --- | --- |" if compared else "")
        for word in vocabulary.words:
            cells = [f"`{word.value}`", word.definition]
            cells += [word.acled or "", word.ucdp or ""] if compared else []
            yield _row(cells)
    yield ""


def _markdown_tables(book: Codebook) -> Iterator[str]:
    yield "## Tables"
    yield ""
    yield "Instants are UTC. A column may be null only where its type says so. Beside these"
    yield "tables stands `event_text`, the text index over `event_summary`, made by each engine's"
    yield "own means."
    for group, tables in book.groups.items():
        yield from ("", f"### {group}")
        for table in tables:
            yield from ("", f"#### {table.name}", "", _prose(table.definition), "")
            yield "| column | type | meaning |"
            yield "| --- | --- | --- |"
            for column in table.columns:
                yield _row([f"`{column.name}`", describe_type(column), column.comment])
            if table.rules:
                yield from ("", "Enforced by the database:", "")
                yield from (f"- `{rule}`" for rule in table.rules)
    yield ""


def _markdown_lexicon(lexicon: Lexicon) -> Iterator[str]:
    yield "## Quantity lexicon"
    yield ""
    yield f"Version `{lexicon.version}`. Both ends of `[low, high]` are included; `∞` is an open"
    yield "end, `?` an unknown one. Plural nouns without a number stand at the end of the list."
    yield ""
    yield "| words | interval |"
    yield "| --- | --- |"
    for entry in lexicon.entries:
        yield _row([entry.words, entry.interval])
    yield ""


def describe_type(column: Column) -> str:
    """Type, key, target and nullability of a column in a few words."""
    kind = f"word of {column.vocabulary}" if column.vocabulary else column.type
    words = [f"{kind}, primary key" if column.primary_key else kind]
    if column.references:
        words.append(f"→ {column.references}")
    if column.nullable:
        words.append("or null")
    return " ".join(words)


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(_prose(cell).replace('|', chr(92) + '|') for cell in cells)} |"


def _prose(text: str) -> str:
    """Docstrings mark code by two backticks, Markdown by one."""
    return text.replace("``", "`")


def claim_file_schema() -> str:
    """The JSON Schema of a claim file, draft 2020-12."""
    schema = ClaimFile.model_json_schema()
    head = {
        "$schema": _DIALECT,
        "$id": CLAIM_FILE_SCHEMA,
        "title": schema["title"],
    }
    return json.dumps({**head, **schema, **head}, ensure_ascii=False, indent=2) + "\n"


def generated_docs() -> dict[str, str]:
    """The generated files of ``docs/``: name and text."""
    return {CODEBOOK_FILE: codebook_markdown(), CLAIM_FILE_SCHEMA: claim_file_schema()}
