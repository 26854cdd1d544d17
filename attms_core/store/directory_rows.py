"""Between the directory's values and their rows."""

from typing import Any

from attms_core.model import Company, Contact, Resource, ResourceRole, Role, TenantId
from attms_core.store import tables
from attms_core.store.values import moment_or_none, stamp_or_none
from attms_core.store.words import folded, joined

_c, _k, _r = tables.companies.c, tables.contacts.c, tables.resources.c
_o, _h = tables.roles.c, tables.resource_roles.c
COMPANY = (_c.id, _c.name, _c.is_active, _c.phone, _c.last_modified)
CONTACT = (_k.id, _k.company, _k.first_name, _k.last_name, _k.email, _k.phone, _k.is_active, _k.last_modified)
RESOURCE = (
    *(_r.id, _r.first_name, _r.last_name, _r.email, _r.user_name, _r.is_active),
    *(_r.license_type, _r.default_role),
)
ROLE = (_o.id, _o.name, _o.is_active)
RESOURCE_ROLE = (_h.id, _h.resource, _h.role, _h.is_active, _h.is_default)
"""The columns in the order in which the readers below take them."""

Row = tuple[Any, ...]


def address(email: str) -> str:
    """Give an e-mail address as it is compared; empty when it is none."""
    stripped = email.strip().casefold()
    return stripped if "@" in stripped else ""


def of_company(tenant: TenantId, company: Company) -> dict[str, Any]:
    """Give a company's row."""
    return {
        "tenant": tenant,
        "id": company.id,
        "name": company.name,
        "is_active": company.is_active,
        "phone": company.phone,
        "last_modified": stamp_or_none(company.last_modified),
        "folded": " ".join(folded(company.name)),
    }


def company(row: Row) -> Company:
    """Read a company."""
    id_, name, is_active, phone, last_modified = row
    return Company(
        id=id_, name=name, is_active=bool(is_active), phone=phone, last_modified=moment_or_none(last_modified)
    )


def of_contact(tenant: TenantId, contact: Contact) -> dict[str, Any]:
    """Give a contact's row."""
    return {
        "tenant": tenant,
        "id": contact.id,
        "company": contact.company,
        "first_name": contact.first_name,
        "last_name": contact.last_name,
        "email": contact.email,
        "phone": contact.phone,
        "is_active": contact.is_active,
        "last_modified": stamp_or_none(contact.last_modified),
        "folded": " ".join(folded(contact.name)),
        "words": joined(contact.name, contact.email),
    }


def contact(row: Row) -> Contact:
    """Read a contact."""
    id_, company_, first_name, last_name, email, phone, is_active, last_modified = row
    return Contact(
        id=id_,
        company=company_,
        first_name=first_name,
        last_name=last_name,
        email=email,
        phone=phone,
        is_active=bool(is_active),
        last_modified=moment_or_none(last_modified),
    )


def of_resource(tenant: TenantId, resource: Resource) -> dict[str, Any]:
    """Give a resource's row."""
    return {
        "tenant": tenant,
        "id": resource.id,
        "first_name": resource.first_name,
        "last_name": resource.last_name,
        "email": resource.email,
        "user_name": resource.user_name,
        "is_active": resource.is_active,
        "license_type": resource.license_type,
        "default_role": resource.default_role,
        "email_key": address(resource.email),
        "user_key": address(resource.user_name),
    }


def resource(row: Row) -> Resource:
    """Read a resource."""
    id_, first_name, last_name, email, user_name, is_active, license_type, default_role = row
    return Resource(
        id=id_,
        first_name=first_name,
        last_name=last_name,
        email=email,
        user_name=user_name,
        is_active=bool(is_active),
        license_type=license_type,
        default_role=default_role,
    )


def of_role(tenant: TenantId, role: Role) -> dict[str, Any]:
    """Give a role's row."""
    return {"tenant": tenant, "id": role.id, "name": role.name, "is_active": role.is_active}


def role(row: Row) -> Role:
    """Read a role."""
    id_, name, is_active = row
    return Role(id=id_, name=name, is_active=bool(is_active))


def of_resource_role(tenant: TenantId, held: ResourceRole) -> dict[str, Any]:
    """Give the row of a role that a resource holds."""
    return {
        "tenant": tenant,
        "id": held.id,
        "resource": held.resource,
        "role": held.role,
        "is_active": held.is_active,
        "is_default": held.is_default,
    }


def resource_role(row: Row) -> ResourceRole:
    """Read a role that a resource holds."""
    id_, resource_, role_, is_active, is_default = row
    return ResourceRole(id=id_, resource=resource_, role=role_, is_active=bool(is_active), is_default=bool(is_default))
