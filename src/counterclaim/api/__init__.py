"""The HTTP API under /v1; one file per resource, each route a few lines over the queries."""

from fastapi import APIRouter

from counterclaim.api import (
    claims,
    disputes,
    documents,
    events,
    explain,
    feeds,
    ingest,
    judgements,
    keys,
    ledger,
    policies,
    records,
    redactions,
    references,
    releases,
    stats,
)

router = APIRouter(prefix="/v1")
for resource in (
    events,
    explain,
    judgements,
    disputes,
    claims,
    documents,
    references,
    records,
    policies,
    stats,
    feeds,
    ingest,
    ledger,
    releases,
    redactions,
    keys,
):
    router.include_router(resource.router)
