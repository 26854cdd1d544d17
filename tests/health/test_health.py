"""Live, ready and well: three answers of one word, each about more than the one before."""

import asyncio
from datetime import timedelta

import pytest

from attms_core.health import Doctor, Health, Pulse
from attms_core.health.finding import Subject
from attms_core.store.database import Database
from attms_core.store.upkeep import Tables
from tests.health.patient import Line


def health(store: Database, meter: Line | None = None, **other: object) -> Health:
    given = {"connected": True, **other}
    return Health(database=store, meter=meter or Line(), **given)  # type: ignore[arg-type] # by the names of Health


async def test_all_is_well(store: Database) -> None:
    well = health(store)
    assert [await well.live(), await well.ready(), await well.well()] == ["ok"] * 3


async def test_a_store_that_is_gone_is_not_ready_but_alive(store: Database) -> None:
    asked = health(store)
    await store.close()
    assert [await asked.live(), await asked.ready(), await asked.well()] == ["ok", *["store-unavailable"] * 2]


async def test_without_keys_it_is_not_ready(store: Database) -> None:
    assert await health(store, keys_loaded=lambda: False).ready() == "keys-missing"


async def test_tables_of_another_version_are_not_ready(store: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("attms_core.store.upkeep.tables", lambda _tx: Tables("0001", "0009"))
    assert await health(store).ready() == "migration-due"


async def test_autotask_that_is_silent_is_ready_but_not_well(store: Database) -> None:
    silent = health(store, Line(silent_for=timedelta(minutes=4)))
    assert [await silent.ready(), await silent.well()] == ["ok", "autotask-silent"]
    assert await health(store, Line(silent_for=timedelta(minutes=2))).well() == "ok"
    assert await health(store, connected=False).well() == "not-connected"


@pytest.mark.parametrize(("name", "word"), [("outbox", "outbox-late"), ("disk", "disk-full"), ("clock", "clock-wrong")])
async def test_what_the_doctor_finds_ill_is_not_well(store: Database, name: str, word: str) -> None:
    doctor, is_ill = Doctor(), [True]
    subject = Subject(name, name)

    async def look() -> object:
        return subject.ill("It is.", "Mend it.") if is_ill else subject.warning("It may be.", "Look.")

    async def never() -> object:
        raise AssertionError

    doctor.register(name, name, look)  # type: ignore[arg-type] # a Check
    doctor.register("autotask-sign-in", "It asks AutoTask: strangers must not cause that", never)  # type: ignore[arg-type]
    asked = health(store, doctor=doctor)
    assert [await asked.ready(), await asked.well()] == ["ok", word]
    is_ill.clear()
    assert await asked.well() == "ok"


class Time:
    """Seconds that pass only when somebody sleeps, or more than that when the loop is blocked."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.blocked_for = 0.0
        self.beats = 0

    def __call__(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        if self.beats == 0:
            await asyncio.Event().wait()
        self.beats -= 1
        self.seconds += seconds + self.blocked_for


@pytest.mark.parametrize(("late", "is_turning"), [(0.0, True), (4.9, True), (5.0, False), (60.0, False)])
async def test_a_loop_that_is_five_seconds_late_is_not_alive(
    store: Database,
    late: float,
    is_turning: bool,  # noqa: FBT001 - a case of the test
) -> None:
    time = Time()
    time.blocked_for, time.beats = late, 3
    async with Pulse(clock=time, sleep=time.sleep) as pulse:
        await asyncio.sleep(0)
        assert pulse.is_turning is is_turning
        assert await health(store, pulse=pulse).live() == ("ok" if is_turning else "stuck")


async def test_a_loop_that_has_not_come_round_yet_is_late_already() -> None:
    time = Time()
    async with Pulse(clock=time, sleep=time.sleep) as pulse:
        await asyncio.sleep(0)
        time.seconds += 1 + 30
        assert pulse.lag == timedelta(seconds=30)
        assert not pulse.is_turning
