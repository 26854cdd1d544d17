"""Many topics to which the same was done at once: one line for a conversation instead of a card for each."""

from collections.abc import Callable, Hashable, Mapping, Sequence

from msgspec import Struct

from attms_core.model import Event, Level, Opportunity, Owed, Post, Ticket, Topic
from bot.notices.compose.place import Place, news_of
from bot.notices.compose.plates import Plates
from bot.notices.message import Message, Way
from bot.notices.telling import Deed, Names, Naming, clock_name
from cards.notice_bulk import BulkCard, BulkRow

MANY = 5
"""From so many topics on, one deed is told once."""
Bulk = list[tuple[Topic, list[Owed]]]


class Said(Struct, frozen=True):
    """What is said of many at once."""

    what: str
    words: str = ""
    """The command that lists them."""


def bulks(place: Place, topics: Mapping[Topic, list[Owed]], posts: Mapping[Topic, Post]) -> list[Bulk]:
    """Find what is told at once: no card stands for it, nothing else happened to it, and there are many."""
    if len(topics) < MANY:
        return []
    alike: dict[Hashable, Bulk] = {}
    for topic, rows in topics.items():
        if topic not in posts and (key := _deed_key(place, rows)) is not None:
            alike.setdefault((topic.ticket is None, key), []).append((topic, rows))
    return [found for found in alike.values() if len(found) >= MANY]


def _deed_key(place: Place, rows: Sequence[Owed]) -> Hashable | None:
    news = news_of(rows)
    if called := {row.rule for row in news if row.id in place.facts.called}:
        return tuple(called) if len(called) == 1 and all(row.change is None for row in news) else None
    deed = _only_deed(place, news)
    if deed is None or deed.event is Event.NOTE_ADDED or (deed.change.what in _WORDY):
        return None
    change = deed.change
    return (change.what, deed.event, change.after, frozenset((a.kind.value, a.id) for a in deed.authors))


_WORDY = frozenset({"title", "description", "resolution", "time-logged"})
"""What is about one ticket, even where it is done to many."""


def _only_deed(place: Place, news: Sequence[Owed]) -> Deed | None:
    deeds = place.facts.deeds(row.change for row in news)
    return deeds[0] if len(deeds) == 1 else None


def message(place: Place, bulk: Bulk, *, names: Names, plates: Plates) -> Message:
    """Make the one message."""
    rows = [row for _, those in bulk for row in those]
    said = _say(place, bulk, names)
    listed = tuple(_row(place, topic) for topic, _ in bulk)
    card = BulkCard(what=said.what, rows=listed, words=said.words)
    plate = plates.fresh(place.reader, card)
    return Message(way=Way.SAY, settles=tuple(rows), activity=plate.print())


def _say(place: Place, bulk: Bulk, names: Names) -> Said:
    topic, rows = bulk[0]
    is_ticket, news = topic.ticket is not None, news_of(rows)
    many = f"{len(bulk)} {'tickets' if is_ticket else 'opportunities'}"
    called = next((found for row in news if (found := place.facts.called.get(row.id))), None)
    if called is not None:
        queue = names.label("queue", called.ladder.queue)
        return Said(f"Nobody has taken {many} in {queue}", _listing("unassigned queue", queue))
    deed = _only_deed(place, news)
    if deed is None:
        return Said(f"News of {many}")
    naming = Naming(names=names, reader=place.reader, contacts=place.facts.contacts, companies=place.facts.companies)
    return _SAYINGS.get(deed.event, _changed)(deed, naming, many)


def _row(place: Place, topic: Topic) -> BulkRow:
    facts = place.facts
    if topic.ticket is not None:
        return BulkRow(ticket=topic.ticket, name=ticket_name(facts.tickets.get(topic.ticket)))
    found = facts.opportunities.get(topic.opportunity) if topic.opportunity is not None else None
    return BulkRow(ticket=None, name=_opportunity_name(found))


def ticket_name(ticket: Ticket | None) -> str:
    """Name a ticket in a list."""
    return f"{ticket.number} {ticket.title or '(no title)'}" if ticket else "a ticket that is gone"


def _opportunity_name(opportunity: Opportunity | None) -> str:
    return opportunity.title or "(no title)" if opportunity else "an opportunity that is gone"


def _listing(keyword: str, name: str) -> str:
    """Say which list has them; nothing when the name cannot be quoted."""
    return "" if '"' in name else f'tickets {keyword} "{name}"'


def _given(deed: Deed, naming: Naming, many: str) -> Said:
    to, who, after = naming.resource(deed.change.after), naming.who(deed), deed.change.after
    mine = "tickets mine" if after == naming.reader.me else ""
    return Said(f"{who} assigned {many} to {to}" if who else f"{many} were assigned to {to}", mine)


def _taken(deed: Deed, naming: Naming, many: str) -> Said:
    who = naming.who(deed)
    return Said(f"{who} took {many} from whoever had them" if who else f"{many} have nobody now", "tickets unassigned")


def _queued(deed: Deed, naming: Naming, many: str) -> Said:
    who, queue = naming.who(deed), naming.value(deed.change, deed.change.after)
    words = _listing("queue", queue) if deed.change.after is not None else ""
    return Said(f"{who} moved {many} to {queue}" if who else f"{many} were moved to {queue}", words)


def _completed(deed: Deed, naming: Naming, many: str) -> Said:
    return _done(deed, naming, many, "completed")


def _reopened(deed: Deed, naming: Naming, many: str) -> Said:
    return _done(deed, naming, many, "reopened")


def _created(deed: Deed, naming: Naming, many: str) -> Said:
    return _done(deed, naming, many, "created")


def _deleted(deed: Deed, naming: Naming, many: str) -> Said:
    return _done(deed, naming, many, "deleted")


def _done(deed: Deed, naming: Naming, many: str, verb: str) -> Said:
    who = naming.who(deed)
    return Said(f"{who} {verb} {many}" if who else f"{many} were {verb}")


def _level(deed: Deed, naming: Naming, many: str) -> Said:
    del naming
    clock = clock_name(str(deed.change.after))
    if deed.change.level is Level.BREACHED:
        return Said(f"{clock} missed on {many}", "tickets overdue")
    return Said(f"{clock} is near on {many}")


def _changed(deed: Deed, naming: Naming, many: str) -> Said:
    who, change = naming.who(deed), deed.change
    what, value = change.what.replace("_", " "), naming.value(change, change.after)
    is_listed = change.ticket is not None and change.what in {"status", "priority"}
    words = _listing(change.what, value) if is_listed else ""
    return Said(f"{who} set the {what} of {many}: {value}" if who else f"The {what} of {many} is now {value}", words)


_SAYINGS: Mapping[Event, Callable[[Deed, Naming, str], Said]] = {
    Event.ASSIGNED: _given,
    Event.UNASSIGNED: _taken,
    Event.QUEUE: _queued,
    Event.COMPLETED: _completed,
    Event.REOPENED: _reopened,
    Event.CREATED: _created,
    Event.DELETED: _deleted,
    Event.SLA_75: _level,
    Event.SLA_90: _level,
    Event.SLA_BREACHED: _level,
}
