"""Whether the copy of AutoTask's data is whole and fresh."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from attms_core.health import commands
from attms_core.health.finding import Finding, Subject, counted, lasting
from attms_core.mirror.progress import BEGAN, Reached
from attms_core.model import TenantId
from attms_core.store import sync
from attms_core.store.database import Database
from attms_core.store.sync import SyncState

MIRROR = Subject("mirror", "Copy of AutoTask's data")
OLD = timedelta(minutes=30)
"""Lists this old mislead people."""
LONG = timedelta(hours=24)
"""A first reading that takes longer stands still."""
SIGN_IN_FIRST = "See to the AutoTask sign-in and its calls of the hour first"


async def look(database: Database, tenant: TenantId, *, every: timedelta, connected: bool, now: datetime) -> Finding:
    """Judge by the positions of the sync."""
    if not connected:
        return MIRROR.unknown("AutoTask is not connected yet, so there is nothing to copy.")
    return judge(await database.read(lambda tx: sync.all_states(tx, tenant)), every, now)


def judge(states: Sequence[SyncState], every: timedelta, now: datetime) -> Finding:
    """Judge by positions, for polls that come ``every`` so often."""
    reached = Reached(states)
    age, progress = reached.age(now, every), reached.progress
    if age.as_of is None:
        return MIRROR.ill("Nothing has been read from AutoTask yet, so lists are empty.", f"{SIGN_IN_FIRST}.")
    old = now - age.as_of
    facts = {"as_of": age.as_of.isoformat(timespec="seconds"), "open_tickets": str(progress.tickets)}
    if not age.is_current:
        what = f"The copy is {lasting(old)} old: polls come to nothing."
        fix = f"{SIGN_IN_FIRST}, then the jobs. {commands.mirror()}"
        return MIRROR.ill(what, fix, **facts) if old > OLD else MIRROR.warning(what, fix, **facts)
    if progress.finished:
        return MIRROR.fine(f"The copy is whole and {lasting(old)} old.", **facts)
    of_all = f" of {progress.total:,}" if progress.total else ""
    what = f"The first reading is under way: {progress.stage}, {progress.done:,}{of_all}."
    if _began(states, now) <= LONG:
        return MIRROR.warning(what, "Nothing to do: it goes on by itself, and lists fill meanwhile.", **facts)
    taken = f" It has taken {counted(_began(states, now).days, 'day')}."
    raise_cap = "if AutoTask's calls of the hour are used up, raise api_hourly_cap"
    return MIRROR.warning(what + taken, f"{SIGN_IN_FIRST}; {raise_cap}. {commands.mirror()}", **facts)


def _began(states: Sequence[SyncState], now: datetime) -> timedelta:
    began = next((state.position for state in states if state.name == BEGAN), None)
    return now - began if began else timedelta()
