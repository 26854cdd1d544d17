"""Gathers what stands in a digest, from the mirror alone: by indexed reads, each with its limit."""

from datetime import datetime, timedelta

from attms_core.model import Person, Right, TenantId
from attms_core.model.digest import Digest, DigestKind
from attms_core.model.digest_sheet import Sheet
from attms_core.notices.digests.here import here
from attms_core.notices.digests.mine import mine
from attms_core.notices.rhythm import end_of_day, last_time
from attms_core.people import demand
from attms_core.store.database import Tx

LONGEST = timedelta(days=14)
"""Nobody wants to read what is older."""


def gather(tx: Tx, tenant: TenantId, person: Person, digest: Digest, *, now: datetime, internal: bool) -> Sheet:
    """Gather a digest for its maker; ``internal`` says whether it may tell of internal notes.

    Raises ``NotLinked`` and ``NotAllowed`` when its maker may not read any more.
    """
    demand(person, Right.READ)
    since = new_since(digest, now)
    if digest.kind is DigestKind.MINE:
        today = end_of_day(digest.rhythm, now)
        return mine(tx, tenant, person, now=now, since=since, today=today, internal=internal)
    return here(tx, tenant, person, digest.lane, now=now, since=since)


def new_since(digest: Digest, now: datetime) -> datetime:
    """Say since when things are new: since the time before the one that is told now."""
    return max(last_time(digest.rhythm, digest.last_at or now), now - LONGEST)
