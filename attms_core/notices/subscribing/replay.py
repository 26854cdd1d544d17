"""What a subscription would have told in the last days, from changes that are kept.

It walks from the newest change to the oldest and takes each record back to what it was: so a filter meets the queue
that a ticket had then, not the one that it has today. What nobody watches (the source, user-defined fields) is taken
as it is now.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import NamedTuple

from msgspec import Struct

from attms_core.model import AuthorKind, Change, Event, Kept, Mode, TenantId, Ticket, Topic
from attms_core.model.change import NOTE_ADDED
from attms_core.notices import happened
from attms_core.notices.facts import State, seen, state_of, undone
from attms_core.notices.filter import Members, compiled
from attms_core.notices.happened import Happened
from attms_core.notices.subscribing.preview import Example, Replay
from attms_core.notices.subscribing.spelling import Wanted
from attms_core.store import changes
from attms_core.store.database import Database, Tx

LOOKED_BACK = timedelta(days=7)
MOST = 10_000
"""Changes that are looked at."""
AT_ONCE = 500
"""Changes in one read: the database has others to answer meanwhile."""
EXAMPLES = 3
DAY = timedelta(days=1)


class Hit(NamedTuple):
    """A change that would have been told."""

    topic: Topic
    at: datetime
    event: Event
    is_words: bool
    """A note that somebody wrote."""


class Walk:
    """Goes back in time, change by change."""

    def __init__(self, wanted: Wanted, members: Members, may_see: Callable[[Happened], bool]) -> None:
        self._wanted = wanted
        self._is_taken = compiled(wanted.filter, members)
        self._may_see = may_see
        self._states: dict[Topic, State | None] = {}
        """Each record as it was before the changes met so far; none where it is gone or must not be seen."""
        self._titles: dict[Topic, str] = {}
        self.hits: list[Hit] = []

    def knows(self, topic: Topic) -> bool:
        """Say whether a record was met already."""
        return topic in self._states

    def back(self, some: Sequence[Happened]) -> None:
        """Go on with older changes, the newest first; a record is needed with its newest change alone."""
        deeds: dict[tuple[Topic, datetime], list[Change]] = {}
        for each in some:
            topic = Topic.of(each.change)
            if topic not in self._states:
                self._meet(topic, each)
            deeds.setdefault((topic, each.change.at), []).insert(0, each.change)
        for (topic, _), deed in deeds.items():
            self._undo(topic, deed)

    def examples(self) -> tuple[Example, ...]:
        """Give the latest hits, each of another record."""
        latest = {hit.topic: hit for hit in sorted(self.hits, key=lambda hit: hit.at)}
        ordered = sorted(latest.values(), key=lambda hit: hit.at, reverse=True)[:EXAMPLES]
        return tuple(Example(topic=h.topic, title=self._titles[h.topic], event=h.event, at=h.at) for h in ordered)

    def _meet(self, topic: Topic, each: Happened) -> None:
        record = each.ticket or each.opportunity
        self._states[topic] = state_of(record) if record and self._may_see(each) else None
        if record:
            self._titles[topic] = f"{record.number} {record.title}" if isinstance(record, Ticket) else record.title

    def _undo(self, topic: Topic, deed: Sequence[Change]) -> None:
        after = self._states[topic]
        if after is None:
            return
        before = undone(after, deed)
        for change in deed:
            facts = seen(change, after, before, None)
            if facts.about == self._wanted.about and facts.event in self._wanted.events and self._is_taken(facts):
                is_words = change.what == NOTE_ADDED and change.author.kind is not AuthorKind.UNKNOWN
                self.hits.append(Hit(topic, change.at, change.event, is_words))
        self._states[topic] = before


class Replaying(Struct, frozen=True, kw_only=True):
    """Runs over the changes of a tenant. ``fold`` is how long the sender folds."""

    database: Database
    tenant: TenantId
    fold: timedelta

    async def run(self, walk: Walk, now: datetime, *, mode: Mode, is_personal: bool) -> Replay:
        """Replay, the latest changes first, until the days or the changes are over."""
        since, last, looked = now - LOOKED_BACK, None, 0
        is_more = True
        while is_more and looked < MOST:
            found, some = await self.database.read(self._reading(walk, since, last))
            await asyncio.to_thread(walk.back, some)
            looked += len(found)
            is_more = len(found) == AT_ONCE
            last = found[-1] if found else last
        first = await self.database.read(lambda tx: changes.first_at(tx, self.tenant))
        begins = last.change.at if is_more and last else max(since, first) if first else now
        found_days = (now - begins) / DAY
        return await asyncio.to_thread(
            self._counted, walk, now, mode, days=found_days, is_cut=is_more, is_personal=is_personal
        )

    def _counted(
        self, walk: Walk, now: datetime, mode: Mode, *, days: float, is_cut: bool, is_personal: bool
    ) -> Replay:
        told = list(posts(walk.hits, self.fold, mode, is_personal=is_personal))
        return Replay(
            days=days,
            changes=len(walk.hits),
            posts=len(told),
            busiest=max(Counter((now - at) // DAY for at in told).values(), default=0),
            is_cut=is_cut,
            examples=walk.examples(),
        )

    def _reading(
        self, walk: Walk, since: datetime, last: Kept | None
    ) -> Callable[[Tx], tuple[list[Kept], list[Happened]]]:
        def work(tx: Tx) -> tuple[list[Kept], list[Happened]]:
            found = changes.latest(tx, self.tenant, since, before=last, limit=AT_ONCE)
            new = [each for each in found if not walk.knows(Topic.of(each.change))]
            loaded = {each.id: each for each in happened.load(tx, self.tenant, new)}
            return found, [loaded.get(each.id) or Happened(id=each.id, change=each.change) for each in found]

        return work


def posts(hits: Iterable[Hit], fold: timedelta, mode: Mode, *, is_personal: bool) -> Iterator[datetime]:
    """Say when messages would have arrived: the first of a record, and what is more than an edit of its card."""
    ordered = sorted(hits, key=lambda hit: (hit.topic.key, hit.at))
    for _, some in groupby(ordered, key=lambda hit: hit.topic):
        for number, (at, is_words) in enumerate(_folded(some, fold)):
            is_reply = mode is Mode.THREAD or (mode is Mode.BOTH and is_words)
            if number == 0 or is_personal or is_reply:
                yield at


def _folded(hits: Iterable[Hit], fold: timedelta) -> Iterator[tuple[datetime, bool]]:
    """Fold what happens sooner than ``fold`` upon what was told: it is told together at the end of that time."""
    told: datetime | None = None
    is_words = False
    for hit in hits:
        if told is not None and hit.at <= told:
            is_words = is_words or hit.is_words
            continue
        if told is not None:
            yield told, is_words
        is_waiting = told is not None and hit.at < told + fold and hit.event is not Event.SLA_BREACHED
        told = told + fold if told is not None and is_waiting else hit.at
        is_words = hit.is_words
    if told is not None:
        yield told, is_words
