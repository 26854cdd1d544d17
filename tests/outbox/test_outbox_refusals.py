"""Every row of Teams' table of status codes: what is tried again, what is given up, what stops."""

from datetime import timedelta

import pytest

from attms_core.health import State, outbox
from attms_core.model import Event, OwedKind, lane_of, lane_of_person
from attms_core.store import owed
from bot.notices.mishaps import TRIES, backoff
from tests.outbox.conftest import Office, activity, edit, topic

FOR_A_WHILE = [
    ("PreconditionFailed", 2),
    ("ServiceError", 2),
    ("BadGateway", 2),
    ("ServiceUnavailable", 2),
    ("GatewayTimeout", 2),
    ("Throttled", 1),
]


@pytest.mark.parametrize(("code", "wait"), FOR_A_WHILE)
async def test_what_passes_is_waited_for_and_tried_again(office: Office, code: str, wait: int) -> None:
    ana = await office.chat()
    office.teams.faults.refuse(code)
    await office.owe(ana, 1)
    await office.deliver()
    assert office.said(ana) == []
    assert await office.waits() == timedelta(seconds=wait)
    office.clock.later(seconds=wait)
    await office.deliver()
    assert office.said(ana) == ["ticket:1 1"]
    assert await office.waits() is None


async def test_a_lane_waits_as_long_as_teams_asks_whatever_is_owed_there_meanwhile(office: Office) -> None:
    ana, ben = await office.chat(), await office.chat("Ben")
    office.teams.faults.refuse("Throttled", conversation=ana.id, retry_after=30)
    await office.owe(ana, 1, 2)
    await office.deliver()
    await office.owe(ana, 3)
    await office.owe(ben, 1)
    office.clock.later(seconds=29)
    await office.deliver()
    assert (office.said(ana), office.said(ben)) == ([], ["ticket:1 1"])
    office.clock.later(seconds=1)
    await office.deliver()
    assert office.said(ana) == ["ticket:1 1", "ticket:2 1", "ticket:3 1"]


async def test_waits_grow_and_end_in_giving_up(office: Office) -> None:
    ana = await office.chat()
    await office.owe(ana, 1)
    office.teams.faults.refuse("ServiceUnavailable", times=TRIES)
    waits = []
    for _ in range(TRIES):
        await office.deliver()
        if (wait := await office.waits()) is not None:
            waits.append(wait)
            office.clock.later(seconds=wait.total_seconds())
    assert waits[:4] == [timedelta(seconds=n) for n in (2, 4, 8, 16)]
    assert max(waits) == timedelta(minutes=15)
    assert await office.reasons() == ["delivery-transient"]


def test_repeated_waits_are_not_all_alike() -> None:
    assert backoff(3, lambda: 0.0) < backoff(3, lambda: 0.5) < backoff(3, lambda: 1.0) <= 1.25 * backoff(3, lambda: 0.0)


async def test_after_an_error_inside_teams_there_is_one_more_try(office: Office) -> None:
    ana = await office.chat()
    office.teams.faults.refuse("ServiceError", times=2)
    await office.owe(ana, 1)
    await office.deliver()
    office.clock.later(seconds=2)
    await office.deliver()
    assert await office.reasons() == ["delivery-failed"]


async def test_a_post_whose_answer_is_lost_is_rather_doubled_than_lost(office: Office) -> None:
    ana = await office.chat()
    office.teams.faults.lose_reply()
    await office.owe(ana, 1, 2)
    await office.deliver()
    assert office.said(ana) == ["ticket:1 1"]
    office.clock.later(seconds=2)
    await office.deliver()
    assert office.said(ana) == ["ticket:1 1", "ticket:1 1", "ticket:2 1"]


@pytest.mark.parametrize(
    ("code", "reason"), [("BadArgument", "delivery-rejected"), ("NotEnoughPermissions", "delivery-rejected")]
)
async def test_what_teams_calls_wrong_is_given_up_and_the_next_is_sent(office: Office, code: str, reason: str) -> None:
    ana = await office.chat()
    office.teams.faults.refuse(code)
    await office.owe(ana, 1, 2)
    await office.deliver()
    assert office.said(ana) == ["ticket:2 1"]
    assert await office.reasons() == [reason]


async def test_replies_of_a_card_that_could_not_be_posted_are_not_sent_without_it(office: Office) -> None:
    channel = await office.channel()
    office.teams.faults.refuse("BadArgument")
    await office.owe(channel, 1, 1, event=Event.NOTE_ADDED)
    await office.owe(channel, 2)
    await office.deliver()
    assert office.said(channel) == ["ticket:2 1"]
    assert await office.reasons() == ["delivery-rejected"] * 2


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("BotNotInConversationRoster", "delivery-not-installed"),
        ("ConversationBlockedByUser", "delivery-blocked"),
        ("ForbiddenOperationException", "delivery-not-installed"),
    ],
)
async def test_nothing_is_said_where_the_app_is_not_until_it_is_there_again(
    office: Office, code: str, reason: str
) -> None:
    person, place = office.ana()
    ana = await office.know(place, person)
    office.teams.faults.refuse(code)
    await office.owe(ana, 1, 2)
    await office.deliver()
    await office.owe(ana, 3)
    await office.deliver()
    assert office.teams.calls == 1
    assert await office.reasons() == ["delivery-not-installed", reason, reason]
    office.clock.later(hours=2)
    await office.know(place, person)
    await office.deliver()
    assert office.said(ana) == ["ticket:1 1", "ticket:2 1", "ticket:3 1"]


async def test_what_is_older_than_a_day_stays_given_up(office: Office) -> None:
    person, place = office.ana()
    ana = await office.know(place, person)
    office.teams.faults.refuse("ConversationBlockedByUser")
    await office.owe(ana, 1)
    await office.deliver()
    office.clock.later(hours=25)
    await office.know(place, person)
    await office.deliver()
    assert office.said(ana) == []


async def test_a_tenant_whose_administrator_blocks_the_bot_is_left_alone_and_the_doctor_says_so(office: Office) -> None:
    chats = [await office.chat(f"Person {n}") for n in range(20)]
    office.teams.faults.refuse("BotDisabledByAdmin", times=99)
    for chat in chats:
        await office.owe(chat, 1)
    await office.deliver()
    calls = office.teams.calls
    assert calls <= len(chats)
    office.clock.later(minutes=14)
    await office.deliver()
    assert office.teams.calls == calls
    found = await outbox.look(office.database, office.clock.at)
    assert (found.state, "blocked the bot" in found.what) == (State.ILL, True)

    office.teams.faults.clear()
    office.clock.later(minutes=2)
    await office.deliver()
    assert all(office.said(chat) == ["ticket:1 1"] for chat in chats)
    assert (await outbox.look(office.database, office.clock.at)).state is State.OK


async def test_a_bot_that_teams_does_not_know_stops_and_tries_one_message_now_and_then(office: Office) -> None:
    chats = [await office.chat(f"Person {n}") for n in range(20)]
    office.teams.faults.refuse("BotNotRegistered", times=999)
    for chat in chats:
        await office.owe(chat, 1)
    async with office.sender() as sender:
        await office.quiet(sender)
        calls = office.teams.calls
        office.clock.later(minutes=1)
        await office.quiet(sender)
        assert office.teams.calls == calls + 2  # a stale token is replaced once
        found = await outbox.look(office.database, office.clock.at)
        assert (found.state, "token" in found.what) == (State.ILL, True)
        office.teams.faults.clear()
        office.clock.later(minutes=1)
        await office.quiet(sender)
    assert all(office.said(chat) == ["ticket:1 1"] for chat in chats)
    assert office.tokens.dropped


async def test_a_tenant_of_another_cloud_is_spoken_to_at_its_address_from_then_on(office: Office) -> None:
    ana = await office.chat()
    gcc = office.teams.service_url.rstrip("/")  # the same Teams under another spelling
    office.teams.faults.refuse("InvalidBotApiHost")
    await office.owe(ana, 1)
    await office.deliver(gcc_url=gcc)
    assert office.said(ana) == ["ticket:1 1"]
    known = await office.rooms.find(ana.tenant, ana.id)
    assert known is not None
    assert known.service_url == gcc


async def test_somebody_of_another_cloud_is_first_met_at_its_address(office: Office) -> None:
    await office.channel()
    person, place = office.ana()
    office.teams.faults.refuse("InvalidBotApiHost")
    await office.owe(lane_of_person(person.object_id), 1)
    await office.deliver(gcc_url=office.teams.service_url.rstrip("/"))
    assert [said.summary for said in office.teams.messages(place.id)] == ["ticket:1 1"]


async def test_the_other_clouds_address_is_tried_once(office: Office) -> None:
    ana = await office.chat()
    office.teams.faults.refuse("InvalidBotApiHost", times=9)
    await office.owe(ana, 1)
    await office.deliver(gcc_url=office.teams.service_url.rstrip("/"))
    assert office.teams.calls == 2
    assert await office.reasons() == ["delivery-wrong-host"]


async def test_news_of_a_card_that_was_deleted_is_posted_anew(office: Office) -> None:
    ana = await office.chat()
    await office.owe(ana, 1)
    await office.deliver()
    await office.teams.journal.delete(office.messages(ana)[0])
    await office.owe(ana, 1)
    await office.deliver()
    post = (await office.posts(ana, 1))[topic(1)]
    assert [said.id for said in office.messages(ana) if not said.deleted] == [post.activity]


async def test_a_silent_update_of_a_deleted_card_posts_nothing_and_forgets_the_card(office: Office) -> None:
    ana = await office.chat()
    await office.owe(ana, 1)
    await office.deliver()
    await office.teams.journal.delete(office.messages(ana)[0])
    await office.owe(ana, 1, kind=OwedKind.TRUTH)
    await office.deliver()
    assert await office.posts(ana, 1) == {}
    assert all(said.deleted for said in office.messages(ana))
    assert await office.waits() is None


async def test_a_chat_that_is_gone_is_opened_again(office: Office) -> None:
    ana = await office.chat()
    office.teams.faults.refuse("ConversationNotFound")
    await office.owe(ana, 1)
    await office.deliver()
    assert office.said(ana) == ["ticket:1 1"]


async def test_a_channel_that_is_gone_is_spoken_to_no_more(office: Office) -> None:
    channel = await office.channel()
    office.teams.faults.refuse("ConversationNotFound")
    await office.owe(channel, 1)
    await office.deliver()
    assert await office.reasons() == ["delivery-conversation-gone"]
    known = await office.rooms.find(channel.tenant, channel.id)
    assert known is not None
    assert not known.is_installed


async def test_a_reply_whose_thread_is_gone_begins_one(office: Office) -> None:
    channel = await office.channel()
    await office.owe(channel, 1)
    await office.deliver()
    await office.owe(channel, 1, event=Event.NOTE_ADDED)
    office.teams.faults.refuse("ConversationNotFound", method="POST")
    await office.deliver()
    first, second = office.messages(channel)
    assert first.conversation != second.conversation
    assert second.summary.startswith("reply")


async def test_a_message_that_is_too_big_is_said_in_short(office: Office) -> None:
    ana = await office.chat()
    office.teams.faults.refuse("MessageSizeTooBig")
    await office.owe(ana, 1)
    await office.deliver()
    assert office.said(ana) == ["short"]
    assert topic(1) in await office.posts(ana, 1)


async def test_a_message_that_is_too_big_even_in_short_is_given_up(office: Office) -> None:
    ana = await office.chat()
    number = await office.connector.send(ana, activity("pressed"))
    office.teams.faults.refuse("MessageSizeTooBig", times=4)
    row = edit(lane_of(ana), number)
    await office.database.write(lambda tx: owed.owe(tx, [row], office.clock.at))
    await office.owe(ana, 1)
    await office.deliver()
    assert await office.reasons() == ["delivery-too-big"] * 2
