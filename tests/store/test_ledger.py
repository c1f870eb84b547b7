from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import rfc8785
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from counterclaim.db import now, reading, writing
from counterclaim.models import LedgerEntry
from counterclaim.store.ledger import GENESIS, canonical, entry_hash, open_writer
from factories import put_world

if TYPE_CHECKING:
    from sqlalchemy import Engine


def entries(engine: Engine) -> list[LedgerEntry]:
    with reading(engine) as session:
        return list(session.scalars(select(LedgerEntry).order_by(LedgerEntry.seq)))


def test_entries_are_numbered_and_chained(engine: Engine) -> None:
    put_world(engine)
    chain = entries(engine)
    assert [entry.seq for entry in chain] == list(range(1, len(chain) + 1))
    assert chain[0].prev_hash == GENESIS
    assert all(entry_hash(entry) == entry.hash for entry in chain)
    assert all(left.hash == right.prev_hash for left, right in pairwise(chain))


def test_a_changed_body_breaks_its_hash(engine: Engine) -> None:
    put_world(engine)
    entry = entries(engine)[-1]
    entry.body = entry.body.replace("accepted", "rejected")
    assert entry_hash(entry) != entry.hash


def test_transactions_have_later_instants_whatever_the_clock_says(engine: Engine) -> None:
    with writing(engine) as session:
        first = open_writer(session, "a")
        first.at = now() + timedelta(days=1)
        first.note("test", None, {})
    with writing(engine) as session:
        assert open_writer(session, "b").at > first.at


def test_no_text_stands_in_the_ledger(engine: Engine) -> None:
    put_world(engine)
    bodies = " ".join(entry.body for entry in entries(engine))
    assert "five Zeta-9" not in bodies
    assert "Aland Ministry" not in bodies


JSONS = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(-1e9, 1e9)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner)
    ),
)


@given(JSONS)
def test_canonical_json_is_that_of_rfc_8785(value: object) -> None:
    assert canonical(value) == rfc8785.dumps(value)  # type: ignore[arg-type]
