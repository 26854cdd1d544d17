"""While writing is off: every button is there, and says what it would have written and who can switch it on."""

import pytest

from sandbox.teams import buttons
from tests.scenario.conftest import Open, World, card_of
from tests.scenario.hand import fill, read, show

NOTHING = "Nothing was changed"
SWITCH = "ATTMS_AUTOTASK_WRITES"


@pytest.fixture
async def world(open_world: Open) -> World:
    return await open_world(AUTOTASK_WRITES="false")


async def test_a_status_is_not_sent_and_the_card_says_what_would_have_been(world: World) -> None:
    mara = await world.linked()
    ticket = world.open_ticket_of()
    message = await show(world, mara, ticket)
    world.at.forget_requests()

    said = await fill(world, message, mara, "Status", "Set status", status="10")

    assert NOTHING in read(said)
    assert f"status Dispatched on {ticket['ticketNumber']}" in read(said)
    assert SWITCH in read(said)
    assert "Show the ticket" in buttons(card_of(said))
    assert not world.writes()


@pytest.mark.parametrize(
    ("form", "deed", "name", "value"),
    [
        ("Priority", "Set priority", "priority", "4"),
        ("Note", "Add note", "text", "Hello"),
        ("Assign", "Assign", "resource", "29682901"),
    ],
)
async def test_no_form_writes(world: World, form: str, deed: str, name: str, value: str) -> None:
    mara = await world.linked()
    message = await show(world, mara, world.open_ticket_of())
    world.at.forget_requests()
    await world.client.press(message, form, person=mara)
    said = await world.client.press(message, deed, person=mara, inputs={name: value})
    assert NOTHING in read(said)
    assert not world.writes()


@pytest.mark.parametrize("words", ["status {} Complete", "priority {} low", "note {} Hello", "assign {} me"])
async def test_no_words_write(world: World, words: str) -> None:
    mara = await world.linked()
    ticket = world.open_ticket_of(1)
    world.at.forget_requests()
    said = await world.client.say(words.format(ticket["ticketNumber"]), person=mara)
    assert NOTHING in read(said)
    assert SWITCH in read(said)
    assert not world.writes()


async def test_no_ticket_is_created(world: World) -> None:
    mara = await world.linked()
    company = world.at.world.rows.find("Companies", isActive=True)[1]
    message = (await world.client.say("/new", person=mara)).messages[-1]
    await world.client.press(message, "Next", person=mara, inputs={"search": company["companyName"]})
    world.at.forget_requests()
    inputs = {"title": "Hello", "priority": "1", "queue": "29683481"}
    said = await world.client.press(message, "Create ticket", person=mara, inputs=inputs)
    assert "a new ticket" in read(said)
    assert not world.writes()
