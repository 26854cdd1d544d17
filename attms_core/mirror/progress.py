"""How far the mirror has come: the names of its positions in the store, and what a card says while it still reads."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cached_property

from msgspec import Struct

from attms_core.store.sync import SyncState

BEGAN = "began"
"""Position: when the first sync began. Nothing older than that is news."""
POLL = "poll"
"""Position: the newest ticket activity seen, by AutoTask's clock. Checked at: the last poll that was answered."""
COMPANIES = "companies"
CONTACTS = "contacts"
DELETIONS = "deletions"
OPPORTUNITIES_BEGAN = "opportunities:began"
"""Position: when opportunities were read first. Nothing older than that is news."""
OPPORTUNITIES = "opportunities"
"""Position: the newest activity of an opportunity seen; none until all were read once."""
FORGOTTEN = "forgotten"
"""Position: completed tickets to which nothing happened since then were dropped; what comes back of them is no news."""
REACH = "reach"
"""Position: from when on completed tickets are here, once some were dropped. It goes back when the history grows."""
PEOPLE = "people"
"""Resources, roles and picklists. Checked at: when they were read last."""
STAGES = ("metadata", "people", "companies", "open", "contacts", "notes", "closed")
"""The first sync, in this order: after ``open`` has read its newest window the chat works."""

SILENCE = timedelta(minutes=3)
"""Data counts as current for this long at least, or for three polls."""


class Progress(Struct, frozen=True, kw_only=True):
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


_HEARD = frozenset({POLL, stage_name("open")})
_PEOPLE = frozenset({PEOPLE, stage_name("metadata"), stage_name("people")})


class Age(Struct, frozen=True, kw_only=True):
    """How old the mirror's data is."""

    as_of: datetime | None
    is_current: bool


class Reached:
    """The mirror's positions as they were read together, and what follows from them. Never changed once made."""

    def __init__(self, states: Sequence[SyncState]) -> None:
        self._known = {state.name: state for state in states}

    @cached_property
    def progress(self) -> Progress:
        """How far the first sync is."""
        opened = self._known.get(stage_name("open"))
        tickets = opened.done if opened else 0
        for stage in STAGES:
            state = self._known.get(stage_name(stage))
            if state is None or state.finished_at is None:
                done, total = (state.done, state.total) if state else (0, None)
                return Progress(stage=stage, done=done, total=total, finished=False, tickets=tickets)
        last = self._known[stage_name(STAGES[-1])]
        return Progress(stage=STAGES[-1], done=last.done, total=last.total, finished=True, tickets=tickets)

    @cached_property
    def as_of(self) -> datetime | None:
        """When AutoTask answered last."""
        return max(self._checked(_HEARD), default=None)

    @cached_property
    def people(self) -> frozenset[datetime]:
        """When technicians, roles and picklists were read: the same as long as they are."""
        return frozenset(self._checked(_PEOPLE))

    def age(self, now: datetime, every: timedelta) -> Age:
        """Say whether AutoTask answered recently enough for polls that come ``every`` so often."""
        as_of = self.as_of
        return Age(as_of=as_of, is_current=as_of is not None and now - as_of <= max(SILENCE, 3 * every))

    def _checked(self, names: frozenset[str]) -> list[datetime]:
        return [state.checked_at for name, state in self._known.items() if name in names and state.checked_at]
