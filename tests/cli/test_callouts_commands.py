"""``attms callouts``: what only the running server can do."""

import json

import pytest

from tests.support.command_line import CommandLine
from tests.support.control_server import MOMENT, ControlServer

PATH = "/api/v1/callouts"
HOOK = {
    "kind": "tickets",
    "webhook": 12,
    "troubles": [],
    "said": [],
    "heard": 3,
    "last_heard": MOMENT,
    "last_number": 3,
    "gaps": 0,
}
STANDING = {
    "is_set_up": True,
    "looked": MOMENT,
    "hooks": [HOOK],
    "missed": 0,
    "missed_said": "",
    "refused": 0,
    "left_to_polls": 0,
    "mended": [],
    "mended_at": None,
}


@pytest.mark.parametrize("word", ["list", "create", "repair", "rotate", "remove"])
def test_without_a_running_server_they_leave_with_3(attms: CommandLine, word: str) -> None:
    words = ("callouts", word, *(("--yes",) if word == "remove" else ()))
    done = attms(*words)
    assert done.exit_code == 3
    assert json.loads(attms(*words, "--json").stdout)["error"]["code"] == "no-server"


@pytest.mark.parametrize(
    ("word", "method", "path"),
    [("list", "GET", ""), ("create", "POST", ""), ("repair", "POST", "/repair"), ("rotate", "POST", "/rotate")],
)
def test_they_ask_the_server_and_tell_how_it_stands(
    attms: CommandLine, server: ControlServer, word: str, method: str, path: str
) -> None:
    server.answer(method, f"{PATH}{path}", 200, STANDING)
    assert attms.json("callouts", word) == STANDING
    shown = attms("callouts", word).stdout
    assert all(told in shown for told in ("tickets", "12", "well", "2026-03-02 12:00 UTC"))


def test_troubles_are_told_with_the_way_out(attms: CommandLine, server: ControlServer) -> None:
    said = "the webhook for tickets is switched off"
    ill = {**HOOK, "troubles": ["inactive"], "said": [said]}
    beside = {"missed": 2, "missed_said": "The operation has timed out.", "refused": 1}
    server.answer("GET", PATH, 200, {**STANDING, "hooks": [ill], **beside})
    shown = attms("callouts", "list").stdout
    assert "The webhook for tickets is switched off." in shown
    assert "attms callouts repair" in shown
    assert "gave up 2 within the hour" in shown
    assert "signature since the start: 1" in shown


def test_without_callouts_the_list_says_how_to_set_them_up(attms: CommandLine, server: ControlServer) -> None:
    server.answer("GET", PATH, 200, {**STANDING, "is_set_up": False, "hooks": []})
    assert "attms callouts create" in attms("callouts", "list").stdout


def test_removing_asks_first(attms: CommandLine, server: ControlServer) -> None:
    server.answer("DELETE", PATH, 200, {"webhooks": 2})
    assert attms("callouts", "remove", given="n\n").exit_code == 1
    assert server.asked == []
    assert attms.json("callouts", "remove", "--yes") == {"webhooks": 2}
