"""Copies a store's events, claims and counts into the plain tables of the peers."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from sqlalchemy import create_engine, insert, select, text

from benchmarks.peers.tables import Claim, Count, Plain, Strike, StrikeText

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Engine

CHUNK = 20_000

ROWS = """
CREATE TEMP TABLE chosen AS SELECT number, id FROM event WHERE scope = 'single';
CREATE UNIQUE INDEX temp.chosen_id ON chosen (id);
CREATE TEMP TABLE told AS
  SELECT row_number() OVER (ORDER BY e.number, c.recorded_at, c.id) AS number, e.number AS strike,
         c.id, c.claimant_id, c.document_id, c.quote_id, c.stance, c.status, c.recorded_at,
         row_number() OVER (PARTITION BY e.number ORDER BY c.recorded_at, c.id) AS turn
  FROM claim c JOIN chosen e ON e.id = c.event_id;
CREATE UNIQUE INDEX temp.told_number ON told (number);
CREATE UNIQUE INDEX temp.told_id ON told (id);

INSERT INTO plain.claim
  SELECT t.number, t.strike, t.id, s.key, coalesce(p.key, ''), substr(d.published_from, 1, 10),
         t.stance, t.status, q.exact, w.said, w.latitude, w.longitude, t.recorded_at
  FROM told t JOIN source s ON s.id = t.claimant_id
  JOIN document d ON d.id = t.document_id LEFT JOIN source p ON p.id = d.publisher_id
  JOIN quote q ON q.id = t.quote_id JOIN claim_place w ON w.claim_id = t.id AND w.position = 0
  ORDER BY t.number;

INSERT INTO plain.count
  SELECT row_number() OVER (ORDER BY t.number, i.position), t.number, m.key, i.outcome, i.low,
         i.high, i.said
  FROM told t JOIN interception_count i ON i.claim_id = t.id
  JOIN munition m ON m.id = i.munition_id;

INSERT INTO plain.strike
  SELECT e.number, e.id, ev.label, substr(o.occurred_from, 1, 10), substr(o.occurred_to, 1, 10),
         o.attacker, o.defender, pl.region, m.key, w.latitude, w.longitude, i.low,
         (SELECT low FROM interception_count WHERE claim_id = t.id AND outcome = 'intercepted')
  FROM told t JOIN chosen e ON e.number = t.strike JOIN event ev ON ev.id = e.id
  JOIN occurrence o ON o.claim_id = t.id
  JOIN claim_place w ON w.claim_id = t.id AND w.position = 0 JOIN place pl ON pl.id = w.place_id
  JOIN interception_count i ON i.claim_id = t.id AND i.outcome = 'launched'
  JOIN munition m ON m.id = i.munition_id
  WHERE t.turn = 1 ORDER BY e.number;

-- What is said of several events together is found at each of them.
INSERT INTO plain.strike_text
  SELECT e.number, ev.label || ' ' || group_concat(q.exact, ' ')
  FROM chosen e JOIN event ev ON ev.id = e.id
  JOIN (SELECT event_id AS part, id AS claim, quote_id FROM claim UNION ALL
        SELECT p.part_id, c.id, c.quote_id FROM event_part p
        JOIN claim c ON c.event_id = p.whole_id) b ON b.part = e.id
  JOIN quote q ON q.id = b.quote_id GROUP BY e.number ORDER BY e.number;
"""

TEXT_SEARCH = {
    "sqlite": (
        "CREATE VIRTUAL TABLE strike_fts USING fts5(words, content='strike_text',"
        " content_rowid='number')",
        "INSERT INTO strike_fts (strike_fts) VALUES ('rebuild')",
        "ANALYZE",
    ),
    "postgresql": (
        "CREATE INDEX strike_words ON strike_text USING gin (to_tsvector('simple', words))",
        "ANALYZE",
    ),
}
"""The text search that each engine brings."""


def plain_store(store: Path) -> Path:
    """The plain tables of a store, in a SQLite file beside it; made if they are not there."""
    file = store.with_suffix(".plain.db")
    if file.exists():
        return file
    unfinished = store.with_suffix(".plain.unfinished")
    unfinished.unlink(missing_ok=True)
    engine = create_engine(f"sqlite:///{unfinished}")
    Plain.metadata.create_all(engine)
    engine.dispose()
    with sqlite3.connect(store) as connection:
        connection.execute("PRAGMA temp_store=MEMORY")
        connection.execute("ATTACH ? AS plain", (str(unfinished),))
        connection.executescript(ROWS)
    connection.close()
    _index_words(engine)
    unfinished.rename(file)
    return file


def copy_to_postgresql(plain: Path, engine: Engine) -> None:
    """The same tables with the same rows in an empty PostgreSQL database."""
    Plain.metadata.create_all(engine)
    source = create_engine(f"sqlite:///{plain}")
    with source.connect() as reading, engine.begin() as writing:
        for model in (Strike, Claim, Count, StrikeText):
            rows = reading.execution_options(yield_per=CHUNK).execute(select(model.__table__))
            for part in rows.mappings().partitions():
                writing.execute(insert(model), [dict(row) for row in part])
    source.dispose()
    _index_words(engine)


def _index_words(engine: Engine) -> None:
    with engine.begin() as connection:
        for statement in TEXT_SEARCH[engine.dialect.name]:
            connection.execute(text(statement))
    engine.dispose()
