"""Status and priority: one change by the presser, rules that revert, and values that are refused."""

from datetime import timedelta

from attms_core.model import AuthorKind
from sandbox.autotask.picklists import RETIRED_STATUS
from tests.scenario.conftest import World
from tests.scenario.hand import by_people, fill, now, read, show, told

DISPATCHED, ESCALATE = "10", "11"


async def test_a_status_from_a_card_makes_exactly_one_change_by_the_presser(world: World) -> None:
    mara = await world.linked()
    ticket = world.open_ticket_of()
    before = await told(world, ticket)

    await fill(world, await show(world, mara, ticket), mara, "Status", "Set status", status=DISPATCHED)
    after = await told(world, ticket)
    world.later(timedelta(minutes=1))
    await world.poll()
    with_poll = await told(world, ticket)
    world.at.faults.add("stale", entity="Tickets", seconds=3600)
    world.later(timedelta(minutes=1))
    await world.poll()

    assert by_people(after) == [("status", world.resource())]
    assert len([c for c in after if c.what == "status"]) == len([c for c in before if c.what == "status"]) + 1
    assert with_poll == after
    assert await told(world, ticket) == after


async def test_a_rule_that_puts_the_status_back_is_told(world: World) -> None:
    mara = await world.linked()
    ticket = world.open_ticket_of()
    world.at.faults.add("workflow", entity="Tickets", verb="update", count=1)
    done = await fill(world, await show(world, mara, ticket), mara, "Status", "Set status", status=ESCALATE)
    assert "a rule in AutoTask changed it at once: status" in read(done)
    assert now(world, ticket)["status"] == ticket["status"]


async def test_a_priority_is_set_by_form_and_by_words(world: World) -> None:
    mara = await world.linked()
    ticket = world.open_ticket_of()
    by_form = await fill(world, await show(world, mara, ticket), mara, "Priority", "Set priority", priority="4")
    assert "Priority is now Critical" in read(by_form)
    assert now(world, ticket)["priority"] == 4
    by_words = await world.client.say(f"/priority {ticket['ticketNumber']} low", person=mara)
    assert "Priority is now Low" in read(by_words)
    assert now(world, ticket)["priority"] == 3


async def test_a_status_is_set_by_words_whatever_their_case(world: World) -> None:
    mara = await world.linked()
    ticket = world.open_ticket_of()
    said = await world.client.say(f"status {ticket['ticketNumber']} WAITING customer", person=mara)
    assert "Status is now Waiting Customer" in read(said)
    assert now(world, ticket)["status"] == 7


async def test_words_that_name_no_status_are_answered_with_the_legal_ones(world: World) -> None:
    mara = await world.linked()
    ticket = world.open_ticket_of()
    world.at.forget_requests()
    said = await world.client.say(f"status {ticket['ticketNumber']} Snoozed", person=mara)
    assert "Dispatched" in read(said)
    assert not world.writes()


async def test_a_retired_status_is_refused_at_its_field_before_autotask_hears_of_it(world: World) -> None:
    mara = await world.linked()
    ticket = world.open_ticket_of()
    message = await show(world, mara, ticket)
    await world.client.press(message, "Status", person=mara)
    world.at.forget_requests()

    said = await world.client.press(
        message, "Set status", person=mara, inputs={"status": str(RETIRED_STATUS)}, checked=False
    )

    assert "This status cannot be set" in read(said)
    assert "Waiting Customer" in read(said)
    assert not world.writes()


async def test_a_status_retired_a_moment_ago_is_refused_by_autotask_and_no_longer_offered(world: World) -> None:
    mara = await world.linked()
    ticket = world.open_ticket_of()
    message = await show(world, mara, ticket)
    choices = world.at.world.tenant.picklists["Tickets", "status"]
    choices[:] = [choice for choice in choices if choice.value != int(ESCALATE)]

    said = await fill(world, message, mara, "Status", "Set status", status=ESCALATE)
    assert "does not exist for status" in read(said)
    assert now(world, ticket)["status"] == ticket["status"]


async def test_a_form_without_a_choice_asks_again(world: World) -> None:
    mara = await world.linked()
    message = await show(world, mara, world.open_ticket_of())
    await world.client.press(message, "Status", person=mara)
    said = await world.client.press(message, "Set status", person=mara, inputs={"status": ""}, checked=False)
    assert "Choose a status" in read(said)


async def test_a_colleague_who_moves_it_later_in_autotask_is_not_taken_for_the_presser(world: World) -> None:
    mara = await world.linked()
    ticket = world.open_ticket_of()
    await fill(world, await show(world, mara, ticket), mara, "Status", "Set status", status=DISPATCHED)
    world.later(timedelta(minutes=2))
    world.at.world.change_ticket(ticket["id"], by=world.resource(1), status=8)
    await world.poll()
    newest = (await told(world, ticket))[0]
    assert (newest.what, newest.after) == ("status", 8)
    assert newest.author.kind is not AuthorKind.PERSON
