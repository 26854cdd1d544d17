"""``kill -9`` between any two steps of a write, on both engines: AutoTask is changed at most once, and nobody is left
with a wrong card.

Each case runs the real bot as a process, kills it when the sandboxes see the step, and starts it again on its data.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from attms_core.desk import lookback
from attms_core.model import WishState
from attms_core.store import wishes
from sandbox.teams import Message, Person, Said, TeamsClient, texts
from tests.support.gate import Stop
from tests.support.installation import Installation, Running

GRACE = timedelta(seconds=61)
"""For so long an unfinished wish may belong to another process on PostgreSQL, and a little more."""
TITLE, TEXT = "Printer on fire", "Swapped the switch"
YES, AGAIN, UNSURE = "Yes, that is me", "It is not there, try again", "It is not certain that this was saved"
KILLED = (aiohttp.ClientError, ConnectionError, TimeoutError)


class Later:
    """The machine's time, moved on by the test."""

    def __init__(self) -> None:
        self.by = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.by


@dataclass
class Scene:
    """A person before a card with a filled-in form, and what AutoTask held before."""

    place: Installation
    person: Person
    ticket: dict[str, Any]
    notes: int
    is_shared: bool
    """Whether other processes may serve the same data."""
    cards: dict[str, dict[str, Any]] = field(default_factory=dict)
    """The forms that the person had before them, by message: an old window shows them for ever."""

    def count(self, deed: "Deed") -> int:
        """Count how often AutoTask has done it."""
        rows = self.place.at.world.rows
        if deed.kind == "status":
            return int(self.place.at.world.ticket(self.ticket["id"])["status"] == 10)
        if deed.kind == "note":
            return len(rows.find("TicketNotes", ticketID=self.ticket["id"])) - self.notes
        return len(rows.find("Tickets", title=TITLE))

    def sent(self, deed: "Deed") -> int:
        """Count how often AutoTask was asked to do it."""
        method = "PATCH" if deed.kind == "status" else "POST"
        tail = "/Notes" if deed.kind == "note" else "/Tickets"
        return sum(seen.method == method and seen.path.endswith(tail) for seen in self.place.at.requests)


@dataclass(frozen=True)
class Deed:
    """One kind of write: how its form is reached, which button sends it, and what the card says when it is done."""

    kind: str
    button: str
    inputs: dict[str, str]
    said: str
    write: str
    """The call that does it, as the gate sees it."""
    read_back: str

    async def form(self, client: TeamsClient, scene: Scene) -> Message:
        """Bring the form up."""
        if self.kind == "create":
            company = scene.place.at.world.rows.find("Companies", isActive=True)[1]
            asked = await client.say("/new", person=scene.person)
            search = {"search": company["companyName"]}
            await client.press(asked.messages[-1], "Next", person=scene.person, inputs=search)
            return asked.messages[-1]
        shown = await client.say(f"ticket {scene.ticket['ticketNumber']}", person=scene.person)
        await client.press(shown.messages[-1], self.kind.capitalize(), person=scene.person)
        return shown.messages[-1]


STATUS = Deed(
    "status", "Set status", {"status": "10"}, "Status is now Dispatched", r"PATCH .*/Tickets$", r"GET .*/Tickets/\d+$"
)
NOTE = Deed("note", "Add note", {"text": TEXT}, "Note added", r"POST .*/Notes$", r"TicketNotes/query")
CREATE = Deed(
    "create",
    "Create ticket",
    {"title": TITLE, "priority": "1", "queue": "29683481"},
    "Ticket created",
    r"POST .*/Tickets$",
    r"GET .*/Tickets/\d+$",
)
BEFORE, AFTER, READ_BACK, LOOK, EDIT = "before the write", "after the write", "read-back", "first look", "edit"
SQLITE, POSTGRESQL = "sqlite", "postgresql"
CASES = (
    *((SQLITE, STATUS, step) for step in (LOOK, BEFORE, AFTER, READ_BACK, EDIT)),
    *((SQLITE, NOTE, step) for step in (BEFORE, AFTER)),
    *((SQLITE, CREATE, step) for step in (BEFORE, AFTER, EDIT)),
    *((POSTGRESQL, STATUS, step) for step in (LOOK, BEFORE, AFTER)),
    (POSTGRESQL, NOTE, AFTER),
    *((POSTGRESQL, CREATE, step) for step in (BEFORE, AFTER)),
)
NAMES = [f"{engine}: {deed.kind}, {step}" for engine, deed, step in CASES]


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookback, "BETWEEN_LOOKS", timedelta())


@pytest.fixture
async def scene(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Scene]:
    engine = getattr(request, "param", SQLITE)
    url = request.getfixturevalue("postgres_url") if engine == POSTGRESQL else None
    async with Installation(tmp_path, url) as place:
        place.at.world.tenant.demands.clear()
        mara = place.technician()
        async with place.inside() as bot:
            asked = await bot.client.say("me", person=mara)
            await bot.client.press(asked.messages[-1], YES, person=mara)
        mine = place.at.world.rows.find("Tickets")
        ticket = next(dict(row) for row in mine if row["status"] not in {5, 10})
        notes = len(place.at.world.rows.find("TicketNotes", ticketID=ticket["id"]))
        yield Scene(place, mara, ticket, notes, url is not None)


@pytest.mark.parametrize(("scene", "deed", "step"), CASES, ids=NAMES, indirect=["scene"])
async def test_a_kill_leaves_the_write_done_once_or_open_and_the_card_true(scene: Scene, deed: Deed, step: str) -> None:
    message = await die(scene, deed, step)
    happened = scene.count(deed)
    assert happened == (step in {AFTER, READ_BACK, EDIT})

    later = Later()
    async with scene.place.inside(now=later) as bot:
        if scene.is_shared:
            assert "being saved already" in shown(await press(bot.client, scene, deed, message))
            assert scene.count(deed) == happened
        later.by = GRACE
        await bot.house.core.jobs.run_now("recover-wishes")
        bot.house.sender.poke()
        said = shown(await press(bot.client, scene, deed, message))

        if UNSURE in said:
            assert (step, scene.count(deed)) == (BEFORE, 0)
            await edited(scene, message, UNSURE)
            said = shown(await bot.client.press(message, AGAIN, person=scene.person))
        assert deed.said in said
        assert scene.count(deed) == 1
        assert scene.sent(deed) == 1
        await edited(scene, message, deed.said)
        assert not await unfinished(bot)


async def test_words_that_are_delivered_again_after_a_kill_are_answered_and_written_once(scene: Scene) -> None:
    said = f"status {scene.ticket['ticketNumber']} Dispatched"
    async with scene.place.process() as bot:
        scene.place.at.forget_requests()
        stop = scene.place.gate.stop(STATUS.write, after=True)
        saying = asyncio.create_task(bot.client.say(said, person=scene.person))
        async with asyncio.timeout(20):
            await stop.reached.wait()
        await bot.kill()
        with contextlib.suppress(*KILLED):
            await saying
    scene.place.gate.open_all()

    async with scene.place.inside() as bot:
        journal = scene.place.teams.connector.journal
        heard = next(event.message for event in reversed(journal.events) if event.message.text == said)
        answer = await bot.client.raw(heard.versions[0], person=scene.person)
        assert STATUS.said in "\n".join(texts(answer.messages[-1].card or {}))
    assert (scene.count(STATUS), scene.sent(STATUS)) == (1, 1)


async def die(scene: Scene, deed: Deed, step: str) -> Message:
    """Press the button of a real process, and kill it at the step."""
    async with scene.place.process() as bot:
        message = await deed.form(bot.client, scene)
        scene.place.at.forget_requests()
        reached, stop = at(scene, deed, step)
        pressing = asyncio.create_task(press(bot.client, scene, deed, message))
        async with asyncio.timeout(20):
            await reached()
        await bot.kill()
        if stop:
            stop.cut()
        scene.place.teams.connector.door.release()
        with contextlib.suppress(*KILLED):
            await pressing
    scene.place.gate.open_all()
    return message


def at(scene: Scene, deed: Deed, step: str) -> tuple[Callable[[], Awaitable[object]], Stop | None]:
    """Hold the step; give what waits until it is reached."""
    if step is EDIT:
        scene.place.teams.connector.door.hold()
        return scene.place.teams.connector.door.somebody_waits, None
    first_look = deed is STATUS
    stop = {
        LOOK: lambda: scene.place.gate.stop(deed.read_back),
        BEFORE: lambda: scene.place.gate.stop(deed.write),
        AFTER: lambda: scene.place.gate.stop(deed.write, after=True),
        READ_BACK: lambda: scene.place.gate.stop(deed.read_back, skip=int(first_look)),
    }[step]()
    return stop.reached.wait, stop


async def press(client: TeamsClient, scene: Scene, deed: Deed, message: Message) -> Said:
    """Press the button of the form that the person had before them: the same deed, however often."""
    card = scene.cards.setdefault(message.id, client.view(message, scene.person))
    return await client.press(card, deed.button, person=scene.person, inputs=deed.inputs)


def shown(said: Said) -> str:
    assert said.answer is not None
    return "\n".join(texts(said.answer.card or {}))


async def edited(scene: Scene, message: Message, wanted: str) -> None:
    """Wait until the message says what came of it."""
    journal = scene.place.teams.connector.journal
    await journal.wait(
        lambda event: event.message.id == message.id and wanted in "\n".join(texts(event.message.card or {})),
        after=0,
        patience=15,
    )


async def unfinished(bot: Running) -> list[WishState]:
    house = bot.house
    found = await house.ground.store.read(lambda tx: wishes.unfinished(tx, house.core.tenant))
    return [wish.state for wish in found]
