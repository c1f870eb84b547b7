"""What a claim makes its claimant's position, and that negated figures make none."""

from __future__ import annotations

from typing import Any

import pytest

from counterclaim.resolve import resolve
from counterclaim.vocabulary import ClaimKind, Grade, Position, Stance

from .building import claim, counts, event, family, injured

FIVE = {"counts": counts(launched=5)}
NOT = {"polarity": -1}
NEGATED = FIVE | NOT
ADMITS = {"stance": Stance.ADMITS}
STATEMENT = {"kind": ClaimKind.POSITION}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param(FIVE, Position.ASSERTS, id="five were launched"),
        pytest.param(FIVE | ADMITS, Position.ADMITS, id="five hit us"),
        pytest.param(NOT, Position.DENIES, id="nothing happened"),
        pytest.param({"stance": Stance.DENIES}, Position.DENIES, id="denial"),
        pytest.param({"stance": Stance.DECLINES}, Position.DECLINES, id="no comment"),
        pytest.param(NEGATED, None, id="not five were launched"),
        pytest.param(NEGATED | ADMITS, None, id="admits that not five were"),
        pytest.param(NOT | {"casualties": injured(2)}, None, id="not two were injured"),
        pytest.param(STATEMENT, Position.ASSERTS, id="position"),
        pytest.param(STATEMENT | ADMITS, Position.ADMITS, id="position that admits"),
        pytest.param(STATEMENT | NOT, None, id="negated position"),
        pytest.param(STATEMENT | ADMITS | NOT, None, id="negated admission"),
        pytest.param(STATEMENT | {"stance": Stance.DECLINES}, Position.DECLINES, id="declines"),
        pytest.param(FIVE | {"stance": Stance.THREATENS}, None, id="threat"),
        pytest.param({"kind": ClaimKind.CONTEXT} | ADMITS, None, id="background"),
        pytest.param({"kind": ClaimKind.EVIDENCE}, None, id="evidence"),
    ],
)
def test_position_of_a_claim(values: dict[str, Any], expected: Position | None) -> None:
    assert claim("1", "E", **values).position is expected


@pytest.mark.parametrize(
    ("values", "grade"),
    [
        (ADMITS, Grade.CONFIRMED),
        (STATEMENT | ADMITS, Grade.CONFIRMED),
        (NEGATED | ADMITS, Grade.WEAK),
        (STATEMENT | ADMITS | NOT, Grade.WEAK),
    ],
)
def test_only_an_admission_that_affirms_confirms(values: dict[str, Any], grade: Grade) -> None:
    struck = claim("1", "E", "outlet", attacker="UA", defender="RU", **FIVE)
    summary = resolve(family([event("E")], struck, claim("2", "E", **values)))["E"]
    assert summary.grade is grade


def test_negated_figures_are_no_voice_and_no_position() -> None:
    struck = claim("1", "E", "outlet", attacker="UA", defender="RU", **FIVE)
    negated = claim("2", "E", polarity=-1, counts=counts(launched=5))
    summary = resolve(family([event("E")], struck, negated))["E"]
    assert (summary.voices, summary.claims) == (1, 2)
    assert summary.positions == {"RU": Position.SILENT, "UA": Position.SILENT}
    assert [(d.claim, d.reason) for d in summary.dropped] == [("2", "denied")]
    assert resolve(family([event("E")], negated))["E"].grade is None
