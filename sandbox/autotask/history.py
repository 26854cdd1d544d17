"""The rows of TicketHistory: what happened to a ticket, told in the tenant's own labels.

For showing to people; nothing else is decided by them.
"""

from collections.abc import Iterator

from sandbox.autotask.rows import Record
from sandbox.autotask.tenant import Tenant

ACTIONS = {"status": "Status Change", "assignedResourceID": "Assigned", "queueID": "Queue Change"}
LABELS = {
    "assignedResourceID": "Primary Resource",
    "companyID": "Company",
    "contactID": "Contact",
    "dueDateTime": "Due Date",
    "issueType": "Issue Type",
    "priority": "Priority",
    "queueID": "Queue",
    "status": "Status",
    "subIssueType": "Sub-Issue Type",
    "ticketCategory": "Ticket Category",
    "title": "Title",
}
"""Fields whose changes are told, and what they are called."""


def created(ticket: Record) -> Record:
    """Tell that a ticket was made."""
    return {
        "action": "Created",
        "date": ticket["createDate"],
        "detail": f"Ticket {ticket['ticketNumber']} was created.",
        "resourceID": ticket["creatorResourceID"],
        "ticketID": ticket["id"],
    }


def changed(tenant: Tenant, before: Record, after: Record, by: int, at: str) -> Iterator[Record]:
    """Tell what differs between two states of a ticket, a row for each field."""
    for name, label in LABELS.items():
        if before.get(name) != after.get(name):
            was, is_now = (_shown(tenant, name, record) for record in (before, after))
            yield {
                "action": ACTIONS.get(name, "Edited"),
                "date": at,
                "detail": f"{label} changed from {was} to {is_now}",
                "resourceID": by,
                "ticketID": after["id"],
            }


def _shown(tenant: Tenant, name: str, record: Record) -> str:
    value = record.get(name)
    choices = tenant.picklists.get(("Tickets", name), ())
    label = next((choice.label for choice in choices if choice.value == value), None)
    return label or ("(none)" if value is None else str(value))
