"""All subscriptions of a tenant, made ready to be asked who listens to a change.

Each distinct filter is one entry, however many conversations have it. An entry stands under the values of its most
selective condition, so that a change asks only those few that may take it. Immutable once made.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import attrgetter

from msgspec import Struct, field

from attms_core.model import Event, Lane, Mode, Subscription
from attms_core.model.filter import About, Filter, OneOf
from attms_core.notices.facts import Facts
from attms_core.notices.filter import Members, compiled, members_of

_KINDS = {
    "contact": 10_000,
    "company": 1_000,
    "sub_issue_type": 100,
    "assignee": 50,
    "owner": 30,
    "issue_type": 30,
    "queue": 20,
    "sla": 12,
    "status": 12,
    "stage": 10,
    "category": 8,
    "source": 8,
    "lead_source": 8,
    "ticket_type": 5,
    "priority": 4,
    "rating": 4,
}
"""How many values of a field are in use, roughly: the more, the fewer changes have one of them."""
_NUMBER = attrgetter("id")
_STRENGTH = {Mode.UPDATE: 0, Mode.THREAD: 1, Mode.BOTH: 2}
Key = tuple[About, str, object]
"""What changes are about, a field, and its value."""


class _Entry(Struct, frozen=True):
    events: frozenset[Event]
    is_taken: Callable[[Facts], bool]
    subscriptions: list[Subscription] = field(default_factory=list)


class Book:
    """Subscriptions that are not paused, and the companies of the groups that they name."""

    def __init__(self, subscriptions: Iterable[Subscription], members: Members) -> None:
        entries: dict[tuple[About, Filter, frozenset[Event]], _Entry] = {}
        self._under: dict[Key, list[_Entry]] = defaultdict(list)
        self._others: dict[tuple[About, Event], list[_Entry]] = defaultdict(list)
        self._fields: Mapping[About, set[str]] = {"ticket": set(), "opportunity": set()}
        for one in subscriptions:
            key = one.about, one.filter, one.events
            if key not in entries:
                entries[key] = _Entry(one.events, compiled(one.filter, members))
                self._enter(one, entries[key], members)
            entries[key].subscriptions.append(one)
        self.is_empty = not entries

    def listening(self, facts: Facts) -> list[Subscription]:
        """Give those that take a change, in no order."""
        return [one for entry in self._asked(facts) if entry.is_taken(facts) for one in entry.subscriptions]

    def _enter(self, one: Subscription, entry: _Entry, members: Members) -> None:
        chosen = min(
            (c for c in one.filter.include if isinstance(c, OneOf)), key=lambda c: _share(c, members), default=None
        )
        if chosen is None:
            for event in entry.events:
                self._others[one.about, event].append(entry)
            return
        self._fields[one.about].add(chosen.field)
        for value in members_of(chosen, members):
            self._under[one.about, chosen.field, value].append(entry)

    def _asked(self, facts: Facts) -> Iterator[_Entry]:
        """Give entries that may take a change, each once."""
        yield from self._others.get((facts.about, facts.event), ())
        for name in self._fields[facts.about]:
            met = {state[name] for state in facts.states}
            entries = [entry for value in met for entry in self._under.get((facts.about, name, value), ())]
            several = len(met) > 1
            for entry in {id(entry): entry for entry in entries}.values() if several else entries:
                if facts.event in entry.events:
                    yield entry


def strongest(subscriptions: Sequence[Subscription]) -> dict[Lane, tuple[Subscription, Mode]]:
    """Say of each lane which subscription stands for all of it, the first, and the strongest of their modes."""
    found: dict[Lane, tuple[Subscription, Mode]] = {}
    for one in subscriptions:
        known = found.get(one.lane)
        if known is None:
            found[one.lane] = one, one.mode
        else:
            first, mode = known
            found[one.lane] = min(first, one, key=_NUMBER), max(mode, one.mode, key=_STRENGTH.__getitem__)
    return found


def _share(clause: OneOf, members: Members) -> float:
    """Say roughly which share of changes a condition lets through."""
    return len(members_of(clause, members)) / _KINDS.get(clause.field, 1)
