"""Who did it: the wish that explains a move, else the note or time that came with it, else who acted last. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from attms_core.mirror.compare import Move
from attms_core.model import Author, AuthorKind, Note, ResourceId, Ticket, TimeEntry, Wish, WishKind
from attms_core.model.wish import Value

SKEW = timedelta(minutes=5)
"""How far AutoTask's clock and ours may differ."""
TOGETHER = timedelta(seconds=5)
"""A note or time within this of the ticket's last edit came with it."""
BRIEF = timedelta(seconds=60)
"""Several fields that moved with a note since the last look are taken for one deed if that was no longer ago."""
UNKNOWN = Author(AuthorKind.UNKNOWN)


class Circumstances(Struct, frozen=True, kw_only=True):
    """What is known about the moment in which a ticket moved."""

    wishes: Sequence[Wish] = ()
    """Wishes for this ticket that were sent or done since our copy was fresh, newest first."""
    spent: frozenset[tuple[str, str]] = frozenset()
    """Wish and field of changes that are recorded already: a wish explains a field once."""
    notes: Sequence[Note] = ()
    """Notes seen for the first time together with the move."""
    entries: Sequence[TimeEntry] = ()
    """Time seen for the first time together with the move."""
    is_alone: bool = True
    """Nothing that nobody watches has moved beside it."""
    is_brief: bool = True
    """The last look was a moment ago."""
    at: datetime | None = None
    """When it moved, as near as can be told."""


def authors(found: Sequence[Move], ticket: Ticket, around: Circumstances) -> list[Author]:
    """Name the author of each move that led to ``ticket``."""
    wished = [wish_of(move, around) for move in found]
    others = _without_wish(found, ticket, around)
    return [by_wish(wish) if wish else others for wish in wished]


def wish_of(move: Move, around: Circumstances) -> Wish | None:
    """Find the wish that asked for exactly this, was not made after the fact and has not explained it before."""
    for wish in around.wishes:
        if (
            _asks(wish, move.what, move.after)
            and _was_before(wish, around.at)
            and (wish.id, move.what) not in around.spent
        ):
            return wish
    return None


def undoes(found: Sequence[Move], wishes: Sequence[Wish]) -> bool:
    """Say whether a copy as old as ours takes back what a wish has put there: then it is a stale replica's answer."""
    return any(_asks(wish, move.what, move.before) for move in found for wish in wishes)


def creator_of(ticket: Ticket, wish: Wish | None) -> Author:
    """Name who opened a ticket; ``wish`` is the one that its external id names."""
    if wish:
        return by_wish(wish)
    return by_resource(ticket.creator)


def completer_of(ticket: Ticket) -> Author:
    """Name who completed a ticket that was complete when it was first seen."""
    is_last = ticket.freshness and ticket.completed_at and ticket.freshness - ticket.completed_at <= TOGETHER
    return by_resource(ticket.last_activity_by) if is_last and _is_edited_last(ticket) else UNKNOWN


def writer_of(note: Note, wishes: Sequence[Wish] = ()) -> Author:
    """Name who wrote a note."""
    for wish in wishes:
        if wish.kind is WishKind.ADD_NOTE and is_note_of(note, wish):
            return by_wish(wish)
    if note.creator is not None:
        return Author(AuthorKind.RESOURCE, note.creator)
    return Author(AuthorKind.CONTACT, note.contact) if note.contact is not None else UNKNOWN


def logger_of(entry: TimeEntry) -> Author:
    """Name who logged time: who wrote it down, else whose time it is."""
    return by_resource(entry.resource if entry.creator is None else entry.creator)


def is_note_of(note: Note, wish: Wish) -> bool:
    """Say whether the wish asked for this note: by id once it is known, else by writer, title and text since the wish.

    Who gets the credit for a note, and whether one is written again after a lost answer, is decided here: a note that
    does not tell when it was written is nobody's.
    """
    if wish.outcome.note is not None:
        return wish.outcome.note == note.id
    return (
        note.creator == wish.resource
        and note.title == wish.asked.get("title")
        and _lines(note.text) == _lines(str(wish.asked.get("text")))
        and note.created is not None
        and _was_before(wish, note.created)
    )


def by_wish(wish: Wish) -> Author:
    """Name the person behind a wish, by the resource they acted as."""
    return Author(AuthorKind.PERSON, wish.resource, wish.id)


def by_resource(resource: ResourceId | None) -> Author:
    """Name a technician; nobody is unknown."""
    return UNKNOWN if resource is None else Author(AuthorKind.RESOURCE, resource)


def _without_wish(found: Sequence[Move], ticket: Ticket, around: Circumstances) -> Author:
    writers = {writer_of(note) for note in around.notes if _came_together(note.created, ticket)}
    writers |= {logger_of(entry) for entry in around.entries if _came_together(entry.created, ticket)}
    if len(writers) == 1:
        return writers.pop() if len(found) == 1 or around.is_brief else UNKNOWN
    is_one_deed = len(found) == 1 and around.is_alone and not around.notes and not around.entries
    return by_resource(ticket.last_activity_by) if is_one_deed and _is_edited_last(ticket) else UNKNOWN


def _came_together(created: datetime | None, ticket: Ticket) -> bool:
    """Say whether something came with the last edit: a note moves the last activity too, and says nothing by that."""
    edited = ticket.last_modified or ticket.freshness
    return created is not None and edited is not None and abs(edited - created) <= TOGETHER


def _is_edited_last(ticket: Ticket) -> bool:
    """Say whether the last activity may have been an edit: later ones (a file, say) tell nothing of who edited."""
    if ticket.last_activity is None or ticket.last_modified is None:
        return True
    return ticket.last_activity - ticket.last_modified <= TOGETHER


def _asks(wish: Wish, what: str, value: Value) -> bool:
    """Say whether a wish asks for this value of a ticket's field; a note has a title too, which does not count."""
    return wish.kind is WishKind.UPDATE_TICKET and what in wish.asked and wish.asked[what] == value


def _was_before(wish: Wish, moment: datetime | None) -> bool:
    return moment is None or wish.asked_at <= moment + SKEW


def _lines(text: str) -> str:
    """AutoTask stores line ends as CR LF (vendor help: data formats)."""
    return text.replace("\r\n", "\n").strip()
