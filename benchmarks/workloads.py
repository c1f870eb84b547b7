"""What is asked for: for each workload some hundred distinct cases, drawn from the data.

A case is what is looked for, in the words of the filters; each server turns it into its own path.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from benchmarks.invention import COMMON, RARE, SEED

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

Case = dict[str, Any]

CASES = 300
PAGE = 10
"""Items on a page of the workloads that go to a page far back."""

A_YEAR_BACK = "2024-12-31T00:00:00Z"


@dataclass(slots=True)
class Facts:
    """What the cases of one store are drawn from."""

    pairs: Sequence[tuple[str, str]]
    """Regions and weapons that most strikes have together."""

    ids: Sequence[str]
    points: Sequence[tuple[float, float]]
    claimants: Sequence[str]
    count: int
    days: tuple[date, date] = date(2022, 1, 1), date(2025, 12, 2)
    """The first and the last on which something happened."""

    rare: Sequence[str] = tuple(RARE)
    common: Sequence[str] = tuple(COMMON)
    rng: Random = field(default_factory=lambda: Random(SEED))

    def window(self) -> Case:
        """Most of the time there is, with ends of its own."""
        first, last = self.days
        begin = first + timedelta(days=self.rng.randrange(150))
        end = last - timedelta(days=self.rng.randrange(550))
        return {"from": begin.isoformat(), "to": end.isoformat()}


def read_facts(plain: Path) -> Facts:
    """The facts of a store, from its plain tables; the same each time."""
    rng = Random(SEED)
    connection = sqlite3.connect(plain)

    def rows(query: str) -> list[Any]:
        return connection.execute(query).fetchall()

    pairs = rows("SELECT region, weapon FROM strike GROUP BY 1, 2 ORDER BY count(*) DESC LIMIT 12")
    claimants = rows("SELECT claimant FROM claim GROUP BY 1 ORDER BY count(*) DESC LIMIT 40")
    points = rows(
        "SELECT latitude, longitude FROM strike WHERE latitude NOT NULL AND number % 7 = 1"
    )
    (count,) = rows("SELECT count(*) FROM strike")[0]
    numbers = rng.sample(range(1, count), min(CASES * 2, count - 1))
    listed = ",".join(map(str, numbers))
    ids = [key for (key,) in rows(f"SELECT id FROM strike WHERE number IN ({listed})")]
    connection.close()
    rng.shuffle(ids)
    sources = [key for (key,) in claimants]
    return Facts(pairs, ids, rng.sample(points, min(CASES, len(points))), sources, count)


def _list(facts: Facts) -> Case:
    region, weapon = facts.rng.choice(facts.pairs)
    return {"region": region, "weapon": weapon, **facts.window()}


def _one(facts: Facts) -> Case:
    return {"id": facts.rng.choice(facts.ids)}


def _rare(facts: Facts) -> Case:
    return {"q": facts.rng.choice(facts.rare)}


def _common(facts: Facts) -> Case:
    return {"q": facts.rng.choice(facts.common), **facts.window()}


def _box(facts: Facts) -> Case:
    latitude, longitude = facts.rng.choice(facts.points)
    half = facts.rng.uniform(0.4, 0.6)
    edges = (longitude - half, latitude - half, longitude + half, latitude + half)
    return {"bbox": ",".join(f"{edge:.3f}" for edge in edges)}


def _near(facts: Facts) -> Case:
    latitude, longitude = facts.rng.choice(facts.points)
    return {"near": f"{latitude:.3f},{longitude:.3f},{facts.rng.randint(20, 60)}"}


def _claimant(facts: Facts) -> Case:
    return {"claimant": facts.rng.choice(facts.claimants), **facts.window()}


def _count(facts: Facts) -> Case:
    return {"launched_min": facts.rng.randint(5, 60), **facts.window()}


def _totals(facts: Facts) -> Case:
    begin = date(2022, facts.rng.randint(3, 12), 1)
    year, month = facts.rng.choice(
        [(2024, m) for m in range(1, 13)] + [(2025, m) for m in range(1, 12)]
    )
    end = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
    return {"from": begin.isoformat(), "to": end.isoformat()}


def _known_at(facts: Facts) -> Case:
    return {**_list(facts), "known_at": A_YEAR_BACK}


def _policy(facts: Facts) -> Case:
    return {**_list(facts), "policy": "side:RU"}


def _changes(facts: Facts) -> Case:
    return {"since": facts.rng.randrange(1, facts.count)}


def _page(depth: int) -> Callable[[Facts], Case]:
    def draw(facts: Facts) -> Case:
        first = min(depth * PAGE, facts.count - CASES * PAGE)
        return {"offset": max(0, first) + facts.rng.randrange(100) * PAGE}

    return draw


@dataclass(frozen=True, slots=True)
class Workload:
    """One kind of request."""

    name: str
    title: str
    draw: Callable[[Facts], Case]

    def cases(self, facts: Facts) -> list[Case]:
        """Distinct cases, the same for every server."""
        facts.rng.seed(f"{SEED}/{self.name}")
        drawn = (self.draw(facts) for _case in range(CASES * 2))
        distinct = {repr(case): case for case in drawn}
        return list(distinct.values())[:CASES]


WORKLOADS = {
    one.name: one
    for one in (
        Workload("list", "50 strikes by date, region and weapon", _list),
        Workload("page_1", f"a page of {PAGE} among the first hundred", _page(1)),
        Workload("page_2000", f"page 2,000 of {PAGE}", _page(2000)),
        Workload("page_20000", f"page 20,000 of {PAGE}", _page(20000)),
        Workload("one", "one strike by id", _one),
        Workload("text_rare", "a rare word, newest first", _rare),
        Workload("text_common", "a common word, newest first", _common),
        Workload("bbox", "50 strikes in a box of one degree, newest first", _box),
        Workload("near", "50 strikes within 20 to 60 km", _near),
        Workload("claimant", "50 strikes of which a source speaks", _claimant),
        Workload("launched_min", "50 strikes with so many launched", _count),
        Workload("totals", "totals by month and munition", _totals),
        Workload("known_at", "the list as it was known a year before", _known_at),
        Workload("policy", "the list under policy=side:RU", _policy),
        Workload("changes", "50 changes since an entry", _changes),
        Workload("not_modified", "the list again, by If-None-Match", _list),
    )
}
