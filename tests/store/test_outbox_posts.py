"""The cards that stand in conversations: found by topic, lane and message, replaced, forgotten."""

from typing import Any

from msgspec.structs import replace

from attms_core.model import ChangeId, Event, Lane, OpportunityId, Post, Rule, RuleKind, TicketId, Told, Topic
from attms_core.store import posts
from attms_core.store.database import Database
from tests.store.values import NOON, OURS, THEIRS, at

TICKET, DEAL = Topic(ticket=TicketId(1)), Topic(opportunity=OpportunityId(1))
C, D = Lane("19:c"), Lane("19:d")


def post(lane: Lane = C, topic: Topic = TICKET, **given: Any) -> Post:
    plain = Post(
        tenant=OURS,
        lane=lane,
        topic=topic,
        conversation=lane,
        activity="17",
        thread=f"{lane};messageid=17",
        posted_at=NOON,
        told_at=at(1),
        told=(
            Told(at=at(1), rule=Rule(RuleKind.SUBSCRIPTION, "12"), event=Event.NOTE_ADDED, change=ChangeId(9)),
            Told(at=at(0), rule=None, event=None),
        ),
    )
    return replace(plain, **given)


async def put(database: Database, *those: Post) -> None:
    await database.write(lambda tx: posts.put(tx, those))


async def test_a_card_comes_back_whole_by_lane_and_topic(database: Database) -> None:
    await put(database, post(), post(topic=DEAL, activity="18"), post(tenant=THEIRS), post(D))
    assert await database.read(lambda tx: posts.of_lane(tx, OURS, C, [TICKET, DEAL])) == {
        TICKET: post(),
        DEAL: post(topic=DEAL, activity="18"),
    }


async def test_the_standing_cards_of_topics_are_those_that_are_young_enough(database: Database) -> None:
    await put(database, post(), post(D, posted_at=at(-1)), post(D, DEAL))
    assert await database.read(lambda tx: posts.standing(tx, OURS, [TICKET], NOON)) == [post()]
    assert len(await database.read(lambda tx: posts.standing(tx, OURS, [TICKET, DEAL], at(-1)))) == 3


async def test_of_a_lane_and_topic_one_card_stands(database: Database) -> None:
    await put(database, post())
    later = post(activity="99", told=())
    await put(database, later)
    assert await database.read(lambda tx: posts.of_lane(tx, OURS, C, [TICKET])) == {TICKET: later}
    await database.write(lambda tx: posts.drop(tx, [post()]))  # that one stands no more anyway
    assert await database.read(lambda tx: posts.of_lane(tx, OURS, C, [TICKET])) == {TICKET: later}
    await database.write(lambda tx: posts.drop(tx, [later]))
    assert await database.read(lambda tx: posts.of_lane(tx, OURS, C, [TICKET])) == {}


async def test_a_card_remembers_the_latest_tellings_alone(database: Database) -> None:
    told = tuple(Told(at=at(-n), rule=None, event=Event.STATUS) for n in range(20))
    await put(database, post(told=told))
    found = await database.read(lambda tx: posts.of_lane(tx, OURS, C, [TICKET]))
    assert found[TICKET].told == told[: posts.REMEMBERED]


async def test_when_something_was_told_last_is_known_for_the_pairs_asked_for(database: Database) -> None:
    await put(database, post(), post(D, told_at=at(7)), post(D, DEAL))
    pairs = {(D, TICKET), (C, DEAL), (C, TICKET)}
    assert await database.read(lambda tx: posts.last_told(tx, OURS, pairs)) == {
        (D, TICKET): at(7),
        (C, TICKET): at(1),
    }
    assert await database.read(lambda tx: posts.last_told(tx, OURS, set())) == {}
