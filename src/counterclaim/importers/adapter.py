"""What every adapter of a data set is: a few facts about it, and a function that reads its rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from counterclaim.importers.tables import TableRow
    from counterclaim.queries.names import Finder
    from counterclaim.schemas.imported import Record, Reject
    from counterclaim.schemas.incoming import SourceIn


class Adapter(Protocol):
    """Reads the rows of one data set.

    An adapter reads and never writes; it may ask ``names`` what the store knows already. One row
    becomes one record or one reject: nothing is left out, and nothing that the row does not say is
    made up.
    """

    name: ClassVar[str]
    """What it is called on the command line, such as ucdp-ged."""

    title: ClassVar[str]
    """The data set, as it is to be cited."""

    columns: ClassVar[tuple[str, ...]]
    """Columns without which it cannot work; others may be missing, and unknown ones are kept."""

    texts: ClassVar[tuple[str, ...]]
    """Columns of running text: all other cells may have ``tables.LONGEST_CELL`` characters."""

    publisher: ClassVar[SourceIn]
    """The source that publishes the data set."""

    def records(self, rows: Iterable[TableRow], names: Finder) -> Iterator[Record | Reject]:
        """Each row in turn, as it is to be taken in."""
        ...
