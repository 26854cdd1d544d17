"""What Autotask fills in by itself on records other than tickets and notes, and what they move elsewhere.

Stamps that many entities share are the world's; refusing is for `checks` and `rules`.
"""

import base64
import binascii
import mimetypes
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from sandbox.autotask import callouts_rules
from sandbox.autotask.rows import Record
from sandbox.autotask.tenant import Actor
from sandbox.autotask.values import read_time, wire_time

if TYPE_CHECKING:
    from sandbox.autotask.world import World

ACTIVE, LOST, CLOSED, IMPLEMENTED = 1, 2, 3, 4
"""Statuses of an opportunity: hoped for, and at its end (REST help: Opportunities entity)."""

WON = (CLOSED, IMPLEMENTED)

TICKET_TIME, INTERNAL_TIME = 2, 10
TICKET_PARENT = 4
"""The `parentType` of what is attached to a ticket (REST help: AttachmentInfo entity)."""

Settle = Callable[["World", Record, Record, Actor, datetime], None]
"""Takes the record before and after, who wrote it and when; changes the one after."""


def time_entry(world: "World", before: Record, after: Record, actor: Actor, now: datetime) -> None:
    """Settle hours, day, type and author of a time entry."""
    if not before:
        after["creatorUserID"] = actor.resource_id
        after["createDateTime"] = wire_time(now)
        if after["ticketID"] is not None and after["billingCodeID"] is None:
            after["billingCodeID"] = world.ticket(after["ticketID"])["billingCodeID"]
    after["lastModifiedDateTime"] = wire_time(now)
    after["lastModifiedUserID"] = actor.resource_id
    after["hoursWorked"] = round(hours_of(after), 4)
    after["isNonBillable"] = bool(after["isNonBillable"])
    after["hoursToBill"] = (
        0.0 if after["isNonBillable"] else max(0.0, after["hoursWorked"] + (after["offsetHours"] or 0))
    )
    after["dateWorked"] = _midnight(after["dateWorked"] or after["startDateTime"])
    after["timeEntryType"] = INTERNAL_TIME if after["ticketID"] is None else TICKET_TIME
    if after["ticketID"] is not None:
        world.touch_activity(after["ticketID"], actor, now)


def checklist_item(world: "World", before: Record, after: Record, actor: Actor, now: datetime) -> None:
    """Settle who ticked an item off, and where a new one stands."""
    is_done = bool(after["isCompleted"])
    if is_done != bool(before.get("isCompleted")):
        after["completedByResourceID"] = actor.resource_id if is_done else None
        after["completedDateTime"] = wire_time(now) if is_done else None
    after["isCompleted"], after["isImportant"] = is_done, bool(after["isImportant"])
    if after["position"] is None:
        others = world.rows.find("TicketChecklistItems", ticketID=after["ticketID"])
        after["position"] = max((each["position"] for each in others), default=-1) + 1


def opportunity(_: "World", before: Record, after: Record, __: Actor, now: datetime) -> None:
    """Settle the days of winning and losing, and the last activity."""
    after["createDate"] = after["createDate"] or wire_time(now)
    after["lastActivity"] = wire_time(now)
    if after["status"] == before.get("status"):
        return
    # what is implemented was won on the day on which it was won
    after["closedDate"] = (after["closedDate"] or wire_time(now)) if after["status"] in WON else None
    after["lostDate"] = wire_time(now) if after["status"] == LOST else None


def company_note(world: "World", before: Record, after: Record, _: Actor, now: datetime) -> None:
    """Settle a note's stamps and move the activity of its opportunity."""
    if not before:
        after["createDateTime"] = wire_time(now)
    after["lastModifiedDate"] = wire_time(now)
    if after["opportunityID"] is not None:
        parent = world.record("Opportunities", after["opportunityID"])
        world.rows.put("Opportunities", {**parent, "lastActivity": wire_time(now)})


def configuration_item(_: "World", __: Record, after: Record, actor: Actor, now: datetime) -> None:
    """Settle an asset's stamps."""
    after["createDate"] = after["createDate"] or wire_time(now)
    after["lastModifiedTime"] = wire_time(now)
    after["lastActivityPersonID"] = actor.resource_id
    after["lastActivityPersonType"] = 1


def attachment(_: "World", __: Record, after: Record, actor: Actor, now: datetime) -> None:
    """Settle what an attachment says of itself."""
    after["attachDate"] = wire_time(now)
    if after["attachedByContactID"] is None:
        after["attachedByResourceID"] = actor.resource_id
    after["parentID"], after["parentType"] = after["ticketID"], TICKET_PARENT
    after["creatorType"] = 1 if after["attachedByContactID"] is None else 2
    after["contentType"] = mimetypes.guess_type(after["fullPath"])[0] or "application/octet-stream"
    after["fileSize"] = float(size_of(after["data"]))
    after["isTaskAttachment"] = False


SETTLE: dict[str, Settle] = {
    "TimeEntries": time_entry,
    "TicketChecklistItems": checklist_item,
    "Opportunities": opportunity,
    "CompanyNotes": company_note,
    "ConfigurationItems": configuration_item,
    "TicketAttachments": attachment,
    **dict.fromkeys(callouts_rules.WATCHED, callouts_rules.settle),
}


def hours_of(entry: Record) -> float:
    """Return the hours of a time entry: from start to stop, or as they were said."""
    start, end = entry["startDateTime"], entry["endDateTime"]
    if start is None or end is None:
        return float(entry["hoursWorked"] or 0)
    return (read_time(end) - read_time(start)).total_seconds() / 3600


def size_of(data: str | None) -> int:
    """Return how many bytes base64 text stands for. Raises ValueError for other text."""
    try:
        return len(base64.b64decode(data or "", validate=True))
    except binascii.Error as wrong:
        raise ValueError(str(wrong)) from wrong


def _midnight(text: str) -> str:
    return wire_time(read_time(text).replace(hour=0, minute=0, second=0, microsecond=0))
