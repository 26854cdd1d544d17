"""What a look for service levels has told: the job itself says only how much."""

from datetime import UTC, datetime

from attms_core.mirror import Mirror
from attms_core.model import Change, Kept, TenantId
from attms_core.store import changes
from attms_core.store.database import Database

EVER = datetime(1970, 1, 1, tzinfo=UTC)


async def watched(mirror: Mirror, database: Database, tenant: TenantId) -> list[Change]:
    """Let the mirror look, and give what it told in the order in which it told it."""
    before = {each.id for each in await told(database, tenant)}
    count = await mirror.watch_levels()
    found = [each.change for each in await told(database, tenant) if each.id not in before]
    assert count == len(found)
    return found


async def told(database: Database, tenant: TenantId) -> list[Kept]:
    """Give all changes, in the order in which they were told."""
    found = await database.read(lambda tx: changes.latest(tx, tenant, EVER, limit=100_000))
    return sorted(found, key=lambda each: each.id)
