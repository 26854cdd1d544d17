"""Dropping the copy of AutoTask's data: all of it, of one tenant alone, and nothing that is ours."""

from functools import partial

from attms_core.model import CompanyId, TenantId, TicketFilter, TicketId
from attms_core.store import directory, forget, notes, sync, tickets
from attms_core.store.database import Database, Tx
from attms_core.store.sync import SyncState
from tests.store.values import NOON, OURS, THEIRS, company, note, resource, ticket

WORDS = TicketFilter(words="printer")


def fill(tx: Tx, tenant: TenantId) -> None:
    directory.put_companies(tx, tenant, [company(1, "Acme")])
    directory.put_resources(tx, tenant, [resource(7, "ada@example.com")])
    tickets.put(tx, tenant, [ticket(1, title="printer"), ticket(2, title="printer")])
    notes.put(tx, tenant, [note(1, 1)])
    sync.put(tx, tenant, SyncState(name="poll", position=NOON))


async def test_all_of_the_copy_goes_and_technicians_stay(database: Database) -> None:
    await database.write(partial(fill, tenant=OURS))
    await database.write(partial(forget.mirrored, tenant=OURS))
    assert await database.read(lambda tx: tickets.count(tx, OURS)) == (0, 0)
    assert await database.read(lambda tx: notes.of_ticket(tx, OURS, TicketId(1))) == []
    assert await database.read(lambda tx: directory.company(tx, OURS, CompanyId(1))) is None
    assert await database.read(lambda tx: sync.all_states(tx, OURS)) == []
    assert len(await database.read(lambda tx: directory.resources(tx, OURS))) == 1


async def test_another_tenant_s_copy_stays_and_is_still_found(database: Database) -> None:
    for tenant in (OURS, THEIRS):
        await database.write(partial(fill, tenant=tenant))
    await database.write(partial(forget.mirrored, tenant=OURS))
    page = partial(tickets.page, where=WORDS, now=NOON, offset=0, limit=9)
    assert (await database.read(partial(page, tenant=OURS))).total == 0
    assert (await database.read(partial(page, tenant=THEIRS))).total == 2


async def test_what_is_read_anew_is_found_anew(database: Database) -> None:
    await database.write(partial(fill, tenant=OURS))
    await database.write(partial(forget.mirrored, tenant=OURS))
    await database.write(partial(fill, tenant=OURS))
    page = partial(tickets.page, tenant=OURS, where=WORDS, now=NOON, offset=0, limit=9)
    assert (await database.read(page)).total == 2
