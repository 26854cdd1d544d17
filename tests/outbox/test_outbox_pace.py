"""How fast is spoken: never faster than Teams allows, no storms of refusals, and nobody starves another."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attms_core.store.lanes import Fullness
from bot.notices.pace import CALM, STORM, TEAMS, Bucket, TenantPace
from sandbox.teams.refusals import SEND_WINDOWS, TENANT_WINDOWS
from tests.outbox.conftest import NOON, TENANT, Clock, Office


@given(pauses=st.lists(st.integers(0, 40_000), min_size=1, max_size=400))
def test_no_window_of_teams_is_ever_overrun(pauses: list[int]) -> None:
    now, fullness, sent = NOON, Fullness(), []
    for pause in pauses:
        now += timedelta(milliseconds=pause)
        now += TEAMS.wait(fullness, now)
        fullness = TEAMS.spend(fullness, now)
        sent.append(now)
    for seconds, most in SEND_WINDOWS:
        for n, at in enumerate(sent):
            assert sum(at <= later < at + timedelta(seconds=seconds) for later in sent[n:]) <= most


def test_a_conversation_gets_its_burst_at_once_and_its_rate_after() -> None:
    now, fullness, waits = NOON, Fullness(), []
    for _ in range(5):
        waits.append(wait := TEAMS.wait(fullness, now))
        now += wait
        fullness = TEAMS.spend(fullness, now)
    assert waits == [timedelta()] * 3 + [timedelta(milliseconds=500)] * 2


async def test_a_full_lane_gives_way_and_goes_on_later_in_order(office: Office) -> None:
    ana, ben = await office.chat(), await office.chat("Ben")
    await office.owe(ana, *range(1, 9))
    await office.owe(ben, 1)
    await office.deliver(pace=TEAMS)
    assert (len(office.said(ana)), len(office.said(ben))) == (3, 1)
    assert await office.waits() == timedelta(milliseconds=500) - (office.clock.at - NOON)
    for _ in range(5):
        office.clock.later(seconds=1)
        await office.deliver(pace=TEAMS)
    assert office.said(ana) == [f"ticket:{n} 1" for n in range(1, 9)]


async def test_a_conversation_with_very_much_does_not_starve_those_with_little(office: Office) -> None:
    busy = await office.chat("Busy")
    quiet = [await office.chat(f"Person {n}") for n in range(30)]
    await office.owe(busy, *range(300))
    for chat in quiet:
        await office.owe(chat, 1)
    async with office.sender(pace=TEAMS) as sender:
        while not all(office.said(chat) for chat in quiet):
            office.clock.later(seconds=1)
            await office.quiet(sender)
        assert len(office.said(busy)) < 30
    assert office.clock.at - NOON < timedelta(seconds=10)


async def test_under_teams_own_limits_nothing_is_refused(office: Office) -> None:
    office.teams.limits.enforced = True
    chats = [await office.chat(f"Person {n}") for n in range(12)]
    for chat in chats:
        await office.owe(chat, *range(12))
    async with office.sender(pace=TEAMS) as sender:
        while await office.waits() is not None:
            office.clock.later(milliseconds=250)
            await office.quiet(sender)
    assert all(len(office.said(chat)) == 12 for chat in chats)
    assert office.teams.limits.throttled == 0


@pytest.mark.parametrize("senders", [1, 3])
async def test_a_tenants_tokens_are_no_more_than_teams_takes_however_many_processes_ask(
    office: Office, senders: int
) -> None:
    paces = [TenantPace(office.database, TEAMS.tenant, now=office.clock.now, pause=office.clock.pause)] * senders
    sent = []
    for n in range(240):
        await paces[n % senders].turn(TENANT)
        sent.append(office.clock.at)
    ((_, most),) = TENANT_WINDOWS
    assert all(sent[n + most] - sent[n] >= timedelta(seconds=1) for n in range(len(sent) - most))
    assert sent[-1] - sent[0] <= timedelta(seconds=7)


async def test_a_storm_of_refusals_slows_the_tenant_and_calm_lets_it_recover(office: Office) -> None:
    clock = Clock()
    pace = TenantPace(office.database, Bucket(1, timedelta(seconds=1)), now=clock.now, pause=clock.pause)
    for _ in range(STORM):
        pace.was_refused(TENANT)
    assert pace.slowness(TENANT) == 2
    for _ in range(STORM):
        clock.later(minutes=1)  # so seldom it means the conversations, not the tenant
        pace.was_refused(TENANT)
    assert pace.slowness(TENANT) == 2
    for _ in range(CALM):
        pace.went_well(TENANT)
    assert pace.slowness(TENANT) == 1


async def test_refusals_in_many_conversations_slow_the_whole_tenant(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    chats = [await office.chat(f"Person {n}") for n in range(STORM)]
    office.teams.faults.refuse("Throttled", times=STORM, retry_after=5)
    for chat in chats:
        await office.owe(chat, 1)
    async with office.sender(pace=TEAMS) as sender:
        await office.quiet(sender)
        office.clock.later(seconds=6)
        await office.quiet(sender)
    assert all(office.said(chat) == ["ticket:1 1"] for chat in chats)
    assert capsys.readouterr().out.count("tenant_slowed") == 1
