"""Creating and changing tickets: the checks, their texts, and what Autotask fills in itself."""

from datetime import timedelta

import pytest

from sandbox.autotask import AutotaskSandbox
from tests.sandbox_autotask.hand import Body, Hand

MARA, TOMAS, DISPATCHER = 29682901, 29682902, 29682921
L1, L2 = 29683401, 29683402
API_USER = 29682923


async def test_create_query_patch_and_read_back(hand: Hand, new_ticket: Body) -> None:
    created = await hand.post("Tickets", new_ticket)
    id_ = created.body["itemId"]
    assert (created.status, created.body) == (200, {"itemId": id_})
    found = await hand.query("Tickets", {"op": "eq", "field": "title", "value": "screen FLICKERS"})
    assert [item["id"] for item in found.body["items"]] == [id_]
    assert (await hand.patch("Tickets", {"id": id_, "priority": 4})).body == {"itemId": id_}
    assert (await hand.get(f"Tickets/{id_}")).body["item"]["priority"] == 4


async def test_a_new_ticket_carries_number_creator_and_stamps(
    at: AutotaskSandbox, hand: Hand, new_ticket: Body
) -> None:
    first = (await hand.post("Tickets", new_ticket)).body["itemId"]
    second = (await hand.post("Tickets", new_ticket)).body["itemId"]
    ticket, other = at.world.ticket(first), at.world.ticket(second)
    day, _, count = ticket["ticketNumber"].partition(".")
    assert day == "T20240515"
    assert int(other["ticketNumber"].partition(".")[2]) == int(count) + 1
    assert (ticket["creatorResourceID"], ticket["impersonatorCreatorResourceID"]) == (API_USER, None)
    assert ticket["createDate"] == ticket["lastTrackedModificationDateTime"] == "2024-05-15T12:00:00Z"


@pytest.mark.parametrize("field", ["companyID", "title", "status", "priority"])
async def test_an_always_required_field_is_named(hand: Hand, new_ticket: Body, field: str) -> None:
    del new_ticket[field]
    answer = await hand.post("Tickets", new_ticket)
    assert answer.status == 500
    assert f"Missing Required Field: {field}." in answer.errors


async def test_the_category_demands_more_and_names_it(at: AutotaskSandbox, hand: Hand, new_ticket: Body) -> None:
    del new_ticket["queueID"], new_ticket["dueDateTime"]
    answer = await hand.post("Tickets", new_ticket)
    assert "queueID is required" in answer.errors
    assert "dueDateTime is required" in answer.errors
    at.world.tenant.demands[3] = {"source"}
    answer = await hand.post("Tickets", {**new_ticket, "queueID": 5})
    assert answer.errors.startswith("source is required")


async def test_a_category_of_its_own_demands_issue_types_on_create_and_when_a_ticket_moves_into_it(
    hand: Hand, new_ticket: Body
) -> None:
    answer = await hand.post("Tickets", {**new_ticket, "ticketCategory": 101})
    assert "issueType is required" in answer.errors
    assert "subIssueType is required" in answer.errors
    id_ = (await hand.post("Tickets", new_ticket)).body["itemId"]
    answer = await hand.patch("Tickets", {"id": id_, "ticketCategory": 101})
    assert "issueType is required" in answer.errors
    filled = {"id": id_, "ticketCategory": 101, "issueType": 14, "subIssueType": 157}
    assert (await hand.patch("Tickets", filled)).status == 200


async def test_a_demanded_field_cannot_be_cleared(hand: Hand) -> None:
    answer = await hand.patch("Tickets", {"id": 7001, "queueID": None})
    assert "queueID is required" in answer.errors


async def test_without_a_demand_a_ticket_still_needs_a_queue_or_somebody(
    at: AutotaskSandbox, hand: Hand, new_ticket: Body
) -> None:
    at.world.tenant.demands.clear()
    new_ticket["queueID"] = None
    assert (await hand.post("Tickets", new_ticket)).status == 500
    assigned = {**new_ticket, "assignedResourceID": TOMAS, "assignedResourceRoleID": L1}
    assert (await hand.post("Tickets", assigned)).status == 200


@pytest.mark.parametrize(
    ("field", "value"),
    [("priority", 99), ("status", 15), ("queueID", 29683479), ("status", 0), ("source", 3)],
)
async def test_an_unknown_or_inactive_picklist_value_is_refused(hand: Hand, field: str, value: object) -> None:
    answer = await hand.patch("Tickets", {"id": 7001, field: value})
    assert f"Picklist value [{value}] does not exist for {field}" in answer.errors


async def test_a_sub_issue_must_belong_to_its_issue(hand: Hand) -> None:
    wrong = await hand.patch("Tickets", {"id": 7001, "issueType": 14, "subIssueType": 141})
    assert "does not exist for subIssueType" in wrong.errors
    assert (await hand.patch("Tickets", {"id": 7001, "issueType": 11, "subIssueType": 141})).status == 200


async def test_a_contact_must_exist_be_active_and_be_the_companys(
    at: AutotaskSandbox, hand: Hand, new_ticket: Body
) -> None:
    text = "Reference value on field: contactID of type: Contact does not exist or is invalid."
    inactive = at.world.rows.find("Contacts", isActive=0)[0]
    stranger = at.world.rows.find("Contacts", companyID=0)[0]
    for contact in (1, inactive["id"], stranger["id"]):
        assert text in (await hand.post("Tickets", {**new_ticket, "contactID": contact})).errors


async def test_a_contact_of_the_parent_company_will_do(at: AutotaskSandbox, hand: Hand, new_ticket: Body) -> None:
    child = next(each for each in at.world.rows.find("Companies") if each["parentCompanyID"])
    contact = at.world.rows.find("Contacts", companyID=child["parentCompanyID"], isActive=1)[0]
    body = {**new_ticket, "companyID": child["id"], "contactID": contact["id"]}
    assert (await hand.post("Tickets", body)).status == 200


async def test_moving_a_ticket_to_another_company_checks_or_clears_the_contact(
    at: AutotaskSandbox, hand: Hand, new_ticket: Body
) -> None:
    id_ = (await hand.post("Tickets", new_ticket)).body["itemId"]
    move = {"id": id_, "companyID": 0}
    assert "contactID" in (await hand.patch("Tickets", move)).errors
    at.quirks.company_change_clears = True
    assert (await hand.patch("Tickets", move)).status == 200
    assert at.world.ticket(id_)["contactID"] is None


async def test_an_inactive_company_takes_no_ticket(at: AutotaskSandbox, hand: Hand, new_ticket: Body) -> None:
    closed = at.world.rows.find("Companies", isActive=False)[0]
    answer = await hand.post("Tickets", {**new_ticket, "companyID": closed["id"], "contactID": None})
    assert "companyID of type: Company" in answer.errors


async def test_a_reference_into_a_module_that_is_not_there_is_invalid(hand: Hand) -> None:
    answer = await hand.patch("Tickets", {"id": 7001, "contractID": 12})
    assert "contractID of type: Contract" in answer.errors


@pytest.mark.parametrize(
    "half",
    [
        {"assignedResourceID": TOMAS},
        {"assignedResourceRoleID": L1},
        {"assignedResourceID": TOMAS, "assignedResourceRoleID": None},
    ],
)
async def test_resource_and_role_go_together(hand: Hand, half: Body) -> None:
    answer = await hand.patch("Tickets", {"id": 7001, **half})
    assert answer.errors.startswith("When assigning a Resource, you must assign both")


async def test_the_role_must_be_one_of_the_resources_desk_roles(at: AutotaskSandbox, hand: Hand) -> None:
    pair = {"id": 7001, "assignedResourceID": TOMAS, "assignedResourceRoleID": L2}
    assert "combination is not currently defined" in (await hand.patch("Tickets", pair)).errors
    assert (await hand.patch("Tickets", {**pair, "assignedResourceRoleID": L1})).status == 200
    assert at.world.ticket(7001)["assignedResourceID"] == TOMAS


async def test_a_role_without_any_queue_cannot_take_tickets(at: AutotaskSandbox, hand: Hand) -> None:
    for row in at.world.rows.find("ResourceRoles", resourceID=TOMAS):
        at.world.rows.remove("ResourceRoles", row["id"])
    pair = {"id": 7001, "assignedResourceID": TOMAS, "assignedResourceRoleID": L1}
    at.world.change_ticket(7001, by=MARA, assignedResourceID=None, assignedResourceRoleID=None)
    assert "combination" in (await hand.patch("Tickets", pair)).errors


@pytest.mark.parametrize("resource", [29682922, API_USER, 29682924])
async def test_dashboard_api_and_former_users_cannot_be_assigned(hand: Hand, resource: int) -> None:
    pair = {"id": 7001, "assignedResourceID": resource, "assignedResourceRoleID": L1}
    assert "assignedResourceID of type: Resource" in (await hand.patch("Tickets", pair)).errors


async def test_an_assignment_is_cleared_with_two_nulls(at: AutotaskSandbox, hand: Hand) -> None:
    body = {"id": 7001, "assignedResourceID": None, "assignedResourceRoleID": None}
    assert (await hand.patch("Tickets", body)).status == 200
    assert at.world.ticket(7001)["assignedResourceID"] is None


async def test_over_long_text_is_refused_or_cut(at: AutotaskSandbox, hand: Hand) -> None:
    body = {"id": 7001, "title": "x" * 256}
    assert "title" in (await hand.patch("Tickets", body)).errors
    at.quirks.long_text = "cut"
    assert (await hand.patch("Tickets", body)).status == 200
    assert at.world.ticket(7001)["title"] == "x" * 255


async def test_unknown_and_read_only_properties_are_ignored_with_200(at: AutotaskSandbox, hand: Hand) -> None:
    before = at.world.ticket(7001)
    body = {"id": 7001, "titel": "x", "createDate": "2020-01-01", "ticketNumber": "T1", "creatorResourceID": 4}
    assert (await hand.patch("Tickets", body)).status == 200
    assert at.world.ticket(7001) == before
    at.quirks.strict_properties = True
    assert "titel" in (await hand.patch("Tickets", body)).errors


@pytest.mark.parametrize("value", ["abc", [1], {"a": 1}, 1.5, 2**40, True])
async def test_a_value_of_the_wrong_kind_is_refused(hand: Hand, value: object) -> None:
    answer = await hand.patch("Tickets", {"id": 7001, "priority": value})
    assert answer.status == 500
    assert "Error converting value" in answer.errors


@pytest.mark.parametrize("body", [None, [], "text", 7, {}, {"id": None}, {"id": 10**30}, {"id": "x"}])
async def test_a_body_that_names_no_ticket_is_refused_in_words(hand: Hand, body: object) -> None:
    answer = await hand.patch("Tickets", body)
    assert answer.status == 500
    assert answer.errors


async def test_put_empties_what_it_leaves_out_and_keeps_what_autotask_owns(at: AutotaskSandbox, hand: Hand) -> None:
    before = at.world.ticket(7001)
    kept = ("companyID", "title", "status", "priority", "queueID", "dueDateTime")
    answer = await hand.send("PUT", "Tickets", {"id": 7001, **{name: before[name] for name in kept}})
    after = at.world.ticket(7001)
    assert answer.status == 200
    assert (after["description"], after["contactID"]) == (None, None)
    assert (after["ticketNumber"], after["createDate"]) == (before["ticketNumber"], before["createDate"])
    assert "Missing Required Field" in (await hand.send("PUT", "Tickets", {"id": 7001})).errors


async def test_completing_fills_and_reopening_clears(at: AutotaskSandbox, hand: Hand, new_ticket: Body) -> None:
    id_ = (await hand.post("Tickets", {**new_ticket, "serviceLevelAgreementID": 1})).body["itemId"]
    at.clock.advance(timedelta(hours=1))
    await hand.patch("Tickets", {"id": id_, "status": 5}, as_resource=TOMAS)
    done = at.world.ticket(id_)
    assert done["completedDate"] == done["resolvedDateTime"] == "2024-05-15T13:00:00Z"
    assert done["completedByResourceID"] == TOMAS
    assert done["serviceLevelAgreementHasBeenMet"] is True
    await hand.patch("Tickets", {"id": id_, "status": 8})
    again = at.world.ticket(id_)
    assert (again["completedDate"], again["completedByResourceID"]) == (None, None)


async def test_waiting_for_the_customer_stops_the_clock(at: AutotaskSandbox, hand: Hand, new_ticket: Body) -> None:
    id_ = (await hand.post("Tickets", {**new_ticket, "serviceLevelAgreementID": 1})).body["itemId"]
    await hand.patch("Tickets", {"id": id_, "status": 7})
    assert at.world.ticket(id_)["serviceLevelAgreementPausedNextEventHours"] == 24
    at.clock.advance(timedelta(days=3))
    await hand.patch("Tickets", {"id": id_, "status": 8})
    assert at.world.ticket(id_)["resolvedDueDateTime"] == "2024-05-19T12:00:00Z"


async def test_a_change_moves_both_watermarks_and_a_repeated_one_moves_nothing(at: AutotaskSandbox, hand: Hand) -> None:
    await hand.patch("Tickets", {"id": 7001, "priority": 4})
    at.clock.advance(timedelta(minutes=5))
    before = at.world.ticket(7001)
    await hand.patch("Tickets", {"id": 7001, "priority": 4})
    assert at.world.ticket(7001) == before
    await hand.patch("Tickets", {"id": 7001, "priority": 1})
    after = at.world.ticket(7001)
    assert after["lastTrackedModificationDateTime"] == after["lastActivityDate"] == "2024-05-15T12:05:00Z"


async def test_user_defined_fields_are_merged_and_checked(at: AutotaskSandbox, hand: Hand) -> None:
    udfs = [{"name": "Affected Users", "value": "My team"}]
    assert (await hand.patch("Tickets", {"id": 7001, "userDefinedFields": udfs})).status == 200
    kept = {udf["name"]: udf["value"] for udf in at.world.ticket(7001)["userDefinedFields"]}
    assert kept.keys() == {"Affected Users", "Asset Tag", "Quoted Hours"}
    assert kept["Affected Users"] == "My team"
    udfs[0]["value"] = "Mars"
    assert "Affected Users" in (await hand.patch("Tickets", {"id": 7001, "userDefinedFields": udfs})).errors


async def test_the_item_id_can_be_a_text(at: AutotaskSandbox, hand: Hand, new_ticket: Body) -> None:
    at.quirks.item_id_as_text = True
    assert isinstance((await hand.post("Tickets", new_ticket)).body["itemId"], str)
