"""An administrator changes the running house through the management API, and people go on speaking."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from assembly.administering import management
from assembly.process import built
from attms_core.errors import StoreUnavailable
from attms_core.keys import Scope
from attms_core.store import audit, job_runs
from attms_core.store.database import Tx
from tests.scenario.conftest import World
from tests.scenario.hand import read

Open = Callable[..., Awaitable[World]]
CANARY = "canary-7d1f0c"


class Administrator:
    """Somebody with a key for everything."""

    def __init__(self, world: World, client: "TestClient[Any, Any]", key: str) -> None:
        self.world = world
        self._client = client
        self._key = key

    async def ask(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {self._key}", "Host": f"127.0.0.1:{self._client.port}"}
        answer = await self._client.request(method, f"/api/v1{path}", json=body, headers=headers)
        return answer.status, await answer.json(content_type=None)

    async def change(self, **changes: str) -> tuple[int, Any]:
        named = {name.replace("__", "."): value for name, value in changes.items()}
        return await self.ask("POST", "/config/update", {"changes": named})


@pytest.fixture
async def governed(open_world: Open) -> AsyncIterator[Administrator]:
    world = await open_world(governed=True)
    house = world.house
    assert house.ground.configuration is not None
    _, key = await house.keys.create("a test's", tuple(Scope), by="a test")
    app = management(house, house.ground.configuration)
    async with TestClient(TestServer(app, host="127.0.0.1")) as client:
        yield Administrator(world, client, key.get_secret_value())


async def test_a_change_is_in_force_at_once_for_those_who_speak_meanwhile_too(governed: Administrator) -> None:
    world = governed.world
    person = await world.linked()

    async def speak() -> None:
        assert "Your open tickets" in read(await world.client.say("tickets mine", person=person))

    async def changes() -> list[int]:
        return [(await governed.change(history_days=str(100 + turn)))[0] for turn in range(5)]

    *_, statuses = await asyncio.gather(*(speak() for _ in range(40)), changes())
    assert statuses == [200] * 5
    assert world.house.settings.history_days == 104


async def test_bad_settings_change_nothing_and_say_every_mistake(governed: Administrator) -> None:
    before = governed.world.house.settings
    status, told = await governed.change(poll_seconds="1", history_days="none", prot="1")
    assert status == 422
    assert len(told["mistakes"]) >= 1
    assert governed.world.house.settings == before
    person = await governed.world.linked()
    assert "Your open tickets" in read(await governed.world.client.say("tickets mine", person=person))


async def test_a_schedule_is_followed_without_a_restart(governed: Administrator) -> None:
    assert (await governed.change(schedule__poll="sometimes"))[0] == 422
    status, _ = await governed.change(schedule__poll="every 5m", schedule__reconcile="cron 0 3 * * * Europe/Madrid")
    assert status == 200
    _, listed = await governed.ask("GET", "/scheduler/jobs")
    schedules = {job["name"]: job["schedule"] for job in listed["jobs"]}
    assert schedules["poll"] == "every 5m"
    assert schedules["reconcile"] == "cron 0 3 * * * Europe/Madrid"
    assert "settings" in schedules
    await governed.change(history_days="50")  # another service takes the old one's place
    _, listed = await governed.ask("GET", "/scheduler/jobs")
    assert {job["name"]: job["schedule"] for job in listed["jobs"]}["poll"] == "every 5m"


async def test_the_house_s_own_jobs_go_by_their_schedules_too(governed: Administrator, tmp_path: Path) -> None:
    async def schedules() -> dict[str, str]:
        _, listed = await governed.ask("GET", "/scheduler/jobs")
        return {job["name"]: job["schedule"] for job in listed["jobs"]}

    assert (await governed.change(**{"schedule.audit-retention": "cron 0 4 * * *", "history_days": "50"}))[0] == 200
    assert (await schedules())["audit-retention"] == "cron 0 4 * * * UTC"
    assert (await governed.change(**{"schedule.key-uses": "off"}))[0] == 200
    assert (await schedules())["key-uses"] == "off"
    house, elsewhere = governed.world.house, {"data_dir": tmp_path / "another"}
    settings = house.settings.model_copy(update=elsewhere)
    async with built(settings, house.ground.brought, configuration=house.ground.configuration) as after:
        assert {job.name: job.schedule for job in after.jobs.all()}["key-uses"] == "off"


async def test_the_doctor_tells_of_the_house_s_own_jobs_too(
    governed: Administrator, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> int:
        raise StoreUnavailable("The database is locked.")

    monkeypatch.setattr(audit, "forget", broken)
    await governed.world.house.own_jobs.run_now("audit-retention")
    _, found = await governed.ask("GET", "/doctor")
    [told] = [each for each in found["findings"] if each["name"] == "jobs"]
    assert "audit-retention failed" in told["what"]


async def test_a_store_that_does_not_answer_for_a_moment_keeps_no_change_from_being_followed(
    governed: Administrator, monkeypatch: pytest.MonkeyPatch
) -> None:
    house, cut_off, fails = governed.world.house, job_runs.cut_off, [True]

    def busy(tx: Tx, jobs: Collection[str], outcome: str, said: str) -> int:
        if fails:
            fails.pop()
            raise StoreUnavailable("The database is locked.")
        return cut_off(tx, jobs, outcome, said)

    monkeypatch.setattr(job_runs, "cut_off", busy)
    assert (await governed.change(history_days="50"))[0] == 200
    assert fails == []
    configuration = house.ground.configuration
    assert configuration is not None
    assert configuration.current.history_days == house.settings.history_days == 50
    async with asyncio.timeout(20):
        while any(job.next_run is None for job in house.core.jobs.all()):  # noqa: ASYNC110 - the store's threads work
            await asyncio.sleep(0)


async def test_a_job_is_run_and_told_and_everything_is_in_the_audit(governed: Administrator) -> None:
    assert (await governed.ask("POST", "/scheduler/jobs/poll/run"))[0] == 202
    await governed.world.house.core.jobs.run_now("poll")
    _, job = await governed.ask("GET", "/scheduler/jobs/poll")
    assert job["last_run"]["outcome"] == "ok"
    status, told = await governed.ask("POST", "/email/check")
    assert (status, told["code"]) == (409, "mail-not-configured")
    _, kept = await governed.ask("GET", "/audit?limit=50")
    actions = {row["action"] for row in kept["rows"]}
    assert {"scheduler.run", "scheduler.show", "email.check"} <= actions


async def test_a_secret_goes_in_and_never_comes_out(governed: Administrator) -> None:
    assert (await governed.change(graph_secret=CANARY))[0] == 200
    said = [str(await governed.ask("GET", path)) for path in ("/config", "/config/history", "/audit", "/doctor")]
    assert not [each for each in said if CANARY in each]
    configuration = governed.world.house.ground.configuration
    assert configuration is not None
    assert configuration.current.graph_secret is not None
    assert configuration.current.graph_secret.get_secret_value() == CANARY
    _, history = await governed.ask("GET", "/config/history")
    number = history["revisions"][0]["number"]
    assert (await governed.ask("POST", "/config/rollback", {"number": number}))[0] == 200
    assert configuration.current.graph_secret is None


async def test_people_are_listed_and_the_doctor_is_asked(governed: Administrator) -> None:
    await governed.world.linked()
    status, people = await governed.ask("GET", "/people")
    assert (status, len(people["people"])) == (200, 1)
    status, found = await governed.ask("GET", "/doctor")
    assert status == 200
    assert {"vault", "jobs", "mirror", "autotask-sign-in"} <= {each["name"] for each in found["findings"]}


async def test_a_locked_database_is_told_with_503_and_the_next_call_is_served(governed: Administrator) -> None:
    wanted = {"name": "monitoring", "scopes": ["status:read"]}
    file = governed.world.house.settings.data_dir / "attms.db"
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        status, told = await governed.ask("POST", "/keys", wanted)
        assert (status, told["code"]) == (503, "store-unavailable")
        other.execute("ROLLBACK")
    assert (await governed.ask("POST", "/keys", wanted))[0] == 201


async def test_completed_tickets_are_kept_as_long_as_the_setting_says(governed: Administrator) -> None:
    house = governed.world.house
    whole = await house.core.mirror.status()
    assert whole.all_tickets > whole.open_tickets

    await governed.change(history_days="1")
    assert (await governed.ask("POST", "/scheduler/jobs/forget-tickets/run"))[0] == 202
    await house.core.jobs.run_now("forget-tickets")
    kept = await house.core.mirror.status()
    assert kept.all_tickets < whole.all_tickets
    assert kept.open_tickets == whole.open_tickets

    await governed.change(history_days="365")
    await house.core.jobs.run_now("first-sync")
    assert (await house.core.mirror.status()).all_tickets == whole.all_tickets
