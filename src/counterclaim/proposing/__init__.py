"""Proposes the claims of a text for a person to confirm; nothing is written to the store.

``proposals`` asks the rules of ``drafting`` or, where one is configured, a model (``model`` asks
it, ``prompt`` says what, ``checks`` keeps what stands in the text); ``claim_file`` writes proposals
as a claim file.
"""

from __future__ import annotations

from counterclaim.proposing.model import Model
from counterclaim.proposing.proposals import BY_RULES, Asked, Proposals, propose_claims

__all__ = ["BY_RULES", "Asked", "Model", "Proposals", "propose_claims"]
