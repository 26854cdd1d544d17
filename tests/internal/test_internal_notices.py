"""No word of an internal note reaches a conversation that is not internal when something is sent there.

Whatever happened, in whatever order, whoever subscribed, and however it is told: cards, replies, bulk lines, morning
cards, digests, summaries, short forms. And where it may be read, it is.
"""

import asyncio
import itertools
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import structs

from attms_core.model import (
    Author,
    Conversation,
    Mode,
    Note,
    NoteId,
    Owed,
    OwedKind,
    Personal,
    Post,
    Rule,
    RuleKind,
    TicketId,
    Topic,
    lane_of,
)
from attms_core.model.digest import Digest, DigestKind, Rhythm
from attms_core.store import digests
from bot.notices.message import Message, Way
from tests.notices.composing import BY_ANA, BY_BOB, BY_CLEO, CHANNEL, GROUP, UNKNOWN, House, chat_of, opened, standing
from tests.support.fake_autotask import ANA, BOB, NOON, TENANT, note, ticket

TICKETS = 7
INTERNAL, PUBLIC = 2, 1
CHAT = chat_of("ana")
PLACES = (CHANNEL, GROUP, CHAT)
AUTHORS: tuple[Author, ...] = (BY_ANA, BY_BOB, BY_CLEO, UNKNOWN)
FIELDS = (("status", 1, 8), ("queue", 5, 6), ("priority", 2, 4), ("assignee", None, ANA), ("time-logged", None, "1.5"))

tickets = st.integers(1, TICKETS)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("note"), tickets, st.booleans(), st.integers(0, 3)),
        st.tuples(st.just("turn"), st.integers(0, 20)),
        st.tuples(st.just("change"), tickets, st.integers(0, len(FIELDS) - 1), st.integers(0, 3)),
        st.tuples(st.just("same"), st.integers(0, len(FIELDS) - 1), st.integers(0, 3)),
        st.tuples(st.just("internal"), st.integers(0, 1), st.booleans()),
        st.tuples(st.just("send"), st.booleans()),
    ),
    min_size=1,
    max_size=14,
)
ways_of_telling = st.tuples(st.sampled_from(Mode), st.sampled_from(Mode), st.sampled_from(Mode), st.booleans())


@dataclass
class Play:
    """One history, told to a channel, a group and a chat."""

    house: House
    rules: dict[str, Rule]
    digests: dict[str, Rule]
    modes: dict[str, Mode]
    is_held: bool
    notes: list[Note] = field(default_factory=list)
    waiting: dict[str, list[Owed]] = field(default_factory=dict)
    posts: dict[tuple[str, Topic], Post] = field(default_factory=dict)
    places: dict[str, Conversation] = field(default_factory=lambda: {place.id: place for place in PLACES})
    heard: set[str] = field(default_factory=set)
    """Words of internal notes that were told where they may be."""

    async def play(self, step: Sequence[Any]) -> None:
        match step:
            case ("note", about, is_internal, by):
                await self._note(about, AUTHORS[by], INTERNAL if is_internal else PUBLIC)
            case ("turn", at) if self.notes:
                turned = self.notes[at % len(self.notes)]
                fresh = structs.replace(turned, publish=PUBLIC if turned.publish == INTERNAL else INTERNAL)
                self.notes[at % len(self.notes)] = fresh
                await self.house.write(fresh)
            case ("change", about, at, by):
                await self._change(about, FIELDS[at], AUTHORS[by])
            case ("same", at, by):
                for about in range(1, TICKETS + 1):
                    await self._change(about, FIELDS[at], AUTHORS[by])
            case ("internal", at, on):
                place = PLACES[at]
                self.places[place.id] = structs.replace(self.places[place.id], is_internal=on)
            case ("send", is_chat_first):
                await self.send(is_chat_first=is_chat_first)

    async def send(self, *, is_chat_first: bool = True) -> None:
        """Send all that waits, and a digest."""
        self.house.clock.pass_(seconds=61)
        # What was made for those who may read more must not serve the others, nor the other way round.
        for id_, place in list(self.places.items())[:: -1 if is_chat_first else 1]:
            rows = self.waiting.pop(id_, [])
            due = await self.house.news(None, self.digests[id_], place, kind=OwedKind.DIGEST, topic=None)
            posts = [post for (where, _), post in self.posts.items() if where == id_]
            for message in await self.house.says(*rows, due, place=place, posts=posts):
                self._check(message, place)
                if message.way is Way.ROOT and message.topic:
                    self.posts[id_, message.topic] = standing(message, place)

    async def _note(self, about: int, by: Author, publish: int) -> None:
        number = next(NUMBERS)
        words = {"title": f"title{number}x", "text": f"said{number}x and more"}
        who: dict[str, Any] = {"creator": None, "contact": by.id} if by == BY_CLEO else {"creator": by.id}
        made = note(number, ticket=TicketId(about), publish=publish, created=self.house.clock(), **words, **who)
        self.notes.append(made)
        await self.house.write(made)
        await self._owe(await self.house.changed("note-added", None, publish, by=by, ticket=about, note=NoteId(number)))

    async def _change(self, about: int, moved: tuple[str, Any, Any], by: Author) -> None:
        what, before, after = moved
        await self._owe(await self.house.changed(what, before, after, by=by, ticket=TicketId(about)))

    async def _owe(self, number: Any) -> None:
        for id_, place in self.places.items():
            held = self.is_held and place is CHAT
            row = await self.house.news(number, self.rules[id_], place, mode=self.modes[id_], is_held=held)
            self.waiting.setdefault(id_, []).append(row)

    def _check(self, message: Message, place: Conversation) -> None:
        if message.activity is None:
            return
        short = message.short() if message.short else {}
        said = orjson.dumps([message.activity, short]).decode()
        secret = [word for each in self.notes if each.is_internal for word in (each.title, each.text.split()[0])]
        told = {word for word in secret if word in said}
        if place.is_internal or place is CHAT:
            self.heard |= told
        else:
            assert told == set(), (place.kind, message.way)


async def begin(house: House, modes: Sequence[Mode], *, is_held: bool) -> Play:
    """Begin a history with tickets as they were."""
    house.clock.pass_(seconds=61)
    house.at.notes.clear()
    await house.have(*(ticket(number, assignee=ANA) for number in range(1, TICKETS + 1)))
    return Play(house, RULES, DIGESTS, dict(zip([each.id for each in PLACES], modes, strict=True)), is_held)


NUMBERS = itertools.count(1000)
RULES: dict[str, Rule] = {}
DIGESTS: dict[str, Rule] = {}


async def arrange(house: House) -> None:
    """Link two people, and let everybody hear of everything."""
    await house.meet("ana", ANA)
    await house.meet("bob", BOB)
    for place in PLACES:
        RULES[place.id] = await house.subscribe(place, by="ana")
        kind = DigestKind.MINE if place is CHAT else DigestKind.HERE
        made = Digest(
            tenant=TENANT,
            lane=lane_of(place),
            kind=kind,
            rhythm=Rhythm((0, 1, 2, 3, 4, 5, 6), 480, "UTC"),
            created_by="ana",
            created_by_name="Ana",
            next_at=NOON,
        )
        number = await house.database.write(partial(digests.add, digest=made))
        DIGESTS[place.id] = Rule(RuleKind.DIGEST, str(number))


def test_no_word_of_an_internal_note_reaches_a_conversation_that_is_not_internal() -> None:
    with asyncio.Runner() as runner, tempfile.TemporaryDirectory() as folder:
        house_of = opened(Path(folder))
        house = runner.run(house_of.__aenter__())
        heard: set[str] = set()
        try:
            runner.run(arrange(house))

            @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
            @given(history=steps, telling=ways_of_telling)
            def told(history: list[tuple[Any, ...]], telling: tuple[Mode, Mode, Mode, bool]) -> None:
                *modes, is_held = telling

                async def play() -> None:
                    play = await begin(house, modes, is_held=is_held)
                    for step in history:
                        await play.play(step)
                    await play.send()
                    heard.update(play.heard)

                runner.run(play())

            told()
            assert heard, "internal words must be told where they may be, or this test proves nothing"
        finally:
            runner.run(house_of.__aexit__(None, None, None))


@pytest.mark.parametrize("place", [CHANNEL, GROUP], ids=["channel", "group"])
async def test_what_became_internal_between_owing_and_sending_is_not_shown(tmp_path: Path, place: Conversation) -> None:
    async with opened(tmp_path) as house:
        await arrange(house)
        await house.write(note(9, publish=PUBLIC, text="the password is swordfish", title="Secret"))
        number = await house.changed("note-added", None, PUBLIC, by=BY_BOB, note=NoteId(9))
        row = await house.news(number, RULES[place.id], place)
        await house.write(note(9, publish=INTERNAL, text="the password is swordfish", title="Secret"))

        (root,) = await house.says(row, place=place)

        said = orjson.dumps(root.activity).decode()
        assert "An internal note was added (not shown here)" in said
        assert "swordfish" not in said
        assert "Secret" not in said


async def test_a_channel_that_is_not_internal_any_more_hears_nothing_of_what_was_owed_before(tmp_path: Path) -> None:
    async with opened(tmp_path) as house:
        await arrange(house)
        await house.write(note(9, publish=INTERNAL, text="the password is swordfish"))
        number = await house.changed("note-added", None, INTERNAL, by=BY_BOB, note=NoteId(9))
        row = await house.news(number, RULES[CHANNEL.id])
        inside = structs.replace(CHANNEL, is_internal=True)

        (shown,) = await house.says(row, place=inside)
        (hidden,) = await house.says(row, place=CHANNEL)

        assert "Bob Stone wrote an internal note" in orjson.dumps(shown.activity).decode()
        assert "swordfish" in orjson.dumps(shown.activity).decode()
        assert "swordfish" not in orjson.dumps(hidden.activity).decode()


async def test_somebody_who_is_no_longer_linked_reads_no_internal_note_in_their_chat(tmp_path: Path) -> None:
    async with opened(tmp_path) as house:
        await arrange(house)
        await house.have(ticket(1, assignee=ANA))
        await house.write(note(9, publish=INTERNAL, text="the password is swordfish"))
        number = await house.changed("note-added", None, INTERNAL, by=BY_BOB, note=NoteId(9))
        rule = Rule(RuleKind.PERSONAL, Personal.MENTIONED)
        row = await house.news(number, rule, CHAT)
        assert "swordfish" in orjson.dumps((await house.says(row, place=CHAT))[0].activity).decode()
        await house.meet("ana")
        assert [message.way for message in await house.says(row, place=CHAT)] == [Way.NOTHING]


async def test_what_was_made_for_those_who_read_all_does_not_serve_the_others(tmp_path: Path) -> None:
    async with opened(tmp_path) as house:
        await arrange(house)
        await house.write(note(9, publish=INTERNAL, text="the password is swordfish"))
        number = await house.changed("status", 1, 8)
        said = []
        for place in (CHAT, CHANNEL, structs.replace(CHANNEL, is_internal=True)):
            (root,) = await house.says(await house.news(number, RULES[place.id], place), place=place)
            said.append("swordfish" in orjson.dumps(root.activity).decode())
        assert said == [True, False, True]
