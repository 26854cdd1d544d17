"""Meeting people: who they are, whom they are linked to, and what ends it."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from attms_core.errors import Invalid, NotAllowed, NotFound, Unreachable
from attms_core.model import (
    Conversation,
    ConversationKind,
    LinkState,
    Member,
    Person,
    PersonKey,
    PersonRole,
    Resource,
    Right,
    TenantId,
)
from attms_core.people import People, authorize
from attms_core.settings import Linking
from attms_core.store import directory
from attms_core.store.database import Database, open_database
from tests.support.fake_autotask import ANA, BOB, EVE, TENANT, Clock, technician

ANA_KEY, BOB_KEY = PersonKey(TENANT, "ana"), PersonKey(TENANT, "bob")
CHAT = Conversation(
    tenant=TENANT, id="chat", kind=ConversationKind.PERSONAL, service_url="https://teams.example", bot_id="28:bot"
)
TECHNICIANS = [technician(ANA, "Ana Ruiz"), technician(BOB, "Bob Stone"), technician(EVE, "Eve Gone", is_active=False)]


def member(name: str = "Ana Ruiz", **more: object) -> Member:
    email = f"{name.replace(' ', '.')}@Desk.Example"
    values: dict[str, object] = {"mri": "29:x", "object_id": "x", "name": name, "email": email, "tenant": TENANT}
    return Member(**{**values, "is_guest": False, **more})  # type: ignore[arg-type] # the tests name real fields


class FakeRoster:
    """Knows members by their Teams address."""

    def __init__(self) -> None:
        self.members: dict[str, Member] = {"29:ana": member(), "29:bob": member("Bob Stone")}
        self.asked: list[str] = []
        self.is_down = False

    async def member(self, conversation: Conversation, mri: str) -> Member | None:
        self.asked.append(mri)
        if self.is_down:
            raise Unreachable("Teams does not answer.")
        return self.members.get(mri)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def roster() -> FakeRoster:
    return FakeRoster()


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = await open_database(None, tmp_path)
    await have(database, *TECHNICIANS)
    yield database
    await database.close()


async def have(database: Database, *rows: Resource) -> None:
    await database.write(lambda tx: directory.put_resources(tx, TENANT, rows))


Make = Callable[..., People]


@pytest.fixture
def make(database: Database, roster: FakeRoster, clock: Clock) -> Make:
    def make(linking: Linking = Linking.CONFIRM, administrators: tuple[str, ...] = (), **more: object) -> People:
        asked = more.get("roster", roster)
        return People(database, asked, tenant=TENANT, linking=linking, administrators=administrators, now=clock)  # type: ignore[arg-type] # a roster or none

    return make


@pytest.fixture
def people(make: Make) -> People:
    return make()


async def meet(people: People, key: PersonKey = ANA_KEY) -> Person:
    return await people.known(key, "Somebody", conversation=CHAT, mri=f"29:{key.object_id}")


async def test_exactly_one_active_technician_with_the_same_email_is_proposed_and_confirmed(people: People) -> None:
    ana = await meet(people)
    assert (ana.name, ana.link.state, ana.link.resource) == ("Ana Ruiz", LinkState.PROPOSED, ANA)
    assert not authorize(ana, Right.READ).allowed

    linked = await people.confirm(ana)

    assert (linked.resource, linked.role, linked.link.decided_by) == (ANA, PersonRole.TECHNICIAN, "Ana Ruiz")
    assert await meet(people) == linked


async def test_somebody_linked_costs_no_question_and_no_read(people: People, roster: FakeRoster) -> None:
    await people.confirm(await meet(people))

    class Broken:
        async def read(self, work: object) -> None:
            raise AssertionError("read")

        write = read

    people._database = Broken()  # type: ignore[assignment] # nobody may touch it
    assert (await meet(people)).link.state is LinkState.LINKED
    assert roster.asked == ["29:ana"]


async def test_a_link_that_another_process_makes_is_seen_at_once(make: Make) -> None:
    here, command_line = make(Linking.ADMIN), make(Linking.ADMIN)
    assert (await meet(here)).resource is None
    await command_line.link(ANA_KEY, ANA, by="the command line")
    assert (await meet(here)).resource == ANA


async def test_where_administrators_link_everybody_nothing_is_proposed(make: Make) -> None:
    people = make(Linking.ADMIN)
    ana = await meet(people)

    assert ana.link.state is LinkState.UNLINKED
    assert "administrator" in ana.link.reason
    with pytest.raises(NotAllowed):
        await people.confirm(ana)


@pytest.mark.parametrize(
    ("more", "word"),
    [
        ({"is_guest": True}, "guest"),
        ({"email": "ana_other.example#EXT#@desk.example"}, "guest"),
        ({"tenant": TenantId("elsewhere")}, "another organisation"),
    ],
)
async def test_outsiders_are_refused_even_as_administrators(
    make: Make, roster: FakeRoster, more: dict[str, Any], word: str
) -> None:
    people = make(administrators=("ANA",))
    roster.members["29:ana"] = member(**more)

    ana = await meet(people)

    assert ana.link.state is LinkState.REFUSED
    assert word in ana.link.reason
    assert [right for right in Right if authorize(ana, right).allowed] == [Right.HELP]
    with pytest.raises(NotAllowed):
        await people.link(ANA_KEY, ANA, by="root")


@pytest.mark.parametrize(
    ("rows", "word"),
    [
        ([technician(ANA, "Ana Ruiz", email="other@desk.example")], "No active"),
        ([technician(ANA, "Ana Ruiz", is_active=False)], "No active"),
        ([technician(BOB, "Bob Stone", email="ana.ruiz@desk.example")], "2 AutoTask technicians"),
    ],
)
async def test_no_technician_or_several_are_a_matter_for_an_administrator(
    people: People, database: Database, rows: list[Resource], word: str
) -> None:
    await have(database, *rows)

    ana = await meet(people)

    assert ana.link.state is LinkState.UNLINKED
    assert word in ana.link.reason
    assert "administrator" in ana.link.reason


async def test_a_technician_who_turns_up_in_autotask_later_is_proposed_then(
    people: People, database: Database, clock: Clock
) -> None:
    await have(database, technician(ANA, "Ana Ruiz", is_active=False))
    assert (await meet(people)).link.state is LinkState.UNLINKED
    await have(database, technician(ANA, "Ana Ruiz"))
    clock.pass_(seconds=61)

    assert (await meet(people)).link.state is LinkState.PROPOSED


async def test_a_technician_who_is_taken_is_not_proposed_nor_given(people: People) -> None:
    await people.link(BOB_KEY, ANA, by="root", name="Bob")

    ana = await meet(people)
    assert ana.link.state is LinkState.UNLINKED
    assert "somebody else" in ana.link.reason
    with pytest.raises(Invalid):
        await people.link(ANA_KEY, ANA, by="root")
    assert (await people.get(ANA_KEY)) == ana


async def test_of_two_who_confirm_the_same_technician_one_is_linked_and_the_other_told(
    people: People, roster: FakeRoster
) -> None:
    roster.members["29:bob"] = member("Ana Ruiz")
    ana, bob = await meet(people), await meet(people, BOB_KEY)

    await people.confirm(ana)
    with pytest.raises(NotAllowed, match="somebody else"):
        await people.confirm(bob)


async def test_who_declines_is_not_asked_again(people: People, clock: Clock) -> None:
    ana = await meet(people)

    await people.decline(ana)
    clock.pass_(minutes=2)

    again = await meet(people)
    assert (again.link.state, again.link.decided_by) == (LinkState.UNLINKED, "Ana Ruiz")
    with pytest.raises(NotAllowed):
        await people.confirm(again)


async def test_an_unanswered_roster_means_no_link_this_time_and_a_question_next_time(
    people: People, roster: FakeRoster
) -> None:
    roster.is_down = True
    ana = await meet(people)
    assert (ana.name, ana.link.state) == ("Somebody", LinkState.UNLINKED)
    assert await people.everybody() == []

    roster.is_down = False
    assert (await meet(people)).link.state is LinkState.PROPOSED


async def test_somebody_the_roster_does_not_list_gets_nothing(people: People, roster: FakeRoster) -> None:
    del roster.members["29:ana"]

    assert not authorize(await meet(people), Right.READ).allowed


async def test_a_link_made_before_the_first_word_still_waits_for_the_roster(people: People, roster: FakeRoster) -> None:
    await people.link(ANA_KEY, ANA, by="root", name="Ana")
    roster.members["29:ana"] = member(is_guest=True)

    assert (await meet(people)).link.state is LinkState.SUSPENDED


async def test_who_became_a_guest_is_found_out_off_the_turn(people: People, roster: FakeRoster, clock: Clock) -> None:
    await people.confirm(await meet(people))
    roster.members["29:ana"] = member(is_guest=True)
    await people.recheck()
    assert roster.asked == ["29:ana"]

    clock.pass_(minutes=15)
    assert (await meet(people)).link.state is LinkState.LINKED
    await people.recheck()

    ana = await meet(people)
    assert (ana.link.state, ana.link.resource, ana.resource) == (LinkState.SUSPENDED, ANA, None)
    assert "guest" in ana.link.reason


async def test_a_recheck_that_fails_keeps_the_link_and_is_made_up_for(
    people: People, roster: FakeRoster, clock: Clock
) -> None:
    await people.confirm(await meet(people))
    clock.pass_(minutes=15)
    await meet(people)
    roster.is_down = True
    await people.recheck()
    assert (await meet(people)).link.state is LinkState.LINKED

    roster.is_down = False
    asked = len(roster.asked)
    await people.recheck()
    await people.recheck()
    assert len(roster.asked) == asked + 1


async def test_a_guest_who_became_a_member_is_proposed(people: People, roster: FakeRoster, clock: Clock) -> None:
    roster.members["29:ana"] = member(is_guest=True)
    await meet(people)
    roster.members["29:ana"] = member()
    clock.pass_(minutes=15)
    await meet(people)
    await people.recheck()

    assert (await meet(people)).link.state is LinkState.PROPOSED


async def test_an_inactive_technician_s_link_is_suspended(people: People, database: Database) -> None:
    await people.confirm(await meet(people))
    await have(database, technician(ANA, "Ana Ruiz", is_active=False))
    assert (await meet(people)).link.state is LinkState.LINKED

    await people.suspend_inactive()

    ana = await meet(people)
    assert ana.link.state is LinkState.SUSPENDED
    assert "no longer active" in ana.link.reason


async def test_even_without_the_job_an_inactive_technician_is_noticed_within_a_minute(
    people: People, database: Database, clock: Clock
) -> None:
    await people.confirm(await meet(people))
    await have(database, technician(ANA, "Ana Ruiz", is_active=False))
    clock.pass_(seconds=61)

    assert (await meet(people)).link.state is LinkState.SUSPENDED


async def test_what_the_command_line_writes_is_seen_within_a_minute(people: People, make: Make, clock: Clock) -> None:
    await people.confirm(await meet(people))
    command_line = make(roster=None)
    await command_line.set_role(ANA_KEY, PersonRole.DISPATCHER, queues=[5])
    assert (await meet(people)).role is PersonRole.TECHNICIAN

    clock.pass_(seconds=60)
    ana = await meet(people)
    assert (ana.role, ana.within_queues, ana.within_companies) == (PersonRole.DISPATCHER, (5,), None)
    assert await command_line.everybody() == [ana]


async def test_linking_takes_only_active_technicians(people: People) -> None:
    for nobody in (EVE, 999):
        with pytest.raises(Invalid):
            await people.link(ANA_KEY, nobody, by="root")  # type: ignore[arg-type] # a number off the street
    assert await people.everybody() == []


async def test_a_link_that_was_taken_away_stays_away_and_frees_the_technician(people: People, clock: Clock) -> None:
    await people.confirm(await meet(people))
    await people.unlink(ANA_KEY, by="root")
    clock.pass_(minutes=2)

    assert (await meet(people)).link.state is LinkState.UNLINKED
    assert (await people.link(BOB_KEY, ANA, by="root")).resource == ANA


async def test_strangers_cannot_be_unlinked_suspended_or_given_a_role(people: People) -> None:
    with pytest.raises(NotFound):
        await people.unlink(ANA_KEY, by="root")
    with pytest.raises(NotFound):
        await people.suspend(ANA_KEY, "for a reason")
    with pytest.raises(NotFound):
        await people.set_role(ANA_KEY, PersonRole.DISPATCHER)


async def test_administrators_are_named_by_the_settings_and_not_by_the_store(make: Make) -> None:
    assert (await meet(make(administrators=("ANA",)))).role is PersonRole.ADMINISTRATOR
    assert (await meet(make())).role is PersonRole.READER


async def test_linking_keeps_a_higher_role(people: People) -> None:
    await meet(people)
    await people.set_role(ANA_KEY, PersonRole.DISPATCHER)

    assert (await people.confirm(await meet(people))).role is PersonRole.DISPATCHER


async def test_memory_of_people_is_bounded(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("attms_core.people.people.CAPACITY", 1)
    await meet(people)
    await meet(people, BOB_KEY)

    assert list(people._kept) == [BOB_KEY]
    assert (await meet(people)).name == "Ana Ruiz"
