"""Every read of the ports, against the sandbox over HTTP."""

from datetime import timedelta

from attms_core.autotask import AutotaskClient, NotConnectedAutotask
from attms_core.model import CompanyId, TicketId
from attms_core.ports import Autotask, BudgetMeter
from sandbox.autotask import AutotaskSandbox, demo_people
from tests.autotask.story import ANA, NOON, all_of, client_of, open_row, rows


def test_the_client_is_what_the_ports_ask_for(client: AutotaskClient) -> None:
    autotasks: list[Autotask] = [client, NotConnectedAutotask()]
    meters: list[BudgetMeter] = [client, NotConnectedAutotask()]
    assert len(autotasks) == len(meters)


async def test_a_ticket_is_found_by_id_number_and_external_id(at: AutotaskSandbox, client: AutotaskClient) -> None:
    row = open_row(at)
    at.world.change_ticket(int(str(row["id"])), by=ANA, externalID="a" * 32)
    by_id = await client.ticket(TicketId(int(str(row["id"]))), urgent=True)
    by_number = await client.ticket_by_number(str(row["ticketNumber"]), urgent=True)
    by_external_id = await client.ticket_by_external_id("a" * 32)
    assert by_id == by_number == by_external_id
    assert by_id is not None
    assert (by_id.number, by_id.title, by_id.company) == (row["ticketNumber"], row["title"], row["companyID"])
    assert by_id.udfs


async def test_what_is_not_there_is_none(at: AutotaskSandbox, client: AutotaskClient) -> None:
    assert await client.ticket(TicketId(999_999)) is None
    assert await client.ticket_by_number("T19990101.0001") is None
    assert await client.ticket_by_external_id("nobody") is None
    at.quirks.missing_is_404 = True
    assert await client.ticket(TicketId(999_999)) is None


async def test_open_tickets_are_all_but_the_complete_ones(at: AutotaskSandbox, client: AutotaskClient) -> None:
    expected = [row["id"] for row in rows(at, "Tickets") if row["status"] != 5]
    assert [t.id for t in await all_of(client.open_tickets())] == expected
    assert await all_of(client.open_ticket_ids()) == expected
    assert at.requests[-1].body["IncludeFields"] == ["id"]
    middle = NOON - timedelta(hours=20)
    older, newer = await all_of(client.open_tickets(None, middle)), await all_of(client.open_tickets(middle))
    assert older
    assert newer
    assert sorted(t.id for t in older + newer) == expected


async def test_closed_tickets_come_by_the_window_of_their_last_activity(
    at: AutotaskSandbox, client: AutotaskClient
) -> None:
    closed = [row["id"] for row in rows(at, "Tickets") if row["status"] == 5]
    middle = NOON - timedelta(days=150)
    older = await all_of(client.closed_tickets(NOON - timedelta(days=2000), middle))
    newer = await all_of(client.closed_tickets(middle, NOON + timedelta(days=1)))
    assert sorted(t.id for t in older + newer) == closed
    assert all(t.last_activity and t.last_activity < middle for t in older)


async def test_only_moved_tickets_come_after_a_moment(at: AutotaskSandbox, client: AutotaskClient) -> None:
    row = open_row(at)
    at.clock.advance(timedelta(minutes=5))
    at.world.change_ticket(int(str(row["id"])), by=ANA, priority=1)
    assert [t.id for t in await all_of(client.tickets_changed(NOON + timedelta(minutes=1)))] == [row["id"]]


async def test_a_customers_note_moves_a_ticket_too(at: AutotaskSandbox, client: AutotaskClient) -> None:
    row, contact = open_row(at), rows(at, "Contacts")[0]
    at.clock.advance(timedelta(minutes=5))
    at.world.add_note(int(str(row["id"])), "Still broken", contact=int(str(contact["id"])))
    assert [t.id for t in await all_of(client.tickets_changed(NOON + timedelta(minutes=1)))] == [row["id"]]


async def test_named_companies_are_read_inactive_ones_too(at: AutotaskSandbox, client: AutotaskClient) -> None:
    every = [CompanyId(int(str(row["id"]))) for row in rows(at, "Companies") if row["id"]]
    found = await all_of(client.companies_by_id(every))
    assert [company.id for company in found] == every
    assert not all(company.is_active for company in found)
    assert await all_of(client.companies_by_id([])) == []


async def test_named_tickets_and_their_notes_are_read(at: AutotaskSandbox, client: AutotaskClient) -> None:
    notes = rows(at, "TicketNotes")
    tickets = sorted({TicketId(int(str(note["ticketID"]))) for note in notes})
    assert [t.id for t in await all_of(client.tickets_by_id(tickets[:3]))] == tickets[:3]
    found = await all_of(client.notes_of(tickets))
    assert [n.id for n in found] == [note["id"] for note in notes]
    one = await client.notes_of_ticket(tickets[0], urgent=True)
    assert one == [n for n in found if n.ticket == tickets[0]]
    assert await all_of(client.notes_of(tickets, since=NOON + timedelta(days=1))) == []
    assert await all_of(client.notes_of([])) == []


async def test_the_time_of_named_tickets_is_read_since_a_moment(at: AutotaskSandbox, client: AutotaskClient) -> None:
    everything = NOON - timedelta(days=9000)
    entries = [row for row in rows(at, "TimeEntries") if row["ticketID"]]
    tickets = sorted({TicketId(int(str(row["ticketID"]))) for row in entries})
    found = await all_of(client.time_entries_of(tickets, since=everything))
    assert [entry.id for entry in found] == [row["id"] for row in entries]
    first, row = found[0], entries[0]
    assert (first.ticket, first.resource, first.creator) == (row["ticketID"], row["resourceID"], row["creatorUserID"])
    assert float(first.hours) == row["hoursWorked"]
    assert first.created
    assert await all_of(client.time_entries_of(tickets, since=NOON + timedelta(days=1))) == []
    assert {e.ticket for e in await all_of(client.time_entries_of(tickets[:1], since=everything))} == {tickets[0]}


async def test_opportunities_are_read_by_activity_by_status_and_by_id(
    at: AutotaskSandbox, client: AutotaskClient
) -> None:
    every = rows(at, "Opportunities")
    found = await all_of(client.opportunities_changed(NOON - timedelta(days=9000)))
    assert [o.id for o in found] == [row["id"] for row in every]
    row, one = every[0], found[0]
    assert (one.title, one.company, one.owner) == (row["title"], row["companyID"], row["ownerResourceID"])
    assert (one.stage, one.status, one.probability) == (row["stage"], row["status"], row["probability"])
    assert float(one.amount) == row["amount"]
    assert one.close_date
    assert str(row["projectedCloseDate"]).startswith(one.close_date.isoformat())
    assert one.last_activity
    undecided = [row["id"] for row in every if row["status"] in {0, 1}]
    assert [o.id for o in await all_of(client.undecided_opportunities())] == undecided
    assert [o.id for o in await all_of(client.opportunities_by_id([found[1].id, one.id]))] == [one.id, found[1].id]
    assert await all_of(client.opportunities_by_id([])) == []
    middle = sorted(o.last_activity for o in found if o.last_activity)[len(found) // 2]
    assert all(
        o.last_activity and o.last_activity >= middle for o in await all_of(client.opportunities_changed(middle))
    )


async def test_everybody_is_read(at: AutotaskSandbox, client: AutotaskClient) -> None:
    resources = await all_of(client.resources())
    assert [r.id for r in resources] == [row["id"] for row in rows(at, "Resources")]
    assert {r.email for r in resources} >= {person.email for person in demo_people()}
    assert {c.id for c in await all_of(client.companies())} == {
        row["id"] for row in rows(at, "Companies") if row["isActive"]
    }
    assert [c.id for c in await all_of(client.contacts())] == [row["id"] for row in rows(at, "Contacts")]
    assert [r.id for r in await all_of(client.roles())] == [row["id"] for row in rows(at, "Roles")]
    pairs = [(r.resource, r.role, r.is_default) for r in await all_of(client.resource_roles())]
    assert pairs == [
        (row["resourceID"], row["roleID"], row["isDefault"]) for row in rows(at, "ResourceServiceDeskRoles")
    ]
    assert await all_of(client.companies(NOON + timedelta(days=1))) == []
    assert await all_of(client.contacts(NOON + timedelta(days=1))) == []


async def test_deleted_tickets_are_logged(at: AutotaskSandbox, client: AutotaskClient) -> None:
    row = open_row(at)
    at.world.delete_ticket(int(str(row["id"])), by=ANA)
    (gone,) = await all_of(client.deleted_tickets(NOON - timedelta(minutes=1)))
    assert (gone.ticket, gone.number, gone.deleted_by) == (row["id"], row["ticketNumber"], ANA)


async def test_fields_come_with_choices_and_user_defined_ones(client: AutotaskClient) -> None:
    known = {field.name: field for field in await client.fields("Tickets")}
    assert known["status"].choice(5).label == "Complete"
    assert known["priority"].active()[0].label == "Critical"
    assert known["title"].length == 255
    assert known["subIssueType"].choices[0].parent in {c.value for c in known["issueType"].choices}
    assert any(field.is_user_defined for field in known.values())
    assert not any(field.is_user_defined for field in await client.fields("TicketNotes"))


async def test_all_reads_still_work_once_metadata_is_checked_against(client: AutotaskClient) -> None:
    for entity in ("Tickets", "TicketNotes", "Companies", "Contacts", "Resources", "Roles"):
        await client.fields(entity)
    for entity in ("ResourceServiceDeskRoles", "DeletedTicketLogs", "TimeEntries", "Opportunities"):
        await client.fields(entity)
    assert await all_of(client.opportunities_changed(NOON - timedelta(days=900)))
    assert await all_of(client.undecided_opportunities())
    assert await all_of(client.time_entries_of([TicketId(1)], since=NOON)) == []
    assert await all_of(client.tickets_changed(NOON - timedelta(days=900)))
    assert await all_of(client.closed_tickets(NOON - timedelta(days=900), NOON))
    assert await all_of(client.resources())
    assert await all_of(client.contacts())
    assert await all_of(client.companies(NOON - timedelta(days=9000)))
    assert await all_of(client.roles())
    assert await all_of(client.resource_roles())
    assert await all_of(client.deleted_tickets(NOON)) == []


async def test_more_than_a_page_arrives_whole_and_in_order() -> None:
    async with AutotaskSandbox(tickets=1203, seed=3, now=NOON, latency_factor=0) as at, client_of(at) as client:
        sizes = [len(page) async for page in client.tickets_changed(NOON - timedelta(days=4000))]
        assert sizes == [500, 500, 203]
        asked = [seen for seen in at.requests if seen.verb == "query"]
        assert [seen.path for seen in asked] == ["/ATServicesRest/V1.0/Tickets/query"] * 3
        ids = [TicketId(int(str(row["id"]))) for row in rows(at, "Tickets")]
        assert [t.id for t in await all_of(client.tickets_by_id(ids))] == ids


async def test_the_deep_link_is_known_from_the_zone(at: AutotaskSandbox, client: AutotaskClient) -> None:
    link = await client.ticket_url(TicketId(7))
    assert link.endswith("ExecuteCommand.aspx?Code=OpenTicketDetail&TicketID=7")
    assert link.startswith(at.server.origin)
