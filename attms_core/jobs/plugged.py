"""What a plugin may say about jobs."""

import re
from collections.abc import Awaitable, Callable, Sequence

import pluggy
from msgspec import Struct

hookspec = pluggy.HookspecMarker("attms")
_NAME = re.compile(r"[a-z0-9-]{1,40}")


class PluginJob(Struct, frozen=True, kw_only=True):
    """A job of a plugin's. Its name is told as ``<plugin>.<name>``. Raises ``ValueError`` for one that is no name."""

    name: str
    work: Callable[[], Awaitable[object]]
    schedule: str
    """The usual one: ``every 5m``, ``cron 0 7 * * mon-fri Europe/Berlin`` or ``off``."""
    about: str = ""

    def __post_init__(self) -> None:
        """Check what is told to people and stands in addresses."""
        if not _NAME.fullmatch(self.name):
            raise ValueError(f"{self.name!r} is no name for a job: use a-z, 0-9 and -, at most 40 of them")


class JobHooks:
    """The hooks."""

    @hookspec
    def attms_jobs(self) -> Sequence[PluginJob]:  # type: ignore[empty-body] # a specification
        """List the plugin's jobs; asked when ATTMS starts, and again when it goes by other settings."""
