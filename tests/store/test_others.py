"""Notes, the directory, metadata, sync states, changes and conversations come back as they went in."""

from msgspec.structs import replace

from attms_core.model import (
    Author,
    AuthorKind,
    Choice,
    CompanyId,
    ContactId,
    Conversation,
    Field,
    Metadata,
    NoteId,
    OpportunityId,
    ResourceId,
    ResourceRole,
    Role,
    RoleId,
    TicketId,
    TimeEntry,
    TimeEntryId,
    WishId,
)
from attms_core.store import changes, conversations, directory, metadata, notes, sync, tickets, time_entries
from attms_core.store.database import Database
from attms_core.store.sync import SyncState
from tests.store.values import (
    NOON,
    OURS,
    THEIRS,
    WILD,
    at,
    change,
    company,
    contact,
    conversation,
    note,
    resource,
    ticket,
    time_entry,
)


async def test_notes_come_back_the_newest_first(database: Database) -> None:
    full = note(3, of=1, created=at(1), creator=ResourceId(7), contact=ContactId(8), last_activity=at(2))
    some = [note(1, of=1), note(2, of=1, created=at(2)), full, note(4, of=2), note(5, of=1, created=at(1))]
    await database.write(lambda tx: notes.put(tx, OURS, some))
    found = await database.read(lambda tx: notes.of_ticket(tx, OURS, TicketId(1)))
    assert [n.id for n in found] == [2, 5, 3, 1]
    assert found[2] == full
    await database.write(lambda tx: notes.put(tx, OURS, [note(3, of=1)]))
    assert await database.read(lambda tx: notes.load(tx, OURS, [NoteId(3), NoteId(9)])) == {3: note(3, of=1)}
    assert await database.read(lambda tx: notes.of_ticket(tx, THEIRS, TicketId(1))) == []


async def test_companies_are_found_by_words_the_exact_name_first(database: Database) -> None:
    some = [
        company(0, "Ourselves Ltd", phone="1", last_modified=NOON),
        company(1, "Acme Trading"),
        company(2, "Acme"),
        company(3, "acme bakers"),
        company(4, "Acme Gone", is_active=False),
        company(5, "Zürich Acmé"),
    ]
    await database.write(lambda tx: directory.put_companies(tx, OURS, some))

    async def named(text: str, limit: int = 15) -> list[int]:
        found = await database.read(lambda tx: directory.companies_named(tx, OURS, text, limit=limit))
        return [c.id for c in found]

    assert await named("ACME") == [2, 3, 1, 5]
    assert await named("acme t") == [1]
    assert await named("tra ac") == [1]
    assert await named("acme trading") == [1]
    assert await named("cme") == []
    assert await named("") == [2, 3, 1, 0, 5]
    assert await named(" % _ ' ") == [2, 3, 1, 0, 5]
    assert await named("acme", limit=2) == [2, 3]
    assert await named("acme", limit=4) == [2, 3, 1, 5]
    assert await named("acm", limit=1) == [2]
    assert await named("t", limit=9) == [1]
    assert await database.read(lambda tx: directory.company(tx, OURS, CompanyId(0))) == some[0]
    assert await database.read(lambda tx: directory.company(tx, OURS, CompanyId(4))) == some[4]
    assert await database.read(lambda tx: directory.company(tx, THEIRS, CompanyId(0))) is None


async def test_a_renamed_company_is_found_by_its_new_name_alone(database: Database) -> None:
    await database.write(lambda tx: directory.put_companies(tx, OURS, [company(1, "Acme"), company(2, "Acme Two")]))
    await database.write(lambda tx: directory.put_companies(tx, OURS, [company(1, "Globex")]))
    assert await database.read(lambda tx: directory.companies_named(tx, OURS, "acme")) == [company(2, "Acme Two")]
    assert await database.read(lambda tx: directory.companies_named(tx, OURS, "glob")) == [company(1, "Globex")]


async def test_contacts_are_found_within_their_company(database: Database) -> None:
    some = [
        contact(1, "Bea", "Arthur", email="boss@acme.example", phone="1", last_modified=NOON),
        contact(2, "Anna", "Arthur"),
        contact(3, "Bea", "Arthur", of=2),
        contact(4, "Gone", "Arthur", is_active=False),
    ]
    await database.write(lambda tx: directory.put_contacts(tx, OURS, some))

    async def of(text: str) -> list[int]:
        found = await database.read(lambda tx: directory.contacts_of(tx, OURS, CompanyId(1), text))
        return [c.id for c in found]

    assert await of("") == [2, 1]
    assert await of("art") == [2, 1]
    assert await of("bea arthur") == [1]
    assert await of("boss") == [1]
    assert await of("rthur") == []
    assert await of("%") == [2, 1]
    assert await database.read(lambda tx: directory.contact(tx, OURS, ContactId(1))) == some[0]


async def test_resources_are_found_by_address_whatever_its_case(database: Database) -> None:
    some = [
        resource(1, "Ada@Example.com", license_type=3, default_role=RoleId(5), user_name="ada"),
        resource(2, "else@example.com", user_name="ADA@example.com"),
        resource(3, "ada@example.com", is_active=False),
        resource(4, "", user_name="nobody"),
    ]
    await database.write(lambda tx: directory.put_resources(tx, OURS, some))

    async def with_email(text: str) -> list[int]:
        found = await database.read(lambda tx: directory.resources_with_email(tx, OURS, text))
        return [r.id for r in found]

    assert await with_email(" ada@EXAMPLE.com ") == [1, 2]
    assert await with_email("") == []
    assert await with_email("nobody") == []
    assert await with_email("ada@example") == []
    assert await database.read(lambda tx: directory.resources(tx, OURS)) == some
    assert await database.read(lambda tx: directory.resource(tx, OURS, ResourceId(3))) == some[2]


async def test_roles_and_who_holds_them(database: Database) -> None:
    some = [Role(id=RoleId(1), name="Engineer"), Role(id=RoleId(2), name="Gone", is_active=False)]
    held = [
        ResourceRole(id=1, resource=ResourceId(7), role=RoleId(1), is_default=True),
        ResourceRole(id=2, resource=ResourceId(8), role=RoleId(1), is_active=False),
    ]
    await database.write(lambda tx: directory.put_roles(tx, OURS, some))
    await database.write(lambda tx: directory.put_resource_roles(tx, OURS, held))
    assert await database.read(lambda tx: directory.roles(tx, OURS)) == some
    assert await database.read(lambda tx: directory.resource_roles(tx, OURS)) == held
    assert await database.read(lambda tx: directory.resource_roles(tx, OURS, ResourceId(8))) == held[1:]


async def test_metadata_comes_back_by_lower_case_names(database: Database) -> None:
    choice = Choice(value=-1, label=WILD, is_active=False, sort_order=3, parent=2, is_default=True)
    queue = Field(name="queueID", data_type="integer", is_required=True, is_picklist=True, choices=(choice,))
    title = Field(name="title", data_type="string", length=255)
    await database.write(lambda tx: metadata.put(tx, OURS, "Tickets", [title], NOON))
    await database.write(lambda tx: metadata.put(tx, OURS, "Tickets", [queue], NOON))
    await database.write(lambda tx: metadata.put(tx, OURS, "TicketNotes", [title], NOON))
    found = await database.read(lambda tx: metadata.load(tx, OURS))
    assert found == Metadata({"Tickets": {"queueid": queue}, "TicketNotes": {"title": title}})
    assert await database.read(lambda tx: metadata.load(tx, THEIRS)) == Metadata({})


async def test_sync_states_are_kept_by_name(database: Database) -> None:
    full = SyncState(name="tickets", position=at(1), done=5, total=9, finished_at=at(2), checked_at=at(3))
    await database.write(lambda tx: sync.put(tx, OURS, full))
    await database.write(lambda tx: sync.put(tx, OURS, SyncState(name="notes")))
    assert await database.read(lambda tx: sync.get(tx, OURS, "tickets")) == full
    assert await database.read(lambda tx: sync.get(tx, OURS, "else")) is None
    assert await database.read(lambda tx: sync.all_states(tx, OURS)) == [SyncState(name="notes"), full]
    await database.write(lambda tx: sync.put(tx, OURS, replace(full, total=None)))
    assert await database.read(lambda tx: sync.get(tx, OURS, "tickets")) == replace(full, total=None)


async def test_changes_come_back_the_newest_first(database: Database) -> None:
    by_wish = Author(AuthorKind.PERSON, 7, WishId("w"))
    full = change(1, "title", before=WILD, after=None, author=by_wish, at=at(1), note=NoteId(4))
    first, second, older = change(1, "status"), change(1, "queue"), change(1, "created", at=at(-1))
    await database.write(lambda tx: changes.add(tx, OURS, [full, first, second, older, change(2, "status")]))
    found = await database.read(lambda tx: changes.of_ticket(tx, OURS, TicketId(1)))
    assert found == [full, second, first, older]
    assert await database.read(lambda tx: changes.of_ticket(tx, OURS, TicketId(1), limit=1)) == [full]


async def test_changes_of_opportunities_are_kept_beside_those_of_tickets(database: Database) -> None:
    ours = change(1, "stage", ticket=None, opportunity=OpportunityId(1), before="a", after="b")
    logged = change(1, "time-logged", after="1.25", entry=TimeEntryId(3))
    await database.write(lambda tx: changes.add(tx, OURS, [ours, logged]))
    assert [each.change for each in await database.read(lambda tx: changes.latest(tx, OURS, at(0)))] == [logged, ours]
    assert await database.read(lambda tx: changes.latest(tx, THEIRS, at(0))) == []
    assert await database.read(lambda tx: changes.of_ticket(tx, OURS, TicketId(1))) == [logged]


async def test_time_entries_come_back_and_go_with_their_ticket(database: Database) -> None:
    full = time_entry(3, of=1, creator=ResourceId(8), created=at(1), last_modified=at(2))
    other = time_entry(4, of=2)
    await database.write(lambda tx: tickets.put(tx, OURS, [ticket(1), ticket(2)]))
    await database.write(lambda tx: time_entries.put(tx, OURS, [time_entry(3, of=1), full, other]))

    async def load() -> dict[TimeEntryId, TimeEntry]:
        return await database.read(lambda tx: time_entries.load(tx, OURS, [TimeEntryId(n) for n in (3, 4, 9)]))

    assert await load() == {3: full, 4: other}
    await database.write(lambda tx: tickets.delete(tx, OURS, [TicketId(1)]))
    assert await load() == {4: other}


async def test_conversations_keep_their_marks(database: Database) -> None:
    first, second = conversation("a"), conversation("b", is_internal=True)
    for one in (second, first, conversation("c", tenant=THEIRS)):
        await database.write(lambda tx, c=one: conversations.put(tx, c))  # type: ignore[misc]
    assert await database.read(lambda tx: conversations.everything(tx, OURS)) == [first, second]
    await database.write(lambda tx: conversations.set_internal(tx, OURS, "a", True))  # noqa: FBT003 - by place, as callers do
    await database.write(lambda tx: conversations.set_internal(tx, OURS, "b", False))  # noqa: FBT003 - by place, as callers do
    await database.write(lambda tx: conversations.mark_uninstalled(tx, OURS, "a"))
    changed = replace(first, is_internal=True, is_installed=False)
    assert await database.read(lambda tx: conversations.get(tx, OURS, "a")) == changed
    assert await database.read(lambda tx: conversations.get(tx, OURS, "b")) == replace(second, is_internal=False)
    assert await database.read(lambda tx: conversations.get(tx, THEIRS, "a")) is None


async def test_internal_conversations_are_found_beside_one_of_their_team(database: Database) -> None:
    def marked(id_: str, **given: object) -> Conversation:
        return conversation(id_, is_internal=True, **given)

    general, desk = marked("19:team"), marked("19:desk")
    alone, untold = marked("19:chat", team_id=None), marked("19:other", team_id=None)
    others = [
        marked("19:theirs", tenant=THEIRS),
        marked("19:far", team_id="19:far"),
        replace(marked("19:gone"), is_installed=False),
        replace(marked("19:open"), is_internal=False),
    ]
    for one in (general, desk, alone, untold, *others):
        await database.write(lambda tx, c=one: conversations.put(tx, c))  # type: ignore[misc]

    async def beside(place: Conversation) -> list[Conversation]:
        return await database.read(lambda tx: conversations.internal_beside(tx, place))

    for told in (general, desk, conversation("19:new"), replace(general, team_id=None)):
        assert await beside(told) == [desk, general]
    assert await beside(alone) == [alone]
    assert await beside(conversation("19:elsewhere", team_id=None)) == []
