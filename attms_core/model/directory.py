"""Who and what tickets point to: companies, contacts, technicians and their roles."""

from datetime import datetime

from msgspec import Struct

from attms_core.model.ids import CompanyId, ContactId, ResourceId, RoleId, TicketId

NOT_ASSIGNABLE = frozenset({6, 7})
"""Licence types that cannot own tickets: 6 dashboard user, 7 API user (vendor help: Resources)."""


class Company(Struct, frozen=True, kw_only=True):
    """A customer, or with id 0 the service provider itself."""

    id: CompanyId
    name: str
    is_active: bool = True
    phone: str = ""
    last_modified: datetime | None = None


class Contact(Struct, frozen=True, kw_only=True):
    """A person at a customer. E-mail addresses are not unique among them."""

    id: ContactId
    company: CompanyId
    first_name: str
    last_name: str
    email: str = ""
    phone: str = ""
    is_active: bool = True
    last_modified: datetime | None = None

    @property
    def name(self) -> str:
        """First and last name in one."""
        return f"{self.first_name} {self.last_name}".strip()


class Resource(Struct, frozen=True, kw_only=True):
    """An AutoTask technician (or another user of the PSA)."""

    id: ResourceId
    first_name: str
    last_name: str
    email: str = ""
    user_name: str = ""
    is_active: bool = True
    license_type: int | None = None
    default_role: RoleId | None = None
    """The service-desk role AutoTask would take; may be missing, see ``ResourceRole``."""

    @property
    def name(self) -> str:
        """First and last name in one."""
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def is_assignable(self) -> bool:
        """Say whether tickets can be given to this resource."""
        return self.is_active and self.license_type not in NOT_ASSIGNABLE


class Role(Struct, frozen=True, kw_only=True):
    """A billing role such as "Engineer"."""

    id: RoleId
    name: str
    is_active: bool = True


class ResourceRole(Struct, frozen=True, kw_only=True):
    """A role in which a resource may own tickets (AutoTask's ResourceServiceDeskRoles)."""

    id: int
    resource: ResourceId
    role: RoleId
    is_active: bool = True
    is_default: bool = False


class DeletedTicket(Struct, frozen=True, kw_only=True):
    """A row of the log of tickets that were deleted in AutoTask's own pages."""

    id: int
    ticket: TicketId
    number: str
    deleted_at: datetime | None = None
    deleted_by: ResourceId | None = None
