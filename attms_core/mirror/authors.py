"""Who did it: the wish that explains a move, else the note that came with it, else who acted last. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from attms_core.mirror.compare import Move
from attms_core.model import Author, AuthorKind, Note, ResourceId, Ticket, Wish, WishKind
from attms_core.model.wish import Value

SKEW = timedelta(minutes=5)
"""How far AutoTask's clock and ours may differ."""
TOGETHER = timedelta(seconds=5)
"""A note within this of the ticket's last activity came with it."""
UNKNOWN = Author(AuthorKind.UNKNOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What is known about the moment in which a ticket moved."""

    wishes: Sequence[Wish] = ()
    """Wishes for this ticket that were sent or done since our copy was fresh, newest first."""
    spent: frozenset[tuple[str, str]] = frozenset()
    """Wish and field of changes that are recorded already: a wish explains a field once."""
    notes: Sequence[Note] = ()
    """Notes seen for the first time together with the move."""
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


def writer_of(note: Note, wishes: Sequence[Wish] = ()) -> Author:
    """Name who wrote a note."""
    for wish in wishes:
        if wish.kind is WishKind.ADD_NOTE and is_note_of(note, wish):
            return by_wish(wish)
    if note.creator is not None:
        return Author(AuthorKind.RESOURCE, note.creator)
    return Author(AuthorKind.CONTACT, note.contact) if note.contact is not None else UNKNOWN


def is_note_of(note: Note, wish: Wish) -> bool:
    """Say whether the wish asked for this note: by id once it is known, else by writer, title and text."""
    if wish.outcome.note is not None:
        return wish.outcome.note == note.id
    return (
        note.creator == wish.resource
        and note.title == wish.asked.get("title")
        and _lines(note.text) == _lines(str(wish.asked.get("text")))
        and _was_before(wish, note.created)
    )


def by_wish(wish: Wish) -> Author:
    """Name the person behind a wish, by the resource they acted as."""
    return Author(AuthorKind.PERSON, wish.resource, wish.id)


def by_resource(resource: ResourceId | None) -> Author:
    """Name a technician; nobody is unknown."""
    return UNKNOWN if resource is None else Author(AuthorKind.RESOURCE, resource)


def _without_wish(found: Sequence[Move], ticket: Ticket, around: Circumstances) -> Author:
    together = [note for note in around.notes if _came_together(note, ticket)]
    writers = {writer_of(note) for note in together}
    if len(writers) == 1:
        return writers.pop()
    is_whole_move = len(found) == 1 and not around.notes
    return by_resource(ticket.last_activity_by) if is_whole_move else UNKNOWN


def _came_together(note: Note, ticket: Ticket) -> bool:
    if note.created is None or ticket.freshness is None:
        return False
    return abs(ticket.freshness - note.created) <= TOGETHER


def _asks(wish: Wish, what: str, value: Value) -> bool:
    """Say whether a wish asks for this value of a ticket's field; a note has a title too, which does not count."""
    return wish.kind is WishKind.UPDATE_TICKET and what in wish.asked and wish.asked[what] == value


def _was_before(wish: Wish, moment: datetime | None) -> bool:
    return moment is None or wish.asked_at <= moment + SKEW


def _lines(text: str) -> str:
    """AutoTask stores line ends as CR LF (vendor help: data formats)."""
    return text.replace("\r\n", "\n").strip()
