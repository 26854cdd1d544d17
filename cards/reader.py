"""For whom a card is rendered. What the card is about does not belong here."""

from datetime import datetime
from urllib.parse import urlsplit

from msgspec import Struct, field

from attms_core.model import ResourceId

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class Reader(Struct, frozen=True, kw_only=True):
    """Who reads the card, where and when: rendering is pure."""

    zone: str = "UTC"
    """An IANA name as the client told it, unchecked: a bad one counts as UTC."""
    locale: str = "en-GB"
    now: datetime
    """Aware."""
    is_shared: bool = False
    """Whether others see the card as well: their clocks may show another time, so each moment names its zone."""
    can_write: bool = False
    """Whether writing to AutoTask is switched on."""
    is_internal: bool = False
    """Whether internal notes may be shown in this conversation."""
    has_typeahead: bool = True
    """Whether the client asks for choices while somebody types; Microsoft's local client does not."""
    me: ResourceId | None = None
    link_hosts: frozenset[str] = field(default=frozenset({"*.autotask.net"}))
    """Hosts that links may lead to: exact names, ``*.example.com`` for all below; loopback (http) only if named."""

    def may_open(self, url: str) -> bool:
        """Say whether a button may lead there: https and an allowed host."""
        try:
            parts = urlsplit(url)
            host = (parts.hostname or "").lower()
        except ValueError:
            return False
        if not host or parts.username is not None or not url.isascii() or not url.isprintable() or " " in url:
            return False
        if parts.scheme == "http" and host not in LOOPBACK:
            return False
        return parts.scheme in {"https", "http"} and self._allows(host)

    def _allows(self, host: str) -> bool:
        if host in self.link_hosts:
            return True
        return any(allowed.startswith("*.") and host.endswith(allowed[1:]) for allowed in self.link_hosts)
