"""Proposals written as YAML are read back as what they were, whatever words they hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from counterclaim.db import reading
from counterclaim.importers.claim_file import read_claim_file
from counterclaim.proposing.claim_file import DraftFile
from counterclaim.proposing.proposals import Proposals
from counterclaim.schemas.incoming import ClaimFile
from factories import put_file, put_world

if TYPE_CHECKING:
    import pytest
    from sqlalchemy import Engine

ODD = st.sampled_from(
    ["08", "1e5", "~", "no", "NULL", "2024-05-01", "- a", "# no", "a: b", " x", "x ", "|", "a\n b",
     "\n a", "a\n\n", "\u2028", "\x85", "🚀", "'", '"', "a\tb", "\ufeff", "{", "12:30", "%", "\r"]
)  # fmt: skip
WORDS = st.lists(
    ODD | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
).map("".join)


@settings(phases=[Phase.explicit, Phase.generate])  # To shrink what fails would take minutes.
@given(WORDS.filter(bool), WORDS.filter(lambda words: words.strip()), st.lists(WORDS))
def test_a_claim_file_survives_being_written(
    tmp_path_factory: pytest.TempPathFactory, text: str, label: str, why: list[str]
) -> None:
    claim: dict[str, Any] = {
        "event": "E1",
        "quote": {"exact": text, "start": 0, "end": len(text)},
        "note": text,
    }
    claim["counts"] = [{"munition": "08", "launched": 8, "hit": {"low": 2}}]
    event = {"ref": "E1", "kind": "strike", "label": label[:400]}
    found = Proposals("en", [event], [claim, claim], [why, why], notes=why)
    document = {"title": "1e5", "text": text, "published": "2024-05-01"}
    file = tmp_path_factory.getbasetemp() / "drafts.yaml"
    new = {"key": "new", "name": "1", "kind": "outlet"}
    made = DraftFile(found, document, [new], remarks=why)
    file.write_bytes(made.as_yaml().encode())
    assert read_claim_file(file) == ClaimFile.model_validate_json(made.as_json())


def test_names_that_the_store_does_not_know_are_recorded_with_the_file(
    sqlite_engine: Engine,
) -> None:
    put_world(sqlite_engine)
    new = "Cland’s army"
    chains: list[list[str]] = [["aland-mod"], [new], [new, "Bland"], ["Aland: Ministry"], []]
    counts: list[dict[str, Any]] = [
        {"munition": "Moth", "hit": 1},
        {"munition": "Owl"},
        {"munition": "Twin"},
        {"hit": 1},
    ]
    claims: list[dict[str, Any]] = [
        {"event": "E1", "quote": "x", "said_by": chain, "counts": [dict(row) for row in counts]}
        for chain in chains
    ]
    twins = [{"key": f"t-{n}", "name": "Twin", "category": "drone"} for n in (1, 2)]
    put_file(sqlite_engine, {"munitions": twins})
    made = DraftFile(Proposals("en", [], claims, [[] for _ in claims]), {"title": "A", "text": "x"})
    with reading(sqlite_engine) as session:
        made.record_names(session)
    assert made.sources == [{"key": "clands-army", "name": "Cland’s army", "kind": "other"}]
    assert made.munitions == [{"key": "owl", "name": "Owl", "category": "unknown"}]
    assert claims[0]["counts"] == [counts[0], counts[1], counts[3]]
    assert len(made.remarks) == 3
    made.name_publisher()
    assert made.document["publisher"] == made.sources[1]["key"] == "publisher-not-named"


def test_a_text_of_which_nothing_is_proposed_makes_a_file_too() -> None:
    made = DraftFile(Proposals("en", [], [], []), {"title": "A", "text": "B"})
    made.name_publisher()
    assert made.as_yaml().endswith("  text: B\nevents: []\nclaims: []\n")
