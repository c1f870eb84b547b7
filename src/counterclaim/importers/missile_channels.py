"""Who speaks in the posts that "Massive Missile Attacks on Ukraine" refers to.

A reference is the path of a post without its host, most often on Facebook, or a whole address.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from counterclaim.importers.naming import cut
from counterclaim.schemas.incoming import DocumentIn, NameIn, SourceIn
from counterclaim.vocabulary import SourceKind

if TYPE_CHECKING:
    from counterclaim.importers.naming import Naming

TITLE = "Massive Missile Attacks on Ukraine"
REFERENCE_ONLY = "Only the reference of the post is known, not its words."

_ORIGIN = f"Channel named in the data set {TITLE}"
_SEPARATORS = re.compile(r"\s*[;|]\s*")
_ADDRESS = re.compile(
    r"(?:https?://)?(?P<host>[a-z0-9-]+(?:\.[a-z0-9-]+)+)/(?P<path>\S*)", re.IGNORECASE
)
_TELEGRAM = {"t.me", "telegram.me"}
_FACEBOOK = {"facebook.com", "www.facebook.com", "m.facebook.com"}
_FACEBOOK_PATH = re.compile(r"(?P<channel>[\w.-]+)/(?:posts|videos|photos|reel)/\S+", re.ASCII)
_NO_CHANNEL = {"watch", "reel", "story.php", "permalink.php", "groups", "share", "s"}


def _command(key: str, name: str, url: str, parent: str | None = None) -> SourceIn:
    return SourceIn(
        key=key,
        name=name,
        kind=SourceKind.ARMED_FORCE,
        side="UA",
        country="UA",
        parent=parent,
        url=url,
        origin=_ORIGIN,
    )


_FACEBOOK_URL = "https://www.facebook.com"
AIR_FORCE = _command("ukrainian-air-force", "Ukrainian Air Force", f"{_FACEBOOK_URL}/kpszsu")
SOUTH, EAST, WEST, CENTER = (
    _command(f"air-command-{way.lower()}", f"Air Command {way}", f"{_FACEBOOK_URL}/{path}")
    for way, path in (
        ("South", "PvKPivden"),
        ("East", "pvkshid"),
        ("West", "PvkZahid"),
        ("Center", "PvkCenter"),
    )
)
GENERAL_STAFF = _command(
    "ua-general-staff",
    "General Staff of the Armed Forces of Ukraine",
    f"{_FACEBOOK_URL}/GeneralStaff.ua",
)
COMMANDER = SourceIn(
    key="commander-in-chief-of-ukraine",
    name="Commander-in-Chief of the Armed Forces of Ukraine",
    kind=SourceKind.OFFICIAL,
    side="UA",
    country="UA",
    url=f"{_FACEBOOK_URL}/CinCAFU",
    names=[NameIn(name="Commander-in-Chief of Ukraine")],
    origin=_ORIGIN,
)
KHARKIV = SourceIn(
    key="kharkiv-oblast-military-administration",
    name="Kharkiv Oblast Military Administration",
    kind=SourceKind.GOVERNMENT,
    side="UA",
    country="UA",
    url="https://kharkivoda.gov.ua/",
    origin=_ORIGIN,
)
MONITOR = SourceIn(
    key="war-monitor",
    name="Monitor (Telegram channel war_monitor)",
    kind=SourceKind.OUTLET,
    url="https://t.me/war_monitor",
    origin=_ORIGIN,
)

CHANNELS: dict[str, SourceIn] = {
    "kpszsu": AIR_FORCE,
    "pvkpivden": SOUTH,
    "pvkshid": EAST,
    "pvkzahid": WEST,
    "pvkcenter": CENTER,
    "generalstaff.ua": GENERAL_STAFF,
    "generalstaffzsu": GENERAL_STAFF,
    "cincafu": COMMANDER,
    "kharkivoda.gov.ua": KHARKIV,
    "war_monitor": MONITOR,
}
"""Who speaks in a channel, by its name in lower case."""

COMMANDS = (SOUTH, EAST, WEST, CENTER)


@dataclass(frozen=True, slots=True)
class Reference:
    """One post: what the cell calls it, where it can be read, and the channel, if it is told."""

    text: str
    url: str | None
    channel: str | None


def read_references(cell: str) -> list[Reference]:
    """The posts that a cell refers to, in order; a slash at the end does not matter."""
    parts = (part.strip().rstrip("/") for part in _SEPARATORS.split(cell))
    return [_reference(part) for part in parts if part]


def _reference(text: str) -> Reference:
    path = _FACEBOOK_PATH.fullmatch(text)
    if path is not None:
        return Reference(text, f"{_FACEBOOK_URL}/{text}", path["channel"])
    address = _ADDRESS.fullmatch(text)
    if address is not None:
        return Reference(text, _url(text), _channel(address))
    if text.startswith(("watch?v=", "watch/?v=")):
        return Reference(text, f"{_FACEBOOK_URL}/{text}", None)
    return Reference(text, None, None)


def _url(text: str) -> str:
    return text if text.lower().startswith("http") else f"https://{text}"


def _channel(address: re.Match[str]) -> str | None:
    """The channel of a post on a platform, else the site."""
    host = address["host"].lower()
    if host not in _TELEGRAM | _FACEBOOK:
        return host.removeprefix("www.")
    steps = [step for step in address["path"].split("/") if step not in _NO_CHANNEL]
    return steps[0] if len(steps) > 1 else None


def speaker(reference: Reference, naming: Naming) -> str | None:
    """The key of the source that speaks in a post; None where the reference does not tell."""
    if reference.channel is None:
        return None
    known = CHANNELS.get(reference.channel.lower())
    if known is None:
        return naming.outlet(reference.channel)
    if known in COMMANDS:
        # Under the Air Force: what a command and the Air Force say of one night is one voice.
        known = known.model_copy(update={"parent": naming.source(AIR_FORCE)})
    return naming.source(known)


def document_of(reference: Reference, publisher: str | None) -> DocumentIn:
    """The post as a document, of which no more than the reference is known."""
    return DocumentIn(
        title=cut(reference.text),
        text=reference.text,
        publisher=publisher,
        url=reference.url,
        note=REFERENCE_ONLY,
    )
