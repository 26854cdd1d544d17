"""Names for numbers, so that a ticket's id is never passed where a resource's belongs."""

from typing import NewType

TenantId = NewType("TenantId", str)
"""The Entra tenant, as its lower-case GUID (any opaque string in the demo)."""
TicketId = NewType("TicketId", int)
NoteId = NewType("NoteId", int)
TimeEntryId = NewType("TimeEntryId", int)
OpportunityId = NewType("OpportunityId", int)
CompanyId = NewType("CompanyId", int)
"""Zero is valid: it is the AutoTask tenant's own company."""
ContactId = NewType("ContactId", int)
ResourceId = NewType("ResourceId", int)
RoleId = NewType("RoleId", int)
WishId = NewType("WishId", str)
"""Thirty-two hex digits. A ticket made by a wish carries it as its external id (50 characters at most)."""
