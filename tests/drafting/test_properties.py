"""What holds of every draft, whatever the text."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from counterclaim.quantity import parse_quantity, stands_in
from counterclaim.schemas.incoming import ClaimFile, ClaimIn
from drafting.gazetteer import drafted, numbers
from drafting.test_statements import ENGLISH, RUSSIAN, TRAPS, UKRAINIAN

TEXTS = [text for text, _told in [*ENGLISH, *RUSSIAN, *UKRAINIAN]] + TRAPS
WORDS = sorted({word for text in TEXTS for word in text.split()})
PIECES = st.sampled_from([*WORDS, ", ", ". ", "\n\n", ":", "🚀", "é", "«", "\x0b", "on May 3"])
RUNS = st.lists(PIECES, max_size=40).map(" ".join)
STATEMENTS = st.lists(st.sampled_from(TEXTS), min_size=1, max_size=3).map(" ".join)


@given(st.one_of(RUNS, STATEMENTS, st.text(max_size=120)))
def test_drafts_are_valid_quoted_exactly_and_the_same_each_time(text: str) -> None:
    drafts = drafted(text)
    assert drafts == drafted(text)
    refs = {event["ref"] for event in drafts.events}
    for draft in drafts.claims:
        claim = draft.claim
        ClaimIn.model_validate(claim)
        quote = claim["quote"]
        assert text[quote["start"] : quote["end"]] == quote["exact"] != ""
        assert claim["event"] in refs
        assert draft.why
        for value in _values(claim):
            assert stands_in(parse_quantity(value), quote["exact"], lang=drafts.lang), (
                value,
                quote,
            )
    claims = [draft.claim for draft in drafts.claims]
    ClaimFile.model_validate(
        {"document": {"title": "T", "text": text or "-"}, "events": drafts.events, "claims": claims}
        if "\x00" not in text
        else {"events": drafts.events, "claims": claims}
    )


def _values(claim: dict[str, Any]) -> list[Any]:
    counts = [
        value for row in _rows(claim, "counts") for name, value in row.items() if name != "munition"
    ]
    tables = ("casualties", "damage")
    return [*counts, *(row["count"] for table in tables for row in _rows(claim, table))]


def _rows(claim: dict[str, Any], table: str) -> list[dict[str, Any]]:
    rows = claim.get(table, [])
    assert isinstance(rows, list)
    return rows


@given(
    st.integers(0, 10_000_000),
    st.sampled_from(["killed {}", "{} killed", "на {} сбито", "{} осіб"]),
)
def test_a_bare_number_is_never_read_twice(number: int, frame: str) -> None:
    assert len(numbers(frame.format(number))) <= 1
