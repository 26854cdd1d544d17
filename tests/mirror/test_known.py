"""Random histories against a plain model of what can be known: no change too many or too few, no wrong name."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import structs

from attms_core.mirror import Cause, Mirror
from attms_core.model import (
    AuthorKind,
    Change,
    NoteId,
    ResourceId,
    TenantId,
    Ticket,
    TicketId,
    TimeEntryId,
    WishId,
    WishState,
)
from attms_core.model.change import NOTE_ADDED, TIME_LOGGED
from attms_core.store import wishes
from attms_core.store.database import Database
from tests.support.fake_autotask import ANA, BOB, EVE, Clock, FakeAutotask, note, ticket, time_entry, wish

ONE = TicketId(1)
FIELDS = ("status", "priority", "queue", "assignee", "contact")
STEP = timedelta(seconds=40)
PEOPLE = (ANA, BOB, EVE)


@dataclass
class Desk:
    """People at work in AutoTask, a mirror that looks now and then, and what a careful reader of both would know."""

    database: Database
    clock: Clock = field(default_factory=Clock)
    autotask: FakeAutotask = field(default_factory=FakeAutotask)
    tenant: TenantId = field(default_factory=lambda: TenantId(uuid4().hex))
    copies: list[Ticket] = field(default_factory=list)
    setters: dict[str, ResourceId] = field(default_factory=dict)
    """Who set which field last since the mirror looked."""
    deeds: int = 0
    """How many there were since."""
    written: set[int] = field(default_factory=set)
    logged: set[int] = field(default_factory=set)
    pressed: dict[str, tuple[object, WishId]] = field(default_factory=dict)
    """Values that Ana asked for through a card."""
    count: int = 100

    async def open(self) -> None:
        self.mirror = Mirror(self.database, self.autotask, self.autotask, tenant=self.tenant, now=self.clock)
        self.autotask.have(ticket(last_modified=self.clock() - timedelta(hours=1)))
        await self.mirror.first_sync()
        self.seen = self.now
        self.copies.append(self.now)

    @property
    def now(self) -> Ticket:
        return self.autotask.tickets[ONE]

    @property
    def has_unread(self) -> bool:
        """Whether there are notes or time of before: a read-back tells of none."""
        return self.written != set(self.autotask.notes) or self.logged != set(self.autotask.entries)

    def act(self, who: ResourceId, **fields: object) -> None:
        """Somebody acts on the ticket; with fields it is an edit."""
        self.deeds += 1
        edited = {"last_modified": self.clock()} if fields else {}
        moved = {"last_activity": self.clock(), "last_activity_by": who, **edited, **fields}
        self.autotask.have(structs.replace(self.now, **moved))
        self.setters |= dict.fromkeys(fields, who)
        self.copies.append(self.now)

    def values(self, names: Sequence[str]) -> dict[str, object]:
        """A value for each field that it never had."""
        self.count += 1
        return dict.fromkeys(names, self.count)

    def write(self, who: ResourceId) -> None:
        number = NoteId(len(self.autotask.notes) + 1)
        self.autotask.have_notes(note(number, creator=who, created=self.clock(), last_activity=self.clock()))

    def log(self, who: ResourceId) -> None:
        number = TimeEntryId(len(self.autotask.entries) + 1)
        stamps = {"created": self.clock(), "last_modified": self.clock()}
        self.autotask.have_time(time_entry(number, resource=who, creator=who, **stamps))

    async def press(self, name: str) -> None:
        """Ana sets a field through a card: her wish is stored, and AutoTask does it in her name."""
        (value,) = self.values([name]).values()
        made = wish(
            {name: value},  # type: ignore[dict-item] # a number
            id=WishId(uuid4().hex),
            key=uuid4().hex,
            tenant=self.tenant,
            asked_at=self.clock(),
            state=WishState.SENT,
        )
        await self.database.write(lambda tx: wishes.add(tx, made))
        self.pressed[name] = (value, made.id)
        self.act(ANA, **{name: value})

    async def look(self) -> None:
        self.check(await self.mirror.poll(), with_parts=True)

    async def read_back(self) -> None:
        self.check(await self.mirror.absorb_tickets([self.now], Cause.READ_BACK), with_parts=False)

    async def stale(self, back: int) -> None:
        """A late replica answers with an older copy."""
        old = self.copies[-1 - back % len(self.copies)]
        assert old.last_activity
        assert self.seen.last_activity
        if old.last_activity < self.seen.last_activity:
            assert await self.mirror.absorb_tickets([old], Cause.POLL) == []

    def check(self, found: list[Change], *, with_parts: bool) -> None:
        moved = [name for name in FIELDS if getattr(self.seen, name) != getattr(self.now, name)]
        fields = {c.what: c for c in found if c.what in FIELDS}
        assert sorted(fields) == sorted(moved)
        for name, change in fields.items():
            assert (change.before, change.after) == (getattr(self.seen, name), getattr(self.now, name))
            self.check_author(name, change, self.seen.last_activity)
        notes = [c.note for c in found if c.what == NOTE_ADDED]
        entries = [c.entry for c in found if c.what == TIME_LOGGED]
        assert len(found) == len(fields) + len(notes) + len(entries)
        if with_parts:
            self.check_parts(found)
        self.seen, self.deeds = self.now, 0
        self.setters.clear()

    def check_author(self, name: str, change: Change, before: datetime | None) -> None:
        assert before is None or change.at >= before
        who, kind = change.author.id, change.author.kind
        if name in self.pressed and self.pressed[name][0] == change.after:
            assert (kind, who, change.author.wish) == (AuthorKind.PERSON, ANA, self.pressed[name][1])
        elif kind is AuthorKind.UNKNOWN:
            assert self.deeds > 1 or len(self.setters) > 1 or self.has_unread
        else:
            assert (kind, who) == (AuthorKind.RESOURCE, self.setters[name])

    def check_parts(self, found: list[Change]) -> None:
        """Every note and time entry is told once, by its writer."""
        for change in found:
            if change.note is not None:
                assert change.note not in self.written
                assert change.author.id == self.autotask.notes[change.note].creator
                self.written.add(change.note)
            if change.entry is not None:
                assert change.entry not in self.logged
                assert (change.author.id, change.after) == (self.autotask.entries[change.entry].creator, "1.25")
                self.logged.add(change.entry)
        assert self.written == set(self.autotask.notes)
        assert self.logged == set(self.autotask.entries)


NAMES = st.lists(st.sampled_from(FIELDS), min_size=1, max_size=2, unique=True)
WHO = st.sampled_from(PEOPLE)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["edit", "edit with a note", "edit with time"]), WHO, NAMES),
        st.tuples(st.sampled_from(["note", "time", "file"]), WHO, st.just([])),
        st.tuples(st.sampled_from(["press", "press unread"]), st.just(ANA), NAMES),
        st.tuples(st.sampled_from(["look", "look", "stale"]), WHO, NAMES),
    ),
    max_size=16,
)


async def take(desk: Desk, deed: str, who: ResourceId, names: list[str]) -> None:
    desk.clock.pass_(seconds=STEP.total_seconds())
    if "note" in deed:
        desk.write(who)
    if "time" in deed:
        desk.log(who)
    if deed.startswith("press"):
        await desk.press(names[0])
    elif deed == "look":
        await desk.look()
    elif deed == "stale":
        await desk.stale(len(names) * who)
    else:
        desk.act(who, **desk.values(names))
    if deed == "press":
        await desk.read_back()


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
async def test_whatever_people_do_between_two_looks_the_story_is_true_and_whole(
    database: Database, steps: list[tuple[str, ResourceId, list[str]]]
) -> None:
    desk = Desk(database)
    await desk.open()
    for deed, who, names in steps:
        await take(desk, deed, who, names)
    await desk.look()
    desk.clock.pass_(seconds=30)
    assert await desk.mirror.poll() == []


@pytest.mark.parametrize("pause", [1, 600])
async def test_a_ticket_changed_five_times_between_two_looks_tells_where_it_began_and_where_it_ended(
    database: Database, pause: int
) -> None:
    desk = Desk(database)
    await desk.open()
    for who, status in ((BOB, 8), (ANA, 12), (EVE, 7), (BOB, 8), (ANA, 10)):
        desk.clock.pass_(seconds=pause)
        desk.act(who, status=status)
    desk.clock.pass_(seconds=pause)
    desk.act(BOB, queue=6)

    found = await desk.mirror.poll()

    told = [(change.what, change.before, change.after, change.author.kind) for change in found]
    assert told == [("status", 1, 10, AuthorKind.UNKNOWN), ("queue", 5, 6, AuthorKind.UNKNOWN)]


async def test_a_ticket_that_went_there_and_back_has_no_story(database: Database) -> None:
    desk = Desk(database)
    await desk.open()
    for status in (8, 1):
        desk.clock.pass_(minutes=1)
        desk.act(BOB, status=status)

    assert await desk.mirror.poll() == []


async def test_a_note_with_the_last_of_several_edits_names_nobody_for_those_long_before_it(database: Database) -> None:
    desk = Desk(database)
    await desk.open()
    desk.clock.pass_(minutes=1)
    desk.act(BOB, status=8)
    desk.clock.pass_(minutes=1)
    desk.write(ANA)
    desk.act(ANA, queue=6)

    found = await desk.mirror.poll()

    told = {change.what: (change.author.kind, change.author.id) for change in found}
    unknown = (AuthorKind.UNKNOWN, None)
    assert told == {"status": unknown, "queue": unknown, "note-added": (AuthorKind.RESOURCE, ANA)}
