"""Time on tickets, and what a ticket tells of its past."""

from datetime import timedelta

import pytest

from sandbox.autotask import AutotaskSandbox
from tests.sandbox_autotask.hand import Body, Hand

MARA, TOMAS, API_USER = 29682901, 29682902, 29682923
SENIOR, SUPPORT, DISPATCH = 29683402, 29683401, 29683405
REMOTE, ONSITE, INTERNAL = 29683701, 29683702, 29683704
ENTRY = {
    "ticketID": 7001,
    "resourceID": MARA,
    "roleID": SENIOR,
    "startDateTime": "2024-05-15T10:00:00Z",
    "endDateTime": "2024-05-15T11:15:00Z",
    "summaryNotes": "Rebuilt the profile.",
}
HISTORY = {"op": "eq", "field": "ticketID", "value": 7001}


async def test_time_is_logged_and_moves_its_ticket(at: AutotaskSandbox, hand: Hand) -> None:
    before = at.world.ticket(7001)
    at.clock.advance(timedelta(minutes=1))
    id_ = (await hand.post("TimeEntries", ENTRY, as_resource=MARA)).body["itemId"]
    entry, ticket = (await hand.get(f"TimeEntries/{id_}")).body["item"], at.world.ticket(7001)
    assert (entry["hoursWorked"], entry["hoursToBill"], entry["timeEntryType"]) == (1.25, 1.25, 2)
    assert (entry["dateWorked"], entry["creatorUserID"]) == ("2024-05-15T00:00:00Z", MARA)
    assert ticket["lastActivityDate"] == "2024-05-15T12:01:00Z"
    assert ticket["lastTrackedModificationDateTime"] == before["lastTrackedModificationDateTime"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"roleID": None}, "TimeEntries for Tickets must have a roleID"),
        ({"roleID": 1}, "There is no row at position 0."),
        ({"roleID": DISPATCH}, "This roleID is not valid for this Task and Resource"),
        ({"endDateTime": None}, "require a start and stop time"),
        ({"startDateTime": None, "endDateTime": None}, "Must have at least one of hoursWorked or startDateTime"),
        ({"endDateTime": "2024-05-15T09:00:00Z"}, "hoursWorked greater than 24 hours or less than zero hours"),
        ({"endDateTime": "2024-05-16T10:00:01Z"}, "hoursWorked greater than 24 hours or less than zero hours"),
        ({"billingCodeID": INTERNAL}, "not an active general allocation code"),
        ({"internalBillingCodeID": INTERNAL}, "can be used at once"),
        ({"ticketID": None}, "ticketID, taskID"),
        ({"ticketID": 999999}, "ticketID of type: Ticket"),
        ({"resourceID": None}, "Missing Required Field: resourceID"),
        ({"resourceID": API_USER}, "resourceID of type: Resource"),
    ],
)
async def test_time_is_refused(hand: Hand, change: Body, words: str) -> None:
    assert words in (await hand.post("TimeEntries", {**ENTRY, **change})).errors


async def test_hours_and_a_day_are_enough_where_start_and_stop_are_not_demanded(
    at: AutotaskSandbox, hand: Hand
) -> None:
    at.world.tenant.start_and_stop = False
    body = {**ENTRY, "startDateTime": None, "endDateTime": None, "hoursWorked": 0.5}
    assert "dateWorked is required" in (await hand.post("TimeEntries", body)).errors
    id_ = (await hand.post("TimeEntries", {**body, "dateWorked": "2024-05-14"})).body["itemId"]
    assert at.world.record("TimeEntries", id_)["dateWorked"] == "2024-05-14T00:00:00Z"


@pytest.mark.parametrize(
    ("said", "kept"), [({}, REMOTE), ({"billingCodeID": None}, REMOTE), ({"billingCodeID": ONSITE}, ONSITE)]
)
async def test_time_takes_its_work_type_from_the_ticket_unless_it_names_one(hand: Hand, said: Body, kept: int) -> None:
    assert (await hand.patch("Tickets", {"id": 7001, "billingCodeID": REMOTE})).status == 200
    id_ = (await hand.post("TimeEntries", {**ENTRY, **said})).body["itemId"]
    assert (await hand.get(f"TimeEntries/{id_}")).body["item"]["billingCodeID"] == kept


async def test_time_always_says_whether_it_is_billed(hand: Hand) -> None:
    id_ = (await hand.post("TimeEntries", ENTRY)).body["itemId"]
    assert (await hand.get(f"TimeEntries/{id_}")).body["item"]["isNonBillable"] is False
    await hand.patch("TimeEntries", {"id": id_, "isNonBillable": True})
    assert (await hand.get(f"TimeEntries/{id_}")).body["item"]["hoursToBill"] == 0
    await hand.patch("TimeEntries", {"id": id_, "isNonBillable": None})
    entry = (await hand.get(f"TimeEntries/{id_}")).body["item"]
    assert (entry["isNonBillable"], entry["hoursToBill"]) == (False, 1.25)


async def test_internal_time_needs_no_ticket(at: AutotaskSandbox, hand: Hand) -> None:
    body = {**ENTRY, "ticketID": None, "roleID": None, "internalBillingCodeID": INTERNAL}
    id_ = (await hand.post("TimeEntries", body)).body["itemId"]
    assert at.world.record("TimeEntries", id_)["timeEntryType"] == 10


async def test_longer_work_is_said_by_a_later_stop(at: AutotaskSandbox, hand: Hand) -> None:
    id_ = (await hand.post("TimeEntries", ENTRY)).body["itemId"]
    change = {"id": id_, "endDateTime": "2024-05-15T12:00:00Z", "hoursWorked": 9}
    assert (await hand.patch("TimeEntries", change, as_resource=MARA)).status == 200
    assert at.world.record("TimeEntries", id_)["hoursWorked"] == 2
    billing = {"id": id_, "showOnInvoice": False}
    assert "Show On Invoice" in (await hand.patch("TimeEntries", billing, as_resource=MARA)).errors


async def test_only_its_creator_may_delete_time(at: AutotaskSandbox, hand: Hand) -> None:
    id_ = (await hand.post("TimeEntries", ENTRY, as_resource=MARA)).body["itemId"]
    refused = await hand.send("DELETE", f"TimeEntries/{id_}")
    assert "time entries that you did not create" in refused.errors
    assert (await hand.send("DELETE", f"TimeEntries/{id_}", as_resource=MARA)).body == {"itemId": id_}
    assert at.world.rows.get("TimeEntries", id_) is None


async def test_approved_time_stands(at: AutotaskSandbox, hand: Hand) -> None:
    id_ = (await hand.post("TimeEntries", ENTRY)).body["itemId"]
    approved = {**at.world.record("TimeEntries", id_), "billingApprovalDateTime": "2024-05-15T12:00:00Z"}
    at.world.rows.put("TimeEntries", approved)
    assert "approved" in (await hand.patch("TimeEntries", {"id": id_, "summaryNotes": "x"})).errors
    assert "approved" in (await hand.send("DELETE", f"TimeEntries/{id_}")).errors


async def test_a_ticket_tells_its_history_in_labels(at: AutotaskSandbox, hand: Hand, new_ticket: Body) -> None:
    id_ = (await hand.post("Tickets", new_ticket)).body["itemId"]
    await hand.patch("Tickets", {"id": id_, "status": 8, "priority": 1}, as_resource=TOMAS)
    rows = (await hand.query("TicketHistory", {**HISTORY, "value": id_})).body["items"]
    assert [(row["action"], row["resourceID"]) for row in rows[1:]] == [("Edited", TOMAS), ("Status Change", TOMAS)]
    assert rows[0]["action"] == "Created"
    assert rows[2]["detail"] == "Status changed from New to In Progress"


async def test_seeded_tickets_have_a_past(hand: Hand) -> None:
    rows = (await hand.query("TicketHistory", HISTORY)).body["items"]
    assert rows[0]["action"] == "Created"
    assert (await hand.get(f"TicketHistory/{rows[0]['id']}")).body["item"] == rows[0]


@pytest.mark.parametrize(
    "filters",
    [
        [{"op": "gte", "field": "ticketID", "value": 1}],
        [HISTORY, HISTORY],
        [{"op": "exist", "field": "id"}],
        [{"op": "or", "items": [HISTORY]}],
    ],
)
async def test_history_is_asked_for_one_ticket_only(hand: Hand, filters: list[Body]) -> None:
    assert "ticketID" in (await hand.query("TicketHistory", *filters)).errors


async def test_nobody_writes_history(hand: Hand) -> None:
    assert (await hand.post("TicketHistory", {"ticketID": 7001})).status == 404


async def test_what_belongs_to_a_deleted_ticket_goes_with_it(at: AutotaskSandbox, hand: Hand) -> None:
    await hand.post("TimeEntries", ENTRY)
    at.world.delete_ticket(7001, by=MARA)
    assert not at.world.rows.find("TimeEntries", ticketID=7001)
    assert not at.world.rows.find("TicketHistory", ticketID=7001)
