"""What names in filters mean, remembered: most are keys and codes, which mean the same for ever.

Another spelling may come to mean something else with any write, so it is remembered only for the
state of the store in which it was looked up.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from counterclaim.queries.conditions import NAMED, look_up, wanted_with

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy.orm import Session

    from counterclaim.queries.filters import EventFilter
    from counterclaim.queries.wanted import Wanted

REMEMBERED = 5_000
"""With more names than this all are forgotten, so that nobody fills the memory by asking."""


@dataclass(frozen=True, slots=True)
class _Meaning:
    """What a name meant at an instant; ``version`` None: and ever since."""

    value: str
    at: datetime
    version: str | None


@dataclass(frozen=True, slots=True)
class Recalled:
    """A filter with its names as remembered, for the version of the store for which it holds."""

    wanted: Wanted
    version: str | None


@dataclass(slots=True)
class Known:
    """The names that were looked up in one store, by parameter."""

    meanings: dict[tuple[str, str], _Meaning] = field(default_factory=dict)

    def recall(self, given: EventFilter, at: datetime | None) -> Recalled | None:
        """The filter at an instant, None for now; None where a name has yet to be looked up."""
        versions: set[str] = set()

        def means(parameter: str, names: list[str]) -> list[str]:
            found = [self.meanings[parameter, name] for name in names]
            if at is not None and any(one.at > at for one in found):
                raise KeyError
            versions.update(one.version for one in found if one.version is not None)
            return [one.value for one in found]

        try:
            wanted = wanted_with(given, means)
        except KeyError:
            return None
        if len(versions) > 1:
            return None
        return Recalled(wanted, next(iter(versions), None))

    def learn(self, session: Session, given: EventFilter, at: datetime, version: str) -> None:
        """Look the names of a filter up as they were at an instant, in a version of the store.

        Raises:
            FilterError: a value names nothing, with the nearest that do.
        """
        if len(self.meanings) > REMEMBERED:
            self.meanings.clear()
        for parameter, names in _named(given):
            for name, value in zip(names, look_up(session, parameter, names, at), strict=True):
                lasting = value in {name, name.lower(), name.upper()}
                known = self.meanings.get((parameter, name))
                if not lasting or known is None or known.at > at:
                    meaning = _Meaning(value, at, None if lasting else version)
                    self.meanings[parameter, name] = meaning


def _named(given: EventFilter) -> Iterator[tuple[str, list[str]]]:
    for parameter in NAMED:
        names: list[str] = getattr(given, parameter)
        if names:
            yield parameter, names
