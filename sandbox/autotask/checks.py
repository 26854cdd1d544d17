"""Autotask's own checks of a write, in the order in which it makes them.

Checks that hold for every entity come first, those of tickets, notes and contacts after. Each returns texts;
nothing is written here.
"""

from typing import Any

from sandbox.autotask import refusals, values
from sandbox.autotask.rows import Record
from sandbox.autotask.table import Entity, Field
from sandbox.autotask.tenant import NOT_ASSIGNABLE, STANDARD, Udf
from sandbox.autotask.world import World

CUSTOMER_VISIBLE = 1
PAIR = ("assignedResourceID", "assignedResourceRoleID")
NUMBERED = ("ticketNumber",)
"""Writable by its metadata, yet Autotask alone gives the number."""

OWN_TEXT = (("TimeEntries", "roleID"), ("TimeEntries", "billingCodeID"))
"""References that are refused in words of their own, by `rules`."""

OF_COMPANY = ("contactID", "companyLocationID", "contractID", "configurationItemID")


def given(world: World, entity: Entity, body: Any, *, creating: bool) -> Record:
    """Return what a body really says: known, writable fields, converted. Raises RefusalError.

    What is unknown or read-only is dropped without a word (seen on live tenants).
    """
    if not isinstance(body, dict):
        raise refusals.error("Value cannot be null.\r\nParameter name: entity")
    record: Record = {}
    for key, value in body.items():
        field = entity.field(key)
        if field and _writable(field, creating=creating):
            record[field.name] = _cut(values.stored(field, value), field, world)
        elif field is None and key.casefold() != "userdefinedfields" and world.quirks.strict_properties:
            raise refusals.error(f"Sandbox, strict: unknown property '{key}'")
    return record


def udfs(world: World, entity: Entity, body: Any, before: Record) -> Record:
    """Return the record's user-defined fields with the body's merged in, or nothing. Raises RefusalError."""
    wire = next((value for key, value in body.items() if key.casefold() == "userdefinedfields"), None)
    if not isinstance(wire, list) or not entity.has_udf:
        return {}
    known = {udf.name.casefold(): udf for udf in world.tenant.udfs.get(entity.plural, ())}
    asked = {str(each.get("name", "")).casefold(): each.get("value") for each in wire if isinstance(each, dict)}
    for name, value in asked.items():
        if name in known and value not in (None, ""):
            _check_udf(known[name], value)
    return {
        "userDefinedFields": [
            {**old, "value": _text(asked[old["name"].casefold()])} if old["name"].casefold() in asked else old
            for old in before["userDefinedFields"]
        ]
    }


def every_entity(world: World, entity: Entity, before: Record, changes: Record) -> list[str]:
    """Check lengths, picklists and references of what changes."""
    after = {**before, **changes}
    texts = [text for name in changes if (text := _length(entity.fields[name], after[name]))]
    texts += _picklists(world, entity, after, changes)
    texts += [
        text
        for name in changes
        if (text := _reference(world, entity, entity.fields[name], after[name], before.get(name)))
    ]
    return texts


def required(entity: Entity, record: Record) -> list[str]:
    """Check the fields that are always required."""
    return [
        refusals.missing_field(field.name)
        for field in entity.fields.values()
        if field.required and not field.read_only and record.get(field.name) in (None, "")
    ]


def demanded(world: World, record: Record, concerned: set[str]) -> list[str]:
    """Check the fields that the ticket's category requires, among those concerned."""
    category = record.get("ticketCategory") or STANDARD
    return [
        refusals.demanded_field(name)
        for name in sorted(world.tenant.demands.get(category, set()) & concerned)
        if record.get(name) in (None, "")
    ]


def ticket(world: World, before: Record, changes: Record) -> list[str]:
    """Check what only tickets have: assignment, contact and company, queue or resource."""
    after = {**before, **changes}
    texts = _assignment(world, before, changes)
    if {"contactID", "companyID"} & changes.keys() and not belongs(world, after):
        texts.append(refusals.bad_reference("contactID", "Contact"))
    if after.get("queueID") is None and after.get("assignedResourceID") is None:
        texts.append(refusals.QUEUE_OR_RESOURCE)
    return texts


def note(world: World, record: Record) -> list[str]:
    """Check what only notes have: a title, and the rules of speaking as a contact."""
    if world.quirks.note_title_required and not record.get("title"):
        return [refusals.missing_field("title")]
    contact = record.get("createdByContactID")
    if contact is None:
        return []
    if not world.tenant.rights.contact_impersonation:
        raise refusals.no_permission("create")
    parent = world.ticket(record["ticketID"])
    speaks = {"contactID": contact, "companyID": parent["companyID"]}
    if record["publish"] != CUSTOMER_VISIBLE or not belongs(world, speaks):
        return [refusals.bad_reference("createdByContactID", "Contact")]
    return []


def _writable(field: Field, *, creating: bool) -> bool:
    return not field.read_only and field.name not in NUMBERED and (creating or not field.fixed)


def _cut(value: Any, field: Field, world: World) -> Any:
    if isinstance(value, str) and field.length and world.quirks.long_text == "cut":
        return value[: field.length]
    return value


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _check_udf(udf: Udf, value: Any) -> None:
    kept = values.stored(udf.as_field(), value)
    if udf.choices and kept not in udf.choices:
        raise refusals.error(refusals.bad_picklist(value, udf.name))
    if udf.length and len(str(kept)) > udf.length:
        raise refusals.error(refusals.too_long(udf.name, udf.length))


def _length(field: Field, value: Any) -> str | None:
    if isinstance(value, str) and field.length and len(value) > field.length:
        return refusals.too_long(field.name, field.length)
    return None


def _picklists(world: World, entity: Entity, after: Record, changes: Record) -> list[str]:
    parents = world.tenant.picklist_parents
    concerned = [
        name
        for name, field in entity.fields.items()
        if field.picklist and (name in changes or parents.get((entity.plural, name)) in changes)
    ]
    return [
        refusals.bad_picklist(after[name], name)
        for name in concerned
        if after.get(name) is not None and not world.tenant.offers(entity.plural, name, after)
    ]


def _reference(world: World, entity: Entity, field: Field, value: Any, before: Any) -> str | None:
    # an unknown role of a time entry has a text of its own
    if not field.reference or value in (None, before) or (entity.plural, field.name) in OWN_TEXT:
        return None
    plural = world.table.plural_of(field.reference)
    if plural is None and value in world.tenant.elsewhere.get(field.reference, ()):
        return None
    found = world.rows.get(plural, value) if plural else None
    if found is None or not found.get("isActive", True):
        return refusals.bad_reference(field.name, field.reference)
    return None


def belongs(world: World, record: Record) -> bool:
    """Tell whether the contact is the company's, or that of the company above it."""
    if record.get("contactID") is None:
        return True
    contact = world.rows.get("Contacts", record["contactID"])
    company = world.rows.get("Companies", record["companyID"])
    if contact is None or company is None:
        return False
    return contact["companyID"] in (company["id"], company["parentCompanyID"])


def _assignment(world: World, before: Record, changes: Record) -> list[str]:
    """Both ids or none, a role to take tickets in, and nobody who helps on it already (REST help: Tickets entity)."""
    sent = [name for name in PAIR if name in changes]
    if not sent:
        return []
    resource_id, role_id = (changes.get(name) for name in PAIR)
    if len(sent) == 1 or (resource_id is None) != (role_id is None):
        return [refusals.ASSIGN_BOTH]
    if resource_id is None:
        return []
    resource = world.rows.get("Resources", resource_id)
    if resource is None or resource["licenseType"] in NOT_ASSIGNABLE:
        return [refusals.bad_reference(PAIR[0], "Resource")]
    if not may_work_as(world, resource_id, role_id):
        return [refusals.NO_SUCH_ROLE]
    helps = before["id"] and world.rows.find("TicketSecondaryResources", ticketID=before["id"], resourceID=resource_id)
    return [refusals.IS_SECONDARY] if helps else []


def may_work_as(world: World, resource_id: int, role_id: Any) -> bool:
    """Tell whether a resource may take tickets in a role."""
    desk = world.rows.find("ResourceServiceDeskRoles", resourceID=resource_id, roleID=role_id)
    queues = world.rows.find("ResourceRoles", resourceID=resource_id, roleID=role_id)
    return any(row["isActive"] for row in desk) and any(row["queueID"] is not None for row in queues)
