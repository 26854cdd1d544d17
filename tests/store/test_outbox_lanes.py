"""Lanes: claimed once, in the order in which they are due, given back, and lost to others when the lease ends."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from msgspec.structs import replace

from attms_core.model import ConversationKind, Lane, Owed, OwedKind, Post, TenantId, TicketId, Topic, lane_of_person
from attms_core.store import claims, conversations, lanes, owed, posts
from attms_core.store.claims import Claim, Result
from attms_core.store.database import Database
from attms_core.store.lanes import End, Fullness, Trouble
from tests.store.values import NOON, OURS, THEIRS, at, conversation

ONE, TWO = Topic(ticket=TicketId(1)), Topic(ticket=TicketId(2))


def news(lane: str, due_at: datetime = NOON, topic: Topic = ONE, tenant: TenantId = OURS) -> Owed:
    return Owed(tenant=tenant, lane=Lane(lane), kind=OwedKind.NEWS, due_at=due_at, at=NOON, topic=topic)


async def owe(database: Database, *rows: Owed) -> None:
    await database.write(lambda tx: owed.owe(tx, rows, at(-60)))


async def claim(database: Database, now: datetime = NOON, *, holder: str = "h", most: int = 9) -> list[Claim]:
    until = now + timedelta(minutes=1)
    return await database.write(lambda tx: claims.claim(tx, holder=holder, now=now, until=until, most=most))


async def commit(
    database: Database, *results: Result, holder: str = "h", now: datetime = NOON
) -> Sequence[lanes.LaneKey]:
    return await database.write(lambda tx: claims.commit(tx, results, holder=holder, now=now))


def done(claimed: Claim, **given: Any) -> Result:
    """Settle all rows of a claim, and give the lane back."""
    return Result(claimed.key, settled=list(claimed.rows), end=End(key=claimed.key, fullness=Fullness(), **given))


async def test_a_lane_is_claimed_once_with_all_that_is_due_there(database: Database) -> None:
    await owe(database, news("c"), news("c", topic=TWO), news("c", at(5)), news("d", at(1)))
    assert await claim(database, at(-1)) == []
    [claimed] = await claim(database)
    assert [row.topic for row in claimed.rows] == [ONE, TWO]
    assert await claim(database) == []
    assert await database.read(lanes.next_due_at) == at(1)
    [again, other] = await claim(database, at(1))
    assert (again.rows, other.lane) == (claimed.rows, "d")


async def test_lanes_come_in_the_order_in_which_they_are_due_and_no_more_than_asked_for(database: Database) -> None:
    await owe(database, *(news(f"c{n}", at(-n)) for n in range(4)), news("c0", at(-9), tenant=THEIRS))
    assert [(each.tenant, each.lane) for each in await claim(database, most=3)] == [
        (THEIRS, "c0"),
        (OURS, "c3"),
        (OURS, "c2"),
    ]
    assert [each.lane for each in await claim(database)] == ["c1", "c0"]


async def test_a_lane_with_very_much_is_claimed_in_parts(database: Database) -> None:
    await owe(database, *(news("c", topic=Topic(ticket=TicketId(n))) for n in range(claims.ROWS + 5)), news("d"))
    many, few = await claim(database)
    assert (len(many.rows), len(few.rows)) == (claims.ROWS, 1)
    assert await commit(database, done(many), done(few)) == []
    [rest] = await claim(database)
    assert [row.topic for row in rest.rows if row.topic] == [Topic(ticket=TicketId(claims.ROWS + n)) for n in range(5)]


async def test_many_claimers_share_the_work_without_doubling_it(database: Database) -> None:
    await owe(database, *(news(f"c{n}") for n in range(12)))
    claimed = await asyncio.gather(*(claim(database, holder=f"h{n}", most=2) for n in range(6)))
    rest = await claim(database, most=12)
    assert sorted(each.lane for those in (*claimed, rest) for each in those) == sorted(f"c{n}" for n in range(12))


async def test_a_claim_brings_the_conversation_and_the_cards_that_stand_there(database: Database) -> None:
    channel = conversation("19:c", object_id=None)
    chat = conversation("a:ada", kind=ConversationKind.PERSONAL)
    post = Post(
        tenant=OURS,
        lane=Lane("19:c"),
        topic=ONE,
        conversation="19:c",
        activity="17",
        thread="19:c;messageid=17",
        posted_at=NOON,
        told_at=NOON,
    )
    others = [replace(post, topic=TWO), replace(post, lane=Lane("19:d")), replace(post, tenant=THEIRS)]
    for each in (channel, chat, replace(chat, id="a:old", is_installed=False)):
        await database.write(lambda tx, each=each: conversations.put(tx, each))  # type: ignore[misc] # bound at once
    await database.write(lambda tx: posts.put(tx, [post, *others]))
    ada = lane_of_person("ada")
    await owe(database, news("19:c"), news(ada, topic=TWO), news("19:x"), news(lane_of_person("bob")))
    found = {each.lane: (each.conversation, dict(each.posts)) for each in await claim(database)}
    assert found == {
        "19:c": (channel, {ONE: post}),
        ada: (chat, {}),
        "19:x": (None, {}),
        lane_of_person("bob"): (None, {}),
    }


async def test_what_is_owed_while_the_lane_is_served_is_due_when_it_is_given_back(database: Database) -> None:
    await owe(database, news("c"))
    [first] = await claim(database)
    await owe(database, news("c", topic=TWO))
    assert await claim(database) == []
    await commit(database, done(first))
    [second] = await claim(database)
    assert [row.topic for row in second.rows] == [TWO]
    await commit(database, done(second))
    assert await database.read(lanes.next_due_at) is None


async def test_who_has_lost_the_lane_settles_nothing_there(database: Database) -> None:
    await owe(database, news("c"), news("d"))
    slow = await claim(database)
    [theirs, _] = await claim(database, at(1), holder="other")
    stand = Post(
        tenant=OURS,
        lane=Lane("c"),
        topic=ONE,
        conversation="c",
        activity="1",
        thread="",
        posted_at=NOON,
        told_at=NOON,
    )
    result = done(slow[0])
    result.stands.append(stand)
    assert await commit(database, result, done(slow[1]), now=at(1)) == [(OURS, "c"), (OURS, "d")]
    assert await database.read(lambda tx: posts.of_lane(tx, OURS, Lane("c"), [ONE])) == {}
    assert await claim(database, at(1.5)) == []  # and it is the other's still
    assert await commit(database, done(theirs), holder="other", now=at(1)) == []
    assert await database.read(lambda tx: owed.waiting(tx, OURS, Lane("c"))) == []


async def test_a_lease_that_ran_out_but_was_taken_by_nobody_still_counts(database: Database) -> None:
    await owe(database, news("c"))
    [claimed] = await claim(database)
    assert await commit(database, done(claimed), now=at(9)) == []
    assert await database.read(lanes.next_due_at) is None


async def test_a_lease_is_renewed_while_it_lasts_and_not_after(database: Database) -> None:
    await owe(database, news("c"))
    await claim(database)
    await database.write(lambda tx: lanes.renew(tx, holder="h", now=at(0.5), until=at(1.5)))
    assert await claim(database, at(1), holder="other") == []
    await database.write(lambda tx: lanes.renew(tx, holder="h", now=at(1.5), until=at(2.5)))
    assert len(await claim(database, at(1.5), holder="other")) == 1


async def test_the_next_moment_is_that_of_a_free_lane_or_of_one_that_has_waited_whichever_comes_first(
    database: Database,
) -> None:
    await owe(database, news("c"), news("d", at(1)))
    waiting = await claim(database, at(1))
    ends = (
        Result(each.key, tried=list(each.rows), end=End(key=each.key, fullness=Fullness(), wait_until=at(minutes)))
        for each, minutes in zip(waiting, (5, 3), strict=True)
    )
    await commit(database, *ends, now=at(1))
    assert await database.read(lanes.next_due_at) == at(3)
    await owe(database, news("e", at(4)))
    assert await database.read(lanes.next_due_at) == at(3)
    await owe(database, news("f", at(2)))
    assert await database.read(lanes.next_due_at) == at(2)


async def test_a_lane_that_has_to_wait_is_not_due_before_however_much_is_owed_there(database: Database) -> None:
    await owe(database, news("c"))
    [claimed] = await claim(database)
    fullness = Fullness(second=1, half_minute=2, hour=3)
    end = End(key=claimed.key, fullness=fullness, wait_until=at(3), trouble="delivery-throttled: x")
    await commit(database, Result(claimed.key, tried=list(claimed.rows), end=end), now=at(0.5))
    await owe(database, news("c", topic=TWO))
    assert await claim(database, at(2.9)) == []
    assert await database.read(lanes.next_due_at) == at(3)
    trouble = Trouble(tenant=OURS, lane=Lane("c"), reason="delivery-throttled: x", since=at(0.5))
    assert await database.read(lanes.troubles) == [trouble]
    [again] = await claim(database, at(3))
    assert (again.fullness, again.trouble) == (fullness, "delivery-throttled: x")
    assert [row.attempts for row in again.rows] == [1, 0]
    await commit(database, done(again))
    assert await database.read(lanes.troubles) == []


async def test_what_came_of_a_part_is_kept_while_the_work_on_the_lane_goes_on(database: Database) -> None:
    await owe(database, news("c"), news("c", topic=TWO))
    [claimed] = await claim(database)
    await commit(database, Result(claimed.key, settled=[claimed.rows[0]]))
    assert await claim(database) == []
    [again] = await claim(database, at(1), holder="other")
    assert [row.topic for row in again.rows] == [TWO]


async def test_lanes_of_a_tenant_that_rests_wait_and_say_why(database: Database) -> None:
    await owe(database, news("busy"), news("c", at(0.5)), news("c", at(0.5), tenant=THEIRS), news("d", at(9)))
    await claim(database)
    await database.write(lambda tx: lanes.rest(tx, OURS, why="disabled", now=at(0.5), until=at(5)))
    assert [each.tenant for each in await claim(database, at(0.5))] == [THEIRS]
    assert [each.lane for each in await database.read(lanes.troubles)] == ["c"]
    await database.write(lambda tx: lanes.rest(tx, None, why="refused", now=at(5), until=at(6)))
    assert await claim(database, at(5)) == []
    assert {(each.tenant, each.lane) for each in await claim(database, at(6))} == {
        (OURS, "busy"),
        (OURS, "c"),
        (THEIRS, "c"),
    }


async def test_a_holder_that_ends_gives_its_lanes_back_and_those_of_others_not(database: Database) -> None:
    await owe(database, news("c"), news("d"))
    await claim(database, most=1)
    await claim(database, holder="other")
    await database.write(lambda tx: lanes.release(tx, holder="h"))
    assert [each.lane for each in await claim(database)] == ["c"]
    await database.write(lanes.release_all)
    assert [each.lane for each in await claim(database)] == ["c", "d"]


async def test_a_tenants_tokens_are_shared_by_all_who_ask(database: Database) -> None:
    each = timedelta(milliseconds=25)

    async def reserve(now: datetime) -> datetime:
        return await database.write(lambda tx: lanes.reserve(tx, OURS, count=8, now=now, burst=4, each=each))

    assert await reserve(NOON) == NOON - 4 * each
    assert await reserve(NOON) == NOON + 4 * each
    assert await reserve(NOON) == NOON + 12 * each
    assert await reserve(at(1)) == at(1) - 4 * each
    assert await database.read(lanes.next_due_at) is None
