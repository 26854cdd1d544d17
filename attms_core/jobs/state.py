"""What is told about jobs."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct


class RunOutcome(StrEnum):
    """How a run went."""

    RUNNING = "running"
    OK = "ok"
    FAILED = "failed"
    SKIPPED = "skipped"
    """It was too late for it, or another process ran it."""
    INTERRUPTED = "interrupted"
    """The process ended meanwhile."""


class JobRun(Struct, frozen=True, kw_only=True):
    """A run of a job."""

    started: datetime
    ended: datetime | None
    outcome: str
    said: str
    """Why it failed, was skipped or interrupted, in a sentence."""


class JobState(Struct, frozen=True, kw_only=True):
    """A job as it is now."""

    name: str
    about: str
    schedule: str
    zone: str
    next_run: datetime | None
    unplanned_since: datetime | None
    """Since when it waits for a next time, because the store does not tell what ran last; none for one that has it."""
    running_since: datetime | None
    is_paused: bool
    """Switched off by its schedule."""
    last_run: JobRun | None
