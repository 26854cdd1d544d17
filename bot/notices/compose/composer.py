"""From what is owed to one conversation to the messages that say it: rendered now, as the mirror is now.

Sending and committing is the sender's business; what is owed was decided when it happened, and is asked once more here.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

from msgspec import structs

from attms_core.desk import Desk
from attms_core.model import Conversation, Owed, OwedKind, PersonKey, Post, Topic, person_of
from attms_core.people import People
from attms_core.ports import Now
from attms_core.store.database import Database
from bot.conversations import is_personal
from bot.notices.compose import bulk, morning
from bot.notices.compose.digest import Digesting
from bot.notices.compose.facts import Reading
from bot.notices.compose.look import Facts
from bot.notices.compose.mentions import Mentions, Roster
from bot.notices.compose.place import UNSEEN, Place, by_topic, news_of
from bot.notices.compose.plates import Pack, Plates
from bot.notices.compose.sheets import Sheets
from bot.notices.compose.topic import NO_CARD, NOTHING_LEFT, Topics, Workshop
from bot.notices.message import Message, Way
from bot.reading import Readers
from cards.reader import Reader


class Composer:
    """Composes. Many conversations at once cost little more than one: give it all that is due without waiting."""

    def __init__(
        self,
        *,
        database: Database,
        desk: Desk,
        people: People,
        readers: Readers,
        roster: Roster,
        digesting: Digesting,
        now: Now,
        pack: Pack,
    ) -> None:
        self._reading = Reading(database, people, now)
        self._readers = readers
        self._digesting = digesting
        self._shop = Workshop(names=desk, sheets=Sheets(desk), plates=Plates(pack), mentions=Mentions(roster, now))
        self._topics = Topics(self._shop)

    async def foresee(self, lanes: Iterable[tuple[Sequence[Owed], Collection[Post]]]) -> None:
        """Read ahead for lanes that are about to be composed: their rows, and the cards that stand there."""
        await self._reading.ahead(lanes)

    async def __call__(
        self, conversation: Conversation, rows: Sequence[Owed], posts: Mapping[Topic, Post]
    ) -> Sequence[Message]:
        """Give messages in the order in which they shall be sent; together they settle every row."""
        if not rows:
            return []
        topics = {row.topic for row in rows if row.topic}
        standing = {topic: post for topic, post in posts.items() if topic in topics}
        place = self._place(conversation, rows[0], await self._reading.of(rows, standing.values()))
        kept, dropped = _sorted_out(place, [row for row in rows if row.topic is not None], standing)
        digests = [row for row in rows if row.kind is OwedKind.DIGEST]
        return [
            *_nothing(dropped),
            *[await self._digesting.message(place, row) for row in digests],
            *_nothing([(row, NO_CARD) for row in rows if row.topic is None and row not in digests]),
            *await self._news(place, kept, standing),
        ]

    async def _news(self, place: Place, rows: Sequence[Owed], posts: Mapping[Topic, Post]) -> list[Message]:
        messages: list[Message] = []
        held = by_topic([row for row in news_of(rows) if row.is_held])
        if len(held) >= morning.FEW:
            told = {row.id for each in held.values() for row in each}
            whole = await morning.message(place, held, self._topics)
            messages += [whole] if whole else _nothing((r, NOTHING_LEFT) for e in held.values() for r in e)
            rows = [row for row in rows if row.id not in told]
        topics = by_topic(rows)
        for those_alike in bulk.bulks(place, topics, posts):
            messages.append(bulk.message(place, those_alike, names=self._shop.names, plates=self._shop.plates))
            topics = {topic: those for topic, those in topics.items() if topic not in dict(those_alike)}
        for topic, those in topics.items():
            messages += await self._topics.messages(place, topic, those, posts.get(topic))
        return messages

    def _place(self, conversation: Conversation, row: Owed, facts: Facts) -> Place:
        who = person_of(row.lane)
        owner = PersonKey(row.tenant, who) if who else None
        person = facts.people.get(owner) if owner else None
        alone, me = is_personal(conversation), person.resource if person else None
        kind = (alone, conversation.is_internal, conversation.timezone, conversation.locale, me)

        def make() -> Reader:
            reader = self._readers.of_conversation(conversation, me=me)
            return structs.replace(reader, now=reader.now.replace(microsecond=0))

        return Place(
            conversation=conversation,
            lane=row.lane,
            # What is made in one second for readers of one kind is made once.
            reader=facts.reader(kind, make),
            is_personal=alone,
            owner=owner,
            facts=facts,
        )


def _sorted_out(
    place: Place, rows: Iterable[Owed], posts: Mapping[Topic, Post]
) -> tuple[list[Owed], list[tuple[Owed, str]]]:
    """Tell apart what still holds and what does not, the latter with its reason."""
    kept: list[Owed] = []
    dropped: list[tuple[Owed, str]] = []
    for row in rows:
        if row.kind is OwedKind.NEWS:
            reason = place.against(row)
        else:
            post = posts.get(row.topic) if row.topic else None
            reason = "" if post is None or place.keeps_true(post) else UNSEEN
        if reason:
            dropped.append((row, reason))
        else:
            kept.append(row)
    return kept, dropped


def _nothing(dropped: Iterable[tuple[Owed, str]]) -> list[Message]:
    """Settle rows that have nothing to say, those of one reason together."""
    why: dict[str, list[Owed]] = {}
    for row, reason in dropped:
        why.setdefault(reason, []).append(row)
    return [Message(way=Way.NOTHING, settles=tuple(rows), reason=reason) for reason, rows in why.items()]
