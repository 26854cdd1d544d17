"""The same deed delivered again and again: AutoTask is written once, and everybody sees the same."""

import asyncio

from tests.scenario.conftest import World, card_of
from tests.scenario.hand import fill, notes, now, read, show

TEN = 10


async def test_ten_presses_at_once_write_once_and_show_one_card(world: World) -> None:
    mara = await world.linked()
    ticket = world.open_ticket_of()
    message = await show(world, mara, ticket)
    asked = await world.client.press(message, "Status", person=mara)
    card = card_of(asked)
    world.at.forget_requests()

    press = [world.client.press(card, "Set status", person=mara, inputs={"status": "10"}) for _ in range(TEN)]
    answers = await asyncio.gather(*press)

    assert len(world.writes()) == 1
    assert {"Status is now Dispatched" in read(said) for said in answers} == {True}


async def test_ten_notes_at_once_are_one_note(world: World) -> None:
    mara = await world.linked()
    ticket = world.open_ticket_of()
    card = card_of(await world.client.press(await show(world, mara, ticket), "Note", person=mara))
    before = len(notes(world, ticket))
    press = [world.client.press(card, "Add note", person=mara, inputs={"text": "Once"}) for _ in range(TEN)]
    answers = await asyncio.gather(*press)
    assert len(notes(world, ticket)) == before + 1
    assert all("Note added" in read(said) for said in answers)


async def test_pressing_again_later_shows_the_same_outcome_and_writes_nothing(world: World) -> None:
    mara = await world.linked()
    ticket = world.open_ticket_of()
    card = card_of(await world.client.press(await show(world, mara, ticket), "Status", person=mara))
    await world.client.press(card, "Set status", person=mara, inputs={"status": "10"})
    world.at.forget_requests()
    again = await world.client.press(card, "Set status", person=mara, inputs={"status": "10"})
    assert "Status is now Dispatched" in read(again)
    assert not world.writes()


async def test_a_redelivered_press_is_answered_with_the_same_card(world: World) -> None:
    mara = await world.linked()
    ticket = world.open_ticket_of()
    done = await fill(world, await show(world, mara, ticket), mara, "Status", "Set status", status="10")
    world.at.forget_requests()
    again = await world.client.redeliver(done)
    assert card_of(again) == card_of(done)
    assert not world.writes()


async def test_redelivered_words_write_once(world: World) -> None:
    mara = await world.linked()
    ticket = world.open_ticket_of()
    world.at.forget_requests()
    said = await world.client.say(f"/status {ticket['ticketNumber']} Dispatched", person=mara)
    again = await world.client.redeliver(said)
    assert again.status == said.status == 200
    assert len(world.writes()) == 1
    assert not again.messages


async def test_of_two_who_take_a_ticket_at_once_the_first_gets_it_and_the_second_is_told(world: World) -> None:
    mara, peer = await world.linked(), await world.linked(2)
    group = world.teams.group("Network", mara, peer)
    ticket = world.open_ticket_of(1)
    message = await show(world, mara, ticket, group)
    world.at.forget_requests()

    answers = await asyncio.gather(
        *(world.client.press(message, "Take it", person=person, conversation=group) for person in (mara, peer))
    )

    assert len(world.writes()) == 1
    owner = now(world, ticket)["assignedResourceID"]
    assert owner in {world.resource(), world.resource(2)}
    said = sorted("changed meanwhile" in read(answer) for answer in answers)
    assert said == [False, True]


async def test_one_persons_refusal_is_not_anothers(world: World) -> None:
    mara, peer = await world.linked(), await world.linked(2)
    group = world.teams.group("Network", mara, peer)
    ticket = world.open_ticket_of(1)
    world.at.world.tenant.rights.no_impersonation.add(world.resource())
    message = await show(world, mara, ticket, group)
    refused = await world.client.press(message, "Take it", person=mara, conversation=group)
    done = await world.client.press(message, "Take it", person=peer, conversation=group)
    assert "in your name" in read(refused)
    assert "Now with" in read(done)
    assert now(world, ticket)["assignedResourceID"] == world.resource(2)


async def test_another_note_from_a_form_that_was_used_is_not_lost(world: World) -> None:
    mara = await world.linked()
    ticket = world.open_ticket_of()
    card = card_of(await world.client.press(await show(world, mara, ticket), "Note", person=mara))
    before = len(notes(world, ticket))
    await world.client.press(card, "Add note", person=mara, inputs={"text": "First text"})

    second = await world.client.press(card, "Add note", person=mara, inputs={"text": "Second, different text"})
    assert 'This form was used already: the note "First text" was saved.' in read(second)
    assert [each["value"] for each in card_of(second)["body"] if each.get("id") == "text"] == ["Second, different text"]
    assert len(notes(world, ticket)) == before + 1

    form = card_of(second)
    done = await world.client.press(form, "Add note", person=mara, inputs={"text": "Second, different text"})
    assert "Note added" in read(done)
    assert [note["description"] for note in notes(world, ticket)[before:]] == ["First text", "Second, different text"]


async def test_of_two_different_notes_at_once_neither_is_lost(world: World) -> None:
    mara = await world.linked()
    ticket = world.open_ticket_of()
    card = card_of(await world.client.press(await show(world, mara, ticket), "Note", person=mara))
    texts = ("One", "Another")
    press = [world.client.press(card, "Add note", person=mara, inputs={"text": text}) for text in texts]
    answers = await asyncio.gather(*press)
    kept = notes(world, ticket)[-1]["description"]
    lost = next(answer for answer, text in zip(answers, texts, strict=True) if text != kept)
    assert "This form was used already" in read(lost)
    assert {each.get("value") for each in card_of(lost)["body"]} >= set(texts) - {kept}


async def test_another_colleague_chosen_in_a_form_that_was_used_is_asked_about(world: World) -> None:
    mara = await world.linked()
    await world.make(mara, "dispatcher")
    ticket = world.open_ticket_of()
    card = card_of(await world.client.press(await show(world, mara, ticket), "Assign", person=mara))
    first, second = str(world.resource(1)), str(world.resource(2))
    await world.client.press(card, "Assign", person=mara, inputs={"resource": first})

    again = await world.client.press(card, "Assign", person=mara, inputs={"resource": second})
    assert 'This form was used already: "Now with' in read(again)
    assert now(world, ticket)["assignedResourceID"] == int(first)

    done = await world.client.press(card_of(again), "Assign", person=mara, inputs={"resource": second})
    assert "Now with" in read(done)
    assert now(world, ticket)["assignedResourceID"] == int(second)


async def test_another_status_chosen_in_a_form_that_was_used_is_asked_about(world: World) -> None:
    mara = await world.linked()
    ticket = world.open_ticket_of()
    card = card_of(await world.client.press(await show(world, mara, ticket), "Status", person=mara))
    await world.client.press(card, "Set status", person=mara, inputs={"status": "10"})

    again = await world.client.press(card, "Set status", person=mara, inputs={"status": "7"})
    assert 'This form was used already: "Status is now Dispatched" was saved.' in read(again)
    assert now(world, ticket)["status"] == 10

    done = await world.client.press(card_of(again), "Set status", person=mara, inputs={"status": "7"})
    assert "Status is now Waiting Customer" in read(done)


async def test_another_ticket_from_a_form_that_was_used_keeps_what_was_typed(world: World) -> None:
    mara = await world.linked()
    world.at.world.tenant.demands.clear()
    company = str(world.open_ticket_of()["companyID"])
    asked = await world.client.say("new", person=mara)
    card = card_of(await world.client.press(asked.messages[-1], "Next", person=mara, inputs={"company": company}))
    typed = {"priority": "4", "queue": "29683481"}
    await world.client.press(card, "Create ticket", person=mara, inputs={"title": "One thing", **typed})

    again = await world.client.press(card, "Create ticket", person=mara, inputs={"title": "Another thing", **typed})
    assert 'This form was used already: the ticket "One thing" was saved.' in read(again)
    assert "Nothing was created" not in read(again)
    assert "Another thing" in {each.get("value") for each in card_of(again)["body"]}
    assert not world.tickets(title="Another thing")


async def test_a_form_whose_first_press_was_refused_can_still_be_used(world: World) -> None:
    mara = await world.linked()
    ticket = world.open_ticket_of()
    world.at.world.tenant.rights.no_impersonation.add(world.resource())
    card = card_of(await world.client.press(await show(world, mara, ticket), "Note", person=mara))
    await world.client.press(card, "Add note", person=mara, inputs={"text": "First text"})
    world.at.world.tenant.rights.no_impersonation.clear()

    again = await world.client.press(card, "Add note", person=mara, inputs={"text": "Second text"})
    assert 'the note "First text" was refused' in read(again)
    done = await world.client.press(card_of(again), "Add note", person=mara, inputs={"text": "Second text"})
    assert "Note added" in read(done)
