"""What is owed: in order, the latest edit and one truth at most, settled by version, buried, sent again."""

from datetime import datetime, timedelta
from typing import Any

from msgspec.structs import replace

from attms_core.model import (
    ChangeId,
    Event,
    Lane,
    Mode,
    Owed,
    OwedId,
    OwedKind,
    Rule,
    RuleKind,
    TenantId,
    TicketId,
    Topic,
    WishId,
)
from attms_core.store import lanes, owed
from attms_core.store.database import Database
from attms_core.store.owed import Backlog, DeadLetter, Graves
from tests.store.values import NOON, OURS, THEIRS, WILD, at

LANE = Lane("19:c")
ONE, TWO = Topic(ticket=TicketId(1)), Topic(ticket=TicketId(2))


def news(topic: Topic = ONE, **given: Any) -> Owed:
    plain = Owed(tenant=OURS, lane=LANE, kind=OwedKind.NEWS, due_at=NOON, at=NOON, topic=topic)
    return replace(plain, **given)


def edit(activity: str = "a", **given: Any) -> Owed:
    return news(**{"kind": OwedKind.EDIT, "activity": activity, "wish": WishId("w"), **given})


async def owe(database: Database, *rows: Owed, now: datetime = NOON) -> None:
    await database.write(lambda tx: owed.owe(tx, rows, now))


async def waiting(database: Database, lane: Lane = LANE, tenant: TenantId = OURS) -> list[Owed]:
    return await database.read(lambda tx: owed.waiting(tx, tenant, lane))


async def bury(database: Database, *rows: Owed, reason: str = "delivery-blocked: x", now: datetime = NOON) -> None:
    await database.write(lambda tx: owed.bury(tx, rows, reason, now))


async def test_what_is_owed_comes_back_whole(database: Database) -> None:
    full = news(
        TWO,
        at=at(-3),
        due_at=at(5),
        change=ChangeId(2**40),
        rule=Rule(RuleKind.ESCALATION, "3.2"),
        event=Event.SLA_BREACHED,
        mode=Mode.THREAD,
        is_held=True,
    )
    await owe(database, full, edit("b", due_at=at(6)))
    [first, second] = await waiting(database)
    assert first == replace(full, id=first.id)
    assert second == replace(edit("b", due_at=at(6)), id=second.id)
    assert await waiting(database, tenant=THEIRS) == []


async def test_nothing_is_owed_in_the_past_and_order_stays_that_of_owing(database: Database) -> None:
    await owe(database, news(ONE, due_at=at(-1)), news(TWO, due_at=at(-9)))
    assert [(row.topic, row.due_at) for row in await waiting(database)] == [(ONE, NOON), (TWO, NOON)]


async def test_of_one_message_the_latest_edit_is_owed(database: Database) -> None:
    await owe(database, edit("a"), edit("b"))
    [first, other] = await waiting(database)
    await owe(database, edit("a", wish=WishId("later"), due_at=at(1)))
    [still, latest] = await waiting(database)
    assert still == other
    assert latest == replace(first, wish=WishId("later"), due_at=at(1), version=2)


async def test_of_one_topic_in_a_lane_one_truth_waits(database: Database) -> None:
    truth = news(kind=OwedKind.TRUTH)
    await owe(database, truth, truth, replace(truth, lane=Lane("19:d")), replace(truth, topic=TWO), due := news())
    rows = await waiting(database)
    assert [(row.kind, row.topic, row.version) for row in rows] == [
        (OwedKind.NEWS, due.topic, 1),
        (OwedKind.TRUTH, ONE, 2),
        (OwedKind.TRUTH, TWO, 1),
    ]


async def test_what_is_owed_anew_while_it_travels_is_not_settled_with_it(database: Database) -> None:
    truth = news(kind=OwedKind.TRUTH)
    await owe(database, truth, edit())
    travelling = await waiting(database)
    await owe(database, truth, edit(wish=WishId("later")))
    await database.write(lambda tx: owed.settle(tx, travelling))
    assert [(row.kind, row.version) for row in await waiting(database)] == [(OwedKind.TRUTH, 2), (OwedKind.EDIT, 2)]
    rest = await waiting(database)
    await database.write(lambda tx: owed.settle(tx, rest))
    assert await waiting(database) == []


async def test_a_deferred_row_waits_while_others_go_on(database: Database) -> None:
    await owe(database, edit(), news())
    [first, second] = await waiting(database)
    await database.write(lambda tx: owed.defer(tx, [first], at(2)))
    assert await waiting(database) == [second, replace(first, due_at=at(2), attempts=1)]


async def test_tries_are_counted(database: Database) -> None:
    await owe(database, news(), news(TWO))
    [first, second] = await waiting(database)
    await database.write(lambda tx: owed.count_try(tx, [second]))
    assert await waiting(database) == [first, replace(second, attempts=1)]


async def test_a_dead_letter_keeps_its_reason_and_waits_no_more(database: Database) -> None:
    await owe(database, news(), news(TWO), news(kind=OwedKind.TRUTH))
    [first, second, truth] = await waiting(database)
    await bury(database, first, truth, reason=WILD, now=at(1))
    assert await waiting(database) == [second]
    dead = await database.read(lambda tx: owed.dead(tx, OURS))
    assert dead == [DeadLetter(owed=first, reason=WILD, died_at=at(1))]  # nobody was to hear of the truth
    assert await database.read(lambda tx: owed.dead(tx, THEIRS)) == []


async def test_dead_letters_are_listed_in_pages_the_latest_first(database: Database) -> None:
    await owe(database, *(news(Topic(ticket=TicketId(n))) for n in range(5)))
    rows = await waiting(database)
    for n, row in enumerate(rows):
        await bury(database, row, now=at(n))
    page = await database.read(lambda tx: owed.dead(tx, OURS, limit=2, offset=1))
    assert [letter.owed.topic for letter in page] == [rows[3].topic, rows[2].topic]


async def test_a_dead_letter_that_is_sent_again_is_due_now_and_as_if_never_tried(database: Database) -> None:
    await owe(database, news(), news(TWO, lane=Lane("19:d")))
    [row], [other] = await waiting(database), await waiting(database, Lane("19:d"))
    await database.write(lambda tx: owed.count_try(tx, [row]))
    await bury(database, row, other)
    assert await database.write(lambda tx: owed.resend(tx, THEIRS, [row.id], at(3))) == 0
    assert await database.write(lambda tx: owed.resend(tx, OURS, [row.id, OwedId(2**50)], at(3))) == 1
    assert await waiting(database) == [replace(row, due_at=at(3))]
    assert await database.read(lanes.next_due_at) == NOON  # the lane's own moment, until somebody works on it
    assert [each.owed for each in await database.read(lambda tx: owed.dead(tx, OURS))] == [other]


async def test_a_dead_edit_lives_again_when_one_is_owed_anew(database: Database) -> None:
    await owe(database, edit())
    [row] = await waiting(database)
    await bury(database, row)
    await owe(database, edit(), now=at(3))
    assert await database.read(lambda tx: owed.dead(tx, OURS)) == []
    assert await waiting(database) == [replace(row, version=2, due_at=at(3))]


async def test_what_died_lately_because_the_app_was_away_lives_again_when_it_is_back(database: Database) -> None:
    await owe(database, *(news(Topic(ticket=TicketId(n))) for n in range(3)), news(lane=Lane("19:d")))
    old, other_reason, young = await waiting(database)
    [elsewhere] = await waiting(database, Lane("19:d"))
    await bury(database, old, now=at(-99))
    await bury(database, other_reason, reason="delivery-rejected: y")
    await bury(database, young, elsewhere)
    codes = {"delivery-blocked"}
    revived = await database.write(lambda tx: owed.revive(tx, OURS, [LANE], codes=codes, since=at(-9), now=at(5)))
    assert revived == 1
    assert await waiting(database) == [replace(young, due_at=at(5))]


async def test_what_waits_is_counted_over_all_tenants(database: Database) -> None:
    assert await database.read(owed.backlog) == Backlog(waiting=0, oldest_due=None, most_attempts=0)
    await owe(database, news(due_at=at(5)), news(tenant=THEIRS, due_at=at(3)))
    [row] = await waiting(database)
    await database.write(lambda tx: owed.count_try(tx, [row]))
    assert await database.read(owed.backlog) == Backlog(waiting=2, oldest_due=at(3), most_attempts=1)


async def test_the_dead_of_late_are_counted_with_the_last_reason(database: Database) -> None:
    for n, minutes in enumerate((1, 20, 30)):
        await owe(database, news())
        await bury(database, *await waiting(database), reason=f"because of {n}", now=at(minutes))
    assert await database.read(lambda tx: owed.buried_since(tx, at(20))) == Graves(2, "because of 2")
    assert await database.read(lambda tx: owed.buried_since(tx, at(31))) == Graves(0, "")


async def test_what_is_late_is_told_unless_its_lane_was_asked_to_wait(database: Database) -> None:
    await owe(database, news(), news(lane=Lane("19:d")), news(TWO, due_at=at(4)))
    held = [(OURS, Lane("19:d"))]

    async def late(now: datetime) -> list[Lane]:
        rows = await database.read(lambda tx: owed.unsettled(tx, now - timedelta(minutes=5), now))
        return [row.lane for row in rows]

    assert await late(at(4)) == []
    assert await late(at(5)) == [LANE, "19:d"]
    await database.write(lambda tx: lanes.take(tx, held, holder="h", until=at(30)))
    assert await late(at(5)) == [LANE, "19:d"]  # who works on it for so long has lost it
    end = lanes.End(key=held[0], fullness=lanes.Fullness(), wait_until=at(7), trouble="x")
    await database.write(lambda tx: lanes.end(tx, [end], holder="h", now=at(5)))
    assert await late(at(6)) == [LANE]
    assert await late(at(7)) == [LANE, "19:d"]


def from_a_newer_one(row: Owed) -> Owed:
    """Make a row as another version of ATTMS would owe it."""
    unknown: Any = "approved"
    return replace(row, event=unknown)


async def test_a_row_of_a_newer_version_is_told_apart_and_hides_no_other(database: Database) -> None:
    await owe(database, from_a_newer_one(news(ONE)), news(TWO))
    found = (await database.read(lambda tx: owed.due(tx, OURS, [LANE], now=NOON, most=9)))[LANE]
    assert [row.topic for row in found.rows] == [TWO]
    [odd] = found.unreadable
    assert (odd.owed.lane, odd.owed.at, odd.owed.version) == (LANE, NOON, 1)
    assert "approved" in odd.why
    assert [row.topic for row in await waiting(database)] == [TWO]
    assert len(await database.read(lambda tx: owed.unsettled(tx, NOON, at(1)))) == 2
    await bury(database, odd.owed, reason="unreadable: x")
    [letter] = await database.read(lambda tx: owed.dead(tx, OURS))
    assert (letter.owed, letter.reason) == (odd.owed, "unreadable: x")


async def test_a_silent_update_of_a_newer_version_is_forgotten_like_any_other(database: Database) -> None:
    await owe(database, from_a_newer_one(news(kind=OwedKind.TRUTH)))
    found = await database.read(lambda tx: owed.due(tx, OURS, [LANE], now=NOON, most=9))
    await bury(database, *(each.owed for each in found[LANE].unreadable))
    assert await database.read(lambda tx: owed.dead(tx, OURS)) == []
    assert (await database.read(owed.backlog)).waiting == 0
