"""How a request becomes dearer as the store grows: warm, and just after everything was forgotten.

Cold means a new process on a file that the system was told to forget: each request is asked once,
one after another. Where the system keeps the file in memory nevertheless, cold is as warm.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from benchmarks.client import measure
from benchmarks.peers.copying import plain_store
from benchmarks.peers.web import our_server
from benchmarks.servers import drop_cache
from benchmarks.workloads import WORKLOADS, read_facts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

GROWING = ("list", "one", "claimant", "page_20000", "text_common", "bbox", "totals")
COLD_SECONDS = 20.0


def measure_cold(
    store: Path, folder: Path, only: Sequence[str] = GROWING
) -> Iterator[dict[str, Any]]:
    """Each workload once through on a server that has read nothing yet."""
    facts = read_facts(plain_store(store))
    for name in only:
        cases = WORKLOADS[name].cases(facts)
        drop_cache(store)
        with our_server(f"sqlite:///{store}", folder) as ours:
            requests = ours.requests(name, cases)
            sample = measure(ours.running.port, requests, 1, COLD_SECONDS, once=True)
        yield {
            "workload": name,
            "server": "counterclaim",
            "connections": 1,
            "cache": "cold",
            "rate": sample.rate,
            "p50_ms": sample.percentile(0.5),
            "p99_ms": sample.percentile(0.99),
        }
