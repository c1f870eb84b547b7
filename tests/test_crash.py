"""Power that fails: what was acknowledged is there, and the rest is whole or absent."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from counterclaim.db import make_engine
from counterclaim.vocabulary import KeyScope
from crashing import crash_rounds
from factories import put_key, put_world

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Databases

ROUNDS = int(os.environ.get("COUNTERCLAIM_CRASHES", "2"))


def test_a_killed_server_has_kept_all_that_it_acknowledged_and_nothing_by_halves(
    databases: Databases, tmp_path: Path
) -> None:
    name = databases.migrated(put_world)
    engine = make_engine(databases.url(name))
    keys = put_key(engine, KeyScope.REVIEW)
    engine.dispose()
    posts = crash_rounds(databases.url(name), tmp_path, keys, ROUNDS, chance=ROUNDS)
    print(f"{len(posts.sent)} sent, {len(posts.answered)} answered")  # noqa: T201 - for a soak
    databases.drop(name)
