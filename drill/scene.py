"""What a drill plays in: the sandboxes, a channel, a group and a chat that want to hear of tickets, and their journal.

What happens is that customers write. Each note is marked, so that everything that was told can be counted.
"""

from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, true

from attms_core.model import PersonKey, PersonRole, TenantId
from attms_core.store import owed
from attms_core.store.database import Database, Tx, open_database
from attms_core.store.lanes import NOBODY
from attms_core.store.notice_tables import lanes
from attms_core.store.notice_tables import owed as rows
from attms_core.store.statement import Statement
from sandbox.autotask.tenant import COMPLETE, Actor
from sandbox.teams import Conversation, Message, Person, Team, texts
from tests.support.installation import Installation, Running

YES = "Yes, that is me"
SAVE = "Save"
ALIKE = ("companyID", "contactID", "status", "priority", "queueID", "source")
"""What a new ticket has in common with another."""
_CLAIMED = Statement("claimed lanes", select(func.count()).where(lanes.c.claimed_by != NOBODY))
_DEAD = Statement("dead letters", select(func.count()).where(rows.c.is_dead == true()))
WORDS = "/subscribe events:note-added mode:both"


@dataclass(frozen=True, slots=True)
class Note:
    """A customer's note, by its mark, and the ticket that it is on."""

    mark: str
    ticket: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of notes: how many tellings were owed, and how many of them were lost or posted more than once."""

    owed: int
    lost: int
    doubled: int
    worst: int
    """The most repeated messages in one conversation."""


@dataclass(frozen=True, slots=True)
class Left:
    """What the store holds still: of a work that is finished, nothing."""

    waiting: int = 0
    claimed: int = 0
    """Lanes that somebody, dead or alive, has claimed."""
    dead: int = 0
    """Given up, in all that was played in this scene."""


@dataclass
class Scene:
    """The sandboxes and where notices are wanted."""

    place: Installation
    places: Sequence[Conversation]
    store: Database
    tickets: Sequence[Mapping[str, Any]]
    """Open tickets of customers, as AutoTask had them at the beginning."""
    _marks: "count[int]" = field(default_factory=lambda: count(1))
    _said: Sequence[int] = ()
    """How much had been said in each place before the last notes."""

    def customers_write(self, many: int) -> list[Note]:
        """Let customers write on so many open tickets: on one that is new, and on others that cards stand for."""
        self._said = [len(self._messages(place)) for place in self.places]
        return [self._write(ticket) for ticket in (self._new_ticket(), *self.tickets[: many - 1])]

    def _write(self, ticket: Mapping[str, Any]) -> Note:
        note = Note(f"mark{next(self._marks):06}x", int(ticket["id"]))
        text = f"It happens again: {note.mark}"
        self.place.at.world.add_note(note.ticket, text, contact=ticket["contactID"], title="Reply")
        return note

    def _new_ticket(self) -> Mapping[str, Any]:
        world, like = self.place.at.world, self.tickets[0]
        values = {name: like[name] for name in ALIKE} | {"title": "It does not work"}
        return world.ticket(world.create_ticket(values, Actor(resource_id=world.tenant.system_user_id)))

    def judge(self, notes: Sequence[Note]) -> Verdict:
        """Look in every conversation for every one of the notes that were written last."""
        lost, doubled, worst = 0, 0, 0
        for place, before in zip(self.places, self._said, strict=True):
            said = self._messages(place)[before:]
            told = Counter(note.mark for note in notes for message in said if is_reply(message, note.mark))
            lost += sum(not told[note.mark] for note in notes)
            again = sum(times - 1 for times in told.values())
            doubled, worst = doubled + again, max(worst, again)
        return Verdict(len(notes) * len(self.places), lost, doubled, worst)

    def _messages(self, place: Conversation) -> list[Message]:
        return [said for said in self.place.teams.connector.messages(place) if said.author.startswith("28:")]

    async def left(self) -> Left:
        """Look into the store at what is not settled."""
        return await self.store.read(_left)


def is_reply(message: Message, mark: str) -> bool:
    """Say whether a message was posted to tell a note: cards that stand show it too, but they are edited."""
    first: dict[str, Any] = message.versions[0]
    return mark in str(first.get("summary", "")) or (
        not message.is_edited and mark in "\n".join(texts(message.card or {}))
    )


@asynccontextmanager
async def opened(data_dir: Path, database_url: str | None = None, *, groups: int = 1) -> AsyncIterator[Scene]:
    """Open the sandboxes, and let a technician subscribe in all of the conversations, as people do."""
    async with AsyncExitStack() as stack:
        place = await stack.enter_async_context(Installation(data_dir, database_url))
        tickets = [row for row in place.at.world.rows.find("Tickets") if row["status"] != COMPLETE and row["contactID"]]
        person = place.technician()
        team = Team.named("Desk", "Tickets")
        tenant = person.tenant
        places = (
            Conversation.personal(person),
            *(Conversation.group(f"Night shift {number}", tenant=tenant) for number in range(groups)),
            Conversation.channel(team, tenant=tenant),
        )
        async with place.inside() as bot:
            await _settle_in(bot, person, places)
        store = await open_database(database_url, data_dir)
        stack.push_async_callback(store.close)
        yield Scene(place, places, store, tickets)


async def _settle_in(bot: Running, person: Person, places: Sequence[Conversation]) -> None:
    """Link the technician, make a dispatcher of them, and subscribe everywhere."""
    asked = await bot.client.say("me", person=person)
    await bot.client.press(asked.messages[-1], YES, person=person)
    key = PersonKey(TenantId(person.tenant.lower()), person.object_id.lower())
    await bot.house.core.people.set_role(key, PersonRole.DISPATCHER)
    for there in places:
        await bot.client.install(person=person, conversation=there)
        preview = await bot.client.say(WORDS, person=person, conversation=there)
        await bot.client.press(preview.messages[-1], SAVE, person=person)


def _left(tx: Tx) -> Left:
    claimed = tx.one(_CLAIMED) or (0,)
    dead = tx.one(_DEAD) or (0,)
    return Left(owed.backlog(tx).waiting, claimed[0], dead[0])
