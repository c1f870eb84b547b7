"""CQL2 text (OGC 21-065r2) as SQL: what a client's own filter means for a layer.

``=`` and ``IN`` on the name of a filter mean what that filter of the list means, whatever the
spelling; all comparisons on columns of their own; ``S_INTERSECTS`` with a box what ``bbox`` means.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any, Protocol

from lark.exceptions import LarkError
from pydantic import ValidationError
from pygeofilter import ast
from pygeofilter.parsers.cql2_text import parse
from pygeofilter.parsers.cql2_text.parser import parser
from sqlalchemy import String, and_, false, func, not_, or_, select, type_coerce

from counterclaim.errors import FilterError
from counterclaim.models import Claim, Event, EventFigure, EventSummary, Occurrence
from counterclaim.names import nearest
from counterclaim.queries.asof import Wish
from counterclaim.queries.claim_filters import ClaimFilter, conditions
from counterclaim.queries.conditions import wanted_events
from counterclaim.queries.event_clauses import clauses
from counterclaim.queries.events import FIGURES
from counterclaim.queries.filters import EventFilter

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import TypeAlias

    from pydantic import BaseModel
    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    Condition: TypeAlias = ColumnElement[bool]

# It would print its tables for every filter that is wrong: whoever asks could flood the log.
parser.parser.parser.parser.debug = False

DEEPEST = 50
"""So deep conditions may lie in one another."""

GREATEST = 2**53
"""The greatest number that is compared: whole ones are exact up to it."""

WANTED = {datetime: "a date or an instant", str: "a text without NUL", int: "a number"}
"""What a column is compared with, by the type of its values."""


class Terms(Protocol):
    """What a layer can be asked for."""

    @property
    def filters(self) -> type[BaseModel]:
        """The filters of the list."""
        ...

    @property
    def columns(self) -> Mapping[str, ColumnElement[Any]]:
        """What can be compared, as SQL."""
        ...

    def means(self, **given: Any) -> Condition:
        """What the filters of the list mean."""
        ...


class EventTerms:
    """Events: all filters, their label, when they began, and their figures."""

    filters = EventFilter

    def __init__(self, session: Session) -> None:
        self.session = session
        label = select(Event.label).where(Event.id == EventSummary.event_id).scalar_subquery()
        self.columns: dict[str, ColumnElement[Any]] = {
            "occurred": EventSummary.occurred_from.expression,
            "label": label,
            "attacker": EventSummary.attacker.expression,
            "defender": EventSummary.defender.expression,
            "grade": type_coerce(EventSummary.grade, String()),
        }
        for figure in FIGURES:
            for end in ("low", "best", "high"):
                self.columns[f"{figure}_{end}"] = (
                    select(getattr(EventFigure, end))
                    .where(EventFigure.sk == EventSummary.sk, EventFigure.figure == figure)
                    .scalar_subquery()
                )

    def means(self, **given: Any) -> Condition:
        """What the filters of the list mean for the stored versions."""
        known_at = Wish().view(self.session).known_at
        wanted = wanted_events(self.session, EventFilter(**given), known_at)
        return and_(*clauses(self.session, wanted))


class ClaimTerms:
    """Claims: all filters, and when what they speak of began."""

    filters = ClaimFilter

    def __init__(self, session: Session) -> None:
        self.session = session
        self.columns: dict[str, ColumnElement[Any]] = {
            name: select(column).where(Occurrence.claim_id == Claim.id).scalar_subquery()
            for name, column in (
                ("occurred", Occurrence.occurred_from),
                ("attacker", Occurrence.attacker),
                ("defender", Occurrence.defender),
            )
        }
        self.columns["polarity"] = Claim.polarity.expression
        for name in ("stance", "distribution"):
            self.columns[name] = type_coerce(getattr(Claim, name), String())

    def means(self, **given: Any) -> Condition:
        """What the filters of the list mean for claims."""
        view = Wish().view(self.session)
        return and_(*conditions(self.session, ClaimFilter(**given), view))


TERMS: dict[str, Callable[[Session], Terms]] = {"strikes": EventTerms, "claims": ClaimTerms}
"""By the id of a layer."""


def parse_condition(parameter: str, text: str) -> ast.Node:
    """A filter in CQL2 text as a tree, whatever it speaks of.

    Raises:
        FilterError: it is no CQL2.
    """
    try:
        tree: ast.Node = parse(text)
    except LarkError as error:
        said = str(error).splitlines()[0]
        raise FilterError(parameter, f"This is no CQL2 text: {said}") from None
    except (TypeError, ValueError, RecursionError) as error:  # TypeError: of -label, for one.
        raise FilterError(parameter, f"This is no CQL2 text: {error}") from None
    return tree


def translate(parameter: str, text: str, terms: Terms) -> Condition:
    """The condition that a filter in CQL2 text means.

    Raises:
        FilterError: it is no CQL2, or asks for what a layer cannot be asked for.
    """
    return _Translation(parameter, terms).condition(parse_condition(parameter, text))


COMPARED: dict[type[Any], Callable[[Any, Any], Any]] = {
    ast.Equal: lambda left, right: left == right,
    ast.NotEqual: lambda left, right: left != right,
    ast.LessThan: lambda left, right: left < right,
    ast.LessEqual: lambda left, right: left <= right,
    ast.GreaterThan: lambda left, right: left > right,
    ast.GreaterEqual: lambda left, right: left >= right,
}


class _Translation:
    """One filter being read."""

    def __init__(self, parameter: str, terms: Terms) -> None:
        self.parameter, self.terms = parameter, terms

    def condition(self, node: Any, depth: int = 0) -> Condition:
        """A node that is true or false."""
        if depth > DEEPEST:
            raise self._fail(f"Conditions lie more than {DEEPEST} deep in one another.")
        if isinstance(node, ast.And | ast.Or):
            both = self.condition(node.lhs, depth + 1), self.condition(node.rhs, depth + 1)
            return and_(*both) if isinstance(node, ast.And) else or_(*both)
        if isinstance(node, ast.Not):
            return _complement(self.condition(node.sub_node, depth + 1))
        return self._simple(node)

    def _simple(self, node: Any) -> Condition:
        if isinstance(node, ast.GeometryIntersects):
            return self._box(node)
        if type(node) in COMPARED:
            return self._compared(node)
        if isinstance(node, ast.In):
            return self._among(_name(node.lhs), node.sub_nodes, negated=node.not_)
        if isinstance(node, ast.Between):
            column = self._column(_name(node.lhs))
            low, high = self._literal(column, node.low), self._literal(column, node.high)
            return self._negated(node, column.between(low, high))
        if isinstance(node, ast.IsNull):
            return self._negated(node, self._column(_name(node.lhs)).is_(None))
        if isinstance(node, ast.Like):
            column = self._column(_name(node.lhs))
            pattern = self._literal(column, node.pattern)
            if not isinstance(pattern, str):
                raise self._fail("LIKE compares texts.")
            return self._negated(node, column.like(pattern, escape="\\"))
        raise self._fail("Asked for can be AND, OR, NOT, comparisons, IN, BETWEEN, LIKE, IS NULL.")

    def _negated(self, node: Any, condition: Condition) -> Condition:
        return not_(condition) if node.not_ else condition

    def _compared(self, node: Any) -> Condition:
        name, value = _name(node.lhs), node.rhs
        if isinstance(node, ast.Equal | ast.NotEqual) and name in self._names():
            return self._among(name, [value], negated=isinstance(node, ast.NotEqual))
        column = self._column(name)
        return COMPARED[type(node)](column, self._literal(column, value))  # type: ignore[no-any-return]

    def _among(self, name: str | None, values: Sequence[Any], *, negated: bool) -> Condition:
        if name in self._names():
            found = self._meant(str(name), values)
            return _complement(found) if negated else found
        column = self._column(name)
        among = column.in_([self._literal(column, value) for value in values])
        return not_(among) if negated else among

    def _meant(self, name: str, values: Sequence[Any]) -> Condition:
        given = values[0] if name == "disputed" else [str(value) for value in values]
        try:
            return self.terms.means(**{name: given})
        except FilterError as error:
            raise FilterError(
                self.parameter, error.message, suggestions=error.suggestions
            ) from None
        except ValidationError as error:
            raise self._fail(f"{name}: {error.errors()[0]['msg']}.") from None

    def _box(self, node: Any) -> Condition:
        box = node.rhs
        if _name(node.lhs) != "geometry" or getattr(box, "name", "") != "bbox":
            raise self._fail("Write S_INTERSECTS(geometry, BBOX(west, south, east, north)).")
        try:
            return self.terms.means(bbox=",".join(map(str, box.arguments)))
        except FilterError as error:
            raise FilterError(
                self.parameter, error.message, suggestions=error.suggestions
            ) from None

    def _names(self) -> list[str]:
        """The filters of the list that take one value or several, and are no date or number."""
        fields = self.terms.filters.model_fields
        return [
            name
            for name, field in fields.items()
            if isinstance(field.default, list) or name == "disputed"
        ]

    def _column(self, name: str | None) -> ColumnElement[Any]:
        if name is None or name not in self.terms.columns:
            known = [*self.terms.columns, *self._names()]
            near = nearest(name or "", known) or known
            msg = f"{name or 'This'} cannot be compared so; there is {', '.join(near)}."
            raise FilterError(self.parameter, msg, suggestions=near)
        return self.terms.columns[name]

    def _literal(self, column: ColumnElement[Any], value: Any) -> Any:
        """A value that a column can be compared with: PostgreSQL knows no other, SQLite no better.

        Raises:
            FilterError: it is of another type, or beyond what both can hold.
        """
        kind = column.type.python_type
        if kind is datetime and isinstance(value, date):
            return self._instant(value)
        if kind is str and isinstance(value, str) and "\x00" not in value:
            return value
        if kind is int and type(value) in {int, float} and abs(value) <= GREATEST:
            return value
        raise self._fail(f"This is compared with {WANTED[kind]} only.")

    def _instant(self, value: date) -> datetime:
        if not isinstance(value, datetime):
            return datetime.combine(value, time(), UTC)
        try:
            return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
        except OverflowError:
            raise self._fail("The instant lies before the year 1 or after 9999.") from None

    def _fail(self, detail: str) -> FilterError:
        return FilterError(self.parameter, detail)


def _complement(condition: Condition) -> Condition:
    """All else, what is unknown included; not_() alone takes no plain text of SQL."""
    return not_(func.coalesce(condition, false()))


def _name(node: Any) -> str | None:
    return str(node.name) if isinstance(node, ast.Attribute) else None
