"""Proposes the claims of a text for a person to confirm; nothing is written to the store.

``proposals`` asks the rules of ``drafting`` or, where one is configured, a model (``model`` asks
it, ``prompt`` says what, ``checks`` keeps what stands in the text); ``claim_file`` writes proposals
as a claim file.
"""
