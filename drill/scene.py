"""What a drill plays in: the sandboxes, a channel, a group and a chat that want to hear of tickets, and their journal.

What happens is that customers write. Each note is marked, so that everything that was told can be counted.
"""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from attms_core.model import PersonKey, PersonRole, TenantId
from sandbox.autotask.tenant import COMPLETE
from sandbox.teams import Conversation, Message, Person, Team, texts
from tests.support.installation import Installation, Running

YES = "Yes, that is me"
SAVE = "Save"
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


@dataclass
class Scene:
    """The sandboxes and where notices are wanted."""

    place: Installation
    places: Sequence[Conversation]
    _marks: "count[int]" = field(default_factory=lambda: count(1))

    def customers_write(self, many: int) -> list[Note]:
        """Let customers write on so many open tickets."""
        world = self.place.at.world
        tickets = [row for row in world.rows.find("Tickets") if row["status"] != COMPLETE and row["contactID"]]
        notes = []
        for ticket in tickets[:many]:
            note = Note(f"mark{next(self._marks):06}x", int(ticket["id"]))
            world.add_note(ticket["id"], f"It happens again: {note.mark}", contact=ticket["contactID"], title="Reply")
            notes.append(note)
        return notes

    def judge(self, notes: Sequence[Note]) -> Verdict:
        """Look in every conversation for every note."""
        lost, doubled, worst = 0, 0, 0
        for place in self.places:
            said = [
                message for message in self.place.teams.connector.messages(place) if message.author.startswith("28:")
            ]
            told = Counter(note.mark for note in notes for message in said if is_reply(message, note.mark))
            lost += sum(not told[note.mark] for note in notes)
            again = sum(times - 1 for times in told.values())
            doubled, worst = doubled + again, max(worst, again)
        return Verdict(len(notes) * len(self.places), lost, doubled, worst)


def is_reply(message: Message, mark: str) -> bool:
    """Say whether a message was posted to tell a note: cards that stand show it too, but they are edited."""
    first: dict[str, Any] = message.versions[0]
    return mark in str(first.get("summary", "")) or (
        not message.is_edited and mark in "\n".join(texts(message.card or {}))
    )


@asynccontextmanager
async def opened(data_dir: Path, database_url: str | None = None) -> AsyncIterator[Scene]:
    """Open the sandboxes, and let a technician subscribe in all of the conversations, as people do."""
    async with Installation(data_dir, database_url) as place:
        person = place.technician()
        team = Team.named("Desk", "Tickets")
        tenant = person.tenant
        places = (
            Conversation.personal(person),
            Conversation.group("Night shift", tenant=tenant),
            Conversation.channel(team, tenant=tenant),
        )
        async with place.inside() as bot:
            await _settle_in(bot, person, places)
        yield Scene(place, places)


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
