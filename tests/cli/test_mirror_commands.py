"""``attms mirror``: a real mirror before an AutoTask that is a memory, beside a running server and without one."""

import asyncio
from typing import Any

import pytest
from aiohttp import web

from attms_core.errors import CredentialsRefused
from attms_core.store.database import ServingLock
from tests.support.command_line import CommandLine
from tests.support.control_server import MOMENT, ControlServer, job, ran
from tests.support.fake_autotask import ANA, ticket

JOBS = "/api/v1/scheduler/jobs"


@pytest.fixture
def full(attms: CommandLine) -> CommandLine:
    """After a first sync."""
    attms.memory.autotask.tickets = {one.id: one for one in (ticket(1), ticket(2, assignee=ANA))}
    assert attms("mirror", "rebuild", "--yes").exit_code == 0
    return attms


def sync(attms: CommandLine) -> None:
    """Read as the running server would."""

    async def work() -> None:
        async with attms.openers(attms.environ).mirror() as mirror:
            await mirror.first_sync()

    asyncio.run(work())


def test_at_first_there_is_nothing(attms: CommandLine) -> None:
    assert attms.json("mirror", "status") == {
        "stage": "metadata",
        "is_finished": False,
        "done": 0,
        "total": None,
        "open_tickets": 0,
        "all_tickets": 0,
        "as_of": None,
        "is_current": False,
    }
    assert "AutoTask answered last never." in attms("mirror", "status").stdout


def test_a_rebuild_without_a_server_reads_everything_anew(full: CommandLine) -> None:
    full.memory.autotask.tickets.popitem()
    done = full("mirror", "rebuild", "--yes")
    assert done.exit_code == 0
    assert "Complete: 1 open tickets, 1 in all." in done.stdout
    status = full.json("mirror", "status")
    assert (status["is_finished"], status["as_of"], status["is_current"]) == (True, MOMENT, True)
    assert full.audited()[-1].action == "mirror.rebuild"


def test_a_rebuild_is_asked_about(full: CommandLine) -> None:
    assert full("mirror", "rebuild", given="n\n").exit_code == 1
    assert full.json("mirror", "status")["open_tickets"] == 2
    assert full("mirror", "rebuild", given="y\n").exit_code == 0


def test_where_autotask_does_not_answer_nothing_is_dropped(full: CommandLine) -> None:
    def refuse(_: str) -> None:
        raise CredentialsRefused("AutoTask refuses the user.", hint="attms setup")

    full.memory.autotask.on_call = refuse
    done = full("mirror", "rebuild", "--yes")
    assert done.exit_code == 2
    assert "AutoTask refuses the user." in done.stderr
    assert full.json("mirror", "status")["open_tickets"] == 2


def test_a_rebuild_does_not_go_on_under_a_server_without_a_control_socket(full: CommandLine) -> None:
    with ServingLock(full.data_dir):
        done = full("mirror", "rebuild", "--yes")
    assert done.exit_code == 2
    assert "already serves" in done.stderr
    assert full.json("mirror", "status")["open_tickets"] == 2


def test_a_rebuild_beside_a_server_lets_the_server_read(full: CommandLine, server: ControlServer) -> None:
    server.answer("GET", JOBS, 200, {"jobs": [job("first-sync")]})

    def start(_request: web.Request, _body: Any) -> tuple[int, object]:
        sync_in_thread(full)
        return 202, {"job": "first-sync", "run": "r1"}

    server.answers["POST", f"{JOBS}/first-sync/run"] = start
    done = full("mirror", "rebuild", "--yes")
    assert done.exit_code == 0, done.output
    assert "Complete: 2 open tickets" in done.stdout


def sync_in_thread(attms: CommandLine) -> None:
    """Read, from inside a loop that is running."""
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - here alone

    with ThreadPoolExecutor(1) as pool:
        pool.submit(sync, attms).result()


def test_a_rebuild_does_not_pull_the_ground_from_under_a_first_sync(full: CommandLine, server: ControlServer) -> None:
    server.answer("GET", JOBS, 200, {"jobs": [job("first-sync", running_since=MOMENT)]})
    done = full("mirror", "rebuild", "--yes")
    assert done.exit_code == 1
    assert "runs right now" in done.stderr
    assert full.json("mirror", "status")["open_tickets"] == 2


def test_a_first_sync_that_fails_is_told(attms: CommandLine, server: ControlServer) -> None:
    looks = iter([job("first-sync"), job("first-sync", last_run=ran("failed", "AutoTask is silent."))])
    server.answers["GET", JOBS] = lambda *_: (200, {"jobs": [next(looks)]})
    server.answer("POST", f"{JOBS}/first-sync/run", 202, {"job": "first-sync", "run": "r1"})
    done = attms("mirror", "sync")
    assert done.exit_code == 1
    assert "first-sync failed: AutoTask is silent." in done.stderr
    assert "attms doctor" in done.stderr


def test_without_autotask_there_is_nothing_to_rebuild(attms: CommandLine, server: ControlServer) -> None:
    server.answer("GET", JOBS, 200, {"jobs": []})
    done = attms("mirror", "rebuild", "--yes")
    assert done.exit_code == 2
    assert "AutoTask is not connected" in done.stderr


def test_news_at_once_takes_the_running_server(full: CommandLine) -> None:
    assert full("mirror", "sync").exit_code == 3


def test_news_at_once_is_the_server_s_own_poll(full: CommandLine, server: ControlServer) -> None:
    looks = iter([job("poll"), job("poll", running_since=MOMENT), job("poll", last_run=ran("ok"))])
    server.answers["GET", JOBS] = lambda *_: (200, {"jobs": [next(looks)]})
    server.answer("POST", f"{JOBS}/poll/run", 202, {"job": "poll", "run": "r1"})
    assert full.json("mirror", "sync")["is_finished"]
