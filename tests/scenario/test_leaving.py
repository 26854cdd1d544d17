"""A service desk that is left while people speak: it waits for all that is under way, for its connections end next."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import NoReturn

import pytest

from attms_core.errors import StoreUnavailable
from bot import dispatch
from bot.dispatch import Dispatch
from sandbox.autotask.tenant import Actor
from sandbox.teams import Person, Said, texts
from tests.scenario.conftest import Open, World
from tests.scenario.hand import fill, now, read, show
from tests.support.gate import Gate, Stop

PATCH, LOOK_UP = r"PATCH .*/Tickets$", r"GET .*/Tickets/\d+$|POST .*/Tickets/query$"
SAVED = "Status is now Dispatched"


@pytest.fixture
async def gate() -> AsyncIterator[Gate]:
    async with Gate() as gate:
        yield gate


@pytest.fixture
async def world(open_world: Open, gate: Gate) -> World:
    return await open_world(prepare=gate.lead_to, AUTOTASK_ZONE_URL=gate.url)


async def leaving(world: World) -> "asyncio.Task[None]":
    """Leave what answers people now, and let it do all that it does without waiting."""
    answers = world.house._service.handle
    assert isinstance(answers, Dispatch)
    task = asyncio.create_task(answers.__aexit__(None, None, None))
    for _ in range(10):
        await asyncio.sleep(0)
    return task


async def held(world: World, gate: Gate, mara: Person) -> "tuple[asyncio.Task[Said], Stop]":
    """Give a press that is under way while AutoTask is held."""
    ticket = world.open_ticket_of()
    message = await show(world, mara, ticket)
    stop = gate.stop(PATCH)
    pressing = asyncio.create_task(fill(world, message, mara, "Status", "Set status", status="10"))
    await stop.reached.wait()
    return pressing, stop


async def edited(said: Said) -> str:
    return "\n".join(texts((await said.edit()).card or {}))


async def test_it_waits_for_a_question_under_way(world: World, gate: Gate) -> None:
    mara, row = await world.linked(), world.open_ticket_of()
    fresh = world.at.world.create_ticket(
        {name: row[name] for name in ("companyID", "queueID", "priority", "status")} | {"title": "Born a moment ago"},
        Actor(resource_id=world.resource(1)),
    )
    stop = gate.stop(LOOK_UP)
    asking = asyncio.create_task(world.client.say(f"ticket {fresh}", person=mara))
    await stop.reached.wait()

    left = await leaving(world)

    assert not left.done()
    stop.release()
    await left
    assert "Born a moment ago" in read(await asking)


async def test_it_waits_for_a_press_under_way_that_is_still_answered_in_time(world: World, gate: Gate) -> None:
    pressing, stop = await held(world, gate, await world.linked())
    left = await leaving(world)
    assert not left.done()
    stop.release()
    await left
    assert SAVED in read(await pressing)


async def test_a_press_whose_turn_is_cancelled_is_waited_for_and_told_on_its_card(world: World, gate: Gate) -> None:
    pressing, stop = await held(world, gate, await world.linked())
    (turn,) = [task for task in asyncio.all_tasks() if task.get_name().startswith("turn-")]
    turn.cancel()
    said = await pressing
    left = await leaving(world)
    assert not left.done()
    stop.release()
    await left
    assert SAVED in await edited(said)


async def test_a_press_whose_outcome_the_store_would_not_owe_is_waited_for_and_told_all_the_same(
    open_world: Open, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = await open_world(
        prepare=gate.lead_to, brought={"patience": timedelta(milliseconds=20)}, AUTOTASK_ZONE_URL=gate.url
    )
    mara = await world.linked()

    def full(*_: object) -> NoReturn:
        raise StoreUnavailable("The disk is full.")

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(dispatch, "owe_outcome", full)
        pressing, stop = await held(world, gate, mara)
        said = await pressing
    assert "The disk is full." in read(said)
    left = await leaving(world)
    assert not left.done()
    stop.release()
    await left
    assert SAVED in await edited(said)
    assert now(world, world.open_ticket_of())["status"] == 10
