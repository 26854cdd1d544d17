"""Two processes on one PostgreSQL share the outbox: nothing is told twice, and each takes over what the other leaves.

What a stopped process has claimed stays its own for a minute. When it goes on after that, it has lost it.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest

from bot.notices.leases import LEASE
from drill.fate import Death
from drill.play import A_WHILE
from drill.process import Clock, Ending, Worker, working
from drill.scene import Left, Scene, opened
from drill.worker import Life

GROUPS, NOTES = 12, 4
FEWEST_STEPS = 8


@dataclass
class Pair:
    """Two processes at one outbox, and a time that passes for both."""

    scene: Scene
    clock: Clock
    stack: AsyncExitStack

    async def start(self) -> Worker:
        place = self.scene.place
        life = Life(settings=place.settings(), ca=place.teams.ca_file)
        return await self.stack.enter_async_context(working(life, self.clock))


@pytest.fixture
async def pair(request: pytest.FixtureRequest, postgres_url: str, tmp_path: Path) -> AsyncIterator[Pair]:
    groups = getattr(request, "param", GROUPS)
    async with AsyncExitStack() as stack:
        scene = await stack.enter_async_context(opened(tmp_path, postgres_url, groups=groups))
        yield Pair(scene, Clock(), stack)


async def test_two_processes_tell_everything_once(pair: Pair) -> None:
    one, other = await pair.start(), await pair.start()
    for _ in range(3):
        pair.clock.move(A_WHILE)
        notes = pair.scene.customers_write(NOTES)
        one.begin()
        other.begin()
        assert [await one.ending(), await other.ending()] == [Ending.TOLD] * 2
        verdict = pair.scene.judge(notes)
        assert (verdict.owed, verdict.lost, verdict.doubled) == (NOTES * (GROUPS + 2), 0, 0)
        assert await pair.scene.left() == Left()


async def test_what_one_was_killed_over_the_other_tells(pair: Pair) -> None:
    survivor = await pair.start()
    for step in range(3, 60, 14):
        doomed = await pair.start()
        pair.clock.move(A_WHILE)
        notes = pair.scene.customers_write(NOTES)
        assert await doomed.tell(Death(step=step, is_after=True, spares_poll=True)) is Ending.DIED
        pair.clock.move(LEASE)
        assert await survivor.tell() is Ending.TOLD
        verdict = pair.scene.judge(notes)
        assert (verdict.lost, verdict.worst <= 1) == (0, True), step
        assert await pair.scene.left() == Left(), step


async def test_before_its_lease_is_over_nobody_takes_what_a_stopped_process_has(pair: Pair) -> None:
    stopped, other = await pair.start(), await pair.start()
    pair.clock.move(A_WHILE)
    notes = pair.scene.customers_write(1)
    asleep = Death(step=2, is_after=True, is_sleep=True, spares_poll=True)
    assert await stopped.tell(asleep) is Ending.ASLEEP
    pair.clock.move(timedelta(seconds=45))
    other.begin(polls=False)
    await stopped.wake()
    assert [await stopped.ending(), await other.ending()] == [Ending.TOLD] * 2
    verdict = pair.scene.judge(notes)
    assert (verdict.lost, verdict.doubled) == (0, 0)


@pytest.mark.parametrize("pair", [1], indirect=True)
async def test_a_process_that_was_stopped_for_too_long_settles_and_sends_nothing_of_what_it_has_lost(
    pair: Pair,
) -> None:
    sleeper, other = await pair.start(), await pair.start()
    doubled = 0
    for step in count(1):
        pair.clock.move(A_WHILE)
        notes = pair.scene.customers_write(2)
        asleep = Death(step=step, is_after=False, is_sleep=True, spares_poll=True)
        if await sleeper.tell(asleep) is Ending.TOLD:
            break
        pair.clock.move(A_WHILE)
        assert await other.tell(polls=False) is Ending.TOLD
        assert pair.scene.judge(notes).lost == 0, step
        await sleeper.wake()
        assert await sleeper.ending() is Ending.TOLD
        verdict = pair.scene.judge(notes)
        assert verdict.worst <= 1, step
        assert await pair.scene.left() == Left(), step
        doubled += verdict.doubled
    assert step > FEWEST_STEPS
    assert doubled  # calls that were under way when it was stopped
