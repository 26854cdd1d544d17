"""``attms doctor``: beside a running server and without one."""

import json
from typing import Any

import pytest

from attms_core.health import State
from tests.support.command_line import CommandLine, found
from tests.support.control_server import ControlServer

FIX = "On the host type: attms setup"


def finding(name: str, state: str) -> dict[str, Any]:
    base = {"title": name, "what": "It stands so.", "fix": "", "since": None, "facts": {"age": "3"}}
    return {"name": name, "state": state, **base}


def test_what_is_ill_leaves_with_1_and_names_the_fix(attms: CommandLine) -> None:
    attms.memory.findings = [found("disk", State.OK), found("autotask", State.ILL, "Refused.", FIX)]
    done = attms("doctor")
    assert done.exit_code == 1
    assert done.stdout.startswith(f"ILL   Autotask: Refused.\n      {FIX}\n")
    assert "3 looked at, 1 ill." in done.stdout


def test_a_warning_is_not_ill(attms: CommandLine) -> None:
    attms.memory.findings = [found("disk", State.WARNING, "Nearly full.", "Make room.")]
    done = attms("doctor")
    assert done.exit_code == 0
    assert "look  Disk: Nearly full." in done.stdout


def test_without_a_server_what_only_it_can_tell_stays_open(attms: CommandLine) -> None:
    done = attms("doctor", "--json")
    assert done.exit_code == 0
    told = json.loads(done.stdout)
    assert told["overall"] == "unknown"
    assert told["findings"][0]["what"] == "Only the running service can tell."
    assert set(told["findings"][0]) == {"name", "title", "state", "what", "fix", "since", "facts"}
    assert "No server runs here" in done.stderr


def test_one_check_alone_can_be_asked_for(attms: CommandLine) -> None:
    attms.memory.findings = [found("disk", State.OK), found("autotask", State.ILL)]
    assert [each["name"] for each in attms.json("doctor", "--check", "disk")["findings"]] == ["disk"]
    assert attms("doctor", "--check", "disk").exit_code == 0
    unknown = attms("doctor", "--check", "dsk")
    assert unknown.exit_code == 1
    assert "There is no check called dsk." in unknown.stderr


@pytest.mark.parametrize(("state", "code"), [("ok", 0), ("warning", 0), ("unknown", 0), ("ill", 1)])
def test_a_running_server_examines_itself(attms: CommandLine, server: ControlServer, state: str, code: int) -> None:
    told = {"overall": state, "findings": [finding("bot-token", state)]}
    server.answer("GET", "/api/v1/doctor", 200, told)
    done = attms("doctor", "--json", "--check", "bot-token", "--check", "disk")
    assert done.exit_code == code
    assert json.loads(done.stdout) == told
    assert done.stderr == ""
    assert server.asked == [("GET", "/api/v1/doctor?names=bot-token,disk", None)]
