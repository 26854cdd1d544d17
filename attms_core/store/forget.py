"""Dropping the copy of AutoTask's data. What is ours stays: people, wishes, changes, notices, conversations.

So do the service levels that were reached, since each is told once. Technicians, roles and picklists stay too until
they are read anew: people's links and rights look at them.
"""

from sqlalchemy import delete

from attms_core.model import TenantId
from attms_core.store import ticket_words
from attms_core.store.build import words
from attms_core.store.database import Tx
from attms_core.store.statement import Statement
from attms_core.store.tables import (
    companies,
    company_words,
    contacts,
    notes,
    opportunities,
    syncs,
    tickets,
    time_entries,
)

_TABLES = tuple(
    Statement(f"forget all {table.name}", delete(table).where(table.c.tenant == words("tenant")))
    for table in (tickets, notes, time_entries, opportunities, company_words, companies, contacts, syncs)
)


def mirrored(tx: Tx, tenant: TenantId) -> None:
    """Drop tickets, notes, time, opportunities, companies and contacts, and how far their reading had come."""
    ticket_words.forget_all(tx, tenant)
    for statement in _TABLES:
        tx.run(statement, tenant=tenant)
