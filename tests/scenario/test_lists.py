"""Lists by words: what stands in them, in which order, page by page."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from attms_core.mirror.mirror import PAGE
from sandbox.autotask import picklists
from sandbox.autotask.seed_base import DISPATCHER, technicians
from sandbox.teams import Said, buttons, texts
from tests.scenario.conftest import World, card_of, cards_of
from tests.scenario.hand import read

pytestmark = pytest.mark.asyncio(loop_scope="module")

COMPLETE = 5
YEAR = timedelta(days=365)
Row = dict[str, Any]


def numbers(said: Said) -> list[str]:
    """Give the ticket numbers of a list card, in reading order."""
    return [title.removeprefix("Open ") for title in buttons(card_of(said)) if title.startswith("Open T")]


async def everything(world: World, words: str, person: Any) -> list[str]:
    """Say it, and press Next until there is no more."""
    said = await world.client.say(words, person=person)
    message, found = cards_of(said)[-1], numbers(said)
    while "Next" in buttons(card_of(said)):
        assert len(numbers(said)) == PAGE
        said = await world.client.press(message, "Next", person=person)
        assert said.status == 200
        found += numbers(said)
    return found


def company(world: World) -> Row:
    """Give the customer with the most open tickets."""
    rows = [row for row in world.tickets() if row["status"] != COMPLETE]
    most = max({row["companyID"] for row in rows}, key=lambda id_: sum(row["companyID"] == id_ for row in rows))
    return world.at.world.record("Companies", most)


def is_kept(world: World, row: Row) -> bool:
    """Say whether a completed ticket is recent enough for the mirror."""
    return row["status"] == COMPLETE and datetime.fromisoformat(row["completedDate"]) > world.clock.now() - YEAR


def is_open(row: Row) -> bool:
    return bool(row["status"] != COMPLETE)


def is_late(world: World, row: Row) -> bool:
    found = clocks(row)
    return not row["serviceLevelAgreementPausedNextEventHours"] and bool(found) and min(found) <= world.clock.now()


def clocks(row: Row) -> list[datetime]:
    """Give the due times that were not met."""
    pairs = (
        ("firstResponseDueDateTime", "firstResponseDateTime"),
        ("resolutionPlanDueDateTime", "resolutionPlanDateTime"),
        ("resolvedDueDateTime", "resolvedDateTime"),
        ("dueDateTime", None),
    )
    return [datetime.fromisoformat(row[due]) for due, met in pairs if row[due] and not (met and row[met])]


LISTS: dict[str, Callable[[World, Row], bool]] = {
    "tickets": lambda w, r: is_open(r) and r["assignedResourceID"] == w.resource(),
    "tickets mine": lambda w, r: is_open(r) and r["assignedResourceID"] == w.resource(),
    "tickets open": lambda w, r: is_open(r),
    "list open": lambda w, r: is_open(r),
    "tickets unassigned": lambda w, r: is_open(r) and r["assignedResourceID"] is None,
    "tickets overdue": lambda w, r: is_open(r) and is_late(w, r),
    "tickets mine overdue": lambda w, r: is_open(r) and is_late(w, r) and r["assignedResourceID"] == w.resource(),
    "tickets queue Service Desk": lambda w, r: is_open(r) and r["queueID"] == picklists.SERVICE_DESK,
    "tickets QUEUE service desk": lambda w, r: is_open(r) and r["queueID"] == picklists.SERVICE_DESK,
    "tickets queue monit": lambda w, r: is_open(r) and r["queueID"] == picklists.MONITORING,
    'tickets queue:"Level II Support"': lambda w, r: is_open(r) and r["queueID"] == picklists.ESCALATIONS,
    "tickets queue Service Desk queue Field Service": lambda w, r: (
        is_open(r) and r["queueID"] in {picklists.SERVICE_DESK, picklists.ONSITE}
    ),
    "tickets status Complete": is_kept,
    "tickets status new": lambda w, r: r["status"] == 1,
    "tickets status new status complete": lambda w, r: r["status"] == 1 or is_kept(w, r),
    "tickets priority critical": lambda w, r: is_open(r) and r["priority"] == 4,
    "tickets mine priority high priority low": lambda w, r: (
        is_open(r) and r["priority"] in {1, 3} and r["assignedResourceID"] == w.resource()
    ),
    "tickets unassigned queue Service Desk status New": lambda w, r: (
        r["assignedResourceID"] is None and r["queueID"] == picklists.SERVICE_DESK and r["status"] == 1
    ),
}


@pytest.mark.parametrize("words", LISTS)
async def test_a_list_holds_what_autotask_holds_and_nothing_else(shared: World, words: str) -> None:
    mara = await shared.linked()
    wanted = {row["ticketNumber"] for row in shared.tickets() if LISTS[words](shared, row)}
    found = await everything(shared, words, mara)
    assert len(found) == len(set(found))
    assert set(found) == wanted


async def test_a_company_is_named_by_how_its_name_begins(shared: World) -> None:
    mara, customer = await shared.linked(), company(shared)
    begun = customer["companyName"].split()[0]
    found = await everything(shared, f"tickets company {begun}", mara)
    wanted = {row["ticketNumber"] for row in shared.tickets(companyID=customer["id"]) if is_open(row)}
    assert set(found) == wanted


async def test_search_finds_words_of_titles_among_open_tickets(shared: World) -> None:
    mara = await shared.linked()
    word = next(row["title"] for row in shared.tickets() if is_open(row)).split()[0]
    found = await everything(shared, f"tickets search {word}", mara)
    rows = {row["ticketNumber"]: row for row in shared.tickets()}
    titled = {n for n, row in rows.items() if is_open(row) and word.casefold() in row["title"].casefold().split()}
    assert titled
    assert titled <= set(found)
    assert all(is_open(rows[number]) for number in found)


async def test_search_takes_all_that_follows_keywords_included(shared: World) -> None:
    mara = await shared.linked()
    said = await shared.client.say("tickets search mine queue open", person=mara)
    assert any('matching "mine queue open"' in text for text in texts(card_of(said)))


async def test_the_next_sla_due_stands_first_and_paused_clocks_stand_last(shared: World) -> None:
    mara = await shared.linked()
    rows = {row["ticketNumber"]: row for row in shared.tickets()}
    found = [rows[number] for number in await everything(shared, "tickets open", mara)]
    paused = [bool(row["serviceLevelAgreementPausedNextEventHours"]) for row in found]
    assert any(paused)
    assert paused == sorted(paused)
    due = [min(clocks(row)) for row in found if not row["serviceLevelAgreementPausedNextEventHours"]]
    assert len(due) > PAGE
    assert due == sorted(due)


@pytest.mark.parametrize("words", ["tickets", "tickets mine", "tickets mine overdue"])
async def test_a_list_of_ones_own_does_not_say_so_in_every_row(shared: World, words: str) -> None:
    mara = await shared.linked()
    said = await shared.client.say(words, person=mara)
    assert numbers(said)
    assert mara.name not in read(said)
    back = await shared.client.press(cards_of(said)[-1], "Refresh", person=mara)
    assert read(back) == read(said)


async def test_other_lists_say_whose_each_ticket_is(shared: World) -> None:
    mara = await shared.linked()
    everybodys = await shared.client.say("tickets open", person=mara)
    assert {tech.last for tech in technicians() if f"{tech.first} {tech.last}" in read(everybodys)}
    nobodys = await shared.client.say("tickets unassigned", person=mara)
    assert numbers(nobodys)
    assert "unassigned" not in read(nobodys)


async def test_where_others_read_along_the_rows_of_ones_own_list_say_whose_they_are(shared: World) -> None:
    mara, tomas = await shared.linked(), await shared.linked(1)
    group = shared.teams.group("Dispatch", mara, tomas)
    said = await shared.client.say("@Bot tickets mine", person=mara, conversation=group)
    assert read(said).count(mara.name) == len(numbers(said)) > 0
    own = await shared.client.press(cards_of(said)[-1], "Refresh", person=mara)
    assert mara.name not in read(own)


async def test_a_row_of_an_older_card_that_names_its_deed_twice_opens_its_ticket(shared: World) -> None:
    mara, ticket = await shared.linked(), shared.open_ticket_of()
    data = {"attms": {"do": "ticket.show", "v": 1, "ticket": ticket["id"], "back": "mine"}}
    action = {"type": "Action.Execute", "title": "Open it", "verb": "ticket.show", "data": data}
    value = {"action": action, "trigger": "manual"}
    shown = await shared.client.invoke("adaptiveCard/action", value, person=mara)
    assert any(text.startswith(ticket["ticketNumber"]) for text in texts(card_of(shown)))


async def test_next_and_previous_lead_through_the_pages_and_back(shared: World) -> None:
    mara = await shared.linked()
    first = await shared.client.say("tickets open", person=mara)
    assert "Previous" not in buttons(card_of(first))
    second = await shared.client.press(cards_of(first)[-1], "Next", person=mara)
    assert not set(numbers(first)) & set(numbers(second))
    total = sum(is_open(row) for row in shared.tickets())
    assert f"9-16 of {total}, next SLA due first" in texts(card_of(second))
    back = await shared.client.press(cards_of(first)[-1], "Previous", person=mara)
    assert numbers(back) == numbers(first)


async def test_a_row_opens_its_ticket_and_leads_back_to_the_same_page(shared: World) -> None:
    mara = await shared.linked()
    first = await shared.client.say("tickets open", person=mara)
    second = await shared.client.press(cards_of(first)[-1], "Next", person=mara)
    shown = await shared.client.press(cards_of(first)[-1], f"Open {numbers(second)[0]}", person=mara)
    assert any(text.startswith(numbers(second)[0]) for text in texts(card_of(shown)))
    back = await shared.client.press(cards_of(first)[-1], "Back to the list", person=mara)
    assert numbers(back) == numbers(second)


@pytest.mark.parametrize(
    ("words", "legal"),
    [
        ("tickets queue nowhere", "Possible: Service Desk, Level II Support, Field Service"),
        ("tickets status nonsense", "Possible: New, In Progress, Dispatched"),
        ("tickets priority urgent", "Possible: Critical, High, Medium, Low."),
        ("tickets status Waiting", "Possible: Waiting Customer, Waiting Materials, Waiting Vendor."),
        ("tickets queue", "Possible: Service Desk, Level II Support, Field Service"),
        ("tickets priority", "Possible: Critical, High, Medium, Low."),
    ],
)
async def test_a_name_that_fits_none_or_several_lists_the_legal_ones(shared: World, words: str, legal: str) -> None:
    mara = await shared.linked()
    said = await shared.client.say(words, person=mara)
    assert any(text.startswith(legal) for text in texts(card_of(said)))
    assert not numbers(said)


@pytest.mark.parametrize("words", ["tickets company No Such Customer", "tickets company", "tickets search"])
async def test_a_company_or_search_without_a_hit_says_what_to_type(shared: World, words: str) -> None:
    mara = await shared.linked()
    said = await shared.client.say(words, person=mara)
    shown = " ".join(texts(card_of(said)))
    assert "Type how its name begins." in shown or "For example: tickets" in shown


async def test_an_empty_list_offers_others_as_buttons_that_run(shared: World) -> None:
    dispatcher = shared.teams.person("Signe Marchetti", email="signe.marchetti@larkspur-it.example")
    asked = await shared.client.say("me", person=dispatcher)
    await shared.client.press(asked.messages[-1], "Yes, that is me", person=dispatcher)
    assert not shared.tickets(assignedResourceID=DISPATCHER)
    said = await shared.client.say("tickets", person=dispatcher)
    assert "Nothing here." in texts(card_of(said))
    run = await shared.client.press(cards_of(said)[-1], "Tickets unassigned", person=dispatcher)
    assert "Unassigned tickets" in texts(card_of(run))


async def test_a_list_never_asks_autotask(shared: World) -> None:
    mara = await shared.linked()
    shared.at.forget_requests()
    await everything(shared, "tickets open", mara)
    assert not shared.at.requests


async def test_words_that_exclude_each_other_are_told_so_with_what_to_say_instead(shared: World) -> None:
    mara = await shared.linked()
    said = read(await shared.client.say("tickets open status Complete", person=mara))
    assert "No ticket is open and Complete at once." in said
    assert "Say: tickets status Complete, or: tickets open" in said


async def test_open_beside_a_status_that_is_open_is_heeded(shared: World) -> None:
    mara = await shared.linked()
    both = await everything(shared, "tickets open status New", mara)
    assert both == await everything(shared, "tickets status New", mara)
    assert both
