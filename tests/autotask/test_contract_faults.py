"""Faults, log-in, limits and quirks, against the sandbox over HTTP."""

import asyncio
from datetime import timedelta

import pytest

from attms_core.autotask import AutotaskClient, caller
from attms_core.autotask.protocol import Priority
from attms_core.errors import (
    AttmsError,
    Busy,
    CredentialsRefused,
    OutcomeUnknown,
    Unreachable,
)
from attms_core.model import TicketId
from sandbox.autotask import AutotaskSandbox, Quirks
from tests.autotask.story import ANA, NOON, all_of, client_of, open_row, rows, wanted


@pytest.mark.parametrize(
    "fault", [{"kind": "drop"}, {"kind": "threads"}, {"kind": "server_error", "status": 502}, {"kind": "lost_reply"}]
)
async def test_reads_and_changes_outlive_one_fault(
    at: AutotaskSandbox, client: AutotaskClient, fault: dict[str, str]
) -> None:
    id_ = TicketId(int(str(open_row(at)["id"])))
    at.faults.add(**fault, count=1)  # type: ignore[arg-type] # a switch by its name
    assert await client.ticket(id_, urgent=True)
    at.faults.add(**fault, count=1)  # type: ignore[arg-type] # as above
    await client.update_ticket(id_, {"title": "after the fault"}, as_=ANA)
    assert at.world.ticket(id_)["title"] == "after the fault"


@pytest.mark.parametrize("fault", ["drop", "lost_reply", "server_error"])
async def test_a_create_with_a_lost_answer_is_found_by_its_external_id_and_made_once(
    at: AutotaskSandbox, client: AutotaskClient, fault: str
) -> None:
    await client.fields("Tickets")
    before = len(rows(at, "Tickets"))
    at.faults.add(fault, entity="Tickets", verb="create", count=1)  # type: ignore[arg-type] # a switch by its name
    with pytest.raises(OutcomeUnknown):
        await client.create_ticket(wanted(at, external_id="c" * 32), as_=ANA)
    found = await client.ticket_by_external_id("c" * 32)
    was_made = fault == "lost_reply"
    assert (found is not None) is was_made
    assert len(rows(at, "Tickets")) == before + was_made


async def test_an_autotask_that_hangs_is_not_waited_for(
    at: AutotaskSandbox, client: AutotaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    await client.fields("Tickets")
    for priority in (Priority.PERSON, Priority.WRITE):
        monkeypatch.setitem(caller.PATIENCE, priority, caller.Patience(total=0.1, tries=2, attempt=0.1))
    at.faults.add("delay", seconds=60)
    with pytest.raises(Unreachable):
        await client.ticket(TicketId(7001), urgent=True)
    with pytest.raises(OutcomeUnknown):
        await client.create_ticket(wanted(at), as_=ANA)
    with pytest.raises(OutcomeUnknown):
        await client.update_ticket(TicketId(7001), {"priority": 1}, as_=ANA)


async def test_a_gateway_that_stays_down_is_unreachable(at: AutotaskSandbox, client: AutotaskClient) -> None:
    at.faults.add("server_error", status=503)
    with pytest.raises(Unreachable):
        await client.ticket(TicketId(7001), urgent=True)
    with pytest.raises(Unreachable):
        await all_of(client.open_tickets())
    assert client.silent_for is not None


async def test_a_stopped_autotask_is_unreachable_for_writes_too(at: AutotaskSandbox) -> None:
    async with AutotaskSandbox(tickets=1, seed=1, now=NOON) as gone, client_of(gone) as client:
        await client.ticket(TicketId(7001))
        assert gone._runner is not None
        await gone._runner.cleanup()
        with pytest.raises(Unreachable):
            await client.create_ticket(wanted(at), as_=ANA)


async def test_a_moved_tenant_is_followed(at: AutotaskSandbox, client: AutotaskClient) -> None:
    at.faults.add("move_zone", count=1)
    assert await client.ticket(TicketId(7001), urgent=True)
    await client.update_ticket(TicketId(7001), {"priority": 1}, as_=ANA)
    assert "/zone1/" in at.requests[-1].path


@pytest.mark.parametrize("shape", ["empty", "errors", "html", "as_500"])
async def test_a_wrong_secret_is_tried_once(at: AutotaskSandbox, shape: str) -> None:
    at.quirks.unauthorized = shape  # type: ignore[assignment] # one of the switch's words
    async with client_of(at, secret="wrong") as client:
        outcomes = await asyncio.gather(
            *(client.ticket(TicketId(7001), urgent=True) for _ in range(4)), return_exceptions=True
        )
        assert {type(each) for each in outcomes} == {CredentialsRefused}
    assert sum(seen.entity == "Tickets" for seen in at.requests) == 1


async def test_never_more_than_three_at_once_and_nobody_is_refused(at: AutotaskSandbox, client: AutotaskClient) -> None:
    await client.ticket(TicketId(7001))
    at.faults.add("delay", seconds=0.01)
    calls = [client.ticket(TicketId(7001 + n), urgent=n % 2 == 0) for n in range(14)]
    assert all(await asyncio.gather(*calls))
    assert 2 <= at.limits.most_at_once["Tickets"] <= 3
    assert len([seen for seen in at.requests if seen.verb == "get" and seen.entity == "Tickets"]) == 15


async def test_the_tenants_hour_is_kept_for_people_and_writes(at: AutotaskSandbox, client: AutotaskClient) -> None:
    at.limits.spend(8_000)
    with pytest.raises(Busy) as caught:
        await all_of(client.open_tickets())
    assert caught.value.after
    assert 0.8 <= client.used_share < 0.81
    assert await client.ticket(TicketId(7001), urgent=True)
    await client.update_ticket(TicketId(7001), {"priority": 1}, as_=ANA)


async def test_a_quiet_tick_is_one_call(at: AutotaskSandbox, client: AutotaskClient) -> None:
    await client.ticket(TicketId(7001), urgent=True)  # the first call of all learns where the tenant lives
    before = len(at.requests)
    assert await all_of(client.tickets_changed(NOON + timedelta(days=1))) == []
    assert [seen.entity for seen in list(at.requests)[before:]] == ["Tickets"]


@pytest.mark.parametrize("status", [429, 500])
async def test_a_used_up_hour_is_busy(at: AutotaskSandbox, client: AutotaskClient, status: int) -> None:
    at.quirks.budget_status = status  # type: ignore[assignment] # one of the switch's numbers
    at.limits.spend(10_000)
    with pytest.raises(Busy):
        await client.ticket(TicketId(7001), urgent=True)
    with pytest.raises(Busy):
        await client.update_ticket(TicketId(7001), {"priority": 1}, as_=ANA)
    assert client.used_share == 1.0


QUIRKS: list[dict[str, object]] = [
    {"datetimes_without_zone": True},
    {"item_id_as_text": True},
    {"thread_status": 500},
    {"parent_value_null": True},
    {"noteq_finds_nulls": True},
    {"strict_operators": True, "strict_properties": True},
    {"empty_filter_refused": True},
]


@pytest.mark.parametrize("quirk", QUIRKS, ids="-".join)
async def test_autotasks_that_differ_are_understood_alike(quirk: dict[str, object]) -> None:
    async def story(**switches: object) -> list[object]:
        async with AutotaskSandbox(tickets=20, seed=7, now=NOON, latency_factor=0) as at, client_of(at) as client:
            for name, value in switches.items():
                assert hasattr(Quirks(), name)
                setattr(at.quirks, name, value)
            fields = await client.fields("Tickets")
            id_ = await client.create_ticket(wanted(at), as_=ANA)
            at.faults.add("threads", count=1)
            return [fields, await client.ticket(id_), await all_of(client.open_tickets()), client.own_calls]

    assert await story(**quirk) == await story()


async def test_every_error_says_what_happened_and_nothing_of_the_log_in(
    at: AutotaskSandbox, client: AutotaskClient
) -> None:
    at.faults.add("server_error", status=503)
    with pytest.raises(AttmsError) as caught:
        await client.update_ticket(TicketId(7001), {"priority": 1}, as_=ANA)
    shown = f"{caught.value} {caught.value.hint} {caught.value!r}"
    assert at.credentials.secret not in shown
    assert at.server.origin not in shown
    assert caught.value.hint
