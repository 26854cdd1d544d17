"""Checklists, further people and files: written under their ticket, found from above."""

import base64
from datetime import timedelta

import pytest

from sandbox.autotask import AutotaskSandbox
from tests.sandbox_autotask.hand import Body, Hand

MARA, TOMAS, INES = 29682901, 29682902, 29682903
SENIOR, SUPPORT = 29683402, 29683401
FILE = {
    "id": 0,
    "attachmentType": "FILE_ATTACHMENT",
    "title": "log",
    "fullPath": "log.txt",
    "publish": 2,
    "data": base64.b64encode(b"it broke").decode(),
}


def of(ticket: int) -> Body:
    return {"op": "eq", "field": "ticketID", "value": ticket}


@pytest.fixture
async def ticket(hand: Hand, new_ticket: Body) -> int:
    body = {**new_ticket, "assignedResourceID": MARA, "assignedResourceRoleID": SENIOR}
    id_: int = (await hand.post("Tickets", body)).body["itemId"]
    return id_


async def test_an_item_is_added_ticked_off_and_taken_away(at: AutotaskSandbox, hand: Hand, ticket: int) -> None:
    place = f"Tickets/{ticket}/ChecklistItems"
    first, second = [(await hand.post(place, {"itemName": name})).body["itemId"] for name in ("a", "b")]
    assert [item["position"] for item in (await hand.get(place)).body["items"]] == [0, 1]
    await hand.patch(place, {"id": first, "isCompleted": True}, as_resource=MARA)
    item = at.world.record("TicketChecklistItems", first)
    assert (item["completedByResourceID"], item["completedDateTime"]) == (MARA, "2024-05-15T12:00:00Z")
    await hand.patch(place, {"id": first, "isCompleted": False})
    assert at.world.record("TicketChecklistItems", first)["completedByResourceID"] is None
    assert (await hand.send("DELETE", f"{place}/{second}")).body == {"itemId": second}
    assert await hand.ids("TicketChecklistItems", of(ticket)) == [first]


async def test_an_item_needs_a_name_and_its_ticket(hand: Hand, ticket: int) -> None:
    assert "itemName" in (await hand.post(f"Tickets/{ticket}/ChecklistItems", {"position": 1})).errors
    assert "ticketID" in (await hand.post("Tickets/999999/ChecklistItems", {"itemName": "a"})).errors
    long = {"itemName": "a" * 601}
    assert "maximum length of 600" in (await hand.post(f"Tickets/{ticket}/ChecklistItems", long)).errors


async def test_a_further_technician_has_a_role_of_theirs_and_comes_once(hand: Hand, ticket: int) -> None:
    place = f"Tickets/{ticket}/SecondaryResources"
    pair = {"resourceID": TOMAS, "roleID": SUPPORT}
    id_ = (await hand.post(place, pair)).body["itemId"]
    assert "already exists" in (await hand.post(place, pair)).errors
    assert "already exists" in (await hand.post(place, {"resourceID": MARA, "roleID": SENIOR})).errors
    assert "not currently defined" in (await hand.post(place, {"resourceID": INES, "roleID": SENIOR})).errors
    assert "roleID" in (await hand.post(place, {"resourceID": INES})).errors
    assert await hand.ids("TicketSecondaryResources", of(ticket)) == [id_]
    assert (await hand.patch(place, {"id": id_})).status == 405
    assert (await hand.send("DELETE", f"{place}/{id_}")).status == 200


async def test_a_further_technician_takes_a_ticket_over_only_after_they_left_its_helpers(
    at: AutotaskSandbox, hand: Hand, ticket: int
) -> None:
    place = f"Tickets/{ticket}/SecondaryResources"
    taking = {"assignedResourceID": TOMAS, "assignedResourceRoleID": SUPPORT}
    helper = (await hand.post(place, {"resourceID": TOMAS, "roleID": SUPPORT})).body["itemId"]
    assert "secondary resource" in (await hand.patch("Tickets", {"id": ticket, **taking})).errors
    assert at.world.ticket(ticket)["assignedResourceID"] == MARA
    await hand.send("DELETE", f"{place}/{helper}")
    assert (await hand.patch("Tickets", {"id": ticket, **taking})).status == 200


async def test_a_further_contact_is_of_the_company_and_comes_once(at: AutotaskSandbox, hand: Hand, ticket: int) -> None:
    record, place = at.world.ticket(ticket), f"Tickets/{ticket}/AdditionalContacts"
    theirs = at.world.rows.find("Contacts", companyID=record["companyID"], isActive=1)
    other = next(each["id"] for each in theirs if each["id"] != record["contactID"])
    stranger = next(
        each["id"]
        for each in at.world.rows.find("Contacts", isActive=1)
        if each["companyID"] not in (record["companyID"], 0)
    )
    id_ = (await hand.post(place, {"contactID": other})).body["itemId"]
    assert "already exists" in (await hand.post(place, {"contactID": other})).errors
    assert "already exists" in (await hand.post(place, {"contactID": record["contactID"]})).errors
    assert "contactID of type: Contact" in (await hand.post(place, {"contactID": stranger})).errors
    assert (await hand.send("DELETE", f"{place}/{id_}")).body == {"itemId": id_}


async def test_a_file_comes_back_from_one_address_only(hand: Hand, ticket: int) -> None:
    place = f"Tickets/{ticket}/Attachments"
    id_ = (await hand.post(place, FILE, as_resource=MARA)).body["itemId"]
    whole = (await hand.get(f"{place}/{id_}")).body["items"]
    assert [(each["data"], each["fileSize"], each["contentType"]) for each in whole] == [
        (FILE["data"], 8, "text/plain")
    ]
    assert (whole[0]["parentID"], whole[0]["attachedByResourceID"]) == (ticket, MARA)
    assert (await hand.get(place)).body["items"][0]["data"] is None
    assert (await hand.get(f"TicketAttachments/{id_}")).body["item"]["data"] is None
    assert (await hand.get(f"{place}/999")).body == {"items": []}
    info = (await hand.query("AttachmentInfo", of(ticket))).body["items"]
    assert [(each["id"], each["parentType"], "data" in each) for each in info] == [(id_, 4, False)]
    assert (await hand.send("DELETE", f"{place}/{id_}")).body == {"itemId": id_}
    assert await hand.ids("AttachmentInfo", of(ticket)) == []


async def test_attachments_are_asked_for_by_their_parent(hand: Hand, ticket: int) -> None:
    every = {"op": "gte", "field": "id", "value": 0}
    assert "parent" in (await hand.query("TicketAttachments", every)).errors
    assert (await hand.query("TicketAttachments", every, of(ticket))).status == 200
    assert (await hand.query("AttachmentInfo", every)).status == 200


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"data": "no base64!"}, "Base-64"),
        ({"data": None}, "data"),
        ({"attachmentType": "PHOTO"}, "Picklist value [PHOTO]"),
        ({"publish": 3}, "Picklist value [3]"),
        ({"title": None}, "title"),
        ({"fullPath": None}, "fullPath"),
    ],
)
async def test_a_file_is_refused(hand: Hand, ticket: int, change: Body, words: str) -> None:
    assert words in (await hand.post(f"Tickets/{ticket}/Attachments", {**FILE, **change})).errors


async def test_a_link_carries_no_bytes(hand: Hand, ticket: int) -> None:
    link = {**FILE, "attachmentType": "URL", "fullPath": "https://status.example", "data": None}
    assert (await hand.post(f"Tickets/{ticket}/Attachments", link)).status == 200


async def test_files_are_limited_in_size_and_in_bytes_per_five_minutes(
    at: AutotaskSandbox, hand: Hand, ticket: int
) -> None:
    place = f"Tickets/{ticket}/Attachments"
    five = {**FILE, "data": base64.b64encode(bytes(5_000_000)).decode()}
    assert "maximum file size" in (await hand.post(place, {**FILE, "data": "A" * 9_600_000})).errors
    assert [(await hand.post(place, five)).status for _ in range(2)] == [200, 200]
    at.clock.advance(timedelta(minutes=4))
    assert "5 minutes" in (await hand.post(place, FILE)).errors
    at.clock.advance(timedelta(minutes=4))
    assert "5 minutes" in (await hand.post(place, FILE)).errors, "the first bytes are long out of the window"
    at.clock.advance(timedelta(minutes=1))
    assert (await hand.post(place, FILE)).status == 200


async def test_seeded_tickets_have_some_of_everything(hand: Hand) -> None:
    every = {"op": "gte", "field": "id", "value": 0}
    for entity in ("TimeEntries", "TicketChecklistItems", "TicketSecondaryResources", "AttachmentInfo"):
        assert (await hand.query(entity, every)).body["items"], entity
