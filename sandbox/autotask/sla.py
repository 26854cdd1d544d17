"""Service level clocks of a ticket: when things are due, met, paused.

Autotask computes these fields itself from agreement, priority and status; no client may write them.
Working hours are left out: the clock runs day and night, as a 24/7 agreement does.
"""

from datetime import datetime, timedelta

from sandbox.autotask.rows import Record
from sandbox.autotask.tenant import COMPLETE, NEW
from sandbox.autotask.values import read_time, wire_time

WAITING_CUSTOMER = 7
"""The seeded status that stops the clock."""

HOURS = {4: (0.5, 2, 4), 1: (1, 4, 8), 2: (2, 8, 24), 3: (4, 24, 72)}
"""Priority -> hours until first response, resolution plan and resolution."""

OTHERWISE = (8, 48, 120)


def start(record: Record, created: datetime) -> None:
    """Set the three due times of a new ticket that has an agreement."""
    if record["serviceLevelAgreementID"] is None:
        return
    response, plan, resolved = HOURS.get(record["priority"], OTHERWISE)
    record["firstResponseDueDateTime"] = _later(created, response)
    record["resolutionPlanDueDateTime"] = _later(created, plan)
    record["resolvedDueDateTime"] = _later(created, resolved)


def respond(record: Record, by: int, now: datetime) -> None:
    """Note the first response, once."""
    if record["firstResponseDateTime"] is None:
        record["firstResponseDateTime"] = wire_time(now)
        record["firstResponseInitiatingResourceID"] = by
        record["firstResponseAssignedResourceID"] = record["assignedResourceID"]


def move(record: Record, before: int, by: int, now: datetime) -> None:
    """Follow a change of status that has just been made."""
    after = record["status"]
    if before == NEW:
        respond(record, by, now)
    if after == WAITING_CUSTOMER:
        _pause(record, now)
    elif before == WAITING_CUSTOMER:
        _resume(record, now)
    if after == COMPLETE:
        _resolve(record, by, now)
    elif before == COMPLETE:
        _reopen(record)


def _pause(record: Record, now: datetime) -> None:
    due = record["resolvedDueDateTime"]
    if due is not None:
        left = read_time(due) - now
        record["serviceLevelAgreementPausedNextEventHours"] = round(left / timedelta(hours=1), 4)


def _resume(record: Record, now: datetime) -> None:
    hours = record["serviceLevelAgreementPausedNextEventHours"]
    if hours is not None:
        record["resolvedDueDateTime"] = _later(now, hours)
        record["serviceLevelAgreementPausedNextEventHours"] = None


def _resolve(record: Record, by: int, now: datetime) -> None:
    record["completedDate"] = record["resolvedDateTime"] = wire_time(now)
    record["completedByResourceID"] = by
    record["resolutionPlanDateTime"] = record["resolutionPlanDateTime"] or wire_time(now)
    due = record["resolvedDueDateTime"]
    if due is not None:
        record["serviceLevelAgreementHasBeenMet"] = now <= read_time(due)


def _reopen(record: Record) -> None:
    for name in (
        "completedDate",
        "completedByResourceID",
        "resolvedDateTime",
        "serviceLevelAgreementHasBeenMet",
    ):
        record[name] = None


def _later(moment: datetime, hours: float) -> str:
    return wire_time(moment + timedelta(hours=hours))
