"""What a test or the demo brings of its own."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Protocol

from msgspec import Struct

from assembly.examining import AutotaskLike
from attms_core.model import TenantId
from attms_core.people import People, Roster
from attms_core.ports import Now
from attms_core.settings import Linking
from attms_core.store.database import Database
from bot.dispatch import PATIENCE
from bot.notices.pace import TEAMS, Pace
from bot.reading import Readers
from bot.reply import Reply
from bot.router import Router
from bot.turn import Handle, Turn

utc_now: Now = partial(datetime.now, UTC)
"""Tells the time; a turn asks a dozen times."""

Tell = Callable[[Turn, Reply], Awaitable[object]]
"""Says something in the turn's conversation besides its answer."""


class Play(Protocol):
    """What the demo puts in the place of the real parts, and beside them, so that whoever speaks plays somebody."""

    def people(
        self,
        database: Database,
        roster: Roster | None,
        *,
        tenant: TenantId,
        linking: Linking,
        administrators: Sequence[str],
        now: Now,
    ) -> People:
        """Make the people, as ``People`` would be made."""
        ...

    def router(self) -> Router:
        """Make what can be said besides."""
        ...

    def stage(self, handle: Handle, *, people: People, readers: Readers, tell: Tell) -> Handle:
        """Make what a turn comes to first; it passes the turn on to ``handle``."""
        ...


class Brought(Struct, frozen=True, kw_only=True):
    """What a test or the demo brings in the place of the real thing."""

    now: Now = utc_now
    autotask: AutotaskLike | None = None
    """Stands in for AutoTask, whatever the settings say about reaching it."""
    play: Play | None = None
    """Gives everybody who speaks a technician to play."""
    dangerously_open: bool = False
    """Lets messages in without tokens: only loopback is then accepted, and it is no setting."""
    login_ca: Path | None = None
    """A certificate to trust at the login URL."""
    has_typeahead: bool = True
    """False for Microsoft's local client, which shows nothing where Teams would search while somebody types."""
    patience: timedelta = PATIENCE
    """How long a press may take before it is answered with "Saving..."."""
    pace: Pace | None = TEAMS
    """How fast to speak; none is without limits, for a time that stands still and for measuring."""
