"""Invented events in any number, the same each time: claim files of a hundred strikes each."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

STRIKES_A_FILE = 100
FIRST_DAY = date(2022, 3, 1)
DAYS = 1000

MUNITIONS = tuple(f"wm-{number}" for number in range(1, 31))
MINISTRIES = tuple(f"ministry-{number}" for number in range(1, 11))
TOWNS = tuple(f"town-{number}" for number in range(1, 61))


def reference_rows() -> dict[str, Any]:
    """Two sides with ministries, outlets, a tree of munitions, and towns in twelve regions."""
    draw = random.Random(1)
    return {
        "sources": [
            {"key": "left", "name": "Left", "kind": "state", "side": "XA"},
            {"key": "right", "name": "Right", "kind": "state", "side": "XB"},
            {"key": "invented-post", "name": "Invented Post", "kind": "outlet", "side": "neutral"},
            *(
                {
                    "key": key,
                    "name": key.replace("-", " ").title(),
                    "kind": "ministry",
                    "parent": ("left", "right")[place % 2],
                }
                for place, key in enumerate(MINISTRIES)
            ),
        ],
        "munitions": [
            {"key": "wm", "name": "WM family", "category": "family"},
            *(
                {"key": key, "name": key.upper(), "category": "drone", "parent": "wm"}
                for key in MUNITIONS
            ),
        ],
        "places": [
            {
                "key": key,
                "name": key.replace("-", " ").title(),
                "kind": "town",
                "country": ("XA", "XB")[place % 2],
                "region": f"{('XA', 'XB')[place % 2]}-{place % 12}",
                "latitude": round(draw.uniform(45, 55), 4),
                "longitude": round(draw.uniform(25, 40), 4),
            }
            for place, key in enumerate(TOWNS)
        ],
    }


def claim_files(strikes: int) -> Iterator[dict[str, Any]]:
    """Claim files with that many strikes together."""
    draw = random.Random(2)
    for number, first in enumerate(range(0, strikes, STRIKES_A_FILE)):
        yield _claim_file(draw, number, min(STRIKES_A_FILE, strikes - first))


def _claim_file(draw: random.Random, number: int, strikes: int) -> dict[str, Any]:
    text = f"Report {number}.\n"
    events, claims = [], []
    for place in range(strikes):
        launched = draw.randint(1, 40)
        shot_down = draw.randint(0, launched)
        munition, town = draw.choice(MUNITIONS), draw.choice(TOWNS)
        day = FIRST_DAY + timedelta(days=draw.randrange(DAYS))
        words = f"{shot_down} of {launched} {munition} fired at {town} on {day} were shot down"
        start = len(text)
        text += f"{words}.\n"
        side = draw.randrange(2)
        events.append({"ref": f"E{place}", "kind": "strike", "label": f"Strike on {town}, {day}"})
        claims.append(
            {
                "event": f"E{place}",
                "said_by": [MINISTRIES[2 * draw.randrange(5) + side]],
                "quote": {"exact": words, "start": start, "end": start + len(words)},
                "occurred": day.isoformat(),
                "attacker": ("XB", "XA")[side],
                "defender": ("XA", "XB")[side],
                "places": [{"place": town}],
                "counts": [{"munition": munition, "launched": launched, "intercepted": shot_down}],
            }
        )
    document = {
        "title": f"Report {number}",
        "text": text,
        "publisher": "invented-post",
        "published": "2026-01-01",
    }
    return {"document": document, "events": events, "claims": claims}
