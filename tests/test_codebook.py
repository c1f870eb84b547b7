"""The codebook is complete, and the files made from it are current and valid."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from counterclaim.codebook import claim_file_schema, codebook, codebook_markdown, generated_docs
from counterclaim.db import Base
from counterclaim.importers.claim_file import read_claim_file
from counterclaim.models import Claim
from counterclaim.vocabulary import VOCABULARIES

ROOT = Path(__file__).resolve().parent.parent


def test_every_vocabulary_word_is_in_the_codebook() -> None:
    listed = {vocabulary.name: vocabulary for vocabulary in codebook().vocabularies}
    assert len(listed) == len(VOCABULARIES)
    for terms, vocabulary in zip(VOCABULARIES, listed.values(), strict=True):
        assert [word.value for word in vocabulary.words] == [str(term.value) for term in terms]
        assert all(word.definition for word in vocabulary.words)
        assert vocabulary.definition


def test_every_table_and_column_is_explained() -> None:
    listed = {table.name: table for table in codebook().tables}
    assert set(listed) == set(Base.metadata.tables)
    for name, table in Base.metadata.tables.items():
        assert [column.name for column in listed[name].columns] == list(table.columns.keys())
        assert [column.name for column in listed[name].columns if not column.comment] == []
        assert listed[name].definition


def test_every_table_stands_in_one_group() -> None:
    grouped = [table for tables in codebook().groups.values() for table in tables]
    assert grouped == list(codebook().tables)


def test_columns_of_words_name_a_vocabulary_of_the_codebook() -> None:
    known = {vocabulary.name for vocabulary in codebook().vocabularies}
    named = {column.vocabulary for table in codebook().tables for column in table.columns}
    assert named - {None} <= known
    assert "stance" in named


def test_a_column_tells_its_type_its_target_and_whether_it_may_be_null() -> None:
    (claim,) = (table for table in codebook().tables if table.name == Claim.__tablename__)
    columns = {column.name: column for column in claim.columns}
    assert (columns["id"].type, columns["id"].primary_key) == ("uuid", True)
    assert (columns["event_id"].references, columns["event_id"].nullable) == ("event.id", True)
    assert (columns["recorded_at"].type, columns["recorded_at"].nullable) == ("instant", False)
    assert columns["content_key"].type == "text(64)"


def test_rules_are_those_of_the_database_without_the_lists_of_words() -> None:
    (claim,) = (table for table in codebook().tables if table.name == Claim.__tablename__)
    assert "CHECK (polarity IN (-1, 1))" in claim.rules
    assert "UNIQUE (content_key) WHERE ended_at IS NULL" in claim.rules
    assert not [
        rule for table in codebook().tables for rule in table.rules if "POSTCOMPILE" in rule
    ]


def test_the_lexicon_tells_what_vague_words_mean() -> None:
    intervals = {entry.words: entry.interval for entry in codebook().lexicon.entries}
    assert intervals["several"] == "[2, ∞)"
    assert intervals["at least n"] == "[n, ∞)"


def test_tables_in_markdown_have_as_many_cells_as_their_heads() -> None:
    width = 0
    for line in codebook_markdown().splitlines():
        cells = len(re.split(r"(?<!\\)\|", line)) if line.startswith("|") else 0
        assert not (cells and width) or cells == width, line
        width = cells


def test_links_inside_the_page_lead_to_a_heading() -> None:
    text = codebook_markdown()
    headings = {
        heading.lower().replace(" ", "-")
        for heading in re.findall(r"^#+ (.*)$", text, flags=re.MULTILINE)
    }
    assert set(re.findall(r"\]\(#([^)]+)\)", text)) <= headings


def test_the_schema_is_valid_and_complete_in_itself() -> None:
    text = claim_file_schema()
    schema = json.loads(text)
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == "claim-file.schema.json"
    assert schema["title"]
    assert text.endswith("}\n")


@pytest.mark.parametrize("name", ["munitions.yaml", "article.yaml"])
def test_the_seed_files_fit_the_schema(name: str) -> None:
    body = read_claim_file(ROOT / "seeds" / name).model_dump(mode="json", exclude_unset=True)
    errors = Draft202012Validator(json.loads(claim_file_schema())).iter_errors(body)
    assert [error.message for error in errors] == []


def test_a_slip_of_the_pen_does_not_fit_the_schema() -> None:
    body = {"claims": [{"quote": "three", "stanse": "asserts"}]}
    assert not Draft202012Validator(json.loads(claim_file_schema())).is_valid(body)


@pytest.mark.parametrize("name", generated_docs())
def test_the_generated_docs_are_current(name: str) -> None:
    kept = (ROOT / "docs" / name).read_text(encoding="utf-8")
    assert kept == generated_docs()[name], "run make docs"
