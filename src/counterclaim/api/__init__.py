"""The HTTP API under /v1; one file per resource, each route a few lines over the queries."""

from counterclaim.api import (
    claims,
    disputes,
    documents,
    drafts,
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

routes = [
    route
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
        drafts,
        ledger,
        releases,
        redactions,
        keys,
    )
    for route in resource.router.routes
]
"""In the order in which an address is looked for."""
