"""Whom a message may mention: members of the conversation alone, as far as that is known soon and cheaply.

A name that cannot be marked is still said, in plain words.
"""

import asyncio
from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Protocol

import structlog
from msgspec import Struct

from attms_core.errors import AttmsError
from attms_core.model import Conversation, Member, Person, TenantId
from attms_core.ports import Now
from cards.notice_lines import Concerned

log = structlog.get_logger(__name__)

FRESH = timedelta(minutes=15)
SOON = timedelta(minutes=1)
"""After an answer that did not come, it is asked for again."""
PATIENCE = 1.0
"""Seconds that a message waits to learn whether somebody is a member."""
AT_ONCE = 8
"""Questions under way; while there are so many, nobody else is asked about."""
REMEMBERED = 5_000


class Roster(Protocol):
    """Tells who is in a conversation."""

    async def member(self, conversation: Conversation, mri: str) -> Member | None:
        """Look one person up by the Teams id or the Entra object id. Raises an ``AttmsError`` when it cannot tell."""
        ...


class _Known(Struct, frozen=True):
    concerned: Concerned | None
    until: datetime


class Mentions:
    """Remembers for a quarter of an hour who is a member where."""

    def __init__(self, roster: Roster, now: Now) -> None:
        self._roster = roster
        self._now = now
        self._known: OrderedDict[tuple[TenantId, str, str], _Known] = OrderedDict()
        self._asking = 0

    async def of(self, conversation: Conversation, person: Person) -> Concerned | None:
        """Give the mention of a person; none for who is no member, and while that cannot be learned."""
        key = (conversation.tenant, conversation.id, person.key.object_id)
        known = self._known.get(key)
        if known and self._now() < known.until:
            return known.concerned
        if self._asking >= AT_ONCE:
            return None
        self._asking += 1
        try:
            known = self._known[key] = await self._ask(conversation, person)
        finally:
            self._asking -= 1
        self._known.move_to_end(key)
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return known.concerned

    async def _ask(self, conversation: Conversation, person: Person) -> _Known:
        try:
            async with asyncio.timeout(PATIENCE):
                member = await self._roster.member(conversation, person.key.object_id)
        except (AttmsError, TimeoutError) as error:
            log.info("member_unknown", conversation=conversation.id, error=type(error).__name__)
            return _Known(None, self._now() + SOON)
        until = self._now() + FRESH
        if member is None or member.is_guest:
            return _Known(None, until)
        return _Known(Concerned(name=member.name or person.name, id=member.mri), until)
