"""From a change in AutoTask to the mirror with the polls off; and what becomes of callouts that go wrong."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from attms_core.callouts import Trouble
from attms_core.errors import NotFound, OperatorNeeded, WebhooksRefused
from attms_core.model import Event, TicketFilter, TicketId
from attms_core.store import changes
from sandbox.autotask import AutotaskSandbox
from sandbox.autotask.tenant import Actor
from tests.callouts.desk import ANA, BOB, Desk, opened
from tests.support.fake_autotask import TENANT

BY = "a test"


@pytest.fixture
async def desk(at: AutotaskSandbox, tmp_path: Path) -> AsyncIterator[Desk]:
    async with opened(at, tmp_path) as made:
        yield made


@pytest.fixture
async def ready(desk: Desk) -> Desk:
    await desk.callouts.create(by=BY)
    desk.at.forget_requests()
    return desk


async def test_a_change_reaches_the_mirror_by_a_callout_with_the_poll_off(ready: Desk) -> None:
    ticket = ready.some_ticket()
    ready.change(ticket, status=7)
    (change,) = await ready.heard()
    assert (change.ticket, change.event, change.before, change.after) == (ticket, Event.STATUS, 8, 7)
    ours = await ready.ours(ticket)
    assert ours is not None
    assert ours.status == 7
    assert await ready.mirror.poll() == []


async def test_a_new_ticket_and_a_deleted_one_are_heard_of(ready: Desk) -> None:
    world, total = ready.at.world, (await ready.mirror.page(TicketFilter())).total
    gone = ready.some_ticket()
    ready.at.clock.advance(timedelta(seconds=1))
    like = {k: v for k, v in world.ticket(gone).items() if k in {"companyID", "status", "priority", "queueID"}}
    new = world.create_ticket({**like, "title": "Nobody can print"}, Actor(resource_id=ANA))
    assert [change.event for change in await ready.heard()] == [Event.CREATED]
    assert await ready.ours(new) is not None
    world.delete_ticket(gone, by=BOB)
    await ready.heard()
    assert await ready.ours(gone) is None
    assert (await ready.mirror.page(TicketFilter())).total == total


async def test_a_note_tells_who_wrote_it_though_only_the_note_called(ready: Desk) -> None:
    ready.at.world.rows.put("TicketWebhooks", {**ready.webhook(), "isActive": False})
    ticket = ready.some_ticket()
    ready.at.clock.advance(timedelta(seconds=1))
    ready.at.world.add_note(ticket, "Any news?", by=BOB)
    (change,) = await ready.heard()
    assert (change.event, change.author.id) == (Event.NOTE_ADDED, BOB)


async def test_time_that_is_logged_is_heard_of(ready: Desk) -> None:
    world, ticket = ready.at.world, ready.some_ticket()
    ready.at.clock.advance(timedelta(minutes=1))
    role = world.ticket(ticket)["assignedResourceRoleID"]
    start, end = "2026-11-24T11:00:00Z", "2026-11-24T11:30:00Z"
    entry = {"ticketID": ticket, "resourceID": BOB, "roleID": role, "startDateTime": start, "endDateTime": end}
    world.create("TimeEntries", entry, Actor(resource_id=BOB))
    assert [change.event for change in await ready.heard()] == [Event.TIME_LOGGED]


async def test_many_callouts_at_once_become_one_read(at: AutotaskSandbox, tmp_path: Path) -> None:
    gathered = asyncio.Event()

    async def window(_: float) -> None:
        await gathered.wait()

    tickets = [int(row["id"]) for row in at.world.rows.find("Tickets") if row["status"] != 5]
    async with opened(at, tmp_path, sleep=window) as desk:
        await desk.callouts.create(by=BY)
        for ticket in tickets:
            desk.change(ticket, title=f"New title of {ticket}")
            desk.change(ticket, title=f"Newer title of {ticket}")
        await at.callouts.settle()
        gathered.set()
        changes = await desk.heard()
    assert [sorted(some) for some in desk.mirror.read] == [sorted(map(TicketId, tickets))]
    assert {change.after for change in changes} == {f"Newer title of {ticket}" for ticket in tickets}


async def test_what_our_own_user_does_does_not_come_back(ready: Desk) -> None:
    own = ready.at.world.tenant.api_user_id
    excluded = ready.at.world.rows.find("TicketWebhookExcludedResources")
    assert [row["resourceID"] for row in excluded] == [own]
    ready.change(ready.some_ticket(), by=own, status=7)
    await ready.at.callouts.settle()
    assert ready.mirror.read == []


@pytest.mark.parametrize(
    "fault", ["callout_lost", "callout_doubled", "callout_reordered", "callout_corrupt", "callout_delayed"]
)
async def test_whatever_becomes_of_callouts_one_true_story_is_told(ready: Desk, fault: Any) -> None:
    options = {"seconds": 120} if fault == "callout_delayed" else {}
    ready.at.faults.add(fault, count=2, **options)
    ticket = ready.some_ticket()
    for status in (7, 8, 10):
        ready.change(ticket, status=status)
        await ready.at.callouts.settle()
    await ready.mirror.poll()
    for _ in range(6):
        ready.at.clock.advance(timedelta(seconds=30))
        await ready.at.callouts.settle()
    await ready.mirror.poll()
    told = await ready.database.read(lambda tx: changes.of_ticket(tx, TENANT, TicketId(ticket)))
    steps = [(change.before, change.after) for change in reversed(told) if change.what == "status"]
    assert steps[0][0] == 8
    assert steps[-1][1] == 10
    assert [after for _, after in steps[:-1]] == [before for before, _ in steps[1:]]


async def test_a_webhook_that_was_switched_off_is_told_mended_and_healed_by_the_poll(ready: Desk) -> None:
    ticket = ready.some_ticket()
    ready.at.callouts.deactivate("TicketWebhooks", ready.webhook()["id"], "a test")
    await ready.at.callouts.settle()
    assert ready.alarms == ["off"]
    ready.change(ticket, status=7)
    assert [change.event for change in await ready.mirror.poll()] == [Event.STATUS]
    seen = await ready.callouts.look()
    assert [hook.troubles for hook in seen.hooks] == [(Trouble.INACTIVE,), ()]
    await ready.callouts.keep_up()
    assert ready.webhook()["isActive"]
    after = await ready.callouts.look(within=timedelta(minutes=10))
    assert after.mended == ("the webhook for tickets is switched off",)
    ready.change(ticket, status=8)
    assert [change.event for change in await ready.heard()] == [Event.STATUS]


async def test_one_that_is_switched_off_again_and_again_is_left_off_for_an_hour(ready: Desk) -> None:
    for expected in (True, False):
        ready.at.callouts.deactivate("TicketWebhooks", ready.webhook()["id"], "a test")
        await ready.callouts.keep_up()
        assert ready.webhook()["isActive"] is expected
    assert (await ready.callouts.look()).troubles == ["the webhook for tickets is switched off"]
    ready.at.clock.advance(timedelta(hours=1))
    await ready.callouts.keep_up()
    assert ready.webhook()["isActive"]


async def test_what_autotask_gave_up_is_read_from_its_log_and_told(ready: Desk) -> None:
    ready.at.callouts.patience = 1e-9
    ticket = ready.some_ticket()
    ready.change(ticket, status=7)
    for _ in range(5):
        await ready.at.callouts.settle()
        ready.at.clock.advance(timedelta(seconds=30))
    ready.at.callouts.patience = 10
    await ready.callouts.keep_up()
    assert [change.event for change in await ready.heard()] == [Event.STATUS]
    told = await ready.callouts.look()
    assert (told.missed, told.said) == (1, "The operation has timed out.")
    read = len(ready.mirror.read)
    await ready.callouts.keep_up()
    assert len(ready.mirror.read) == read


async def test_everything_that_is_wrong_with_webhooks_is_named_and_repaired(ready: Desk) -> None:
    rows, hook = ready.at.world.rows, ready.webhook()
    strange = {"webhookUrl": f"http://127.0.0.1:9/hooks/autotask/{ready.path}", "isSubscribedToUpdateEvents": False}
    rows.put("TicketWebhooks", {**hook, **strange})
    rows.remove("TicketWebhookFields", rows.find("TicketWebhookFields")[0]["id"])
    rows.remove("TicketWebhookExcludedResources", rows.find("TicketWebhookExcludedResources")[0]["id"])
    rows.remove("TicketNoteWebhooks", ready.webhook("TicketNoteWebhooks")["id"])
    seen = await ready.callouts.look()
    assert [set(each.troubles) for each in seen.hooks] == [
        {Trouble.WRONG_URL, Trouble.WRONG_EVENTS, Trouble.WRONG_FIELDS, Trouble.OWN_WRITES},
        {Trouble.MISSING},
    ]
    assert (await ready.callouts.repair(by=BY)).troubles == []
    assert ready.webhook()["webhookUrl"] == hook["webhookUrl"]
    assert ready.webhook("TicketNoteWebhooks")["isReady"]


async def test_a_webhook_without_fields_is_told_and_filled(ready: Desk) -> None:
    rows = ready.at.world.rows
    for row in rows.find("TicketWebhookFields"):
        rows.remove("TicketWebhookFields", row["id"])
    rows.put("TicketWebhooks", {**ready.webhook(), "isReady": False})
    assert (await ready.callouts.look()).hooks[0].troubles == (Trouble.NOT_READY,)
    await ready.callouts.keep_up()
    assert ready.webhook()["isReady"]
    assert (await ready.callouts.look()).troubles == []


async def test_a_missing_one_is_not_made_again_unless_somebody_asks(ready: Desk) -> None:
    await ready.callouts.look()
    ready.at.world.rows.remove("TicketWebhooks", ready.webhook()["id"])
    await ready.callouts.keep_up()
    assert ready.at.world.rows.find("TicketWebhooks") == []
    assert (await ready.callouts.look()).troubles == ["AutoTask has no webhook for tickets of ours"]


async def test_creating_twice_makes_nothing_twice_and_foreign_webhooks_are_left_alone(ready: Desk) -> None:
    foreign = {**ready.webhook(), "id": 900, "webhookUrl": "https://other.example.com/x", "isActive": False}
    ready.at.world.rows.put("TicketWebhooks", foreign)
    secrets = ready.path, ready.secret
    await ready.callouts.create(by=BY)
    assert (ready.path, ready.secret) == secrets
    assert len(ready.at.world.rows.find("TicketWebhooks")) == 2
    assert await ready.callouts.remove(by=BY) == 2
    assert ready.at.world.rows.find("TicketWebhooks") == [foreign]
    assert not ready.callouts.is_set_up


async def test_a_lost_answer_to_the_creation_makes_no_second_webhook(desk: Desk) -> None:
    desk.at.faults.add("lost_reply", entity="TicketWebhooks", verb="create", count=1)
    with pytest.raises(Exception, match="answer was lost"):
        await desk.callouts.create(by=BY)
    assert (await desk.callouts.create(by=BY)).troubles == []
    assert desk.webhook()["isReady"]


async def test_rotation_refuses_nothing_and_forgets_the_old_after_an_hour(ready: Desk) -> None:
    old, secret, ticket = ready.path, ready.secret, ready.some_ticket()
    ready.at.callouts.patience = 1e-9
    ready.change(ticket, status=7)
    await ready.at.callouts.settle()
    await ready.callouts.rotate(by=BY)
    assert (ready.path, ready.secret) != (old, secret)
    assert ready.webhook()["webhookUrl"].endswith(ready.path)
    ready.at.callouts.patience = 10
    ready.at.clock.advance(timedelta(seconds=30))
    assert [change.event for change in await ready.heard()] == [Event.STATUS]
    assert (await ready.send(old)).status == 401
    ready.at.clock.advance(timedelta(hours=1))
    assert (await ready.send(old)).status == 404
    await ready.callouts.keep_up()
    assert set(ready.configuration.of("callouts.")) == {"path", "secret"}


async def test_a_rotation_that_autotask_could_not_be_told_is_finished_by_the_next_look(ready: Desk) -> None:
    old = ready.path
    fault = ready.at.faults.add("server_error", entity="TicketWebhooks", status=503)
    with pytest.raises(Exception, match=r"answer|properly"):
        await ready.callouts.rotate(by=BY)
    ready.at.faults.release(fault)
    ready.at.clock.advance(timedelta(hours=2))
    assert (await ready.send(old)).status == 401
    ready.change(ready.some_ticket(), status=7)
    assert [change.event for change in await ready.heard()] == [Event.STATUS]
    await ready.callouts.keep_up()
    assert ready.webhook()["webhookUrl"].endswith(ready.path)


async def test_a_wrong_secret_in_autotask_is_told_and_put_right(ready: Desk) -> None:
    ready.at.world.rows.put("TicketWebhooks", {**ready.webhook(), "secretKey": "another"})
    ready.change(ready.some_ticket(), status=7)
    await ready.at.callouts.settle()
    assert ready.mirror.read == []
    assert Trouble.WRONG_SECRET in (await ready.callouts.look()).hooks[0].troubles
    await ready.callouts.keep_up()
    ready.at.clock.advance(timedelta(seconds=30))
    assert [change.event for change in await ready.heard()] == [Event.STATUS]
    assert (await ready.callouts.look()).troubles == []


async def test_who_may_not_have_webhooks_is_told_which_right_is_missing(desk: Desk) -> None:
    desk.at.world.tenant.rights.webhooks = 0
    with pytest.raises(WebhooksRefused, match="security level") as refused:
        await desk.callouts.create(by=BY)
    assert "Security Levels" in refused.value.hint


async def test_without_a_set_up_there_is_nothing_to_repair_and_nothing_is_asked(desk: Desk) -> None:
    desk.at.forget_requests()
    await desk.callouts.keep_up()
    assert not (await desk.callouts.look()).is_set_up
    for deed in (desk.callouts.repair, desk.callouts.rotate, desk.callouts.remove):
        with pytest.raises(NotFound):
            await deed(by=BY)
    assert list(desk.at.requests) == []


async def test_without_a_public_address_nothing_is_made(at: AutotaskSandbox, tmp_path: Path) -> None:
    async with opened(at, tmp_path) as desk:
        desk.callouts._public_url = ""
        with pytest.raises(OperatorNeeded, match="public address"):
            await desk.callouts.create(by=BY)
    assert at.world.rows.find("TicketWebhooks") == []


async def test_no_secret_is_ever_shown(ready: Desk, caplog: pytest.LogCaptureFixture) -> None:
    await ready.callouts.rotate(by=BY)
    ready.change(ready.some_ticket(), status=7)
    await ready.heard()
    shown = caplog.text + repr(await ready.callouts.look()) + repr(ready.configuration.history())
    assert ready.secret not in shown
    assert ready.path not in shown
