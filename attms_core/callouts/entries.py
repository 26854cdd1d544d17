"""The secrets of the callouts as they are kept: the address nobody guesses, the key that signs, and those before.

They stand in the configuration under ``callouts.``; where that is kept, and sealed, is not known here.
"""

import re
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from hmac import compare_digest
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct
from pydantic import SecretStr

from attms_core.callouts.signature import verify
from attms_core.errors import Invalid, OperatorNeeded

if TYPE_CHECKING:
    from attms_core.config import Verdict
    from attms_core.config.values import Patch

CALLOUTS = "callouts."
"""How the names of the entries begin."""
ROOT = "/hooks/autotask/"
OFF = "/off"
OVERLAP = timedelta(hours=1)
"""So long the old secret holds on after AutoTask was told the new one; it repeats a callout for two minutes."""
PATH_BYTES, SECRET_BYTES = 24, 48
"""192 bits; and 64 letters, as many as AutoTask takes (vendor help: TicketWebhooks)."""
_VALUE = re.compile(r"[A-Za-z0-9:.+_-]{1,100}")


def check(value: str) -> None:
    """Check an entry. Raises ``Invalid``."""
    if not _VALUE.fullmatch(value):
        raise Invalid("Entries of callouts are made by ATTMS itself.", hint="Type: attms callouts create")


class Keeping(Protocol):
    """Where the entries are kept: the configuration."""

    def of(self, prefix: str) -> Mapping[str, str]:
        """Give the entries by what follows the beginning of their names."""
        ...

    async def patch(self, patch: "Patch", *, by: str, reason: str = "") -> "Verdict":
        """Change entries, all or none. Raises ``OperatorNeeded`` where there is nowhere to keep them."""
        ...


class Doorkeys(Struct, frozen=True, kw_only=True):
    """One address and the key that signs what comes there."""

    path: str
    secret: SecretStr

    @property
    def route(self) -> str:
        """Where it is on our listener."""
        return f"{ROOT}{self.path}"

    def is_of(self, path: str) -> bool:
        """Compare an address, in a time that tells nothing of it."""
        return compare_digest(self.path.encode(), path.encode("utf-8", "surrogateescape"))

    def has_signed(self, raw: bytes, header: str) -> bool:
        """Check a signature."""
        return verify(self.secret.get_secret_value(), raw, header)


class Entries(Struct, frozen=True, kw_only=True):
    """All of them."""

    now: Doorkeys
    before: Doorkeys | None = None
    """Those that a rotation replaces."""
    until: datetime | None = None
    """How long they hold on; None until AutoTask has been told the new ones."""

    def holding(self, moment: datetime) -> tuple[Doorkeys, ...]:
        """Give those that are accepted."""
        if self.before is None or (self.until is not None and self.until <= moment):
            return (self.now,)
        return (self.now, self.before)

    @property
    def is_untold(self) -> bool:
        """Say whether AutoTask has to be told the new secret yet."""
        return self.before is not None and self.until is None


def read(stored: Mapping[str, str]) -> Entries | None:
    """Read what is kept; none when callouts are not set up."""
    now = _keys(stored.get("path"), stored.get("secret"))
    if now is None:
        return None
    before = _keys(stored.get("old_path"), stored.get("old_secret"))
    return Entries(now=now, before=before, until=_moment(stored.get("old_until")))


def first() -> dict[str, str | None]:
    """Make the patch that sets callouts up."""
    return {f"{CALLOUTS}path": secrets.token_urlsafe(PATH_BYTES), f"{CALLOUTS}secret": _secret()}


def rotated(entries: Entries) -> dict[str, str | None]:
    """Make the patch that puts new secrets in the place of these, which hold on."""
    before = entries.now
    return {
        **first(),
        f"{CALLOUTS}old_path": before.path,
        f"{CALLOUTS}old_secret": before.secret.get_secret_value(),
        f"{CALLOUTS}old_until": None,
    }


def told(moment: datetime) -> dict[str, str | None]:
    """Make the patch that notes that AutoTask knows the new secrets."""
    return {f"{CALLOUTS}old_until": (moment + OVERLAP).isoformat()}


def settled() -> dict[str, str | None]:
    """Make the patch that forgets the old secrets."""
    return {f"{CALLOUTS}{name}": None for name in ("old_path", "old_secret", "old_until")}


def none() -> dict[str, str | None]:
    """Make the patch that forgets everything."""
    return {f"{CALLOUTS}path": None, f"{CALLOUTS}secret": None, **settled()}


async def keep(keeping: Keeping, patch: "Patch", *, by: str, reason: str) -> None:
    """Change what is kept. Raises ``OperatorNeeded`` when it is not good, and as ``Keeping.patch``."""
    verdict = await keeping.patch(patch, by=by, reason=reason)
    if verdict.mistakes:
        raise OperatorNeeded(
            f"The secrets of the callouts cannot be kept: {'; '.join(verdict.mistakes)}",
            hint="Type: attms config check",
        )


def _secret() -> str:
    return secrets.token_urlsafe(SECRET_BYTES)


def _keys(path: str | None, secret: str | None) -> Doorkeys | None:
    return Doorkeys(path=path, secret=SecretStr(secret)) if path and secret else None


def _moment(text: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
