"""A model is asked over real HTTP; what it makes up is left out, what fails leaves the rules."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from pydantic import SecretStr

from counterclaim.config import Settings
from counterclaim.errors import SettingsError
from counterclaim.proposing.model import Model
from counterclaim.proposing.proposals import BY_RULES, Asked, propose_claims
from factories import TEXT, put_world
from model_stub import HUGE, StubModel, stub_model

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

    from conftest import Databases

ASKED = Asked(f"On Wednesday, as told. {TEXT}", published="2024-05-02", publisher="Gazette")
STRIKE = {"ref": "E1", "kind": "strike", "label": "Zeta-9 strike on Quarry"}
QUOTE = "five Zeta-9 missiles were fired at Quarry and three were shot down"
GOOD = {
    "event": "E1",
    "said_by": ["Aland Ministry"],
    "stance": "asserts",
    "occurred": "2024-05-01",
    "quote": QUOTE,
    "places": [{"role": "target", "place": "Quarry", "said": "at Quarry"}],
    "counts": [{"munition": "Зета-9", "launched": 5, "intercepted": "three", "hit": None}],
    "note": "not asked for",
}


@pytest.fixture(scope="module")
def engine(sqlite_databases: Databases) -> Iterator[Engine]:
    with sqlite_databases.filled(put_world) as made:
        yield made


@pytest.fixture(scope="module")
def stub() -> Iterator[StubModel]:
    with stub_model() as made:
        yield made


@pytest.fixture(autouse=True)
def _anew(stub: StubModel) -> None:
    fresh = StubModel(url=stub.url)
    vars(stub).update(vars(fresh))


def model_at(stub: StubModel, **more: Any) -> Model:
    given: dict[str, Any] = {"draft_url": stub.url, "draft_model": "tiny", **more}
    found = Model.of(Settings(**given))
    assert found is not None
    return found


def test_what_stands_in_the_text_is_kept_with_keys_offsets_and_numbers(
    engine: Engine, stub: StubModel, caplog: pytest.LogCaptureFixture
) -> None:
    stub.content = {"events": [STRIKE], "claims": [GOOD]}
    found = propose_claims(engine, ASKED, model_at(stub, draft_key=SecretStr("qzx-key")))
    start = ASKED.text.index(QUOTE)
    assert found.claims == [
        {
            "event": "E1",
            "said_by": ["aland-mod"],
            "stance": "asserts",
            "occurred": "2024-05-01",
            "quote": {"exact": QUOTE, "start": start, "end": start + len(QUOTE)},
            "places": [{"role": "target", "place": "quarry", "said": "at Quarry"}],
            "counts": [{"launched": 5, "intercepted": 3, "munition": "zeta-9"}],
        }
    ]
    assert (found.by, found.events, found.dropped) == ("tiny", [STRIKE], {})
    assert "launched 5: it stands in the quote." in found.why[0]
    (asked,) = stub.asked
    schema = asked["response_format"]["json_schema"]["schema"]
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate({"events": [STRIKE], "claims": [{"event": "E1", "quote": "x"}]}, schema)
    told = json.loads(asked["messages"][1]["content"])
    assert told["text"] == ASKED.text
    assert told["names"]["munition"] == {"zeta-9": "Zeta-9"}
    assert (asked["path"], asked["model"]) == ("/v1/chat/completions", "tiny")
    assert stub.headers[0]["Authorization"] == "Bearer qzx-key"
    assert "qzx-key" not in caplog.text + repr(model_at(stub, draft_key=SecretStr("qzx-key")))


INVENTED = {
    "quote": ({**GOOD, "quote": "six Zeta-9 missiles were fired"}, {"quote_absent": 1}, None),
    "number": (
        {**GOOD, "counts": [{"munition": "zeta-9", "launched": 6, "intercepted": 3}]},
        {"number_absent": 1},
        {"counts": [{"intercepted": 3, "munition": "zeta-9"}]},
    ),
    "part of a name": (
        {**GOOD, "counts": [{"munition": "zeta-9", "hit": 9}]},
        {"number_absent": 1},
        {"counts": [{"munition": "zeta-9"}]},
    ),
    "nobody": ({**GOOD, "casualties": [{"harm": "killed", "count": 0}]}, {"number_absent": 1}, {}),
    "speaker": ({**GOOD, "said_by": ["Moth"]}, {"name_absent": 1}, {"said_by": None}),
    "day": ({**GOOD, "occurred": "2024-04-30"}, {"date_absent": 1}, {"occurred": None}),
    "place": (
        {**GOOD, "places": [{"place": "Atlantis", "said": "in Atlantis"}]},
        {"name_absent": 1},
        {"places": None},
    ),
    "event": ({**GOOD, "event": ["E1"]}, {"invalid": 1}, None),
    "word": ({**GOOD, "stance": "shouts"}, {"invalid": 1}, None),
}


@pytest.mark.parametrize("invented", INVENTED)
def test_what_does_not_stand_in_the_text_is_left_out_and_counted(
    engine: Engine, stub: StubModel, invented: str
) -> None:
    claim, dropped, left = INVENTED[invented]
    stub.content = {"events": [STRIKE], "claims": [claim]}
    found = propose_claims(engine, ASKED, model_at(stub))
    assert (found.by, found.dropped) == ("tiny", dropped)
    assert len(found.claims) == len(found.events) == int(left is not None)
    for name, value in (left or {}).items():
        assert found.claims[0].get(name) == value


FAILURES: dict[str, tuple[dict[str, Any], str]] = {
    "no JSON": ({"content": '{"claims": ['}, "no JSON"),
    "no object": ({"content": "[1]"}, "no JSON object"),
    "no answer": ({"raw": b'{"choices": []}'}, "no JSON"),
    "a fault": ({"status": 500}, "status 500"),
    "a way elsewhere": ({"status": 307}, "status 307"),
    "silence": ({"delay_s": 0.5}, "within 0.2 seconds"),
    "drop by drop": ({"raw": b"{" * 40, "delay_s": 0.02, "drops": True}, "within 0.2 seconds"),
    "too much": ({"raw": b" " * HUGE}, "larger than 4 MiB"),
    "nested": ({"content": "[" * 100_000}, "no JSON"),
}


@pytest.mark.parametrize("failure", FAILURES)
def test_where_the_model_fails_the_rules_draft_and_say_so(
    engine: Engine, stub: StubModel, failure: str
) -> None:
    answer, told = FAILURES[failure]
    vars(stub).update({"content": {"events": [], "claims": []}, **answer})
    begun = time.monotonic()
    slow = {"draft_timeout_s": 0.2} if "seconds" in told else {}
    found = propose_claims(engine, ASKED, model_at(stub, **slow))
    assert time.monotonic() - begun < 5
    assert found.by == BY_RULES
    assert found.claims == propose_claims(engine, ASKED).claims
    assert told in found.notes[0]


def test_a_model_that_takes_no_temperature_is_asked_without(
    engine: Engine, stub: StubModel
) -> None:
    vars(stub).update(content={"events": [], "claims": []}, refuses_temperature=True)
    assert propose_claims(engine, ASKED, model_at(stub)).by == "tiny"
    assert ["temperature" in asked for asked in stub.asked] == [True, False]


def test_what_nobody_answers_at_is_told_and_more_than_a_few_wait_for_nobody(
    engine: Engine, stub: StubModel
) -> None:
    nowhere = model_at(stub, draft_url="http://127.0.0.1:9/v1")
    assert "cannot be reached" in propose_claims(engine, ASKED, nowhere).notes[0]
    model = model_at(stub)
    while model.places.acquire(blocking=False):
        pass
    assert "with it already" in propose_claims(engine, ASKED, model).notes[0]
    assert stub.asked == []


@pytest.mark.parametrize(
    "half",
    [
        {"draft_url": "http://127.0.0.1/v1"},
        {"draft_model": "tiny"},
        {"draft_url": "file:///etc/passwd", "draft_model": "tiny"},
        {"draft_url": "https://key@host/v1", "draft_model": "tiny"},
    ],
)
def test_half_a_configuration_is_refused(half: dict[str, Any]) -> None:
    with pytest.raises(SettingsError, match="COUNTERCLAIM_DRAFT_URL"):
        Model.of(Settings(**half))
