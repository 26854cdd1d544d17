"""The AutoTask client: what the ports ask for, in queries and calls.

Paging is in ``reads``, retry, limits and log-in are in ``caller``, names in ``wire``.
"""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self

import structlog

from attms_core.autotask import encode, protocol, refusals, wire, zone
from attms_core.autotask.budget import Budget, Usage
from attms_core.autotask.caller import Caller, Sleep, find_zone
from attms_core.autotask.callouts import Webhooks
from attms_core.autotask.catalogue import Catalogue
from attms_core.autotask.door import Door
from attms_core.autotask.protocol import Call, Deed, Kind, Login, Priority, Verdict
from attms_core.autotask.query import Query, any_of, where
from attms_core.autotask.reads import LARGEST_ID, Reads, decode, record_id
from attms_core.autotask.rights import Rights, rights
from attms_core.errors import CredentialsRefused, NotConnected, OutcomeUnknown, TryLater
from attms_core.http import AllowList, ForbiddenAddress, HttpClient, Request, Response, Send
from attms_core.model import (
    Company,
    CompanyId,
    Contact,
    DeletedTicket,
    Field,
    Note,
    NoteId,
    Opportunity,
    OpportunityId,
    Resource,
    ResourceId,
    ResourceRole,
    Role,
    Ticket,
    TicketId,
    TimeEntry,
)
from attms_core.model.opportunity import UNDECIDED
from attms_core.model.ticket import COMPLETE
from attms_core.model.wish import Value
from attms_core.ports import Now
from attms_core.settings import Settings

log = structlog.get_logger(__name__)

BODY_CAP = 20 * 1024 * 1024
"""Bytes of an answer; a page of 500 long tickets stays well below."""
LONGEST_NUMBER = 50
API_USER = 7
"""The licence of API users; nobody may write in their name (REST help: impersonation)."""


class AutotaskClient:
    """AutoTask as the ports want it. Open it as an async context manager.

    send        lent by tests; unset means an HTTP client of our own with the allow-list of AutoTask's hosts
    discovery   the base that is asked for the tenant's zone when none is configured
    heard       is told of every answer as it comes in
    webhooks    what AutoTask calls us by is looked after there
    clock, sleep, jitter    see ``Caller``
    """

    def __init__(
        self,
        settings: Settings,
        *,
        now: Now,
        send: Send | None = None,
        heard: Callable[[Response], None] | None = None,
        discovery: str = zone.DISCOVERY,
        clock: Callable[[], float] = time.monotonic,
        sleep: Sleep = asyncio.sleep,
        jitter: Callable[[float, float], float] = random.uniform,
    ) -> None:
        self._login = _login(settings)
        self._allow_loopback = settings.allow_loopback
        self._discovery = discovery
        own = HttpClient(AllowList(zone.API_HOSTS, settings.allow_loopback), body_cap=BODY_CAP)
        self._http = None if send else own
        self._send: Send = _overheard(send or own.send, heard) if heard else send or own.send
        self._stack = AsyncExitStack()
        self._catalogue = Catalogue(now)
        self._api_users: set[ResourceId] = set()
        self._budget = Budget(settings.api_hourly_cap, now)
        self._door = Door(find=self._find_zone, zone=_configured(settings), now=now)
        self._caller = Caller(
            login=self._login,
            send=self._send,
            budget=self._budget,
            door=self._door,
            clock=clock,
            sleep=sleep,
            jitter=jitter,
        )
        self._reads = Reads(self._caller, self._catalogue)
        self.webhooks = Webhooks(self._caller, self._reads)

    async def __aenter__(self) -> Self:
        """Get ready to send; nothing is sent yet."""
        if self._http:
            await self._stack.enter_async_context(self._http)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connections."""
        await self._stack.aclose()

    # how much is used

    @property
    def used_share(self) -> float:
        """The tenant's whole use as a share of its threshold, 0 to 1."""
        return self._budget.used_share

    @property
    def own_calls(self) -> int:
        """Our own calls of the last hour."""
        return self._budget.own_calls

    @property
    def silent_for(self) -> timedelta | None:
        """How long AutoTask has not answered properly; none when the last call was answered."""
        return self._budget.silent_for

    async def usage(self) -> Usage:
        """Log in and ask for the tenant's use of the hour. Raises ``Busy``, ``Unreachable``, ``CredentialsRefused``."""
        return await self._caller.usage()

    async def zones(self) -> zone.Zones:
        """Ask where the tenant lives; it takes no log-in. Raises ``Unreachable`` or ``CredentialsRefused``."""
        in_use = self._door.zone.base if self._door.zone else ""
        return zone.Zones(in_use, (await self._find_zone()).base)

    # tickets

    async def ticket(self, ticket: TicketId, *, urgent: bool = False) -> Ticket | None:
        """Read one ticket with all its fields; none when it is missing or invisible."""
        if not 0 < ticket <= LARGEST_ID:
            return None
        call = Call(entity="Tickets", method="GET", path=f"Tickets/{int(ticket)}", priority=_reader(urgent=urgent))
        found = await self._reads.read(call)
        item = found.answer.get("item")
        return decode(wire.TICKETS, item) if item is not None else None

    async def ticket_by_number(self, number: str, *, urgent: bool = False) -> Ticket | None:
        """Find a ticket by its ``T20261124.0001``."""
        if not number or len(number) > LONGEST_NUMBER or not number.isprintable():
            return None
        asked = Query("Tickets", (where("number").eq(number),))
        found = [t async for page in self._reads.pages(wire.TICKETS, asked, _reader(urgent=urgent)) for t in page]
        return found[0] if found else None

    async def ticket_by_external_id(self, external_id: str) -> Ticket | None:
        """Find the ticket that a wish made; the newest when there are several."""
        asked = Query("Tickets", (where("external_id").eq(external_id),))
        found = [t async for page in self._reads.pages(wire.TICKETS, asked, Priority.PERSON) for t in page]
        return found[-1] if found else None

    def tickets_changed(self, since: datetime) -> AsyncIterator[list[Ticket]]:
        """Page through tickets with any activity at or after ``since``."""
        moved = any_of(where("last_activity").gte(since), where("last_modified").gte(since))
        return self._reads.pages(wire.TICKETS, Query("Tickets", (moved,)), Priority.TICK)

    def open_tickets(self, start: datetime | None = None, end: datetime | None = None) -> AsyncIterator[list[Ticket]]:
        """Page through tickets that are not complete, bounded to those whose last activity lies in ``[start, end)``.

        A ticket that has no last activity is told only when both bounds are None.
        """
        since = (where("last_activity").gte(start),) if start else ()
        until = (where("last_activity").lt(end),) if end else ()
        return self._reads.pages(wire.TICKETS, Query("Tickets", (where("status").noteq(COMPLETE), *since, *until)))

    async def open_ticket_ids(self) -> AsyncIterator[list[TicketId]]:
        """Page through the ids alone of all tickets that are not complete."""
        asked = Query("Tickets", (where("status").noteq(COMPLETE),), include=("id",))
        async for items in self._reads.raw_pages(asked, Priority.MIRROR):
            yield [TicketId(found) for item in items if (found := record_id(item)) is not None]

    def closed_tickets(self, start: datetime, end: datetime) -> AsyncIterator[list[Ticket]]:
        """Page through completed tickets whose last activity lies in ``[start, end)``."""
        within = (where("last_activity").gte(start), where("last_activity").lt(end))
        return self._reads.pages(wire.TICKETS, Query("Tickets", (where("status").eq(COMPLETE), *within)))

    def tickets_by_id(self, tickets: Sequence[TicketId]) -> AsyncIterator[list[Ticket]]:
        """Page through the named tickets, 200 ids a call."""
        return self._reads.by_ids(wire.TICKETS, "id", tickets)

    async def ticket_url(self, ticket: TicketId) -> str:
        """Give the deep link into AutoTask's own pages; empty while the zone is unknown."""
        return self._door.zone.ticket_url(ticket) if self._door.zone else ""

    # notes and time

    def notes_of(self, tickets: Sequence[TicketId], *, since: datetime | None = None) -> AsyncIterator[list[Note]]:
        """Page through the notes of tickets, 200 ids a call; with ``since`` only those active at or after it."""
        also = (where("last_activity").gte(since),) if since else ()
        return self._reads.by_ids(wire.NOTES, "ticket", tickets, *also)

    async def notes_of_ticket(self, ticket: TicketId, *, urgent: bool = False) -> list[Note]:
        """Read all notes of one ticket."""
        if not 0 < ticket <= LARGEST_ID:
            return []
        asked = Query("TicketNotes", (where("ticket").eq(int(ticket)),))
        return [n async for page in self._reads.pages(wire.NOTES, asked, _reader(urgent=urgent)) for n in page]

    def time_entries_of(self, tickets: Sequence[TicketId], *, since: datetime) -> AsyncIterator[list[TimeEntry]]:
        """Page through the time entries of tickets that changed at or after ``since``, 200 ids a call."""
        return self._reads.by_ids(wire.TIME_ENTRIES, "ticket", tickets, where("last_modified").gte(since))

    # opportunities

    def opportunities_changed(self, since: datetime) -> AsyncIterator[list[Opportunity]]:
        """Page through opportunities with activity at or after ``since``."""
        return self._reads.pages(wire.OPPORTUNITIES, Query("Opportunities", (where("last_activity").gte(since),)))

    def undecided_opportunities(self) -> AsyncIterator[list[Opportunity]]:
        """Page through opportunities that are neither won nor lost."""
        return self._reads.pages(wire.OPPORTUNITIES, Query("Opportunities", (where("status").is_in(UNDECIDED),)))

    def opportunities_by_id(self, some: Sequence[OpportunityId]) -> AsyncIterator[list[Opportunity]]:
        """Page through the named opportunities, 200 ids a call."""
        return self._reads.by_ids(wire.OPPORTUNITIES, "id", some)

    # everybody and everything else

    def companies(self, since: datetime | None = None) -> AsyncIterator[list[Company]]:
        """Page through companies, active ones first sync, changed ones afterwards."""
        which = where("last_modified").gte(since) if since else where("is_active").eq(True)  # noqa: FBT003 - a value
        return self._reads.slim(wire.COMPANIES, which)

    def companies_by_id(self, companies: Sequence[CompanyId]) -> AsyncIterator[list[Company]]:
        """Page through the named companies, inactive ones too, 200 ids a call."""
        return self._reads.by_ids(wire.COMPANIES, "id", companies)

    def contacts(self, since: datetime | None = None) -> AsyncIterator[list[Contact]]:
        """Page through contacts, inactive ones too: old tickets name them."""
        return self._reads.slim(wire.CONTACTS, *((where("last_modified").gte(since),) if since else ()))

    async def resources(self) -> AsyncIterator[list[Resource]]:
        """Page through resources, inactive ones too."""
        async for page in self._reads.slim(wire.RESOURCES):
            self._api_users |= {each.id for each in page if each.license_type == API_USER}
            yield page

    def roles(self) -> AsyncIterator[list[Role]]:
        """Page through roles."""
        return self._reads.slim(wire.ROLES)

    def resource_roles(self) -> AsyncIterator[list[ResourceRole]]:
        """Page through the roles in which resources may own tickets."""
        return self._reads.slim(wire.RESOURCE_ROLES)

    def deleted_tickets(self, since: datetime) -> AsyncIterator[list[DeletedTicket]]:
        """Page through the log of deleted tickets."""
        return self._reads.slim(wire.DELETED_TICKETS, where("deleted_at").gte(since))

    async def fields(self, entity: str) -> tuple[Field, ...]:
        """Read an entity's fields (``Tickets``, ``TicketNotes``), user-defined ones included."""
        return await self._reads.fields(entity, Priority.MIRROR)

    async def rights(self, entity: str) -> Rights:
        """Ask what our user may do with an entity (``Tickets``), for somebody who waits."""
        path = f"{entity}/entityInformation"
        found = await self._reads.read(Call(entity=entity, method="GET", path=path, priority=Priority.PERSON))
        return rights(entity, found.answer)

    # writes

    async def create_ticket(self, fields: Mapping[str, Value], *, as_: ResourceId) -> TicketId:
        """Create a ticket."""
        return TicketId(await self._write("Tickets", "Tickets", fields, Deed.CREATE, as_))

    async def update_ticket(self, ticket: TicketId, fields: Mapping[str, Value], *, as_: ResourceId) -> None:
        """Change only the fields named; None clears one."""
        if fields:
            await self._write("Tickets", "Tickets", fields, Deed.UPDATE, as_, id_=int(ticket))

    async def add_note(self, ticket: TicketId, fields: Mapping[str, Value], *, as_: ResourceId) -> NoteId:
        """Add a note: ``title``, ``text``, ``note_type``, ``publish``."""
        path = f"Tickets/{int(ticket)}/Notes"  # the top-level address takes no writes (REST help: TicketNotes entity)
        return NoteId(await self._write("TicketNotes", path, fields, Deed.CREATE, as_))

    async def _write(
        self,
        entity: str,
        path: str,
        fields: Mapping[str, Value],
        deed: Deed,
        as_: ResourceId,
        *,
        id_: int | None = None,
    ) -> int:
        is_strange = encode.needs_metadata(entity, fields, self._catalogue.of(entity))
        if is_strange and self._catalogue.may_refresh(entity):
            await self._reads.fields(entity, Priority.PERSON)
        body = encode.record(entity, fields, self._catalogue.of(entity))
        if id_ is not None:
            body["id"] = id_  # in the body: the path takes no id (REST help: PATCH)
        method = "POST" if deed is Deed.CREATE else "PATCH"
        call = Call(
            entity=entity,
            method=method,
            path=path,
            body=protocol.encoded(body),
            deed=deed,
            priority=Priority.WRITE,
            as_=as_,
        )
        if as_ <= 0 or as_ in self._api_users:
            raise refusals.no_impersonation(call)
        return await self._done(call, await self._caller.run(call))

    async def _done(self, call: Call, found: Verdict) -> int:
        if found.kind is not Kind.DONE:
            await self._refresh_after(call.entity, found)
            raise refusals.refusal(call, _texts(found), self._catalogue.of(call.entity))
        made = wire.item_id(found.answer)
        if made is None:
            raise OutcomeUnknown("AutoTask's answer to the change makes no sense.", hint="Look into AutoTask first.")
        return made

    async def _refresh_after(self, entity: str, found: Verdict) -> None:
        if not (refusals.asks_for_fresh_fields(found.texts) and self._catalogue.may_refresh(entity)):
            return
        try:
            await self._reads.fields(entity, Priority.PERSON)
        except (TryLater, CredentialsRefused) as error:
            log.warning("autotask_fields_unread", entity=entity, code=error.code)

    async def _find_zone(self) -> zone.Zone:
        base = self._door.zone.base if self._door.zone else self._discovery
        return await find_zone(self._send, base, self._login.user, allow_loopback=self._allow_loopback)


def _overheard(send: Send, heard: Callable[[Response], None]) -> Send:
    async def exchange(request: Request) -> Response:
        response = await send(request)
        heard(response)
        return response

    return exchange


def _login(settings: Settings) -> Login:
    secret, code = settings.autotask_secret, settings.autotask_integration_code
    if not settings.autotask_user or not secret or not code:
        raise NotConnected("AutoTask has not been set up.")
    return Login(
        user=settings.autotask_user, secret=secret.get_secret_value(), integration_code=code.get_secret_value()
    )


def _configured(settings: Settings) -> zone.Zone | None:
    if not settings.autotask_zone_url:
        return None
    try:
        return zone.configured(settings.autotask_zone_url, allow_loopback=settings.allow_loopback)
    except ForbiddenAddress as error:
        hint = "Set ATTMS_AUTOTASK_ZONE_URL to https://webservicesN.autotask.net/ATServicesRest/, or leave it out."
        raise NotConnected(f"ATTMS_AUTOTASK_ZONE_URL is no address of AutoTask's: {error}.", hint=hint) from error


def _reader(*, urgent: bool) -> Priority:
    return Priority.PERSON if urgent else Priority.MIRROR


def _texts(found: Verdict) -> tuple[str, ...]:
    """Give AutoTask's words; a 404 without any means that the record is gone."""
    if found.kind is Kind.MISSING:
        return ("No matching records found.",)
    return found.texts
