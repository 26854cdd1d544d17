"""Who gets views of their own of a card that many see: members of small conversations who may read tickets here.

Teams takes sixty ids at most, and asks for each viewer by itself (Teams help: Universal Actions, user specific views).
What each of them then sees is decided when they are asked for.
"""

import asyncio
from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Protocol

import structlog
from msgspec import Struct, field

from attms_core.model import Conversation, Member, Person, Right, TenantId
from attms_core.people import authorize
from attms_core.ports import Now
from attms_core.store import people
from attms_core.store.database import Database
from bot.delivery import Delivery

log = structlog.get_logger(__name__)

MOST = 60
"""Members of a conversation up to which its cards have views; Teams refreshes for no more."""
PATIENCE = 1.0
"""Seconds that a card waits for the roster; without it the card goes out with one face for all."""
FRESH = timedelta(minutes=15)
SOON = timedelta(minutes=1)
"""After a roster that did not come, it is asked for again."""
REMEMBERED = 500
"""Rosters kept in memory, the latest used."""


class Roster(Protocol):
    """Tells who is in a conversation."""

    async def members(self, conversation: Conversation) -> list[Member]:
        """List everybody. Raises ``Delivery`` errors."""
        ...


class _Crowd(Struct):
    """The members of one conversation, as long as they are few; nobody when they are many or unknown."""

    team: str | None
    """All channels of a team have its roster."""
    asking: asyncio.Lock = field(default_factory=asyncio.Lock)
    members: tuple[tuple[str, str], ...] = ()
    """Object id and Teams id of each."""
    good_until: datetime | None = None


class Viewers:
    """Knows rosters for a quarter of an hour; ``forget`` one when somebody comes or goes."""

    def __init__(self, *, database: Database, roster: Roster, now: Now) -> None:
        self._database = database
        self._roster = roster
        self._now = now
        self._crowds: OrderedDict[tuple[TenantId, str], _Crowd] = OrderedDict()

    async def of(self, conversation: Conversation) -> tuple[str, ...]:
        """Give the Teams ids of those who get views of their own; nobody in a crowd, or while the roster is unknown."""
        members = await self._members(conversation)
        if not members:
            return ()
        known = await self._database.read(lambda tx: people.everybody(tx, conversation.tenant))
        readers = {person.key.object_id for person in known if _may_read(person)}
        return tuple(mri for object_id, mri in members if object_id in readers)

    def forget(self, conversation: Conversation) -> None:
        """Ask for the roster anew the next time, and for those of the same team's other channels."""
        self._crowds.pop((conversation.tenant, conversation.id), None)
        if conversation.team_id is not None:
            for key in [key for key, crowd in self._crowds.items() if crowd.team == conversation.team_id]:
                del self._crowds[key]

    async def _members(self, conversation: Conversation) -> tuple[tuple[str, str], ...]:
        crowd = self._crowd(conversation)
        async with crowd.asking:
            if crowd.good_until is None or self._now() >= crowd.good_until:
                members = await self._ask(conversation)
                crowd.members = members or ()
                crowd.good_until = self._now() + (FRESH if members is not None else SOON)
        return crowd.members

    def _crowd(self, conversation: Conversation) -> _Crowd:
        key = (conversation.tenant, conversation.id)
        crowd = self._crowds.setdefault(key, _Crowd(team=conversation.team_id))
        self._crowds.move_to_end(key)
        if len(self._crowds) > REMEMBERED:
            self._crowds.popitem(last=False)
        return crowd

    async def _ask(self, conversation: Conversation) -> tuple[tuple[str, str], ...] | None:
        try:
            async with asyncio.timeout(PATIENCE):
                members = await self._roster.members(conversation)
        except (Delivery, TimeoutError) as error:
            log.info("viewers_unknown", conversation=conversation.id, error=type(error).__name__)
            return None
        if len(members) > MOST:
            return ()
        return tuple((member.object_id, member.mri) for member in members if _is_ours(member, conversation))


def _is_ours(member: Member, conversation: Conversation) -> bool:
    return not member.is_guest and member.tenant in {None, conversation.tenant}


def _may_read(person: Person) -> bool:
    return authorize(person, Right.READ).allowed
