"""A mirror of any size, out of nothing: the same tickets every time, written through the store's own functions.

No AutoTask is asked. What the numbers measured over it mean is said in docs/performance.md.
"""

import gc
import shutil
import zlib
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from attms_core.mirror.fields import TICKETS
from attms_core.mirror.progress import BEGAN, PEOPLE, POLL, STAGES, stage_name
from attms_core.model import (
    Choice,
    Company,
    CompanyId,
    Field,
    Link,
    LinkState,
    Person,
    PersonKey,
    PersonRole,
    Resource,
    ResourceId,
    ResourceRole,
    Role,
    RoleId,
    TenantId,
    Ticket,
    TicketId,
)
from attms_core.store import (
    directory,
    levels,
    metadata,
    people,
    sync,
    tables,
    ticket_rows,
    ticket_words,
    tickets,
    words,
)
from attms_core.store.database import Database, Tx, open_database
from attms_core.store.sync import SyncState

STATE = Path(__file__).parent / ".state"
"""Where mirrors are kept between runs; git ignores it."""
ME = ResourceId(1)
MINE = 40
"""Open tickets of the person who asks, in a mirror of any size."""
RARE, COMMON = "zeppelin", "printer"
"""A word of ten open tickets in a mirror of any size, and one of every tenth ticket."""
ONE_COMPANY = CompanyId(7)
COLLEAGUES = 100
OPEN_EVERY = 25
"""One ticket in so many is open; a desk closes most of what it has."""
FEWEST = OPEN_EVERY * MINE
BATCH = 10_000

_QUEUES = ("Service Desk", "Level II Support", "Field Service", "Monitoring Alert")
_STATUSES = ("New", "In Progress", "Waiting Customer", "Escalate", "Complete")
_PRIORITIES = ("Critical", "High", "Medium", "Low")
_THINGS = ("printer", "mailbox", "VPN", "laptop", "backup", "phone", "licence", "Wi-Fi", "share", "scanner")
_TROUBLES = ("does not answer", "is slow since Monday", "asks for a password", "stopped working", "needs replacing")


class TooFew(ValueError):
    """A mirror of less than ``FEWEST`` tickets would not have all that is looked for in it."""


def companies_in(count: int) -> int:
    """Say how many companies a mirror of so many tickets has."""
    return max(50, count // 500)


def ticket(number: int, count: int, now: datetime) -> Ticket:
    """Make one of ``count`` tickets; numbers begin at zero."""
    place, is_open = number // OPEN_EVERY, number % OPEN_EVERY == 0
    created = now - timedelta(minutes=count - number)
    ended = created + timedelta(hours=4)
    thing, trouble = _THINGS[number // 7 % 10], _TROUBLES[number // 70 % 5]
    rare = f" {RARE}" if is_open and place % (count // OPEN_EVERY // 10) == 1 else ""
    return Ticket(
        id=TicketId(number + 1),
        number=f"T{created.year}{created.month:02}{created.day:02}.{number % 10_000:04}",
        title=f"{thing.capitalize()} on floor {number % 17} {trouble}{rare}",
        description=f"Room {number % 997}: the {thing} {trouble}.",
        company=CompanyId((number + place) % companies_in(count) + 1),
        status=place % 4 + 1 if is_open else 5,
        priority=number % 4 + 1,
        queue=place % 4 + 1,
        assignee=_assignee(number, count),
        created=created,
        due=now + timedelta(minutes=place % 5000 - 500),
        completed_at=None if is_open else ended,
        last_activity=ended,
        last_modified=ended,
    )


def _assignee(number: int, count: int) -> ResourceId | None:
    place = number // OPEN_EVERY
    if place % (count // OPEN_EVERY // MINE) == 0:
        return ME
    return ResourceId(2 + place % COLLEAGUES) if place % 7 else None


async def kept(count: int, *, person: PersonKey, now: datetime, home: Path = STATE) -> Path:
    """Give the folder of a mirror of ``count`` tickets, built the first time; it is as fresh as if just polled.

    Raises ``TooFew``.
    """
    if count < FEWEST:
        raise TooFew(f"a mirror of {count} tickets is too small: {FEWEST} is the least")
    folder = home / f"mirror-{count}-{_fingerprint():08x}"
    if not folder.exists():
        await _build(folder, count, person, now)
    database = await open_database(None, folder)
    try:
        await database.write(lambda tx: _freshen(tx, person, now))
    finally:
        await database.close()
    return folder


async def _build(folder: Path, count: int, person: PersonKey, now: datetime) -> None:
    half = folder.with_suffix(".half")
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir(parents=True)
    gc.disable()  # tickets are in no circles, and to look for some among so many is an eighth of the time
    try:
        database = await open_database(None, half)
        try:
            await fill(database, count, person.tenant, now)
        finally:
            await database.close()
        half.rename(folder)  # a build that was interrupted leaves nothing that looks whole
    finally:
        gc.enable()
        shutil.rmtree(half, ignore_errors=True)


async def fill(database: Database, count: int, tenant: TenantId, now: datetime) -> None:
    """Write picklists, people, companies and ``count`` tickets, as a finished first sync leaves them."""
    await database.write(lambda tx: _put_office(tx, count, tenant, now))
    for batch in _batches(count, now):
        await database.write(lambda tx, batch=batch: _put(tx, tenant, batch, now))  # type: ignore[misc] # bound at once


def _put(tx: Tx, tenant: TenantId, batch: Sequence[Ticket], now: datetime) -> None:
    tickets.put(tx, tenant, batch)
    levels.pass_over(tx, tenant, batch, now)


def _batches(count: int, now: datetime) -> Iterator[list[Ticket]]:
    for start in range(0, count, BATCH):
        yield [ticket(number, count, now) for number in range(start, min(start + BATCH, count))]


def _put_office(tx: Tx, count: int, tenant: TenantId, now: datetime) -> None:
    metadata.put(tx, tenant, TICKETS, _fields(), now)
    directory.put_resources(tx, tenant, [_resource(number) for number in range(1, COLLEAGUES + 2)])
    directory.put_roles(tx, tenant, [Role(id=RoleId(1), name="Engineer")])
    held = ResourceRole(id=1, resource=ME, role=RoleId(1), is_default=True)
    directory.put_resource_roles(tx, tenant, [held])
    numbers = range(1, companies_in(count) + 1)
    directory.put_companies(tx, tenant, [Company(id=CompanyId(n), name=f"Customer {n} Ltd") for n in numbers])
    sync.put(tx, tenant, SyncState(name=BEGAN, position=now, checked_at=now))
    for stage in STAGES:
        state = SyncState(name=stage_name(stage), position=now, done=count, finished_at=now, checked_at=now)
        sync.put(tx, tenant, state)


def _resource(number: int) -> Resource:
    return Resource(id=ResourceId(number), first_name="Bench", last_name=f"Technician {number}")


def _fields() -> tuple[Field, ...]:
    listed = {"queueID": _QUEUES, "status": _STATUSES, "priority": _PRIORITIES}
    return tuple(
        Field(
            name=name,
            data_type="integer",
            is_picklist=True,
            choices=tuple(Choice(value=n, label=label, sort_order=n) for n, label in enumerate(labels, 1)),
        )
        for name, labels in listed.items()
    )


def _freshen(tx: Tx, person: PersonKey, now: datetime) -> None:
    """Say that AutoTask and the roster have answered just now."""
    link = Link(state=LinkState.LINKED, resource=ME, decided_by="bench", decided_at=now)
    people.put(tx, Person(key=person, name="Bench User", link=link, role=PersonRole.TECHNICIAN, checked_at=now))
    for name in (POLL, PEOPLE):
        sync.put(tx, person.tenant, SyncState(name=name, position=now, checked_at=now))


def _fingerprint() -> int:
    """Tell mirrors apart that another version of the tables, or of this file, has made."""
    sources = (str(module.__file__) for module in (levels, tables, ticket_rows, ticket_words, tickets, words))
    return zlib.crc32(b"".join(Path(source).read_bytes() for source in (*sources, __file__)))
