"""Far more hints than the hour's calls allow: what is read, what is dropped, and that polls find the rest."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest

from attms_core.callouts.allowance import Allowance
from attms_core.callouts.hints import Hints
from attms_core.callouts.payload import Callout, parse
from attms_core.errors import Busy
from attms_core.model import Change, NoteId, TicketId
from tests.support.fake_autotask import Clock


def callout(id_: int, action: str = "Update", subject: str = "Ticket") -> Callout:
    return parse(f'{{"Action":"{action}","EntityType":"{subject}","Id":{id_},"SequenceNumber":{id_}}}'.encode())


class Reader:
    """A mirror that remembers what it was asked to read."""

    def __init__(self) -> None:
        self.read: list[list[TicketId]] = []
        self.notes: list[list[NoteId]] = []
        self.deletions = 0
        self.busy = False

    async def reread(self, tickets: Sequence[TicketId]) -> list[Change]:
        if self.busy:
            raise Busy("Too much.")
        self.read.append(list(tickets))
        return []

    async def refresh_deletions(self) -> None:
        self.deletions += 1

    async def tickets_of(self, notes: Sequence[NoteId]) -> list[TicketId]:
        self.notes.append(list(notes))
        return [TicketId(note + 1000) for note in notes]


class Pace:
    """Lets time pass instead of sleeping, and stops when it is told to."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.slept: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.clock.pass_(seconds=seconds)
        await asyncio.sleep(0)


async def calm(rounds: int = 50) -> None:
    for _ in range(rounds):
        await asyncio.sleep(0)


async def test_a_storm_is_read_in_its_share_of_the_hour_and_the_rest_is_left_to_polls() -> None:
    clock, reader = Clock(), Reader()
    pace = Pace(clock)
    allowance = Allowance(300, clock)
    async with Hints(reader, reader.tickets_of, allowance, patience=timedelta(seconds=30), sleep=pace) as hints:
        begun = clock()
        for place in range(5_000):
            hints.add(callout(1 + place % 400))
            await asyncio.sleep(0)
        await calm()
    hours = (clock() - begun) / timedelta(hours=1)
    assert len(reader.read) * 5 <= 300 * 0.4 * hours + 21 * 5
    assert hints.dropped > 0
    assert all(len(some) <= 200 for some in reader.read)


async def test_what_waits_is_bounded() -> None:
    clock, reader, shut = Clock(), Reader(), asyncio.Event()

    async def never(_: float) -> None:
        await shut.wait()

    allowance = Allowance(3000, clock)
    async with Hints(reader, reader.tickets_of, allowance, patience=timedelta(seconds=30), sleep=never) as hints:
        for place in range(1, 6_001):
            hints.add(callout(place))
    assert hints.dropped == 1_000


async def test_an_autotask_without_time_costs_the_hints_and_nothing_else() -> None:
    clock, reader = Clock(), Reader()
    reader.busy = True
    pace = Pace(clock)
    allowance = Allowance(3000, clock)
    async with Hints(reader, reader.tickets_of, allowance, patience=timedelta(seconds=30), sleep=pace) as hints:
        hints.add(callout(1))
        await calm()
        reader.busy = False
        hints.add(callout(2))
        await calm()
    assert hints.dropped == 1
    assert reader.read == [[2]]


async def test_a_bug_in_one_read_costs_its_hints_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    clock, reader = Clock(), Reader()
    tickets_of, pace, allowance = reader.tickets_of, Pace(clock), Allowance(3000, clock)

    async def broken(notes: Sequence[NoteId]) -> list[TicketId]:
        if NoteId(1) in notes:
            raise RuntimeError("a bug")
        return await tickets_of(notes)

    async with Hints(reader, broken, allowance, patience=timedelta(seconds=30), sleep=pace) as hints:
        hints.add(callout(1, "Create", "TicketNote"))
        await calm()
        hints.add(callout(2))
        await calm()
    assert (hints.dropped, reader.read) == (1, [[2]])
    assert "callouts_broke" in capsys.readouterr().out


async def test_notes_lead_to_their_tickets_and_deletions_to_the_log_of_them() -> None:
    clock, reader = Clock(), Reader()
    pace = Pace(clock)
    allowance = Allowance(3000, clock)
    async with Hints(reader, reader.tickets_of, allowance, patience=timedelta(seconds=30), sleep=pace) as hints:
        hints.add(callout(5, "Create", "TicketNote"))
        hints.add(callout(6, "Delete", "TicketNote"))
        hints.add(callout(7))
        hints.add(callout(8, "Delete"))
        hints.add(callout(9, "Create", "Account"))
        await calm()
    assert (reader.notes, reader.read, reader.deletions) == ([[5]], [[7, 1005]], 1)


async def test_more_than_one_read_takes_are_read_one_after_another() -> None:
    clock, reader = Clock(), Reader()
    pace = Pace(clock)
    allowance = Allowance(3000, clock)
    async with Hints(reader, reader.tickets_of, allowance, patience=timedelta(seconds=30), sleep=pace) as hints:
        for place in range(1, 451):
            hints.add(callout(place))
        await calm()
    assert [len(some) for some in reader.read] == [200, 200, 50]
