"""Whether messages leave, and which have been given up."""

from datetime import datetime, timedelta

from attms_core.health.finding import Finding, Subject, counted, lasting
from attms_core.store import outbox
from attms_core.store.database import Database
from attms_core.store.outbox import Backlog

OUTBOX = Subject("outbox", "Messages that wait")
DEAD = Subject("dead-letters", "Messages that were given up")
LATE = timedelta(minutes=5)
STUBBORN = 8
"""Tries that take more than five minutes together."""
LATELY = timedelta(hours=24)


async def look(database: Database, now: datetime) -> Finding:
    """Judge by what waits."""
    return judge(await database.read(outbox.backlog), now)


def judge(backlog: Backlog, now: datetime) -> Finding:
    """Judge by what has waited longest, and by what was refused most often."""
    if backlog.oldest_due is None:
        return OUTBOX.fine("Nothing waits.")
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
    graves = await database.read(lambda tx: outbox.buried_since(tx, now - LATELY))
    if not graves.count:
        return DEAD.fine("No message was given up within a day.")
    return DEAD.warning(
        f"{counted(graves.count, 'message')} given up within a day. The last one: {graves.last_reason}",
        "If people removed the app, nothing is wrong: it speaks there again when it is added. If Teams blocks it, look "
        "in the Teams admin center under Teams apps > Manage apps. A card asked for anew shows the truth.",
        count=str(graves.count),
    )
