"""What stands below rows of a tree, as a part of a statement."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Select

    from counterclaim.queries.names import Reference


def subtree(
    model: type[Reference],
    *roots: ColumnElement[bool],
    itself: bool = True,
    through: ColumnElement[bool] | None = None,
) -> Select[str]:
    """Ids of the rows that meet a condition and of all below them, each once.

    Args:
        model: Source, Munition or Place.
        roots: Conditions on the uppermost rows.
        itself: Whether these belong to it; without them the rows below.
        through: Condition on the rows below; what does not meet it ends the descent.
    """
    top = select(model.id).where(*roots)
    if not itself:
        top = select(model.id).where(model.parent_id.in_(top))
    found = top.cte(recursive=True)
    below = select(model.id).where(model.parent_id == found.c.id)
    if through is not None:
        below = below.where(through)
    return select(found.union(below).c.id)
