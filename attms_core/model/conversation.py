"""Where people talk: conversations and their members, as the channel has validated them."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from attms_core.model.ids import TenantId


class ConversationKind(StrEnum):
    """The three kinds that Teams has (its own spelling)."""

    PERSONAL = "personal"
    GROUP = "groupChat"
    CHANNEL = "channel"


class PersonKey(Struct, frozen=True):
    """A Teams user. This pair is the identity; names and addresses are not."""

    tenant: TenantId
    object_id: str
    """The Entra object id, lower case."""


class Conversation(Struct, frozen=True, kw_only=True):
    """A conversation reference: enough to speak there again."""

    tenant: TenantId
    id: str
    """For a channel the base id, without ``;messageid=``."""
    kind: ConversationKind
    service_url: str
    bot_id: str
    """``28:`` and the app id."""
    user_mri: str | None = None
    """In a personal chat, whom it is with (``29:...``)."""
    object_id: str | None = None
    team_id: str | None = None
    channel_id: str | None = None
    timezone: str | None = None
    """In a personal chat, the person's IANA zone as the client told it."""
    locale: str | None = None
    """In a personal chat, the person's language, such as ``en-GB``."""
    is_installed: bool = True
    is_internal: bool = False
    """Set by ``/internal on``; a personal chat with a linked person is internal anyway."""
    seen_at: datetime | None = None


class Member(Struct, frozen=True, kw_only=True):
    """A line of a conversation's roster, as the connector tells it."""

    mri: str
    object_id: str
    name: str
    email: str
    """E-mail, else the user principal name; empty when neither is told."""
    tenant: TenantId | None
    is_guest: bool
