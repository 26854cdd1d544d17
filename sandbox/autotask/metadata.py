"""Answers of `entityInformation`: an entity's rights, its fields with this tenant's picklists, its own fields.

Only the shape of the answers belongs here; the facts come from the table and the tenant.
"""

from typing import Any

from sandbox.autotask.quirks import Quirks
from sandbox.autotask.table import Entity, Field, Table
from sandbox.autotask.tenant import Choice, Tenant, Udf

CALLOUTS = ("Tickets", "TicketNotes", "Companies", "Contacts", "ConfigurationItems")
"""Entities that fire webhooks (REST help: webhooks)."""

VERSION = {"majorVersion": "2024", "minorVersion": "1", "build": "0.0", "customerType": "Sandbox"}

MODULES = {1: "Companies", 2: "Opportunities", 3: "Projects", 4: "Tickets", 5: "TimeEntries", 6: "ConfigurationItems"}
"""Number of a module -> an entity that is there when the module is (our numbers: the vendor names none)."""

ACCESS_NUMBERS = {"None": 0, "All": 1, "Restricted": 2}


def information(entity: Entity, table: Table, tenant: Tenant, quirks: Quirks) -> dict[str, Any]:
    """Return `info` of one entity."""
    verbs = _verbs(entity.plural, table)
    offered = {
        "Create": "POST" in verbs,
        "Delete": "DELETE" in verbs,
        "Query": True,
        "Update": "PATCH" in verbs,
    }
    allowed = {deed: "All" if can and tenant.is_open(entity.plural) else "None" for deed, can in offered.items()}
    return {
        "name": entity.name,
        **{f"can{deed}": can for deed, can in offered.items()},
        **{
            f"userAccessFor{deed}": ACCESS_NUMBERS[level] if quirks.access_as_integers else level
            for deed, level in allowed.items()
        },
        "hasUserDefinedFields": bool(tenant.udfs.get(entity.plural)),
        "supportsWebhookCallouts": entity.plural in CALLOUTS,
    }


def modules(tenant: Tenant) -> list[dict[str, Any]]:
    """Return which modules are switched on."""
    return [{"key": key, "value": tenant.is_open(entity)} for key, entity in MODULES.items()]


def every_entity(table: Table, tenant: Tenant, quirks: Quirks) -> list[dict[str, Any]]:
    """Return `entityDescriptions`: what `information` says, of all entities."""
    return [{"info": information(entity, table, tenant, quirks)} for entity in table.entities.values()]


def fields(entity: Entity, tenant: Tenant, quirks: Quirks) -> list[dict[str, Any]]:
    """Return `fields` of one entity."""
    return [_field(entity.plural, field, tenant, quirks) for field in entity.fields.values()]


def user_defined_fields(entity: Entity, tenant: Tenant, quirks: Quirks) -> list[dict[str, Any]]:
    """Return the user-defined fields of one entity."""
    return [_udf(udf, quirks) for udf in tenant.udfs.get(entity.plural, ())]


def _verbs(plural: str, table: Table) -> frozenset[str]:
    return frozenset(verb for route in table.routes_of(plural) for verb in route.verbs if _is_write(route.tail))


def _is_write(tail: str) -> bool:
    return tail in ("", "{id}")


def _field(plural: str, field: Field, tenant: Tenant, quirks: Quirks) -> dict[str, Any]:
    choices = tenant.picklists.get((plural, field.name), [])
    return {
        "name": field.name,
        "dataType": field.type,
        "length": field.length,
        "isRequired": field.required,
        "isReadOnly": field.read_only,
        "isQueryable": field.queryable,
        "isReference": bool(field.reference),
        "referenceEntityType": field.reference,
        "isPickList": field.picklist,
        "picklistValues": [_choice(choice, quirks) for choice in choices] if field.picklist else None,
        "picklistParentValueField": tenant.picklist_parents.get((plural, field.name), ""),
        "isSupportedWebhookField": plural in CALLOUTS and not field.read_only,
    }


def _choice(choice: Choice, quirks: Quirks) -> dict[str, Any]:
    unused = None if quirks.parent_value_null else ""
    return {
        "value": str(choice.value),
        "label": choice.label,
        "isDefaultValue": choice.is_default,
        "sortOrder": choice.sort or 0,
        "parentValue": unused if choice.parent is None else str(choice.parent),
        "isActive": choice.is_active,
        "isSystem": choice.is_system,
    }


def _udf(udf: Udf, quirks: Quirks) -> dict[str, Any]:
    choices = [Choice(value=label, label=label, sort=place) for place, label in enumerate(udf.choices, 1)]
    return {
        "name": udf.name,
        "label": udf.label,
        "type": udf.type,
        "length": udf.length,
        "description": "",
        "isRequired": False,
        "isReadOnly": False,
        "isQueryable": True,
        "isReference": False,
        "referenceEntityType": "",
        "isPickList": bool(choices),
        "picklistValues": [_choice(choice, quirks) for choice in choices] if choices else None,
        "picklistParentValueField": "",
        "defaultValue": "",
        "isSupportedWebhookField": True,
    }
