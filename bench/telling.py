"""Our way of telling many conversations: the real application, from one changed ticket to the last card settled.

Each conversation has a subscription of its own. Started by ``bench.fanout``; says on standard output what it cost.
"""

import asyncio
import gc
import os
import shutil
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import uvloop
from msgspec import structs

import app
from assembly.collecting import OBJECTS_BETWEEN_COLLECTIONS
from attms_core.mirror import Cause
from attms_core.model import (
    Conversation,
    ConversationKind,
    Event,
    Lane,
    Mode,
    PersonKey,
    Subscription,
    SubscriptionId,
    TenantId,
    TicketId,
)
from attms_core.model.filter import Filter
from attms_core.store import books, conversations, lanes, subscriptions, tickets
from attms_core.store.database import Database, Tx, open_database
from bench import mirror
from bench.bot import PERSON, TENANT, settings
from bench.cost import Cost, Meter
from bench.quiet import QuietAutotask

TICKETS = 1000
TOLD_OF = TicketId(1)
LOOK = 0.02  # seconds


def places(count: int, service_url: str) -> list[Conversation]:
    """Make so many group conversations."""
    return [
        Conversation(
            tenant=TenantId(TENANT),
            id=f"19:bench{number:010}@thread.v2",
            kind=ConversationKind.GROUP,
            service_url=service_url,
            bot_id="28:bot",
        )
        for number in range(count)
    ]


def wanted(place: Conversation, now: datetime) -> Subscription:
    """Make what a conversation wants to be told."""
    return Subscription(
        id=SubscriptionId(0),
        tenant=place.tenant,
        lane=Lane(place.id),
        about="ticket",
        words="",
        filter=Filter(),
        events=frozenset({Event.STATUS}),
        mode=Mode.BOTH,
        created_by=PERSON,
        created_by_name="Bench User",
        created_at=now,
    )


async def prepared(count: int, service_url: str) -> Path:
    """Give the folder of a small mirror in which so many conversations want to be told."""
    now = datetime.now(UTC)
    person = PersonKey(TenantId(TENANT), PERSON)
    folder = await mirror.kept(TICKETS, person=person, now=now, home=mirror.STATE / f"telling-{count}")
    database = await open_database(None, folder)
    try:
        await database.write(lambda tx: _subscribe(tx, places(count, service_url), now))
    finally:
        await database.close()
    return folder


def _subscribe(tx: Tx, those: list[Conversation], now: datetime) -> None:
    known = {one.lane for one in subscriptions.active(tx, TenantId(TENANT))}
    for place in those:
        conversations.put(tx, place)
        if Lane(place.id) not in known:
            subscriptions.add(tx, wanted(place, now))
    books.bump(tx, TenantId(TENANT))


async def tell(count: int) -> Cost:
    """Change one ticket, and wait until everybody has been told."""
    kept = await prepared(count, os.environ["BENCH_SERVICE_URL"])
    with tempfile.TemporaryDirectory(prefix="attms-telling-") as folder:
        # Nobody has been told before: what stands already would be edited, and folded for a while.
        shutil.copytree(kept, folder, dirs_exist_ok=True)
        return await _told(count, Path(folder))


async def _told(count: int, folder: Path) -> Cost:
    brought: dict[str, Any] = {"login_ca": Path(os.environ["SSL_CERT_FILE"]), "pace": None}
    async with app.build(settings(os.environ, folder), autotask=QuietAutotask(), **brought) as house:
        _settle()
        store = house.ground.store
        before = (await store.read(lambda tx: tickets.load(tx, TenantId(TENANT), [TOLD_OF])))[TOLD_OF]
        now = datetime.now(UTC)
        later = structs.replace(before, title=f"{before.title} again", last_activity=now, last_modified=now)
        await house.core.mirror.absorb_tickets(
            [later], Cause.POLL
        )  # nobody wants to hear that: it loads what is wanted
        now += timedelta(seconds=1)
        moved = structs.replace(later, status=later.status % 4 + 1, last_activity=now, last_modified=now)
        async with Meter(count) as meter:
            await house.core.mirror.absorb_tickets([moved], Cause.POLL)
            await _all_told(store)
    return meter.cost


def _settle() -> None:
    """Do what a house does that is opened to serve."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)


async def _all_told(store: Database) -> None:
    while await store.read(lanes.next_due_at) is not None:  # noqa: ASYNC110 - the sender tells nobody
        await asyncio.sleep(LOOK)


def main() -> None:
    """Tell as many as the first argument says."""
    print(uvloop.run(tell(int(sys.argv[1]))).as_json())


if __name__ == "__main__":
    main()
