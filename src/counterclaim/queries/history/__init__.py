"""How an event came to be what it is: its versions, and what differs between two instants."""

from counterclaim.queries.history.diff import event_diff
from counterclaim.queries.history.versions import page_history

__all__ = ["event_diff", "page_history"]
