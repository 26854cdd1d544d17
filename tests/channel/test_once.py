"""What was delivered is remembered for its time, and never without bound."""

import asyncio
from datetime import UTC, datetime, timedelta

from bot.channel.once import ENDED, Once

MINUTE = timedelta(minutes=1)


class Time:
    def __init__(self) -> None:
        self.now = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


async def work(result: str | None) -> str | None:
    return result


async def delivered(once: Once[str | None], key: str, result: str | None) -> "asyncio.Task[str | None]":
    assert once.recall(key) is None
    task = asyncio.create_task(work(result))
    once.remember(key, task)
    await task
    return task


async def test_an_answer_is_given_again_and_one_that_gave_nothing_has_ended() -> None:
    once: Once[str | None] = Once(now=Time(), capacity=10)
    task = await delivered(once, "a", "card")
    await delivered(once, "b", None)
    await asyncio.sleep(0)
    assert once.recall("a") is task
    assert once.recall("b") is ENDED
    assert once.recall("c") is None


async def test_ten_minutes_are_remembered_and_twenty_are_not() -> None:
    time = Time()
    once: Once[str | None] = Once(now=time, capacity=10)
    time.now += 9 * MINUTE
    await delivered(once, "a", "card")
    time.now += 9.9 * MINUTE
    assert once.recall("a") is not None
    time.now += 10 * MINUTE
    assert once.recall("a") is None


async def test_a_long_silence_forgets_everything() -> None:
    time = Time()
    once: Once[str | None] = Once(now=time, capacity=10)
    await delivered(once, "a", "card")
    time.now += 60 * MINUTE
    assert once.recall("a") is None
    assert len(once) == 0


async def test_of_too_many_the_oldest_are_forgotten() -> None:
    once: Once[str | None] = Once(now=Time(), capacity=10)
    for number in range(100):
        await delivered(once, str(number), "card")
        assert len(once) <= 10
    assert all(once.recall(str(number)) is not None for number in range(95, 100))
    assert once.recall("80") is None
