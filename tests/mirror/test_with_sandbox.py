"""The first sync and polls through the real client, before an AutoTask that speaks HTTP."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from attms_core.autotask import AutotaskClient
from attms_core.mirror import Cause, Mirror
from attms_core.model import TicketFilter, TicketId
from attms_core.ports import TicketReader
from attms_core.store import tickets
from attms_core.store.database import Database
from sandbox.autotask import AutotaskSandbox
from tests.autotask.story import NOON, client_of
from tests.support.fake_autotask import TENANT


@pytest.fixture
async def at() -> AsyncIterator[AutotaskSandbox]:
    async with AutotaskSandbox(tickets=700, seed=7, now=NOON, latency_factor=0) as sandbox:
        yield sandbox


@pytest.fixture
async def client(at: AutotaskSandbox) -> AsyncIterator[AutotaskClient]:
    async with client_of(at) as opened:
        yield opened


async def all_open(client: TicketReader) -> set[TicketId]:
    return {ticket async for page in client.open_ticket_ids() for ticket in page}


async def test_the_mirror_holds_what_autotask_holds_and_keeps_up(
    at: AutotaskSandbox, client: AutotaskClient, database: Database
) -> None:
    mirror = Mirror(database, client, client, tenant=TENANT, now=at.clock)

    await mirror.first_sync()

    theirs = await all_open(client)
    assert theirs
    assert await database.read(lambda tx: tickets.open_ids(tx, TENANT)) == theirs
    assert (await mirror.status()).open_tickets == len(theirs)
    page = await mirror.page(TicketFilter())
    assert page.total == len(theirs)
    assert all(line.status.is_active and "unknown" not in line.status.label for line in page.lines)
    assert not any(line.company_name.startswith("company ") for line in page.lines)

    at.forget_requests()
    assert await mirror.poll() == []
    assert [seen.path for seen in at.requests] == [at.requests[0].path]

    one = page.lines[0]
    to = next(choice for choice in mirror.choices("status") if choice.value not in {one.status.value, 5})
    me = mirror.assignable()[0]
    at.clock.advance(timedelta(minutes=5))
    await client.update_ticket(one.id, {"status": to.value}, as_=me.id)
    (change,) = [c for c in await mirror.poll() if c.what == "status"]
    assert (change.ticket, change.before, change.after) == (one.id, one.status.value, to.value)


async def test_a_ticket_of_an_inactive_company_shows_its_name(
    at: AutotaskSandbox, client: AutotaskClient, database: Database
) -> None:
    row = next(row for row in at.world.rows.find("Tickets") if row["status"] != 5)
    company = at.world.rows.get("Companies", row["companyID"])
    assert company
    at.world.rows.put("Companies", {**company, "isActive": False})
    mirror = Mirror(database, client, client, tenant=TENANT, now=at.clock)

    await mirror.first_sync()

    found = await mirror.detail(TicketId(row["id"]), internal=True)
    assert found
    assert found.company_name == company["companyName"]
    of_company = await mirror.page(TicketFilter(companies=(company["id"],)))
    assert {line.company_name for line in of_company.lines} == {company["companyName"]}
    assert company["id"] not in {each.id for each in await mirror.companies_named(company["companyName"])}


async def test_reading_every_ticket_again_one_by_one_changes_nothing(
    at: AutotaskSandbox, client: AutotaskClient, database: Database
) -> None:
    mirror = Mirror(database, client, client, tenant=TENANT, now=at.clock)
    await mirror.first_sync()

    for id_ in sorted(await all_open(client))[:20]:
        found = await client.ticket(id_)
        assert found
        assert found == await mirror.ticket(found.id)
        assert await mirror.absorb_tickets([found], Cause.LOOK_UP) == []
