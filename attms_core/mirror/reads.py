"""What the desk reads. Lists never wait for AutoTask; a single ticket that the mirror lacks is asked for once."""

from collections.abc import Sequence
from datetime import timedelta

from attms_core.errors import Invalid
from attms_core.mirror import show
from attms_core.mirror.choose import LISTED, choose
from attms_core.mirror.ground import Ground
from attms_core.mirror.lookup import LookUp, wanted
from attms_core.mirror.memory import Memory
from attms_core.mirror.progress import Age, Reached, stage_name
from attms_core.mirror.show import Told
from attms_core.mirror.standing import Standing
from attms_core.model import (
    Company,
    CompanyId,
    Contact,
    Opportunity,
    OpportunityDetail,
    OpportunityId,
    Ticket,
    TicketDetail,
    TicketFilter,
    TicketId,
    TicketPage,
)
from attms_core.store import directory, opportunities, sync, tickets
from attms_core.store.database import Tx
from attms_core.store.words import begins_words


class Reads:
    """Reads of the mirror, names and labels filled in."""

    def __init__(
        self, ground: Ground, *, look_up: LookUp, memory: Memory, standing: Standing, every: timedelta
    ) -> None:
        self._database = ground.database
        self._look_up = look_up
        self._memory = memory
        self._standing = standing
        self._tenant = ground.tenant
        self._now = ground.now
        self._every = every

    async def page(self, where: TicketFilter, *, offset: int, limit: int) -> TicketPage:
        """List tickets, the next SLA due first."""
        now, tenant, moves, recent = self._now(), self._tenant, self._standing.moves, self._standing.recent()

        def work(tx: Tx) -> tuple[tickets.Part, Reached]:
            part = tickets.page(tx, tenant, where, now=now, offset=offset, limit=limit)
            return part, recent or Reached(sync.all_states(tx, tenant))

        part, reached = await self._database.read(work)
        if reached is not recent:
            self._standing.keep(reached, moves)
        age = await self._age(reached)
        lines = tuple([show.line(ticket, self._memory, now) for ticket in part.rows])
        return TicketPage(
            lines=lines,
            offset=offset,
            total=part.total,
            counted_to=part.counted_to,
            as_of=age.as_of,
            is_current=age.is_current,
            reading=None if reached.progress.finished else reached.progress.tickets,
        )

    async def ticket(self, ticket: TicketId) -> Ticket | None:
        """Find a ticket in the mirror alone."""
        found = await self._database.read(lambda tx: tickets.load(tx, self._tenant, [ticket]))
        return found.get(ticket)

    async def opportunity_detail(self, opportunity: OpportunityId) -> OpportunityDetail | None:
        """Show a mirrored opportunity, names and labels filled in."""

        def work(tx: Tx) -> tuple[Opportunity, Company | None, Reached] | None:
            found = opportunities.load(tx, self._tenant, [opportunity]).get(opportunity)
            if found is None:
                return None
            return found, directory.company(tx, self._tenant, found.company), Reached(sync.all_states(tx, self._tenant))

        told = await self._database.read(work)
        if told is None:
            return None
        found, company, reached = told
        self._memory.remember([company] if company else [])
        return show.opportunity(found, self._memory, await self._age(reached))

    async def find(self, reference: str | TicketId) -> Ticket | None:
        """Find a ticket by number or id; when the mirror lacks it AutoTask is asked once."""
        known_as = wanted(reference)
        if known_as is None:
            return None
        if isinstance(known_as, str):
            here = await self._database.read(lambda tx: tickets.by_number(tx, self._tenant, known_as))
        else:
            here = await self.ticket(known_as)
        return here or await self._look_up.ticket(known_as)

    async def detail(self, ticket: TicketId, *, internal: bool, limit: int) -> TicketDetail | None:
        """Show a mirrored ticket with its newest notes; internal ones only where ``internal``."""
        told = await self._told(ticket)
        if told is None:
            return None
        age = await self._age(told.reached)
        url = await self._look_up.url(ticket)
        return show.detail(told, self._memory, age, now=self._now(), url=url, internal=internal, limit=limit)

    async def companies_named(
        self, text: str, *, among: Sequence[CompanyId] | None = None, limit: int = LISTED
    ) -> list[Company]:
        """Search active companies, or those ``among`` a few; none typed gives the first by name."""

        def work(tx: Tx) -> list[Company]:
            if among is None:
                return directory.companies_named(tx, self._tenant, text, limit=limit)
            few = directory.companies(tx, self._tenant, sorted(among)).values()
            fitting = [company for company in few if company.is_active and begins_words(text, company.name)]
            return sorted(fitting, key=lambda company: company.name.casefold())[:limit]

        found = await self._database.read(work)
        self._memory.remember(found)
        return found

    async def company_like(self, text: str, *, among: Sequence[CompanyId] | None = None) -> Company:
        """Find the one active company that is meant: one whose whole name begins so before one that has such words.

        Raises ``Invalid`` with those that could be.
        """

        def work(tx: Tx) -> list[Company]:
            return directory.companies_beginning(tx, self._tenant, text) or directory.companies_having(
                tx, self._tenant, text
            )

        if among is None:
            found = await self._database.read(work)
            self._memory.remember(found)
        else:
            found = await self.companies_named(text, among=among)
        if not text.strip() or not found:
            raise Invalid(f'There is no company "{text.strip()}".', field="company", hint="Type how its name begins.")
        if len(found) == 1:
            return found[0]
        return choose(text, found, name=lambda company: company.name, field="company", what="company")

    async def contacts_of(self, company: CompanyId, text: str) -> list[Contact]:
        """Search a company's active contacts."""
        return await self._database.read(lambda tx: directory.contacts_of(tx, self._tenant, company, text))

    async def has_data(self) -> bool:
        """Say whether the newest open tickets have been read, so that lists mean something."""
        state = await self._database.read(lambda tx: sync.get(tx, self._tenant, stage_name("open")))
        return state is not None and (state.position is not None or state.finished_at is not None)

    async def _told(self, ticket: TicketId) -> Told | None:
        await self._look_up.notes(ticket)
        told = await self._database.read(lambda tx: Told.read(tx, self._tenant, ticket))
        if told and told.company:
            self._memory.remember([told.company])
        return told

    async def _age(self, reached: Reached) -> Age:
        await self._memory.keep_up(reached)
        return reached.age(self._now(), self._every)
