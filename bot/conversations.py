"""The conversations that the bot knows: kept for speaking there again, and marked internal or not.

A personal chat with a linked person is internal. A channel or group is not, until a dispatcher says so; and it ceases
to be when a guest or somebody of another tenant joins.
"""

import dataclasses
from collections import OrderedDict
from operator import attrgetter
from typing import Protocol

import structlog

from attms_core.errors import NotAllowed
from attms_core.model import Conversation, ConversationKind, Member, TenantId
from attms_core.ports import Now
from attms_core.store import conversations
from attms_core.store.database import Database

log = structlog.get_logger(__name__)

REMEMBERED = 1000
"""Conversations kept in memory, the latest met; the others are read from the store when somebody speaks there."""


class Roster(Protocol):
    """Tells who is in a conversation."""

    async def members(self, conversation: Conversation) -> list[Member]:
        """List everybody. Raises ``Delivery`` errors."""
        ...


class Conversations:
    """Remembers conversations; reads come from memory."""

    def __init__(self, *, database: Database, roster: Roster, now: Now) -> None:
        self._database = database
        self._roster = roster
        self._now = now
        self._known: OrderedDict[tuple[TenantId, str], Conversation] = OrderedDict()

    async def remember(self, told: Conversation) -> Conversation:
        """Keep the reference as this turn told it (the service URL is regional and can change); write only news."""
        known = await self._find(told.tenant, told.id)
        if known and known.is_installed and not _is_news(known, told):
            return known
        fresh = _learned(known, told) if known else told
        # While the app was away nobody watched who joined: the internal mark does not outlive that.
        is_internal = known is not None and known.is_installed and known.is_internal
        fresh = dataclasses.replace(fresh, is_internal=is_internal, is_installed=True, seen_at=self._now())
        await self._put(fresh)
        return fresh

    async def find(self, tenant: TenantId, conversation: str) -> Conversation | None:
        """Find a conversation by its base id."""
        return await self._find(tenant, conversation)

    async def forget_install(self, told: Conversation) -> None:
        """Note that the app was removed: nothing is sent there until it is installed again."""
        await self._database.write(lambda tx: conversations.mark_uninstalled(tx, told.tenant, told.id))
        self._known.pop((told.tenant, told.id), None)

    async def set_internal(self, conversation: Conversation, *, on: bool) -> None:
        """Mark a conversation. Raises ``NotAllowed`` while a guest or an outsider is on the roster."""
        if on:
            outsiders = await self._outsiders(conversation)
            if outsiders:
                raise NotAllowed(
                    f"This conversation cannot be internal: {', '.join(outsiders)} would read along.",
                    hint="Guests and people of other organisations have to leave first.",
                )
        await self._database.write(lambda tx: conversations.set_internal(tx, conversation.tenant, conversation.id, on))
        self._known.pop((conversation.tenant, conversation.id), None)

    async def close_to_outsiders(self, conversation: Conversation) -> tuple[str, ...]:
        """After somebody joined: end the internal mark when an outsider is there. Names the outsiders."""
        known = await self._find(conversation.tenant, conversation.id)
        if known is None or not known.is_internal:
            return ()
        outsiders = await self._outsiders(known)
        if outsiders:
            await self.set_internal(known, on=False)
            log.warning("internal_ended", conversation=known.id, outsiders=len(outsiders))
        return outsiders

    async def _outsiders(self, conversation: Conversation) -> tuple[str, ...]:
        members = await self._roster.members(conversation)
        return tuple(m.name for m in members if m.is_guest or (m.tenant and m.tenant != conversation.tenant))

    async def _find(self, tenant: TenantId, conversation: str) -> Conversation | None:
        key = (tenant, conversation)
        if key not in self._known:
            found = await self._database.read(lambda tx: conversations.get(tx, tenant, conversation))
            if found is None:
                return None
            self._keep(found)
        return self._known[key]

    async def _put(self, conversation: Conversation) -> None:
        await self._database.write(lambda tx: conversations.put(tx, conversation))
        self._keep(conversation)

    def _keep(self, conversation: Conversation) -> None:
        self._known[conversation.tenant, conversation.id] = conversation
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)


def is_personal(conversation: Conversation) -> bool:
    """Say whether it is a chat with one person."""
    return conversation.kind is ConversationKind.PERSONAL


def _learned(known: Conversation, told: Conversation) -> Conversation:
    """Add what this turn tells to what is known: events tell less than messages do."""
    news = {f.name: getattr(told, f.name) for f in dataclasses.fields(told) if getattr(told, f.name) is not None}
    return dataclasses.replace(known, **news)


_NO_REFERENCE = frozenset({"is_internal", "is_installed", "seen_at"})
_reference = attrgetter(*(field.name for field in dataclasses.fields(Conversation) if field.name not in _NO_REFERENCE))


def _is_news(known: Conversation, told: Conversation) -> bool:
    """Say whether a turn tells anything of how to speak there that was not known."""
    both = zip(_reference(told), _reference(known), strict=True)
    return any(now is not None and now != before for now, before in both)
