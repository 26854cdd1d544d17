"""What a handler is given: the person, the desk, the turn, and how to answer in this place. Nothing here sends."""

from collections.abc import Callable
from dataclasses import dataclass

from attms_core.desk import Asker, Desk
from attms_core.model import Conversation, Person
from attms_core.people import People
from bot.conversations import Conversations
from bot.turn import Turn
from cards.reader import Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """For whom a card is made, and from what."""

    desk: Desk
    person: Person
    reader: Reader
    fresh_nonce: Callable[[], str]
    """Gives 128 random bits for each card that is rendered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking(Scene):
    """One question or deed of one person."""

    turn: Turn
    conversation: Conversation
    people: People
    conversations: Conversations
    nonce: str = ""
    """Of the pressed card; empty for typed words."""
    action: str = ""

    def asker(self) -> Asker:
        """Say who asks, for a write: a card's nonce and action make one deed of a person's many presses.

        Of another's press of the same card they make another deed, with its own rights and its own answer.
        """
        deed = f"{self.nonce}:{self.action}" if self.nonce else self.turn.activity_id
        return Asker(
            person=self.person,
            conversation=self.turn.conversation.id,
            key=f"{self.turn.conversation.id}|{self.person.key.object_id}|{deed}",
            message=self.turn.reply_to,
        )
