"""What the desk reads of the mirror."""

import asyncio
from datetime import timedelta

import pytest

from attms_core.errors import Busy, Invalid, Unreachable
from attms_core.mirror import Cause, Mirror
from attms_core.model import Choice, ClockState, Company, CompanyId, ResourceId, Ticket, TicketFilter, TicketId
from attms_core.store import directory
from attms_core.store.database import Database
from tests.support.fake_autotask import ACME, ANA, BOB, EVE, NOON, TENANT, Clock, FakeAutotask, note, ticket

ONE = TicketId(1)


@pytest.fixture
def autotask(autotask: FakeAutotask) -> FakeAutotask:
    autotask.have(
        ticket(1, assignee=ANA, contact=7, resolved_due=NOON + timedelta(hours=2)),
        ticket(2, due=NOON - timedelta(hours=1), priority=99, queue=None),
        ticket(3, status=5),
    )
    autotask.have_notes(
        note(1, created=NOON - timedelta(hours=3)),
        note(2, publish=1, creator=None, contact=7, created=NOON - timedelta(hours=2)),
        note(3, publish=1, created=NOON - timedelta(hours=1)),
        note(4, creator=None),
    )
    return autotask


async def test_a_list_has_names_labels_and_clocks_the_next_due_first(synced: Mirror, autotask: FakeAutotask) -> None:
    page = await synced.page(TicketFilter())

    second, first = page.lines
    assert (second.id, second.assignee_name) == (2, None)
    assert second.priority == Choice(value=99, label="unknown (99)", is_active=False)
    assert second.clock
    assert second.clock.state is ClockState.BREACHED
    assert (first.company_name, first.status.label, first.assignee_name) == ("Acme Dental", "New", "Ana Ruiz")
    assert (page.total, page.offset) == (2, 0)
    assert autotask.calls == []


async def test_a_page_has_eight_rows(synced: Mirror, autotask: FakeAutotask) -> None:
    await synced.absorb_tickets([ticket(n) for n in range(10, 30)], Cause.POLL)

    page = await synced.page(TicketFilter(), offset=16)

    assert (len(page.lines), page.total, page.offset) == (6, 22, 16)
    assert len((await synced.page(TicketFilter())).lines) == 8


@pytest.mark.parametrize(("silence", "is_current"), [({"seconds": 179}, True), ({"seconds": 181}, False)])
async def test_data_is_current_for_three_minutes_after_the_last_answer(
    synced: Mirror,
    autotask: FakeAutotask,
    clock: Clock,
    silence: dict[str, float],
    is_current: bool,  # noqa: FBT001 - a column
) -> None:
    await synced.poll()
    last = clock()
    clock.pass_(**silence)
    autotask.on_call = _down
    with pytest.raises(Unreachable):
        await synced.poll()

    page = await synced.page(TicketFilter())

    assert (page.as_of, page.is_current) == (last, is_current)
    detail = await synced.detail(ONE, internal=True)
    assert detail
    assert (detail.as_of, detail.is_current) == (last, is_current)


def _down(_: str) -> None:
    raise Unreachable("AutoTask does not answer.")


async def test_slow_polls_count_as_current_for_three_of_them(
    database: Database, autotask: FakeAutotask, clock: Clock
) -> None:
    slow = Mirror(database, autotask, autotask, tenant=TENANT, now=clock, every=timedelta(minutes=10))
    await slow.first_sync()
    clock.pass_(minutes=29)

    assert (await slow.page(TicketFilter())).is_current


async def test_before_the_first_sync_there_is_no_data_and_it_is_said(mirror: Mirror) -> None:
    page = await mirror.page(TicketFilter())

    assert (page.total, page.as_of, page.is_current) == (0, None, False)
    status = await mirror.status()
    assert (status.stage, status.is_finished, status.open_tickets) == ("metadata", False, 0)


async def test_an_internal_conversation_sees_the_three_newest_notes(synced: Mirror) -> None:
    detail = await synced.detail(ONE, internal=True)

    assert detail
    assert [(n.id, n.author, n.is_internal, n.is_customer) for n in detail.notes] == [
        (4, "AutoTask", True, False),
        (3, "Bob Stone", False, False),
        (2, "Cleo Customer", False, True),
    ]
    assert detail.hidden_notes == 0
    assert (detail.company_name, detail.contact_name, detail.assignee_name) == (
        "Acme Dental",
        "Cleo Customer",
        "Ana Ruiz",
    )
    assert detail.url == "https://ww1.autotask.net/1"


async def test_elsewhere_internal_notes_are_counted_and_not_shown(synced: Mirror) -> None:
    detail = await synced.detail(ONE, internal=False)

    assert detail
    assert [n.id for n in detail.notes] == [3, 2]
    assert detail.hidden_notes == 2


async def test_notes_that_were_never_read_are_fetched_once(synced: Mirror, autotask: FakeAutotask) -> None:
    autotask.have_notes(note(9, ticket=TicketId(3)))

    for _ in range(2):
        detail = await synced.detail(TicketId(3), internal=True)
        assert detail
        assert [n.id for n in detail.notes] == [9]
    assert autotask.calls == ["notes_of_ticket"]


async def test_without_autotask_a_card_shows_what_is_here(synced: Mirror, autotask: FakeAutotask) -> None:
    autotask.on_call = _down
    assert await synced.detail(TicketId(3), internal=True)

    autotask.calls.clear()
    autotask.silent_for = timedelta(minutes=1)
    assert await synced.detail(TicketId(3), internal=True)
    assert autotask.calls == []


@pytest.mark.parametrize("reference", ["T20260302.0001", " t20260302.0001 ", "1", ONE])
async def test_a_ticket_is_found_by_number_or_id_without_asking(
    synced: Mirror, autotask: FakeAutotask, reference: str | TicketId
) -> None:
    found = await synced.find(reference)

    assert found
    assert found.id == ONE
    assert autotask.calls == []


@pytest.mark.parametrize("reference", ["T20260302.0050", "50"])
async def test_what_the_mirror_lacks_is_asked_for_once_and_kept(
    synced: Mirror, autotask: FakeAutotask, reference: str
) -> None:
    autotask.have(ticket(50, status=5))

    for _ in range(2):
        found = await synced.find(reference)
        assert found == ticket(50, status=5)
    assert len(autotask.calls) == 1


@pytest.mark.parametrize(("code", "name"), [(None, "Gone"), ("companies_by_id", "company 200")])
async def test_a_ticket_that_is_asked_for_comes_with_its_company_if_that_can_be_had(
    synced: Mirror, autotask: FakeAutotask, code: str | None, name: str
) -> None:
    def on_call(call: str) -> None:
        if call == code:
            raise Busy("cap")

    autotask.on_call = on_call
    autotask.company_rows.append(Company(id=CompanyId(200), name="Gone", is_active=False))
    autotask.have(ticket(50, status=5, company=CompanyId(200)))

    assert await synced.find("50")

    found = await synced.detail(TicketId(50), internal=True)
    assert found
    assert found.company_name == name


@pytest.mark.parametrize("reference", ["", "  ", "9" * 60, "-4", "0", 0, -1, 2**63, "T" * 51, "١٢"])
async def test_what_can_be_no_ticket_is_not_found_without_an_error(
    synced: Mirror, autotask: FakeAutotask, reference: str | TicketId
) -> None:
    assert await synced.find(reference) is None


async def test_the_question_is_given_up_after_a_while(synced: Mirror, autotask: FakeAutotask) -> None:
    async def never(number: str, *, urgent: bool = False) -> Ticket | None:
        await asyncio.Event().wait()
        return None

    autotask.ticket_by_number = never  # type: ignore[method-assign] # an AutoTask that does not answer
    synced._reads._look_up._patience = timedelta()
    with pytest.raises(Unreachable):
        await synced.find("T20990101.0001")


async def test_words_become_choices_companies_and_technicians(synced: Mirror) -> None:
    assert synced.resolve_choice("status", "progress").value == 8
    assert synced.resolve_choice("queue", "client portal").value == 5
    assert (await synced.resolve_company("acme")).id == ACME
    assert synced.resolve_resource("bob").id == BOB
    assert synced.resolve_resource("Ana.Ruiz@desk.example").id == ANA
    with pytest.raises(Invalid) as caught:
        synced.resolve_choice("status", "waiting")
    assert caught.value.legal == ("Waiting Customer", "Waiting Vendor")
    with pytest.raises(Invalid):
        synced.resolve_resource("Eve Gone")
    with pytest.raises(Invalid):
        await synced.resolve_company("nobody")


NAMED = {
    "beginning": ("globex", 11),
    "accents": ("muller", 12),
    "beginning before words": ("initech", 13),
    "words": ("hotel north", 14),
}


@pytest.mark.parametrize(("typed", "meant"), NAMED.values(), ids=NAMED)
async def test_a_company_whose_name_begins_so_is_meant_before_one_that_has_such_words(
    synced: Mirror, database: Database, typed: str, meant: int
) -> None:
    names = ("Globex", "Müller & Sons", "Initech Systems", "North Pier Hotel", "A.B.C. Initech", "Pier & Muller")
    some = [Company(id=CompanyId(n), name=name) for n, name in enumerate(names, 11)]
    await database.write(lambda tx: directory.put_companies(tx, TENANT, some))
    assert (await synced.resolve_company(typed)).id == meant


async def test_the_role_is_the_default_one_and_its_lack_is_explained(synced: Mirror) -> None:
    assert synced.role_for(ANA) == 5
    with pytest.raises(Invalid, match="Eve Gone") as caught:
        synced.role_for(EVE)
    assert caught.value.field == "assignee"
    assert caught.value.legal == ("Ana Ruiz", "Bob Stone")


async def test_names_of_the_unknown_are_numbers(synced: Mirror) -> None:
    assert synced.resource_name(EVE) == "Eve Gone"
    assert synced.resource_name(ResourceId(4)) == "resource 4"


async def test_picklists_are_read_by_our_names_and_autotask_s(synced: Mirror) -> None:
    assert synced.choices("queue") == synced.choices("queueID")
    assert [c.label for c in synced.choices("priority")] == ["Critical", "High", "Medium", "Low"]
    assert [c.value for c in synced.note_choices("publish")] == [1, 2]
    assert synced.ticket_field("nonsense") is None


async def test_another_process_sees_the_new_picklists_at_its_next_list(
    synced: Mirror, database: Database, autotask: FakeAutotask, clock: Clock
) -> None:
    other = Mirror(database, autotask, autotask, tenant=TENANT, now=clock)
    assert other.choices("queue") == ()

    await other.page(TicketFilter())

    assert other.choices("queue") == synced.choices("queue")
