"""Who listens to a change: the book finds those whose filter takes it, and asks few of the others."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from attms_core.model import ChangeId, Mode, SubscriptionId
from attms_core.model.filter import Between, By, Filter, From, NoteKind, Notes, OneOf
from attms_core.model.subscription import OF_OPPORTUNITIES, OF_TICKETS
from attms_core.notices.book import Book, strongest
from attms_core.notices.facts import Facts, facts_of
from attms_core.notices.filter import matches
from attms_core.notices.happened import Happened
from attms_core.notices.subscribing.spelling import Wanted
from tests.notices import office, wild
from tests.notices.office import change, opportunity, ticket


@settings(max_examples=400)
@given(st.lists(wild.wanted(), min_size=4, max_size=12), wild.happened())
def test_the_book_finds_just_those_that_would_take_the_change_if_all_were_asked(
    wishes: list[Wanted], some: list[Happened]
) -> None:
    all_ = [wild.subscription(number, f"lane{number % 3}", wish) for number, wish in enumerate(wishes)]
    book = Book(all_, wild.MEMBERS)
    for facts in facts_of(some):
        assert facts is not None
        expected = [one for one in all_ if facts.event in one.events and matches(one.filter, facts, wild.MEMBERS)]
        assert sorted(book.listening(facts), key=lambda one: one.id) == expected


def _facts(what: str = "status", of: Happened | None = None, **given: Any) -> Facts:
    found = facts_of([of or Happened(id=ChangeId(1), change=change(what=what, **given), ticket=ticket())])[0]
    assert found is not None
    return found


def _takes(wanted: Filter, facts: Facts) -> bool:
    return matches(wanted, facts, {})


def test_a_ticket_that_leaves_a_queue_concerns_those_of_the_old_and_of_the_new_one() -> None:
    moved = _facts("queue", before=office.PROJECTS, after=office.SERVICE)
    assert _takes(Filter((OneOf("queue", frozenset({office.PROJECTS})),)), moved)
    assert _takes(Filter((OneOf("queue", frozenset({office.SERVICE})),)), moved)
    assert not _takes(Filter((OneOf("queue", frozenset({office.MONITORING_QUEUE})),)), moved)


def test_the_book_knows_those_whom_a_ticket_leaves() -> None:
    old = Wanted(
        about="ticket",
        filter=Filter((OneOf("queue", frozenset({office.PROJECTS})),)),
        events=frozenset(OF_TICKETS),
        mode=Mode.BOTH,
    )
    both = replace(old, filter=Filter((OneOf("queue", frozenset({office.PROJECTS, office.SERVICE})),)))
    those = [wild.subscription(1, "old", old), wild.subscription(2, "both", both)]
    moved = _facts("queue", before=office.PROJECTS, after=office.SERVICE)
    assert Book(those, {}).listening(moved) in (those, those[::-1])


def test_a_note_that_came_with_the_move_concerns_those_of_the_new_queue_alone() -> None:
    record = ticket(queue=office.SERVICE)
    moved = change(what="queue", before=office.PROJECTS, after=office.SERVICE)
    noted = change(what="note-added", after=1)
    some = [Happened(id=ChangeId(i), change=c, ticket=record) for i, c in enumerate((moved, noted))]
    of_move, of_note = facts_of(some)
    assert of_move
    assert of_note
    projects = Filter((OneOf("queue", frozenset({office.PROJECTS})),))
    assert _takes(projects, of_move)
    assert not _takes(projects, of_note)


def test_conditions_hold_together_before_or_after_but_not_half_of_each() -> None:
    record = ticket(queue=office.SERVICE, priority=office.LOW)
    moves = (
        change(what="queue", before=office.PROJECTS, after=office.SERVICE),
        change(what="priority", before=office.HIGH, after=office.LOW),
    )
    facts = facts_of([Happened(id=ChangeId(i), change=c, ticket=record) for i, c in enumerate(moves)])[0]
    assert facts
    for queue, priority, is_taken in (
        (office.SERVICE, office.LOW, True),
        (office.PROJECTS, office.HIGH, True),
        (office.PROJECTS, office.LOW, False),
        (office.SERVICE, office.HIGH, False),
    ):
        wanted = Filter((OneOf("queue", frozenset({queue})), OneOf("priority", frozenset({priority}))))
        assert _takes(wanted, facts) is is_taken


@pytest.mark.parametrize(
    ("record", "author"),
    [
        (ticket(source=office.MONITORING), office.UNKNOWN),
        (ticket(creator=office.ROBOT), office.UNKNOWN),
        (ticket(), replace(office.BY_BEN, id=office.ROBOT)),
    ],
)
def test_what_comes_from_monitoring_is_its_source_its_creator_or_its_deed(record: object, author: object) -> None:
    assert isinstance(record, type(ticket()))
    wanted = Filter((), (From(frozenset({office.MONITORING}), frozenset({office.ROBOT})),))
    noisy = Happened(id=ChangeId(1), change=change(author=author), ticket=record)
    assert not _takes(wanted, _facts(of=noisy))
    assert _takes(wanted, _facts())


def test_an_author_who_is_not_known_is_left_out_only_by_name() -> None:
    assert _takes(Filter((), (By(frozenset({office.ANA}), is_customer=True),)), _facts())
    assert not _takes(Filter((), (By(is_unknown=True),)), _facts())


def test_notes_and_time_are_narrowed_and_nothing_else_is() -> None:
    narrow = Filter((Notes(frozenset({NoteKind.CUSTOMER})), Between("hours", low=Decimal(2))))
    by_customer = _facts("note-added", after=1, author=office.BY_KIM)
    assert _takes(narrow, by_customer)
    assert not _takes(narrow, _facts("note-added", after=1, author=office.BY_ANA))
    assert not _takes(narrow, _facts("time-logged", after="1.5"))
    assert _takes(narrow, _facts("time-logged", after="2"))
    assert _takes(narrow, _facts())
    assert not _takes(Filter((), (Notes(frozenset({NoteKind.INTERNAL})),)), _facts("note-added", after=2))
    assert _takes(Filter((), (Notes(frozenset({NoteKind.INTERNAL})),)), _facts())


def test_an_amount_counts_as_it_is_and_as_it_was() -> None:
    sold = opportunity(amount=Decimal(4000))
    fell = replace(change(what="amount", before="9000", after="4000"), ticket=None, opportunity=sold.id)
    facts = facts_of([Happened(id=ChangeId(1), change=fell, opportunity=sold)])[0]
    assert facts
    assert _takes(Filter((Between("amount", low=Decimal(5000)),)), facts)
    assert not _takes(Filter((Between("amount", low=Decimal(9500)),)), facts)


def test_what_is_gone_has_no_facts() -> None:
    assert facts_of([Happened(id=ChangeId(1), change=change())]) == [None]


def test_of_one_conversation_the_first_subscription_stands_for_all_in_the_strongest_mode() -> None:
    wish = Wanted(about="ticket", filter=Filter(), events=frozenset(OF_TICKETS), mode=Mode.UPDATE)
    here = [wild.subscription(n, "here", replace(wish, mode=m)) for n, m in enumerate((Mode.UPDATE, Mode.THREAD))]
    there = wild.subscription(9, "there", replace(wish, mode=Mode.BOTH))
    assert strongest([there, *reversed(here)]) == {here[0].lane: (here[0], Mode.THREAD), there.lane: (there, Mode.BOTH)}


def test_those_of_opportunities_hear_nothing_of_tickets() -> None:
    wish = Wanted(about="opportunity", filter=Filter(), events=frozenset(OF_OPPORTUNITIES), mode=Mode.BOTH)
    one = replace(wild.subscription(1, "here", wish), about="opportunity", id=SubscriptionId(1))
    assert Book([one], {}).listening(_facts()) == []
    assert not Book([one], {}).is_empty
