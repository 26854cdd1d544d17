"""What a handler is given: the person, the desk, the turn, and how to answer in this place. Nothing here sends."""

from collections.abc import Callable

from msgspec import Struct

from attms_core.desk import Asker, Desk
from attms_core.health import Doctor
from attms_core.model import Conversation, Person
from attms_core.notices.wants import Wants
from attms_core.people import People
from bot.conversations import Conversations, is_personal
from bot.turn import Turn
from cards.reader import Reader


class Scene(Struct, frozen=True, kw_only=True):
    """For whom a card is made, and from what."""

    desk: Desk
    person: Person
    reader: Reader
    fresh_nonce: Callable[[], str]
    """Gives 128 random bits for each card that is rendered."""
    watchers: tuple[str, ...] = ()
    """Of a card that stands there: Teams ids of those who get views of their own."""
    is_alone: bool = False
    """Of a card that stands there: whether nobody but the person sees it."""

    @property
    def is_own(self) -> bool:
        """Say whether the person alone sees the card."""
        return self.is_alone

    async def viewers(self) -> tuple[str, ...]:
        """Name those who get views of their own of a ticket's card, by their Teams ids."""
        return self.watchers


class Asking(Scene, frozen=True, kw_only=True):
    """One question or deed of one person."""

    turn: Turn
    conversation: Conversation
    people: People
    conversations: Conversations
    wants: Wants
    """What people and conversations are told, and why."""
    doctor: Doctor | None = None
    """Examines the installation; None where there is none."""
    nonce: str = ""
    """Of the pressed card; empty for typed words."""
    action: str = ""

    @property
    def is_own(self) -> bool:
        """Say whether the person alone sees the answer."""
        return self.turn.is_own

    async def viewers(self) -> tuple[str, ...]:
        """Name those who get views of their own; of an own view that is its person alone."""
        if self.turn.trigger == "automatic":
            return (self.turn.person_mri,)
        if self.turn.is_targeted or is_personal(self.conversation):
            return ()
        found = await self.conversations.viewers(self.conversation)
        if not self.turn.is_own:
            return found
        return (self.turn.person_mri,) if self.turn.person_mri in found else ()

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
