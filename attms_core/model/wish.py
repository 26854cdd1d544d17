"""Wishes: writes that somebody asked for. The facts that come of them are in ``change``."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from attms_core.model.conversation import PersonKey
from attms_core.model.ids import NoteId, ResourceId, TenantId, TicketId, WishId

Value = str | int | None
"""A field's value as JSON can hold it; moments are ISO 8601 in UTC."""
ADDED = frozenset({"assignee_role", "note_type"})
"""Fields that nobody asks for: the desk adds them to what was asked, and may choose others an hour later."""


class WishKind(StrEnum):
    """What may be asked of AutoTask."""

    CREATE_TICKET = "create-ticket"
    UPDATE_TICKET = "update-ticket"
    ADD_NOTE = "add-note"


class WishState(StrEnum):
    """How far a wish has come. Stored before each step, so that a crash leaves the truth behind."""

    ASKED = "asked"
    """Stored; AutoTask has not been called."""
    SENT = "sent"
    """AutoTask may have been called: look before repeating."""
    DONE = "done"
    REFUSED = "refused"
    """AutoTask or we said no; nothing was changed."""
    UNKNOWN = "unknown"
    """Looked for twice and not found: the person decides."""


class Outcome(Struct, frozen=True, kw_only=True):
    """What came of a wish."""

    ticket: TicketId | None = None
    note: NoteId | None = None
    code: str = ""
    """Of a refusal: the error's code."""
    message: str = ""
    """Of a refusal: what happened, in plain words."""
    hint: str = ""
    """Of a refusal: what to do next."""
    field: str = ""
    """Of a refusal: the field it is about (our name, else the wire name)."""
    legal: tuple[str, ...] = ()
    """Of a refusal: labels of the legal values."""
    reverted: tuple[str, ...] = ()
    """Fields that AutoTask's workflow rules changed back at once."""


class Wish(Struct, frozen=True, kw_only=True):
    """A write that somebody asked for. This is the audit row too."""

    id: WishId
    tenant: TenantId
    key: str
    """Unique in the tenant: conversation, and activity id or the card's nonce with its action."""
    kind: WishKind
    person: PersonKey
    person_name: str
    resource: ResourceId
    ticket: TicketId | None
    before: Mapping[str, Value]
    """The ticket's values of the fields asked for: while ASKED as the card showed them, then as AutoTask had them just
    before the write."""
    asked: Mapping[str, Value]
    """Fields by our names (see ``Ticket``, ``Note``); others by their wire names."""
    state: WishState
    outcome: Outcome
    conversation: str
    message: str | None
    """The card's activity id: it is edited when the wish ends after the press was answered."""
    asked_at: datetime
    ended_at: datetime | None = None

    def asks_the_same_as(self, other: "Wish") -> bool:
        """Say whether somebody who asked for the other one has asked for this."""
        return (self.kind, self.ticket, self._wanted()) == (other.kind, other.ticket, other._wanted())  # noqa: SLF001 - of its own kind

    def _wanted(self) -> dict[str, Value]:
        return {name: value for name, value in self.asked.items() if name not in ADDED}
