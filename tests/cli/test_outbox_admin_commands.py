"""``attms outbox`` and ``attms people reach``: what only the running server can tell."""

import json
from typing import Any

import pytest

from tests.support.command_line import CommandLine
from tests.support.control_server import MOMENT, ControlServer

OUTBOX, DEAD, REACH = "/api/v1/outbox", "/api/v1/outbox/dead", "/api/v1/reach"
LETTER = {
    "id": 17,
    "lane": "person:ana",
    "name": "Ana Ruiz",
    "kind": "news",
    "topic": "ticket:5",
    "event": "assigned",
    "rule": "personal:assigned",
    "at": MOMENT,
    "reason": "delivery-blocked: The person blocked the bot.",
    "died_at": MOMENT,
    "attempts": 1,
}
REASON = {"code": "delivery-blocked", "what": "The person blocked the bot.", "count": 3, "last": MOMENT}


def reached(name: str, *, way: str = "open", why: str = "", fix: str = "") -> dict[str, Any]:
    shown = {"lane": name, "name": name, "kind": "person", "can_be_reached": way == "open", "way": way, "why": why}
    return {**shown, "fix": fix, "seen_at": None, "told_at": MOMENT, "error": "", "error_at": None}


@pytest.mark.parametrize(
    "words",
    [("outbox", "list"), ("outbox", "dead"), ("outbox", "resend", "--all"), ("people", "reach")],
)
def test_without_a_running_server_they_leave_with_3(attms: CommandLine, words: tuple[str, ...]) -> None:
    done = attms(*words)
    assert done.exit_code == 3
    assert json.loads(attms(*words, "--json").stdout)["error"]["code"] == "no-server"


def test_what_waits_is_a_stable_shape_and_a_table(attms: CommandLine, server: ControlServer) -> None:
    lane = {
        "lane": "19:desk",
        "name": "channel",
        "waiting": 4,
        "oldest": MOMENT,
        "due_at": MOMENT,
        "attempts": 2,
        "held_until": MOMENT,
        "trouble": "delivery-throttled: Slower.",
        "trouble_at": MOMENT,
    }
    server.answer("GET", OUTBOX, 200, {"rows": 4, "lanes": 1, "page": [lane]})
    assert attms.json("outbox", "list") == {"rows": 4, "lanes": 1, "page": [lane]}
    shown = attms("outbox", "list", "--limit", "7", "--offset", "2").stdout
    assert "4 waiting, in 1 conversations." in shown
    assert "delivery-throttled: Slower." in shown
    assert server.asked[-1][1] == f"{OUTBOX}?limit=7&offset=2"
    server.answer("GET", OUTBOX, 200, {"rows": 0, "lanes": 0, "page": []})
    assert attms("outbox", "list").stdout == "Nothing waits.\n"


def test_what_was_given_up_is_told_with_the_way_to_more(attms: CommandLine, server: ControlServer) -> None:
    server.answer("GET", DEAD, 200, {"reasons": [REASON], "letters": [LETTER], "next": 100})
    assert attms.json("outbox", "dead")["letters"] == [LETTER]
    shown = attms("outbox", "dead").stdout
    assert "Ana Ruiz" in shown
    assert "ticket:5" in shown
    assert "attms outbox dead --offset 100" in shown
    server.answer("GET", DEAD, 200, {"reasons": [], "letters": [], "next": None})
    assert attms("outbox", "dead").stdout == "Nothing was given up.\n"


@pytest.mark.parametrize(
    ("words", "body"),
    [
        (("17", "18"), {"ids": [17, 18]}),
        (("--reason", "delivery-blocked"), {"reason": "delivery-blocked"}),
        (("--all",), {"all": True}),
    ],
)
def test_what_was_given_up_is_sent_again(
    attms: CommandLine, server: ControlServer, words: tuple[str, ...], body: dict[str, Any]
) -> None:
    server.answer("POST", f"{DEAD}/resend", 200, {"count": 2})
    assert attms("outbox", "resend", *words).stdout == "On the way again: 2.\n"
    assert server.asked[-1] == ("POST", f"{DEAD}/resend", body)


def test_forgetting_asks_first(attms: CommandLine, server: ControlServer) -> None:
    server.answer("DELETE", DEAD, 200, {"count": 2})
    assert attms("outbox", "drop", "17", "18", given="n\n").exit_code == 1
    assert server.asked == []
    assert "Forgotten: 2." in attms("outbox", "drop", "17", "18", given="y\n").stdout
    assert server.asked[-1][:2] == ("DELETE", f"{DEAD}?ids=17,18")
    assert attms.json("outbox", "drop", "--all", "--yes") == {"count": 2}
    assert server.asked[-1][:2] == ("DELETE", f"{DEAD}?all=true")


@pytest.mark.parametrize("deed", ["resend", "drop"])
@pytest.mark.parametrize("words", [(), ("17", "--all"), ("--all", "--reason", "x")])
def test_exactly_one_choice_is_taken(attms: CommandLine, deed: str, words: tuple[str, ...]) -> None:
    done = attms("outbox", deed, *words)
    assert done.exit_code == 64
    assert "Say which" in done.stderr


def test_the_roster_tells_each_fix_once(attms: CommandLine, server: ControlServer) -> None:
    closed = [reached(name, way="removed", why="The app is not installed there.", fix="Add it.") for name in ("a", "b")]
    roster = [*closed, reached("Cem")]
    server.answer("GET", REACH, 200, {"reached": 1, "closed": 2, "roster": roster})
    assert attms.json("people", "reach")["roster"] == roster
    shown = attms("people", "reach").stdout
    assert shown.count("Add it.") == 1
    assert "Cem" in shown
    server.answer("GET", REACH, 200, {"reached": 0, "closed": 0, "roster": []})
    assert "Nobody is linked yet" in attms("people", "reach").stdout
