"""What is silenced is not told there, until the customer writes or somebody wants to hear again."""

from typing import Any

import pytest
from msgspec.structs import replace

from attms_core.errors import Invalid, NotFound
from attms_core.model import (
    Author,
    AuthorKind,
    Change,
    ChangeId,
    CompanyId,
    Event,
    Lane,
    OpportunityId,
    Owed,
    OwedKind,
    Rule,
    RuleKind,
    TicketId,
    Topic,
)
from attms_core.model.silence import Sender, SenderKind, Until, read_key
from attms_core.notices import silences as book
from attms_core.notices.happened import Happened
from attms_core.notices.silences import MOST_HERE, PAGE, Silences
from attms_core.store import directory, silences, tickets
from attms_core.store.database import Database
from tests.store.values import NOON, OURS, THEIRS, at, change, company, contact, linked, resource, ticket

HERE, THERE = Lane("19:here@thread.tacv2"), Lane("person:ana")
PRINTER, ROUTER = Topic(ticket=TicketId(1)), Topic(ticket=TicketId(2))
ANA = replace(linked("ana", 5), within_queues=None, within_companies=None)
KIM, ROBOT = Author(AuthorKind.CONTACT, 31), Author(AuthorKind.RESOURCE, 7)


def now() -> Any:
    return NOON


@pytest.fixture
async def quiet(database: Database) -> Silences:
    return Silences(database, tenant=OURS, now=now)


def fact(id_: int, of: int, what: str, author: Author = ROBOT, **given: Any) -> Happened:
    return Happened(id=ChangeId(id_), change=change(of, what, author=author, **given), ticket=ticket(of))


def row(fact_: Happened, lane: Lane = HERE, **given: Any) -> Owed:
    plain = Owed(
        tenant=OURS,
        lane=lane,
        kind=OwedKind.NEWS,
        due_at=NOON,
        at=NOON,
        topic=Topic.of(fact_.change),
        change=fact_.id,
        rule=Rule(RuleKind.SUBSCRIPTION, "1"),
        event=fact_.change.event,
    )
    return replace(plain, **given)


STATUS = fact(1, 1, "status", before=1, after=8)
ELSE = fact(2, 2, "status", before=1, after=8)
ANSWER = fact(3, 1, "note-added", KIM, after=1)
OURS_SAID = fact(4, 1, "note-added", ROBOT, after=1)


async def left(database: Database, rows: list[Owed], facts: list[Happened]) -> list[Owed]:
    return await database.write(lambda tx: book.silenced(tx, OURS, rows, facts))


async def test_a_silenced_ticket_is_not_told_there_and_is_told_elsewhere(database: Database, quiet: Silences) -> None:
    await quiet.add(ANA, HERE, PRINTER, Until.EVER)
    rows = [row(STATUS), row(STATUS, THERE), row(ELSE)]
    assert await left(database, rows, [STATUS, ELSE]) == rows[1:]


async def test_a_silence_of_another_tenant_silences_nothing(database: Database, quiet: Silences) -> None:
    await Silences(database, tenant=THEIRS, now=now).add(ANA, HERE, PRINTER, Until.EVER)
    assert await left(database, [row(STATUS)], [STATUS]) == [row(STATUS)]


@pytest.mark.parametrize("with_rows", [True, False])
async def test_until_reply_ends_everywhere_when_the_customer_writes_and_the_reply_is_told(
    database: Database, quiet: Silences, *, with_rows: bool
) -> None:
    await quiet.add(ANA, HERE, PRINTER, Until.REPLY)
    await quiet.add(ANA, THERE, PRINTER, Until.REPLY)
    assert await left(database, [row(STATUS), row(OURS_SAID)], [STATUS, OURS_SAID]) == []
    rows = [row(ANSWER)] if with_rows else []
    assert await left(database, rows, [ANSWER]) == rows
    assert await left(database, [row(STATUS), row(STATUS, THERE)], [STATUS]) == [row(STATUS), row(STATUS, THERE)]


async def test_for_good_outlasts_the_customers_reply(database: Database, quiet: Silences) -> None:
    await quiet.add(ANA, HERE, PRINTER, Until.EVER)
    assert await left(database, [row(ANSWER)], [ANSWER]) == []
    assert (await quiet.page(ANA, HERE)).total == 1


async def test_a_reply_on_another_ticket_ends_nothing(database: Database, quiet: Silences) -> None:
    await quiet.add(ANA, HERE, ROUTER, Until.REPLY)
    await left(database, [], [ANSWER])
    assert await left(database, [row(ELSE)], [ELSE]) == []


async def test_what_the_customer_wrote_before_the_silence_is_told_yet(database: Database, quiet: Silences) -> None:
    await quiet.add(ANA, HERE, PRINTER, Until.REPLY)
    found = await database.read(lambda tx: book.heard(tx, OURS, [row(ANSWER), row(STATUS)], [ANSWER, STATUS]))
    assert found == [row(ANSWER)]
    assert await database.read(lambda tx: book.is_silent(tx, OURS, row(STATUS), STATUS))
    assert not await database.read(lambda tx: book.is_silent(tx, OURS, row(ANSWER), ANSWER))


@pytest.mark.parametrize(
    "kept",
    [
        row(STATUS, kind=OwedKind.TRUTH, change=None, rule=None),
        row(STATUS, rule=Rule(RuleKind.ESCALATION, "3.1"), change=None),
        row(STATUS, kind=OwedKind.EDIT, activity="1", change=None),
        row(STATUS, kind=OwedKind.DIGEST, topic=None, change=None, rule=Rule(RuleKind.DIGEST, "1")),
    ],
    ids=lambda row: f"{row.kind} {row.rule}",
)
async def test_the_truth_of_cards_and_escalations_are_never_silenced(
    database: Database, quiet: Silences, kept: Owed
) -> None:
    await quiet.add(ANA, HERE, PRINTER, Until.EVER)
    assert await left(database, [kept], [STATUS]) == [kept]


@pytest.mark.parametrize(
    ("sender", "of"),
    [
        (Sender(SenderKind.RESOURCE, 7), STATUS),
        (Sender(SenderKind.RESOURCE, 7), fact(5, 1, "status", Author(AuthorKind.PERSON, 7))),
        (Sender(SenderKind.CONTACT, 31), ANSWER),
        (Sender(SenderKind.COMPANY, 1), ANSWER),
    ],
    ids=str,
)
async def test_a_silenced_sender_is_not_told_on_any_ticket(
    database: Database, quiet: Silences, sender: Sender, of: Happened
) -> None:
    await quiet.add(ANA, HERE, sender, Until.REPLY)
    assert await left(database, [row(of), row(of, THERE)], [of]) == [row(of, THERE)]


@pytest.mark.parametrize(
    "author", [Author(AuthorKind.UNKNOWN), Author(AuthorKind.RESOURCE, 31), Author(AuthorKind.CONTACT, 7)]
)
async def test_others_are_told_and_so_is_what_nobody_knows_the_author_of(
    database: Database, quiet: Silences, author: Author
) -> None:
    for each in (Sender(SenderKind.RESOURCE, 7), Sender(SenderKind.CONTACT, 31), Sender(SenderKind.COMPANY, 2)):
        await quiet.add(ANA, HERE, each, Until.EVER)
    told = fact(6, 1, "status", author)
    assert await left(database, [row(told)], [told]) == [row(told)]


async def test_an_opportunity_can_be_silenced(database: Database, quiet: Silences) -> None:
    sale = Topic(opportunity=OpportunityId(9))
    moved = Change(opportunity=OpportunityId(9), what="stage", before=1, after=2, author=ROBOT, at=NOON)
    of = Happened(id=ChangeId(8), change=moved)
    await quiet.add(ANA, HERE, sale, Until.EVER)
    assert await left(database, [row(of)], [of]) == []
    assert await quiet.end(ANA, HERE, sale)
    assert await left(database, [row(of)], [of]) == [row(of)]


async def test_a_row_without_its_change_goes_by_its_topic(database: Database, quiet: Silences) -> None:
    await quiet.add(ANA, HERE, PRINTER, Until.EVER)
    assert await left(database, [row(STATUS), row(ELSE)], []) == [row(ELSE)]


async def test_silencing_again_changes_how_long(database: Database, quiet: Silences) -> None:
    await quiet.add(ANA, HERE, PRINTER, Until.REPLY)
    await quiet.add(ANA, HERE, PRINTER, Until.EVER)
    page = await quiet.page(ANA, HERE)
    assert [(line.silence.what, line.silence.until, line.silence.by_name) for line in page.lines] == [
        (PRINTER, Until.EVER, ANA.name)
    ]


async def test_hearing_again_says_whether_it_was_silent(quiet: Silences) -> None:
    await quiet.add(ANA, HERE, PRINTER, Until.EVER)
    assert not await quiet.end(ANA, THERE, PRINTER)
    assert await quiet.end(ANA, HERE, PRINTER)
    assert not await quiet.end(ANA, HERE, PRINTER)


async def test_the_list_comes_in_pages_the_latest_first(database: Database) -> None:
    for id_ in range(PAGE + 2):
        soon = Silences(database, tenant=OURS, now=lambda id_=id_: at(id_))
        await soon.add(ANA, HERE, Topic(ticket=TicketId(100 + id_)), Until.EVER)
    first = await soon.page(ANA, HERE)
    second = await soon.page(ANA, HERE, offset=PAGE)
    ids = [line.silence.what.ticket for line in (*first.lines, *second.lines) if isinstance(line.silence.what, Topic)]
    assert ids == list(range(100 + PAGE + 1, 99, -1))
    assert (first.total, second.offset) == (PAGE + 2, PAGE)
    assert (await soon.page(ANA, HERE, offset=80)).offset == 0


@pytest.fixture
async def full(database: Database, quiet: Silences) -> Silences:
    """A place with the most that can be silent there, of open tickets."""
    await database.write(lambda tx: tickets.put(tx, OURS, [ticket(id_ + 1) for id_ in range(MOST_HERE)]))
    for id_ in range(MOST_HERE):
        await quiet.add(ANA, HERE, Topic(ticket=TicketId(id_ + 1)), Until.EVER)
    return quiet


async def test_a_place_has_its_limit_and_what_is_silent_can_still_be_changed(
    database: Database, full: Silences
) -> None:
    with pytest.raises(Invalid, match="silenced here already"):
        await full.add(ANA, HERE, Topic(ticket=TicketId(9999)), Until.EVER)
    await full.add(ANA, HERE, PRINTER, Until.REPLY)
    assert await database.read(lambda tx: silences.count(tx, OURS, HERE)) == MOST_HERE


async def test_tickets_that_are_over_make_room(database: Database, full: Silences) -> None:
    await database.write(lambda tx: tickets.put(tx, OURS, [ticket(1, status=5), ticket(2, status=5)]))
    await full.add(ANA, HERE, Topic(ticket=TicketId(9999)), Until.EVER)
    assert await database.read(lambda tx: silences.count(tx, OURS, HERE)) == MOST_HERE - 1


@pytest.fixture
async def known(database: Database, quiet: Silences) -> Silences:
    def work(tx: Any) -> None:
        directory.put_companies(tx, OURS, [company(1, "Contoso"), company(2, "Kimono Ltd"), company(3, "Robotics")])
        directory.put_contacts(tx, OURS, [contact(31, "Kim", "Lee"), contact(32, "Kim", "Lee", of=2)])
        robot = resource(7, "robot@example.com", first_name="Robot", last_name="Monitoring")
        gone = resource(8, "gone@example.com", first_name="Robot", last_name="Old", is_active=False)
        directory.put_resources(tx, OURS, [robot, gone])

    await database.write(work)
    return quiet


async def test_a_sender_is_found_by_the_beginning_of_the_name(known: Silences) -> None:
    (robot,) = await known.candidates(ANA, HERE, "robot mon")
    assert (robot.sender, robot.name) == (Sender(SenderKind.RESOURCE, 7), "Robot Monitoring")
    both = await known.candidates(ANA, HERE, "robot")
    assert {each.sender.kind for each in both} == {SenderKind.RESOURCE, SenderKind.COMPANY}
    (company_,) = await known.candidates(ANA, HERE, "robot", SenderKind.COMPANY)
    assert company_.sender == Sender(SenderKind.COMPANY, 3)


async def test_two_of_one_name_are_told_apart_by_their_company(known: Silences) -> None:
    found = await known.candidates(ANA, HERE, "kim lee")
    assert {(each.sender.id, each.about) for each in found} == {
        (31, "contact at Contoso"),
        (32, "contact at Kimono Ltd"),
    }


async def test_nobody_outside_ones_limits_is_offered(known: Silences) -> None:
    narrow = replace(ANA, within_companies=(CompanyId(2),))
    assert [each.sender.id for each in await known.candidates(narrow, HERE, "kim lee")] == [32]
    with pytest.raises(NotFound):
        await known.candidates(narrow, HERE, "Contoso")


@pytest.mark.parametrize("name", ["", "  ", "!!", "qqq", "gone"])
async def test_a_name_of_nobody_is_refused(known: Silences, name: str) -> None:
    with pytest.raises(NotFound, match="Nobody is called"):
        await known.candidates(ANA, HERE, name)


async def test_too_many_are_refused_with_examples(database: Database, known: Silences) -> None:
    many = [contact(100 + id_, "Pat", f"Number{id_}") for id_ in range(9)]
    await database.write(lambda tx: directory.put_contacts(tx, OURS, many))
    with pytest.raises(Invalid, match="could be many") as refused:
        await known.candidates(ANA, HERE, "pat")
    assert refused.value.legal[0] == "Pat Number0 (contact at Contoso)"


async def test_the_list_names_senders_even_those_that_are_gone(known: Silences) -> None:
    for each in (Sender(SenderKind.CONTACT, 31), Sender(SenderKind.RESOURCE, 99)):
        await known.add(ANA, HERE, each, Until.EVER)
    names = {line.sender.name for line in (await known.page(ANA, HERE)).lines if line.sender}
    assert names == {"Kim Lee", "resource 99"}


@pytest.mark.parametrize("key", ["", "ticket", "ticket:", "ticket:x", "ticket:-1", "queue:3", "contact:²"])
def test_a_key_of_nothing_is_nothing(key: str) -> None:
    assert read_key(key) is None


@pytest.mark.parametrize("what", [PRINTER, Topic(opportunity=OpportunityId(4)), Sender(SenderKind.COMPANY, 0)])
def test_a_key_is_read_as_it_was_written(what: Topic | Sender) -> None:
    assert read_key(what.key) == what


def test_the_events_of_these_tests_are_what_they_seem() -> None:
    assert [STATUS.change.event, ANSWER.change.event] == [Event.STATUS, Event.NOTE_ADDED]
