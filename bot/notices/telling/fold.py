"""Changes of one topic folded into what is worth telling: repeats become one, what was undone says nothing. Pure."""

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation

from msgspec import Struct
from msgspec.structs import replace

from attms_core.model import Author, AuthorKind, Change, ChangeId, Event, Level, Note, NoteId
from attms_core.model.change import CREATED, DELETED, NOTE_ADDED, TIME_LOGGED

_RISING = tuple(Level)


class Deed(Struct, frozen=True, kw_only=True):
    """What is told as one line: the last of several changes, beginning where the first began."""

    change: Change
    authors: tuple[Author, ...]
    """All of them, each once; none when that of any change is unknown."""
    note: Note | None = None
    """Of an added note, as it is now; none when it is not here."""
    hours: Decimal | None = None
    """Of logged time, all entries together."""

    @property
    def is_internal(self) -> bool:
        """Say whether it is about a note that the customer must not see, as the note is now."""
        return self.note.is_internal if self.note else self.change.is_internal

    @property
    def event(self) -> Event:
        """Say what it is."""
        return self.change.event


def fold(changes: Mapping[ChangeId, Change], notes: Mapping[NoteId, Note]) -> tuple[Deed, ...]:
    """Fold what happened to one topic, the latest last."""
    ordered = [changes[number] for number in sorted(changes, key=lambda each: (changes[each].at, each))]
    groups: dict[tuple[object, ...], list[Change]] = {}
    for change in ordered:
        key = _key(change)
        groups[key] = [*groups.pop(key, []), change]  # at the place of its last
    if (DELETED,) in groups:
        groups = {(DELETED,): groups[(DELETED,)]}
    return tuple(deed for group in groups.values() if (deed := _deed(group, notes)) is not None)


def _key(change: Change) -> tuple[object, ...]:
    if change.what == NOTE_ADDED:
        return (NOTE_ADDED, change.note, change.at)
    if change.what == TIME_LOGGED:
        return (TIME_LOGGED, change.author)
    return ("level", change.after) if change.level else (change.what,)


def _deed(group: Sequence[Change], notes: Mapping[NoteId, Note]) -> Deed | None:
    first, last = group[0], group[-1]
    authors = tuple(dict.fromkeys(change.author for change in group))
    known = () if any(author.kind is AuthorKind.UNKNOWN for author in authors) else _named_once(authors)
    if last.level is not None:
        return Deed(change=max(group, key=_rank), authors=known)
    if last.what == NOTE_ADDED:
        return Deed(change=last, authors=known, note=notes.get(last.note) if last.note is not None else None)
    if last.what == TIME_LOGGED:
        return Deed(change=last, authors=known, hours=_hours(group))
    if first is last or last.what in {CREATED, DELETED}:
        return Deed(change=last, authors=known)
    if first.before == last.after:
        return None
    return Deed(change=replace(last, before=first.before), authors=known)


def _named_once(authors: Sequence[Author]) -> tuple[Author, ...]:
    """Name somebody once, whether they did it through us or in AutoTask."""
    return tuple({(_is_contact(author), author.id): author for author in authors}.values())


def _is_contact(author: Author) -> bool:
    return author.kind is AuthorKind.CONTACT


def _rank(change: Change) -> int:
    return _RISING.index(change.level) if change.level else -1


def _hours(group: Sequence[Change]) -> Decimal | None:
    try:
        return sum((Decimal(str(change.after)) for change in group), Decimal(0))
    except InvalidOperation:
        return None
