"""AutoTask's names for our fields, one table per entity, and the decoding of its records.

The only place with wire names of records. What a write may contain is checked in ``encode``; requests and refusals
are elsewhere. Odd values become nothing, unknown keys are ignored, a record without its mandatory parts is none.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from enum import Enum, auto
from typing import Any, Generic, TypeVar

from msgspec import Struct

from attms_core.model import (
    Company,
    Contact,
    DeletedTicket,
    Note,
    Opportunity,
    Resource,
    ResourceRole,
    Role,
    Ticket,
    TimeEntry,
)

T = TypeVar("T")


class Kind(Enum):
    """What a field holds."""

    NUMBER = auto()
    TEXT = auto()
    TIME = auto()
    DAY = auto()
    """A moment whose day alone counts, in no zone (REST help: date and time fields)."""
    DECIMAL = auto()
    FLAG = auto()
    """A boolean; on contacts the integers 0 and 1 (REST help: Contacts entity)."""
    UDFS = auto()


class Column(Struct, frozen=True):
    """One field under both names."""

    ours: str
    theirs: str
    kind: Kind = Kind.NUMBER
    is_mandatory: bool = False
    is_writable: bool = False
    length: int = 0
    """Characters at most when written; 0 means no limit is known."""


class Shape(Struct, Generic[T], frozen=True):
    """One entity: its name in paths, its fields, and what a record becomes."""

    entity: str
    make: Callable[..., T]
    columns: tuple[Column, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Our names of its fields: what a slim read includes."""
        return tuple(column.ours for column in self.columns)

    def decode(self, record: object) -> T | None:
        """Read one record; none when a mandatory part is missing."""
        if not isinstance(record, Mapping):
            return None
        values: dict[str, object] = {}
        for column in self.columns:
            value = _READ[column.kind](record.get(column.theirs))
            if column.is_mandatory and value in (None, ""):
                return None
            if value is not None:
                values[column.ours] = value
        return self.make(**values)


def number(value: object) -> int | None:
    """Read an integer, also from text or a whole float."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() else None
    if isinstance(value, str) and value.isascii() and value.lstrip("-").isdigit() and len(value) < 20:  # noqa: PLR2004 - digits of a 64-bit number
        return int(value) if value.rfind("-") < 1 else None
    return None


def text(value: object) -> str:
    """Read text; anything else is none. NUL characters, which PostgreSQL cannot hold, are dropped."""
    return value.replace("\x00", "") if isinstance(value, str) else ""


def time(value: object) -> datetime | None:
    """Read a moment in UTC, with or without ``Z`` and fractions (REST help: date and time fields)."""
    if not isinstance(value, str):
        return None
    try:
        read = datetime.fromisoformat(value)
        return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def day(value: object) -> date | None:
    """Read the day of a moment as it is written."""
    try:
        return date.fromisoformat(value[:10]) if isinstance(value, str) else None
    except ValueError:
        return None


def decimal(value: object) -> Decimal | None:
    """Read a decimal number; infinite ones are none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        read = Decimal(str(value))
    except InvalidOperation:
        return None
    return read if read.is_finite() else None


def flag(value: object) -> bool | None:
    """Read a boolean, also from 0 and 1."""
    if isinstance(value, bool):
        return value
    return value == 1 if isinstance(value, int) else None


def udfs(value: object) -> dict[str, str | None] | None:
    """Read user-defined fields: a list of names and values."""
    if not isinstance(value, list):
        return None
    return {
        text(each["name"]): None if each.get("value") is None else text(str(each["value"]))
        for each in value
        if isinstance(each, Mapping) and isinstance(each.get("name"), str)
    }


_READ: Mapping[Kind, Callable[[object], object]] = {
    Kind.NUMBER: number,
    Kind.TEXT: text,
    Kind.TIME: time,
    Kind.DAY: day,
    Kind.DECIMAL: decimal,
    Kind.FLAG: flag,
    Kind.UDFS: udfs,
}


def _id(ours: str, theirs: str) -> Column:
    return Column(ours, theirs, is_mandatory=True)


def _may(ours: str, theirs: str, kind: Kind = Kind.NUMBER, length: int = 0, *, must: bool = False) -> Column:
    return Column(ours, theirs, kind, must, is_writable=True, length=length)


def _time(ours: str, theirs: str) -> Column:
    return Column(ours, theirs, Kind.TIME)


TICKETS = Shape(
    "Tickets",
    Ticket,
    (
        _id("id", "id"),
        Column("number", "ticketNumber", Kind.TEXT, is_mandatory=True),
        _may("title", "title", Kind.TEXT, 255),
        _may("company", "companyID", must=True),
        _may("status", "status", must=True),
        _may("priority", "priority", must=True),
        _may("description", "description", Kind.TEXT, 8000),
        _may("resolution", "resolution", Kind.TEXT, 32000),
        _may("contact", "contactID"),
        _may("queue", "queueID"),
        _may("assignee", "assignedResourceID"),
        _may("assignee_role", "assignedResourceRoleID"),
        _may("category", "ticketCategory"),
        _may("ticket_type", "ticketType"),
        _may("issue_type", "issueType"),
        _may("sub_issue_type", "subIssueType"),
        _may("source", "source"),
        _may("sla", "serviceLevelAgreementID"),
        _may("external_id", "externalID", Kind.TEXT, 50),
        _time("created", "createDate"),
        Column("creator", "creatorResourceID"),
        _may("due", "dueDateTime", Kind.TIME),
        _time("first_response_due", "firstResponseDueDateTime"),
        _time("first_response_at", "firstResponseDateTime"),
        _time("resolution_plan_due", "resolutionPlanDueDateTime"),
        _time("resolution_plan_at", "resolutionPlanDateTime"),
        _time("resolved_due", "resolvedDueDateTime"),
        _time("resolved_at", "resolvedDateTime"),
        Column("sla_paused_hours", "serviceLevelAgreementPausedNextEventHours", Kind.DECIMAL),
        _time("completed_at", "completedDate"),
        _time("last_activity", "lastActivityDate"),
        Column("last_activity_by", "lastActivityResourceID"),
        _time("last_modified", "lastTrackedModificationDateTime"),
        Column("udfs", "userDefinedFields", Kind.UDFS),
    ),
)
NOTES = Shape(
    "TicketNotes",
    Note,
    (
        _id("id", "id"),
        _id("ticket", "ticketID"),
        _may("title", "title", Kind.TEXT, 250),
        _may("text", "description", Kind.TEXT, 32000),
        _may("note_type", "noteType", must=True),
        _may("publish", "publish", must=True),
        _time("created", "createDateTime"),
        Column("creator", "creatorResourceID"),
        Column("contact", "createdByContactID"),
        _time("last_activity", "lastActivityDate"),
    ),
)
TIME_ENTRIES = Shape(
    "TimeEntries",
    TimeEntry,
    (
        _id("id", "id"),
        _id("ticket", "ticketID"),
        _id("resource", "resourceID"),
        Column("hours", "hoursWorked", Kind.DECIMAL),
        Column("creator", "creatorUserID"),
        _time("created", "createDateTime"),
        _time("last_modified", "lastModifiedDateTime"),
    ),
)
OPPORTUNITIES = Shape(
    "Opportunities",
    Opportunity,
    (
        _id("id", "id"),
        Column("title", "title", Kind.TEXT, is_mandatory=True),
        _id("company", "companyID"),
        _id("owner", "ownerResourceID"),
        _id("stage", "stage"),
        _id("status", "status"),
        Column("amount", "amount", Kind.DECIMAL),
        Column("cost", "cost", Kind.DECIMAL),
        Column("probability", "probability"),
        Column("close_date", "projectedCloseDate", Kind.DAY),
        Column("start_date", "startDate", Kind.DAY),
        Column("contact", "contactID"),
        Column("description", "description", Kind.TEXT),
        Column("next_step", "nextStep", Kind.TEXT),
        Column("lead_source", "leadSource"),
        Column("rating", "rating"),
        Column("category", "opportunityCategoryID"),
        _time("created", "createDate"),
        Column("creator", "creatorResourceID"),
        _time("closed_at", "closedDate"),
        _time("lost_at", "lostDate"),
        _time("last_activity", "lastActivity"),
        Column("udfs", "userDefinedFields", Kind.UDFS),
    ),
)
COMPANIES = Shape(
    "Companies",
    Company,
    (
        _id("id", "id"),
        Column("name", "companyName", Kind.TEXT),
        Column("is_active", "isActive", Kind.FLAG),
        Column("phone", "phone", Kind.TEXT),
        _time("last_modified", "lastTrackedModifiedDateTime"),
    ),
)
CONTACTS = Shape(
    "Contacts",
    Contact,
    (
        _id("id", "id"),
        _id("company", "companyID"),
        Column("first_name", "firstName", Kind.TEXT),
        Column("last_name", "lastName", Kind.TEXT),
        Column("email", "emailAddress", Kind.TEXT),
        Column("phone", "phone", Kind.TEXT),
        Column("is_active", "isActive", Kind.FLAG),
        _time("last_modified", "lastModifiedDate"),
    ),
)
RESOURCES = Shape(
    "Resources",
    Resource,
    (
        _id("id", "id"),
        Column("first_name", "firstName", Kind.TEXT),
        Column("last_name", "lastName", Kind.TEXT),
        Column("email", "email", Kind.TEXT),
        Column("user_name", "userName", Kind.TEXT),
        Column("is_active", "isActive", Kind.FLAG),
        Column("license_type", "licenseType"),
        Column("default_role", "defaultServiceDeskRoleID"),
    ),
)
ROLES = Shape(
    "Roles",
    Role,
    (_id("id", "id"), Column("name", "name", Kind.TEXT), Column("is_active", "isActive", Kind.FLAG)),
)
RESOURCE_ROLES = Shape(
    "ResourceServiceDeskRoles",
    ResourceRole,
    (
        _id("id", "id"),
        _id("resource", "resourceID"),
        _id("role", "roleID"),
        Column("is_active", "isActive", Kind.FLAG),
        Column("is_default", "isDefault", Kind.FLAG),
    ),
)
DELETED_TICKETS = Shape(
    "DeletedTicketLogs",
    DeletedTicket,
    (
        _id("id", "id"),
        _id("ticket", "ticketID"),
        Column("number", "ticketNumber", Kind.TEXT),
        _time("deleted_at", "deletedDateTime"),
        Column("deleted_by", "deletedByResourceID"),
    ),
)

COLUMNS: Mapping[str, tuple[Column, ...]] = {
    TICKETS.entity: TICKETS.columns,
    NOTES.entity: NOTES.columns,
    TIME_ENTRIES.entity: TIME_ENTRIES.columns,
    OPPORTUNITIES.entity: OPPORTUNITIES.columns,
    COMPANIES.entity: COMPANIES.columns,
    CONTACTS.entity: CONTACTS.columns,
    RESOURCES.entity: RESOURCES.columns,
    ROLES.entity: ROLES.columns,
    RESOURCE_ROLES.entity: RESOURCE_ROLES.columns,
    DELETED_TICKETS.entity: DELETED_TICKETS.columns,
}
_OURS = {entity: {column.ours: column for column in columns} for entity, columns in COLUMNS.items()}
_THEIRS = {entity: {column.theirs.lower(): column for column in columns} for entity, columns in COLUMNS.items()}


def column(entity: str, name: str) -> Column | None:
    """Find a field by our name, else by the wire's in any case."""
    return _OURS.get(entity, {}).get(name) or _THEIRS.get(entity, {}).get(name.lower())


def our_name(entity: str, wire_name: str) -> str:
    """Give our name of a field, or the wire's where we have none."""
    known = _THEIRS.get(entity, {}).get(wire_name.lower())
    return known.ours if known else wire_name


def item_id(answer: Mapping[str, Any]) -> int | None:
    """Read the id in the answer to a write: a number, or numeric text."""
    return number(answer.get("itemId"))
