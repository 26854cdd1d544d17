"""What has been said in each conversation, edits included, and waiting for what comes next.

Rules about who may say what are the connector's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from sandbox.teams.service import Clock
from sandbox.teams.wire import Json, inner, text_at

CARD_TYPE = "application/vnd.microsoft.card.adaptive"


def prompts(activity: Json) -> tuple[str, ...]:
    """Read which private questions shall be shown above an answer (Teams: targeted messages, prompt preview)."""
    entities = activity.get("entities")
    told = [each for each in entities if isinstance(each, dict)] if isinstance(entities, list) else []
    return tuple(text_at(each, "messageId") for each in told if each.get("type") == "targetedMessageInfo")


class Deed(StrEnum):
    """What happened to a message."""

    POSTED = "posted"
    EDITED = "edited"
    DELETED = "deleted"
    TYPING = "typing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message with every version of it, oldest first; `targeted_to` is an MRI, empty for all to see."""

    id: str
    conversation: str
    author: str
    versions: tuple[Json, ...]
    targeted_to: str = ""
    deleted: bool = False

    @property
    def activity(self) -> Json:
        """The newest version as it was sent."""
        return self.versions[-1]

    @property
    def text(self) -> str:
        """The newest text, empty when there is only a card."""
        return text_at(self.activity, "text")

    @property
    def summary(self) -> str:
        """The line that a notification would show."""
        return text_at(self.activity, "summary")

    @property
    def card(self) -> Json | None:
        """The newest version's first Adaptive Card."""
        attachments = self.activity.get("attachments") or ()
        cards = (inner(each, "content") for each in attachments if each.get("contentType") == CARD_TYPE)
        return next(cards, None)

    @property
    def suggested(self) -> list[Json]:
        """The newest version's suggested actions, each with type, title and value."""
        actions = inner(self.activity, "suggestedActions").get("actions")
        return actions if isinstance(actions, list) else []

    @property
    def prompts(self) -> tuple[str, ...]:
        """The ids of the private questions that Teams shows above this answer."""
        return prompts(self.activity)

    @property
    def is_edited(self) -> bool:
        """Whether there was an earlier version."""
        return len(self.versions) > 1

    def is_in(self, conversation_id: str) -> bool:
        """Tell whether this was said there; a channel's own id covers all of its threads."""
        return self.conversation == conversation_id or self.conversation.startswith(f"{conversation_id};")

    def is_visible_to(self, mri: str) -> bool:
        """Tell whether a member sees this: targeted messages only their addressee and author do."""
        return not self.targeted_to or mri in (self.targeted_to, self.author)


@dataclass(frozen=True, slots=True)
class Event:
    """A deed, the message as it then stood, and its place in the order of all deeds."""

    number: int
    deed: Deed
    message: Message


class Journal:
    """Every deed in order; ids are epoch milliseconds, strictly rising."""

    def __init__(self, clock: Clock) -> None:
        self.events: list[Event] = []
        self._clock = clock
        self._last_id = 0
        self._current: dict[str, Message] = {}
        self._changed = asyncio.Condition()

    @property
    def position(self) -> int:
        """How many deeds there are; what comes next has this number."""
        return len(self.events)

    def new_id(self) -> str:
        """Return the next message id."""
        self._last_id = max(self._last_id + 1, int(self._clock() * 1000))
        return str(self._last_id)

    def get(self, conversation_id: str, message_id: str) -> Message | None:
        """Return a message of a conversation (or of any thread of a channel) as it now stands."""
        message = self._current.get(message_id)
        return message if message and message.is_in(conversation_id) else None

    def messages(self, conversation_id: str, *, with_deleted: bool = False) -> list[Message]:
        """Return what stands in a conversation now, in the order of posting."""
        here = (message for message in self._current.values() if message.is_in(conversation_id))
        return [message for message in here if with_deleted or not message.deleted]

    async def post(self, message: Message) -> Message:
        """Add a message."""
        self._current[message.id] = message
        return await self._record(Deed.POSTED, message)

    async def type(self, message: Message) -> Message:
        """Note a typing sign, which leaves no message behind."""
        return await self._record(Deed.TYPING, message)

    async def edit(self, message: Message, activity: Json) -> Message:
        """Add a version."""
        edited = replace(message, versions=(*message.versions, activity))
        self._current[message.id] = edited
        return await self._record(Deed.EDITED, edited)

    async def delete(self, message: Message) -> Message:
        """Mark a message as gone; its history stays."""
        gone = replace(message, deleted=True)
        self._current[message.id] = gone
        return await self._record(Deed.DELETED, gone)

    async def wait(self, wanted: Callable[[Event], bool], *, after: int, patience: float) -> Event:
        """Return the first wanted event numbered `after` or later, waiting for it up to `patience` seconds.

        Raises TimeoutError, which tells what happened instead.
        """
        try:
            async with asyncio.timeout(patience), self._changed:
                while True:
                    for event in self.events[after:]:
                        if wanted(event):
                            return event
                    await self._changed.wait()
        except TimeoutError as error:
            seen = [f"{event.deed} {event.message.conversation}" for event in self.events[after:]]
            raise TimeoutError(f"nothing wanted within {patience} s; seen: {seen or 'nothing'}") from error

    async def _record(self, deed: Deed, message: Message) -> Message:
        async with self._changed:
            self.events.append(Event(len(self.events), deed, message))
            self._changed.notify_all()
        return message
