"""Invents events with their claims, the same each time, and notes them as the store's writers do.

Everything here is made up: numbers, days and words are drawn by a fixed seed over the names of the
catalogue. Who strikes whom follows from the country of the catalogue's region, and asserts nothing.
"""

from __future__ import annotations

import hashlib
import itertools
import uuid
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from counterclaim.models import (
    Attribution,
    Claim,
    ClaimPlace,
    Document,
    EventPart,
    InterceptionCount,
    Occurrence,
    Quote,
    Strike,
)
from counterclaim.moment import parse_moment
from counterclaim.store.claims import Draft, note_claim, say
from counterclaim.store.documents import CONTEXT, note_document
from counterclaim.store.rows import hold_rows, new_row
from counterclaim.store.seals import seal_row
from counterclaim.vocabulary import (
    AttributionRole,
    Basis,
    ClaimKind,
    Distribution,
    EventKind,
    Outcome,
    PlaceMethod,
    PlacePrecision,
    PlaceRole,
    Scope,
    Speech,
    Stance,
    Status,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sqlalchemy import Table

    from benchmarks.catalogue import Catalogue, Site
    from counterclaim.db import Base
    from counterclaim.statements import WriteSession
    from counterclaim.store.ledger import Writer


SEED = 20241119
FIRST, LAST = date(2022, 2, 24), date(2025, 12, 31)
ACTOR = "invention"
QUOTES_PER_DOCUMENT = 6
LEAST, MOST = 8, 300
"""So many events are recorded at one instant."""

COLLECTION_EVERY = 40
"""One event of so many is a collection of the two before, which have place and munition alike."""

FOLLOWED = COLLECTION_EVERY - 1

LATE, DISPUTED, VAGUE = 0.1, 0.05, 0.1
"""Shares of second claims: entered a batch later, with another number, with an open interval."""

OWN_POINT, NO_POINT = 0.75, 0.1
"""Shares of places with coordinates of the source's own, and with none."""

OTHERS = {"RU": "UA", "UA": "RU"}


def invent_words(count: int, rng: Random) -> list[str]:
    """Words that can be spoken and mean nothing."""
    starts, vowels, ends = "bdfgklmnprstvz", "aeiou", ["", "n", "r", "s", "l"]
    made: dict[str, None] = {}
    while len(made) < count:
        syllables = (
            rng.choice(starts) + rng.choice(vowels) for _syllable in range(rng.choice((2, 3, 3)))
        )
        made["".join(syllables) + rng.choice(ends)] = None
    return list(made)


def by_rank(count: int) -> list[float]:
    """Cumulated weights by Zipf: the second half as frequent as the first, the third a third."""
    return list(itertools.accumulate(1 / rank for rank in range(1, count + 1)))


_WORDS = invent_words(3300, Random(SEED))
WORDS, RARE = _WORDS[:3000], _WORDS[3000:]
COMMON = WORDS[:40]
"""Each stands in some of ten quotes; a rare one in three of twenty thousand."""

RARELY = 0.045
_FILLING = by_rank(len(WORDS))


class Account(NamedTuple):
    """What one claim will say."""

    event: Strike
    site: Site
    where: dict[str, Any]
    """Columns of the place: who speaks of the same event means the same point."""
    day: str
    munition: int
    launched: int
    open_end: bool
    intercepted: int | None
    collective: bool = False


@dataclass(slots=True)
class Sheaf:
    """Rows on their way to the store, by table; a writer adds to it as to a session."""

    rows: dict[Table, list[Mapping[str, Any]]] = field(default_factory=lambda: defaultdict(list))

    def hold(self, table: Table, rows: Iterable[Mapping[str, Any]]) -> None:
        """Take in rows of a table."""
        self.rows[table].extend(rows)


class Inventor:
    """Invents a number of events over the catalogue's names, batch by batch in time."""

    def __init__(
        self, catalogue: Catalogue, writer: Writer, count: int, numbers_from: int = 1
    ) -> None:
        self.catalogue, self.writer, self.count = catalogue, writer, count
        self.numbers_from = numbers_from
        self.rng = Random(f"{SEED}/{count}")
        self.late: list[Account] = []
        self.before: list[Account] = []
        self.documents = 0
        self.munition_weights = by_rank(len(catalogue.munitions))
        self.site_weights = by_rank(len(catalogue.sites))
        self.source_weights = by_rank(len(catalogue.sources))

    def batches(self) -> Iterator[tuple[int, Sheaf]]:
        """Rows in the order of time, and how many events are in them; one instant each."""
        size = max(LEAST, min(MOST, self.count // 40))
        days = self._days()
        for start in range(0, self.count, size):
            sheaf = Sheaf()
            self._open(sheaf, days[min(start + size, self.count) - 1])
            waited, self.late = self.late, []
            accounts = [*waited, *self._events(start, days[start : start + size])]
            self.rng.shuffle(accounts)
            for first in range(0, len(accounts), QUOTES_PER_DOCUMENT):
                self._document(accounts[first : first + QUOTES_PER_DOCUMENT])
            yield min(size, self.count - start), sheaf

    def _open(self, sheaf: Sheaf, last: date) -> None:
        writer = self.writer
        evening = datetime(last.year, last.month, last.day, 20, tzinfo=UTC) + timedelta(days=1)
        writer.at = max(evening, writer.at + timedelta(seconds=1))
        writer.session = cast("WriteSession", sheaf)
        self.published = (writer.at - timedelta(days=1)).date().isoformat()

    def _days(self) -> list[date]:
        """A day for each event in order: months differ, and some weeks are dense."""
        span = (LAST - FIRST).days
        weights: list[float] = []
        month = week = 1.0
        for day in range(span + 1):
            month = self.rng.uniform(0.5, 2) if day % 30 == 0 else month
            week = self.rng.choice((0.5, 1, 1, 3)) if day % 7 == 0 else week
            weights.append(month * week)
        drawn = self.rng.choices(range(span + 1), weights, k=self.count)
        return [FIRST + timedelta(days=day) for day in sorted(drawn)]

    def _id(self) -> str:
        """A UUIDv7 of the writer's instant."""
        stamp = int(self.writer.at.timestamp() * 1000) << 80
        bits = self.rng.getrandbits(74)
        return str(
            uuid.UUID(int=stamp | 7 << 76 | (bits >> 62) << 64 | 2 << 62 | bits & (1 << 62) - 1)
        )

    def _events(self, start: int, days: Sequence[date]) -> Iterator[Account]:
        for number, day in enumerate(days, start=start + self.numbers_from):
            turn = number % COLLECTION_EVERY
            if turn == 0:
                first = self._collection(number, self.before)
            else:
                first = self._strike(number, day, self.before[-1:] if turn == FOLLOWED else ())
                self.before = [*self.before[-1:], first]
            yield first
            second = self._second(first)
            if self.rng.random() < LATE:
                self.late.append(second)
            else:
                yield second

    def _strike(self, number: int, day: date, like: Sequence[Account] = ()) -> Account:
        site = self.rng.choices(self.catalogue.sites, cum_weights=self.site_weights)[0]
        kinds = range(len(self.catalogue.munitions))
        munition = self.rng.choices(kinds, cum_weights=self.munition_weights)[0]
        for other in like:
            site, munition = other.site, other.munition
        label = f"{self.catalogue.munitions[munition].name} strike near {site.name}"
        event = self._event(number, Scope.SINGLE, label)
        launched = min(150, int(self.rng.paretovariate(1.1)))
        intercepted = self.rng.randint(0, launched)
        edtf = day.isoformat() if self.rng.random() < 0.95 else f"{day:%Y-%m}"
        return Account(
            event,
            site,
            self._where(site),
            edtf,
            munition,
            launched,
            open_end=False,
            intercepted=intercepted,
        )

    def _collection(self, number: int, parts: Sequence[Account]) -> Account:
        whole = parts[0]
        event = self._event(
            number, Scope.COLLECTION, f"Strikes on {whole.site.region}, {whole.day}"
        )
        for part in parts:
            key, at = self._id(), self.writer.at
            row = new_row(
                EventPart,
                {
                    "id": key,
                    "whole_id": event.id,
                    "part_id": part.event.id,
                    "basis": "told together",
                    "recorded_at": at,
                },
            )
            self._keep(row)
            body = {"part": part.event.id, "event_part": key, "sha256": seal_row(row)}
            self.writer.note("record_event_part", event.id, body)
        return whole._replace(
            event=event,
            where=_in_region(whole.site),
            day="/".join(sorted({part.day for part in parts})),
            launched=sum(part.launched for part in parts),
            intercepted=None,
            collective=True,
        )

    def _event(self, number: int, scope: Scope, label: str) -> Strike:
        key, at = self._id(), self.writer.at
        kind = EventKind.STRIKE
        event = new_row(
            Strike,
            {
                "id": key,
                "number": number,
                "recorded_at": at,
                "kind": kind,
                "scope": scope,
                "label": label,
            },
        )
        self._keep(event)
        self.writer.note("record_event", key, {"sha256": seal_row(event)})
        return event

    def _second(self, first: Account) -> Account:
        """What somebody else says of the same: mostly the same number, and no more than that."""
        drawn = self.rng.random()
        launched = first.launched
        if drawn < DISPUTED:
            launched += self.rng.randint(1, launched + 3)
        return first._replace(
            launched=launched, open_end=DISPUTED <= drawn < DISPUTED + VAGUE, intercepted=None
        )

    def _document(self, accounts: Sequence[Account]) -> None:
        """One bulletin that quotes several claims."""
        self.documents += 1
        title = f"Bulletin {self.documents}, {self.published}"
        told = [self._tell(account) for account in accounts]
        text = "\n\n".join((title, *(words for _source, words in told)))
        moment = parse_moment(self.published)
        document = new_row(
            Document,
            {
                "id": self._id(),
                "publisher_id": self.rng.choice(self.catalogue.outlets).id,
                "title": title,
                "lang": "en",
                "published_edtf": moment.edtf,
                "published_from": moment.start,
                "published_to": moment.end,
                "published_basis": Basis.STATED,
                "media_type": "text/plain",
                "text": text,
                "sha256": hashlib.sha256(text.encode()).hexdigest(),
                "recorded_at": self.writer.at,
            },
        )
        self._keep(document)
        note_document(self.writer, document)
        start = len(title) + 2
        for account, (source, words) in zip(accounts, told, strict=True):
            self._claim(account, document, self.catalogue.sources[source].id, start, words)
            start += len(words) + 2

    def _tell(self, account: Account) -> tuple[int, str]:
        """Who says it, and the words: 80 to 300 characters."""
        rng, catalogue = self.rng, self.catalogue
        sources = range(len(catalogue.sources))
        source = rng.choices(sources, cum_weights=self.source_weights)[0]
        number = f"at least {account.launched}" if account.open_end else str(account.launched)
        words = f"{catalogue.sources[source].name} said {number} "
        words += (
            f"{catalogue.munitions[account.munition].name} were launched at {account.site.name}"
        )
        if account.intercepted is not None:
            words += f" and {account.intercepted} shot down"
        words += ", " + " ".join(rng.choices(WORDS, cum_weights=_FILLING, k=rng.randint(6, 24)))
        if rng.random() < RARELY:
            words = f"{words[:280]} {rng.choice(RARE)}"
        return source, words[:299].rstrip() + "."

    def _claim(
        self, account: Account, document: Document, claimant_id: str, start: int, words: str
    ) -> None:
        quote = new_row(
            Quote,
            {
                "id": self._id(),
                "document_id": document.id,
                "exact": words,
                "prefix": document.text[max(0, start - CONTEXT) : start],
                "suffix": document.text[start + len(words) : start + len(words) + CONTEXT],
                "start": start,
                "end": start + len(words),
            },
        )
        self._keep(quote)
        claim = self._claim_row(account, document, claimant_id, quote.id)
        rows = [
            *_attribution(claim.id, claimant_id),
            _occurrence(claim.id, account),
            _place(claim.id, account),
            *self._counts(claim.id, account),
        ]
        content = say(claim, quote, rows)
        claim.content_key = content.key
        self._keep(claim, *rows)
        note_claim(self.writer, Draft(claim, document, quote, rows, [], [], content), quote)

    def _claim_row(
        self, account: Account, document: Document, claimant_id: str, quote_id: str
    ) -> Claim:
        at = self.writer.at
        distribution = Distribution.COLLECTIVE if account.collective else Distribution.SINGLE
        return new_row(
            Claim,
            {
                "id": self._id(),
                "kind": ClaimKind.OCCURRENCE,
                "event_id": account.event.id,
                "claimant_id": claimant_id,
                "document_id": document.id,
                "quote_id": quote_id,
                "stance": Stance.ASSERTS,
                "polarity": 1,
                "distribution": distribution,
                "said_edtf": document.published_edtf,
                "said_from": document.published_from,
                "said_to": document.published_to,
                "basis": Basis.STATED,
                "status": Status.ACCEPTED,
                "recorded_at": at,
                "accepted_at": at,
                "recorded_by": self.writer.actor,
                "warnings": [],
            },
        )

    def _where(self, site: Site) -> dict[str, Any]:
        """Mostly a point of the source's own around the place, or the gazetteer's, or none."""
        rng, drawn = self.rng, self.rng.random()
        if drawn >= 1 - NO_POINT:
            return _in_region(site)
        where: dict[str, Any] = {
            "place_id": site.place_id,
            "precision": PlacePrecision.NEAR,
            "latitude": site.latitude,
            "longitude": site.longitude,
            "uncertainty_m": site.uncertainty_m,
            "method": PlaceMethod.GAZETTEER,
        }
        if drawn < OWN_POINT:
            where["latitude"] = round(site.latitude + rng.gauss(0, 0.3), 5)
            where["longitude"] = round(site.longitude + rng.gauss(0, 0.4), 5)
            where["uncertainty_m"] = rng.randint(5, 200) * 100
            where["method"] = PlaceMethod.SOURCE_COORDINATES
        return where

    def _counts(self, claim_id: str, account: Account) -> list[InterceptionCount]:
        high = None if account.open_end else account.launched
        said: dict[Outcome, tuple[int, int | None]] = {Outcome.LAUNCHED: (account.launched, high)}
        if account.intercepted is not None:
            said[Outcome.INTERCEPTED] = (account.intercepted, account.intercepted)
        return [
            new_row(
                InterceptionCount,
                {
                    "claim_id": claim_id,
                    "position": position,
                    "munition_id": self.catalogue.munitions[account.munition].id,
                    "outcome": outcome,
                    "low": low,
                    "high": high,
                    "said": str(low) if high is not None else f"at least {low}",
                },
            )
            for position, (outcome, (low, high)) in enumerate(said.items())
        ]

    def _keep(self, *rows: Base) -> None:
        hold_rows(self.writer.session, rows)


def _in_region(site: Site) -> dict[str, Any]:
    return {"place_id": site.region_id, "precision": PlacePrecision.REGION}


def _place(claim_id: str, account: Account) -> ClaimPlace:
    role, said = PlaceRole.TARGET, f"near {account.site.name}"
    return new_row(
        ClaimPlace, dict(claim_id=claim_id, position=0, role=role, said=said, **account.where)
    )


def _attribution(claim_id: str, claimant_id: str) -> list[Attribution]:
    chain = ((claimant_id, AttributionRole.CLAIMANT), (None, AttributionRole.PUBLISHER))
    return [
        new_row(
            Attribution,
            {
                "claim_id": claim_id,
                "position": position,
                "source_id": source_id,
                "role": role,
                "speech": Speech.INDIRECT,
            },
        )
        for position, (source_id, role) in enumerate(chain)
    ]


def _occurrence(claim_id: str, account: Account) -> Occurrence:
    moment = parse_moment(account.day)
    defender = account.site.country
    return new_row(
        Occurrence,
        {
            "claim_id": claim_id,
            "occurred_edtf": moment.edtf,
            "occurred_from": moment.start,
            "occurred_to": moment.end,
            "precision": moment.precision,
            "attacker": OTHERS[defender],
            "defender": defender,
        },
    )
