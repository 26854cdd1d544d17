"""Whether those whom something shall be told can be reached, and whether every ladder still speaks."""

from attms_core.health import commands
from attms_core.health.finding import Finding, Subject, counted
from attms_core.model import LinkState, PersonKey, TenantId
from attms_core.notices.reach import CLOSED, roster
from attms_core.store import ladders, people
from attms_core.store.database import Database, Tx

REACH = Subject("reach", "Who can be reached in Teams")
NAMED = 3
"""Names in the sentence; the command tells the others."""


async def look(database: Database, tenant: TenantId) -> Finding:
    """Count those who cannot be reached until somebody does something, and the ladders whose makers see nothing."""
    found, asleep = await database.read(lambda tx: (roster(tx, tenant), _asleep(tx, tenant)))
    closed = [each.name for each in found if each.way in CLOSED]
    facts = {"reached": str(len(found) - len(closed)), "closed": str(len(closed)), "ladders_asleep": str(asleep)}
    if closed:
        names = ", ".join([*closed[:NAMED], *(["..."] if len(closed) > NAMED else [])])
        return REACH.warning(
            f"{len(closed)} of {counted(len(found), 'conversation')} cannot be reached: {names}.",
            f"{commands.reach()}. It says for each of them what to do.",
            **facts,
        )
    if asleep:
        return REACH.warning(
            f"{counted(asleep, 'escalation')} of queues tell nothing: whoever set them may see no tickets any more.",
            "A dispatcher says in Teams: escalation. Then Change, and Save.",
            **facts,
        )
    return REACH.fine(f"{counted(len(found), 'conversation')} can be reached, as far as is known.", **facts)


def _asleep(tx: Tx, tenant: TenantId) -> int:
    makers = (
        people.get(tx, PersonKey(tenant, each.created_by))
        for each in ladders.everything(tx, tenant)
        if not each.is_paused
    )
    return sum(maker is None or maker.link.state is not LinkState.LINKED for maker in makers)
