"""The application as most would write it: FastAPI, SQLAlchemy's ORM, response models, offsets.

``DATABASE_URL`` names the database with the plain tables.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException, Query
from pydantic import BaseModel, ConfigDict
from sqlalchemy import Select, create_engine, func, literal_column, select, text
from sqlalchemy.orm import Session, selectinload, sessionmaker

from benchmarks.peers.tables import Claim, Strike, StrikeText

engine = create_engine(os.environ.get("DATABASE_URL", "sqlite://"), pool_size=20)
new_session = sessionmaker(engine)
app = FastAPI()


class CountOut(BaseModel):
    """A count of a claim."""

    model_config = ConfigDict(from_attributes=True)

    munition: str
    outcome: str
    low: int | None
    high: int | None
    said: str


class ClaimOut(BaseModel):
    """A claim with its counts."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    claimant: str
    publisher: str
    said: date
    stance: str
    status: str
    quote: str
    place_said: str
    latitude: float | None
    longitude: float | None
    recorded_at: str
    counts: list[CountOut]


class StrikeOut(BaseModel):
    """An event with its claims."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    label: str
    occurred_from: date
    occurred_to: date
    attacker: str
    defender: str
    region: str
    weapon: str
    latitude: float | None
    longitude: float | None
    launched: int
    intercepted: int | None
    claims: list[ClaimOut]


class TotalOut(BaseModel):
    """A line of totals."""

    month: str
    weapon: str
    strikes: int
    launched: int | None
    intercepted: int | None


def get_session() -> Iterator[Session]:
    """A session for one request."""
    with new_session() as session:
        yield session


Reading = Annotated[Session, Depends(get_session)]
NESTED = selectinload(Strike.claims).selectinload(Claim.counts)


@app.get("/strikes", response_model=list[StrikeOut])
def list_strikes(
    session: Reading,
    from_: Annotated[date | None, Query(alias="from")] = None,
    to: date | None = None,
    region: str | None = None,
    weapon: str | None = None,
    claimant: str | None = None,
    launched_min: int | None = None,
    bbox: str | None = None,
    q: str | None = None,
    limit: int = 50,
    offset: int = 0,
) -> Sequence[Strike]:
    """Strikes with their claims and counts, newest first."""
    query = select(Strike).options(NESTED)
    if from_ is not None:
        query = query.where(Strike.occurred_to > from_)
    if to is not None:
        query = query.where(Strike.occurred_from <= to)
    for column, value in ((Strike.region, region), (Strike.weapon, weapon)):
        if value is not None:
            query = query.where(column == value)
    if claimant is not None:
        query = query.where(Strike.claims.any(Claim.claimant == claimant))
    if launched_min is not None:
        query = query.where(Strike.launched >= launched_min)
    if bbox is not None:
        query = _within(query, bbox)
    if q is not None:
        query = query.where(_holds(q))
    query = query.order_by(Strike.occurred_from.desc(), Strike.number.desc())
    return session.scalars(query.limit(limit).offset(offset)).all()


def _within(query: Select[Strike], bbox: str) -> Select[Strike]:
    west, south, east, north = map(float, bbox.split(","))
    return query.where(Strike.latitude.between(south, north), Strike.longitude.between(west, east))


def _holds(q: str):  # type: ignore[no-untyped-def]
    """Whether an event's words hold this one, by the text search of the engine."""
    if engine.dialect.name == "sqlite":
        numbers = text("SELECT rowid FROM strike_fts WHERE strike_fts MATCH :q").bindparams(q=q)
        return Strike.number.in_(numbers.columns(literal_column("rowid")))
    words = func.to_tsvector(literal_column("'simple'"), StrikeText.words)
    found = words.op("@@")(func.plainto_tsquery(literal_column("'simple'"), q))
    return Strike.number.in_(select(StrikeText.number).where(found))


@app.get("/strikes/{strike_id}", response_model=StrikeOut)
def show_strike(session: Reading, strike_id: str) -> Strike:
    """One strike."""
    found = session.scalar(select(Strike).options(NESTED).where(Strike.id == strike_id))
    if found is None:
        raise HTTPException(404)
    return found


@app.get("/totals")
def sum_strikes(
    session: Reading, from_: Annotated[date, Query(alias="from")], to: date
) -> list[TotalOut]:
    """Totals by month and weapon."""
    if engine.dialect.name == "sqlite":
        told = func.strftime("%Y-%m", Strike.occurred_from)
    else:
        told = func.to_char(Strike.occurred_from, literal_column("'YYYY-MM'"))
    month = told.label("month")
    query = (
        select(
            month,
            Strike.weapon,
            func.count().label("strikes"),
            func.sum(Strike.launched).label("launched"),
            func.sum(Strike.intercepted).label("intercepted"),
        )
        .where(Strike.occurred_to > from_, Strike.occurred_from <= to)
        .group_by(month, Strike.weapon)
        .order_by(month, Strike.weapon)
    )
    return [TotalOut(**row) for row in session.execute(query).mappings()]
