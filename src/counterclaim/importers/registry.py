"""The adapters by name: which data sets can be imported."""

from __future__ import annotations

from typing import TYPE_CHECKING

from counterclaim.importers.claims import Claims

if TYPE_CHECKING:
    from counterclaim.importers.adapter import Adapter

ADAPTERS: dict[str, Adapter] = {adapter.name: adapter for adapter in (Claims(),)}
"""What ``counterclaim import`` can be asked for."""
