"""What came of something that a person did: the HTTP answer, and what the bot said meanwhile and after.

Doing it is in `client`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from sandbox.teams.messages import Deed, Event, Journal, Message
from sandbox.teams.people import Conversation, Person
from sandbox.teams.wire import Json, inner, text_at

_CARD = "application/vnd.microsoft.card.adaptive"
_TOAST = "application/vnd.microsoft.activity.message"
_ERROR = "application/vnd.microsoft.error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The body that answers an Action.Execute; one of card, toast and error says something."""

    status_code: int
    type: str
    value: object

    @property
    def card(self) -> Json | None:
        """The card that replaces the old one for this person."""
        return self.value if self.type == _CARD and isinstance(self.value, dict) else None

    @property
    def toast(self) -> str:
        """The line that the client shows for a moment."""
        return self.value if self.type == _TOAST and isinstance(self.value, str) else ""

    @property
    def error(self) -> str:
        """The message of an error answer."""
        return text_at(self.value, "message") if self.type == _ERROR and isinstance(self.value, dict) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One turn as its person saw it.

    `events` holds what the bot did anywhere until the HTTP answer arrived; `reply()` and `edit()` also
    wait for what came later.
    """

    activity: Json
    status: int
    raw_body: bytes
    person: Person
    conversation: Conversation
    events: tuple[Event, ...]
    _bot_id: str
    _journal: Journal
    _start: int
    _read: dict[Deed, int] = field(default_factory=dict)

    @property
    def body(self) -> object:
        """The HTTP answer's JSON, its text if it is none, None if it is empty."""
        try:
            return json.loads(self.raw_body) if self.raw_body else None
        except ValueError:
            return self.raw_body.decode(errors="replace")

    @property
    def answer(self) -> Answer | None:
        """The answer to an Action.Execute, None if the body is no such answer."""
        body = self.body
        if not isinstance(body, dict) or not isinstance(body.get("statusCode"), int):
            return None
        return Answer(status_code=body["statusCode"], type=text_at(body, "type"), value=body.get("value"))

    @property
    def results(self) -> list[Json]:
        """The choices of an application/search answer."""
        found = inner(self.body, "value").get("results") if isinstance(self.body, dict) else None
        return found if isinstance(found, list) else []

    @property
    def messages(self) -> tuple[Message, ...]:
        """What the bot posted here, for this person's eyes, until the answer arrived."""
        return tuple(event.message for event in self.events if self._is_here(event, Deed.POSTED))

    @property
    def edits(self) -> tuple[Message, ...]:
        """What the bot edited here until the answer arrived, each as it then stood."""
        return tuple(event.message for event in self.events if self._is_here(event, Deed.EDITED))

    @property
    def elsewhere(self) -> tuple[Message, ...]:
        """What the bot posted in other conversations meanwhile."""
        posted = (event.message for event in self.events if event.deed is Deed.POSTED)
        return tuple(message for message in posted if not message.is_in(self.conversation.id))

    async def reply(self, timeout: float = 5) -> Message:  # noqa: ASYNC109 - seconds, as tests spell it
        """Return the bot's first message here since the turn began that was not returned before.

        Raises TimeoutError when none comes within the seconds given.
        """
        return await self._next(Deed.POSTED, timeout)

    async def edit(self, timeout: float = 5) -> Message:  # noqa: ASYNC109 - seconds, as tests spell it
        """Return the first message edited here since the turn began, as it then stood; next time the next.

        Raises TimeoutError when none comes within the seconds given.
        """
        return await self._next(Deed.EDITED, timeout)

    async def _next(self, deed: Deed, patience: float) -> Message:
        after = self._read.get(deed, self._start)
        event = await self._journal.wait(lambda event: self._is_here(event, deed), after=after, patience=patience)
        self._read[deed] = event.number + 1
        return event.message

    def _is_here(self, event: Event, deed: Deed) -> bool:
        message = event.message
        by_bot = message.author == self._bot_id
        here = message.is_in(self.conversation.id) and message.is_visible_to(self.person.mri)
        return event.deed is deed and by_bot and here
