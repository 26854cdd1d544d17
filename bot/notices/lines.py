"""What the outbox needs of others, as small Protocols: who speaks, who composes, who knows the conversations."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Protocol

from attms_core.errors import AttmsError
from attms_core.model import Conversation, Owed, Post, TenantId, Topic
from bot.notices.message import Activity, Message


class NotYet(AttmsError):
    """What the edit shall show has not been decided."""

    code = "not-yet"


class Line(Protocol):
    """Speaks to Teams, each call once. Every method raises ``Delivery`` errors."""

    async def send(self, conversation: Conversation, activity: Activity, *, thread: str | None = None) -> str:
        """Post a message, to a thread where one is named; return the activity id."""
        ...

    async def post_root(self, conversation: Conversation, activity: Activity) -> tuple[str, str]:
        """Begin a thread in a channel; return the thread's id and the message's own."""
        ...

    async def edit(
        self, conversation: Conversation, activity_id: str, activity: Activity, *, thread: str | None = None
    ) -> None:
        """Put the activity in the message's place."""
        ...

    async def create_conversation(self, conversation: Conversation, mri: str) -> str:
        """Open the chat with a person, or find it: by Teams id or Entra object id."""
        ...


class Rooms(Protocol):
    """Knows conversations."""

    async def find(self, tenant: TenantId, conversation: str) -> Conversation | None:
        """Find one by its id, as it is now."""
        ...

    async def viewers(self, conversation: Conversation) -> tuple[str, ...]:
        """Name those who get views of their own of a ticket's card there, by their Teams ids."""
        ...

    async def remember(self, told: Conversation) -> Conversation:
        """Keep a conversation."""
        ...

    async def settle(self, conversation: Conversation) -> None:
        """Wait until it is stored."""
        ...

    async def forget_install(self, told: Conversation) -> None:
        """Note that the app is not there any more."""
        ...


class Render(Protocol):
    """Makes the activity of an edit."""

    async def __call__(
        self, edit: Owed, conversation: Conversation, *, viewers: tuple[str, ...] = (), is_short: bool = False
    ) -> dict[str, Any]:
        """Render what it shows now. Raises ``NotYet`` while that is undecided and ``NotFound`` when it is gone."""
        ...


class Foresee(Protocol):
    """Looks ahead at lanes that were claimed together, so that each need not look alone."""

    async def __call__(self, lanes: Iterable[tuple[Sequence[Owed], Collection[Post]]]) -> None:
        """Look: at their rows, and the cards that stand there. Raises ``StoreUnavailable``."""
        ...


class Compose(Protocol):
    """Makes messages of what is owed to one conversation, as the mirror is now. None of the rows is an edit."""

    async def __call__(
        self, conversation: Conversation, rows: Sequence[Owed], posts: Mapping[Topic, Post]
    ) -> Sequence[Message]:
        """Give messages in the order in which they shall be sent; together they settle every row."""
        ...
