"""How well texts are read: drafts compared with claims that a person made of the same texts.

``python benchmarks/drafts.py [GOLD.jsonl]`` (or the setting COUNTERCLAIM_DRAFT_GOLD) reads texts
with gold claims, and besides the seed's article with its own claims. It prints precision and recall
per figure, per language and in all, and lists every number that was missed or drafted wrongly.

Matching. A number of a text is matched with one of its gold numbers of the same role and interval
("more than 60" is 61 or more, about 60 may be any interval that holds 60), each with one at most,
first where claimant, munition, date and place agree as well; never where the dates exclude each
other. A number that the text says twice and that is drafted twice counts once. Precision is the
share of drafted numbers that are matched, recall that of gold numbers. Of the matched, the claimant
counts as right where one name of the drafted source holds all the words of the gold one or the
reverse, the munition where the gold one is the same or above or below it in the tree, the date
where the two overlap, the place where it is named or lies in the same region.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from sqlalchemy import select

from counterclaim.db import make_engine, reading, writing
from counterclaim.drafting import draft_claims
from counterclaim.errors import CounterclaimError
from counterclaim.migrate import upgrade
from counterclaim.models import Munition, MunitionName, Place, PlaceName, Source, SourceName
from counterclaim.moment import parse_moment
from counterclaim.names import fold, words
from counterclaim.quantity import parse_quantity
from counterclaim.queries.recognise import names_known
from counterclaim.seeding import seed, seed_folder
from counterclaim.store.ledger import open_writer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine
    from sqlalchemy.orm import Session

SETTING = "COUNTERCLAIM_DRAFT_GOLD"
ROLES = ("launched", "intercepted", "hit", "killed", "injured")
FIELDS = ("claimant", "munition", "date", "place")
_NO_MUNITION = {"killed", "injured"}


@dataclass(frozen=True, slots=True)
class Number:
    """One number of a claim with its settings; ``near`` is about what the gold number is."""

    role: str
    low: int | None
    high: int | None
    claimant: str
    munition: str | None
    date: str | None
    places: tuple[str, ...]
    near: int | None = None

    def __str__(self) -> str:
        """One line for people."""
        ends = self.near if self.near is not None else f"{self.low}..{self.high}"
        where = ", ".join(self.places)
        return f"{self.role} {ends} · {self.munition} · {self.claimant} · {self.date} · {where}"


@dataclass(slots=True)
class Text:
    """A text with the gold numbers of its claims."""

    id: str
    lang: str
    text: str
    published: date | None
    publisher: str
    gold: list[Number]


@dataclass(slots=True)
class Score:
    """Counts of what was drafted, what is gold and what was right, by figure."""

    drafted: Counter[str] = field(default_factory=Counter)
    gold: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)

    def line(self, name: str) -> str:
        """Precision and recall of one figure, or of all numbers."""
        names = ROLES if name == "numbers" else (name,)
        right, drafted, gold = (
            sum(counter[one] for one in names) for counter in (self.right, self.drafted, self.gold)
        )
        precision, recall = (f"{right / n:.3f}" if n else "  –  " for n in (drafted, gold))
        return f"{name:12} {precision:>9} {recall:>7} {right:>6} {drafted:>8} {gold:>5}"

    def add(self, other: Score) -> None:
        """Add the counts of another score."""
        self.drafted += other.drafted
        self.gold += other.gold
        self.right += other.right


class Names:
    """What the names of the store mean, to compare the words of gold claims with keys."""

    def __init__(self, session: Session) -> None:
        self.sources = _names(session, Source, SourceName)
        self.munitions = _names(session, Munition, MunitionName)
        self.places = _names(session, Place, PlaceName)
        rows = session.execute(select(Munition.id, Munition.key, Munition.parent_id)).all()
        keys = {row.id: row.key for row in rows}
        self.parents = {row.key: keys.get(row.parent_id) for row in rows}
        self.regions = {
            str(row.key): row.region for row in session.execute(select(Place.key, Place.region))
        }

    def source_named(self, name: str) -> str | None:
        """The key of the source of a name, if there is one."""
        wanted = fold(name)
        found = (key for key, names in self.sources.items() if wanted in map(fold, names))
        return next(found, None)

    def same_source(self, key: str, said: str) -> bool:
        """Whether a source, or words for one, is whom a gold claim names."""
        wanted = set(words(said))
        named = [set(words(name)) for name in (*self.sources.get(key, ()), key)]
        return any(name <= wanted or wanted <= name for name in named if name)

    def same_munition(self, key: str, said: str) -> bool:
        """Whether a munition is the gold one, or above or below it in the tree."""
        bare = said.split("(")[0].strip()
        found = {k for k, names in self.munitions.items() if fold(bare) in map(fold, names)}
        mine = {
            k for k, names in self.munitions.items() if k == key or fold(key) in map(fold, names)
        }
        lines = [(set(self._line(a)), set(self._line(b))) for a in mine for b in found]
        if any(a <= b or b <= a for a, b in lines):
            return True
        return fold(bare) in fold(key) or fold(key) in fold(bare)

    def same_place(self, places: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
        """Whether a place is named by the gold one or lies in its region."""
        for place in places:
            names = (*self.places.get(place, ()), place)
            shared = any(_bare_words(name) <= set(words(one)) for name in names for one in wanted)
            if shared or self.regions.get(place) in wanted:
                return True
        return False

    def _line(self, key: str | None) -> Iterator[str]:
        while key is not None:
            yield key
            key = self.parents.get(key)


def _bare_words(name: str) -> set[str]:
    """The words of a place's name without the one for its kind; all where nothing else is left."""
    found = set(words(name))
    return found - {"oblast", "region", "republic", "city"} or found


def _names(session: Session, model: Any, table: Any) -> dict[str, list[str]]:
    owner = next(column for column in table.__table__.columns if column.foreign_keys)
    query = select(model.key, table.name).join(table, model.id == owner)
    found: dict[str, list[str]] = {}
    for key, name in session.execute(query):
        found.setdefault(key, []).append(name)
    return found


def read_gold(path: Path) -> list[Text]:
    """The texts of a file of gold claims, one JSON object a line."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]
    return [
        Text(
            id=row["id"],
            lang=row["lang"],
            text=row["text"],
            published=date.fromisoformat(row["published"][:10]) if row["published"] else None,
            publisher=row["publisher"],
            gold=[number for claim in row["gold_claims"] for number in _gold_numbers(claim)],
        )
        for row in rows
    ]


def _gold_numbers(claim: dict[str, Any]) -> Iterator[Number]:
    for role in ROLES:
        value = claim.get(role)
        near = value.get("approx") if isinstance(value, dict) else None
        low, high = _ends(value)
        if low is not None or high is not None or near is not None:
            yield Number(
                role=role,
                low=low,
                high=high,
                claimant=claim["claimed_by"],
                munition=claim.get("munition"),
                date=claim.get("event_date"),
                places=tuple(filter(None, (claim.get("place"), claim.get("iso3166_2")))),
                near=near,
            )


def _ends(value: Any) -> tuple[int | None, int | None]:
    if isinstance(value, dict):
        return value.get("min"), value.get("max")
    if isinstance(value, int):
        return value, value
    try:
        quantity = parse_quantity(value)
    except CounterclaimError:
        return None, None
    return quantity.low, quantity.high


def read_seed() -> Text:
    """The seed's article with the numbers of its own claims."""
    loaded = yaml.safe_load((seed_folder() / "article.yaml").read_text(encoding="utf-8"))
    text = (seed_folder() / "article.txt").read_bytes().decode("utf-8")
    gold = [number for claim in loaded["claims"] for number in claimed_numbers(claim)]
    return Text("seed", "en", text, date(2024, 11, 26), "", gold)


def claimed_numbers(claim: dict[str, Any]) -> Iterator[Number]:
    """The numbers of a claim as it is posted."""
    said_by = claim.get("said_by") or [""]
    places = claim.get("places", ())
    settings: dict[str, Any] = {
        "claimant": said_by[0],
        "date": str(claim["occurred"]) if claim.get("occurred") else None,
        "places": tuple(str(one.get("place") or one.get("said")) for one in places),
    }
    for count in claim.get("counts", ()):
        for role in ROLES:
            if count.get(role) is not None:
                low, high = _posted(count[role])
                yield Number(role, low, high, munition=count.get("munition"), **settings)
    for row in claim.get("casualties", ()):
        if row["harm"] in ROLES and row.get("count") is not None:
            low, high = _posted(row["count"])
            yield Number(row["harm"], low, high, munition=None, **settings)


def _posted(value: Any) -> tuple[int | None, int | None]:
    quantity = parse_quantity(value)
    return quantity.low, quantity.high


def score_text(text: Text, drafted: list[Number], names: Names) -> tuple[Score, list[str]]:
    """What was right, and a line for every number missed or drafted wrongly."""
    score, left = Score(), list(text.gold)
    notes = []
    score.gold.update(number.role for number in text.gold)
    score.drafted.update(number.role for number in drafted)
    pairs: list[tuple[Number, Number]] = []
    for number in sorted(drafted, key=lambda one: -_best(one, text.gold, names)):
        match = max(left, key=lambda gold: _agreement(number, gold, names), default=None)
        if match is None or _agreement(number, match, names) < 0:
            if any(_agreement(number, gold, names) > 0 for _number, gold in pairs):
                score.drafted[number.role] -= 1
                score.drafted["repeated"] += 1
                continue
            notes.append(f"  wrong   {number}")
            continue
        left.remove(match)
        score.right[number.role] += 1
        pairs.append((number, match))
    for number, match in pairs:
        notes += _score_fields(score, number, match, names)
    return score, [*notes, *(f"  missed  {number}" for number in left)]


def _best(number: Number, gold: list[Number], names: Names) -> int:
    return max((_agreement(number, one, names) for one in gold), default=-1)


def _score_fields(score: Score, number: Number, gold: Number, names: Names) -> Iterator[str]:
    agrees = _fields(number, gold, names)
    for name in FIELDS:
        drafted, wanted = _field(number, name), _field(gold, name)
        if name == "munition" and number.role in _NO_MUNITION:
            continue
        score.gold[name] += bool(wanted)
        score.drafted[name] += bool(drafted and wanted)
        score.right[name] += bool(drafted and wanted and agrees[name])
        if wanted and not (drafted and agrees[name]):
            yield f"  {name:8} {drafted!r} for {wanted!r} · {gold}"


def _field(number: Number, name: str) -> Any:
    return number.places if name == "place" else getattr(number, name)


def _agreement(number: Number, gold: Number, names: Names) -> int:
    """How many fields agree; -1 where the numbers do not, or the dates exclude each other."""
    if number.role != gold.role or not _same_interval(number, gold):
        return -1
    agrees = _fields(number, gold, names)
    if number.date and gold.date and not agrees["date"]:
        return -1
    return sum(agrees.values())


def _same_interval(number: Number, gold: Number) -> bool:
    if gold.near is not None:
        low = number.low or 0
        return low <= gold.near and (number.high is None or gold.near <= number.high)
    return (number.low, number.high) == (gold.low, gold.high)


def _fields(number: Number, gold: Number, names: Names) -> dict[str, bool]:
    return {
        "claimant": names.same_source(number.claimant, gold.claimant),
        "munition": bool(
            number.munition
            and gold.munition
            and names.same_munition(number.munition, gold.munition)
        ),
        "date": bool(
            number.date
            and gold.date
            and parse_moment(number.date).overlaps(parse_moment(gold.date))
        ),
        "place": names.same_place(number.places, gold.places),
    }


def drafted_numbers(engine: Engine, text: Text, names: Names) -> list[Number]:
    """The numbers that are drafted from a text; its own voice is its publisher's."""
    with reading(engine) as session:
        known = names_known(session, text.text)
    publisher = names.source_named(text.publisher)
    drafts = draft_claims(text.text, known, published=text.published, publisher=publisher)
    own = [publisher or text.publisher]
    claims = [{**one.claim, "said_by": one.claim["said_by"] or own} for one in drafts.claims]
    return [number for claim in claims for number in claimed_numbers(claim)]


def run(engine: Engine, texts: list[Text]) -> dict[str, Score]:
    """Score all texts, print every miss, and give the scores by language."""
    with reading(engine) as session:
        names = Names(session)
    scores: dict[str, Score] = {}
    for text in texts:
        score, notes = score_text(text, drafted_numbers(engine, text, names), names)
        scores.setdefault(text.lang, Score()).add(score)
        print(f"{text.id} ({text.lang}): {score.line('numbers')}")
        print(*notes, sep="\n") if notes else None
    return scores


def _seeded(folder: Path) -> Engine:
    url = f"sqlite:///{folder / 'drafts.sqlite'}"
    engine = make_engine(url)
    upgrade(engine)
    with writing(engine) as session:
        for _name, _intake in seed(open_writer(session, "benchmark")):
            pass
    return engine


def main() -> None:
    """Find the gold texts, score, and print the tables."""
    given = sys.argv[1] if len(sys.argv) > 1 else os.environ.get(SETTING, "")
    texts = [read_seed()]
    if given and Path(given).is_file():
        texts += read_gold(Path(given))
    else:
        print(f"No gold texts: give a file, or set {SETTING}. Only the seed is scored.")
    with tempfile.TemporaryDirectory() as folder:
        scores = run(_seeded(Path(folder)), texts)
    whole = Score()
    for score in scores.values():
        whole.add(score)
    for name, score in [*scores.items(), ("all", whole)]:
        print(f"\n{name:12} precision  recall  right  drafted  gold")
        print(*(score.line(one) for one in (*ROLES, "numbers", *FIELDS)), sep="\n")


if __name__ == "__main__":
    main()
