"""The small and often-used part of the mirror, held in memory: technicians, roles, picklists, names met so far.

Tickets, notes, companies and contacts are not here: there may be a million of them.
"""

from collections.abc import Iterable
from datetime import datetime

from attms_core.errors import Invalid
from attms_core.mirror.fields import TICKETS
from attms_core.mirror.ground import Ground
from attms_core.mirror.progress import Reached
from attms_core.model import (
    Choice,
    Company,
    CompanyId,
    Metadata,
    Resource,
    ResourceId,
    ResourceRole,
    Role,
    RoleId,
)
from attms_core.store import directory, metadata
from attms_core.store.database import Tx

NAMES = 10_000
"""So many company names are remembered at most."""


class Memory:
    """What is remembered. ``load`` reads it anew; until then everything is empty."""

    def __init__(self, ground: Ground) -> None:
        self._database = ground.database
        self._tenant = ground.tenant
        self._version: frozenset[datetime] = frozenset()
        self._companies: dict[CompanyId, str] = {}
        self._resources: dict[ResourceId, Resource] = {}
        self._names: dict[ResourceId, str] = {}
        self._roles: dict[RoleId, Role] = {}
        self._resource_roles: list[ResourceRole] = []
        self._choices: dict[tuple[str, int], Choice] = {}
        self.metadata = Metadata()

    async def load(self) -> None:
        """Read everything from the store."""

        def work(tx: Tx) -> tuple[list[Resource], list[Role], list[ResourceRole], Metadata]:
            tenant = self._tenant
            return (
                directory.resources(tx, tenant),
                directory.roles(tx, tenant),
                directory.resource_roles(tx, tenant),
                metadata.load(tx, tenant),
            )

        resources, roles, self._resource_roles, self.metadata = await self._database.read(work)
        self._resources = {resource.id: resource for resource in resources}
        self._names = {resource.id: resource.name for resource in resources}
        self._roles = {role.id: role for role in roles}
        self._choices = {}

    async def keep_up(self, reached: Reached) -> None:
        """Read anew when the store's positions say that somebody (perhaps another process) has written since."""
        if reached.people != self._version:
            await self.load()
            self._version = reached.people

    def remember(self, companies: Iterable[Company]) -> None:
        """Remember names of companies that were read."""
        if len(self._companies) > NAMES:
            self._companies.clear()
        self._companies.update((company.id, company.name) for company in companies)

    def company_name(self, company: CompanyId) -> str:
        """Name a company that was met before; others by their number."""
        return self._companies.get(company) or f"company {company}"

    def resource_name(self, resource: ResourceId) -> str:
        """Name a technician, an inactive one too; somebody AutoTask does not list by number."""
        return self._names.get(resource) or f"resource {resource}"

    def resource(self, resource: ResourceId) -> Resource | None:
        """Find a technician."""
        return self._resources.get(resource)

    def assignable(self) -> list[Resource]:
        """List who can own tickets: active, of a fitting licence, with an active service-desk role; by name."""
        fitting = [r for r in self._resources.values() if r.is_assignable and self._role(r) is not None]
        return sorted(fitting, key=lambda r: (r.name.casefold(), r.id))

    def role_for(self, resource: ResourceId) -> RoleId:
        """Give the role in which a technician owns tickets. Raises ``Invalid`` when there is none."""
        known = self._resources.get(resource)
        role = self._role(known) if known else None
        if role is None:
            raise Invalid(
                f"{self.resource_name(resource)} has no active service-desk role, so cannot own tickets.",
                field="assignee",
                legal=[r.name for r in self.assignable()],
                hint="An AutoTask administrator gives one: Resources/Users, tab Associations, Service Desk.",
            )
        return role

    def choice(self, listed_as: str, value: int) -> Choice:
        """Label a ticket field's value."""
        known = self._choices.get((listed_as, value))
        if known is None:
            known = self._choices[listed_as, value] = self.metadata.choice(TICKETS, listed_as, value)
        return known

    def _role(self, resource: Resource) -> RoleId | None:
        """AutoTask's own order: the default among the service-desk roles, else any of them (vendor help: Resources)."""
        mine = [r for r in self._resource_roles if r.resource == resource.id and r.is_active and self._is_live(r.role)]
        default = [r.role for r in mine if r.is_default]
        roles = [r.role for r in sorted(mine, key=lambda r: r.id)]
        if default:
            return default[0]
        if resource.default_role is not None and (resource.default_role in roles or not roles):
            return resource.default_role if self._is_live(resource.default_role) else None
        return roles[0] if roles else None

    def _is_live(self, role: RoleId) -> bool:
        known = self._roles.get(role)
        return known is None or known.is_active
