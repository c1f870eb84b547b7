"""The seed's article, read with the names of the store: drafts that the store takes in."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from benchmarks.drafts import Names, drafted_numbers, read_gold, read_seed, score_text
from counterclaim.db import reading, writing
from counterclaim.drafting import draft_claims
from counterclaim.queries.recognise import names_known
from counterclaim.schemas.incoming import ClaimFile
from counterclaim.seeding import seed_folder
from counterclaim.store.ingest import ingest
from counterclaim.store.ledger import open_writer

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Engine

    from counterclaim.drafting import Drafts

PUBLISHED = date(2024, 11, 26)
TEXT = (seed_folder() / "article.txt").read_bytes().decode("utf-8")


def drafted(engine: Engine, text: str = TEXT, published: date = PUBLISHED) -> Drafts:
    """What is drafted of a text with the names of a store."""
    with reading(engine) as session:
        known = names_known(session, text)
    return draft_claims(text, known, published=published)


def test_both_strikes_of_one_sentence_have_their_own_day_place_and_numbers(
    seed_to_read: Engine,
) -> None:
    claims = [draft.claim for draft in drafted(seed_to_read).claims]
    counted = {claim["occurred"]: claim for claim in claims if "intercepted" in str(claim)}
    first, second = counted["2024-11-23"], counted["2024-11-25"]
    assert first["counts"] == [{"munition": "atacms", "intercepted": 3, "launched": 5}]
    assert second["counts"] == [{"munition": "atacms", "intercepted": 7, "launched": 8}]
    assert first["said_by"] == second["said_by"] == ["ru-mod"]
    assert "lotarevka" in str(first["places"])
    assert [row["place"] for row in second["places"]] == ["kursk-vostochny"]
    admitted = next(claim for claim in claims if claim.get("stance") == "admits")
    assert admitted["counts"] == [{"munition": "missile", "hit": {"low": 2}}]
    assert admitted["casualties"] == [{"status": "military", "harm": "injured", "count": 2}]


def test_drafts_are_taken_in_as_a_claim_file_without_a_remark_on_their_numbers(
    seed_to_read: Engine,
) -> None:
    text = (
        "В ночь на 7 мая дежурными средствами ПВО над территориями Белгородской и Курской областей "
        "уничтожены 14 украинских беспилотников, сообщило Минобороны России. Губернатор "
        "Белгородской области сообщил, что ранены двое."
    )
    drafts = drafted(seed_to_read, text, date(2025, 5, 8))
    document = {
        "title": "T",
        "text": text,
        "lang": "ru",
        "publisher": "tass",
        "published": "2025-05-08",
    }
    claims = [draft.claim for draft in drafts.claims]
    body: dict[str, Any] = {"document": document, "events": drafts.events, "claims": claims}
    with writing(seed_to_read, dry_run=True) as session:
        intake = ingest(open_writer(session, "t"), ClaimFile.model_validate(body), accept=False)
    assert [row["place"] for row in claims[0]["places"]] == ["ru-bel", "ru-krs"]
    assert [claim["said_by"] for claim in claims] == [["ru-mod"], ["ru-bel-governor"]]
    warnings = [warning["code"] for taken in intake.claims for warning in taken.warnings]
    assert "number_not_in_quote" not in warnings


def test_the_measure_finds_what_is_missed_and_what_is_wrong(
    seed_to_read: Engine, tmp_path: Path
) -> None:
    gold = tmp_path / "gold.jsonl"
    gold.write_text(
        '{"id": "t", "lang": "en", "publisher": "P", "published": "2024-11-26", "text": "The '
        'Russian Defense Ministry said on Monday three drones were shot down over Kursk.", '
        '"gold_claims": [{"claimed_by": "Russian Ministry of Defence", "event_date": "2024-11-25", '
        '"place": "Kursk", "munition": "UAV", "intercepted": 3, "launched": 9}]}\n',
        encoding="utf-8",
    )
    with reading(seed_to_read) as session:
        names = Names(session)
    (text,) = read_gold(gold)
    score, notes = score_text(text, drafted_numbers(seed_to_read, text, names), names)
    assert (score.drafted["intercepted"], score.right["intercepted"]) == (1, 1)
    assert (score.gold["launched"], score.right["launched"]) == (1, 0)
    assert all(score.right[name] == 1 for name in ("claimant", "munition", "date", "place"))
    assert [note.split()[:2] for note in notes] == [["missed", "launched"]]
    seed = read_seed()
    wrong = score_text(seed, drafted_numbers(seed_to_read, text, names), names)
    assert wrong[0].right["intercepted"] == 0
    assert any(note.startswith("  wrong") for note in wrong[1])
