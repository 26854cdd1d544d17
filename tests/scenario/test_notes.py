"""Notes: internal unless said otherwise, and confirmed with the names of those who will read them."""

import pytest

from sandbox.teams import buttons
from tests.scenario.conftest import World, card_of
from tests.scenario.hand import fill, notes, now, read, show

CUSTOMER = 1
"""AutoTask's number of the visibility that shows a note to the customer."""
TEXT = "Swapped the switch.\nPing is fine again."


async def test_a_note_is_internal_unless_the_person_says_otherwise(world: World) -> None:
    mara = await world.linked()
    ticket = world.open_ticket_of()
    before = len(notes(world, ticket))

    done = await fill(world, await show(world, mara, ticket), mara, "Note", "Add note", text=TEXT)

    (note,) = notes(world, ticket)[before:]
    assert "Note added: internal" in read(done)
    assert note["publish"] != CUSTOMER
    assert note["creatorResourceID"] == world.resource()
    assert note["title"] == "Swapped the switch."
    assert "Ping is fine again." in read(done)


async def test_a_note_for_the_customer_is_confirmed_with_who_will_read_it(world: World) -> None:
    mara = await world.linked()
    ticket = world.open_ticket_of()
    company = world.at.world.rows.get("Companies", ticket["companyID"]) or {}
    message = await show(world, mara, ticket)
    before = len(notes(world, ticket))

    asked = await fill(world, message, mara, "Note", "Add note", text=TEXT, visible="customer")
    assert "The customer will see this note" in read(asked)
    assert company["companyName"] in read(asked)
    assert len(notes(world, ticket)) == before

    done = await world.client.press(message, "Show it to the customer", person=mara)
    (note,) = notes(world, ticket)[before:]
    assert note["publish"] == CUSTOMER
    assert "the customer can read it" in read(done)


async def test_a_note_for_the_customer_may_still_be_kept_internal(world: World) -> None:
    mara = await world.linked()
    ticket = world.open_ticket_of()
    message = await show(world, mara, ticket)
    before = len(notes(world, ticket))
    await fill(world, message, mara, "Note", "Add note", text=TEXT, visible="customer")
    done = await world.client.press(message, "Keep it internal", person=mara)
    (note,) = notes(world, ticket)[before:]
    assert note["publish"] != CUSTOMER
    assert "Note added: internal" in read(done)


async def test_a_note_by_words_is_internal(world: World) -> None:
    mara = await world.linked()
    ticket = world.open_ticket_of()
    done = await world.client.say(f"/note {ticket['ticketNumber']} Called, will call back", person=mara)
    assert "Note added: internal" in read(done)
    assert notes(world, ticket)[-1]["description"] == "Called, will call back"


@pytest.mark.parametrize("words", ["/note {} {}", "@Bot note {}\n{}", "/desk\nnote {}\n\n{}"])
async def test_a_note_by_words_keeps_its_lines_and_nothing_unseen(world: World, words: str) -> None:
    mara = await world.linked()
    ticket = world.open_ticket_of()
    typed = "Swapped the\u200b switch. \r\n\r\n\r\n\r\nPing is  fine\u202e again.\x07\nDone."
    done = await world.client.say(words.format(ticket["ticketNumber"], typed), person=mara)
    note = notes(world, ticket)[-1]
    assert "Note added: internal" in read(done)
    assert note["description"] == "Swapped the switch.\n\nPing is fine again.\nDone."
    assert note["title"] == "Swapped the switch."


async def test_words_of_anything_but_a_note_may_stand_on_lines_of_their_own(world: World) -> None:
    mara = await world.linked()
    ticket = world.open_ticket_of(1)
    said = await world.client.say(f"assign\n{ticket['ticketNumber']}\nme", person=mara)
    assert ticket["title"] in read(said)
    assert now(world, ticket)["assignedResourceID"] == world.resource()


async def test_an_empty_note_comes_back_to_its_form(world: World) -> None:
    mara = await world.linked()
    ticket = world.open_ticket_of()
    message = await show(world, mara, ticket)
    before = len(notes(world, ticket))
    await world.client.press(message, "Note", person=mara)
    said = await world.client.press(message, "Add note", person=mara, inputs={"text": "   "}, checked=False)
    assert "The note is empty" in read(said)
    assert "Add note" in buttons(card_of(said))
    assert len(notes(world, ticket)) == before


async def test_a_note_that_autotask_refuses_comes_back_with_its_text(world: World) -> None:
    mara = await world.linked()
    ticket = world.open_ticket_of()
    world.at.world.tenant.picklists["TicketNotes", "noteType"].clear()
    said = await fill(world, await show(world, mara, ticket), mara, "Note", "Add note", text=TEXT)
    card = card_of(said)
    assert any(each.get("id") == "text" and each.get("value") == TEXT for each in card["body"])
    assert "does not exist for noteType" in read(said)
