"""Writes proposals as a claim file that can be taken in as it stands, in YAML with its reasons.

The YAML is written here: plain words, JSON's strings for all that could be read as something else,
and the text of the document as it stands. Libraries fold and guess, and few read each other.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from counterclaim.models import Munition, Source
from counterclaim.names import slug
from counterclaim.queries.names import find_all
from counterclaim.vocabulary import MunitionCategory, SourceKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy.orm import Session

    from counterclaim.proposing.proposals import Proposals
    from counterclaim.queries.names import Reference

HEAD = (
    "Drafts, not claims: nothing of this is stored. Check each one against its words, take out",
    "what is wrong, and take the rest in with counterclaim ingest.",
)
_WORD = re.compile(
    r"(?!(?:null|true|false|yes|no|on|off|y|n)$)[A-Za-z][A-Za-z0-9_-]*", re.IGNORECASE
)
_ESCAPED = re.compile(r"[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_LINES = re.compile(r"[^\s](?:[^\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]*\S)?")
_BLANKS = re.compile(r"[\s\x00-\x1f\x7f-\x9f\ufeff\ufffe\uffff]+")


UNNAMED = {"key": "publisher-not-named", "name": "Publisher not named", "kind": "other"}
"""Stands for who published a text, until somebody says who did."""


@dataclass(slots=True)
class DraftFile:
    """A claim file before it is written: proposals, the document of their text, new sources.

    ``remarks`` are what else there is to know of it.
    """

    proposals: Proposals
    document: dict[str, Any]
    sources: list[dict[str, Any]] = field(default_factory=list)
    munitions: list[dict[str, Any]] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def name_publisher(self) -> None:
        """Give the document's own voice a name, where it speaks and nobody is known to publish it.

        Without one the file could not be taken in.
        """
        own = any(not claim.get("said_by") for claim in self.proposals.claims)
        if own and "publisher" not in self.document:
            self.document["publisher"] = UNNAMED["key"]
            self.sources.append(dict(UNNAMED))
            self.remarks.append(
                "publisher: not known, though the document speaks in its own voice. Say who it is, "
                f"or {UNNAMED['key']} is said to claim it."
            )

    def record_names(self, session: Session) -> None:
        """Record speakers and munitions that the store does not know as new ones.

        A munition's name that is that of several is left out; such a speaker is left to a person.
        """
        claims = self.proposals.claims
        speakers = [name for claim in claims for name in claim.get("said_by") or ()]
        for name in dict.fromkeys(speakers):
            new = {"kind": str(SourceKind.OTHER)}
            if self._is_ambiguous(session, Source, name, self.sources, new):
                self.remarks.append(f"said_by: {name!r} is the name of several. Say whose.")
        for claim in claims:
            for row in claim.get("counts") or ():
                self._record_munition(session, row)
            if "counts" in claim:
                claim["counts"] = [row for row in claim["counts"] if row]

    def _record_munition(self, session: Session, row: dict[str, Any]) -> None:
        name, new = row.get("munition"), {"category": str(MunitionCategory.UNKNOWN)}
        if name and self._is_ambiguous(session, Munition, name, self.munitions, new):
            del row["munition"]
            told = f"munition: {name!r} is the name of several, and left out."
            self.remarks += [] if told in self.remarks else [told]

    def _is_ambiguous(
        self,
        session: Session,
        model: type[Reference],
        name: str,
        made: list[dict[str, Any]],
        new: dict[str, Any],
    ) -> bool:
        """Whether a name is that of several rows; one that nobody has is recorded with the file."""
        found = find_all(session, model, name)
        key = slug(name)[:100].strip("-")
        known = found or any(key == row["key"] for row in made)
        if not known and key and not find_all(session, model, key):
            made.append({"key": key, "name": name, **new})
            noun = model.__tablename__
            self.remarks.append(f"{noun}: {name!r} is new to the store. Check its name and kind.")
        return len(found) > 1

    def as_json(self) -> str:
        """The claim file as JSON."""
        return json.dumps(self._body(), ensure_ascii=False, indent=2) + "\n"

    def as_yaml(self) -> str:
        """The claim file as YAML, with the remarks, and before each claim why it is so."""
        lines = [*_comments([*HEAD, *self.proposals.notes, *self.remarks])]
        for name, value in self._body().items():
            if name == "claims" and value:
                lines += ["claims:", *self._claims()]
            else:
                lines += _node({name: value})
        return "".join(f"{line}\n" for line in lines)

    def _body(self) -> dict[str, Any]:
        found = self.proposals
        new = {"sources": self.sources, "munitions": self.munitions}
        return {
            "document": self.document,
            **{name: rows for name, rows in new.items() if rows},
            "events": found.events,
            "claims": found.claims,
        }

    def _claims(self) -> Iterator[str]:
        found = self.proposals
        for claim, why in zip(found.claims, found.why, strict=True):
            yield from _comments(why, "  ")
            yield from _node([claim], "  ")


def _comments(texts: Sequence[str], indent: str = "") -> Iterator[str]:
    """Each text on one line, whatever it holds: a line end in it would end the comment."""
    return (f"{indent}# {_BLANKS.sub(' ', text)}" for text in texts)


def _node(node: Any, indent: str = "") -> Iterator[str]:
    """The lines of a dict or a list that has something in it."""
    pairs = node.items() if hasattr(node, "items") else (("-", value) for value in node)
    for name, value in pairs:
        head = f"{indent}- " if name == "-" else f"{indent}{name}: "
        inside = f"{indent}  "
        if not isinstance(value, dict | list) or not value:
            yield head + _scalar(value, inside)
        elif isinstance(value, list) and _fits(value):
            yield f"{head}[{', '.join(_scalar(one, inside) for one in value)}]"
        elif name == "-":
            first, *rest = _node(value, inside)
            yield head + first.removeprefix(inside)
            yield from rest
        else:
            yield head.rstrip()
            yield from _node(value, inside)


def _fits(values: list[Any]) -> bool:
    """Whether a list is written on one line: plain words and numbers, as in an attribution."""
    return all(isinstance(one, int) or (isinstance(one, str) and _WORD.fullmatch(one))
               for one in values)  # fmt: skip


def _scalar(value: Any, indent: str) -> str:
    if not isinstance(value, str):
        return json.dumps(value)
    if _WORD.fullmatch(value):
        return value
    if "\n" in value and _LINES.fullmatch(value):
        lines = (f"{indent}{line}" if line else "" for line in value.split("\n"))
        return "\n".join(["|-", *lines])
    said = json.dumps(value, ensure_ascii=False)
    return _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", said)
