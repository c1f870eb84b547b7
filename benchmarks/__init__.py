"""Measures the server beside what people would use instead, on stores of invented claims.

``python -m benchmarks --help`` says what there is to do; docs/performance.md says what is measured.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# A PostgreSQL of our own is started as the tests do it, from a checkout without installation.
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "src")]
