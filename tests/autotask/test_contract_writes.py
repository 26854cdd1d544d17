"""Every write of the ports, and what AutoTask refuses, against the sandbox over HTTP."""

import pytest

from attms_core.autotask import AutotaskClient
from attms_core.errors import (
    ImpersonationRefused,
    Invalid,
    NotFound,
    Required,
    Unreadable,
)
from attms_core.model import TicketId
from attms_core.model.wish import Value
from sandbox.autotask import AutotaskSandbox
from tests.autotask.story import ANA, all_of, open_row, rows, wanted


async def test_a_ticket_is_created_changed_and_noted_in_the_persons_name(
    at: AutotaskSandbox, client: AutotaskClient
) -> None:
    id_ = await client.create_ticket(wanted(at, external_id="b" * 32), as_=ANA)
    await client.update_ticket(id_, {"priority": 1, "status": 8}, as_=ANA)
    note_id = await client.add_note(id_, {"title": "Seen", "text": "a\nb", "note_type": 1, "publish": 2}, as_=ANA)
    ticket = await client.ticket(id_, urgent=True)
    (note,) = await client.notes_of_ticket(id_, urgent=True)
    assert ticket is not None
    assert (ticket.creator, ticket.priority, ticket.status, ticket.external_id) == (ANA, 1, 8, "b" * 32)
    assert (note.id, note.creator, note.text, note.is_internal) == (note_id, ANA, "a\nb", True)


async def test_only_writes_bear_the_persons_id(at: AutotaskSandbox, client: AutotaskClient) -> None:
    id_ = await client.create_ticket(wanted(at), as_=ANA)
    await client.update_ticket(id_, {"status": 8}, as_=ANA)
    await client.ticket(id_, urgent=True)
    await all_of(client.open_tickets())
    await client.fields("Tickets")
    bearing = {seen.verb for seen in at.requests if "ImpersonationResourceId" in seen.headers}
    assert bearing == {"create", "update"}
    assert all(seen.verb not in bearing or "ImpersonationResourceId" in seen.headers for seen in at.requests)


async def test_none_clears_and_user_defined_fields_are_written(at: AutotaskSandbox, client: AutotaskClient) -> None:
    udf = next(field for field in at.world.tenant.udfs["Tickets"] if not field.choices and field.type == "string")
    id_ = await client.create_ticket(wanted(at, description="old"), as_=ANA)
    await client.update_ticket(id_, {"description": None, f"udf:{udf.name}": "new"}, as_=ANA)
    ticket = await client.ticket(id_)
    assert ticket is not None
    assert (ticket.description, ticket.udfs[udf.name]) == ("", "new")


async def test_a_technician_is_assigned_with_a_role(at: AutotaskSandbox, client: AutotaskClient) -> None:
    pair = next(row for row in rows(at, "ResourceServiceDeskRoles") if row["resourceID"] == ANA and row["isActive"])
    id_ = await client.create_ticket(wanted(at), as_=ANA)
    role = int(str(pair["roleID"]))
    await client.update_ticket(id_, {"assignee": int(ANA), "assignee_role": role}, as_=ANA)
    ticket = await client.ticket(id_)
    assert ticket is not None
    assert (ticket.assignee, ticket.assignee_role) == (ANA, role)
    with pytest.raises(Invalid) as caught:
        await client.update_ticket(id_, {"assignee": int(ANA), "assignee_role": 999}, as_=ANA)
    assert caught.value.field in {"assignee", "assignee_role"}


@pytest.mark.parametrize(
    ("change", "kind", "field"),
    [
        ({"title": ""}, Required, "title"),
        ({"queue": None}, Required, "queue"),
        ({"due": None}, Required, "due"),
        ({"priority": 77}, Invalid, "priority"),
        ({"contact": 999_999}, Invalid, "contact"),
        ({"company": 999_999}, Invalid, "company"),
        ({"projectID": 999_999}, Invalid, "projectID"),
        ({"purchaseOrderNumber": "x" * 51}, Invalid, "purchaseOrderNumber"),
        ({"nonsense": 1}, Invalid, "nonsense"),
    ],
)
async def test_a_refused_field_is_named(
    at: AutotaskSandbox, client: AutotaskClient, change: dict[str, Value], kind: type[Invalid], field: str
) -> None:
    before = len(rows(at, "Tickets"))
    with pytest.raises(Invalid) as caught:
        await client.create_ticket({**wanted(at), **change}, as_=ANA)
    assert (type(caught.value), caught.value.field) == (kind, field)
    assert "on record number" not in str(caught.value)
    assert len(rows(at, "Tickets")) == before


async def test_a_category_may_demand_what_nobody_foresaw(at: AutotaskSandbox, client: AutotaskClient) -> None:
    at.world.tenant.demands[3] = {"queueID", "estimatedHours"}
    with pytest.raises(Required) as caught:
        await client.create_ticket(wanted(at), as_=ANA)
    assert caught.value.field == "estimatedHours"
    await client.create_ticket(wanted(at, estimatedHours="1.5"), as_=ANA)


async def test_an_unknown_choice_lists_the_tenants_labels(at: AutotaskSandbox, client: AutotaskClient) -> None:
    with pytest.raises(Invalid) as caught:
        await client.create_ticket(wanted(at, priority=77), as_=ANA)
    assert caught.value.legal[0] == "Critical"


async def test_a_note_on_a_missing_ticket_and_a_change_of_one_are_refused(client: AutotaskClient) -> None:
    note: dict[str, Value] = {"title": "a", "text": "b", "note_type": 1, "publish": 2}
    with pytest.raises(Invalid):
        await client.add_note(TicketId(999_999), note, as_=ANA)
    with pytest.raises(NotFound):
        await client.update_ticket(TicketId(999_999), {"status": 8}, as_=ANA)


async def test_without_the_switch_nothing_is_written_and_the_hint_names_it(
    at: AutotaskSandbox, client: AutotaskClient
) -> None:
    id_ = TicketId(int(str(open_row(at)["id"])))
    at.world.tenant.rights.impersonation["Tickets"] = {"add"}
    before = at.world.ticket(id_)
    with pytest.raises(ImpersonationRefused, match="change Tickets") as caught:
        await client.update_ticket(id_, {"priority": 1}, as_=ANA)
    assert "tick Edit for Tickets" in caught.value.hint
    assert at.world.ticket(id_) == before
    assert sum(seen.verb == "update" for seen in at.requests) == 1


async def test_a_level_without_the_right_to_read_is_an_operators_matter(
    at: AutotaskSandbox, client: AutotaskClient
) -> None:
    at.world.tenant.modules_off.add("Roles")
    with pytest.raises(Unreadable, match="read Roles"):
        await all_of(client.roles())
    assert await all_of(client.resources())
