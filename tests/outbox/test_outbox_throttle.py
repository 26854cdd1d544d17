"""Many conversations with much to hear, under the limits that Teams keeps: nobody is refused, and nobody waits long."""

from datetime import timedelta

from bot.notices.pace import TEAMS
from tests.outbox.conftest import NOON, Office

CHATS, NOTICES = 30, 8
A_LITTLE = 0.25


async def test_thirty_conversations_are_told_side_by_side_and_no_call_is_refused(office: Office) -> None:
    office.teams.limits.enforced = True
    chats = [await office.chat(f"Person {number}") for number in range(CHATS)]
    for chat in chats:
        await office.owe(chat, *range(1, NOTICES + 1))
    widest = 0
    async with office.sender(pace=TEAMS) as sender:
        while await office.waits() is not None:
            office.clock.later(seconds=A_LITTLE)
            await office.quiet(sender)
            told = [len(office.said(chat)) for chat in chats]
            widest = max(widest, max(told) - min(told))
    assert all(office.said(chat) == [f"ticket:{n} 1" for n in range(1, NOTICES + 1)] for chat in chats)
    assert office.teams.limits.throttled == 0
    assert widest <= TEAMS.second.burst + 1  # nobody is far ahead of those who wait
    assert office.clock.at - NOON < timedelta(seconds=15)  # 240 messages at 40 a second, and the waits between
