"""What the set-up wants of others, as small Protocols: who keeps what is typed, and who asks the services."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, Protocol

from msgspec import Struct
from pydantic import SecretStr

from admin.manifest_command import Told
from attms_core.autotask.budget import Usage
from attms_core.autotask.rights import Rights
from attms_core.autotask.zone import Zones
from attms_core.model import Ticket
from attms_core.settings import Settings
from attms_core.store.trial import Trial


class Keeping(Protocol):
    """Keeps settings and the set-up's own entries. Durable when a method returns."""

    @property
    def settings(self) -> Settings:
        """What is in force now."""
        ...

    def fixed(self) -> frozenset[str]:
        """Name the settings that the environment has decided."""
        ...

    def entry(self, name: str) -> str:
        """Read an entry of the set-up's own; empty when there is none."""
        ...

    async def save(self, patch: Mapping[str, str | None], *, reason: str) -> None:
        """Change settings, all or none; None takes one out. Raises ``Invalid`` with every reason."""
        ...

    async def note(self, put: Mapping[str, str], drop: tuple[str, ...] = ()) -> None:
        """Write entries of the set-up's own. Raises ``StoreUnavailable``."""
        ...

    async def refresh(self) -> None:
        """Look whether another process has changed something."""
        ...


class AutotaskTrial(Protocol):
    """AutoTask with a log-in that is being tried. Every method raises what ``AutotaskClient``'s does."""

    async def zones(self) -> Zones:
        """Ask where the tenant lives; it takes no log-in."""
        ...

    async def usage(self) -> Usage:
        """Log in."""
        ...

    async def rights(self, entity: str) -> Rights:
        """Ask what the user may do."""
        ...

    async def ticket_by_number(self, number: str, *, urgent: bool = False) -> Ticket | None:
        """Read a ticket."""
        ...


class TokenCheck(Protocol):
    """Asks Entra for a token by client credentials."""

    async def __call__(self, *, settings: Settings, app_id: str, secret: SecretStr, scope: str) -> Mapping[str, Any]:
        """Give Entra's own answer, a token's or a refusal's (``access_token``, or ``error`` and ``error_codes``).

        The tenant and the login URL are those of the settings. Raises ``Unreachable``. Never an old token.
        """
        ...


class Tools(Struct, frozen=True, kw_only=True):
    """Who asks the services while a step is tested."""

    autotask: Callable[[Settings], AbstractAsyncContextManager[AutotaskTrial]]
    token: TokenCheck
    try_file: Callable[[Path], Awaitable[Trial]]
    try_server: Callable[[str], Awaitable[Trial]]


Commands = Callable[[], Mapping[str, Told]]
"""Gives the commands that the bot understands, for the menus of the Teams app."""
