"""How far the mirror has come: the names of its positions in the store, and what a card says while it still reads."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from attms_core.store.sync import SyncState

BEGAN = "began"
"""Position: when the first sync began. Nothing older than that is news."""
POLL = "poll"
"""Position: the newest ticket activity seen, by AutoTask's clock. Checked at: the last poll that was answered."""
COMPANIES = "companies"
CONTACTS = "contacts"
DELETIONS = "deletions"
PEOPLE = "people"
"""Resources, roles and picklists. Checked at: when they were read last."""
STAGES = ("metadata", "people", "companies", "open", "contacts", "notes", "closed")
"""The first sync, in this order: after ``open`` has read its newest window the chat works."""

SILENCE = timedelta(minutes=3)
"""Data counts as current for this long at least, or for three polls."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """The stage under way, or the last one once all are finished."""

    stage: str
    done: int
    total: int | None
    finished: bool
    tickets: int
    """Open tickets read so far."""


def stage_name(stage: str) -> str:
    """Name a stage's position in the store."""
    return f"first-sync:{stage}"


def progress_of(states: Iterable[SyncState]) -> Progress:
    """Say how far the first sync is."""
    known = {state.name: state for state in states}
    opened = known.get(stage_name("open"))
    tickets = opened.done if opened else 0
    for stage in STAGES:
        state = known.get(stage_name(stage))
        if state is None or state.finished_at is None:
            done, total = (state.done, state.total) if state else (0, None)
            return Progress(stage=stage, done=done, total=total, finished=False, tickets=tickets)
    last = known[stage_name(STAGES[-1])]
    return Progress(stage=STAGES[-1], done=last.done, total=last.total, finished=True, tickets=tickets)


@dataclass(frozen=True, slots=True, kw_only=True)
class Age:
    """How old the mirror's data is."""

    as_of: datetime | None
    is_current: bool


def age_of(states: Iterable[SyncState], now: datetime, every: timedelta) -> Age:
    """Say when AutoTask answered last, and whether that is recent enough for polls that come ``every`` so often."""
    known = {state.name: state for state in states}
    heard = [s.checked_at for s in (known.get(POLL), known.get(stage_name("open"))) if s and s.checked_at]
    as_of = max(heard, default=None)
    return Age(as_of=as_of, is_current=as_of is not None and now - as_of <= max(SILENCE, 3 * every))
