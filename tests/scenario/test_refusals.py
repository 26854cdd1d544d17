"""Refusals that somebody else has to mend: the switch is named, and nothing is written by a way around."""

from tests.scenario.conftest import World, card_of
from tests.scenario.hand import fill, notes, now, read, show

BUTTON = "Show the ticket"


async def test_without_the_right_to_impersonate_nothing_is_written_and_the_switch_is_named(world: World) -> None:
    mara = await world.linked()
    ticket = world.open_ticket_of()
    world.at.world.tenant.rights.no_impersonation.add(world.resource())
    message = await show(world, mara, ticket)
    world.at.forget_requests()

    said = await fill(world, message, mara, "Status", "Set status", status="10")

    assert "does not let ATTMS change Tickets in your name" in read(said)
    assert "Allow impersonation of resources with this security level" in read(said)
    assert now(world, ticket)["status"] == ticket["status"]
    assert [write.headers.get("ImpersonationResourceId") for write in world.writes()] == [str(world.resource())]
    assert BUTTON in str(card_of(said))


async def test_a_box_that_is_not_ticked_for_notes_is_named(world: World) -> None:
    mara = await world.linked()
    ticket = world.open_ticket_of()
    world.at.world.tenant.rights.impersonation["TicketNotes"] = set()
    before = len(notes(world, ticket))
    said = await fill(world, await show(world, mara, ticket), mara, "Note", "Add note", text="Hello")
    assert "tick Add for TicketNotes" in read(said)
    assert [each["value"] for each in card_of(said)["body"] if each.get("id") == "text"] == ["Hello"]
    assert len(notes(world, ticket)) == before


async def test_once_the_box_is_ticked_a_new_press_works(world: World) -> None:
    mara = await world.linked()
    ticket = world.open_ticket_of()
    refusing = world.at.world.tenant.rights.no_impersonation
    refusing.add(world.resource())
    message = await show(world, mara, ticket)
    await fill(world, message, mara, "Status", "Set status", status="10")
    refusing.discard(world.resource())
    await world.client.press(message, BUTTON, person=mara)
    done = await fill(world, message, mara, "Status", "Set status", status="10")
    assert "Status is now Dispatched" in read(done)


async def test_a_ticket_that_was_deleted_meanwhile_is_told_in_words(world: World) -> None:
    mara = await world.linked()
    ticket = world.open_ticket_of()
    message = await show(world, mara, ticket)
    await world.client.press(message, "Status", person=mara)
    world.at.world.delete_ticket(ticket["id"], by=world.resource(1))
    said = await world.client.press(message, "Set status", person=mara, inputs={"status": "10"})
    assert "no longer in AutoTask" in read(said)


async def test_an_autotask_that_is_out_of_order_changes_nothing_and_trying_again_works(world: World) -> None:
    mara = await world.linked()
    ticket = world.open_ticket_of()
    message = await show(world, mara, ticket)
    fault = world.at.faults.add("drop", entity="Tickets", verb="get")
    said = await fill(world, message, mara, "Status", "Set status", status="10")
    assert "Try again" in str(card_of(said))
    assert now(world, ticket)["status"] == ticket["status"]

    world.at.faults.release(fault)
    done = await world.client.press(message, "Try again", person=mara)
    assert "Status is now Dispatched" in read(done)


async def test_a_reader_may_press_nothing_that_writes(world: World) -> None:
    mara = await world.linked()
    ticket = world.open_ticket_of()
    message = await show(world, mara, ticket)
    await world.make(mara, "reader")
    world.at.forget_requests()
    said = await world.client.press(message, "Status", person=mara)
    by_words = await world.client.say(f"status {ticket['ticketNumber']} Complete", person=mara)
    assert "needs the role technician" in read(said)
    assert "needs the role technician" in read(by_words)
    assert not world.writes()
