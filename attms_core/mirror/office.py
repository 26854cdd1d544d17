"""Reading what changes rarely: technicians, their roles, picklists, companies, contacts."""

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime
from typing import TypeVar

import structlog
from msgspec import structs

from attms_core.errors import Unreachable, Unreadable
from attms_core.mirror.fields import OPPORTUNITIES, TICKET_NOTES, TICKETS
from attms_core.mirror.ground import Ground
from attms_core.mirror.memory import Memory
from attms_core.model import Company, CompanyId, Contact, Field, ResourceRole, TenantId, Ticket
from attms_core.store import directory, metadata
from attms_core.store.database import Tx

log = structlog.get_logger(__name__)

T = TypeVar("T")


class Office:
    """Copies the directory and the metadata. Each method returns how many rows it read; repeating one is harmless."""

    def __init__(self, ground: Ground, *, memory: Memory) -> None:
        self._database = ground.database
        self._autotask = ground.autotask
        self._memory = memory
        self._tenant = ground.tenant
        self._now = ground.now
        self._untold: set[CompanyId] = set()
        """Companies that AutoTask did not tell when they were asked for: not asked for at each of their tickets."""

    async def read_metadata(self) -> int:
        """Copy the fields of tickets, notes and opportunities, picklists included."""
        found = {entity: await self._autotask.fields(entity) for entity in (TICKETS, TICKET_NOTES)}
        found |= await self._opportunity_fields()
        now = self._now()

        def work(tx: Tx) -> None:
            for entity, fields in found.items():
                metadata.put(tx, self._tenant, entity, fields, now)

        await self._database.write(work)
        await self._memory.load()
        return sum(map(len, found.values()))

    async def _opportunity_fields(self) -> dict[str, tuple[Field, ...]]:
        """Read what a tenant may not have, or not let us see: then what is here stays."""
        try:
            return {OPPORTUNITIES: await self._autotask.fields(OPPORTUNITIES)}
        except (Unreadable, Unreachable) as error:
            log.info("opportunity_fields_not_read", code=error.code)
            return {}

    async def read_people(self) -> int:
        """Copy technicians, roles, and who may own tickets in which role."""
        resources = await _all(self._autotask.resources())
        roles = await _all(self._autotask.roles())
        resource_roles = await _all(self._autotask.resource_roles())

        def work(tx: Tx) -> None:
            directory.put_resources(tx, self._tenant, resources)
            directory.put_roles(tx, self._tenant, roles)
            gone = _gone(directory.resource_roles(tx, self._tenant), resource_roles)
            directory.put_resource_roles(tx, self._tenant, [*resource_roles, *gone])

        await self._database.write(work)
        await self._memory.load()
        return len(resources)

    async def read_companies(self, since: datetime | None, seen: Callable[[Sequence[Company]], None]) -> int:
        """Copy companies, page by page; ``seen`` is told of each page once it is stored."""
        read = 0
        async for page in self._autotask.companies(since):
            await self._keep(page)
            seen(page)
            read += len(page)
        return read

    async def read_companies_of(self, tickets: Sequence[Ticket]) -> None:
        """Copy those companies of tickets that the mirror lacks: inactive ones are read once a ticket names them."""
        named = {ticket.company for ticket in tickets} - self._untold
        if not named:
            return
        known = await self._database.read(lambda tx: directory.companies(tx, self._tenant, sorted(named)))
        lacking = named - known.keys()
        async for page in self._autotask.companies_by_id(sorted(lacking)):
            await self._keep(page)
            lacking -= {company.id for company in page}
        self._untold |= lacking

    async def read_contacts(self, since: datetime | None, seen: Callable[[Sequence[Contact]], None]) -> int:
        """Copy contacts, page by page; ``seen`` is told of each page once it is stored."""
        read = 0
        async for page in self._autotask.contacts(since):
            await self._database.write(_putting(directory.put_contacts, self._tenant, page))
            seen(page)
            read += len(page)
        return read

    async def _keep(self, companies: Sequence[Company]) -> None:
        await self._database.write(_putting(directory.put_companies, self._tenant, companies))
        self._memory.remember(companies)


def _putting(
    put: Callable[[Tx, TenantId, Sequence[T]], None], tenant: TenantId, rows: Sequence[T]
) -> Callable[[Tx], None]:
    return lambda tx: put(tx, tenant, rows)


def _gone(ours: Sequence[ResourceRole], theirs: Sequence[ResourceRole]) -> list[ResourceRole]:
    """Roles that were taken away vanish from AutoTask's list: keep them as inactive."""
    told = {row.id for row in theirs}
    return [structs.replace(row, is_active=False) for row in ours if row.id not in told and row.is_active]


async def _all(pages: AsyncIterator[list[T]]) -> list[T]:
    return [row async for page in pages for row in page]
