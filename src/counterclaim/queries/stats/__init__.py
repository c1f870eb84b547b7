"""Totals over the events that a filter lets through: grouped, and counting nothing twice."""

from __future__ import annotations

from counterclaim.queries.stats.grouping import Plan, Table, plan
from counterclaim.queries.stats.totals import Totals, sum_events

__all__ = ["Plan", "Table", "Totals", "plan", "sum_events"]
