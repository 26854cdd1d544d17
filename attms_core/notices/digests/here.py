"""What stands in a conversation's digest: what its subscriptions cover; without any, all that its maker may see."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from attms_core.model import Lane, Level, Listed, Person, TenantId, TicketId
from attms_core.model.change import CREATED
from attms_core.model.digest import DigestKind
from attms_core.model.digest_sheet import SHOWN, Part, Section, Sheet, SheetLine
from attms_core.model.ticket import COMPLETE
from attms_core.notices.digests.cover import Cover, cover
from attms_core.store import digest_reads
from attms_core.store.database import Tx
from attms_core.store.digest_reads import State

MOST_NEWS = 1_000
"""Tickets that were created, completed or late."""
MOST_IDLE = 300
"""Unassigned tickets, and such that nobody touches."""
MOST_OPEN = 2_000
"""Open tickets that are counted one by one, where not all count."""
STALE = timedelta(days=7)
"""A ticket without any activity for so long is stale."""
Counts = tuple[tuple[int | None, int], ...]
_IDLE = frozenset({Part.UNASSIGNED, Part.STALE})
_MILESTONES = {CREATED: Part.NEW, Level.BREACHED.value: Part.BREACHED, "status": Part.CLOSED}


def here(tx: Tx, tenant: TenantId, person: Person, lane: Lane, *, now: datetime, since: datetime) -> Sheet:
    """Gather it; ``since`` is the moment from which things are new."""
    subscribed = cover(tx, tenant, lane)
    covers = _within(person, subscribed)
    found = _find(tx, tenant, now=now, since=since)
    known = digest_reads.states(tx, tenant, found.everything())
    kept = {
        part: [each for each in those if _is_in(part, known.get(each), covers)] for part, those in found.parts.items()
    }
    shown = digest_reads.listed(tx, tenant, [each for those in kept.values() for each in those[:SHOWN]])
    rows = {ticket.id: ticket for ticket in shown}
    sections = [_section(part, those, rows, found) for part, those in kept.items() if those]
    by_queue, by_technician, is_more = _counted(tx, tenant, covers)
    return Sheet(
        kind=DigestKind.HERE,
        since=since,
        sections=tuple(sections),
        open=sum(count for _, count in by_queue),
        is_more_open=is_more,
        by_queue=by_queue,
        by_technician=by_technician,
        is_narrowed=subscribed is not None,
    )


class _Found(Struct, frozen=True, kw_only=True):
    """Tickets of each part in its order, before it is known which of them the digest covers."""

    parts: Mapping[Part, Sequence[TicketId]]
    idle: Mapping[TicketId, datetime]
    """When a ticket was touched last that nobody touches."""
    cut: frozenset[Part]
    """Parts of which there is more than was looked at."""

    def everything(self) -> list[TicketId]:
        """Name each ticket once."""
        return list(dict.fromkeys(each for those in self.parts.values() for each in those))


def _find(tx: Tx, tenant: TenantId, *, now: datetime, since: datetime) -> _Found:
    news: dict[Part, dict[TicketId, None]] = {part: {} for part in _MILESTONES.values()}
    milestones = digest_reads.milestones(tx, tenant, since, limit=MOST_NEWS)
    for ticket, what in milestones:
        news[_MILESTONES[what]][ticket] = None
    idle = digest_reads.untouched(tx, tenant, now - STALE, limit=MOST_IDLE)
    parts = {part: list(those) for part, those in news.items()}
    parts[Part.UNASSIGNED] = digest_reads.unassigned(tx, tenant, limit=MOST_IDLE)
    parts[Part.STALE] = list(idle)
    is_cut = {part: len(parts[part]) >= MOST_IDLE for part in _IDLE} | dict.fromkeys(news, len(milestones) >= MOST_NEWS)
    return _Found(parts=parts, idle=idle, cut=frozenset(part for part, cut in is_cut.items() if cut))


def _within(person: Person, subscribed: Cover | None) -> Cover | None:
    """Unite what is subscribed to with what the maker may see; none where that is everything."""
    queues, companies = person.within_queues, person.within_companies
    if subscribed is None and queues is None and companies is None:
        return None

    def covers(state: State) -> bool:
        is_seen = (queues is None or state["queue"] in queues) and (companies is None or state["company"] in companies)
        return is_seen and (subscribed is None or subscribed(state))

    return covers


def _is_in(part: Part, state: State | None, covers: Cover | None) -> bool:
    """Leave out what is gone, what was closed and opened again, and what was late and is closed."""
    if state is None or (covers is not None and not covers(state)):
        return False
    is_closed = state["status"] == COMPLETE
    return is_closed if part is Part.CLOSED else part is Part.NEW or not is_closed


def _section(part: Part, ids: Sequence[TicketId], rows: Mapping[TicketId, Listed], found: _Found) -> Section:
    lines = (
        SheetLine(ticket=rows[each], at=found.idle.get(each) if part is Part.STALE else None)
        for each in ids[:SHOWN]
        if each in rows
    )
    return Section(part=part, lines=tuple(lines), total=len(ids), is_more=part in found.cut)


def _counted(tx: Tx, tenant: TenantId, covers: Cover | None) -> tuple[Counts, Counts, bool]:
    """Count open tickets by queue and by technician; say whether there are more than could be counted."""
    if covers is None:
        queues, technicians = (digest_reads.counts(tx, tenant, by) for by in ("queue", "assignee"))
        return _ranked(queues), _ranked(technicians), False
    states = digest_reads.open_states(tx, tenant, limit=MOST_OPEN)
    covered = [state for state in states if covers(state)]
    by_queue: Counter[int | None] = Counter(state["queue"] for state in covered)
    by_technician: Counter[int | None] = Counter(state["assignee"] for state in covered)
    return _ranked(by_queue), _ranked(by_technician), len(states) >= MOST_OPEN


def _ranked(counts: Mapping[int | None, int]) -> Counts:
    return tuple(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0] is None, pair[0] or 0)))
