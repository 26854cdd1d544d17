"""Webhooks as records: which fields they may subscribe to, what is refused, and what Autotask fills in.

Sending their callouts is the business of `callouts`.
"""

import ipaddress
import uuid
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from sandbox.autotask import refusals
from sandbox.autotask.rows import Record
from sandbox.autotask.tenant import Actor, Choice, Tenant

if TYPE_CHECKING:
    from sandbox.autotask.world import World

WATCHED = {"TicketWebhooks": "Tickets", "TicketNoteWebhooks": "TicketNotes"}
"""Kind of webhook -> the entity that it tells of."""

SINGULAR = {"TicketWebhooks": "TicketWebhook", "TicketNoteWebhooks": "TicketNoteWebhook"}
MOST_ACTIVE = 50
"""Active webhooks per entity (seen on live tenants)."""

HTTPS = 443
LOCAL = ("localhost", ".local", ".internal", ".lan")
EVENTS = {
    "Create": "isSubscribedToCreateEvents",
    "Update": "isSubscribedToUpdateEvents",
    "Delete": "isSubscribedToDeleteEvents",
}
URLS = ("webhookUrl", "deactivationUrl")

_NUMBERED = """
1 companyID 2 title 3 contactID 4 description 5 status 6 priority 7 source 10 estimatedHours 11 assignedResourceID
12 dueDateTime 13 billingCodeID 14 queueID 16 contractID 17 assignedResourceRoleID 18 issueType 19 subIssueType
20 configurationItemID 21 ticketCategory 22 ticketType 23 companyLocationID 24 opportunityID 25 problemTicketId
26 projectID 28 purchaseOrderNumber 29 contractServiceBundleID 30 contractServiceID 31 externalID
32 changeApprovalBoard 33 changeApprovalStatus 34 changeApprovalType 35 changeInfoField1 36 changeInfoField2
37 changeInfoField3 38 changeInfoField4 39 changeInfoField5 40 completedByResourceID 41 completedDate
44 firstResponseDateTime 45 firstResponseDueDateTime 47 isAssignedToComanaged 48 isVisibleToComanaged
49 lastActivityDate 51 lastCustomerNotificationDateTime 52 lastTrackedModificationDateTime 53 monitorID
54 monitorTypeID 56 resolution 57 resolutionPlanDateTime 58 resolutionPlanDueDateTime 59 resolvedDateTime
60 resolvedDueDateTime 61 rmaStatus 62 rmaType 63 rmmAlertID 64 serviceLevelAgreementHasBeenMet
65 serviceLevelAgreementID 76 organizationalLevelAssociationID 84 secondaryResources 85 ticketNumber
86 ticketAdditionalContact 87 createDate 88 createdByContactID 89 creatorResourceID 90 hoursToBeScheduled
91 impersonatorCreatorResourceID 92 lastCustomerVisibleActivityDateTime
"""
TICKET_FIELDS = {int(n): name for n, name in zip(_NUMBERED.split()[::2], _NUMBERED.split()[1::2], strict=True)}
"""Numbers of fields as they were seen on live tenants."""

NOTE_FIELDS = {1: "title", 2: "description", 3: "noteType", 4: "publish", 5: "ticketID", 6: "lastActivityDate"}
"""Our numbers: nobody has published those of notes."""


def set_up(tenant: Tenant) -> None:
    """Give a tenant the picklists of fields that webhooks can name."""
    tenant.picklists["TicketWebhookFields", "fieldID"] = _choices(TICKET_FIELDS)
    tenant.picklists["TicketNoteWebhookFields", "fieldID"] = _choices(NOTE_FIELDS)
    udfs = {place: udf.name for place, udf in enumerate(tenant.udfs.get("Tickets", ()), 1)}
    tenant.picklists["TicketWebhookUdfFields", "udfFieldID"] = _choices(udfs)


def field_names(world: "World", kind: str, webhook: int, *, flag: str) -> set[str]:
    """Return the fields of a webhook that carry a flag, user-defined ones by their names."""
    found: set[str] = set()
    for child, name in ((f"{SINGULAR[kind]}Fields", "fieldID"), (f"{SINGULAR[kind]}UdfFields", "udfFieldID")):
        if child in world.table.entities:
            labels = {choice.value: choice.label for choice in world.tenant.picklists.get((child, name), ())}
            found |= {labels[row[name]] for row in world.rows.find(child, webhookID=webhook) if row[flag]}
    return found


def children(kind: str) -> tuple[str, ...]:
    """Name the entities that hang on a kind of webhook."""
    names = (f"{SINGULAR[kind]}Fields", f"{SINGULAR[kind]}UdfFields", f"{SINGULAR[kind]}ExcludedResources")
    return names if kind == "TicketWebhooks" else (names[0], names[2])


def webhook(kind: str, world: "World", before: Record, changes: Record, actor: Actor) -> list[str]:
    """Check a webhook: whose right it is, where it calls, that it is not there already (REST help: webhooks)."""
    after, others = {**before, **changes}, world.rows.find(kind)
    if not before.get("id") and sum(row["ownerResourceID"] == actor.resource_id for row in others) >= (
        world.tenant.rights.webhooks
    ):
        return [refusals.NO_MORE_WEBHOOKS]
    texts = [refusals.bad_url(name) for name in URLS if not _is_callable(world, after[name])]
    if any(row["id"] != after["id"] and _is_twin(row, after) for row in others):
        texts.append(refusals.SAME_WEBHOOK)
    active = sum(bool(row["isActive"]) and row["id"] != after["id"] for row in others)
    if after["isActive"] and active >= MOST_ACTIVE:
        texts.append(refusals.TOO_MANY_WEBHOOKS)
    return texts


def child(entity: str, name: str, world: "World", before: Record, changes: Record, _: Actor) -> list[str]:
    """Check what hangs on a webhook: nothing is named twice."""
    after = {**before, **changes}
    twins = [row for row in world.rows.find(entity, webhookID=after["webhookID"]) if row["id"] != after["id"]]
    return [refusals.NAMED_TWICE] if any(row[name] == after[name] for row in twins) else []


def settle(_: "World", before: Record, after: Record, actor: Actor, __: datetime) -> None:
    """Give a new webhook its id for payloads and its owner; only Autotask itself says that one is ready."""
    if not before:
        after["webhookGUID"] = str(uuid.uuid4())
        after["ownerResourceID"] = actor.resource_id
    after["isReady"] = bool(before.get("isReady"))


CHECKS = {
    **{kind: partial(webhook, kind) for kind in WATCHED},
    **{f"{SINGULAR[kind]}Fields": partial(child, f"{SINGULAR[kind]}Fields", "fieldID") for kind in WATCHED},
    "TicketWebhookUdfFields": partial(child, "TicketWebhookUdfFields", "udfFieldID"),
    **{
        f"{name}ExcludedResources": partial(child, f"{name}ExcludedResources", "resourceID")
        for name in SINGULAR.values()
    },
}


def _choices(names: dict[int, str]) -> list[Choice]:
    return [Choice(value=number, label=name, sort=number, is_system=True) for number, name in names.items()]


def _is_twin(one: Record, other: Record) -> bool:
    same_event = any(one[flag] and other[flag] for flag in EVENTS.values())
    return bool(one["webhookUrl"] == other["webhookUrl"] and same_event)


def _is_callable(world: "World", url: str) -> bool:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    if world.quirks.callouts_to_loopback and _is_loopback(host):
        return parts.scheme in {"http", "https"}
    return parts.scheme == "https" and port in {None, HTTPS} and _is_public(host)


def _is_loopback(host: str) -> bool:
    return host in {"localhost", "127.0.0.1", "::1"}


def _is_public(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        return "." in host and not host.endswith(LOCAL)
