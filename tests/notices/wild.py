"""Random filters and random things that happen, over few values, so that they meet."""

from datetime import timedelta
from decimal import Decimal

from hypothesis import strategies as st

from attms_core.model import (
    Author,
    AuthorKind,
    Change,
    ChangeId,
    CompanyId,
    ContactId,
    Event,
    Lane,
    Mode,
    ResourceId,
    Subscription,
    SubscriptionId,
    Ticket,
)
from attms_core.model.filter import Between, By, Clause, Custom, Filter, From, NoteKind, Notes, OneOf, Titled
from attms_core.notices.happened import Happened
from attms_core.notices.subscribing.spelling import Wanted
from tests.notices import office

FIELDS = ("queue", "priority", "company", "assignee")
MEMBERS = {"vip": frozenset({CompanyId(1), CompanyId(2)})}
small = st.integers(0, 3)
some = st.frozensets(small, max_size=3)
bound = st.none() | st.integers(0, 4).map(Decimal)


def _one_of(field: str) -> st.SearchStrategy[OneOf]:
    values = st.frozensets(st.none() | small, min_size=1, max_size=3)
    groups = st.sampled_from([frozenset(), frozenset({"vip"})]) if field == "company" else st.just(frozenset[str]())
    return st.builds(OneOf, st.just(field), values, groups)


def clauses() -> st.SearchStrategy[Clause]:
    """Draw a condition."""
    words = st.frozensets(st.sampled_from([("pr",), ("printer",), ("fire",), ("printer", "fire")]), min_size=1)
    return st.one_of(
        *(_one_of(field) for field in FIELDS),
        st.builds(Between, st.sampled_from(["hours", "udf:Seats"]), bound, bound, st.booleans(), st.booleans()),
        st.builds(Titled, words),
        st.builds(Custom, st.just("Tier"), st.frozensets(st.none() | st.sampled_from(["gold", "silver"]), min_size=1)),
        st.builds(By, some, some, st.booleans(), st.booleans()),
        st.builds(From, some, some, some),
        st.builds(Notes, st.frozensets(st.sampled_from(NoteKind), min_size=1)),
    )


def _by_field(found: list[Clause]) -> tuple[Clause, ...]:
    return tuple({getattr(c, "field", type(c).__name__): c for c in found}.values())


def filters() -> st.SearchStrategy[Filter]:
    """Draw a filter with one condition a field."""
    return st.builds(
        Filter, st.lists(clauses(), max_size=3).map(_by_field), st.lists(clauses(), max_size=2).map(_by_field)
    )


events = st.frozensets(
    st.sampled_from([Event.CREATED, Event.QUEUE, Event.PRIORITY, Event.ASSIGNED, Event.NOTE_ADDED, Event.TIME_LOGGED]),
    min_size=1,
)


def wanted() -> st.SearchStrategy[Wanted]:
    """Draw what somebody wants to hear of tickets."""
    return st.builds(Wanted, about=st.just("ticket"), filter=filters(), events=events, mode=st.sampled_from(Mode))


def subscription(number: int, lane: str, wish: Wanted) -> Subscription:
    """Make a subscription of Ana's."""
    return Subscription(
        id=SubscriptionId(number),
        tenant=office.OURS,
        lane=Lane(lane),
        words="",
        filter=wish.filter,
        events=wish.events,
        mode=wish.mode,
        created_by="ana",
        created_by_name="Ana",
        created_at=office.NOON,
    )


def tickets() -> st.SearchStrategy[Ticket]:
    """Draw a ticket."""
    udfs = st.fixed_dictionaries(
        {}, optional={"Seats": st.sampled_from(["2", "3,5", "many", None]), "Tier": st.sampled_from(["Gold", "", None])}
    )
    return st.builds(
        office.ticket,
        st.integers(1, 3),
        title=st.sampled_from(["Printer on fire", "Prints slowly", "Fired"]),
        queue=st.none() | small,
        priority=small,
        company=small.map(CompanyId),
        assignee=st.none() | small.map(ResourceId),
        contact=st.none() | small.map(ContactId),
        creator=st.none() | small.map(ResourceId),
        source=st.none() | small,
        udfs=udfs,
    )


authors = st.one_of(
    st.just(office.UNKNOWN),
    st.builds(Author, st.sampled_from([AuthorKind.PERSON, AuthorKind.RESOURCE, AuthorKind.CONTACT]), small),
)


@st.composite
def happened(draw: st.DrawFn) -> list[Happened]:
    """Draw what was absorbed of one ticket together."""
    record = draw(tickets())
    found = []
    for number in range(draw(st.integers(1, 3))):
        what = draw(st.sampled_from(["created", "queue", "priority", "assignee", "note-added", "time-logged"]))
        after: object = getattr(record, what, None)
        if what == "note-added":
            after = draw(st.sampled_from([1, 2]))
        if what == "time-logged":
            after = draw(st.sampled_from(["0.5", "2", "3"]))
        change = Change(
            ticket=record.id,
            what=what,
            before=draw(st.none() | small) if what in FIELDS else None,
            after=after if isinstance(after, int | str) else None,
            author=draw(authors),
            at=office.NOON + timedelta(seconds=number),
        )
        found.append(Happened(id=ChangeId(number), change=change, ticket=record))
    return found
