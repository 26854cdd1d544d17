"""Writing in a person's name: both switches, and the text when one is off."""

import pytest

from sandbox.autotask import AutotaskSandbox
from tests.sandbox_autotask.hand import Body, Hand

TOMAS, CONTRACTOR, FORMER, API_USER = 29682902, 29682925, 29682924, 29682923
CREATE = "The logged in Resource does not have the adequate permissions to create this entity type."
UPDATE = "The logged in Resource does not have the adequate permissions to update this entity type."


async def test_the_record_names_the_person_and_the_api_user(at: AutotaskSandbox, hand: Hand, new_ticket: Body) -> None:
    id_ = (await hand.post("Tickets", new_ticket, as_resource=TOMAS)).body["itemId"]
    ticket = at.world.ticket(id_)
    assert (ticket["creatorResourceID"], ticket["impersonatorCreatorResourceID"]) == (TOMAS, API_USER)
    await hand.patch("Tickets", {"id": 7001, "priority": 4}, as_resource=TOMAS)
    assert at.world.ticket(7001)["lastActivityResourceID"] == TOMAS


async def test_add_and_edit_are_ticked_separately_for_each_entity(
    at: AutotaskSandbox, hand: Hand, new_ticket: Body
) -> None:
    at.world.tenant.rights.impersonation["Tickets"] = {"edit"}
    assert (await hand.post("Tickets", new_ticket, as_resource=TOMAS)).errors == CREATE
    assert (await hand.patch("Tickets", {"id": 7001, "priority": 4}, as_resource=TOMAS)).status == 200
    at.world.tenant.rights.impersonation["Tickets"] = {"add"}
    assert (await hand.patch("Tickets", {"id": 7001, "priority": 1}, as_resource=TOMAS)).errors == UPDATE
    assert (await hand.patch("Tickets", {"id": 7001, "priority": 1})).status == 200


@pytest.mark.parametrize("who", [CONTRACTOR, FORMER, API_USER, 12345])
async def test_who_may_not_be_impersonated(hand: Hand, new_ticket: Body, who: int) -> None:
    assert (await hand.post("Tickets", new_ticket, as_resource=who)).errors == CREATE


async def test_a_header_that_is_no_number_is_refused(hand: Hand, new_ticket: Body) -> None:
    answer = await hand.send("POST", "Tickets", new_ticket, headers={"ImpersonationResourceId": "mara"})
    assert answer.errors == CREATE


async def test_the_rights_of_both_users_count(at: AutotaskSandbox, hand: Hand, new_ticket: Body) -> None:
    at.world.tenant.rights.denied.add((TOMAS, "Tickets", "create"))
    assert (await hand.post("Tickets", new_ticket, as_resource=TOMAS)).errors == CREATE
    at.world.tenant.rights.denied.add((API_USER, "Tickets", "update"))
    assert (await hand.patch("Tickets", {"id": 7001, "priority": 4}, as_resource=TOMAS)).errors == UPDATE


async def test_a_read_under_the_header_is_refused_unless_the_level_allows_it(at: AutotaskSandbox, hand: Hand) -> None:
    answer = await hand.send("GET", "Tickets/7001", as_resource=TOMAS)
    assert "permissions to query this entity type" in answer.errors
    at.quirks.impersonated_reads_refused = False
    assert (await hand.send("GET", "Tickets/7001", as_resource=TOMAS)).status == 200


async def test_creator_fields_in_a_body_count_for_nothing(at: AutotaskSandbox, hand: Hand, new_ticket: Body) -> None:
    body = {**new_ticket, "creatorResourceID": TOMAS, "impersonatorCreatorResourceID": TOMAS}
    id_ = (await hand.post("Tickets", body)).body["itemId"]
    assert at.world.ticket(id_)["creatorResourceID"] == API_USER
