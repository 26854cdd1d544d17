"""Our names of fields of tickets and opportunities beside the names under which AutoTask's metadata lists them."""

TICKETS, TICKET_NOTES, OPPORTUNITIES = "Tickets", "TicketNotes", "Opportunities"

_LISTED_AS = {
    "number": "ticketNumber",
    "company": "companyID",
    "contact": "contactID",
    "queue": "queueID",
    "assignee": "assignedResourceID",
    "assignee_role": "assignedResourceRoleID",
    "category": "ticketCategory",
    "ticket_type": "ticketType",
    "issue_type": "issueType",
    "sub_issue_type": "subIssueType",
    "sla": "serviceLevelAgreementID",
    "external_id": "externalID",
    "due": "dueDateTime",
    "owner": "ownerResourceID",
    "close_date": "projectedCloseDate",
    "start_date": "startDate",
    "lead_source": "leadSource",
    "next_step": "nextStep",
}


def listed_as(name: str) -> str:
    """Give the metadata's name of a field; a name that we have no word for is taken for AutoTask's own."""
    return _LISTED_AS.get(name, name)
