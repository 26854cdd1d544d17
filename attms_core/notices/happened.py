"""What has happened, with the records that it happened to: read once for all who decide what is owed."""

from collections.abc import Sequence

from msgspec import Struct

from attms_core.model import Change, ChangeId, Kept, Note, Opportunity, TenantId, Ticket
from attms_core.store import notes, opportunities, tickets
from attms_core.store.database import Tx


class Happened(Struct, frozen=True, kw_only=True):
    """A change with its record as it is after all that was absorbed with it."""

    id: ChangeId
    change: Change
    ticket: Ticket | None = None
    opportunity: Opportunity | None = None
    """Of the two at most one: none where the record is gone already."""
    note: Note | None = None
    """Of an added note."""


def load(tx: Tx, tenant: TenantId, kept: Sequence[Kept]) -> list[Happened]:
    """Put changes beside their records: one statement a table, and none for a table that nothing is about."""
    changes = [each.change for each in kept]
    of_tickets = sorted({change.ticket for change in changes if change.ticket is not None})
    of_opportunities = sorted({change.opportunity for change in changes if change.opportunity is not None})
    of_notes = sorted({change.note for change in changes if change.note is not None})
    found = tickets.load(tx, tenant, of_tickets) if of_tickets else {}
    sold = opportunities.load(tx, tenant, of_opportunities) if of_opportunities else {}
    written = notes.load(tx, tenant, of_notes) if of_notes else {}
    return [
        Happened(
            id=each.id,
            change=each.change,
            ticket=None if each.change.ticket is None else found.get(each.change.ticket),
            opportunity=None if each.change.opportunity is None else sold.get(each.change.opportunity),
            note=None if each.change.note is None else written.get(each.change.note),
        )
        for each in kept
    ]
