"""What runs out, what breaks on demand, and what a client sees of it."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import aiohttp
import pytest

from sandbox.autotask import AutotaskSandbox, Clock, Limits, Quirks
from tests.sandbox_autotask.hand import Body, Hand

MARA = 29682901
ALL = {"op": "exist", "field": "id"}


async def wait_until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - arrival at the server has no event to wait for
            await asyncio.sleep(0)


async def test_the_fourth_call_at_once_to_an_entity_is_refused_and_other_entities_are_not(
    at: AutotaskSandbox, hand: Hand
) -> None:
    at.faults.add("delay", entity="Tickets", seconds=30)
    async with asyncio.TaskGroup() as group:
        held = [group.create_task(hand.get("Tickets/7001")) for _ in range(3)]
        await wait_until(lambda: at.limits.most_at_once["Tickets"] == 3)
        refused = await hand.get("Tickets/7001")
        other = await hand.get("Companies/0")
        for task in held:
            task.cancel()
    assert refused.status == 429
    assert refused.errors == "The Autotask API thread threshold of 3 threads has been exceeded."
    assert other.status == 200


@pytest.mark.parametrize(("used", "seconds"), [(0, 0.0), (60, 0.5), (80, 1.0)])
def test_usage_slows_calls_down(used: int, seconds: float) -> None:
    limits = Limits(Clock(), Quirks(), hourly=100)
    limits.spend(used)
    assert limits.charge() == seconds


async def test_the_hourly_budget_refuses_and_recovers_as_the_window_rolls(at: AutotaskSandbox, hand: Hand) -> None:
    at.limits.hourly = 10
    at.limits.spend(10)
    assert (await hand.get("Tickets/7001")).status == 429
    at.quirks.budget_status, at.quirks.budget_retry_after = 500, 60
    refused = await hand.get("Tickets/7001")
    assert (refused.status, refused.headers["Retry-After"]) == (500, "60")
    assert "threshold" in refused.errors
    at.clock.advance(timedelta(hours=1))
    assert (await hand.get("Tickets/7001")).status == 200


async def test_threshold_information_counts_itself(hand: Hand) -> None:
    await hand.get("Tickets/7001")
    assert (await hand.get("ThresholdInformation")).body == {
        "externalRequestThreshold": 10_000,
        "requestThresholdTimeframe": 60,
        "currentTimeframeRequestCount": 2,
    }


async def test_a_dropped_connection_happens_before_the_deed(at: AutotaskSandbox, hand: Hand, new_ticket: Body) -> None:
    at.faults.add("drop", entity="Tickets", verb="create", count=1)
    with pytest.raises(aiohttp.ClientConnectionError):
        await hand.post("Tickets", new_ticket)
    assert not at.world.rows.find("Tickets", title=new_ticket["title"])
    assert (await hand.post("Tickets", new_ticket)).status == 200


async def test_a_lost_reply_happens_after_the_deed(at: AutotaskSandbox, hand: Hand, new_ticket: Body) -> None:
    at.faults.add("lost_reply", verb="create", count=1)
    with pytest.raises(aiohttp.ClientConnectionError):
        await hand.post("Tickets", new_ticket)
    assert len(at.world.rows.find("Tickets", title=new_ticket["title"])) == 1


async def test_a_gateway_error_is_html_for_the_next_n_calls(at: AutotaskSandbox, hand: Hand) -> None:
    at.faults.add("server_error", status=502, count=2)
    statuses = [(await hand.get("Tickets/7001")).status for _ in range(3)]
    assert statuses == [502, 502, 200]
    at.faults.add("server_error")
    assert "<html>" in (await hand.get("Tickets/7001")).text


async def test_a_fault_keeps_to_its_entity_and_verb_until_released(at: AutotaskSandbox, hand: Hand) -> None:
    fault = at.faults.add("threads", entity="tickets", verb="PATCH")
    assert (await hand.patch("Tickets", {"id": 7001, "priority": 4})).status == 429
    assert (await hand.get("Tickets/7001")).status == 200
    assert (await hand.get("Companies/0")).status == 200
    at.faults.release(fault)
    assert (await hand.patch("Tickets", {"id": 7001, "priority": 4})).status == 200


async def test_a_stale_replica_shows_queries_the_past_until_released(
    at: AutotaskSandbox, hand: Hand, new_ticket: Body
) -> None:
    before = at.world.ticket(7001)["title"]
    at.faults.add("stale")
    id_ = (await hand.post("Tickets", new_ticket)).body["itemId"]
    await hand.patch("Tickets", {"id": 7001, "title": "Changed"})
    seen = {item["id"]: item["title"] for item in (await hand.query("Tickets", ALL)).body["items"]}
    assert id_ not in seen
    assert seen[7001] == before
    assert (await hand.get("Tickets/7001")).body["item"]["title"] == "Changed"
    at.faults.clear()
    assert id_ in await hand.ids("Tickets", ALL)


async def test_a_stale_replica_may_lag_by_changes_or_by_seconds(at: AutotaskSandbox, hand: Hand) -> None:
    at.world.change_ticket(7001, by=MARA, title="One")
    at.clock.advance(timedelta(seconds=20))
    at.world.change_ticket(7002, by=MARA, title="Two")
    for lag in ({"changes": 1}, {"seconds": 10}):
        fault = at.faults.add("stale", **lag)
        titles = [item["title"] for item in (await hand.query("Tickets", ALL)).body["items"]]
        assert "One" in titles
        assert "Two" not in titles
        at.faults.release(fault)


async def test_a_deleted_ticket_is_still_there_on_a_stale_replica(at: AutotaskSandbox, hand: Hand) -> None:
    at.world.delete_ticket(7001, by=MARA)
    at.faults.add("stale", seconds=10)
    assert 7001 in await hand.ids("Tickets", ALL)


async def test_a_workflow_rule_puts_the_status_back_or_sets_what_it_wants(
    at: AutotaskSandbox, hand: Hand, new_ticket: Body
) -> None:
    id_ = (await hand.post("Tickets", new_ticket)).body["itemId"]
    at.faults.add("workflow", verb="update", count=1)
    assert (await hand.patch("Tickets", {"id": id_, "status": 8})).status == 200
    assert at.world.ticket(id_)["status"] == 1
    at.faults.add("workflow", verb="update", count=1, values={"queueID": 29683482})
    await hand.patch("Tickets", {"id": id_, "status": 8})
    ticket = at.world.ticket(id_)
    assert (ticket["status"], ticket["queueID"]) == (8, 29683482)
    assert ticket["lastActivityResourceID"] == at.world.tenant.system_user_id


async def test_faults_are_thrown_and_cleared_over_http(at: AutotaskSandbox, hand: Hand) -> None:
    switch = f"{at.server.origin}/sandbox/faults"
    wanted = [{"kind": "server_error", "entity": "Tickets", "count": 5}]
    assert (await hand.post(switch, wanted)).body[0]["count"] == 5
    assert (await hand.get("Tickets/7001")).status == 503
    assert (await hand.get(switch)).body[0]["count"] == 4
    assert (await hand.send("DELETE", switch)).body == []
    assert (await hand.get("Tickets/7001")).status == 200


@pytest.mark.parametrize("wrong", [b"", b"[1]", {"kind": "earthquake"}, {"kind": "drop", "colour": 1}])
async def test_a_fault_that_does_not_exist_is_refused(at: AutotaskSandbox, hand: Hand, wrong: object) -> None:
    answer = await hand.post(f"{at.server.origin}/sandbox/faults", wrong)
    assert answer.status == 400
    assert not at.faults.listed()


async def test_the_request_log_is_shown_over_http(at: AutotaskSandbox, hand: Hand) -> None:
    await hand.get("Tickets/7001")
    log = (await hand.get(f"{at.server.origin}/sandbox/log")).body
    assert log[-1]["path"].endswith("Tickets/7001")
    at.forget_requests()
    assert not at.requests
