"""``attms jobs``: what only the running server can do."""

import json
from typing import Any

import pytest
from aiohttp import web

from tests.support.command_line import CommandLine
from tests.support.control_server import MOMENT, ControlServer, job, ran

JOBS = "/api/v1/scheduler/jobs"


@pytest.fixture
def jobs(server: ControlServer) -> ControlServer:
    listed = [
        job("poll", about="News.", last_run=ran("ok", "2 tickets")),
        job("reconcile", schedule="off", next_run=None),
    ]
    server.answer("GET", JOBS, 200, {"jobs": listed})
    server.answer("POST", f"{JOBS}/poll/run", 202, {"job": "poll", "run": "r1"})
    return server


@pytest.mark.parametrize("words", [("list",), ("run", "poll"), ("reload",)])
def test_without_a_running_server_they_leave_with_3(attms: CommandLine, words: tuple[str, ...]) -> None:
    done = attms("jobs", *words)
    assert done.exit_code == 3
    assert "needs the running server, and none runs here." in done.stderr
    assert "attms run" in done.stderr
    assert json.loads(attms("jobs", *words, "--json").stdout)["error"]["code"] == "no-server"


def test_the_list_is_a_stable_shape_and_a_table(attms: CommandLine, jobs: ControlServer) -> None:
    told = attms.json("jobs", "list")["jobs"]
    assert told[0] == job("poll", about="News.", last_run=ran("ok", "2 tickets"))
    shown = attms("jobs", "list").stdout
    assert "2026-03-02 12:00 UTC" in shown
    assert "ok 2026-03-02 12:00 UTC, 2 tickets" in shown
    assert "off" in shown


def test_a_job_is_started(attms: CommandLine, jobs: ControlServer) -> None:
    assert attms.json("jobs", "run", "poll") == {"job": "poll", "run": "r1"}
    assert "poll runs." in attms("jobs", "run", "poll").stdout


def test_a_mistyped_job_is_refused_with_the_nearest(attms: CommandLine, jobs: ControlServer) -> None:
    done = attms("jobs", "run", "pol")
    assert done.exit_code == 1
    assert done.stderr == "There is no job called pol.\nDid you mean poll?\n"
    assert "There are: poll, reconcile." in attms("jobs", "run", "zzz").stderr


@pytest.mark.parametrize(("outcome", "code"), [("ok", 0), ("failed", 1), ("interrupted", 1)])
def test_waiting_tells_how_the_run_went(attms: CommandLine, jobs: ControlServer, outcome: str, code: int) -> None:
    looks = iter([job("poll"), job("poll", running_since=MOMENT), job("poll", last_run=ran(outcome, "so it went"))])

    def listed(_request: web.Request, _body: Any) -> tuple[int, object]:
        return 200, {"jobs": [next(looks)]}

    jobs.answers["GET", JOBS] = listed
    done = attms("jobs", "run", "poll", "--wait")
    assert done.exit_code == code
    assert done.stdout == f"poll: {outcome} 2026-03-02 12:00 UTC, so it went\n"


def test_schedules_are_read_anew(attms: CommandLine, jobs: ControlServer) -> None:
    jobs.answer("POST", "/api/v1/scheduler/reload", 200, {"changed": ["poll"]})
    assert attms("jobs", "reload").stdout == "Changed: poll.\n"
    assert attms.json("jobs", "reload") == {"changed": ["poll"]}
