"""All of the API but events and totals, which are asked most and are there from the start."""

from counterclaim.api import (
    claims,
    disputes,
    documents,
    drafts,
    explain,
    feeds,
    ingest,
    judgements,
    keys,
    ledger,
    policies,
    recording,
    records,
    redactions,
    references,
    releases,
)

routes = [
    route
    for resource in (
        recording,
        explain,
        judgements,
        disputes,
        claims,
        documents,
        references,
        records,
        policies,
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
