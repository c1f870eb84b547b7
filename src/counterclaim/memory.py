"""How a process that only serves treats its memory."""

from __future__ import annotations

import ctypes
import gc
from contextlib import suppress

OBJECTS = 20_000
"""So many objects more than went are made before the youngest are looked through for garbage."""

ARENAS_OPTION, ARENAS = -8, 2
"""``M_ARENA_MAX`` of glibc's ``mallopt``, and how many arenas there may be."""


def settle() -> None:
    """Take what is there now for what stays: it is never looked through for garbage.

    Threads share two arenas. By default glibc gives each one of its own, and what one of them lets
    go of no other takes.
    """
    with suppress(OSError, AttributeError):  # Another C library has other arenas, or none.
        ctypes.CDLL(None).mallopt(ARENAS_OPTION, ARENAS)
    gc.set_threshold(OBJECTS)
    gc.freeze()
    gc.enable()


def settle_more() -> None:
    """The same with what came since, in a process that has settled."""
    if gc.get_freeze_count():
        gc.freeze()
