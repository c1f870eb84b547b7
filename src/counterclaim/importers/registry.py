"""The adapters that there are, by the name that they are called on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from counterclaim.importers.acled import Acled
from counterclaim.importers.claims import Claims
from counterclaim.importers.missile_attacks import MissileAttacks
from counterclaim.importers.ucdp_ged import UcdpGed

if TYPE_CHECKING:
    from counterclaim.importers.adapter import Adapter

ADAPTERS: dict[str, Adapter] = {
    adapter.name: adapter for adapter in (Acled(), Claims(), MissileAttacks(), UcdpGed())
}
