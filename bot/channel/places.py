"""Which addresses the bot's token and words may go to (Teams: service URLs by cloud)."""

from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import SplitResult, urlsplit

from msgspec import Struct

from attms_core.settings import LOOPBACK

TEAMS_HOSTS = (
    "smba.trafficmanager.net",
    ".botframework.com",
    "smba.infra.gcc.teams.microsoft.com",
    "smba.infra.gov.teams.microsoft.us",
    "smba.infra.dod.teams.microsoft.us",
)


class Places(Struct, frozen=True, kw_only=True):
    """An allow-list: exact hosts, and suffixes that start with a dot.

    ``loopback`` also lets this machine be named, by http and on any port; ``only_loopback`` lets nothing else.
    """

    hosts: tuple[str, ...] = TEAMS_HOSTS
    loopback: bool = False
    only_loopback: bool = False

    def allows(self, url: str) -> bool:
        """Say whether a service URL may be called."""
        return _allowed(self, url)

    def judge(self, url: str) -> bool:
        """Decide anew what ``allows`` remembers: a turn asks twice, about a handful of addresses."""
        parts = _split(url)
        if parts is None:
            return False
        host = parts.hostname or ""
        if host in LOOPBACK:
            return self.loopback or self.only_loopback
        return not self.only_loopback and parts.scheme == "https" and _is_usual(parts) and matches(host, self.hosts)


@lru_cache(maxsize=256)
def _allowed(places: Places, url: str) -> bool:
    return places.judge(url)


def matches(host: str, allowed: Iterable[str]) -> bool:
    """Say whether a lower-case host is one of those allowed."""
    return any(host.endswith(each) if each.startswith(".") else host == each for each in allowed)


def _is_usual(parts: SplitResult) -> bool:
    return parts.port in {None, 443}


def _split(url: str) -> SplitResult | None:
    """Take an address apart; none when two readers could understand it differently."""
    if not url.isascii() or not url.isprintable() or any(sign in url for sign in " \\@?#"):
        return None
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises for a port that is no number
    except ValueError:
        return None
    return parts if parts.scheme in {"http", "https"} and parts.hostname else None
