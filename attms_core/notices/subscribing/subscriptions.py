"""The use case of subscriptions: make, look at, change, pause and remove them. Rights are checked here."""

from collections.abc import Callable
from datetime import timedelta

import structlog
from msgspec import Struct
from msgspec.structs import replace

from attms_core.errors import Invalid, NotFound
from attms_core.model import CompanyId, Lane, Person, Right, Subscription, SubscriptionId, TenantId, person_of
from attms_core.notices.notices import FOLD, may_see
from attms_core.notices.rights import may_listen, may_look
from attms_core.notices.subscribing.names import Names
from attms_core.notices.subscribing.overlap import overlaps
from attms_core.notices.subscribing.preview import Overlap, Preview
from attms_core.notices.subscribing.replay import Replaying, Walk
from attms_core.notices.subscribing.resolve import understood
from attms_core.notices.subscribing.spelling import Wanted, written
from attms_core.people import authorize, demand
from attms_core.ports import Now
from attms_core.store import company_groups, subscriptions
from attms_core.store.database import Database, Tx

log = structlog.get_logger(__name__)

LONGEST = 300
"""Characters of what is typed."""
MOST_HERE = 50
"""Subscriptions of one conversation."""
MOST = 5_000
"""Subscriptions of a tenant."""


class _Read(Struct, frozen=True, kw_only=True):
    """Words as they were understood, and what they stand beside."""

    wanted: Wanted
    words: str
    overlaps: tuple[Overlap, ...]
    members: dict[str, frozenset[CompanyId]]


class Subscriptions:
    """What conversations want to hear of.

    Every verb takes the person who asks and the lane where they ask: in one's own chat it needs the right to read,
    elsewhere to dispatch; an administrator may look at and touch all. Raises ``NotLinked``, ``NotAllowed``,
    ``NotFound`` and ``Invalid`` (``field`` is the word, or ``words``; ``legal`` are the names that would do) with what
    to do next. ``fold`` is how long the sender folds.
    """

    def __init__(self, database: Database, *, tenant: TenantId, now: Now, fold: timedelta = FOLD) -> None:
        self._database = database
        self._tenant = tenant
        self._now = now
        self._replaying = Replaying(database=database, tenant=tenant, fold=fold)

    async def preview(
        self, person: Person, lane: Lane, words: str, *, instead_of: SubscriptionId | None = None
    ) -> Preview:
        """Say what these words would mean: names resolved, overlaps, and the last days replayed. Saves nothing."""
        may_listen(person, lane)
        read = await self._database.read(lambda tx: self._read(tx, person, lane, words, instead_of=instead_of))
        walk = Walk(read.wanted, read.members, lambda each: may_see(person, each))
        is_personal = person_of(lane) is not None
        replay = await self._replaying.run(walk, self._now(), mode=read.wanted.mode, is_personal=is_personal)
        return Preview(
            about=read.wanted.about,
            words=read.words,
            filter=read.wanted.filter,
            events=read.wanted.events,
            mode=read.wanted.mode,
            overlaps=read.overlaps,
            replay=replay,
        )

    async def add(self, person: Person, lane: Lane, words: str) -> Subscription:
        """Subscribe the conversation of a lane. Asked twice for the same, it gives the one that is there."""
        may_listen(person, lane)

        def work(tx: Tx) -> Subscription:
            here = subscriptions.of_lane(tx, self._tenant, lane)
            made = self._made(person, lane, self._read(tx, person, lane, words))
            if same := next((one for one in here if _is_same(one, made)), None):
                return same
            if len(here) >= MOST_HERE:
                raise Invalid(f"There are {MOST_HERE} subscriptions here already.", hint="Remove one: subscriptions")
            if subscriptions.count(tx, self._tenant) >= MOST:
                raise Invalid(f"There are {MOST} subscriptions in all.", hint="An administrator can remove some.")
            return subscriptions.add(tx, made)

        added = await self._database.write(work)
        log.info("subscription_added", subscription=added.id, lane=lane, by=person.key.object_id)
        return added

    async def edit(self, person: Person, lane: Lane, number: SubscriptionId, words: str) -> Subscription:
        """Give a subscription other words; it becomes that of the person who edits it."""
        may_listen(person, lane)

        def change(tx: Tx, stored: Subscription) -> Subscription:
            longest = max(LONGEST, len(stored.words))
            made = self._made(person, lane, self._read(tx, person, lane, words, instead_of=number, longest=longest))
            return replace(made, id=stored.id, is_paused=stored.is_paused, created_at=stored.created_at)

        return await self._change(person, lane, number, change)

    async def pause(self, person: Person, lane: Lane, number: SubscriptionId) -> Subscription:
        """Tell nothing until it is resumed."""
        return await self._change(person, lane, number, lambda _, stored: replace(stored, is_paused=True))

    async def resume(self, person: Person, lane: Lane, number: SubscriptionId) -> Subscription:
        """Tell again what happens from now on."""
        return await self._change(person, lane, number, lambda _, stored: replace(stored, is_paused=False))

    async def remove(self, person: Person, lane: Lane, number: SubscriptionId) -> Subscription:
        """Remove a subscription; gives what it was. What it owes already and has not told is not told."""

        def work(tx: Tx) -> Subscription:
            stored = self._find(tx, person, lane, number)
            subscriptions.remove(tx, self._tenant, number)
            return stored

        removed = await self._database.write(work)
        log.info("subscription_removed", subscription=number, lane=removed.lane, by=person.key.object_id)
        return removed

    async def get(self, person: Person, lane: Lane, number: SubscriptionId) -> Subscription:
        """Find one of a lane's; its words are written with today's names."""
        return await self._database.read(lambda tx: self._named(tx, [self._find(tx, person, lane, number)])[0])

    async def of_lane(self, person: Person, lane: Lane) -> list[Subscription]:
        """List a lane's, the oldest first; words are written with today's names: ``unknown (17)`` where one is gone."""
        may_look(person, lane)
        return await self._database.read(lambda tx: self._named(tx, subscriptions.of_lane(tx, self._tenant, lane)))

    async def everywhere(self, person: Person) -> list[Subscription]:
        """List all, by lane, for an administrator; words as they were saved."""
        demand(person, Right.ADMINISTER)
        return await self._database.read(lambda tx: subscriptions.everywhere(tx, self._tenant))

    async def by_id(self, number: SubscriptionId) -> Subscription | None:
        """Find one for "why did I get this?", whoever asks; none when it is removed."""

        def work(tx: Tx) -> Subscription | None:
            stored = subscriptions.get(tx, self._tenant, number)
            return self._named(tx, [stored])[0] if stored else None

        return await self._database.read(work)

    def _read(
        self,
        tx: Tx,
        person: Person,
        lane: Lane,
        words: str,
        *,
        instead_of: SubscriptionId | None = None,
        longest: int = LONGEST,
    ) -> _Read:
        if len(words) > longest:
            hint = "Name several companies once by a group: groups NAME = COMPANY, COMPANY"
            raise Invalid(f"That is longer than {longest} characters.", field="words", hint=hint)
        names = Names(tx, self._tenant, me=person.resource, among=person.within_companies)
        wanted = understood(words, names)
        members = {name: group.companies for name, group in company_groups.everything(tx, self._tenant).items()}
        others = [one for one in subscriptions.of_lane(tx, self._tenant, lane) if one.id != instead_of]
        said = written(wanted, names)
        return _Read(wanted=wanted, words=said, overlaps=overlaps(wanted, others, members), members=members)

    def _made(self, person: Person, lane: Lane, read: _Read) -> Subscription:
        return Subscription(
            id=SubscriptionId(0),
            tenant=self._tenant,
            lane=lane,
            about=read.wanted.about,
            words=read.words,
            filter=read.wanted.filter,
            events=read.wanted.events,
            mode=read.wanted.mode,
            created_by=person.key.object_id,
            created_by_name=person.name,
            created_at=self._now(),
        )

    async def _change(
        self, person: Person, lane: Lane, number: SubscriptionId, change: Callable[[Tx, Subscription], Subscription]
    ) -> Subscription:
        now = self._now()

        def work(tx: Tx) -> Subscription:
            changed = change(tx, self._find(tx, person, lane, number))
            subscriptions.put(tx, changed, now)
            return changed

        changed = await self._database.write(work)
        log.info("subscription_changed", subscription=number, paused=changed.is_paused, by=person.key.object_id)
        return changed

    def _find(self, tx: Tx, person: Person, lane: Lane, number: SubscriptionId) -> Subscription:
        """Find one that the person may touch: one of the lane, or for an administrator any."""
        may_look(person, lane)
        stored = subscriptions.get(tx, self._tenant, number)
        if stored is None or (stored.lane != lane and not authorize(person, Right.ADMINISTER).allowed):
            raise NotFound(f"There is no subscription {number} here.", hint="See what there is: subscriptions")
        return stored

    def _named(self, tx: Tx, those: list[Subscription]) -> list[Subscription]:
        """Write the words with today's names."""
        names = Names(tx, self._tenant)
        return [replace(one, words=written(_wanted(one), names)) for one in those]


def _wanted(one: Subscription) -> Wanted:
    return Wanted(about=one.about, filter=one.filter, events=one.events, mode=one.mode)


def _is_same(one: Subscription, made: Subscription) -> bool:
    return not one.is_paused and one.created_by == made.created_by and _wanted(one) == _wanted(made)
