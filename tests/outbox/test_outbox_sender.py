"""The sender as a process among others: it stops in good order, shares the work, and loses what it may not keep."""

import asyncio
from datetime import timedelta
from typing import Any, cast

import pytest
from msgspec.structs import replace

from attms_core.errors import StoreUnavailable
from attms_core.model import Conversation, Event, lane_of
from attms_core.notices import choices
from attms_core.notices.auditor import Auditor
from attms_core.store import claims, lanes, owed, posts
from attms_core.store.database import Database
from bot.conversations import Conversations
from bot.notices.leases import LEASE, Leases
from bot.notices.mishaps import PUT_OFF, TRIES
from bot.notices.places import Places
from tests.outbox.conftest import TENANT, Office
from tests.store.values import linked


async def test_what_is_owed_while_the_sender_sleeps_leaves_when_it_is_poked(office: Office) -> None:
    ana = await office.chat()
    async with office.sender() as sender:
        await office.quiet(sender)
        await office.owe(ana, 1)
        await office.quiet(sender)
    assert office.said(ana) == ["ticket:1 1"]


async def test_a_sender_that_ends_finishes_what_is_under_way_and_gives_the_rest_back(office: Office) -> None:
    ana = await office.chat()
    await office.owe(ana, 1, 2, 3)
    office.teams.door.hold()
    async with office.sender() as sender:
        sender.poke()
        await office.teams.door.somebody_waits()
        asyncio.get_running_loop().call_later(0.05, office.teams.door.release)
    assert office.said(ana) == ["ticket:1 1"]
    assert await office.waits() == timedelta()
    await office.deliver()
    assert office.said(ana) == ["ticket:1 1", "ticket:2 1", "ticket:3 1"]


async def test_two_senders_share_the_work_and_double_nothing(office: Office) -> None:
    chats = [await office.chat(f"Person {n}") for n in range(60)]
    for chat in chats:
        await office.owe(chat, 1, 2)
    async with office.sender() as first, office.sender() as second:
        first.poke()
        second.poke()
        await office.quiet()
    assert all(office.said(chat) == ["ticket:1 1", "ticket:2 1"] for chat in chats)


async def test_a_sender_whose_lease_ran_out_sends_nothing_more_there(office: Office) -> None:
    ana = await office.chat()
    await office.owe(ana, 1, 2)
    office.teams.door.hold()
    async with office.sender() as stopped:
        stopped.poke()
        await office.teams.door.somebody_waits()
        office.clock.later(seconds=61)  # as if the process had been stopped meanwhile
        other = await office.database.write(
            lambda tx: claims.claim(tx, holder="other", now=office.clock.at, until=office.clock.at + LEASE, most=9)
        )
        office.teams.door.release()
        await asyncio.wait(set(stopped._workers))
    assert [len(each.rows) for each in other] == [2]
    assert office.said(ana) == ["ticket:1 1"]
    waiting = await office.database.read(lambda tx: owed.waiting(tx, TENANT, lane_of(ana)))
    assert len(waiting) == 2  # the other decides
    await office.database.write(lambda tx: lanes.release(tx, holder="other"))


async def test_a_process_that_is_stopped_for_less_than_its_lease_goes_on(office: Office) -> None:
    leases = Leases(office.database, holder="h", now=office.clock.now, pause=office.clock.pause)
    key = (TENANT, lane_of(await office.chat()))
    assert leases.hold(key, office.clock.at)
    assert not leases.hold(key, office.clock.at)  # it is being served
    office.clock.later(seconds=5)
    await leases.renew()
    office.clock.later(seconds=45)
    assert leases.are_safe(key)
    office.clock.later(seconds=16)
    assert not leases.are_safe(key)
    await leases.renew()
    assert not leases.are_safe(key)  # somebody else may have it
    leases.let_go(key)
    assert leases.hold(key, office.clock.at)


class Unwell:
    """A store that does not answer for a while, after so many writes."""

    def __init__(self, database: Database, *, well: int, ill: int) -> None:
        self._database = database
        self._fates = [True] * well + [False] * ill

    async def read(self, work: Any) -> Any:
        return await self._database.read(work)

    async def write(self, work: Any) -> Any:
        if self._fates and not self._fates.pop(0):
            raise StoreUnavailable("disk I/O error")
        return await self._database.write(work)


@pytest.mark.parametrize("well", [0, 1, 2])
async def test_a_store_that_is_out_of_order_for_a_while_loses_and_doubles_nothing(office: Office, well: int) -> None:
    chats = [await office.chat(f"Person {n}") for n in range(3)]
    for chat in chats:
        await office.owe(chat, 1, 2)
    async with office.sender(database=Unwell(office.database, well=well, ill=2)) as sender:
        async with asyncio.timeout(20):
            while await office.waits() is not None:
                sender.poke()
    assert all(office.said(chat) == ["ticket:1 1", "ticket:2 1"] for chat in chats)


async def test_what_cannot_be_settled_for_a_bug_of_ours_is_given_up_alone_and_not_sent_again(office: Office) -> None:
    ana, ben = await office.chat(), await office.chat("Ben")
    await office.owe(ana, 1)
    await office.owe(ben, 1)

    async def odd(conversation: Conversation, rows: Any, standing: Any) -> Any:
        [message] = await office.plain(conversation, rows, standing)
        is_odd = conversation.id == ana.id
        unkeepable: Any = object()  # by any store
        told = (replace(message.told[0], event=unkeepable),) if is_odd else message.told
        return [replace(message, told=told)]

    office.compose = odd
    await office.deliver()
    assert (office.said(ana), office.said(ben)) == (["ticket:1 1"], ["ticket:1 1"])
    assert [letter.reason for letter in await office.dead()] == ["a bug: see the log"]
    assert await office.waits() is None


async def test_an_internal_mark_that_another_process_has_ended_since_the_claim_counts_no_more(office: Office) -> None:
    channel = replace(await office.channel(), is_internal=True)
    await office.rooms.set_internal(linked("mara", 5), channel, on=True)
    await office.owe(channel, 1)
    [claim] = await office.database.write(
        lambda tx: claims.claim(tx, holder="h", now=office.clock.at, until=office.clock.at + LEASE, most=1)
    )
    assert claim.conversation is not None
    assert claim.conversation.is_internal
    other = Conversations(database=office.database, roster=office.connector, now=office.clock.now)
    await other.set_internal(linked("mara", 5), channel, on=False)
    places = Places(database=office.database, line=office.connector, rooms=office.rooms, bot_id="28:x")
    assert not (await places.of(claim)).is_internal


async def test_what_is_old_is_forgotten(office: Office) -> None:
    ana, ben = await office.chat(), await office.chat("Ben")
    office.teams.faults.refuse("BadArgument", conversation=ana.id)
    await office.owe(ana, 1)
    await office.owe(ben, 1)
    await office.deliver()
    auditor = Auditor(office.database, now=office.clock.now)
    office.clock.later(days=29)
    await auditor.forget_old()
    assert (len(await office.dead()), len(await office.posts(ben, 1))) == (1, 1)
    office.clock.later(days=2)
    await auditor.forget_old()
    assert (len(await office.dead()), len(await office.posts(ben, 1))) == (0, 1)
    office.clock.later(days=60)
    await auditor.forget_old()
    assert await office.posts(ben, 1) == {}


async def test_the_auditor_tells_of_each_late_row_once(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    ana = await office.chat()
    auditor = Auditor(office.database, now=office.clock.now)
    await office.owe(ana, 1, 2)
    office.clock.later(minutes=4)
    assert await auditor.audit() == 0
    office.clock.later(minutes=1)
    assert [await auditor.audit(), await auditor.audit()] == [2, 2]
    assert capsys.readouterr().out.count("notice_late") == 2
    await office.deliver()
    assert await auditor.audit() == 0


def from_a_newer_one() -> Any:
    """Give an event that this version does not know."""
    return "approved"


async def test_news_of_a_newer_version_wait_for_it_while_all_others_leave(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    ana, ben = await office.chat(), await office.chat("Ben")
    await office.owe(ana, 1, event=from_a_newer_one())
    await office.owe(ana, 2)
    await office.owe(ben, 1)
    async with office.sender() as sender:
        await office.quiet(sender)
        assert (office.said(ana), office.said(ben)) == (["ticket:2 1"], ["ticket:1 1"])
        assert await office.waits() == PUT_OFF
        for _ in range(TRIES - 1):
            assert await office.dead() == []
            office.clock.later(seconds=PUT_OFF.total_seconds())
            await office.quiet(sender)
    assert await office.reasons() == ["unreadable"]
    said = capsys.readouterr().out
    assert (said.count("notice_put_off"), said.count("notice_unreadable")) == (1, 1)
    assert await office.waits() is None


async def test_a_card_that_a_newer_version_told_of_is_edited_like_any_other(office: Office) -> None:
    ana = await office.chat()
    await office.owe(ana, 1)
    await office.deliver()
    [post] = (await office.posts(ana, 1)).values()
    told = (replace(post.told[0], event=from_a_newer_one()), *post.told)
    await office.database.write(lambda tx: posts.put(tx, [replace(post, told=told)]))
    office.clock.later(seconds=1)
    await office.owe(ana, 1)
    await office.deliver()
    assert len(office.messages(ana)) == 1
    assert [telling.event for telling in (await office.posts(ana, 1))[post.topic].told] == [Event.STATUS] * 2


async def test_a_bug_while_lanes_are_claimed_is_logged_and_ends_nothing(
    office: Office, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ana, broke = await office.chat(), asyncio.Event()

    def keep_quiet(*_: object) -> Any:
        broke.set()
        raise RuntimeError("a bug")

    await office.owe(ana, 1)
    async with office.sender() as sender:
        with monkeypatch.context() as broken:
            broken.setattr(choices, "keep_quiet", keep_quiet)
            sender.poke()
            await broke.wait()
        await office.quiet(sender)
    assert office.said(ana) == ["ticket:1 1"]
    assert "outbox_broke" in capsys.readouterr().out


async def test_lanes_for_which_looking_ahead_breaks_are_served_all_the_same(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    async def foresee(_: object) -> None:
        raise RuntimeError("a bug")

    ana = await office.chat()
    await office.owe(ana, 1)
    await office.deliver(foresee=foresee)
    assert office.said(ana) == ["ticket:1 1"]
    assert "foreseeing_broke" in capsys.readouterr().out


async def test_a_bug_while_leases_are_renewed_is_logged_and_ends_nothing(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    class Broken:
        """A store that has a bug once."""

        writes = 0

        async def write(self, work: Any) -> Any:
            self.writes += 1
            if self.writes == 1:
                raise RuntimeError("a bug")
            renewed.set()
            return await office.database.write(work)

    async def pause(_: float) -> None:
        await asyncio.sleep(0)

    renewed, broken = asyncio.Event(), cast("Database", Broken())
    leases = Leases(broken, holder="h", now=office.clock.now, pause=pause)
    leases.hold((TENANT, lane_of(await office.chat())), office.clock.at)
    async with leases, asyncio.timeout(10):
        await renewed.wait()
    assert "renewing_broke" in capsys.readouterr().out
