"""When Python looks for circles of dead objects, in jobs that take long."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@contextmanager
def collected_between() -> Iterator[Callable[[], object]]:
    """Look for circles only when what is given here is called: behind each stretch of a job.

    A stretch makes millions of objects that go when it ends. Python would look through all that are
    there again and again meanwhile, which takes a quarter of the time; behind a stretch there are
    few, and what is still there by then is not looked at again.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield partial(gc.collect, 0)
    finally:
        if was_on:
            gc.enable()
