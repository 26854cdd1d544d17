"""What a filter is asked about: a change, who did it, and its record after it and, where a field moved, before it.

Both count: whoever listens to a queue wants to hear that a ticket has left it.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from itertools import groupby

from msgspec import Struct

from attms_core.model import Author, AuthorKind, Change, Event, Note, Opportunity, Ticket, Topic
from attms_core.model.change import NOTE_ADDED, TIME_LOGGED
from attms_core.model.filter import About, NoteKind
from attms_core.notices.happened import Happened

State = Mapping[str, object]
"""A record's fields by our names."""
OF_TICKET = (
    *("title", "queue", "status", "priority", "company", "contact", "assignee", "source", "ticket_type", "issue_type"),
    *("sub_issue_type", "category", "sla", "creator", "udfs"),
)
OF_OPPORTUNITY = (
    *("title", "company", "contact", "owner", "stage", "status", "category", "rating", "lead_source", "amount"),
    *("cost", "probability", "creator", "udfs"),
)
SUMS = frozenset({"amount", "cost"})


class Facts(Struct, frozen=True, kw_only=True):
    """One change as filters see it."""

    about: About
    event: Event
    author: Author
    states: tuple[State, ...]
    """The record after the change, and before it where a field moved."""
    note: frozenset[NoteKind] | None = None
    """What kind of note it is; none of what is no note."""
    hours: Decimal | None = None
    """Of logged time."""


def facts_of(happened: Sequence[Happened]) -> list[Facts | None]:
    """Look at what was absorbed together, one by one; none where the record is gone."""
    states: dict[Topic, tuple[State, State]] = {}
    for topic, some in _by_topic(happened):
        record = some[0].ticket or some[0].opportunity
        if record is not None:
            after = state_of(record)
            states[topic] = after, undone(after, [each.change for each in some])
    return [_facts(each, states) for each in happened]


def state_of(record: Ticket | Opportunity) -> dict[str, object]:
    """Give a record's fields that can be listened for."""
    names = OF_TICKET if isinstance(record, Ticket) else OF_OPPORTUNITY
    return {name: getattr(record, name) for name in names}


def undone(state: State, changes: Iterable[Change]) -> dict[str, object]:
    """Give the state before changes; of several of one field the earliest counts."""
    before = dict(state)
    for change in reversed(list(changes)):
        if change.what in before:
            before[change.what] = sum_of(change.before) if change.what in SUMS else change.before
    return before


def seen(change: Change, after: State, before: State, note: Note | None) -> Facts:
    """Put a change beside its record before and after it."""
    return Facts(
        about="ticket" if change.ticket is not None else "opportunity",
        event=change.event,
        author=change.author,
        states=(after, before) if change.what in after else (after,),
        note=_note_kinds(change, note) if change.what == NOTE_ADDED else None,
        hours=sum_of(change.after) if change.what == TIME_LOGGED else None,
    )


def sum_of(value: object) -> Decimal | None:
    """Read a number, whatever it is written as; none when it is none."""
    try:
        number = Decimal(str(value).strip().replace(",", "."))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _facts(happened: Happened, states: Mapping[Topic, tuple[State, State]]) -> Facts | None:
    known = states.get(Topic.of(happened.change))
    return seen(happened.change, *known, happened.note) if known else None


def _by_topic(happened: Sequence[Happened]) -> list[tuple[Topic, list[Happened]]]:
    ordered = sorted(happened, key=lambda each: Topic.of(each.change).key)
    return [(topic, list(some)) for topic, some in groupby(ordered, key=lambda each: Topic.of(each.change))]


def _note_kinds(change: Change, note: Note | None) -> frozenset[NoteKind]:
    is_customers = change.author.kind is AuthorKind.CONTACT or bool(note and note.contact and note.creator is None)
    kinds = {NoteKind.INTERNAL if change.is_internal else NoteKind.PUBLIC}
    return frozenset(kinds | ({NoteKind.CUSTOMER} if is_customers else set()))
