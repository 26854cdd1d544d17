"""Autotask's checks of what hangs on tickets, companies and sales, entity by entity.

Checks that hold for every entity, and those of tickets and notes, are in `checks`. Each returns texts; nothing is
written here.
"""

from collections.abc import Callable

from sandbox.autotask import callouts_rules, checks, refusals
from sandbox.autotask.derived import ACTIVE, CLOSED, LOST, hours_of, size_of
from sandbox.autotask.rows import Record
from sandbox.autotask.tenant import API_USER_LICENCE, Actor
from sandbox.autotask.world import World

GENERAL_CODE = 1
"""The use of a billing code that is a work type (REST help: BillingCodes entity)."""

PURPOSES = ("ticketID", "taskID", "internalBillingCodeID")
FILE = "FILE_ATTACHMENT"
TIMES = ("startDateTime", "endDateTime")
BILLING = ("showOnInvoice", "isNonBillable")
REASONS = {LOST: "lossReason", CLOSED: "winReason"}

Check = Callable[[World, Record, Record, Actor], list[str]]
"""Takes the record before, what changes, and who asks."""


def time_entry(world: World, before: Record, changes: Record, actor: Actor) -> list[str]:
    """Check a time entry (REST help: TimeEntries entity)."""
    after = {**before, **changes}
    if before.get("billingApprovalDateTime"):
        return [refusals.TIME_APPROVED]
    if before.get("id") and actor.impersonator_id and any(name in changes for name in BILLING):
        return [refusals.SHOW_ON_INVOICE]
    texts = _purpose(after) or _worker(world, after) or _hours(world, after)
    return texts or _work_type(world, after)


def opportunity(world: World, before: Record, changes: Record, _: Actor) -> list[str]:
    """Check an opportunity: its contact, its probability, and the reasons that the tenant wants at its end."""
    after = {**before, **changes}
    texts = _contact(world, after)
    if not 0 <= after["probability"] <= 100:
        texts.append(refusals.PROBABILITY)
    reason = REASONS.get(after["status"])
    if reason and world.tenant.reasons_demanded and after[reason] is None:
        texts.append(refusals.demanded_field(reason))
    return texts


def company_note(world: World, before: Record, changes: Record, _: Actor) -> list[str]:
    """Check a company's note: contact and opportunity have to be that company's, and the opportunity active.

    What an old note is about may have ended since.
    """
    after = {**before, **changes}
    texts = _contact(world, after)
    if after["opportunityID"] not in (None, before["opportunityID"]):
        found = world.rows.get("Opportunities", after["opportunityID"])
        if found is None or found["companyID"] != after["companyID"] or found["status"] != ACTIVE:
            texts.append(refusals.bad_reference("opportunityID", "Opportunity"))
    return texts


def configuration_item(world: World, before: Record, changes: Record, _: Actor) -> list[str]:
    """Check an asset: its contact has to be its company's."""
    return _contact(world, {**before, **changes})


def secondary_resource(world: World, before: Record, changes: Record, _: Actor) -> list[str]:
    """Check a ticket's further technician: a role of theirs, and nobody twice."""
    after = {**before, **changes}
    ticket = world.ticket(after["ticketID"])
    there = {row["resourceID"] for row in world.rows.find("TicketSecondaryResources", ticketID=ticket["id"])}
    if after["resourceID"] in there | {ticket["assignedResourceID"]}:
        return [refusals.ALREADY_THERE]
    return [] if checks.may_work_as(world, after["resourceID"], after["roleID"]) else [refusals.NO_SUCH_ROLE]


def additional_contact(world: World, before: Record, changes: Record, _: Actor) -> list[str]:
    """Check a ticket's further contact: of its company, and nobody twice."""
    after = {**before, **changes}
    ticket = world.ticket(after["ticketID"])
    there = {row["contactID"] for row in world.rows.find("TicketAdditionalContacts", ticketID=ticket["id"])}
    if after["contactID"] in there | {ticket["contactID"]}:
        return [refusals.ALREADY_THERE]
    return _contact(world, {"companyID": ticket["companyID"], "contactID": after["contactID"]})


def attachment(world: World, _: Record, changes: Record, __: Actor) -> list[str]:
    """Check an attachment's bytes: that they are base64, and within what may be sent. Raises RefusalError."""
    if changes["attachmentType"] != FILE:
        return []
    try:
        size = size_of(changes.get("data"))
    except ValueError:
        return [refusals.NOT_BASE64]
    if not size:
        return [refusals.missing_field("data")]
    world.uploads.admit(size)
    return []


CHECKS: dict[str, Check] = {
    "TimeEntries": time_entry,
    "Opportunities": opportunity,
    "CompanyNotes": company_note,
    "ConfigurationItems": configuration_item,
    "TicketSecondaryResources": secondary_resource,
    "TicketAdditionalContacts": additional_contact,
    "TicketAttachments": attachment,
    **callouts_rules.CHECKS,
}


def deletion(entity: str, record: Record, actor: Actor) -> list[str]:
    """Check whether a record may be deleted by somebody."""
    if entity != "TimeEntries":
        return []
    if record["billingApprovalDateTime"]:
        return [refusals.TIME_APPROVED]
    return [] if record["creatorUserID"] == actor.resource_id else [refusals.NOT_YOUR_TIME]


def _purpose(after: Record) -> list[str]:
    given = [name for name in PURPOSES if after[name] is not None]
    if len(given) > 1:
        return [refusals.ONE_PURPOSE]
    return [] if given else [refusals.NO_PURPOSE]


def _worker(world: World, after: Record) -> list[str]:
    resource = world.rows.get("Resources", after["resourceID"])
    if resource is None or resource["licenseType"] == API_USER_LICENCE:
        return [refusals.bad_reference("resourceID", "Resource")]
    if after["ticketID"] is None:
        return []
    if after["roleID"] is None:
        return [refusals.TIME_NEEDS_ROLE]
    if world.rows.get("Roles", after["roleID"]) is None:
        return [refusals.NO_SUCH_ROW]
    return [] if checks.may_work_as(world, after["resourceID"], after["roleID"]) else [refusals.ROLE_NOT_VALID]


def _hours(world: World, after: Record) -> list[str]:
    start, end = (after[name] for name in TIMES)
    if start is None and end is None and after["hoursWorked"] is None:
        return [refusals.NO_HOURS]
    if after["ticketID"] is not None and world.tenant.start_and_stop and None in (start, end):
        return [refusals.START_AND_STOP]
    if start is None and after["dateWorked"] is None:
        return [refusals.DATE_WORKED]
    hours = hours_of(after)
    return [] if 0 < hours <= 24 else [refusals.HOURS]


def _work_type(world: World, after: Record) -> list[str]:
    if after["billingCodeID"] is None:
        return []
    code = world.rows.get("BillingCodes", after["billingCodeID"])
    is_general = code is not None and code["isActive"] and code["useType"] == GENERAL_CODE
    return [] if is_general else [refusals.NOT_GENERAL]


def _contact(world: World, after: Record) -> list[str]:
    return [] if checks.belongs(world, after) else [refusals.bad_reference("contactID", "Contact")]
