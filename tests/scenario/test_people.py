"""Rights: what each role may do, and that limits hold at every door."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from attms_core.model import CompanyId
from attms_core.model import Seen as Shown
from cards.asks import RefreshTicket, SetStatus, ShowTicket, TakeTicket
from sandbox.autotask import picklists
from sandbox.teams import Person, Said, buttons, texts
from tests.scenario.conftest import World, card_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

Row = dict[str, Any]
Act = Callable[[World, Person, Row], Awaitable[Said]]
ROLES = ("reader", "technician", "dispatcher", "administrator")
LEAST: dict[str, tuple[int, Act]] = {
    "list": (0, lambda w, p, _: w.client.say("tickets open", person=p)),
    "show": (0, lambda w, p, t: w.client.say(str(t["id"]), person=p)),
    "search": (0, lambda w, p, t: w.client.say(f"tickets search {t['title']}", person=p)),
    "take by words": (1, lambda w, p, t: w.client.say(f"assign {t['id']} me", person=p)),
    "take by button": (1, lambda w, p, t: press(w, p, take(t))),
    "status by words": (1, lambda w, p, t: w.client.say(f"status {t['id']} In Progress", person=p)),
    "status by button": (1, lambda w, p, t: press(w, p, set_status(t))),
    "priority": (1, lambda w, p, t: w.client.say(f"priority {t['id']} low", person=p)),
    "note": (1, lambda w, p, t: w.client.say(f"note {t['id']} looked at it", person=p)),
    "new": (1, lambda w, p, _: w.client.say("new", person=p)),
    "assign to another": (2, lambda w, p, t: w.client.say(f"assign {t['id']} Hana Whitlock", person=p)),
    "internal": (2, lambda w, p, _: w.client.say("internal on", person=p)),
}
READING = {"list", "show", "search", "new", "internal"}


async def press(world: World, person: Person, data: dict[str, Any]) -> Said:
    """Press a button that stands on no card of today, as an old card or an attacker would."""
    value = {"action": {"type": "Action.Execute", "verb": data["attms"]["do"], "data": data}, "trigger": "manual"}
    return await world.client.invoke("adaptiveCard/action", value, person=person)


def shown_of(row: Row) -> Shown:
    return Shown(
        status=row["status"], priority=row["priority"], queue=row["queueID"], assignee=row["assignedResourceID"]
    )


def take(row: Row) -> dict[str, Any]:
    return dict(TakeTicket(ticket=row["id"], seen=shown_of(row)).pack(f"take-{row['id']}-{row['status']}"))


def set_status(row: Row) -> dict[str, Any]:
    return {**SetStatus(ticket=row["id"], seen=shown_of(row)).pack(f"status-{row['id']}"), "status": "9"}


def refused(said: Said) -> bool:
    return any("needs the role" in text for text in texts(card_of(said)))


@pytest.mark.parametrize("action", LEAST)
@pytest.mark.parametrize("role", ROLES)
async def test_each_role_may_do_what_it_may_and_no_more(shared: World, role: str, action: str) -> None:
    least, act = LEAST[action]
    luca = await shared.linked(5)
    await shared.make(luca, role)
    place = len(LEAST) * ROLES.index(role) + list(LEAST).index(action)
    row = shared.tickets()[-1 - place]
    await shared.client.say(str(row["id"]), person=luca)
    shared.at.forget_requests()
    said = await act(shared, luca, shared.at.world.ticket(row["id"]))
    may = ROLES.index(role) >= least
    assert refused(said) == (not may)
    if action not in READING:
        assert bool(shared.writes()) == may
    else:
        assert not shared.writes()


Inside = Callable[[Row, int], bool]
LIMITS: dict[str, tuple[dict[str, Any], Inside]] = {
    "queue": ({"queues": [picklists.SERVICE_DESK]}, lambda r, _: r["queueID"] == picklists.SERVICE_DESK),
    "company": ({}, lambda r, company: r["companyID"] == company),
}


@pytest.mark.parametrize("limit", LIMITS)
@pytest.mark.parametrize("role", ["reader", "dispatcher", "administrator"])
async def test_no_ticket_outside_the_limits_shows_at_any_door(shared: World, role: str, limit: str) -> None:
    declan = await shared.linked(7)
    ours = shared.open_ticket_of()["companyID"]
    limits, is_inside = LIMITS[limit]
    await shared.make(declan, role, **(limits or {"companies": [CompanyId(ours)]}))
    rows = {row["ticketNumber"]: row for row in shared.tickets()}
    for words in (
        "tickets open",
        "tickets status complete",
        "tickets overdue",
        "tickets search the",
        "tickets unassigned",
    ):
        said = await shared.client.say(words, person=declan)
        listed = [title.removeprefix("Open ") for title in buttons(card_of(said)) if title.startswith("Open T")]
        assert all(is_inside(rows[number], ours) for number in listed)
    outside = next(row for row in rows.values() if row["status"] != 5 and not is_inside(row, ours))
    inside = next(row for row in rows.values() if row["status"] != 5 and is_inside(row, ours))
    await stays_hidden(shared, declan, outside)
    assert inside["title"] in texts(card_of(await shared.client.say(str(inside["id"]), person=declan)))


async def stays_hidden(world: World, person: Person, row: Row) -> None:
    """Check every door to one ticket: names, a stale card's buttons, and every write."""
    world.at.forget_requests()
    link = f"https://ww5.autotask.net/Autotask/AutotaskExtend/ExecuteCommand.aspx?TicketID={row['id']}"
    said = [
        await world.client.say(words, person=person)
        for words in (
            row["ticketNumber"],
            f"ticket {row['id']}",
            link,
            f"assign {row['id']} me",
            f"status {row['ticketNumber']} complete",
            f"priority {row['id']} low",
            f"note {row['id']} hello",
        )
    ]
    stale = (
        ShowTicket(ticket=row["id"]).pack(""),
        RefreshTicket(ticket=row["id"]).pack(""),
        take(row),
        set_status(row),
    )
    said += [await press(world, person, dict(data)) for data in stale]
    for one in said:
        assert row["title"] not in " ".join(texts(card_of(one)))
    assert not world.writes()


async def test_limits_hold_for_contacts_and_new_tickets_of_other_companies(shared: World) -> None:
    hana = await shared.linked(6)
    mine, other = sorted({row["companyID"] for row in shared.tickets()})[:2]
    await shared.make(hana, "technician", companies=[CompanyId(mine)])
    found = await shared.client.search("companies", "", person=hana)
    assert [each["value"] for each in found.results] == [str(mine)]
    assert (await shared.client.search("contacts", "", person=hana, data={"company": str(mine)})).results
    assert not (await shared.client.search("contacts", "", person=hana, data={"company": str(other)})).results
    form = await press(shared, hana, {"attms": {"do": "ticket.new.company", "v": 1}, "company": str(other)})
    assert "Your role does not cover this company." in texts(card_of(form))
    shared.at.forget_requests()
    data = {"attms": {"do": "ticket.new", "v": 1, "n": "forged", "company": other}, "title": "x", "priority": "2"}
    await press(shared, hana, data)
    assert not shared.writes()


async def test_a_role_that_was_lowered_ends_at_the_next_word(shared: World) -> None:
    priya = await shared.linked(4)
    row = shared.open_ticket_of(4)
    card = await shared.client.say(str(row["id"]), person=priya)
    await shared.make(priya, "reader")
    shared.at.forget_requests()
    pressed = await shared.client.press(card.messages[-1], "Priority", person=priya)
    assert refused(pressed)
    assert not shared.writes()


async def test_trying_again_asks_the_role_of_today(shared: World) -> None:
    priya, row = await shared.linked(4), shared.open_ticket_of(4)
    await shared.make(priya, "technician")
    shared.at.faults.add("server_error", entity="Tickets", verb="PATCH")
    shared.at.faults.add("server_error", entity="Tickets", verb="get")
    failed = await shared.client.say(f"priority {row['id']} critical", person=priya)
    shared.at.faults.clear()
    await shared.make(priya, "technician", queues=[picklists.SERVICE_DESK + 1000])
    shared.at.forget_requests()
    again = await shared.client.press(failed.messages[-1], "Try again", person=priya)
    assert any(text.startswith("There is no ticket") for text in texts(card_of(again)))
    assert not shared.writes()
