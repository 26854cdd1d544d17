"""The one door: what is taken in, what is dropped, and which changes come of it."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import structs

from attms_core.mirror import Cause, Mirror
from attms_core.model import (
    Author,
    AuthorKind,
    Change,
    DeletedTicket,
    Event,
    ResourceId,
    Ticket,
    TicketId,
    Wish,
    WishId,
    WishKind,
    WishState,
)
from attms_core.store import changes, notes, tickets, wishes
from attms_core.store.database import Database
from tests.support.fake_autotask import ANA, BOB, NOON, TENANT, FakeAutotask, note, ticket

Ask = Callable[..., Awaitable[Wish]]
ONE = TicketId(1)
BEFORE = ticket()
AFTER = ticket(status=8, last_activity=NOON, last_activity_by=ANA)


async def told(database: Database, of: TicketId = ONE) -> list[tuple[str, object, object]]:
    """The changes of a ticket, oldest first."""
    found = await database.read(lambda tx: changes.of_ticket(tx, TENANT, of))
    return [(c.what, c.before, c.after) for c in reversed(found)]


async def test_first_sight_in_the_first_sync_is_no_change(mirror: Mirror, database: Database) -> None:
    assert await mirror.absorb_tickets([BEFORE], Cause.FIRST_SYNC) == []
    assert await mirror.ticket(ONE) == BEFORE
    assert await told(database) == []


async def test_later_first_sight_is_a_change_by_the_creator(mirror: Mirror) -> None:
    (created,) = await mirror.absorb_tickets([BEFORE], Cause.POLL)

    assert (created.what, created.author, created.at) == (
        "created",
        Author(AuthorKind.RESOURCE, BOB),
        BEFORE.created,
    )


async def test_a_ticket_made_and_completed_between_two_looks_tells_both_and_not_what_it_was_before(
    mirror: Mirror,
) -> None:
    half = NOON - timedelta(minutes=30)
    done = ticket(status=5, completed_at=half, last_activity=half, last_activity_by=ANA)

    found = await mirror.absorb_tickets([done], Cause.POLL)

    assert [(c.event, c.before, c.after, c.at, c.author.id) for c in found] == [
        (Event.CREATED, None, None, BEFORE.created, BOB),
        (Event.COMPLETED, None, 5, half, ANA),
    ]


async def test_an_old_ticket_that_is_looked_up_is_not_news(synced: Mirror) -> None:
    old = ticket(created=NOON - timedelta(days=900))

    assert await synced.absorb_tickets([old], Cause.LOOK_UP) == []
    assert await synced.ticket(ONE) == old


async def test_a_ticket_made_by_a_wish_was_created_by_the_person(mirror: Mirror, ask: Ask) -> None:
    made = await ask({"title": "x"}, kind=WishKind.CREATE_TICKET, ticket=None)

    (created,) = await mirror.absorb_tickets([ticket(external_id=made.id)], Cause.READ_BACK)

    assert created.author == Author(AuthorKind.PERSON, ANA, made.id)


async def test_an_external_id_that_names_some_other_wish_proves_nothing(mirror: Mirror, ask: Ask) -> None:
    other = await ask({"status": 8})

    (created,) = await mirror.absorb_tickets([ticket(external_id=other.id)], Cause.POLL)

    assert created.author == Author(AuthorKind.RESOURCE, BOB)


async def test_a_field_that_moves_is_one_change_and_the_row_follows(mirror: Mirror) -> None:
    await mirror.absorb_tickets([BEFORE], Cause.FIRST_SYNC)

    moved = await mirror.absorb_tickets([AFTER], Cause.POLL)

    assert moved == [
        Change(ticket=ONE, what="status", before=1, after=8, author=Author(AuthorKind.RESOURCE, ANA), at=NOON)
    ]
    assert await mirror.ticket(ONE) == AFTER


async def test_fields_nobody_watches_are_written_without_a_change(mirror: Mirror) -> None:
    await mirror.absorb_tickets([BEFORE], Cause.FIRST_SYNC)
    after = structs.replace(BEFORE, first_response_at=NOON, last_activity=NOON)

    assert await mirror.absorb_tickets([after], Cause.POLL) == []
    assert await mirror.ticket(ONE) == after


async def test_a_stale_replica_s_answer_is_dropped(mirror: Mirror, database: Database) -> None:
    await mirror.absorb_tickets([BEFORE], Cause.FIRST_SYNC)
    await mirror.absorb_tickets([AFTER], Cause.POLL)

    assert await mirror.absorb_tickets([BEFORE], Cause.POLL) == []
    assert await mirror.ticket(ONE) == AFTER
    assert await told(database) == [("status", 1, 8)]


async def test_of_two_copies_in_one_page_the_newer_counts(mirror: Mirror) -> None:
    await mirror.absorb_tickets([AFTER, BEFORE], Cause.FIRST_SYNC)

    assert await mirror.ticket(ONE) == AFTER


@pytest.mark.parametrize("state", [WishState.SENT, WishState.DONE])
async def test_a_status_set_by_a_card_is_one_change_by_the_presser_whatever_comes_after(
    mirror: Mirror, database: Database, ask: Ask, state: WishState
) -> None:
    await mirror.absorb_tickets([BEFORE], Cause.FIRST_SYNC)
    made = await ask({"status": 8}, state=state, ended_at=NOON if state is WishState.DONE else None)

    (change,) = await mirror.absorb_tickets([AFTER], Cause.READ_BACK)
    assert change.author == Author(AuthorKind.PERSON, ANA, made.id)
    for late, cause in ((AFTER, Cause.POLL), (BEFORE, Cause.POLL), (AFTER, Cause.RECONCILE), (BEFORE, Cause.CALLOUT)):
        assert await mirror.absorb_tickets([late], cause) == []
    assert await told(database) == [("status", 1, 8)]


async def test_when_reading_back_failed_a_stale_answer_does_not_take_the_press_back(
    mirror: Mirror, database: Database, ask: Ask
) -> None:
    await mirror.absorb_tickets([BEFORE], Cause.FIRST_SYNC)
    await ask({"status": 8})
    assumed = structs.replace(BEFORE, status=8)

    (change,) = await mirror.absorb_tickets([assumed], Cause.READ_BACK)
    assert change.author.kind is AuthorKind.PERSON
    assert await mirror.absorb_tickets([BEFORE], Cause.POLL) == []
    assert await mirror.ticket(ONE) == assumed
    assert await mirror.absorb_tickets([AFTER], Cause.POLL) == []
    assert await told(database) == [("status", 1, 8)]


async def test_a_workflow_rule_that_takes_a_press_back_later_is_told(
    mirror: Mirror, database: Database, ask: Ask
) -> None:
    await mirror.absorb_tickets([BEFORE], Cause.FIRST_SYNC)
    await ask({"status": 8})
    await mirror.absorb_tickets([AFTER], Cause.READ_BACK)

    back = structs.replace(BEFORE, last_activity=NOON + timedelta(seconds=1), last_activity_by=ResourceId(4))
    (change,) = await mirror.absorb_tickets([back], Cause.POLL)

    assert (change.before, change.after, change.author) == (8, 1, Author(AuthorKind.RESOURCE, 4))
    assert await told(database) == [("status", 1, 8), ("status", 8, 1)]


async def test_a_wish_explains_its_value_once(mirror: Mirror, ask: Ask) -> None:
    await mirror.absorb_tickets([BEFORE], Cause.FIRST_SYNC)
    await ask({"status": 8})
    authors = []
    for seconds, status in enumerate((8, 1, 8)):
        at = NOON + timedelta(seconds=seconds)
        (change,) = await mirror.absorb_tickets(
            [ticket(status=status, last_activity=at, last_activity_by=BOB)], Cause.POLL
        )
        authors.append(change.author.kind)

    assert authors == [AuthorKind.PERSON, AuthorKind.RESOURCE, AuthorKind.RESOURCE]


async def test_a_customer_s_note_tells_who_moved_the_ticket(mirror: Mirror) -> None:
    await mirror.absorb_tickets([BEFORE], Cause.FIRST_SYNC)
    written = note(creator=None, contact=7)

    found = await mirror.absorb_tickets([AFTER], Cause.POLL, fresh=[written])

    assert [(c.what, c.author) for c in found] == [
        ("status", Author(AuthorKind.CONTACT, 7)),
        ("note-added", Author(AuthorKind.CONTACT, 7)),
    ]


async def test_a_note_is_told_once_and_its_edits_are_kept(mirror: Mirror, database: Database) -> None:
    await mirror.absorb_tickets([BEFORE], Cause.FIRST_SYNC)

    (added,) = await mirror.absorb_notes([note()], Cause.READ_BACK)
    assert (added.what, added.note, added.author, added.at) == ("note-added", 1, Author(AuthorKind.RESOURCE, BOB), NOON)
    assert await mirror.absorb_notes([note()], Cause.POLL) == []

    edited = note(text="No answer yet.", last_activity=NOON + timedelta(seconds=5))
    assert await mirror.absorb_notes([edited, note()], Cause.POLL) == []
    assert await mirror.absorb_notes([note()], Cause.POLL) == []
    assert await database.read(lambda tx: notes.of_ticket(tx, TENANT, ONE)) == [edited]


async def test_a_note_from_a_card_is_the_person_s(mirror: Mirror, ask: Ask) -> None:
    await mirror.absorb_tickets([BEFORE], Cause.FIRST_SYNC)
    made = await ask({"title": "Called", "text": "No answer."}, kind=WishKind.ADD_NOTE)

    (added,) = await mirror.absorb_notes([note(creator=ANA)], Cause.READ_BACK)

    assert added.author == Author(AuthorKind.PERSON, ANA, made.id)


async def test_notes_of_the_first_sync_and_notes_older_than_the_mirror_are_not_news(synced: Mirror) -> None:
    await synced.absorb_tickets([BEFORE], Cause.FIRST_SYNC)

    assert await synced.absorb_notes([note(1)], Cause.FIRST_SYNC) == []
    assert await synced.absorb_notes([note(2, created=NOON - timedelta(days=3))], Cause.LOOK_UP) == []


async def test_notes_of_tickets_that_are_not_here_are_left_out(mirror: Mirror, database: Database) -> None:
    assert await mirror.absorb_notes([note()], Cause.POLL) == []
    assert await database.read(lambda tx: notes.of_ticket(tx, TENANT, ONE)) == []


async def test_a_deleted_ticket_goes_with_its_notes_and_a_late_replica_does_not_bring_it_back(
    mirror: Mirror, autotask: FakeAutotask, database: Database
) -> None:
    await mirror.absorb_tickets([BEFORE], Cause.FIRST_SYNC)
    await mirror.absorb_notes([note()], Cause.FIRST_SYNC)
    row = DeletedTicket(id=9, ticket=ONE, number=BEFORE.number, deleted_at=NOON, deleted_by=ANA)
    autotask.deleted_rows = [row, row]

    for _ in range(2):
        await mirror.refresh_deletions()

    (gone,) = await database.read(lambda tx: changes.of_ticket(tx, TENANT, ONE))
    assert (gone.what, gone.author, gone.at) == ("deleted", Author(AuthorKind.RESOURCE, ANA), NOON)
    assert await mirror.absorb_tickets([BEFORE], Cause.POLL, fresh=[note()]) == []
    assert await mirror.ticket(ONE) is None
    assert await database.read(lambda tx: notes.of_ticket(tx, TENANT, ONE)) == []


async def test_a_broken_transaction_writes_neither_row_nor_change(
    mirror: Mirror, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await mirror.absorb_tickets([BEFORE], Cause.FIRST_SYNC)

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(changes, "add", broken)
    with pytest.raises(ZeroDivisionError):
        await mirror.absorb_tickets([AFTER], Cause.POLL)
    assert await mirror.ticket(ONE) == BEFORE


STORIES = st.lists(
    st.builds(
        lambda minute, status, queue: ticket(
            status=status, queue=queue, last_activity=NOON + timedelta(minutes=minute), last_activity_by=None
        ),
        st.integers(0, 5),
        st.sampled_from([1, 5, 8]),
        st.sampled_from([5, 6]),
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STORIES)
async def test_changes_tell_the_whole_way_from_the_first_copy_to_the_last(
    mirror: Mirror, database: Database, copies: list[Ticket]
) -> None:
    await database.write(lambda tx: tickets.delete(tx, TENANT, [ONE]))
    await mirror.absorb_tickets(copies[:1], Cause.FIRST_SYNC)
    state = {"status": copies[0].status, "queue": copies[0].queue}

    for copy in copies[1:]:
        for change in await mirror.absorb_tickets([copy], Cause.POLL):
            assert change.before == state[change.what]
            assert change.after != change.before
            state[change.what] = change.after  # type: ignore[assignment] # watched numbers

    kept = await mirror.ticket(ONE)
    assert kept is not None
    assert state == {"status": kept.status, "queue": kept.queue}
    assert kept.last_activity == max(copy.last_activity for copy in copies if copy.last_activity)


async def test_wishes_of_another_ticket_explain_nothing(mirror: Mirror, database: Database, ask: Ask) -> None:
    await mirror.absorb_tickets([BEFORE], Cause.FIRST_SYNC)
    await ask({"status": 8}, ticket=TicketId(2), id=WishId("b" * 32))

    (change,) = await mirror.absorb_tickets([AFTER], Cause.POLL)

    assert change.author == Author(AuthorKind.RESOURCE, ANA)
    assert await database.read(lambda tx: wishes.last(tx, TENANT, 5))
