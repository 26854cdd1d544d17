"""What a test or the demo brings of its own."""

from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from msgspec import Struct

from assembly.examining import AutotaskLike
from attms_core.ports import Now
from bot.dispatch import PATIENCE
from bot.notices.pace import TEAMS, Pace
from demo.personas import Personas

utc_now: Now = partial(datetime.now, UTC)
"""Tells the time; a turn asks a dozen times."""


class Brought(Struct, frozen=True, kw_only=True):
    """What a test or the demo brings in the place of the real thing."""

    now: Now = utc_now
    autotask: AutotaskLike | None = None
    """Stands in for AutoTask, whatever the settings say about reaching it."""
    personas: Personas | None = None
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
