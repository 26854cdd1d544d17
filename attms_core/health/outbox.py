"""Whether messages leave, and which have been given up."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from attms_core.health.finding import Finding, Subject, counted, lasting
from attms_core.store import lanes, owed
from attms_core.store.database import Database
from attms_core.store.lanes import Trouble
from attms_core.store.owed import Backlog

OUTBOX = Subject("outbox", "Messages that wait")
DEAD = Subject("dead-letters", "Messages that were given up")
LATE = timedelta(minutes=5)
STUBBORN = 8
"""Tries that take more than five minutes together."""
LATELY = timedelta(hours=24)


STOPPED = {
    "delivery-auth-broken": (
        "Teams refuses the bot's token: nothing is being sent.",
        "Renew the bot's secret, and see that the app id is that of the bot's registration. What waits is sent then.",
    ),
    "delivery-disabled": (
        "An administrator of Teams has blocked the bot for the whole tenant: nothing reaches anybody.",
        "In the Teams admin center look under Teams apps > Manage apps. What waits is sent when the app is allowed.",
    ),
}
"""What stops all sending, by its code: what it means and what to do."""


async def look(database: Database, now: datetime) -> Finding:
    """Judge by what waits."""
    backlog, troubles = await database.read(lambda tx: (owed.backlog(tx), lanes.troubles(tx)))
    return judge(backlog, now, troubles)


def judge(backlog: Backlog, now: datetime, troubles: Sequence[Trouble] = ()) -> Finding:
    """Judge by what stops all of it, by what has waited longest, and by what was refused most often."""
    if backlog.oldest_due is None:
        return OUTBOX.fine("Nothing waits.")
    for code in (each.reason.partition(":")[0] for each in troubles):
        if code in STOPPED:
            what, fix = STOPPED[code]
            return OUTBOX.ill(what, fix, waiting=str(backlog.waiting))
    overdue = now - backlog.oldest_due
    waiting = counted(backlog.waiting, "message")
    facts = {"waiting": str(backlog.waiting), "most_attempts": str(backlog.most_attempts)}
    if overdue > LATE:
        return OUTBOX.ill(
            f"{waiting} waiting, the oldest for {lasting(overdue)}: nothing is being sent.",
            "See to the bot token and to Teams' service address first. If both are fine, restart the service: what "
            "waits is kept.",
            **facts,
        )
    if backlog.most_attempts >= STUBBORN:
        return OUTBOX.warning(
            f"{waiting} waiting; Teams has refused one of them {backlog.most_attempts} times.",
            "See to the bot token and to Teams' service address. ATTMS goes on trying by itself.",
            **facts,
        )
    return OUTBOX.fine(f"{waiting} on the way.", **facts)


async def dead(database: Database, now: datetime) -> Finding:
    """Count what was given up within a day."""
    graves = await database.read(lambda tx: owed.buried_since(tx, now - LATELY))
    if not graves.count:
        return DEAD.fine("No message was given up within a day.")
    return DEAD.warning(
        f"{counted(graves.count, 'message')} given up within a day. The last one: {graves.last_reason}",
        "If people removed the app, nothing is wrong: it speaks there again when it is added. If Teams blocks it, look "
        "in the Teams admin center under Teams apps > Manage apps. A card asked for anew shows the truth.",
        count=str(graves.count),
    )
