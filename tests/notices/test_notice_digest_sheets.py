"""What stands in a digest: what presses, in order; what others did; what a conversation covers, and nothing else."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from attms_core.errors import NotLinked
from attms_core.model import (
    Author,
    AuthorKind,
    Change,
    CompanyId,
    ContactId,
    Event,
    Lane,
    Link,
    LinkState,
    Mode,
    Note,
    Person,
    ResourceId,
    Subscription,
    SubscriptionId,
    Ticket,
    TicketId,
)
from attms_core.model.digest import Digest, DigestKind, Rhythm
from attms_core.model.digest_sheet import SHOWN, Part, Section, Sheet
from attms_core.model.filter import By, Filter, NoteKind, Notes, OneOf
from attms_core.notices.digests import Digests, sheets
from attms_core.notices.digests.here import MOST_IDLE
from attms_core.notices.facts import OF_TICKET
from attms_core.store import changes, directory, notes, subscriptions, tickets
from attms_core.store.database import Database, Tx
from attms_core.store.digest_reads import STATED
from tests.store.values import NOON, OURS, THEIRS, change, contact, linked, note, ticket

HERE, MINE = Lane("19:here@thread.tacv2"), Lane("person:ana")
ANA: Person = replace(linked("ana", 5), within_queues=None, within_companies=None)
ME, BEN, KIM = Author(AuthorKind.RESOURCE, 5), Author(AuthorKind.RESOURCE, 6), Author(AuthorKind.CONTACT, 31)
DAILY = Rhythm(days=tuple(range(7)), minute=720, zone="UTC")
"""At noon."""


def hours(count: float) -> datetime:
    return NOON + timedelta(hours=count)


def digest(kind: DigestKind, **given: Any) -> Digest:
    plain = Digest(
        tenant=OURS,
        lane=MINE if kind is DigestKind.MINE else HERE,
        kind=kind,
        rhythm=DAILY,
        created_by="ana",
        created_by_name="Ana",
        next_at=hours(24),
        last_at=NOON,
    )
    return replace(plain, **given)


def mine(id_: int, **given: Any) -> Ticket:
    """Make an old ticket of hers that presses in no way."""
    return ticket(id_, **{"assignee": ResourceId(5), "created": hours(-500), "last_activity": hours(-1), **given})


class Desk:
    """A store to put things into, and the digests of it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.digests = Digests(database, tenant=OURS, now=lambda: NOON)

    async def has(
        self, *given: Ticket, moved: Sequence[Change] = (), written: Sequence[Note] = (), listening: Any = ()
    ) -> None:
        def work(tx: Tx) -> None:
            tickets.put(tx, OURS, given)
            changes.add(tx, OURS, moved)
            notes.put(tx, OURS, written)
            for each in listening:
                subscriptions.add(tx, each)

        await self._database.write(work)

    async def sheet(self, kind: DigestKind, person: Person = ANA, *, internal: bool = True, **given: Any) -> Sheet:
        return await self.digests.sheet(person, digest(kind, **given), internal=internal)


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


def parts(sheet: Sheet) -> dict[Part, list[int]]:
    return {section.part: [line.ticket.id for line in section.lines] for section in sheet.sections}


def section(sheet: Sheet, part: Part) -> Section:
    return next(each for each in sheet.sections if each.part is part)


def wrote(id_: int, of: int, at: float, **given: Any) -> Note:
    """Make a note that the customer may read."""
    return note(id_, of, **{"publish": 1, "created": hours(at), **given})


async def test_a_ticket_of_ones_own_stands_where_it_presses_most(desk: Desk) -> None:
    await desk.has(
        mine(1, due=hours(-3)),
        mine(2),
        mine(3, due=hours(1)),
        mine(4, created=hours(-2), due=hours(11)),
        mine(5, created=hours(-2), due=hours(40)),
        mine(6),
        mine(7, created=hours(-1), due=hours(-1)),
        mine(8, due=hours(-2), sla_paused_hours=Decimal(4)),
        mine(9, due=hours(-2), status=5),
        mine(10, due=hours(-2), assignee=ResourceId(6)),
        written=[wrote(21, 2, -5, contact=ContactId(31))],
    )
    sheet = await desk.sheet(DigestKind.MINE)
    assert parts(sheet) == {
        Part.OVERDUE: [1, 7],
        Part.ANSWERED: [2],
        Part.PRESSING: [3],
        Part.TODAY: [4],
        Part.FRESH: [5],
    }
    assert (sheet.open, sheet.is_more_open, sheet.since) == (8, False, hours(-24))
    assert section(sheet, Part.ANSWERED).lines[0].at == hours(-5)


@pytest.mark.parametrize(
    ("answer", "waits"),
    [
        (wrote(22, 1, -1, creator=ResourceId(5)), False),
        (wrote(22, 1, -9, creator=ResourceId(5)), True),
        (wrote(22, 1, -1, creator=ResourceId(5), publish=2), True),
        (wrote(22, 1, -1), True),
    ],
    ids=["we answered", "we wrote before", "only colleagues can read it", "AutoTask wrote"],
)
async def test_a_customer_waits_until_somebody_answers_so_that_they_can_read_it(
    desk: Desk, answer: Note, *, waits: bool
) -> None:
    await desk.has(mine(1), written=[wrote(21, 1, -5, contact=ContactId(31)), answer])
    assert (Part.ANSWERED in parts(await desk.sheet(DigestKind.MINE))) is waits


async def test_an_overdue_ticket_says_too_that_its_customer_waits(desk: Desk) -> None:
    await desk.has(mine(1, due=hours(-1)), written=[wrote(21, 1, -5, contact=ContactId(31))])
    assert section(await desk.sheet(DigestKind.MINE), Part.OVERDUE).lines[0].at == hours(-5)


async def test_what_others_did_is_told_but_not_what_she_did_herself(desk: Desk, database: Database) -> None:
    await database.write(lambda tx: directory.put_contacts(tx, OURS, [contact(31, "Kim", "Lee")]))
    await desk.has(
        mine(1),
        mine(2),
        mine(3),
        moved=[
            change(1, "priority", before=1, after=4, author=BEN, at=hours(-3)),
            change(1, "note-added", after=1, author=KIM, at=hours(-2)),
            change(2, "status", before=1, after=8, author=ME, at=hours(-2)),
            change(2, "status", before=1, after=8, author=Author(AuthorKind.PERSON, 5), at=hours(-1)),
            change(3, "status", before=1, after=8, author=BEN, at=hours(-30)),
            change(3, "sla-90", after="due", at=hours(-2)),
            change(3, "created", at=hours(-2)),
            change(9, "status", before=1, after=8, author=BEN, at=hours(-2)),
        ],
    )
    sheet = await desk.sheet(DigestKind.MINE)
    (line,) = section(sheet, Part.CHANGED).lines
    assert (line.ticket.id, [each.what for each in line.changes]) == (1, ["note-added", "priority"])
    assert [each.name for each in sheet.contacts.values()] == ["Kim Lee"]


async def test_unknown_authors_are_told(desk: Desk) -> None:
    await desk.has(mine(1), moved=[change(1, "priority", before=1, after=4, at=hours(-3))])
    assert parts(await desk.sheet(DigestKind.MINE)) == {Part.CHANGED: [1]}


@pytest.mark.parametrize("internal", [True, False])
async def test_an_internal_note_is_told_only_where_internal_notes_are_shown(desk: Desk, *, internal: bool) -> None:
    await desk.has(mine(1), moved=[change(1, "note-added", after=2, author=BEN, at=hours(-3))])
    assert (Part.CHANGED in parts(await desk.sheet(DigestKind.MINE, internal=internal))) is internal


async def test_today_ends_in_the_persons_own_zone(desk: Desk) -> None:
    await desk.has(mine(1, created=hours(-26), due=hours(11.5)))
    late = Rhythm(days=DAILY.days, minute=0, zone="Asia/Tokyo")
    assert parts(await desk.sheet(DigestKind.MINE)) == {Part.TODAY: [1]}
    assert parts(await desk.sheet(DigestKind.MINE, rhythm=late)) == {}


async def test_a_long_part_shows_its_first_few_and_counts_them_all(desk: Desk) -> None:
    await desk.has(*(mine(id_, due=hours(-id_)) for id_ in range(1, SHOWN + 4)))
    overdue = section(await desk.sheet(DigestKind.MINE), Part.OVERDUE)
    assert ([line.ticket.id for line in overdue.lines], overdue.total) == ([7, 6, 5, 4], SHOWN + 3)


async def test_nothing_to_tell_is_an_empty_sheet(desk: Desk) -> None:
    for kind in DigestKind:
        sheet = await desk.sheet(kind)
        assert (sheet.sections, sheet.open) == ((), 0)


@pytest.mark.parametrize("kind", DigestKind)
@pytest.mark.parametrize("state", [LinkState.UNLINKED, LinkState.SUSPENDED, LinkState.PROPOSED, LinkState.REFUSED])
async def test_a_maker_who_is_not_linked_any_more_is_told_nothing(
    desk: Desk, kind: DigestKind, state: LinkState
) -> None:
    await desk.has(mine(1, due=hours(-1)))
    with pytest.raises(NotLinked):
        await desk.sheet(kind, replace(ANA, link=Link(state=state, resource=ResourceId(5))))


@pytest.mark.parametrize("kind", DigestKind)
async def test_a_narrowed_maker_sees_no_more_than_the_role_allows(desk: Desk, kind: DigestKind) -> None:
    narrow = replace(ANA, within_companies=(CompanyId(2),))
    news = [change(1, "created", at=hours(-3)), change(2, "created", at=hours(-3))]
    fresh = {"created": hours(-3), "last_activity": hours(-1)}
    await desk.has(mine(1, **fresh), mine(2, company=CompanyId(2), **fresh), moved=news)
    sheet = await desk.sheet(kind, narrow)
    assert list(parts(sheet).values()) == [[2]]
    assert sheet.open == 1


def idle(id_: int, **given: Any) -> Ticket:
    return ticket(id_, **{"created": hours(-300), "last_activity": hours(-1), "assignee": ResourceId(6), **given})


async def test_a_conversation_hears_what_is_new_late_closed_unassigned_and_untouched(desk: Desk) -> None:
    await desk.has(
        idle(1),
        idle(2, due=hours(-3)),
        idle(3, status=5),
        idle(4, assignee=None),
        idle(5, last_activity=hours(-24 * 9)),
        idle(6, last_activity=hours(-24 * 8)),
        idle(7),
        idle(8, status=5),
        moved=[
            change(1, "created", at=hours(-3)),
            change(2, "sla-breached", after="due", at=hours(-3)),
            change(3, "status", before=8, after=5, at=hours(-3)),
            change(7, "status", before=8, after=5, at=hours(-3)),
            change(7, "status", before=5, after=8, at=hours(-2)),
            change(8, "sla-breached", after="due", at=hours(-3)),
            change(99, "created", at=hours(-3)),
        ],
    )
    sheet = await desk.sheet(DigestKind.HERE)
    assert parts(sheet) == {
        Part.NEW: [1],
        Part.BREACHED: [2],
        Part.CLOSED: [3],
        Part.UNASSIGNED: [4],
        Part.STALE: [5, 6],
    }
    assert (sheet.open, sheet.is_narrowed) == (6, False)
    assert section(sheet, Part.STALE).lines[0].at == hours(-24 * 9)


async def test_what_happened_before_the_last_digest_is_not_new(desk: Desk) -> None:
    await desk.has(idle(1), moved=[change(1, "created", at=hours(-25))])
    assert parts(await desk.sheet(DigestKind.HERE)) == {}
    assert parts(await desk.sheet(DigestKind.HERE, last_at=hours(-24))) == {Part.NEW: [1]}


async def test_open_tickets_are_counted_by_queue_and_by_technician(desk: Desk) -> None:
    await desk.has(
        idle(1, queue=8), idle(2, queue=8, assignee=None), idle(3), idle(4, queue=9, status=5), idle(5, queue=8)
    )
    sheet = await desk.sheet(DigestKind.HERE)
    assert sheet.by_queue == ((8, 3), (None, 1))
    assert sheet.by_technician == ((6, 3), (None, 1))


def listens(*include: Any, **given: Any) -> Subscription:
    plain = Subscription(
        id=SubscriptionId(0),
        tenant=OURS,
        lane=HERE,
        words="",
        filter=Filter(include=include),
        events=frozenset(Event),
        mode=Mode.BOTH,
        created_by="ana",
        created_by_name="Ana",
        created_at=NOON,
    )
    return replace(plain, **given)


QUEUE_8 = OneOf("queue", frozenset({8}))


async def test_a_conversation_that_subscribed_hears_of_that_alone(desk: Desk) -> None:
    await desk.has(
        *(idle(id_, queue=queue, assignee=None) for id_, queue in ((1, 8), (2, 9), (3, 7))),
        moved=[change(id_, "created", at=hours(-3)) for id_ in (1, 2, 3)],
        listening=[listens(QUEUE_8), listens(OneOf("queue", frozenset({7})))],
    )
    sheet = await desk.sheet(DigestKind.HERE)
    assert set(parts(sheet)[Part.NEW]) == set(parts(sheet)[Part.UNASSIGNED]) == {1, 3}
    assert (sheet.by_queue, sheet.is_narrowed) == (((7, 1), (8, 1)), True)


@pytest.mark.parametrize(
    "other",
    [
        listens(QUEUE_8, is_paused=True),
        listens(QUEUE_8, lane=Lane("19:other@thread.tacv2")),
        listens(QUEUE_8, about="opportunity"),
        listens(QUEUE_8, tenant=THEIRS),
    ],
    ids=["paused", "elsewhere", "opportunities", "another tenant's"],
)
async def test_what_is_not_in_force_here_narrows_nothing(desk: Desk, other: Subscription) -> None:
    await desk.has(idle(1, queue=9), moved=[change(1, "created", at=hours(-3))], listening=[other])
    assert parts(await desk.sheet(DigestKind.HERE)) == {Part.NEW: [1]}


async def test_clauses_about_deeds_narrow_nothing(desk: Desk) -> None:
    by = listens(By(resources=frozenset({99})), Notes(frozenset({NoteKind.CUSTOMER})), QUEUE_8)
    await desk.has(idle(1, queue=8), idle(2, queue=9), moved=[change(1, "created", at=hours(-3))], listening=[by])
    assert parts(await desk.sheet(DigestKind.HERE)) == {Part.NEW: [1]}


async def test_too_many_to_look_at_are_told_as_so_many_or_more(desk: Desk) -> None:
    await desk.has(*(idle(id_, assignee=None) for id_ in range(1, MOST_IDLE + 5)))
    found = section(await desk.sheet(DigestKind.HERE), Part.UNASSIGNED)
    assert (found.total, found.is_more) == (MOST_IDLE, True)
    assert [line.ticket.id for line in found.lines] == [1, 2, 3, 4]


def test_new_means_since_the_time_before_but_never_more_than_a_fortnight() -> None:
    monday = Rhythm(days=(0,), minute=720, zone="UTC")
    assert sheets.new_since(digest(DigestKind.MINE), NOON) == hours(-24)
    assert sheets.new_since(digest(DigestKind.MINE, last_at=None), hours(3)) == NOON
    missed = digest(DigestKind.MINE, last_at=hours(-72))
    assert sheets.new_since(missed, NOON) == hours(-96)
    old = digest(DigestKind.MINE, rhythm=monday, last_at=hours(-24 * 40))
    assert sheets.new_since(old, NOON) == hours(-24 * 14)


async def test_tickets_of_another_tenant_are_never_in_it(desk: Desk, database: Database) -> None:
    await database.write(lambda tx: tickets.put(tx, THEIRS, [mine(1, due=hours(-1)), idle(2, assignee=None)]))
    await database.write(lambda tx: changes.add(tx, THEIRS, [change(2, "created", at=hours(-1))]))
    for kind in DigestKind:
        sheet = await desk.sheet(kind)
        assert (sheet.sections, sheet.open) == ((), 0)
    assert TicketId(1) not in parts(await desk.sheet(DigestKind.MINE)).get(Part.OVERDUE, [])


def test_all_that_a_subscription_can_name_is_read_for_covering_tickets() -> None:
    assert set(STATED) == set(OF_TICKET)
