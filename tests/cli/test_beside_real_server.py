"""The commands beside the real management API on the real control socket: same paths, same shapes, same words."""

import json
import stat
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from admin.api import HostGate, make_api
from admin.control import serve_control
from tests.support.administration import administration
from tests.support.command_line import CommandLine
from tests.support.control_server import in_thread

SECRET = "planted-canary-77c0a"


@asynccontextmanager
async def served(data_dir: Path) -> AsyncIterator[None]:
    """Serve the real API of a data folder to its host."""
    async with administration(data_dir) as ground:
        api = make_api(ground.administration, HostGate())
        async with ground.administration.jobs, serve_control(api, data_dir):
            yield


@pytest.fixture
def beside(attms: CommandLine) -> Iterator[CommandLine]:
    with in_thread(served(attms.data_dir)):
        yield attms


def told(attms: CommandLine, *words: str, given: str | None = None) -> Any:
    done = attms(*words, "--json", given=given)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_settings_are_set_read_and_undone_through_the_server(beside: CommandLine) -> None:
    assert told(beside, "config", "set", "history_days=30", "--reason", "less")["changed"] == ["history_days"]
    assert beside("config", "get", "history_days").stdout == "30\n"
    (revision,) = told(beside, "config", "history")["revisions"]
    assert (revision["reason"], revision["by"].split(":")[0]) == ("less", "host")
    assert told(beside, "config", "check", "history_days=31")["is_valid"]
    assert told(beside, "config", "rollback", str(revision["number"]))["changed"] == ["history_days"]
    assert told(beside, "config", "get", "history_days")["source"] == "default"
    assert [row.action for row in beside.audited() if row.outcome == "done"].count("config.update") == 1


def test_the_server_s_mistakes_are_every_mistake_at_once(beside: CommandLine) -> None:
    done = beside("config", "set", "history_days=none", "poll_seconds=1")
    assert done.exit_code == 1
    assert "HISTORY_DAYS" in done.stderr
    assert "POLL_SECONDS" in done.stderr


def test_a_secret_goes_to_the_server_and_never_comes_back(beside: CommandLine) -> None:
    told(beside, "config", "set", "bot_secret", given=f"{SECRET}\n")
    assert told(beside, "config", "get", "bot_secret")["value"] == "********"
    for words in (["config", "list"], ["config", "history"], ["doctor"], ["vault", "status"]):
        beside(*words)
        beside(*words, "--json")
    assert all(SECRET not in said.output for said in beside.said)
    assert SECRET not in str(beside.audited())


def test_keys_are_made_anew_and_ended_through_the_server(beside: CommandLine) -> None:
    key = told(beside, "keys", "create", "monitoring", "--scope", "status:read")["key"]["id"]
    assert told(beside, "keys", "rotate", key)["key"]["id"]
    assert told(beside, "keys", "revoke", key)["revoked"]
    assert [each["name"] for each in told(beside, "keys", "list")["keys"]] == ["monitoring"]
    assert beside("keys", "rotate", key).exit_code == 1


def test_jobs_run_in_the_server(beside: CommandLine) -> None:
    assert [each["name"] for each in told(beside, "jobs", "list")["jobs"]] == ["count"]
    assert told(beside, "jobs", "run", "count")["job"] == "count"
    waited = told(beside, "jobs", "run", "count", "--wait")
    assert waited["last_run"]["outcome"] == "ok"
    assert told(beside, "jobs", "reload") == {"changed": []}
    assert beside("jobs", "run", "cont").stderr.endswith("Did you mean count?\n")


def test_the_server_s_doctor_is_asked(beside: CommandLine) -> None:
    done = beside("doctor", "--json")
    assert done.exit_code == 1
    assert {each["name"] for each in json.loads(done.stdout)["findings"]} == {"fine", "broken", "worn"}
    assert beside("doctor", "--check", "fine").exit_code == 0
    assert beside("doctor", "--check", "fin").exit_code == 1


def test_the_vault_is_worked_on_beside_the_server(beside: CommandLine) -> None:
    assert stat.S_IMODE((beside.data_dir / "control.sock").stat().st_mode) == 0o600
    told(beside, "config", "set", "history_days=30")
    told(beside, "vault", "rotate")
    assert told(beside, "vault", "list")["names"] == ["config.history", "history_days"]
    assert told(beside, "config", "set", "history_days=31")["changed"] == ["history_days"]
