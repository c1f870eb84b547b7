"""Tables. One module per noun; constraints live here and in the database, not only in Python."""

from counterclaim.models.access import ApiKey, IdempotencyKey
from counterclaim.models.claim import (
    Assessment,
    Attribution,
    Casualty,
    Claim,
    ClaimPlace,
    Damage,
    InterceptionCount,
    MunitionFact,
    Occurrence,
    Tally,
)
from counterclaim.models.document import Document, Quote
from counterclaim.models.event import Event, EventJudgement, EventPart, Strike
from counterclaim.models.ledger import ImportBatch, ImportRow, LedgerEntry, Redaction, Release
from counterclaim.models.reference import (
    Munition,
    MunitionName,
    Place,
    PlaceName,
    Source,
    SourceName,
    SourceRating,
)
from counterclaim.models.summary import (
    EventCell,
    EventFacet,
    EventFigure,
    EventMeasure,
    EventMember,
    EventPoint,
    EventSummary,
)

__all__ = [
    "ApiKey",
    "Assessment",
    "Attribution",
    "Casualty",
    "Claim",
    "ClaimPlace",
    "Damage",
    "Document",
    "Event",
    "EventCell",
    "EventFacet",
    "EventFigure",
    "EventJudgement",
    "EventMeasure",
    "EventMember",
    "EventPart",
    "EventPoint",
    "EventSummary",
    "IdempotencyKey",
    "ImportBatch",
    "ImportRow",
    "InterceptionCount",
    "LedgerEntry",
    "Munition",
    "MunitionFact",
    "MunitionName",
    "Occurrence",
    "Place",
    "PlaceName",
    "Quote",
    "Redaction",
    "Release",
    "Source",
    "SourceName",
    "SourceRating",
    "Strike",
    "Tally",
]
