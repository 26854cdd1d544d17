"""Every way Autotask says no: the exception that carries an answer, and the vendor's texts.

A text marked "our wording" is one whose original nobody has published.
"""

from collections.abc import Iterable
from typing import Any

ON_RECORD = " ; on record number [1]."

FILTERS_MISSING = "Value cannot be null.\r\nParameter name: filters"
TOO_MANY_ORS = "The query could not be executed. Queries are limited to 500 or fewer 'OR' conditions."
PAGE_SIZE = "maxCountOfRecordsToReturn must be between 1 and 500"
ASSIGN_BOTH = "When assigning a Resource, you must assign both a assignedResourceID and assignedResourceRoleID."
NO_SUCH_ROLE = "The specified AssignedResourceID and AssignedRoleID combination is not currently defined"
THREADS = "The Autotask API thread threshold of 3 threads has been exceeded."
BUDGET = "The number of external requests has exceeded the threshold of {0} in {1} minutes."  # our wording
NOTHING_TO_DELETE = (
    "No message. No matching records found. "
    "The logged in Resource may not have the required permissions to delete the data."
)
ONE_PURPOSE = "Only one of ticketID,taskID and InternallAllocationCodeID can be used at once"
NO_PURPOSE = "One of ticketID, taskID and internalBillingCodeID is required"  # our wording
TIME_NEEDS_ROLE = "TimeEntries for Tickets must have a roleID"
ROLE_NOT_VALID = "This roleID is not valid for this Task and Resource"
NO_SUCH_ROW = "There is no row at position 0."
NO_HOURS = "Must have at least one of hoursWorked or startDateTime/endDateTime"
START_AND_STOP = "TimeEntries for Service tickets require a start and stop time."
DATE_WORKED = "dateWorked is required when no value is supplied for startDateTime"
HOURS = "hoursWorked greater than 24 hours or less than zero hours"
NOT_GENERAL = "The given allocation code is not an active general allocation code"
SHOW_ON_INVOICE = "User not authorized to change Show On Invoice values for Ticket time entries"
NOT_YOUR_TIME = "You do not have permission to delete time entries that you did not create"
TIME_APPROVED = "The time entry has been approved and posted and cannot be changed or deleted"  # our wording
PROBABILITY = "Data violation: probability must be between 0 and 100"  # our wording
IS_SECONDARY = "Data violation: The assignedResourceID is a secondary resource of this ticket already"  # our wording
ALREADY_THERE = "Data violation: The record already exists for this ticket"  # our wording
NOT_BASE64 = "The input is not a valid Base-64 string."  # our wording
FILE_TOO_LARGE = "The attachment exceeds the maximum file size."  # our wording
UPLOADS = "Attachments exceed 10000000 bytes in 5 minutes. Please try again in 5 minutes."  # our wording
PARENT_ID = "A query on {0} must filter on the id of the parent."  # our wording
HISTORY_FILTER = "TicketHistory can only be queried by a single ticketID."  # our wording
NO_MORE_WEBHOOKS = (
    "The logged in Resource's security level does not allow more webhooks for this entity."  # our wording
)
SAME_WEBHOOK = "A webhook for the same entity, URL and event type already exists."  # our wording
TOO_MANY_WEBHOOKS = "The maximum number of active webhooks for this entity has been reached."  # our wording
NAMED_TWICE = "Data violation: The webhook names this already"  # our wording
QUEUE_OR_RESOURCE = "A queueID or an assignedResourceID with assignedResourceRoleID is required"  # our wording


class RefusalError(Exception):
    """An answer that is not the one asked for."""

    def __init__(self, status: int, body: Any = None, *, html: str = "", retry_after: int | None = None) -> None:
        super().__init__(status, body)
        self.status = status
        self.body = body
        self.html = html
        self.retry_after = retry_after


def errors(texts: Iterable[str], status: int = 500) -> RefusalError:
    """Refuse as Autotask mostly does: status 500 with a list of texts."""
    return RefusalError(status, {"errors": list(texts)})


def error(text: str) -> RefusalError:
    """Refuse with a single text."""
    return errors([text])


def no_permission(deed: str) -> RefusalError:
    """Refuse for want of rights; `deed` is create, query, update or delete."""
    return error(f"The logged in Resource does not have the adequate permissions to {deed} this entity type.")


def no_route(url: str) -> RefusalError:
    """Refuse a path that does not exist."""
    return RefusalError(404, {"Message": f"No HTTP resource was found that matches the request URI '{url}'."})


def no_verb(verb: str) -> RefusalError:
    """Refuse a verb that the path does not offer."""
    return RefusalError(405, {"Message": f"The requested resource does not support http method '{verb}'."})


def unknown_field(field: str, entity: str) -> RefusalError:
    """Refuse a query on a field that does not exist or may not be queried."""
    return error(f"Unable to find {field} in the {entity} Entity")


def conversion(value: object, sql_type: str) -> RefusalError:
    """Refuse a query value of the wrong kind."""
    return error(f"Conversion failed when converting varchar '{value}' to data type {sql_type}.")


def missing_field(field: str) -> str:
    """Say that a field is always required."""
    return f"Missing Required Field: {field}.{ON_RECORD}"


def demanded_field(field: str) -> str:
    """Say that the ticket's category requires a field."""
    return f"{field} is required{ON_RECORD}"


def bad_picklist(value: object, field: str) -> str:
    """Say that a picklist has no such active value."""
    return f"Picklist value [{value}] does not exist for {field}{ON_RECORD}"


def bad_reference(field: str, entity: str) -> str:
    """Say that a reference leads nowhere, or to something inactive or out of place."""
    return f"Reference value on field: {field} of type: {entity} does not exist or is invalid.{ON_RECORD}"


def bad_url(field: str) -> str:
    """Say that a webhook may not call there (our wording)."""
    return f"{field} must be a public address with https on port 443{ON_RECORD}"


def too_long(field: str, length: int) -> str:
    """Say that a text is too long (our wording)."""
    return f"Data violation: The value of {field} exceeds the maximum length of {length}{ON_RECORD}"
