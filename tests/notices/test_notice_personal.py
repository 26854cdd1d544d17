"""What people's own chats are owed without any set-up, and what their choices make of it, on both engines."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

import pytest
from msgspec.structs import replace

from attms_core.errors import Invalid
from attms_core.model import (
    Author,
    AuthorKind,
    Change,
    ChangeId,
    CompanyId,
    Conversation,
    ConversationKind,
    Lane,
    Level,
    Link,
    LinkState,
    Mode,
    Note,
    Owed,
    OwedKind,
    Person,
    Personal,
    PersonRole,
    ResourceId,
    Rule,
    RuleKind,
    Ticket,
    TicketId,
    Topic,
    lane_of_person,
)
from attms_core.model.change import CREATED, NOTE_ADDED, Event
from attms_core.model.preferences import CHOSEN, Matter, Preferences, matter_of
from attms_core.model.ticket import COMPLETE
from attms_core.notices import personal
from attms_core.notices.choices import Choices, Chosen, keep_quiet, weigh
from attms_core.notices.happened import Happened
from attms_core.notices.quiet import read_quiet
from attms_core.store import claims, conversations, directory, lanes, owed, people
from attms_core.store.database import Database, Tx
from tests.store.values import NOON, OURS, THEIRS, at, change, conversation, note, person, resource, ticket

ANA, BEN = ResourceId(13), ResourceId(14)
BY_ANA, BY_BEN = Author(AuthorKind.RESOURCE, ANA), Author(AuthorKind.RESOURCE, BEN)
BY_CUSTOMER = Author(AuthorKind.CONTACT, 5)
UNKNOWN = Author(AuthorKind.UNKNOWN)
BERLIN = "Europe/Berlin"
NIGHT = read_quiet("19:00-07:00")
EVENING = datetime.fromisoformat("2026-11-24T21:00:00+00:00")
"""22:00 in Berlin."""
MORNING = datetime.fromisoformat("2026-11-25T06:00:00+00:00")


def somebody(name: str, resource_id: int, **given: Any) -> Person:
    link = Link(state=LinkState.LINKED, resource=ResourceId(resource_id))
    return replace(person(name, link=link, role=PersonRole.TECHNICIAN), **given)


def chat(name: str, zone: str | None = BERLIN) -> Conversation:
    return conversation(f"a:{name}", kind=ConversationKind.PERSONAL, object_id=name, timezone=zone)


class House:
    """Ana and Ben, who are linked, and Kim, who is not; Ana and Ben have chats in Berlin."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.now = NOON
        self.woken = 0
        self.choices = Choices(database, tenant=OURS, now=lambda: self.now, poke=self._wake)
        self.ana, self.ben = somebody("ana", 13), somebody("ben", 14)

    def _wake(self) -> None:
        self.woken += 1

    async def settle_in(self) -> None:
        await self.put(self.ana, self.ben, person("kim"))
        team = [
            resource(13, "ana@msp.example", first_name="Ana", last_name="Ruiz"),
            resource(14, "ben@msp.example", first_name="Ben", last_name="Okafor"),
            resource(15, "kim@msp.example", first_name="Kim", last_name="Lee"),
        ]
        await self.database.write(lambda tx: directory.put_resources(tx, OURS, team))
        for name in ("ana", "ben"):
            await self.talk(chat(name))

    async def put(self, *some: Person) -> None:
        for one in some:
            await self.database.write(partial(people.put, person=one))

    async def talk(self, where: Conversation) -> None:
        await self.database.write(lambda tx: conversations.put(tx, where))

    async def owed(self, *facts: Happened) -> list[Owed]:
        return await self.database.read(lambda tx: personal.owed(tx, OURS, facts, self.now))

    async def told(self, *facts: Happened) -> list[tuple[Lane, str]]:
        return [(row.lane, row.rule.name if row.rule else "") for row in await self.owed(*facts)]

    async def owe(self, *rows: Owed) -> None:
        await self.database.write(lambda tx: owed.owe(tx, rows, self.now))

    async def waiting(self, who: str = "ana") -> list[Owed]:
        return await self.database.read(lambda tx: owed.waiting(tx, OURS, lane_of_person(who)))

    async def chose(self, who: Person | None = None, /, **given: Any) -> Chosen:
        return await self.choices.save(who or self.ana, replace(Preferences(), **given))


@pytest.fixture
async def house(database: Database) -> House:
    house = House(database)
    await house.settle_in()
    return house


def of(change: Change, on: Ticket | None, written: Note | None = None, id_: int = 1) -> Happened:
    return Happened(id=ChangeId(id_), change=change, ticket=on, note=written)


def assigned(to: ResourceId | None, by: Author = BY_BEN, on: Ticket | None = None) -> Happened:
    return of(change(1, "assignee", after=to, author=by), on or ticket(1, assignee=to))


def noted(text: str, by: Author, mine: ResourceId | None = ANA, title: str = "") -> Happened:
    written = note(9, of=1, text=text, title=title)
    return of(change(1, NOTE_ADDED, after=1, author=by, note=written.id), ticket(1, assignee=mine), written)


def reached(level: Level, mine: ResourceId = ANA) -> Happened:
    return of(change(1, level.value, after="resolution", author=UNKNOWN), ticket(1, assignee=mine))


def row(who: str = "ana", why: str = Personal.ASSIGNED, **given: Any) -> Owed:
    plain = Owed(
        tenant=OURS,
        lane=lane_of_person(who),
        kind=OwedKind.NEWS,
        due_at=NOON,
        at=NOON,
        topic=Topic(ticket=TicketId(1)),
        change=ChangeId(1),
        rule=Rule(RuleKind.PERSONAL, why),
        event=Event.ASSIGNED,
    )
    return replace(plain, **given)


OF_ANA = lane_of_person("ana")
OF_BEN = lane_of_person("ben")


# what concerns whom


async def test_a_ticket_that_became_mine_is_told_with_all_that_says_why(house: House) -> None:
    assert await house.owed(assigned(ANA)) == [
        Owed(
            tenant=OURS,
            lane=OF_ANA,
            kind=OwedKind.NEWS,
            due_at=NOON,
            at=NOON,
            topic=Topic(ticket=TicketId(1)),
            change=ChangeId(1),
            rule=Rule(RuleKind.PERSONAL, "assigned"),
            event=Event.ASSIGNED,
            mode=Mode.BOTH,
        )
    ]


@pytest.mark.parametrize(
    ("fact", "told"),
    [
        pytest.param(assigned(ANA, BY_ANA), [], id="my own taking"),
        pytest.param(assigned(ANA, Author(AuthorKind.PERSON, ANA)), [], id="my own taking through a card"),
        pytest.param(assigned(ANA, UNKNOWN), [(OF_ANA, "assigned")], id="nobody knows by whom"),
        pytest.param(
            assigned(ANA, Author(AuthorKind.CONTACT, 13)), [(OF_ANA, "assigned")], id="a contact of my number"
        ),
        pytest.param(assigned(None), [], id="it became nobody's"),
        pytest.param(assigned(ResourceId(15)), [], id="it became that of somebody who is not linked"),
        pytest.param(assigned(ANA, UNKNOWN, on=ticket(1, assignee=BEN)), [], id="it is somebody else's by now"),
        pytest.param(
            of(change(1, CREATED, after=None, author=UNKNOWN), ticket(1, assignee=ANA)),
            [(OF_ANA, "assigned")],
            id="it was opened as mine",
        ),
        pytest.param(
            of(change(1, CREATED, after=None, author=BY_ANA), ticket(1, assignee=ANA)), [], id="I opened it as mine"
        ),
        pytest.param(
            of(change(1, CREATED, after=None, author=BY_BEN), ticket(1, assignee=ANA, status=COMPLETE)),
            [],
            id="it was over when it was first seen",
        ),
        pytest.param(of(change(1, "status", author=BY_BEN), ticket(1, assignee=ANA)), [], id="its status moved"),
        pytest.param(of(change(1, "deleted", author=BY_BEN), None), [], id="it is gone"),
        pytest.param(noted("Still broken", BY_CUSTOMER), [(OF_ANA, "answered")], id="the customer answers"),
        pytest.param(noted("Still broken", BY_CUSTOMER, mine=None), [], id="the customer writes on nobody's"),
        pytest.param(noted("Called them", BY_BEN), [], id="a colleague writes on mine"),
        pytest.param(noted("@Ana Ruiz: your turn", BY_BEN, BEN), [(OF_ANA, "mentioned")], id="a colleague names me"),
        pytest.param(noted("see title", BY_BEN, BEN, title="for @ana"), [(OF_ANA, "mentioned")], id="a title does"),
        pytest.param(noted("note to self @ana", BY_ANA, BEN), [], id="I name myself"),
        pytest.param(noted("@ana, it is back", BY_CUSTOMER), [(OF_ANA, "mentioned")], id="the customer names me"),
        pytest.param(
            noted("@ben, it is back", BY_CUSTOMER), [(OF_BEN, "mentioned"), (OF_ANA, "answered")], id="names another"
        ),
        pytest.param(noted("@kim please", BY_BEN), [], id="somebody who is not linked is named"),
        pytest.param(reached(Level.NINE_TENTHS), [(OF_ANA, "sla")], id="90 percent"),
        pytest.param(reached(Level.BREACHED), [(OF_ANA, "sla")], id="breached"),
        pytest.param(reached(Level.THREE_QUARTERS), [], id="75 percent, which is off unless chosen"),
    ],
)
async def test_it_is_told_to_whom_it_concerns(house: House, fact: Happened, told: Sequence[tuple[Lane, str]]) -> None:
    assert sorted(await house.told(fact)) == sorted(told)


async def test_many_changes_make_a_row_for_each_person_and_change(house: House) -> None:
    facts = [
        replace(assigned(ANA), id=ChangeId(1)),
        replace(reached(Level.BREACHED), id=ChangeId(2)),
        replace(noted("@ben @ana", UNKNOWN), id=ChangeId(3)),
    ]
    rows = await house.owed(*facts)
    found = {(row.lane, row.change, row.rule.name if row.rule else "", row.event) for row in rows}
    assert found == {
        (OF_ANA, 1, "assigned", Event.ASSIGNED),
        (OF_ANA, 2, "sla", Event.SLA_BREACHED),
        (OF_ANA, 3, "mentioned", Event.NOTE_ADDED),
        (OF_BEN, 3, "mentioned", Event.NOTE_ADDED),
    }
    assert len(rows) == 4


@pytest.mark.parametrize(
    ("limits", "told"),
    [
        ({"within_queues": (5,)}, ["assigned"]),
        ({"within_queues": (6,)}, []),
        ({"within_queues": ()}, []),
        ({"within_companies": (CompanyId(1),)}, ["assigned"]),
        ({"within_companies": (CompanyId(2),)}, []),
        ({"role": PersonRole.READER}, ["assigned"]),
        ({"link": Link(state=LinkState.SUSPENDED, resource=ANA)}, []),
        ({"link": Link(state=LinkState.PROPOSED, resource=ANA)}, []),
    ],
)
async def test_nobody_hears_of_what_they_may_not_see(house: House, limits: dict[str, Any], told: list[str]) -> None:
    await house.put(replace(house.ana, **limits))
    mine = ticket(1, assignee=ANA, queue=5)
    assert [why for _, why in await house.told(assigned(ANA, on=mine))] == told


async def test_people_of_another_tenant_hear_nothing(house: House) -> None:
    stranger = replace(somebody("zoe", 15), key=replace(house.ana.key, tenant=THEIRS, object_id="zoe"))
    await house.put(stranger)
    assert await house.told(assigned(ResourceId(15))) == []


# choices


@pytest.mark.parametrize("matter", CHOSEN)
async def test_what_is_off_is_not_told_and_all_else_is(house: House, matter: Matter) -> None:
    facts = {
        Matter.ASSIGNED: assigned(ANA),
        Matter.ANSWERED: noted("x", BY_CUSTOMER),
        Matter.MENTIONED: noted("@ana", BY_BEN),
        Matter.SLA_75: reached(Level.THREE_QUARTERS),
        Matter.SLA_90: reached(Level.NINE_TENTHS),
        Matter.SLA_BREACHED: reached(Level.BREACHED),
    }
    await house.chose(off=frozenset({matter}))
    for each, fact in facts.items():
        assert bool(await house.owed(fact)) is (each is not matter)


async def test_a_mention_that_is_off_still_leaves_the_customers_answer(house: House) -> None:
    await house.chose(off=frozenset({Matter.MENTIONED}))
    assert await house.told(noted("@ana, it is back", BY_CUSTOMER)) == [(OF_ANA, "answered")]


async def test_of_two_reasons_the_one_that_breaks_through_counts(house: House) -> None:
    house.now = EVENING
    await house.chose(quiet=NIGHT, through=frozenset({Matter.ANSWERED}))
    (one,) = await house.owed(noted("@ana, it is back", BY_CUSTOMER))
    assert (one.rule, one.due_at, one.is_held) == (Rule(RuleKind.PERSONAL, "answered"), EVENING, False)


async def test_an_escalation_cannot_be_switched_off(house: House) -> None:
    chosen = await house.chose(off=frozenset(Matter))
    assert chosen.preferences.off == frozenset(CHOSEN)


async def test_choices_are_kept_as_they_were_made(house: House) -> None:
    quiet = read_quiet("19:00-07:00 mon-fri, all day sun Asia/Kolkata")
    await house.chose(off=frozenset({Matter.ANSWERED}), through=frozenset({Matter.ASSIGNED}), quiet=quiet)
    kept = await house.choices.of(house.ana)
    assert kept.preferences == Preferences(
        off=frozenset({Matter.ANSWERED}), through=frozenset({Matter.ASSIGNED}), quiet=quiet
    )
    assert (await house.choices.of(house.ben)).preferences == Preferences()


# quiet hours


async def test_in_quiet_hours_it_waits_for_the_morning_of_the_persons_own_zone(house: House) -> None:
    house.now = EVENING
    await house.chose(quiet=NIGHT)
    (held,) = await house.owed(assigned(ANA))
    assert (held.due_at, held.is_held) == (MORNING, True)


async def test_a_zone_that_was_chosen_goes_before_the_chats(house: House) -> None:
    house.now = EVENING
    await house.chose(quiet=read_quiet("19:00-07:00 Asia/Kolkata"))
    (held,) = await house.owed(assigned(ANA))
    assert held.due_at == datetime.fromisoformat("2026-11-25T01:30:00+00:00")


async def test_a_missed_service_level_and_an_escalation_break_through(house: House) -> None:
    house.now = EVENING
    await house.chose(quiet=NIGHT)
    (breached,) = await house.owed(reached(Level.BREACHED))
    (near,) = await house.owed(reached(Level.NINE_TENTHS))
    assert (breached.due_at, breached.is_held) == (EVENING, False)
    assert (near.due_at, near.is_held) == (MORNING, True)
    climbed = row(rule=Rule(RuleKind.ESCALATION, "3.2"), due_at=EVENING)
    assert await weighed(house, climbed) == [climbed]


async def test_a_subscription_of_ones_own_chat_keeps_quiet_too_and_a_channel_does_not(house: House) -> None:
    house.now = EVENING
    await house.chose(quiet=NIGHT)
    subscribed = row(rule=Rule(RuleKind.SUBSCRIPTION, "7"), due_at=EVENING)
    elsewhere = replace(subscribed, lane=Lane("19:desk@thread.tacv2"))
    digest = row(rule=Rule(RuleKind.DIGEST, "2"), kind=OwedKind.DIGEST, due_at=EVENING)
    edit = row(rule=None, kind=OwedKind.EDIT, activity="1", due_at=EVENING)
    others = [elsewhere, digest, edit, row("ben", due_at=EVENING)]
    held = replace(subscribed, due_at=MORNING, is_held=True)
    assert await weighed(house, subscribed, *others) == [held, *others]


async def test_without_quiet_hours_a_zone_need_not_be_known(house: House) -> None:
    await house.talk(chat("ben", zone=None))
    assert (await house.chose(house.ben)).turns_at is None


async def test_quiet_hours_without_any_zone_are_refused_and_nothing_is_kept(house: House) -> None:
    await house.talk(chat("ben", zone=None))
    with pytest.raises(Invalid) as raised:
        await house.chose(house.ben, quiet=NIGHT)
    assert raised.value.field == "quiet_zone"
    assert (await house.choices.of(house.ben)).preferences.quiet is None


async def test_one_is_told_when_quiet_ends_or_begins_and_what_waits_for_it(house: House) -> None:
    before = await house.chose(quiet=NIGHT)
    assert (before.is_quiet, before.turns_at, before.zone, before.held) == (
        False,
        datetime.fromisoformat("2026-11-24T18:00:00+00:00"),
        BERLIN,
        0,
    )
    house.now = EVENING
    await house.owe(*await house.owed(assigned(ANA)))
    within = await house.choices.of(house.ana)
    assert (within.is_quiet, within.turns_at, within.held) == (True, MORNING, 1)


# a change of choices, and what waits already


async def test_quiet_hours_that_are_lifted_free_what_waited_and_wake_the_sender(house: House) -> None:
    house.now = EVENING
    await house.chose(quiet=NIGHT)
    await house.owe(*await house.owed(assigned(ANA)))
    woken = house.woken
    await house.chose()
    (freed,) = await house.waiting()
    assert (freed.due_at, freed.is_held) == (EVENING, True)
    assert house.woken > woken


async def test_quiet_hours_that_are_made_longer_hold_what_waited_longer(house: House) -> None:
    house.now = EVENING
    await house.chose(quiet=NIGHT)
    await house.owe(*await house.owed(assigned(ANA)))
    await house.chose(quiet=read_quiet("19:00-09:00"))
    (held,) = await house.waiting()
    assert (held.due_at, held.is_held) == (datetime.fromisoformat("2026-11-25T08:00:00+00:00"), True)


async def test_quiet_hours_that_begin_hold_what_is_due_and_what_breaks_through_stays_due(house: House) -> None:
    house.now = EVENING
    breached = row(why=Personal.SLA, event=Event.SLA_BREACHED, due_at=EVENING)
    await house.owe(row(due_at=EVENING), breached)
    await house.chose(quiet=NIGHT)
    assert [(one.due_at, one.is_held, one.event) for one in await house.waiting()] == [
        (EVENING, False, Event.SLA_BREACHED),
        (MORNING, True, Event.ASSIGNED),
    ]


async def test_what_is_switched_off_is_not_told_any_more_though_it_waits(house: House) -> None:
    house.now = EVENING
    await house.chose(quiet=NIGHT)
    await house.owe(*await house.owed(assigned(ANA)), *await house.owed(noted("x", BY_CUSTOMER)))
    await house.owe(*await house.owed(assigned(BEN, BY_ANA)))
    await house.chose(quiet=NIGHT, off=frozenset({Matter.ASSIGNED}))
    assert [one.rule and one.rule.name for one in await house.waiting()] == ["answered"]
    assert len(await house.waiting("ben")) == 1


async def test_what_waits_for_its_turn_alone_keeps_its_time(house: House) -> None:
    later = row(due_at=at(1))
    await house.owe(later)
    await house.chose(through=frozenset())
    assert [(one.due_at, one.is_held) for one in await house.waiting()] == [(at(1), False)]


async def test_when_a_row_is_sent_the_choices_of_that_moment_count(house: House) -> None:
    held = row(due_at=EVENING, is_held=True)
    house.now = EVENING
    assert await weighed(house, held) == [held]
    await house.chose(quiet=NIGHT)
    assert await weighed(house, held) == [replace(held, due_at=MORNING)]
    house.now = MORNING
    assert await weighed(house, held) == [held]
    await house.chose(off=frozenset({Matter.ASSIGNED}))
    assert await weighed(house, held) == []


async def test_what_comes_late_into_quiet_hours_is_held_when_it_is_claimed(house: House) -> None:
    await house.chose(quiet=NIGHT)
    elsewhere = row(lane=Lane("19:desk@thread.tacv2"))
    await house.owe(row(), row(why=Personal.SLA, event=Event.SLA_BREACHED), row("ben"), elsewhere)
    assert len(await claimed(house, EVENING, holder="first")) == 3
    assert [(one.due_at, one.is_held) for one in await house.waiting() if one.event is Event.ASSIGNED] == [
        (MORNING, True)
    ]
    await house.database.write(lanes.release_all)
    assert [one.event for one in await claimed(house, MORNING, holder="second") if one.lane == OF_ANA] == [
        Event.SLA_BREACHED,
        Event.ASSIGNED,
    ]


async def claimed(house: House, now: datetime, *, holder: str) -> list[Owed]:
    def work(tx: Tx) -> list[Owed]:
        found = claims.claim(tx, holder=holder, now=now, until=now, most=10)
        return [row for claim in keep_quiet(tx, found, now) for row in claim.rows]

    return await house.database.write(work)


def test_every_row_of_a_persons_own_chat_is_about_something_that_can_be_chosen() -> None:
    rules = {
        Matter.ASSIGNED: row(why=Personal.ASSIGNED),
        Matter.ANSWERED: row(why=Personal.ANSWERED, event=Event.NOTE_ADDED),
        Matter.MENTIONED: row(why=Personal.MENTIONED, event=Event.NOTE_ADDED),
        Matter.SLA_75: row(why=Personal.SLA, event=Event.SLA_75),
        Matter.SLA_90: row(why=Personal.SLA, event=Event.SLA_90),
        Matter.SLA_BREACHED: row(why=Personal.SLA, event=Event.SLA_BREACHED),
        Matter.ESCALATION: row(rule=Rule(RuleKind.ESCALATION, "1.1")),
        Matter.SUBSCRIBED: row(rule=Rule(RuleKind.SUBSCRIPTION, "1")),
    }
    assert set(rules) == set(Matter)
    assert {matter: matter_of(each) for matter, each in rules.items()} == {matter: matter for matter in Matter}


async def weighed(house: House, *rows: Owed) -> list[Owed]:
    return await house.database.read(lambda tx: weigh(tx, OURS, rows, house.now))
