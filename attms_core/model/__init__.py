"""The words of the service desk as frozen values. Nothing here does I/O, reads a clock or knows a wire name."""

from attms_core.model.change import Author, AuthorKind, Change, Event
from attms_core.model.conversation import (
    Conversation,
    ConversationKind,
    Member,
    PersonKey,
)
from attms_core.model.directory import (
    Company,
    Contact,
    DeletedTicket,
    Resource,
    ResourceRole,
    Role,
)
from attms_core.model.ids import (
    CompanyId,
    ContactId,
    NoteId,
    OpportunityId,
    ResourceId,
    RoleId,
    TenantId,
    TicketId,
    TimeEntryId,
    WishId,
)
from attms_core.model.metadata import Choice, Field, Metadata
from attms_core.model.opportunity import Opportunity
from attms_core.model.outbox import Edit, EditSubject
from attms_core.model.people import Link, LinkState, Person, Right
from attms_core.model.people import Role as PersonRole
from attms_core.model.sla import Clock, ClockState, Level, Mark, clock_at, earliest, marks, next_clock, next_due
from attms_core.model.ticket import (
    Listed,
    Note,
    NoteLine,
    Seen,
    Ticket,
    TicketDetail,
    TicketFilter,
    TicketLine,
    TicketPage,
)
from attms_core.model.time_entry import TimeEntry
from attms_core.model.wish import Outcome, Wish, WishKind, WishState

__all__ = [
    "Author",
    "AuthorKind",
    "Change",
    "Choice",
    "Clock",
    "ClockState",
    "Company",
    "CompanyId",
    "Contact",
    "ContactId",
    "Conversation",
    "ConversationKind",
    "DeletedTicket",
    "Edit",
    "EditSubject",
    "Event",
    "Field",
    "Level",
    "Link",
    "LinkState",
    "Listed",
    "Mark",
    "Member",
    "Metadata",
    "Note",
    "NoteId",
    "NoteLine",
    "Opportunity",
    "OpportunityId",
    "Outcome",
    "Person",
    "PersonKey",
    "PersonRole",
    "Resource",
    "ResourceId",
    "ResourceRole",
    "Right",
    "Role",
    "RoleId",
    "Seen",
    "TenantId",
    "Ticket",
    "TicketDetail",
    "TicketFilter",
    "TicketId",
    "TicketLine",
    "TicketPage",
    "TimeEntry",
    "TimeEntryId",
    "Wish",
    "WishId",
    "WishKind",
    "WishState",
    "clock_at",
    "earliest",
    "marks",
    "next_clock",
    "next_due",
]
