"""The sandbox's webhooks through its HTTP door: what is refused, what is told, and how often it tries."""

import json
from datetime import timedelta
from typing import Any

import pytest

from sandbox.autotask import AutotaskSandbox
from sandbox.autotask.seed_base import technicians
from tests.callouts.ear import Ear
from tests.sandbox_autotask.hand import Hand

SECRET = "a-secret-of-forty-eight-signs-that-nobody-guesses"
STATUS, TITLE, ACTIVITY = 5, 2, 49
ANA, BOB = technicians()[0].resource_id, technicians()[1].resource_id


def webhook(url: str, **other: Any) -> dict[str, Any]:
    return {
        "name": "A test's",
        "webhookUrl": url,
        "deactivationUrl": f"{url}off",
        "secretKey": SECRET,
        "isActive": True,
        "isSubscribedToCreateEvents": True,
        "isSubscribedToUpdateEvents": True,
        "isSubscribedToDeleteEvents": True,
        "sendThresholdExceededNotification": True,
        "notificationEmailAddress": "desk@example.com",
        **other,
    }


async def subscribe(hand: Hand, url: str, *fields: int, kind: str = "TicketWebhooks", **other: Any) -> int:
    made = int((await hand.post(kind, webhook(url, **other))).body["itemId"])
    for number in fields or (STATUS,):
        body = {"fieldID": number, "isSubscribedField": True, "isDisplayAlwaysField": False}
        assert (await hand.post(f"{kind}/{made}/Fields", body)).status == 200
    return made


def some_ticket(at: AutotaskSandbox) -> int:
    return next(int(row["id"]) for row in at.world.rows.find("Tickets") if row["status"] == 8)


async def test_a_change_of_a_subscribed_field_is_told_signed_and_another_is_not(
    at: AutotaskSandbox, hand: Hand, ear: Ear
) -> None:
    made = await subscribe(hand, ear.url)
    ticket = some_ticket(at)
    at.world.change_ticket(ticket, by=ANA, title='Bill & Ben\'s <ü> "+" `x`')
    at.world.change_ticket(ticket, by=ANA, status=7)
    await at.callouts.settle()
    (heard,) = ear.heard
    guid = at.world.record("TicketWebhooks", made)["webhookGUID"]
    assert heard.is_signed_with(SECRET)
    assert heard.body == {
        "Action": "Update",
        "Guid": guid,
        "EntityType": "Ticket",
        "Id": ticket,
        "Fields": {"Status": 7},
        "EventTime": "2026-11-24T12:00:00Z",
        "SequenceNumber": 1,
        "PersonID": ANA,
    }


async def test_text_is_escaped_as_autotask_does_it(at: AutotaskSandbox, hand: Hand, ear: Ear) -> None:
    await subscribe(hand, ear.url, TITLE)
    title = 'Bill & Ben\'s <ü> "+" `x` \\ 😀\n'
    at.world.change_ticket(some_ticket(at), by=ANA, title=title)
    await at.callouts.settle()
    raw = ear.heard[0].raw
    assert raw.isascii()
    assert json.loads(raw)["Fields"]["Title"] == title
    inside = raw.split(b'"Title":"')[1].split(b'"')[0]
    assert not set(inside) & set(b"&<>'`+")


async def test_creation_deletion_and_notes_are_told(at: AutotaskSandbox, hand: Hand, ear: Ear) -> None:
    await subscribe(hand, ear.url, ACTIVITY)
    await subscribe(hand, f"{ear.url}notes", 1, kind="TicketNoteWebhooks")
    ticket = some_ticket(at)
    note = at.world.add_note(ticket, "Any news?", by=BOB)
    at.world.delete_ticket(ticket, by=ANA)
    await at.callouts.settle()
    told = {(each.body["EntityType"], each.body["Action"], each.body["Id"]) for each in ear.heard}
    assert {("TicketNote", "Create", note), ("Ticket", "Delete", ticket)} <= told
    assert all("Fields" not in each.body for each in ear.heard if each.body["Action"] == "Delete")


async def test_nothing_is_told_before_a_field_is_subscribed_and_nothing_of_excluded_people(
    at: AutotaskSandbox, hand: Hand, ear: Ear
) -> None:
    made = int((await hand.post("TicketWebhooks", webhook(ear.url))).body["itemId"])
    ticket = some_ticket(at)
    at.world.change_ticket(ticket, by=ANA, status=7)
    assert (await hand.get(f"TicketWebhooks/{made}")).body["item"]["isReady"] is False
    field = {"fieldID": STATUS, "isSubscribedField": True, "isDisplayAlwaysField": False}
    await hand.post(f"TicketWebhooks/{made}/Fields", field)
    assert (await hand.get(f"TicketWebhooks/{made}")).body["item"]["isReady"] is True
    await hand.post(f"TicketWebhooks/{made}/ExcludedResources", {"resourceID": ANA})
    at.world.change_ticket(ticket, by=ANA, status=8)
    at.world.change_ticket(ticket, by=BOB, status=7)
    await at.callouts.settle()
    assert [each.body["PersonID"] for each in ear.heard] == [BOB]


async def test_the_key_of_a_webhook_is_never_read_back(hand: Hand, ear: Ear) -> None:
    made = await subscribe(hand, ear.url)
    one = await hand.get(f"TicketWebhooks/{made}")
    listed = await hand.query("TicketWebhooks", {"op": "exist", "field": "id"})
    assert listed.body["items"][0]["id"] == made
    assert SECRET not in one.text + listed.text


@pytest.mark.parametrize(
    ("url", "loopback"),
    [
        ("http://desk.example.com/x", False),
        ("https://desk.example.com:8443/x", False),
        ("https://10.1.2.3/x", False),
        ("http://127.0.0.1:9/x", False),
        ("https://desk/x", True),
        ("http://192.168.1.4/x", True),
    ],
)
async def test_only_public_addresses_with_https_are_called(
    at: AutotaskSandbox, hand: Hand, url: str, *, loopback: bool
) -> None:
    at.quirks.callouts_to_loopback = loopback
    refused = await hand.post("TicketWebhooks", webhook(url))
    assert refused.status == 500
    assert "https" in refused.errors


async def test_the_same_event_is_not_told_twice_to_one_address(hand: Hand, ear: Ear) -> None:
    await subscribe(hand, ear.url, isSubscribedToDeleteEvents=False)
    assert (await hand.post("TicketWebhooks", webhook(ear.url))).status == 500
    only = {"isSubscribedToCreateEvents": False, "isSubscribedToUpdateEvents": False}
    assert (await hand.post("TicketWebhooks", webhook(ear.url, **only))).status == 200


async def test_fields_are_numbered_by_a_picklist(hand: Hand, ear: Ear) -> None:
    fields = (await hand.get("TicketWebhookFields/entityInformation/fields")).body["fields"]
    (numbered,) = [each for each in fields if each["name"] == "fieldID"]
    assert {"5": "status", "14": "queueID"}.items() <= {
        c["value"]: c["label"] for c in numbered["picklistValues"]
    }.items()
    made = await subscribe(hand, ear.url)
    again = {"fieldID": STATUS, "isSubscribedField": True, "isDisplayAlwaysField": False}
    assert (await hand.post(f"TicketWebhooks/{made}/Fields", again)).status == 500
    assert "Picklist value [8]" in (await hand.post(f"TicketWebhooks/{made}/Fields", {**again, "fieldID": 8})).errors


async def test_a_user_defined_field_can_be_subscribed_for_tickets_alone(
    at: AutotaskSandbox, hand: Hand, ear: Ear
) -> None:
    made = int((await hand.post("TicketWebhooks", webhook(ear.url))).body["itemId"])
    body = {"udfFieldID": 1, "isSubscribedField": True, "isDisplayAlwaysField": False}
    assert (await hand.post(f"TicketWebhooks/{made}/UdfFields", body)).status == 200
    name = at.world.tenant.udfs["Tickets"][0].name
    ticket = at.world.ticket(some_ticket(at))
    udfs = [{**udf, "value": "ab"} if udf["name"] == name else udf for udf in ticket["userDefinedFields"]]
    at.world.change_ticket(ticket["id"], by=ANA, userDefinedFields=udfs)
    await at.callouts.settle()
    assert list(ear.heard[0].body["Fields"].values()) == ["ab"]
    assert (await hand.post(f"TicketNoteWebhooks/{made}/UdfFields", body)).status == 404


async def test_whose_level_allows_none_makes_none(at: AutotaskSandbox, hand: Hand, ear: Ear) -> None:
    at.world.tenant.rights.webhooks = 1
    await subscribe(hand, ear.url)
    assert (await hand.post("TicketWebhooks", webhook(f"{ear.url}b"))).status == 500
    at.world.tenant.rights.webhooks = 0
    at.world.change_ticket(some_ticket(at), by=ANA, status=7)
    await at.callouts.settle()
    assert ear.actions() == ["Deactivated"]


async def test_deleting_takes_all_with_it_says_goodbye_and_cannot_be_done_twice(
    at: AutotaskSandbox, hand: Hand, ear: Ear
) -> None:
    made = await subscribe(hand, ear.url)
    assert (await hand.send("DELETE", f"TicketWebhooks/{made}")).status == 200
    await at.callouts.settle()
    assert [(each.path, each.body["Action"]) for each in ear.heard] == [("/off", "Deactivated")]
    assert ear.heard[0].is_signed_with(SECRET)
    assert at.world.rows.find("TicketWebhookFields") == []
    again = await hand.send("DELETE", f"TicketWebhooks/{made}")
    assert again.status == 500
    assert "No matching records found" in again.errors


async def test_a_callout_is_tried_five_times_in_two_minutes_and_then_written_down(
    at: AutotaskSandbox, hand: Hand, ear: Ear
) -> None:
    await subscribe(hand, ear.url)
    ear.status = 503
    ticket = some_ticket(at)
    at.world.change_ticket(ticket, by=ANA, status=7)
    at.world.change_ticket(ticket, by=ANA, status=8)
    for _ in range(5):
        await at.callouts.settle()
        at.clock.advance(timedelta(seconds=30))
    assert [each.body["SequenceNumber"] for each in ear.heard] == [1, 1, 1, 1, 1, 2]
    (row,) = (await hand.query("WebhookEventErrorLogs", {"op": "exist", "field": "id"})).body["items"]
    assert (row["sequenceNumber"], json.loads(row["payload"])["Id"]) == (1, ticket)
    assert (await hand.send("DELETE", f"WebhookEventErrorLogs/{row['id']}")).status == 200
    ear.status = 202
    await at.callouts.settle()
    assert ear.heard[-1].body["SequenceNumber"] == 2
    assert at.callouts.waiting() == 0


async def test_twenty_five_failures_in_a_row_switch_a_webhook_off_until_it_is_switched_on_again(
    at: AutotaskSandbox, hand: Hand, ear: Ear
) -> None:
    made = await subscribe(hand, ear.url)
    ear.status = 500
    ticket = some_ticket(at)
    for place in range(26):
        at.world.change_ticket(ticket, by=ANA, status=(7, 8)[place % 2])
    for _ in range(26 * 5):
        await at.callouts.settle()
        at.clock.advance(timedelta(seconds=30))
    assert ear.actions()[-1] == "Deactivated"
    assert (await hand.get(f"TicketWebhooks/{made}")).body["item"]["isActive"] is False
    assert len(at.world.rows.find("WebhookEventErrorLogs")) == 25
    ear.status, ear.heard = 202, []
    await hand.patch("TicketWebhooks", {"id": made, "isActive": True})
    at.world.change_ticket(ticket, by=ANA, status=10)
    await at.callouts.settle()
    assert ear.actions() == ["Update"]


async def test_beyond_the_hours_callouts_events_are_lost_and_a_mail_goes_out(
    at: AutotaskSandbox, hand: Hand, ear: Ear
) -> None:
    at.callouts.hourly = 2
    await subscribe(hand, ear.url)
    ticket = some_ticket(at)
    for status in (7, 8, 7, 8):
        at.world.change_ticket(ticket, by=ANA, status=status)
    await at.callouts.settle()
    assert len(ear.heard) == 2
    assert "threshold" in at.callouts.mails[0]


@pytest.mark.parametrize(
    ("fault", "sequences"),
    [
        ("callout_lost", [2, 3]),
        ("callout_doubled", [1, 1, 2, 3]),
        ("callout_reordered", [2, 1, 3]),
        ("callout_delayed", []),
    ],
)
async def test_callouts_go_astray_on_demand(
    at: AutotaskSandbox, hand: Hand, ear: Ear, fault: Any, sequences: list[int]
) -> None:
    await subscribe(hand, ear.url)
    options = {"seconds": 60} if fault == "callout_delayed" else {}
    at.faults.add(fault, entity="Tickets", verb="update", count=1, **options)
    ticket = some_ticket(at)
    for status in (7, 8, 7):
        at.world.change_ticket(ticket, by=ANA, status=status)
    await at.callouts.settle()
    assert [each.body["SequenceNumber"] for each in ear.heard] == sequences
    at.clock.advance(timedelta(seconds=60))
    await at.callouts.settle()
    assert {2, 3} <= {each.body["SequenceNumber"] for each in ear.heard}


async def test_a_corrupt_callout_does_not_fit_its_signature(at: AutotaskSandbox, hand: Hand, ear: Ear) -> None:
    await subscribe(hand, ear.url)
    at.faults.add("callout_corrupt", count=1)
    at.world.change_ticket(some_ticket(at), by=ANA, status=7)
    await at.callouts.settle()
    assert ear.heard[0].body["Action"] == "Update"
    assert not ear.heard[0].is_signed_with(SECRET)


async def test_an_answer_that_takes_too_long_counts_as_none(at: AutotaskSandbox, hand: Hand, ear: Ear) -> None:
    at.callouts.patience = 1e-9
    await subscribe(hand, ear.url)
    at.world.change_ticket(some_ticket(at), by=ANA, status=7)
    await at.callouts.settle()
    assert at.callouts.waiting() == 1


async def test_payloads_differ_where_sources_do(at: AutotaskSandbox, hand: Hand, ear: Ear) -> None:
    await subscribe(hand, ear.url)
    quirks = at.quirks
    quirks.callout_ids_as_text, quirks.callout_fields, quirks.callout_person_key = True, "labels", "PersonId"
    quirks.callout_delete_fields = quirks.deactivated_bare = True
    ticket = some_ticket(at)
    at.world.change_ticket(ticket, by=ANA, status=7)
    at.world.delete_ticket(ticket, by=ANA)
    await at.callouts.settle()
    update, delete = (each.body for each in ear.heard)
    assert (update["Id"], update["SequenceNumber"], update["PersonId"]) == (str(ticket), "1", str(ANA))
    assert update["Fields"] == {"Status": "Waiting Customer"}
    assert delete["Fields"] == {}
