"""What is owed to a conversation. Today: edits of cards that stand there already."""

from dataclasses import dataclass
from datetime import datetime

from attms_core.model.ids import TenantId, TicketId, WishId


@dataclass(frozen=True, slots=True, kw_only=True)
class EditSubject:
    """What the edited message shall show, rendered when it is sent: a ticket, or what came of a wish."""

    ticket: TicketId | None = None
    wish: WishId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One message to be brought up to date. A later edit of the same message takes an earlier one's place."""

    tenant: TenantId
    conversation: str
    activity: str
    """The message, by its activity id."""
    subject: EditSubject
    version: int
    """Rises with every replacement; delivering version n settles only n."""
    attempts: int = 0
    due_at: datetime | None = None
