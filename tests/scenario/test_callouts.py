"""AutoTask calls the house out: from a change there to the copy here, with the poll an hour away."""

import asyncio
from datetime import timedelta

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from attms_core.model import TicketId
from sandbox.autotask import AutotaskSandbox
from tests.scenario.conftest import Open, World

CREATED_BY = "a test"


def to_this_machine(at: AutotaskSandbox) -> None:
    at.quirks.callouts_to_loopback = True


async def reached(world: World, app: web.Application) -> TestServer:
    """Serve the house where AutoTask reaches it, tell it so, and set callouts up."""
    server = TestServer(app)
    await server.start_server()
    configuration = world.house.ground.configuration
    assert configuration is not None
    verdict = await configuration.patch({"public_url": str(server.make_url("/"))}, by=CREATED_BY)
    assert not verdict.mistakes
    await world.house.core.callouts.create(by=CREATED_BY)
    return server


async def has_status(world: World, ticket: int, status: int) -> None:
    async with asyncio.timeout(20):
        mirror = world.house.core.mirror
        while (found := await mirror.ticket(TicketId(ticket))) is None or found.status != status:  # noqa: ASYNC110 - the mirror says nothing
            await asyncio.sleep(0)


@pytest.fixture
async def called(open_world: Open) -> World:
    return await open_world(governed=True, prepare=to_this_machine)


async def test_a_change_is_here_without_a_poll_and_the_doctor_is_content(called: World) -> None:
    server = await reached(called, called.house.public)
    ticket = called.open_ticket_of()
    called.later(timedelta(seconds=5))
    called.at.world.change_ticket(ticket["id"], by=called.resource(1), status=7 if ticket["status"] != 7 else 8)
    await called.at.callouts.settle()
    await has_status(called, ticket["id"], 7 if ticket["status"] != 7 else 8)
    (found,) = await called.house.doctor.examine(names=["callouts"])
    assert found.state == "ok"
    await server.close()


async def test_a_webhook_that_is_switched_off_is_mended_by_the_job_and_reported(called: World) -> None:
    server = await reached(called, called.house.public)
    (hook,) = called.at.world.rows.find("TicketWebhooks")
    called.at.callouts.deactivate("TicketWebhooks", hook["id"], "a test")
    await called.house.core.jobs.run_now("callouts")
    assert called.at.world.record("TicketWebhooks", hook["id"])["isActive"]
    (found,) = await called.house.doctor.examine(names=["callouts"])
    assert "mended" in found.what
    await server.close()


async def test_other_settings_leave_callouts_at_work(called: World) -> None:
    server = await reached(called, called.house.public)
    configuration = called.house.ground.configuration
    assert configuration is not None
    await configuration.patch({"poll_seconds": "3599"}, by=CREATED_BY)
    ticket = called.open_ticket_of()
    called.later(timedelta(seconds=5))
    called.at.world.change_ticket(ticket["id"], by=called.resource(1), status=10)
    await called.at.callouts.settle()
    await has_status(called, ticket["id"], 10)
    await server.close()
