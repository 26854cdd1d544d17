"""Who is owed what because of changes: decided in the transaction that keeps them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from attms_core.model import (
    AuthorKind,
    Event,
    Kept,
    Lane,
    Mode,
    Owed,
    OwedKind,
    Person,
    Personal,
    Right,
    Rule,
    RuleKind,
    Subscription,
    TenantId,
    Topic,
    person_of,
)
from attms_core.notices import choices, happened, personal, silences
from attms_core.notices.book import Book, strongest
from attms_core.notices.facts import facts_of
from attms_core.notices.happened import Happened
from attms_core.people import authorize
from attms_core.ports import Now
from attms_core.store import books, company_groups, owed, people, posts, subscriptions
from attms_core.store.database import Tx

STANDS = timedelta(days=30)
"""A card that was posted longer ago is kept true no more."""
FOLD = timedelta(seconds=60)
_OURS = frozenset({AuthorKind.PERSON, AuthorKind.RESOURCE})


class _Heard(Struct, frozen=True):
    """A subscription that takes a change, with the mode in which its whole lane is told."""

    happened: Happened
    subscription: Subscription
    mode: Mode


class Notices:
    """Writes what is owed. ``fold``: what follows sooner upon something told there waits, to be told as one."""

    def __init__(self, tenant: TenantId, now: Now, fold: timedelta = FOLD) -> None:
        self._tenant = tenant
        self._now = now
        self._fold = fold
        self._compiled: tuple[int, Book] = (0, Book((), {}))
        self.on_poke: Callable[[], None] = lambda: None
        """Set by whoever sends."""

    def poke(self) -> None:
        """Hear that something was committed that may be owed now."""
        self.on_poke()

    def owe(self, tx: Tx, kept: Sequence[Kept]) -> None:
        """Write what is owed for changes, in their transaction: one statement a table, however many there are."""
        if not kept:
            return
        now = self._now()
        found = happened.load(tx, self._tenant, kept)
        rows = _without_doubles([*personal.owed(tx, self._tenant, found, now), *self._subscribed(tx, found, now)])
        rows = silences.silenced(tx, self._tenant, rows, found)
        rows = self._folded(tx, rows, now)
        rows += self._truths(tx, found, rows, now)
        if rows:
            owed.owe(tx, rows, now)

    def _subscribed(self, tx: Tx, found: Sequence[Happened], now: datetime) -> list[Owed]:
        """Give the rows of subscriptions, of one lane and change one; choices hold those of one's own chat."""
        book = self._book(tx)
        if book.is_empty:
            return []
        asked = ((each, facts) for each, facts in zip(found, facts_of(found), strict=True) if facts)
        taken = [(each, book.listening(facts)) for each, facts in asked]
        makers = self._makers(tx, (one for _, those in taken for one in those))
        heard = (one for each, those in taken for one in _heard(each, those, makers))
        return choices.weigh(tx, self._tenant, [_row(one, now) for one in heard], now)

    def _book(self, tx: Tx) -> Book:
        """Give the book as this transaction sees it; it is compiled anew when it has changed."""
        generation = books.generation(tx, self._tenant)
        if generation != self._compiled[0]:
            groups = company_groups.everything(tx, self._tenant)
            members = {name: group.companies for name, group in groups.items()}
            self._compiled = generation, Book(subscriptions.active(tx, self._tenant), members)
        return self._compiled[1]

    def _makers(self, tx: Tx, those: Iterable[Subscription]) -> dict[str, Person]:
        who = sorted({one.created_by for one in those})
        return people.some(tx, self._tenant, who) if who else {}

    def _folded(self, tx: Tx, rows: Sequence[Owed], now: datetime) -> list[Owed]:
        """Let rows wait that follow too soon upon something told in their lane of their topic."""
        waiting = {(row.lane, row.topic) for row in rows if row.topic and _may_wait(row, now)}
        told = posts.last_told(tx, self._tenant, waiting)
        return [self._later(row, told, now) for row in rows] if told else list(rows)

    def _later(self, row: Owed, told: dict[tuple[Lane, Topic], datetime], now: datetime) -> Owed:
        if row.topic is None or not _may_wait(row, now):
            return row
        at = told.get((row.lane, row.topic))
        return replace(row, due_at=max(row.due_at, at + self._fold)) if at else row

    def _truths(self, tx: Tx, found: Sequence[Happened], rows: Sequence[Owed], now: datetime) -> list[Owed]:
        """Owe every card that stands for what changed its silent edit, but where news brings it up to date now."""
        latest = {Topic.of(each.change): each for each in found}
        standing = posts.standing(tx, self._tenant, list(latest), now - STANDS)
        soon = {(row.lane, row.topic) for row in rows if row.due_at <= now} if standing else set()
        return [
            Owed(
                tenant=self._tenant,
                lane=post.lane,
                kind=OwedKind.TRUTH,
                due_at=now,
                at=latest[post.topic].change.at,
                topic=post.topic,
            )
            for post in standing
            if (post.lane, post.topic) not in soon
        ]


def _heard(each: Happened, those: Sequence[Subscription], makers: dict[str, Person]) -> Iterator[_Heard]:
    """Give of each lane the subscription that stands for it, among those whose makers may see the record."""
    seeing = {who for who in {one.created_by for one in those} if (maker := makers.get(who)) and may_see(maker, each)}
    heard = [one for one in those if one.created_by in seeing and not _is_own_deed(each, one, makers)]
    for first, mode in strongest(heard).values():
        yield _Heard(each, first, mode)


def may_see(person: Person, each: Happened) -> bool:
    """Say whether somebody is linked, and the record within the queues and companies of their role."""
    if not authorize(person, Right.READ, ticket=each.ticket).allowed:
        return False
    sold, companies = each.opportunity, person.within_companies
    return sold is None or companies is None or sold.company in companies


def _is_own_deed(each: Happened, one: Subscription, makers: dict[str, Person]) -> bool:
    """Say whether somebody would be told in their own chat of what they did themselves."""
    author = each.change.author
    is_known = author.kind in _OURS and author.id is not None
    return is_known and person_of(one.lane) == one.created_by and author.id == makers[one.created_by].resource


def _row(heard: _Heard, now: datetime) -> Owed:
    change = heard.happened.change
    return Owed(
        tenant=heard.subscription.tenant,
        lane=heard.subscription.lane,
        kind=OwedKind.NEWS,
        due_at=now,
        at=change.at,
        topic=Topic.of(change),
        change=heard.happened.id,
        rule=Rule(RuleKind.SUBSCRIPTION, str(heard.subscription.id)),
        event=change.event,
        mode=heard.mode,
    )


def _without_doubles(rows: Sequence[Owed]) -> list[Owed]:
    """Keep of each lane and change the first row: what concerns somebody personally comes before what they follow."""
    first: dict[tuple[Lane, object], Owed] = {}
    for row in rows:
        first.setdefault((row.lane, row.change), row)
    return list(first.values())


def _may_wait(row: Owed, now: datetime) -> bool:
    """Say whether a row may be folded with what comes: what presses never waits, and what is held waits anyway."""
    is_mine = row.rule == Rule(RuleKind.PERSONAL, Personal.ASSIGNED)
    return not (row.is_held or row.due_at > now or is_mine or row.event is Event.SLA_BREACHED)
