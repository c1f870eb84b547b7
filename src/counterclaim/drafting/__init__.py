"""Drafts claims from a text by rules: without a model, offline, and the same each time.

``sentences`` cuts, ``marks`` finds what matters, ``groups`` reads what numbers count, ``roles``
gives them to verbs, ``settings`` and ``speakers`` say when, where and by whom, ``reading`` goes
through the text and ``composing`` makes claims of it. All words stand in ``languages``.
A draft is proposed to a person; nothing here stores anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from counterclaim.drafting.composing import Composer, Draft, Drafts
from counterclaim.drafting.language import language_named
from counterclaim.drafting.reading import Reader
from counterclaim.queries.recognise import language_of

if TYPE_CHECKING:
    from datetime import date

    from counterclaim.queries.recognise import KnownNames

__all__ = ["Draft", "Drafts", "draft_claims"]


def draft_claims(
    text: str,
    known: KnownNames,
    *,
    published: date | None = None,
    publisher: str | None = None,
    lang: str | None = None,
) -> Drafts:
    """The claims that a text makes, each with its quote and offsets, and the events they are about.

    Args:
        text: Any text; offsets count its code points.
        known: The names of the store that may stand in it, as ``names_known`` gives them.
        published: The day to which "on Tuesday" and "23 November" relate.
        publisher: The key of the source that published it, if known: who "we" and "the ministry"
            are where nobody was named before.
        lang: Its language; told by its letters where None. One without a file drafts nothing.
    """
    language = language_named(lang or language_of(text))
    if language is None:
        return Drafts(lang or "", [], [])
    composer = Composer(text, language)
    for statement in Reader(text, known, language, published).statements():
        composer.add(statement)
    return composer.drafts()
