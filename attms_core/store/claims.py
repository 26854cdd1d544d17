"""The outbox as those who deliver see it: many lanes at once with all that is needed for each, and what came of them.

A claim is one transaction for many lanes, and so is what is committed; how lanes, rows and posts are kept is their own
modules' business.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct, field

from attms_core.model import Conversation, Lane, Owed, Post, TenantId, Topic, person_of
from attms_core.store import conversations, lanes, owed, posts
from attms_core.store.database import Tx
from attms_core.store.lanes import Due, End, Fullness, LaneKey
from attms_core.store.owed import Found, Unreadable

ROWS = 100
"""Of a lane at once: what is due beyond that waits for its next claim."""


class Claim(Struct, frozen=True, kw_only=True):
    """A lane that is ours for a while, and what is due there."""

    tenant: TenantId
    lane: Lane
    rows: tuple[Owed, ...]
    unreadable: tuple[Unreadable, ...] = ()
    """What is due there too, and only another version of ATTMS can send."""
    posts: Mapping[Topic, Post]
    """The cards that stand there for what the rows are about."""
    conversation: Conversation | None
    """Where the lane leads; none when nobody has spoken there yet, or it is unknown."""
    fullness: Fullness
    trouble: str = ""
    """Why the lane had to wait."""

    @property
    def key(self) -> LaneKey:
        """Give the lane's key."""
        return self.tenant, self.lane


class Burial(Struct, frozen=True, kw_only=True):
    """Rows to be given up, and why."""

    rows: tuple[Owed, ...]
    reason: str


class Deferral(Struct, frozen=True, kw_only=True):
    """Rows that wait while others of their lane go on."""

    rows: tuple[Owed, ...]
    until: datetime


class Result(Struct):
    """What came of a claimed lane, or of a part of the work on it. Committed as one."""

    key: LaneKey
    settled: list[Owed] = field(default_factory=list)
    tried: list[Owed] = field(default_factory=list)
    """Tried in vain; they stay due."""
    buried: list[Burial] = field(default_factory=list)
    deferred: list[Deferral] = field(default_factory=list)
    stands: list[Post] = field(default_factory=list)
    gone: list[Post] = field(default_factory=list)
    end: End | None = None
    """Gives the lane back; none while the work on it goes on."""

    @property
    def rows(self) -> tuple[Owed, ...]:
        """Give all rows of which something came."""
        buried = (row for each in self.buried for row in each.rows)
        deferred = (row for each in self.deferred for row in each.rows)
        return (*self.settled, *self.tried, *buried, *deferred)

    @property
    def is_empty(self) -> bool:
        """Say whether there is nothing to commit."""
        lists = (self.settled, self.tried, self.buried, self.deferred, self.stands, self.gone)
        return self.end is None and not any(lists)


def claim(tx: Tx, *, holder: str, now: datetime, until: datetime, most: int) -> list[Claim]:
    """Claim lanes in which something is due, the longest due first, at most so many."""
    found = lanes.due(tx, now=now, most=most)
    if not found:
        return []
    lanes.take(tx, [each.key for each in found], holder=holder, until=until)
    by_tenant: dict[TenantId, list[Due]] = {}
    for each in found:
        by_tenant.setdefault(each.key[0], []).append(each)
    claims = {one.key: one for tenant, those in by_tenant.items() for one in _of_tenant(tx, tenant, those, now)}
    return [claims[each.key] for each in found]


def commit(tx: Tx, results: Sequence[Result], *, holder: str, now: datetime) -> list[LaneKey]:
    """Keep what came of lanes, but for those that are the holder's no more: gives these. Their new holder decides."""
    ours = lanes.held(tx, {each.key for each in results}, holder=holder)
    kept = [each for each in results if each.key in ours]
    owed.settle(tx, (row for each in kept for row in each.settled))
    if tried := [row for each in kept for row in each.tried]:
        owed.count_try(tx, tried)
    for each in kept:
        for burial in each.buried:
            owed.bury(tx, burial.rows, burial.reason, now)
        for deferral in each.deferred:
            owed.defer(tx, deferral.rows, deferral.until)
    posts.drop(tx, [post for each in kept for post in each.gone])
    posts.put(tx, [post for each in kept for post in each.stands])
    lanes.end(tx, [each.end for each in kept if each.end is not None], holder=holder, now=now)
    return sorted({each.key for each in results} - ours)


def _of_tenant(tx: Tx, tenant: TenantId, found: Sequence[Due], now: datetime) -> list[Claim]:
    of = [each.key[1] for each in found]
    due = owed.due(tx, tenant, of, now=now, most=ROWS)
    standing = posts.of_owed(tx, [row.id for those in due.values() for row in those.rows if row.topic])
    places = _places(tx, tenant, of)
    return [
        Claim(
            tenant=tenant,
            lane=each.key[1],
            rows=tuple(due.get(each.key[1], Found()).rows),
            unreadable=tuple(due.get(each.key[1], Found()).unreadable),
            posts=standing.get(each.key, {}),
            conversation=places.get(each.key[1]),
            fullness=each.fullness,
            trouble=each.trouble,
        )
        for each in found
    ]


def _places(tx: Tx, tenant: TenantId, of: Sequence[Lane]) -> dict[Lane, Conversation]:
    people = {person: lane for lane in of if (person := person_of(lane)) is not None}
    found = {Lane(each.id): each for each in conversations.by_id(tx, tenant, [i for i in of if person_of(i) is None])}
    for each in conversations.personal(tx, tenant, list(people)):
        if each.object_id:
            found[people[each.object_id]] = each
    return found
