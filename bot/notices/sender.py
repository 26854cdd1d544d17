"""Delivers what the outbox owes: in order per conversation, rendered when sent, retried as Teams asks, never lost."""

import asyncio
import contextlib
from datetime import datetime, timedelta
from typing import Any, Protocol, Self

import structlog

from attms_core.errors import AttmsError, NotFound
from attms_core.model import Conversation, Edit, TenantId
from attms_core.ports import Now
from attms_core.store import outbox
from attms_core.store.database import Database
from bot.delivery import AuthBroken, Blocked, Delivery, Later, NotInstalled, TooBig

log = structlog.get_logger(__name__)

AT_ONCE = 8
"""Conversations served at the same time."""
IDLE = timedelta(seconds=15)
"""How long to sleep when nothing is due and nobody pokes."""
FIRST_WAIT = timedelta(seconds=2)
LONGEST_WAIT = timedelta(minutes=15)
TRIES = 30
"""Then the edit is buried with its reason."""


class NotYet(AttmsError):
    """What the edit shall show has not been decided."""

    code = "not-yet"


class Render(Protocol):
    """Makes the activity of an edit."""

    async def __call__(
        self, edit: Edit, conversation: Conversation, *, viewers: tuple[str, ...] = (), is_short: bool = False
    ) -> dict[str, Any]:
        """Make it, with views of their own for the ``viewers``; a short one holds no more than what happened.

        Raises ``NotYet`` while its wish is under way, ``NotFound`` when nothing is left.
        """
        ...


class Editor(Protocol):
    """Edits a message that the bot has sent."""

    async def edit(self, conversation: Conversation, activity_id: str, activity: dict[str, Any]) -> None:
        """Put the activity in the message's place. Raises ``Delivery`` errors."""
        ...


class Rooms(Protocol):
    """Finds conversations."""

    async def find(self, tenant: TenantId, conversation: str) -> Conversation | None:
        """Find one by its id."""
        ...

    async def viewers(self, conversation: Conversation) -> tuple[str, ...]:
        """Name those who get views of their own of a ticket's card there, by their Teams ids."""
        ...

    async def forget_install(self, told: Conversation) -> None:
        """Note that the app is not there any more."""
        ...


class Sender:
    """The outbox's one worker in this process, at work while entered. ``poke`` it when something new is owed."""

    def __init__(self, *, database: Database, editor: Editor, rooms: Rooms, render: Render, now: Now) -> None:
        self._database = database
        self._editor = editor
        self._rooms = rooms
        self._render = render
        self._now = now
        self._news = asyncio.Event()
        self._work: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Begin to deliver."""
        self._work = asyncio.create_task(self._run(), name="outbox")
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop; what is still owed stays in the outbox."""
        if self._work is not None:
            self._work.cancel()
            await asyncio.wait({self._work})

    def poke(self) -> None:
        """Say that something may be due now."""
        self._news.set()

    async def _run(self) -> None:
        """Deliver until cancelled. A store that is out of order for a while does not end it."""
        while True:
            self._news.clear()
            try:
                await self._deliver_all()
                wait = await self._until_next()
            except AttmsError as error:
                log.warning("outbox_stalled", code=error.code, reason=str(error))
                wait = IDLE
            # Not wait_for: in Python 3.11 it swallows a cancellation that comes together with news, and never ends.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait.total_seconds()):
                    await self._news.wait()

    async def _deliver_all(self) -> None:
        while edits := await self._claim():
            await asyncio.gather(*(self._deliver(edit) for edit in edits))

    async def _claim(self) -> list[Edit]:
        now = self._now()
        return await self._database.write(lambda tx: outbox.due(tx, now, AT_ONCE))

    async def _until_next(self) -> timedelta:
        due_at = await self._database.read(outbox.next_due_at)
        if due_at is None:
            return IDLE
        return min(max(due_at - self._now(), timedelta(milliseconds=50)), IDLE)

    async def _deliver(self, edit: Edit) -> None:
        try:
            await self._send(edit)
        except asyncio.CancelledError:
            # We are being stopped: the next to start shall not wait until our claim runs out. Edits repeat harmlessly.
            await self._retry(edit, self._now())
            raise
        except NotYet:
            await self._retry(edit, self._now() + FIRST_WAIT)
        except NotFound as error:
            await self._bury(edit, str(error))
        except (Later, AuthBroken) as error:
            await self._later(edit, error)
        except (NotInstalled, Blocked) as error:
            await self._leave(edit, error)
        except Delivery as error:
            await self._bury(edit, f"{error.code}: {error}")
        except AttmsError as error:
            await self._later(edit, error)
        except Exception:
            # The last net: a bug of ours in one card must not leave all other cards standing.
            log.exception("edit_broke", conversation=edit.conversation, activity=edit.activity)
            await self._bury(edit, "a bug: see the log")

    async def _send(self, edit: Edit) -> None:
        conversation = await self._rooms.find(edit.tenant, edit.conversation.split(";")[0])
        if conversation is None or not conversation.is_installed:
            raise NotFound("The conversation is gone.")
        viewers = await self._rooms.viewers(conversation)
        activity = await self._render(edit, conversation, viewers=viewers)
        try:
            await self._editor.edit(conversation, edit.activity, activity)
        except TooBig:
            short = await self._render(edit, conversation, is_short=True)
            await self._editor.edit(conversation, edit.activity, short)
        await self._database.write(lambda tx: outbox.settle(tx, edit))

    async def _leave(self, edit: Edit, error: Delivery) -> None:
        """Nothing is sent to a conversation without the app until somebody speaks there or installs it again."""
        conversation = await self._rooms.find(edit.tenant, edit.conversation)
        if conversation is not None:
            await self._rooms.forget_install(conversation)
        await self._bury(edit, f"{error.code}: {error}")

    async def _later(self, edit: Edit, error: AttmsError) -> None:
        if edit.attempts + 1 >= TRIES:
            await self._bury(edit, f"{error.code}: {error}")
            return
        asked = error.after if isinstance(error, Later) else None
        backoff = min(FIRST_WAIT * 2 ** min(edit.attempts, 16), LONGEST_WAIT)
        await self._retry(edit, self._now() + (asked or backoff))

    async def _retry(self, edit: Edit, due_at: datetime) -> None:
        await self._database.write(lambda tx: outbox.retry(tx, edit, due_at))

    async def _bury(self, edit: Edit, reason: str) -> None:
        log.warning("edit_buried", conversation=edit.conversation, activity=edit.activity, reason=reason)
        await self._database.write(lambda tx: outbox.bury(tx, edit, reason, self._now()))
