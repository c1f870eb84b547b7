"""The whole store as lines of JSON, the same bytes whatever engine it lies in, and back again.

The read model is not part of it: it follows from the rows, and a restore makes it anew. Nor are the
answers kept for repeated requests, which are forgotten after a day.
"""

from counterclaim.store.dump.reading import Dump
from counterclaim.store.dump.restoring import Restored, restore_store
from counterclaim.store.dump.writing import compressed, dump_header, dump_store

__all__ = ["Dump", "Restored", "compressed", "dump_header", "dump_store", "restore_store"]
