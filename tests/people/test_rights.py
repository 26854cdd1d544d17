"""Who may do what."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from attms_core.errors import NotAllowed, NotLinked
from attms_core.model import CompanyId, Link, LinkState, Person, PersonKey, PersonRole, Right, TicketFilter
from attms_core.people import authorize, demand, narrow
from tests.support.fake_autotask import ACME, ANA, GLOBEX, TENANT, ticket

LINKED = Link(state=LinkState.LINKED, resource=ANA)
EVERYTHING = tuple(Right)


def person(role: PersonRole = PersonRole.TECHNICIAN, link: Link = LINKED, **more: object) -> Person:
    return Person(key=PersonKey(TENANT, "ana"), name="Ana", role=role, link=link, **more)  # type: ignore[arg-type] # the tests name real fields


PERSONS = st.builds(
    person,
    role=st.sampled_from(PersonRole),
    link=st.builds(Link, state=st.sampled_from(LinkState), resource=st.just(ANA)),
    within_queues=st.none() | st.lists(st.integers(1, 3)).map(tuple),
    within_companies=st.none() | st.lists(st.integers(1, 3)).map(tuple),
)


@pytest.mark.parametrize(
    ("role", "may"),
    [
        (PersonRole.READER, {Right.HELP, Right.READ}),
        (PersonRole.TECHNICIAN, {Right.HELP, Right.READ, Right.WRITE}),
        (PersonRole.DISPATCHER, {Right.HELP, Right.READ, Right.WRITE, Right.DISPATCH}),
        (PersonRole.ADMINISTRATOR, set(Right)),
    ],
)
def test_each_role_may_all_that_the_one_before_it_may(role: PersonRole, may: set[Right]) -> None:
    assert {right for right in EVERYTHING if authorize(person(role), right).allowed} == may


@pytest.mark.parametrize(
    ("state", "may"),
    [
        (LinkState.UNLINKED, {Right.HELP, Right.ADMINISTER}),
        (LinkState.PROPOSED, {Right.HELP, Right.ADMINISTER}),
        (LinkState.SUSPENDED, {Right.HELP}),
        (LinkState.REFUSED, {Right.HELP}),
        (LinkState.LINKED, set(Right)),
    ],
)
def test_an_administrator_without_a_link_administers_and_reads_nothing(state: LinkState, may: set[Right]) -> None:
    someone = person(PersonRole.ADMINISTRATOR, Link(state=state, resource=ANA))

    assert {right for right in EVERYTHING if authorize(someone, right).allowed} == may


def test_giving_work_to_others_needs_a_dispatcher() -> None:
    refused = authorize(person(), Right.WRITE, others=True)

    assert not refused.allowed
    assert "dispatcher" in refused.reason
    assert authorize(person(PersonRole.DISPATCHER), Right.WRITE, others=True).allowed


@pytest.mark.parametrize(
    ("limits", "allowed"),
    [
        ({}, True),
        ({"within_queues": (5,)}, True),
        ({"within_queues": (6,)}, False),
        ({"within_queues": ()}, False),
        ({"within_companies": (ACME,)}, True),
        ({"within_companies": (GLOBEX,)}, False),
        ({"within_queues": (5,), "within_companies": (GLOBEX,)}, False),
    ],
)
def test_a_role_narrowed_to_queues_or_companies_ends_there(limits: dict[str, Any], allowed: bool) -> None:  # noqa: FBT001 - a column of the table
    one = ticket(queue=5, company=ACME)

    assert authorize(person(**limits), Right.READ, ticket=one).allowed is allowed
    assert authorize(person(**limits), Right.WRITE, ticket=one).allowed is allowed


def test_a_ticket_without_a_queue_lies_outside_any_limit_to_queues() -> None:
    assert not authorize(person(within_queues=(5,)), Right.READ, ticket=ticket(queue=None)).allowed


@given(PERSONS, st.sampled_from(Right), st.booleans())
def test_a_refusal_always_says_why(someone: Person, right: Right, others: bool) -> None:  # noqa: FBT001 - drawn
    decision = authorize(someone, right, others=others)

    assert decision.allowed or decision.reason


@given(PERSONS, st.sampled_from(Right), st.booleans())
def test_what_is_demanded_is_what_is_decided_in_the_same_words(someone: Person, right: Right, others: bool) -> None:  # noqa: FBT001 - drawn
    decision = authorize(someone, right, others=others)

    if decision.allowed:
        demand(someone, right, others=others)
        return
    with pytest.raises((NotAllowed, NotLinked)) as refused:
        demand(someone, right, others=others)
    assert (str(refused.value), refused.value.hint) == (decision.reason, decision.hint)
    assert isinstance(refused.value, NotAllowed) is (someone.link.state is LinkState.LINKED)


@given(PERSONS, st.builds(TicketFilter, within_queues=st.none() | st.lists(st.integers(1, 3)).map(tuple)))
def test_a_list_is_never_wider_than_the_person_s_own_limits(someone: Person, where: TicketFilter) -> None:
    narrowed = narrow(someone, where)

    if not authorize(someone, Right.READ).allowed:
        assert narrowed.within_queues == narrowed.within_companies == ()
    if someone.within_queues is not None:
        assert set(narrowed.within_queues or ()) <= set(someone.within_queues)
        assert narrowed.within_queues is not None
    if where.within_queues is not None:
        assert set(narrowed.within_queues or ()) <= set(where.within_queues)
    assert structs.replace(narrowed, within_queues=None, within_companies=None) == structs.replace(
        where, within_queues=None, within_companies=None
    )


def test_the_link_s_own_reason_is_what_the_person_hears() -> None:
    someone = person(link=Link(state=LinkState.UNLINKED, reason="Two technicians have your e-mail."))

    assert authorize(someone, Right.READ).reason == "Two technicians have your e-mail."


def test_no_limit_at_all_leaves_a_list_as_it_was() -> None:
    where = TicketFilter(companies=(CompanyId(3),))

    assert narrow(person(), where) == where
