"""From a lane to the conversation it leads to: the one that is known, or a chat that is opened for the first time."""

import structlog
from msgspec import structs

from attms_core.model import Conversation, ConversationKind, TenantId, person_of
from attms_core.store import conversations
from attms_core.store.claims import Claim
from attms_core.store.database import Database
from bot.delivery import NotInstalled, WrongHost
from bot.notices.lines import Line, Rooms

log = structlog.get_logger(__name__)

TEAMS_URL = "https://smba.trafficmanager.net/teams/"
"""Where Teams is before anybody has spoken (Teams: proactive messages, public cloud)."""
GCC_URL = "https://smba.infra.gcc.teams.microsoft.com/teams/"
"""Where a tenant of the American public sector is, which the other address refuses."""


class Places:
    """Finds conversations, opens chats, and follows a tenant to another address."""

    def __init__(
        self,
        *,
        database: Database,
        line: Line,
        rooms: Rooms,
        bot_id: str,
        teams_url: str = TEAMS_URL,
        gcc_url: str = GCC_URL,
    ) -> None:
        self._database = database
        self._line = line
        self._rooms = rooms
        self._bot_id = bot_id
        self._teams_url = teams_url
        self._gcc_url = gcc_url

    async def of(self, claim: Claim) -> Conversation:
        """Give where the lane leads. Raises ``NotInstalled`` where the app is not, and what opening a chat raises."""
        found = claim.conversation
        if found is None and (person := person_of(claim.lane)) is not None:
            return await self.open_chat(claim.tenant, person)
        if found is not None and found.is_internal:
            # Another process may have ended the mark since the lane was claimed.
            found = await self._rooms.find(found.tenant, found.id)
        if found is None or not found.is_installed:
            raise NotInstalled("The app is not in the conversation")
        return found

    async def open_chat(self, tenant: TenantId, person: str) -> Conversation:
        """Open the chat with somebody who has the app but has never spoken. Raises ``Delivery`` errors."""
        reference = await self._reference(tenant)
        try:
            chat = await self._line.create_conversation(reference, person)
        except WrongHost:
            reference = structs.replace(reference, service_url=self._gcc_url)
            chat = await self._line.create_conversation(reference, person)
        told = structs.replace(reference, id=chat, object_id=person)
        kept = await self._rooms.remember(told)
        await self._rooms.settle(kept)
        log.info("chat_opened", tenant=tenant, conversation=chat)
        return kept

    async def move(self, conversation: Conversation) -> Conversation | None:
        """Give the same conversation at the other cloud's address; none when that is the one it was refused at."""
        if conversation.service_url == self._gcc_url:
            return None
        return await self._rooms.remember(structs.replace(conversation, service_url=self._gcc_url))

    async def forget(self, conversation: Conversation) -> None:
        """Note that nothing can be said there until somebody speaks there or installs the app again."""
        await self._rooms.forget_install(conversation)

    async def viewers(self, conversation: Conversation) -> tuple[str, ...]:
        """Name those who get views of their own there, by their Teams ids."""
        return await self._rooms.viewers(conversation)

    async def _reference(self, tenant: TenantId) -> Conversation:
        known = await self._database.read(lambda tx: conversations.any_of(tx, tenant))
        return Conversation(
            tenant=tenant,
            id="",
            kind=ConversationKind.PERSONAL,
            service_url=known.service_url if known else self._teams_url,
            bot_id=known.bot_id if known and known.bot_id else self._bot_id,
        )
