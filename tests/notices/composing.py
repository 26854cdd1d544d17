"""A mirror with people and rules, and the composer over it; what was sent is read back as Teams would."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
from msgspec import structs

from attms_core.desk import Desk
from attms_core.mirror import Mirror
from attms_core.mirror.compare import Cause
from attms_core.model import (
    Author,
    AuthorKind,
    Change,
    ChangeId,
    ContactId,
    Conversation,
    ConversationKind,
    Event,
    Link,
    LinkState,
    Member,
    Mode,
    Note,
    Owed,
    OwedId,
    OwedKind,
    Person,
    PersonKey,
    PersonRole,
    Post,
    ResourceId,
    Rule,
    RuleKind,
    Subscription,
    SubscriptionId,
    Ticket,
    TicketId,
    Told,
    Topic,
    lane_of,
)
from attms_core.model.digest import DigestId
from attms_core.model.filter import Filter
from attms_core.notices.digests import Digests
from attms_core.people import People
from attms_core.settings import Linking
from attms_core.store import changes, people, subscriptions, tickets
from attms_core.store.database import Database, open_database
from bot.asking import Scene
from bot.channel.answers import card_message
from bot.faces.digests import digest
from bot.notices.compose import Composer, Digesting
from bot.notices.message import Message, Way
from bot.reading import Readers
from bot.reply import Reply
from tests.support.fake_autotask import ANA, BOB, NOON, TENANT, Clock, FakeAutotask, opportunity, ticket

CLEO = ContactId(7)
BY_ANA = Author(AuthorKind.RESOURCE, ANA)
BY_BOB = Author(AuthorKind.RESOURCE, BOB)
BY_CLEO = Author(AuthorKind.CONTACT, CLEO)
UNKNOWN = Author(AuthorKind.UNKNOWN)
CHANNEL = Conversation(
    tenant=TENANT, id="19:desk@thread.tacv2", kind=ConversationKind.CHANNEL, service_url="https://x", bot_id="28:b"
)
GROUP = structs.replace(CHANNEL, id="19:group@thread.v2", kind=ConversationKind.GROUP)


def chat_of(name: str) -> Conversation:
    """Give somebody's own chat."""
    kind = ConversationKind.PERSONAL
    return structs.replace(CHANNEL, id=f"a:{name}", kind=kind, object_id=name, timezone="Europe/Madrid")


@dataclass
class Rooms:
    """A roster that a test fills."""

    there: dict[str, str] = field(default_factory=dict)
    """Names by object id."""
    asked: int = 0

    async def member(self, conversation: Conversation, mri: str) -> Member | None:
        self.asked += 1
        if mri not in self.there:
            return None
        return Member(mri=f"29:{mri}", object_id=mri, name=self.there[mri], email="", tenant=TENANT, is_guest=False)


@dataclass
class House:
    """All that the composer stands on."""

    database: Database
    mirror: Mirror
    at: FakeAutotask
    clock: Clock
    compose: Composer
    rooms: Rooms
    digests: dict[DigestId, dict[str, Any]]
    _owed: int = 0

    async def meet(self, name: str, resource: ResourceId | None = None, **limits: Any) -> Person:
        """Have a person who is linked, unless there is no technician for them."""
        state = LinkState.LINKED if resource else LinkState.UNLINKED
        link = Link(state=state, resource=resource, decided_by=name, decided_at=NOON)
        key = PersonKey(TENANT, name)
        made = Person(
            key=key, name=name.title(), link=link, role=PersonRole.DISPATCHER, checked_at=self.clock(), **limits
        )
        await self.database.write(lambda tx: people.put(tx, made))
        return made

    async def subscribe(self, place: Conversation = CHANNEL, by: str = "ana", **more: Any) -> Rule:
        made = Subscription(
            id=SubscriptionId(0),
            tenant=TENANT,
            lane=lane_of(place),
            words="",
            filter=Filter(),
            events=frozenset(Event),
            created_by=by,
            created_by_name=by.title(),
            created_at=NOON,
            **more,
        )
        kept = await self.database.write(lambda tx: subscriptions.add(tx, made))
        return Rule(RuleKind.SUBSCRIPTION, str(kept.id))

    async def have(self, *some: Ticket) -> None:
        """Have tickets as they are now, without a change being kept."""
        self.at.have(*some)
        await self.database.write(lambda tx: tickets.put(tx, TENANT, some))

    async def write(self, *some: Note) -> None:
        """Have notes as they are now."""
        self.at.have_notes(*some)
        await self.mirror.absorb_notes(list(some), Cause.RECONCILE)

    async def changed(self, what: str, before: Any, after: Any, *, by: Author = BY_ANA, **more: Any) -> ChangeId:
        """Keep a change of ticket 1, unless told otherwise."""
        about: dict[str, Any] = {} if "opportunity" in more else {"ticket": TicketId(1)}
        change = Change(
            **{**about, "what": what, "before": before, "after": after, "author": by, "at": self.clock(), **more}
        )
        (number,) = await self.database.write(lambda tx: changes.add(tx, TENANT, [change]))
        return number

    async def news(
        self, number: ChangeId | None, rule: Rule, place: Conversation = CHANNEL, *, about: int = 1, **more: Any
    ) -> Owed:
        """Owe a change to a conversation."""
        self._owed += 1
        found = await self.database.read(lambda tx: changes.by_id(tx, TENANT, [number] if number else []))
        change = found.get(number) if number else None
        topic = Topic.of(change) if change else Topic(ticket=TicketId(about))
        values: dict[str, Any] = {
            "tenant": TENANT,
            "lane": lane_of(place),
            "kind": OwedKind.NEWS,
            "due_at": self.clock(),
            "at": self.clock(),
            "topic": topic,
            "change": number,
            "rule": rule,
            "event": change.event if change else None,
            "mode": Mode.BOTH,
            "id": OwedId(self._owed),
        }
        return Owed(**{**values, **more})

    def truth(self, place: Conversation = CHANNEL, *, about: int = 1) -> Owed:
        self._owed += 1
        return Owed(
            tenant=TENANT,
            lane=lane_of(place),
            kind=OwedKind.TRUTH,
            due_at=self.clock(),
            at=self.clock(),
            topic=Topic(ticket=TicketId(about)),
            id=OwedId(self._owed),
        )

    async def says(self, *rows: Owed, place: Conversation = CHANNEL, posts: Iterable[Post] = ()) -> list[Message]:
        """Compose; every row must be settled exactly once."""
        found = list(await self.compose(place, rows, {post.topic: post for post in posts}))
        settled = sorted(row.id for message in found for row in message.settles)
        assert settled == sorted(row.id for row in rows)
        return found


def standing(
    message: Message | None = None,
    place: Conversation = CHANNEL,
    *,
    about: int = 1,
    told: Sequence[Told] = (),
    **more: Any,
) -> Post:
    """Give the card that stands after a message."""
    values: dict[str, Any] = {
        "tenant": TENANT,
        "lane": lane_of(place),
        "topic": (message.topic if message else None) or Topic(ticket=TicketId(about)),
        "conversation": place.id,
        "activity": "1700000000000",
        "thread": "",
        "posted_at": NOON,
        "told_at": NOON,
        "told": tuple(message.told if message else told),
    }
    return Post(**{**values, **more})


def wire(message: Message) -> dict[str, Any]:
    """Give an activity as Teams gets it."""
    found: dict[str, Any] = orjson.loads(orjson.dumps(message.activity))
    return found


def card(message: Message) -> dict[str, Any]:
    found: dict[str, Any] = wire(message)["attachments"][0]["content"]
    return found


def parts(node: object) -> list[dict[str, Any]]:
    if isinstance(node, list):
        return [each for item in node for each in parts(item)]
    if isinstance(node, Mapping):
        return [dict(node), *(each for item in node.values() for each in parts(item))]
    return []


def shown(message: Message) -> list[str]:
    """Give all that a card says."""
    found = []
    for part in parts(card(message)):
        if part.get("type") == "RichTextBlock":
            found.append("".join(each["text"] for each in part["inlines"]))
        elif part.get("type") == "TextBlock":
            found.append(part["text"])
    return found


def buttons(message: Message) -> list[str]:
    return [each["title"] for each in card(message).get("actions", [])]


def taps(message: Message) -> list[str]:
    return [part["selectAction"]["title"] for part in parts(card(message)) if "selectAction" in part]


def ways(found: Iterable[Message]) -> list[Way]:
    return [message.way for message in found]


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[House]:
    """Open a house with three tickets and an opportunity; Ana and Bob are linked, Cleo is the customer."""
    database, at, clock = await open_database(None, folder), FakeAutotask(), Clock()
    try:
        at.have(*(ticket(number) for number in range(1, 4)))
        at.have_opportunities(opportunity())
        mirror = Mirror(database, at, at, tenant=TENANT, now=clock)
        await mirror.open()
        await mirror.first_sync()
        await mirror.refresh_opportunities()
        digests: dict[DigestId, dict[str, Any]] = {}
        rooms = Rooms()
        yield House(database, mirror, at, clock, _composer(database, mirror, clock, rooms, digests), rooms, digests)
    finally:
        await database.close()


def _composer(
    database: Database, mirror: Mirror, clock: Clock, rooms: Rooms, digests: dict[DigestId, dict[str, Any]]
) -> Composer:
    kept = Digests(database, tenant=TENANT, now=clock)

    async def face(scene: Scene, number: DigestId) -> Reply:
        if number in digests:
            return Reply(digests[number], "A digest")
        return await digest(scene, number, digests=kept)

    desk = Desk(mirror=mirror, wishes=None, tenant=TENANT, writes=True, now=clock)  # type: ignore[arg-type] # none is asked for
    return Composer(
        database=database,
        desk=desk,
        people=People(database, None, tenant=TENANT, linking=Linking.CONFIRM, administrators=(), now=clock),
        readers=Readers(now=clock, can_write=True, link_hosts=frozenset({"*.autotask.net"})),
        roster=rooms,
        digesting=Digesting(desk=desk, face=face, pack=card_message),
        now=clock,
        pack=card_message,
    )
