"""The conversations that the bot knows: kept for speaking there again, and marked internal or not.

A personal chat with a linked person is internal. A channel or group is not, until a dispatcher says so; and it ceases
to be when a guest or somebody of another tenant joins.
"""

from collections import OrderedDict
from typing import Any, Protocol

import structlog
from msgspec import structs

from attms_core.errors import NotAllowed
from attms_core.model import Conversation, ConversationKind, Person, PersonKey, Right, TenantId
from attms_core.people import demand
from attms_core.ports import Now
from attms_core.store import conversations
from attms_core.store.database import Database
from bot.delivery import Delivery
from bot.references import References, is_news, learned
from bot.viewers import Roster, Viewers

log = structlog.get_logger(__name__)

REMEMBERED = 5000
"""Conversations kept in memory, the latest met; the others are read from the store when somebody speaks there."""
UNTOLD = "somebody whose membership Teams did not tell"
"""Stands for the outsiders of a roster that cannot be read: the safe side is closed."""


class Line(Roster, Protocol):
    """Tells who is in a conversation, and speaks there."""

    async def send(self, conversation: Conversation, activity: dict[str, Any], *, thread: str | None = None) -> str:
        """Post a message, in a channel to a thread where one is named. Raises ``Delivery`` errors."""
        ...


class Conversations:
    """Remembers conversations; reads come from memory. Close it in the end: it may still be writing."""

    def __init__(self, *, database: Database, roster: Line, now: Now) -> None:
        self._database = database
        self._line = roster
        self._now = now
        self._viewers = Viewers(database=database, roster=roster, now=now)
        self._known: OrderedDict[tuple[TenantId, str], Conversation] = OrderedDict()
        self._listed: OrderedDict[PersonKey, None] = OrderedDict()
        self._references = References(database=database, now=now, stored=self._stored)

    async def remember(self, told: Conversation) -> Conversation:
        """Keep the reference as this turn told it (the service URL is regional and can change); write only news.

        Nobody waits for the write: the next words there tell it again. Who builds upon it waits by ``settle``. Nor is
        a chat with one person looked up first: nothing that is stored of it changes what may be said there.
        """
        key = (told.tenant, told.id)
        known = self._known.get(key) if is_personal(told) else await self._find(*key)
        if known and known.is_installed and not is_news(known, told):
            return known
        fresh = learned(known, told, self._now())
        self._keep(fresh)
        self._references.keep(fresh)
        return fresh

    async def settle(self, conversation: Conversation) -> None:
        """Wait until a reference is stored, before something is owed there. Raises ``StoreUnavailable``."""
        await self._references.settle((conversation.tenant, conversation.id))

    async def close(self) -> None:
        """Wait until all is written."""
        await self._references.close()

    async def find(self, tenant: TenantId, conversation: str) -> Conversation | None:
        """Find a conversation by its base id."""
        return await self._find(tenant, conversation)

    async def viewers(self, conversation: Conversation) -> tuple[str, ...]:
        """Name those who get views of their own of a ticket's card there, by their Teams ids; often nobody."""
        return () if is_personal(conversation) else await self._viewers.of(conversation)

    def meet_anew(self, conversation: Conversation) -> None:
        """Note that somebody came or went."""
        self._viewers.forget(conversation)

    def is_first_list(self, person: PersonKey) -> bool:
        """Say once, as far as memory goes, that somebody has been shown no list yet."""
        if person in self._listed:
            return False
        self._listed[person] = None
        if len(self._listed) > REMEMBERED:
            self._listed.popitem(last=False)
        return True

    async def forget_install(self, told: Conversation) -> None:
        """Note that the app was removed: nothing is sent there until it is installed again."""
        await self.settle(told)
        await self._database.write(lambda tx: conversations.mark_uninstalled(tx, told.tenant, told.id))
        self._known.pop((told.tenant, told.id), None)

    async def set_internal(self, person: Person, conversation: Conversation, *, on: bool) -> None:
        """Mark a conversation, or end its mark; that is for dispatchers.

        Raises ``NotLinked`` and ``NotAllowed``, and ``NotAllowed`` while outsiders would read along or the roster is
        not told. After that it is not internal, whatever it was before.
        """
        demand(person, Right.DISPATCH)
        if not on:
            await self._end(conversation)
            return
        await self._refuse_outsiders(conversation)
        await self._store_mark(conversation, on=True)
        # Whoever joined while it was written found no mark to end.
        await self._refuse_outsiders(conversation)
        self._mark(conversation, on=True)

    async def close_to_outsiders(self, joined: Conversation) -> list[tuple[Conversation, tuple[str, ...]]]:
        """After somebody joined: end the internal marks, there and in the team's other channels, where outsiders are.

        Gives those that lost it, each with its outsiders' names. Teams tells of a team's new member in its General
        channel alone (Teams help: conversation events).
        """
        found = [(each, await self._outsiders_or_untold(each)) for each in await self._internal_beside(joined)]
        ended = [(each, outsiders) for each, outsiders in found if outsiders]
        for each, outsiders in ended:
            await self._end(each)
            log.warning("internal_ended", conversation=each.id, outsiders=len(outsiders))
        return ended

    async def recheck_internal(self) -> list[tuple[Conversation, tuple[str, ...]]]:
        """Look again who reads along where internal notes are shown: an event can be missed while nobody listens.

        Ends marks and gives what lost one, as ``close_to_outsiders`` does. A roster that cannot be read now is read
        the next time: here nobody has joined that we know of.
        """
        marked = await self._database.read(conversations.internal)
        ended = []
        for each in marked:
            try:
                outsiders = await self._outsiders(each)
            except Delivery as error:
                log.warning("roster_unreadable", conversation=each.id, code=error.code)
                continue
            if outsiders:
                await self._end(each)
                log.warning("internal_ended", conversation=each.id, outsiders=len(outsiders))
                ended.append((each, outsiders))
        return ended

    async def end_internal(self, left: Conversation) -> None:
        """End the internal marks where the app is no more, in all channels of a team: nobody sees who joins there."""
        for each in await self._internal_beside(left):
            await self._end(each)

    async def say(self, conversation: Conversation, message: dict[str, Any], *, thread: str | None = None) -> None:
        """Say something there besides an answer, in a channel in a thread if one is named. Raises ``Delivery``."""
        await self._line.send(conversation, message, thread=thread)

    async def _refuse_outsiders(self, conversation: Conversation) -> None:
        outsiders = await self._outsiders_or_untold(conversation)
        if not outsiders:
            return
        await self._end(conversation)
        if outsiders == (UNTOLD,):
            raise NotAllowed(
                "This conversation is not internal: Teams does not tell who would read along.",
                hint="Say it again in a few minutes.",
            )
        raise NotAllowed(
            f"This conversation cannot be internal: {', '.join(outsiders)} would read along.",
            hint="Guests and people of other organisations have to leave first.",
        )

    async def _end(self, conversation: Conversation) -> None:
        self._mark(conversation, on=False)  # at once: what a turn writes meanwhile must not bring it back
        await self._store_mark(conversation, on=False)
        self._mark(conversation, on=False)

    async def _store_mark(self, conversation: Conversation, *, on: bool) -> None:
        await self.settle(conversation)
        await self._database.write(lambda tx: conversations.set_internal(tx, conversation.tenant, conversation.id, on))

    async def _internal_beside(self, place: Conversation) -> list[Conversation]:
        return await self._database.read(lambda tx: conversations.internal_beside(tx, place))

    async def _outsiders_or_untold(self, conversation: Conversation) -> tuple[str, ...]:
        try:
            return await self._outsiders(conversation)
        except Delivery as error:
            log.warning("roster_unreadable", conversation=conversation.id, code=error.code)
            return (UNTOLD,)

    async def _outsiders(self, conversation: Conversation) -> tuple[str, ...]:
        members = await self._line.members(conversation)
        return tuple(m.name for m in members if m.is_guest or (m.tenant and m.tenant != conversation.tenant))

    async def _find(self, tenant: TenantId, conversation: str) -> Conversation | None:
        key = (tenant, conversation)
        known = self._known.get(key)
        if known is None or known.is_internal:  # another process may have ended a mark
            found = await self._database.read(lambda tx: conversations.get(tx, tenant, conversation))
            if found is not None and self._known.get(key) is known:
                self._keep(found)
        return self._known.get(key)

    def _stored(self, told: Conversation, kept: Conversation | None) -> None:
        """Know what was made of a reference; what could not be written is forgotten, so that the next turn tries."""
        key = (told.tenant, told.id)
        if self._known.get(key) is not told:
            return
        if kept is None:
            del self._known[key]
        else:
            self._known[key] = kept

    def _mark(self, conversation: Conversation, *, on: bool) -> None:
        known = self._known.get((conversation.tenant, conversation.id), conversation)
        self._keep(structs.replace(known, is_internal=on))

    def _keep(self, conversation: Conversation) -> None:
        self._known[conversation.tenant, conversation.id] = conversation
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)


def is_personal(conversation: Conversation) -> bool:
    """Say whether it is a chat with one person."""
    return conversation.kind is ConversationKind.PERSONAL
