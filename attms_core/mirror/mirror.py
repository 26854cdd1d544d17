"""The mirror as its users see it: what comes in, what is read, and the jobs that keep it up to date."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from attms_core.mirror.absorb import Absorber
from attms_core.mirror.choose import choose
from attms_core.mirror.compare import Cause
from attms_core.mirror.fields import OPPORTUNITIES, TICKET_NOTES, TICKETS, listed_as
from attms_core.mirror.ground import Ground
from attms_core.mirror.history import History
from attms_core.mirror.lookup import LookUp
from attms_core.mirror.memory import Memory
from attms_core.mirror.news import News, Owing
from attms_core.mirror.office import Office
from attms_core.mirror.opportunities import Opportunities
from attms_core.mirror.poll import Poll
from attms_core.mirror.positions import Positions
from attms_core.mirror.reads import Reads
from attms_core.mirror.reconcile import Reconcile
from attms_core.mirror.standing import Standing
from attms_core.mirror.sync import FirstSync, Sleep
from attms_core.mirror.upkeep import Status, Upkeep
from attms_core.mirror.watch import Watch
from attms_core.model import (
    Change,
    Choice,
    Company,
    CompanyId,
    Contact,
    Field,
    Note,
    OpportunityDetail,
    OpportunityId,
    Resource,
    ResourceId,
    RoleId,
    TenantId,
    Ticket,
    TicketDetail,
    TicketFilter,
    TicketId,
    TicketPage,
    TimeEntry,
)
from attms_core.ports import BudgetMeter, Now, Reader
from attms_core.store.database import Database

PAGE = 8
NOTES = 3
ENOUGH = 3
"""Characters that name a technician, where they are no whole word of the name: one may be a slip."""


class Mirror:
    """The local copy of AutoTask.

    ``every`` is the time between polls and ``history`` how long completed tickets are kept after the last thing that
    happened to them; when it grows, ``first_sync`` reads what is missing. Call ``open`` before
    anything is read; the jobs (``first_sync``, ``poll``, ...) are the caller's to schedule.
    """

    def __init__(
        self,
        database: Database,
        autotask: Reader,
        meter: BudgetMeter,
        *,
        tenant: TenantId,
        now: Now,
        every: timedelta = timedelta(seconds=30),
        history: timedelta = timedelta(days=365),
        sleep: Sleep = asyncio.sleep,
        owing: Owing | None = None,
    ) -> None:
        ground = Ground(database=database, autotask=autotask, tenant=tenant, now=now, news=News(tenant, owing))
        self._memory = memory = Memory(ground)
        self._absorber = absorber = Absorber(ground)
        standing = Standing(ground)
        office, positions = Office(ground, memory=memory), Positions(ground, standing)
        look_up = LookUp(ground, meter=meter, absorber=absorber, office=office)
        self._reads = Reads(ground, look_up=look_up, memory=memory, standing=standing, every=every)
        self._upkeep = Upkeep(ground, standing, every=every)
        self._reconcile = Reconcile(ground, absorber=absorber, office=office)
        self._poll = Poll(ground, absorber=absorber, office=office, positions=positions)
        self._history = History(ground, positions=positions, kept=history)
        self._watch = Watch(ground, positions=positions)
        self._opportunities = Opportunities(ground, absorber=absorber, positions=positions, history=history)
        self._first_sync = FirstSync(
            ground,
            absorber=absorber,
            office=office,
            positions=positions,
            reconcile=partial(self._reconcile.run, Cause.FIRST_SYNC),
            history=history,
            sleep=sleep,
        )

    async def open(self) -> None:
        """Load names, picklists and technicians into memory."""
        await self._memory.load()

    # what comes in

    async def absorb_tickets(
        self,
        tickets: Sequence[Ticket],
        cause: Cause,
        *,
        fresh: Sequence[Note] = (),
        logged: Sequence[TimeEntry] = (),
    ) -> list[Change]:
        """Take tickets in, and notes and time that were read with them. Returns the changes that were written."""
        return await self._absorber.tickets(tickets, cause, fresh=fresh, logged=logged)

    async def absorb_notes(self, notes: Sequence[Note], cause: Cause) -> list[Change]:
        """Take notes in. Returns the changes that were written."""
        return await self._absorber.notes(notes, cause)

    # what is read

    async def page(self, where: TicketFilter, *, offset: int = 0, limit: int = PAGE) -> TicketPage:
        """List tickets, the next SLA due first."""
        return await self._reads.page(where, offset=offset, limit=limit)

    async def ticket(self, ticket: TicketId) -> Ticket | None:
        """Find a ticket in the mirror alone."""
        return await self._reads.ticket(ticket)

    async def opportunity_detail(self, opportunity: OpportunityId) -> OpportunityDetail | None:
        """Show a mirrored opportunity, names and labels filled in."""
        return await self._reads.opportunity_detail(opportunity)

    async def find(self, reference: str | TicketId) -> Ticket | None:
        """Find a ticket by number or id; when the mirror lacks it AutoTask is asked once.

        Raises ``Unreachable`` when that takes longer than three seconds, and what else AutoTask refuses.
        """
        return await self._reads.find(reference)

    async def detail(self, ticket: TicketId, *, internal: bool, notes: int = NOTES) -> TicketDetail | None:
        """Show a mirrored ticket with its newest notes, internal ones only where ``internal``."""
        return await self._reads.detail(ticket, internal=internal, limit=notes)

    async def companies_named(self, text: str, *, among: Sequence[CompanyId] | None = None) -> list[Company]:
        """Search active companies, or those ``among`` a few, by the beginnings of their words; none typed is all."""
        return await self._reads.companies_named(text, among=among)

    async def contacts_of(self, company: CompanyId, text: str = "") -> list[Contact]:
        """Search a company's active contacts."""
        return await self._reads.contacts_of(company, text)

    async def resolve_company(self, text: str, *, among: Sequence[CompanyId] | None = None) -> Company:
        """Find the one active company that is meant. Raises ``Invalid`` with those that could be."""
        return await self._reads.company_like(text, among=among)

    async def has_data(self) -> bool:
        """Say whether the newest open tickets have been read, so that lists mean something."""
        return await self._reads.has_data()

    async def status(self) -> Status:
        """Say how far it is, by the store alone: also where another process reads."""
        return await self._upkeep.status()

    async def forget(self) -> None:
        """Drop the copy, so that the next first sync reads it anew. No first sync may be under way meanwhile.

        Raises what AutoTask says when it does not answer: then nothing is dropped.
        """
        await self._upkeep.forget()

    # what is remembered

    def choices(self, field: str) -> tuple[Choice, ...]:
        """List a ticket field's writable values, in the order that people know. Our name of the field or AutoTask's."""
        return self._memory.metadata.active(TICKETS, listed_as(field))

    def note_choices(self, field: str) -> tuple[Choice, ...]:
        """List a note field's writable values (``noteType``, ``publish``)."""
        return self._memory.metadata.active(TICKET_NOTES, field)

    def ticket_field(self, name: str) -> Field | None:
        """Describe a ticket field by our name or AutoTask's."""
        return self._memory.metadata.field(TICKETS, listed_as(name))

    def opportunity_field(self, name: str) -> Field | None:
        """Describe an opportunity's field by our name or AutoTask's."""
        return self._memory.metadata.field(OPPORTUNITIES, listed_as(name))

    def resolve_choice(self, field: str, text: str) -> Choice:
        """Find the writable value that is meant. Raises ``Invalid`` with the legal labels, or those that fit."""
        return choose(text, self.choices(field), name=lambda choice: choice.label, field=field, what=field)

    def assignable(self) -> list[Resource]:
        """List who can own tickets, by name."""
        return self._memory.assignable()

    def resolve_resource(self, text: str) -> Resource:
        """Find the technician who is meant, by name or e-mail. Raises ``Invalid`` with those who could be."""
        typed = text.strip().casefold()
        by_email = [r for r in self.assignable() if typed and typed in {r.email.casefold(), r.user_name.casefold()}]
        if len(by_email) == 1:
            return by_email[0]
        named = self.assignable()
        return choose(text, named, name=lambda r: r.name, field="assignee", what="technician", enough=ENOUGH)

    def role_for(self, resource: ResourceId) -> RoleId:
        """Give the role in which a technician owns tickets. Raises ``Invalid`` when there is none."""
        return self._memory.role_for(resource)

    def resource_name(self, resource: ResourceId) -> str:
        """Name a technician."""
        return self._memory.resource_name(resource)

    def company_name(self, company: CompanyId) -> str:
        """Name a company that was read lately; others by their number."""
        return self._memory.company_name(company)

    # what keeps it up to date: jobs

    async def first_sync(self) -> None:
        """Read all that is missing, people's needs first; returns at once when nothing is."""
        await self._first_sync.run()

    async def poll(self) -> list[Change]:
        """Absorb what moved since the last poll: one call when nothing did."""
        return await self._poll.tick()

    async def reread(self, tickets: Sequence[TicketId]) -> list[Change]:
        """Absorb these tickets as AutoTask has them now, with notes and time: because it called out for them.

        A few calls for 200 tickets; nothing happens before polls have begun. Raises what AutoTask says.
        """
        return await self._poll.reread(tickets)

    async def refresh_deletions(self) -> None:
        """Drop what was deleted in AutoTask since the last look: a part of ``refresh_directory``."""
        await self._poll.refresh_deletions()

    async def watch_levels(self) -> int:
        """Tell service levels that were reached since, and say how many: every half minute, without AutoTask."""
        return await self._watch.look()

    async def refresh_opportunities(self) -> list[Change]:
        """Absorb opportunities with activity, the first time all of them: every five minutes."""
        return await self._opportunities.refresh()

    async def reconcile_opportunities(self) -> list[Change]:
        """Compare all opportunities that are undecided: hourly."""
        return await self._opportunities.reconcile()

    async def refresh_directory(self) -> None:
        """Copy companies, contacts and deletions that are new: every five minutes."""
        await self._poll.refresh_directory()

    async def refresh_people(self) -> None:
        """Copy technicians, roles and picklists: hourly."""
        await self._poll.refresh_people()

    async def reconcile(self) -> None:
        """Compare the open set: nightly."""
        await self._reconcile.run()

    async def forget_completed(self) -> int:
        """Drop completed tickets to which nothing has happened within the history, and say how many: daily."""
        return await self._history.forget_old()
