"""A new ticket: its company, its form, and what AutoTask demands beyond the usual."""

from typing import Any

import pytest

from sandbox.teams import Message, Person, buttons
from tests.scenario.conftest import World, card_of
from tests.scenario.hand import read, seen

STANDARD = 3
"""The category of a ticket that names none."""
TITLE, TEXT = "Printer on fire", "Smoke since nine.\nExtinguished."


def a_company(world: World) -> dict[str, Any]:
    """Give an active customer that has contacts."""
    rows = world.at.world.rows
    customers = [c for c in rows.find("Companies", isActive=True) if c["id"]]
    return next(dict(c) for c in customers if rows.find("Contacts", companyID=c["id"], isActive=1))


async def form_for(world: World, person: Person, company: dict[str, Any]) -> Message:
    """Ask for the form and name the company as a client without typeahead does: by search words, which find one."""
    asked = await world.client.say("/new", person=person)
    message = asked.messages[-1]
    await world.client.press(message, "Next", person=person, inputs={"search": company["companyName"]})
    return message


def values(said: Any) -> dict[str, str]:
    """Give what the form's inputs hold."""
    return {each["id"]: each.get("value", "") for each in card_of(said)["body"] if "id" in each}


async def test_a_ticket_is_created_for_a_company_and_its_contact(world: World) -> None:
    mara = await world.linked()
    company = a_company(world)
    world.at.world.tenant.demands.clear()
    contact = world.at.world.rows.find("Contacts", companyID=company["id"], isActive=1)[0]
    message = await form_for(world, mara, company)
    world.at.forget_requests()

    inputs = {"title": TITLE, "description": TEXT, "priority": "1", "contact": str(contact["id"]), "queue": "29683481"}
    done = await world.client.press(message, "Create ticket", person=mara, inputs=inputs)

    assert "Ticket created" in read(done)
    (made,) = world.tickets(title=TITLE)
    assert made["ticketNumber"] in read(done)
    assert "Take it" in buttons(card_of(done))
    assert (made["companyID"], made["contactID"], made["priority"]) == (company["id"], contact["id"], 1)
    assert made["creatorResourceID"] == world.resource()
    (write,) = world.writes()
    assert write.headers["ImpersonationResourceId"] == str(world.resource())


async def test_a_company_is_offered_while_somebody_types(world: World) -> None:
    mara = await world.linked()
    company = a_company(world)
    found = await world.client.search("companies", company["companyName"][:6], person=mara)
    assert {"title": company["companyName"], "value": str(company["id"])} in found.results


@pytest.mark.parametrize(
    ("words", "title"),
    [
        ("new ticket", ""),
        ("create a ticket: Printer on fire", "Printer on fire"),
        ("new Ticket Printer on fire", "Printer on fire"),
        ("new Ticketing is down", "Ticketing is down"),
        ("new Printer eats a ticket", "Printer eats a ticket"),
    ],
)
async def test_that_it_is_a_ticket_is_no_part_of_its_title(world: World, words: str, title: str) -> None:
    mara = await world.linked()
    asked = await world.client.say(words, person=mara)
    form = await world.client.press(
        asked.messages[-1], "Next", person=mara, inputs={"search": a_company(world)["companyName"]}
    )
    assert values(form)["title"] == title


async def test_going_on_without_a_company_says_what_is_missing(world: World) -> None:
    mara = await world.linked()
    asked = await world.client.say("new Printer on fire", person=mara)
    said = await world.client.press(asked.messages[-1], "Next", person=mara)
    assert "Choose a company, or write the beginning of its name." in read(said)
    form = await world.client.press(
        card_of(said), "Next", person=mara, inputs={"search": a_company(world)["companyName"]}
    )
    assert values(form)["title"] == "Printer on fire"


async def test_a_title_that_is_too_long_comes_back_with_all_that_was_typed(world: World) -> None:
    mara = await world.linked()
    message = await form_for(world, mara, a_company(world))
    typed = {"title": "x" * 300, "description": TEXT, "priority": "1"}
    said = await world.client.press(message, "Create ticket", person=mara, inputs=typed, checked=False)
    assert "A title has 255 characters at most; this one had 300." in read(said)
    assert values(said)["description"] == TEXT
    assert values(said)["title"].startswith("xxx")


async def test_a_company_that_nobody_knows_leads_back_to_the_search(world: World) -> None:
    mara = await world.linked()
    asked = await world.client.say("/new", person=mara)
    said = await world.client.press(asked.messages[-1], "Next", person=mara, inputs={"search": "Xyzzy"})
    assert "No active company" in read(said)
    assert "Next" in buttons(card_of(said))


async def test_a_demanded_date_joins_the_form_with_all_that_was_typed(world: World) -> None:
    mara = await world.linked()
    company = a_company(world)
    world.at.world.tenant.demands[STANDARD] = {"dueDateTime"}
    message = await form_for(world, mara, company)
    inputs = {"title": TITLE, "description": TEXT, "priority": "1", "queue": "29683481"}

    asked = await world.client.press(message, "Create ticket", person=mara, inputs=inputs)
    assert "takes no ticket without this" in read(asked)
    assert inputs.items() <= values(asked).items()
    assert not world.tickets(title=TITLE)

    wrong = await world.client.press(message, "Create ticket", person=mara, inputs={"f:due": "tomorrow"})
    assert "Write it like this" in read(wrong)
    assert values(wrong)["f:due"] == "tomorrow"

    done = await world.client.press(message, "Create ticket", person=mara, inputs={"f:due": "2031-02-03 10:30"})
    assert "Ticket created" in read(done)
    (made,) = world.tickets(title=TITLE)
    assert made["dueDateTime"].startswith("2031-02-03T10:30")
    assert made["description"].replace("\r\n", "\n") == TEXT


async def test_demanded_picklists_are_offered_with_their_labels_and_kept_for_the_next_form(world: World) -> None:
    mara = await world.linked()
    company = a_company(world)
    demands = world.at.world.tenant.demands
    demands[STANDARD] = {"issueType", "subIssueType"}
    message = await form_for(world, mara, company)
    inputs = {"title": TITLE, "priority": "1", "queue": "29683481"}

    first = await world.client.press(message, "Create ticket", person=mara, inputs=inputs)
    assert "Printing" in str(card_of(first))
    second = await world.client.press(message, "Create ticket", person=mara, inputs={"f:issue_type": "13"})
    assert values(second)["f:issue_type"] == "13"
    await world.client.press(message, "Create ticket", person=mara, inputs={"f:sub_issue_type": "152"})
    (made,) = world.tickets(title=TITLE)
    assert (made["issueType"], made["subIssueType"]) == (13, 152)

    again = await form_for(world, mara, company)
    assert "Printing" in str(world.client.view(again, mara))


async def test_a_missing_title_comes_back_at_its_field(world: World) -> None:
    mara = await world.linked()
    message = await form_for(world, mara, a_company(world))
    inputs = {"title": " ", "description": TEXT, "priority": "1"}
    said = await world.client.press(message, "Create ticket", person=mara, inputs=inputs, checked=False)
    assert "A ticket needs a title" in read(said)
    assert values(said)["description"] == TEXT


async def test_a_form_is_left_without_a_trace(world: World) -> None:
    mara = await world.linked()
    message = await form_for(world, mara, a_company(world))
    world.at.forget_requests()
    said = await world.client.press(message, "Cancel", person=mara)
    assert "Nothing was created" in read(said)
    assert not world.writes()


async def test_another_company_may_be_chosen_and_the_text_stays(world: World) -> None:
    mara = await world.linked()
    company = a_company(world)
    message = await form_for(world, mara, company)
    await world.client.press(message, "Other company", person=mara, inputs={"title": TITLE, "description": TEXT})
    said = await world.client.press(message, "Next", person=mara, inputs={"search": company["companyName"]})
    assert values(said)["title"] == TITLE
    assert values(said)["description"] == TEXT


async def test_a_field_of_the_desks_own_cannot_be_slipped_in(world: World) -> None:
    mara = await world.linked()
    message = await form_for(world, mara, a_company(world))
    card = world.client.view(message, mara)
    field = {"type": "Input.Text", "id": "f:assignedResourceID"}
    forged = {**card, "body": [*card["body"], field]}
    inputs = {"title": TITLE, "priority": "1", "queue": "29683481", "f:assignedResourceID": str(world.resource(1))}
    said = await world.client.press(forged, "Create ticket", person=mara, inputs=inputs)
    assert "has no field assignedResourceID" in read(said)
    assert not world.tickets(title=TITLE)


async def test_the_words_after_new_become_the_title(world: World) -> None:
    mara = await world.linked()
    company = a_company(world)
    asked = await world.client.say(f"new {TITLE}", person=mara)
    said = await world.client.press(asked.messages[-1], "Next", person=mara, inputs={"search": company["companyName"]})
    assert values(said)["title"] == TITLE


async def test_a_text_too_long_for_a_demanded_field_is_refused_at_the_field(world: World) -> None:
    mara = await world.linked()
    world.at.world.tenant.demands[STANDARD] = {"purchaseOrderNumber"}
    message = await form_for(world, mara, a_company(world))
    inputs = {"title": TITLE, "priority": "1", "queue": "29683481"}
    await world.client.press(message, "Create ticket", person=mara, inputs=inputs)
    long = {"f:purchaseOrderNumber": "9" * 60}
    said = await world.client.press(message, "Create ticket", person=mara, inputs=long, checked=False)
    assert "is too long" in read(said)
    assert values(said)["title"] == TITLE
    assert not world.tickets(title=TITLE)


async def test_every_step_works_with_buttons_that_come_as_messages(world: World) -> None:
    mara = await world.linked()
    company = a_company(world)
    world.at.world.tenant.demands.clear()
    message = (await world.client.say("/new", person=mara)).messages[-1]
    search = {"search": company["companyName"]}
    await world.client.press(message, "Next", person=mara, inputs=search, fallback=True)
    inputs = {"title": TITLE, "priority": "1", "queue": "29683481"}
    await world.client.press(message, "Create ticket", person=mara, inputs=inputs, fallback=True)
    (made,) = world.tickets(title=TITLE)
    assert made["ticketNumber"] in str(world.client.view(message, mara))


@pytest.mark.parametrize("fallback", [False, True])
async def test_a_form_is_kept_when_autotask_takes_nothing_in_the_persons_name(world: World, *, fallback: bool) -> None:
    mara, company = await world.linked(), a_company(world)
    world.at.world.tenant.demands.clear()
    message = await form_for(world, mara, company)
    refusing = world.at.world.tenant.rights.no_impersonation
    refusing.add(world.resource())
    inputs = {"title": "Printer on fire", "description": "Third floor", "priority": "1"}
    await world.client.press(message, "Create ticket", person=mara, inputs=inputs, fallback=fallback)
    shown = seen(world, message, mara)
    assert "does not let ATTMS create Tickets in your name" in shown
    assert "Allow impersonation of resources with this security level" in shown
    assert "grant the right to create them" in shown
    typed = {each["id"]: each.get("value") for each in world.client.view(message, mara)["body"] if "id" in each}
    assert {name: typed[name] for name in inputs} == inputs
    assert not world.tickets(title="Printer on fire")

    refusing.discard(world.resource())
    await world.client.press(message, "Create ticket", person=mara, fallback=fallback)
    assert len(world.tickets(title="Printer on fire")) == 1
