"""What happened, in words and with names, for one reader. Pure; which changes are told, and where, is not decided here.

Nothing of an internal note is said to a reader who may not see it: not its words, not its title.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from attms_core.model import AuthorKind, Event, Level, ResourceId, Ticket
from bot.notices.telling.fold import Deed
from bot.notices.telling.values import Naming
from cards.elements import Style
from cards.notice_lines import Concerned, Line
from cards.reader import Reader
from cards.times import moment, span

NOBODY: Mapping[ResourceId, Concerned] = MappingProxyType({})
_LONG = frozenset({"description", "resolution"})
"""Fields whose words are too many for a line."""
_STYLES: Mapping[Event, Style] = {
    Event.COMPLETED: "good",
    Event.REOPENED: "warning",
    Event.DELETED: "warning",
    Event.SLA_75: "warning",
    Event.SLA_90: "warning",
    Event.SLA_BREACHED: "attention",
}
_SHARES = {Level.THREE_QUARTERS: "75 %", Level.NINE_TENTHS: "90 %"}
_CLOCKS = {
    "due": "due",
    "first response": "first_response_due",
    "resolution plan": "resolution_plan_due",
    "resolution": "resolved_due",
}


def lines(
    deeds: Sequence[Deed], naming: Naming, *, concerned: Mapping[ResourceId, Concerned] = NOBODY
) -> tuple[Line, ...]:
    """Say it, one line each; internal notes that this reader may not see become one line without their words.

    ``concerned`` are those who are mentioned when a ticket becomes theirs.
    """
    hidden = [deed for deed in deeds if deed.is_internal and not naming.reader.is_internal]
    said = [_line(deed, naming, concerned) for deed in deeds if deed not in hidden]
    if hidden:
        said.append(Line(what=_not_shown(len(hidden)), at=hidden[-1].change.at))
        said.sort(key=lambda line: line.at or naming.reader.now)
    return tuple(said)


def _line(deed: Deed, naming: Naming, concerned: Mapping[ResourceId, Concerned]) -> Line:
    change = deed.change
    is_given = change.what == "assignee" and isinstance(change.after, int)
    return Line(
        what=_SAYINGS.get(deed.event, _moved)(deed, naming),
        at=change.at,
        quote=(deed.note.text or deed.note.title) if deed.note else "",
        style=_STYLES.get(deed.event, "accent"),
        concerned=concerned.get(ResourceId(change.after)) if is_given and isinstance(change.after, int) else None,
    )


def _not_shown(count: int) -> str:
    if count == 1:
        return "An internal note was added (not shown here)"
    return f"{count} internal notes were added (not shown here)"


def _created(deed: Deed, naming: Naming) -> str:
    return f"Created{naming.by(deed, before=' by ')}"


def _deleted(deed: Deed, naming: Naming) -> str:
    return f"Deleted in AutoTask{naming.by(deed, before=' by ')}"


def _assigned(deed: Deed, naming: Naming) -> str:
    return _given(deed, naming, taken="took it", given="Assigned to")


def _owned(deed: Deed, naming: Naming) -> str:
    return _given(deed, naming, taken="owns it now", given="Now owned by")


def _given(deed: Deed, naming: Naming, *, taken: str, given: str) -> str:
    before, after = deed.change.before, deed.change.after
    was = f", was with {naming.resource(before)}" if before is not None else ""
    if [author.id for author in deed.authors if author.kind is not AuthorKind.CONTACT] == [after]:
        return f"{naming.who(deed)} {taken}{was}"
    return f"{given} {naming.resource(after)}{was}{_in_brackets(deed, naming)}"


def _unassigned(deed: Deed, naming: Naming) -> str:
    before = deed.change.before
    was = f", was with {naming.resource(before)}" if before is not None else ""
    return f"Nobody has it now{was}{_in_brackets(deed, naming)}"


def _completed(deed: Deed, naming: Naming) -> str:
    return f"Completed{naming.by(deed, before=' by ')}"


def _reopened(deed: Deed, naming: Naming) -> str:
    return f"Reopened{naming.by(deed, before=' by ')}, now {naming.value(deed.change, deed.change.after)}"


def _noted(deed: Deed, naming: Naming) -> str:
    who = naming.who(deed)
    if deed.is_internal:
        return f"{who} wrote an internal note" if who else "An internal note was added"
    if any(author.kind is AuthorKind.CONTACT for author in deed.authors):
        return f"{who} wrote"
    return f"{who} wrote to the customer" if who else "A note for the customer was added"


def _logged(deed: Deed, naming: Naming) -> str:
    hours = f"{deed.hours.normalize():f} h" if deed.hours is not None else "Time"
    return f"{hours} logged{naming.by(deed, before=' by ')}"


def _level(deed: Deed, naming: Naming) -> str:
    clock, level = str(deed.change.after), deed.change.level
    name, due = clock_name(clock), _due(naming.ticket, clock)
    if level is None or level is Level.BREACHED:
        return f"{name} missed: it was due {moment(due, naming.reader)}" if due else f"{name} missed"
    return f"{name}: {_SHARES[level]} of the time is gone{_left(due, naming.reader) if due else ''}"


def clock_name(clock: str) -> str:
    """Name a clock as a sentence begins."""
    return "Due time" if clock == "due" else clock.capitalize()


def _left(due: datetime, reader: Reader) -> str:
    left = due - reader.now
    return f", due in {span(left)}" if left.total_seconds() > 0 else f", it was due {moment(due, reader)}"


def _due(ticket: Ticket | None, clock: str) -> datetime | None:
    found = getattr(ticket, _CLOCKS[clock], None) if clock in _CLOCKS else None
    return found if isinstance(found, datetime) else None


def _queued(deed: Deed, naming: Naming) -> str:
    who, change = naming.who(deed), deed.change
    move = f"{naming.value(change, change.before)} → {naming.value(change, change.after)}"
    return f"{who} moved it: {move}" if who else f"Queue: {move}"


def _moved(deed: Deed, naming: Naming) -> str:
    change, who = deed.change, naming.who(deed)
    what = change.what.replace("_", " ")
    if change.what in _LONG:
        return f"{who} edited the {what}" if who else f"The {what} was edited"
    move = f"{naming.value(change, change.before)} → {naming.value(change, change.after)}"
    return f"{who} set the {what}: {move}" if who else f"{what.capitalize()}: {move}"


def _in_brackets(deed: Deed, naming: Naming) -> str:
    by = naming.by(deed)
    return f" ({by})" if by else ""


_SAYINGS: Mapping[Event, Callable[[Deed, Naming], str]] = {
    Event.CREATED: _created,
    Event.DELETED: _deleted,
    Event.ASSIGNED: _assigned,
    Event.UNASSIGNED: _unassigned,
    Event.OWNER: _owned,
    Event.COMPLETED: _completed,
    Event.REOPENED: _reopened,
    Event.NOTE_ADDED: _noted,
    Event.TIME_LOGGED: _logged,
    Event.QUEUE: _queued,
    Event.SLA_75: _level,
    Event.SLA_90: _level,
    Event.SLA_BREACHED: _level,
}
