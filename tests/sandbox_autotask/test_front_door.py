"""Addresses, log-in, routes: what is answered before anything is asked."""

from typing import Literal

import pytest

from sandbox.autotask import AutotaskSandbox
from tests.sandbox_autotask.hand import Hand


async def test_the_zone_is_told_without_credentials_and_leads_to_the_base(at: AutotaskSandbox, hand: Hand) -> None:
    answer = await hand.send("GET", f"{at.discovery_url}?user={at.credentials.user}", headers={"Secret": "none"})
    assert answer.status == 200
    assert answer.body["url"] == at.url
    assert at.url.endswith("/ATServicesRest/")


async def test_an_unknown_user_has_no_zone_and_gets_a_500(at: AutotaskSandbox, hand: Hand) -> None:
    answer = await hand.get(f"{at.discovery_url}?user=nobody@nowhere.example")
    assert answer.status == 500
    assert answer.body["errors"]


@pytest.mark.parametrize("header", ["UserName", "Secret", "ApiIntegrationCode"])
async def test_a_wrong_credential_is_a_401_without_a_body(hand: Hand, header: str) -> None:
    answer = await hand.send("GET", "Tickets/7001", headers={header: "wrong"})
    assert (answer.status, answer.text) == (401, "")


@pytest.mark.parametrize(("quirk", "status"), [("errors", 401), ("html", 401), ("as_500", 500)])
async def test_other_shapes_of_a_refused_log_in(
    at: AutotaskSandbox, hand: Hand, quirk: Literal["errors", "html", "as_500"], status: int
) -> None:
    at.quirks.unauthorized = quirk
    answer = await hand.send("GET", "Tickets/7001", headers={"Secret": "wrong"})
    assert answer.status == status
    assert answer.text


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("PATCH", "Tickets/7001", 405),
        ("DELETE", "Tickets/7001", 405),
        ("GET", "Tickets", 405),
        ("POST", "Companies/1/Contacts/2", 405),
        ("POST", "TicketNotes", 404),
        ("POST", "Contacts", 404),
        ("GET", "Tickets/7001/TimeEntries", 404),
        ("POST", "Tickets/7001/Notes/query", 404),
        ("GET", "Nonsense", 404),
        ("GET", "Contacts/entityInformation/userDefinedFields", 404),
    ],
)
async def test_what_the_vendor_does_not_offer_is_refused_by_route(
    hand: Hand, method: str, path: str, status: int
) -> None:
    answer = await hand.send(method, path, {} if method != "GET" else None)
    assert answer.status == status
    assert "Message" in answer.body


@pytest.mark.parametrize("path", ["tickets/7001", "TICKETS/7001/", "/Tickets//7001"])
async def test_casing_and_slashes_of_a_path_do_not_matter(hand: Hand, path: str) -> None:
    assert (await hand.get(path)).body["item"]["id"] == 7001


async def test_a_missing_id_is_a_null_item(at: AutotaskSandbox, hand: Hand) -> None:
    answer = await hand.get("Tickets/999999")
    assert (answer.status, answer.body) == (200, {"item": None})
    at.quirks.missing_is_404 = True
    assert (await hand.get("Tickets/999999")).status == 404


async def test_an_entity_that_is_not_served_answers_like_a_module_switched_off(hand: Hand) -> None:
    answer = await hand.query("Contracts", {"op": "exist", "field": "id"})
    assert answer.status == 500
    assert "permissions to query this entity type" in answer.errors


@pytest.mark.parametrize(
    ("method", "path", "right"),
    [
        ("POST", "Tickets/7001/ChecklistLibraries", "create"),
        ("POST", "Projects", "create"),
        ("PATCH", "Projects", "update"),
        ("PUT", "Projects", "update"),
        ("GET", "Projects/1", "query"),
        ("POST", "Projects/query", "query"),
        ("POST", "Projects/query/count", "query"),
    ],
)
async def test_what_is_not_served_is_refused_by_the_right_that_was_needed(
    hand: Hand, method: str, path: str, right: str
) -> None:
    assert f"adequate permissions to {right} this" in (await hand.send(method, path, {})).errors


async def test_a_module_can_be_switched_off(at: AutotaskSandbox, hand: Hand) -> None:
    at.world.tenant.modules_off.add("BillingCodes")
    assert (await hand.query("BillingCodes", {"op": "exist", "field": "id"})).status == 500


async def test_after_a_zone_move_the_old_base_answers_401_and_discovery_knows_the_new_one(
    at: AutotaskSandbox, hand: Hand
) -> None:
    old = at.url
    at.faults.add("move_zone")
    assert (await hand.get("Tickets/7001")).status == 401
    zone = await hand.get(f"{at.discovery_url}?user={at.credentials.user}")
    assert zone.body["url"] not in (old, "")
    assert (await hand.get(f"{zone.body['url']}V1.0/Tickets/7001")).status == 200
    assert (await hand.get(f"{old}V1.0/Tickets/7001")).status == 401


async def test_requests_are_remembered_without_the_secret(at: AutotaskSandbox, hand: Hand) -> None:
    await hand.query("Tickets", {"op": "eq", "field": "id", "value": 7001})
    seen = at.requests[-1]
    assert (seen.method, seen.entity, seen.verb) == ("POST", "Tickets", "query")
    assert seen.body["filter"][0]["value"] == 7001
    assert at.credentials.secret not in repr(seen)


async def test_version_information(at: AutotaskSandbox, hand: Hand) -> None:
    assert (await hand.get(f"{at.url}VersionInformation")).body == {"apiVersions": ["1.0"]}
