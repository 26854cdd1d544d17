"""Notes, contacts, companies and the rest: written through their parents, with their own rules."""

from datetime import timedelta

from sandbox.autotask import AutotaskSandbox
from tests.sandbox_autotask.hand import Body, Hand

MARA = 29682901
NOTE = {"title": "Called back", "description": "No answer.", "noteType": 1, "publish": 2}


async def test_a_note_is_written_under_its_ticket_and_moves_its_activity_only(at: AutotaskSandbox, hand: Hand) -> None:
    before = at.world.ticket(7001)
    at.clock.advance(timedelta(minutes=1))
    id_ = (await hand.post("Tickets/7001/Notes", NOTE)).body["itemId"]
    note, ticket = at.world.record("TicketNotes", id_), at.world.ticket(7001)
    assert (note["ticketID"], note["publish"]) == (7001, 2)
    assert ticket["lastActivityDate"] == note["lastActivityDate"] == "2024-05-15T12:01:00Z"
    assert ticket["lastTrackedModificationDateTime"] == before["lastTrackedModificationDateTime"]


async def test_a_note_needs_its_fields_and_mostly_a_title(at: AutotaskSandbox, hand: Hand) -> None:
    answer = await hand.post("Tickets/7001/Notes", {"title": "x"})
    assert all(field in answer.errors for field in ("description", "noteType", "publish"))
    untitled = {**NOTE, "title": None}
    assert "title" in (await hand.post("Tickets/7001/Notes", untitled)).errors
    at.quirks.note_title_required = False
    assert (await hand.post("Tickets/7001/Notes", untitled)).status == 200


async def test_there_is_no_publish_3(hand: Hand) -> None:
    answer = await hand.post("Tickets/7001/Notes", {**NOTE, "publish": 3})
    assert "Picklist value [3] does not exist for publish" in answer.errors


async def test_a_note_under_a_missing_ticket_is_refused(hand: Hand) -> None:
    assert "ticketID of type: Ticket" in (await hand.post("Tickets/999999/Notes", NOTE)).errors


async def test_changing_a_note_must_repeat_type_and_publish(at: AutotaskSandbox, hand: Hand) -> None:
    id_ = (await hand.post("Tickets/7001/Notes", NOTE)).body["itemId"]
    change = {"id": id_, "description": "Reached him."}
    answer = await hand.patch("Tickets/7001/Notes", change)
    assert "noteType" in answer.errors
    assert "publish" in answer.errors
    whole = {**change, "noteType": 1, "publish": 2}
    assert (await hand.patch("Tickets/7001/Notes", whole, as_resource=MARA)).status == 200
    note = at.world.record("TicketNotes", id_)
    assert note["description"] == "Reached him."
    assert note["impersonatorUpdaterResourceID"] == at.world.tenant.api_user_id
    assert (await hand.patch("Tickets/7002/Notes", whole)).status == 500


async def test_a_note_in_a_contacts_name_must_be_public_and_the_companys(at: AutotaskSandbox, hand: Hand) -> None:
    ticket = at.world.ticket(7001)
    spoken = {**NOTE, "createdByContactID": ticket["contactID"]}
    assert "createdByContactID" in (await hand.post("Tickets/7001/Notes", spoken)).errors
    id_ = (await hand.post("Tickets/7001/Notes", {**spoken, "publish": 1})).body["itemId"]
    assert at.world.record("TicketNotes", id_)["creatorResourceID"] is None
    at.world.tenant.rights.contact_impersonation = False
    assert "permissions" in (await hand.post("Tickets/7001/Notes", {**spoken, "publish": 1})).errors


async def test_a_public_reply_is_the_first_response(at: AutotaskSandbox, hand: Hand, new_ticket: Body) -> None:
    id_ = (await hand.post("Tickets", new_ticket)).body["itemId"]
    await hand.post(f"Tickets/{id_}/Notes", NOTE)
    assert at.world.ticket(id_)["firstResponseDateTime"] is None
    await hand.post(f"Tickets/{id_}/Notes", {**NOTE, "publish": 1}, as_resource=MARA)
    ticket = at.world.ticket(id_)
    assert ticket["firstResponseInitiatingResourceID"] == MARA


async def test_a_contact_lives_under_its_company_and_can_be_deleted(at: AutotaskSandbox, hand: Hand) -> None:
    company = at.world.rows.find("Companies")[3]["id"]
    body = {"firstName": "Nina", "lastName": "Roth", "isActive": 1}
    id_ = (await hand.post(f"Companies/{company}/Contacts", body)).body["itemId"]
    assert (await hand.get(f"Contacts/{id_}")).body["item"]["companyID"] == company
    moved = {"id": id_, "companyID": 0, "lastName": "Rot"}
    assert (await hand.patch(f"Companies/{company}/Contacts", moved)).status == 200
    assert at.world.record("Contacts", id_)["companyID"] == company
    assert (await hand.send("DELETE", f"Companies/{company}/Contacts/{id_}")).body == {"itemId": id_}
    again = await hand.send("DELETE", f"Companies/{company}/Contacts/{id_}")
    assert "No matching records found" in again.errors


async def test_a_company_is_created_with_its_creator(at: AutotaskSandbox, hand: Hand) -> None:
    body = {"companyName": "Wimple Co", "companyType": 1, "phone": "1", "ownerResourceID": MARA}
    id_ = (await hand.post("Companies", body, as_resource=MARA)).body["itemId"]
    assert at.world.record("Companies", id_)["createdByResourceID"] == MARA


async def test_a_desk_role_can_be_switched_off_under_its_resource(at: AutotaskSandbox, hand: Hand) -> None:
    row = at.world.rows.find("ResourceServiceDeskRoles", resourceID=MARA)[0]
    answer = await hand.patch(f"Resources/{MARA}/ServiceDeskRoles", {"id": row["id"], "isActive": False})
    assert answer.status == 200
    listed = await hand.get(f"Resources/{MARA}/ServiceDeskRoles")
    assert listed.body["items"][0]["isActive"] is False


async def test_a_deleted_ticket_leaves_a_log_row_and_no_notes(at: AutotaskSandbox, hand: Hand) -> None:
    number = at.world.ticket(7001)["ticketNumber"]
    at.world.add_note(7001, "x", by=MARA)
    at.world.delete_ticket(7001, by=MARA)
    assert (await hand.get("Tickets/7001")).body == {"item": None}
    log = (await hand.query("DeletedTicketLogs", {"op": "eq", "field": "ticketID", "value": 7001})).body
    assert [row["ticketNumber"] for row in log["items"]] == [number]
    assert not at.world.notes(7001)
