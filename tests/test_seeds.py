"""The seed files: whole, faithful to the article, and resolvable among themselves."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from counterclaim.importers.claim_file import read_claim_file
from counterclaim.names import fold
from counterclaim.schemas.incoming import ClaimFile
from counterclaim.vocabulary import Basis

if TYPE_CHECKING:
    from collections.abc import Iterator

    from counterclaim.schemas.incoming import ClaimIn, QuoteIn

ROOT = Path(__file__).resolve().parents[1]
SEEDS = ROOT / "seeds"
CLAIM_LIST = ROOT / "../shared/seed/claims.jsonl"
SHA256 = "fcdfc489b6ceb992768ac83a493926077e1ce91080c64ec8daf4fff3cb2d4c05"
IDS = [f"C{number:02}" for number in range(1, 41)]
REGION_KEY = re.compile(r"[a-z]{2}-[a-z0-9]{1,3}")
YEAR, PUBLISHED_DAY = "2024", "26"
"""The two numbers that the article does not hold: both inferred, under a rule that is named."""


class TextLoader(yaml.SafeLoader):
    """YAML without dates: 2024-11-26 stays text."""


TextLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _read(name: str) -> ClaimFile:
    with (SEEDS / name).open(encoding="utf-8") as stream:
        return ClaimFile.model_validate(TextLoader(stream).get_single_data())


SOURCES, MUNITIONS, PLACES = (
    getattr(read_claim_file(SEEDS / f"{table}.yaml", own=True), table)
    for table in ("sources", "munitions", "places")
)
ARTICLE = _read("article.yaml")
TEXT = (SEEDS / "article.txt").read_bytes().decode("utf-8")
CLAIMS = ARTICLE.claims
BY_ID = {one: claim for claim in CLAIMS for one in (claim.ref or "").split("-")}


def _quote(claim: ClaimIn) -> QuoteIn:
    assert not isinstance(claim.quote, str), f"{claim.ref} has no offsets"
    return claim.quote


def _names(rows: list[Any]) -> set[str]:
    spelt = {row.key for row in rows} | {row.name for row in rows}
    spelt |= {name.name for row in rows for name in row.names}
    return {fold(name) for name in spelt}


def _quantities(claim: ClaimIn) -> Iterator[object]:
    for count in claim.counts:
        yield from count.model_dump(exclude={"munition"}).values()
    yield from (row.count for row in claim.casualties)
    yield from (row.count for row in claim.damage)
    yield from (row.count for row in claim.tallies)


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)
    elif value is not None and not isinstance(value, bool):
        yield str(value)


def test_article_is_the_one_that_was_given() -> None:
    assert hashlib.sha256((SEEDS / "article.txt").read_bytes()).hexdigest() == SHA256
    assert ARTICLE.document is not None
    assert ARTICLE.document.sha256 == SHA256
    assert ARTICLE.document.text_file == "article.txt"


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.ref)
def test_quote_stands_at_its_offsets(claim: ClaimIn) -> None:
    quote = _quote(claim)
    assert TEXT[quote.start : quote.end] == quote.exact


def test_every_id_occurs_once() -> None:
    listed = [one for claim in CLAIMS for one in (claim.ref or "").split("-")]
    assert listed == IDS


def test_quotes_equal_the_list_of_claims() -> None:
    if not CLAIM_LIST.exists():
        pytest.skip("the list of claims, ../shared/seed/claims.jsonl, is not here")
    rows = [json.loads(line) for line in CLAIM_LIST.read_text(encoding="utf-8").splitlines()]
    assert [row["id"] for row in rows] == IDS
    for row in rows:
        quote = _quote(BY_ID[row["id"]])
        assert (quote.exact, quote.start, quote.end) == (row["quote"], row["start"], row["end"])


def test_every_name_used_is_known() -> None:
    sources, munitions = _names(SOURCES), _names(MUNITIONS)
    places = _names(PLACES)
    assert ARTICLE.document is not None
    assert fold(ARTICLE.document.publisher or "") in sources
    for claim in CLAIMS:
        assert {fold(name) for name in claim.said_by} <= sources, claim.ref
        used = {row.munition for row in claim.counts}
        used |= {row.munition for row in claim.munition_facts}
        assert {fold(name or "") for name in used} <= munitions, claim.ref
        for at in claim.places:
            name = at.place or ""
            assert fold(name) in places or REGION_KEY.fullmatch(name), claim.ref


def test_events_and_claims_referred_to_exist() -> None:
    events = {event.ref for event in ARTICLE.events}
    assert len(events) == len(ARTICLE.events)
    assert {part for event in ARTICLE.events for part in event.parts} <= events
    assert {claim.event for claim in CLAIMS if claim.event} == events
    assert {claim.about for claim in CLAIMS if claim.about} <= {claim.ref for claim in CLAIMS}


def test_lotarevka_has_no_coordinates() -> None:
    (row,) = [place for place in PLACES if place.key == "lotarevka"]
    assert row.latitude is None
    assert row.longitude is None
    assert row.geonames_id is None


def test_coordinates_have_an_origin_and_claims_have_none() -> None:
    assert all(row.origin for row in PLACES if row.latitude is not None)
    for claim in CLAIMS:
        assert all(at.latitude is None and at.relative is None for at in claim.places), claim.ref


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.ref)
def test_quantities_and_places_are_words_of_the_article(claim: ClaimIn) -> None:
    exact = _quote(claim).exact
    for quantity in _quantities(claim):
        if quantity is None:
            continue
        assert isinstance(quantity, str), f"{claim.ref} gives a number where words were said"
        assert re.search(rf"\b{re.escape(quantity)}\b", exact), f"{claim.ref}: {quantity}"
    for at in claim.places:
        assert at.said is not None
        assert at.said in exact
    assert claim.target is None or claim.target in exact
    for fact in claim.munition_facts:
        assert fact.value in exact or claim.polarity == -1


def test_no_number_that_the_article_does_not_hold() -> None:
    allowed = {*re.findall(r"\d+", TEXT), YEAR, PUBLISHED_DAY}
    for claim in CLAIMS:
        given = claim.model_dump(exclude={"ref", "about", "event", "quote", "polarity"})
        given["note"] = re.sub(r"\bC\d\d\b", "", claim.note or "")
        for string in _strings(given):
            if REGION_KEY.fullmatch(string):
                continue
            days = string.replace(f"{YEAR}-11-", "")
            assert set(re.findall(r"\d+", days)) <= allowed, (claim.ref, string)


def test_every_day_is_named_or_inferred() -> None:
    named = set(re.findall(r"November (\d+)", TEXT)) | {PUBLISHED_DAY}
    for claim in CLAIMS:
        for edtf in filter(None, (claim.occurred, claim.said)):
            assert set(re.findall(rf"{YEAR}-11-(\d\d)", edtf)) <= named
            assert claim.basis is Basis.INFERRED, f"{claim.ref}: the article names no year"
            assert claim.inference_rule


def test_figures_of_the_two_strikes() -> None:
    def counts(one: str) -> dict[str, object]:
        (count,) = BY_ID[one].counts
        return count.model_dump(exclude_none=True)

    assert counts("C10") == {"munition": "ATACMS", "launched": "five", "intercepted": "three"}
    assert counts("C13") == {"munition": "ATACMS", "launched": "eight", "intercepted": "seven"}
    assert counts("C06") == {"munition": "ATACMS", "hit": "several"}
    assert counts("C18") == {"munition": "ATACMS"}
    assert [claim.ref for claim in CLAIMS if claim.stance == "admits"] == ["C06", "C08", "C09"]
    assert [claim.ref for claim in CLAIMS if claim.polarity == -1] == ["C26"]
    assert {claim.event for claim in CLAIMS if claim.stance == "admits"} == {"G1"}
    harmed = [row for claim in CLAIMS for row in claim.casualties]
    assert [row.model_dump(mode="json") for row in harmed] == [
        {"side": "RU", "status": "military", "harm": "injured", "count": "two"}
    ]


def test_kinds_of_claims() -> None:
    kinds = Counter(claim.told_kind().value for claim in CLAIMS)
    assert kinds == {
        "occurrence": 16,
        "munition_fact": 4,
        "evidence": 3,
        "position": 4,
        "context": 11,
    }
