"""Questions that were asked privately in a channel are answered to nobody else, whatever Teams can do there."""

import pytest

from sandbox.teams import Conversation, Person, Said, buttons, texts
from tests.scenario.conftest import World, card_of
from tests.scenario.hand import fill

PUBLIC = "I cannot answer privately here. Install me for yourself, and ask me in our own chat."
TROUBLE = "Teams has trouble with my answer. Look in our own chat, or ask me again in a minute."


@pytest.fixture
async def room(world: World) -> "Room":
    mara, tomas = await world.linked(0), await world.linked(1)
    return Room(world, mara, tomas, world.teams.team("Service", mara, tomas, channels=("Desk",)).sibling("Desk"))


class Room:
    """A channel with two people in it."""

    def __init__(self, world: World, mara: Person, tomas: Person, channel: Conversation) -> None:
        self.world, self.mara, self.tomas, self.channel = world, mara, tomas, channel
        self.connector = world.teams.connector

    async def ask(self, words: str) -> Said:
        """Pick a command of the / menu."""
        return await self.world.client.say(words, person=self.mara, conversation=self.channel, targeted=True)

    def heard(self) -> list[str]:
        """Give what everybody in the channel can read of the bot."""
        seen = (m for m in self.connector.messages(self.channel) if m.is_visible_to(self.tomas.mri))
        return [m.text or " ".join(texts(m.card or {})) for m in seen]


async def test_the_answer_is_seen_by_whoever_asked_alone(room: Room) -> None:
    said = await room.ask("tickets mine")
    assert "Your open tickets" in texts(card_of(said))
    assert not said.elsewhere
    assert room.heard() == []


async def test_where_teams_has_no_private_messages_the_answer_comes_in_the_chat_of_the_two(room: Room) -> None:
    room.connector.takes_targeted = False
    said = await room.ask("tickets mine")
    (answer,) = said.elsewhere
    assert answer.conversation == Conversation.personal(room.mara).id
    assert "Your open tickets" in texts(answer.card or {})
    assert answer.summary.startswith("Your open tickets: ")
    assert room.heard() == []
    pressed = await room.world.client.press(answer, "Refresh", person=room.mara)
    assert "Your open tickets" in texts(card_of(pressed))


@pytest.mark.parametrize("code", ["ForbiddenOperationException", "ConversationBlockedByUser", "NotEnoughPermissions"])
async def test_only_when_that_is_closed_too_the_channel_hears_one_line_that_tells_nothing(
    room: Room, code: str
) -> None:
    room.connector.takes_targeted = False
    chat = Conversation.personal(room.mara).id
    room.connector.faults.refuse(code, conversation=chat, method="POST")
    said = await room.ask("tickets mine")
    assert said.status in {200, 202}
    assert room.heard() == [PUBLIC]
    (line,) = room.connector.messages(room.channel)
    assert line.prompts == ()
    assert "replyToId" not in line.activity
    assert not said.elsewhere


@pytest.mark.parametrize(("code", "times"), [("ServiceError", 1), ("BadGateway", 2), ("Throttled", 1)])
async def test_while_teams_fails_there_the_answer_comes_in_the_chat_of_the_two(
    room: Room, code: str, times: int
) -> None:
    wait = 60 if code == "Throttled" else 0
    room.connector.faults.refuse(code, conversation=room.channel.id, method="POST", times=times, retry_after=wait)
    said = await room.ask("tickets mine")
    (answer,) = said.elsewhere
    assert answer.conversation == Conversation.personal(room.mara).id
    assert "Your open tickets" in texts(answer.card or {})
    assert room.heard() == []


async def test_while_teams_fails_in_both_places_the_channel_hears_that_and_nothing_else(room: Room) -> None:
    room.connector.takes_targeted = False
    chat = Conversation.personal(room.mara).id
    room.connector.faults.refuse("Throttled", conversation=chat, method="POST", retry_after=60)
    said = await room.ask("tickets mine")
    assert not said.elsewhere
    assert room.heard() == [TROUBLE]


async def test_a_private_cards_button_ends_in_a_private_edit(room: Room) -> None:
    ticket = room.world.open_ticket_of()
    (card,) = (await room.ask(f"ticket {ticket['ticketNumber']}")).messages
    assert "refresh" not in (card.card or {})
    done = await fill(room.world, card, room.mara, "Status", "Set status", status="10")
    edited = await done.edit()
    assert edited.targeted_to == room.mara.mri
    assert "Status is now Dispatched" in edited.summary
    assert room.heard() == []
    assert "Note" in buttons(room.world.client.view(edited, room.mara))
