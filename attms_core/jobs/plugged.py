"""What a plugin may say about jobs."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import pluggy

hookspec = pluggy.HookspecMarker("attms")


@dataclass(frozen=True, slots=True, kw_only=True)
class PluginJob:
    """A job of a plugin's. Its name is told as ``<plugin>.<name>``."""

    name: str
    work: Callable[[], Awaitable[object]]
    schedule: str
    """The usual one: ``every 5m``, ``cron 0 7 * * mon-fri Europe/Berlin`` or ``off``."""
    about: str = ""


class JobHooks:
    """The hooks."""

    @hookspec
    def attms_jobs(self) -> Sequence[PluginJob]:  # type: ignore[empty-body] # a specification
        """List the plugin's jobs; asked once, when ATTMS starts."""
