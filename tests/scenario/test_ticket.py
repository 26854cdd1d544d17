"""One ticket: by number, id or link, alone or after its word; notes that a place may see."""

from typing import Any

import pytest

from sandbox.autotask.tenant import Actor
from sandbox.teams import buttons, texts
from tests.scenario.conftest import World, card_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

LINK = "https://ww5.autotask.net/Autotask/AutotaskExtend/ExecuteCommand.aspx?Code=OpenTicketDetail"

NAMES = {
    "number": "{ticketNumber}",
    "small letter": "t{rest}",
    "id": "{id}",
    "hash and id": "#{id}",
    "link by id": LINK + "&TicketID={id}",
    "link by number": LINK + "&TicketNumber={ticketNumber}",
    "pasted with brackets": "<{ticketNumber}>",
}


def spelled(name: str, row: dict[str, Any]) -> str:
    return NAMES[name].format(**row, rest=row["ticketNumber"][1:])


@pytest.mark.parametrize("before", ["/ticket ", "ticket ", "show ", ""])
@pytest.mark.parametrize("name", NAMES)
async def test_a_ticket_is_shown_by_any_of_its_names(shared: World, before: str, name: str) -> None:
    mara, row = await shared.linked(), shared.open_ticket_of()
    said = await shared.client.say(before + spelled(name, row), person=mara)
    shown = texts(card_of(said))
    assert row["title"] in shown
    assert any(text.startswith(row["ticketNumber"]) for text in shown)


async def test_a_ticket_card_tells_its_facts_and_offers_its_deeds(shared: World) -> None:
    mara, row = await shared.linked(), shared.open_ticket_of()
    said = await shared.client.say(str(row["id"]), person=mara)
    shown = texts(card_of(said))
    company = shared.at.world.record("Companies", row["companyID"])
    assert any(company["companyName"] in text for text in shown)
    assert {"Assign", "Status", "Priority", "Note", "Refresh", "Open in AutoTask"} <= set(buttons(card_of(said)))
    assert "Take it" not in buttons(card_of(said))  # it is Mara's already


async def test_a_ticket_that_the_mirror_lacks_is_asked_for_once(shared: World) -> None:
    mara, row = await shared.linked(), shared.open_ticket_of()
    fresh = shared.at.world.create_ticket(
        {name: row[name] for name in ("companyID", "queueID", "priority", "status")} | {"title": "Born a moment ago"},
        Actor(resource_id=shared.resource(1)),
    )
    shared.at.forget_requests()
    said = await shared.client.say(f"ticket {fresh}", person=mara)
    assert "Born a moment ago" in texts(card_of(said))
    assert sum("Tickets" in seen.path and "Notes" not in seen.path for seen in shared.at.requests) == 1
    shared.at.forget_requests()
    assert "Born a moment ago" in texts(card_of(await shared.client.say(f"ticket {fresh}", person=mara)))
    assert not [seen for seen in shared.at.requests if "Tickets" in seen.path and "Notes" not in seen.path]


@pytest.mark.parametrize("words", ["ticket T20010101.0001", "ticket 999999", "0", "999999999999999"])
async def test_a_ticket_that_nobody_has_is_told_in_words(shared: World, words: str) -> None:
    mara = await shared.linked()
    shown = texts(card_of(await shared.client.say(words, person=mara)))
    assert any(text.startswith("There is no ticket") for text in shown)
    assert "Try: tickets search WORDS" in shown


async def test_a_group_reads_no_internal_notes_and_is_told_how_many(shared: World) -> None:
    mara, row = await shared.linked(), shared.open_ticket_of()
    for note in ("the customer is a nuisance", "call the vendor first"):
        shared.at.world.add_note(row["id"], note, by=shared.resource(), publish=2)
    await shared.poll()
    hidden = sum(note["publish"] != 1 for note in shared.at.world.notes(row["id"]))
    personal = " ".join(texts(card_of(await shared.client.say(str(row["id"]), person=mara))))
    assert "the customer is a nuisance" in personal
    group = shared.teams.group("With others", mara)
    said = await shared.client.say(str(row["id"]), person=mara, conversation=group)
    shown = texts(card_of(said))
    assert "nuisance" not in " ".join(shown)
    assert "vendor first" not in " ".join(shown)
    assert f"{hidden} internal notes not shown here." in shown
