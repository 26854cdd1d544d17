"""``attms config``: on the vault itself, and through a running server."""

import json
from typing import Any

import pytest

from tests.support.command_line import CommandLine
from tests.support.control_server import MOMENT, ControlServer, problem

SECRET = "planted-canary-8d21e"


@pytest.fixture
def local(attms: CommandLine) -> CommandLine:
    attms("vault", "create")
    return attms


def outcome(**more: Any) -> dict[str, Any]:
    base = {"is_valid": True, "mistakes": [], "changed": [], "restart": [], "overruled": [], "generation": 5}
    return {**base, **more}


@pytest.mark.parametrize("words", [("history_days", "30"), ("history_days=30",)])
def test_a_setting_is_set_and_read_back(local: CommandLine, words: tuple[str, ...]) -> None:
    done = local("config", "set", *words)
    assert done.exit_code == 0
    assert done.stdout == "Changed: history_days.\n"
    assert "takes effect when one starts" in done.stderr
    assert local("config", "get", "history_days").stdout == "30\n"
    assert local.json("config", "get", "history_days") == {
        "name": "history_days",
        "value": "30",
        "is_secret": False,
        "source": "vault",
        "restart": False,
        "help": "How far back completed tickets are mirrored.",
    }


def test_several_are_set_at_once_or_none(local: CommandLine) -> None:
    done = local("config", "set", "history_days=30", "poll_seconds=1", "--json")
    assert done.exit_code == 1
    told = json.loads(done.stdout)
    assert not told["is_valid"]
    assert "ATTMS_POLL_SECONDS" in told["mistakes"][0]
    assert "Nothing was changed." in done.stderr
    assert local("config", "get", "history_days").stdout == "365\n"
    assert local("config", "set", "history_days=30", "poll_seconds=60").exit_code == 0


def test_the_value_of_a_secret_comes_by_a_pipe_and_is_never_shown(local: CommandLine) -> None:
    assert local("config", "set", "bot_secret", given=f"{SECRET}\n").exit_code == 0
    assert local("config", "get", "bot_secret").stdout == "********\n"
    assert local.json("config", "get", "bot_secret")["value"] == "********"
    assert local.json("config", "get", "autotask_secret")["value"] is None
    assert "********" in local("config", "list").stdout


def test_a_secret_on_the_command_line_is_taken_with_a_warning(local: CommandLine) -> None:
    done = local("config", "set", f"bot_secret={SECRET}")
    assert done.exit_code == 0
    assert "history of your shell" in done.stderr
    assert "attms config set bot_secret" in done.stderr


def test_nothing_that_was_said_holds_the_planted_secret(local: CommandLine) -> None:
    local("config", "set", "bot_secret", given=f"{SECRET}\n")
    local("config", "set", f"autotask_secret={SECRET}")  # refused: its user is missing
    for words in (["list"], ["get", "bot_secret"], ["check"], ["history"], ["unset", "bot_secret"], ["rollback", "1"]):
        local("config", *words)
        local("config", *words, "--json")
    assert len(local.said) > 12
    assert all(SECRET not in said.output for said in local.said)
    assert SECRET not in str(local.audited())


@pytest.mark.parametrize(
    ("words", "says", "hint"),
    [
        (("set", "pol_seconds=5"), "There is no setting called pol_seconds.", "Did you mean poll_seconds?"),
        (("set", "zzz=5"), "There is no setting called zzz.", "attms config list"),
        (("get", "bot_secrt"), "There is no setting called bot_secrt.", "Did you mean bot_secret?"),
        (("unset", "hostt"), "There is no setting called hostt.", "Did you mean host?"),
        (("check", "portt=1"), "There is no setting called portt.", "Did you mean port?"),
        (("set", "port=1", "port=2"), "port stands there twice.", ""),
        (("rollback", "77"), "There is no change 77 to go back to.", "history"),
    ],
)
def test_a_wrong_name_is_refused_with_the_nearest(
    local: CommandLine, words: tuple[str, ...], says: str, hint: str
) -> None:
    done = local("config", *words)
    assert done.exit_code == 1
    assert says in done.stderr
    assert hint in done.stderr
    told = json.loads(local("config", *words, "--json").stdout)
    assert told["error"]["what"] == says


def test_no_value_is_no_change(local: CommandLine) -> None:
    done = local("config", "set", "bot_secret", given="")
    assert done.exit_code == 1
    assert "No value came for: bot_secret." in done.stderr
    assert local.json("vault", "list") == {"names": []}


def test_taking_out_brings_the_default_back(local: CommandLine) -> None:
    local("config", "set", "history_days=30")
    assert local("config", "unset", "history_days").stdout == "Changed: history_days.\n"
    assert local.json("config", "get", "history_days")["source"] == "default"


def test_checking_changes_nothing(local: CommandLine) -> None:
    assert local("config", "check", "history_days=30").stdout == "It would change: history_days.\n"
    assert local("config", "check").stdout == "These settings are good.\n"
    bad = local("config", "check", "history_days=none")
    assert bad.exit_code == 1
    assert "ATTMS_HISTORY_DAYS" in bad.stderr
    assert local.json("config", "get", "history_days")["source"] == "default"


def test_restarts_and_what_the_environment_decides_are_told(local: CommandLine) -> None:
    done = local("config", "set", "port=4000", "admin_port=4001", ATTMS_PORT="5000")
    assert "take a restart of ATTMS: admin_port." in done.stderr
    assert "The environment decides these, whatever is stored: port." in done.stderr


def test_the_history_tells_who_and_what_without_values(local: CommandLine) -> None:
    local("config", "set", "history_days=30", "--reason", "less to keep")
    (revision,) = local.json("config", "history")["revisions"]
    assert revision["names"] == ["history_days"]
    assert revision["reason"] == "less to keep"
    assert revision["by"].startswith("host:")
    assert "less to keep" in local("config", "history").stdout


def test_going_back_is_taken_down(local: CommandLine) -> None:
    local("config", "set", "history_days=30")
    number = local.json("config", "history")["revisions"][0]["number"]
    assert local("config", "rollback", str(number)).exit_code == 0
    assert [row.action for row in local.audited()] == ["config.update", "config.rollback"]


def test_settings_that_do_not_hold_together_leave_with_2(local: CommandLine) -> None:
    done = local("config", "list", ATTMS_PORT="many")
    assert done.exit_code == 2
    assert "ATTMS_PORT" in done.stderr
    told = json.loads(local("config", "list", "--json", ATTMS_PORT="many").stdout)
    assert told["error"]["code"] == "settings"


def test_without_a_vault_nothing_can_be_set(attms: CommandLine) -> None:
    done = attms("config", "set", "history_days=30")
    assert done.exit_code == 2
    assert "there is no vault" in done.stderr
    assert "attms vault create" in done.stderr


def test_a_running_server_makes_the_change_itself(attms: CommandLine, server: ControlServer) -> None:
    server.answer("POST", "/api/v1/config/update", 200, outcome(changed=["history_days"], a_newer_field=1))
    done = attms("config", "set", "history_days=30", "--reason", "less")
    assert done.exit_code == 0, done.output
    assert done.stdout == "Changed: history_days.\n"
    assert done.stderr == ""
    assert server.asked == [("POST", "/api/v1/config/update", {"changes": {"history_days": "30"}, "reason": "less"})]
    assert attms.audited() == []


def test_a_running_server_s_mistakes_are_told_as_the_vault_s_are(attms: CommandLine, server: ControlServer) -> None:
    server.answers["POST", "/api/v1/config/update"] = lambda *_: problem(422, "invalid", "a; b", mistakes=("a", "b"))
    server.answer("GET", "/api/v1/config", 200, {"generation": 9, "settings": []})
    done = attms("config", "set", "history_days=30", "--json")
    assert done.exit_code == 1
    assert json.loads(done.stdout) == outcome(is_valid=False, mistakes=["a", "b"], generation=9)
    assert "Nothing was changed." in done.stderr


def test_a_running_server_s_refusal_comes_with_words_and_code(attms: CommandLine, server: ControlServer) -> None:
    server.answers["POST", "/api/v1/config/update"] = lambda *_: problem(
        409, "changed-meanwhile", "Too late.", "Again."
    )
    done = attms("config", "set", "history_days=30", "--json")
    assert done.exit_code == 1
    assert json.loads(done.stdout) == {"error": {"code": "changed-meanwhile", "what": "Too late.", "hint": "Again."}}
    assert done.stderr == "Too late.\nAgain.\n"


def test_reading_asks_the_running_server_and_masks_once_more(attms: CommandLine, server: ControlServer) -> None:
    told = {"name": "bot_secret", "value": SECRET, "is_secret": True, "source": "vault", "restart": True, "help": "x"}
    server.answer("GET", "/api/v1/config", 200, {"generation": 9, "settings": [told]})
    assert attms.json("config", "list") == {"generation": 9, "settings": [{**told, "value": "********"}]}
    shown = attms("config", "list").stdout
    assert "vault (restart)" in shown
    assert SECRET not in shown


def test_the_other_commands_go_to_the_running_server_too(attms: CommandLine, server: ControlServer) -> None:
    revision = {"number": 3, "when": MOMENT, "by": "key:1", "reason": "", "names": ["port", "host"]}
    server.answer("GET", "/api/v1/config/history", 200, {"revisions": [revision]})
    server.answer("POST", "/api/v1/config/validate", 200, outcome(changed=["port"]))
    server.answer("POST", "/api/v1/config/rollback", 200, outcome(changed=["port"]))
    assert attms.json("config", "history")["revisions"][0]["names"] == ["host", "port"]
    assert attms("config", "check", "port=1").stdout == "It would change: port.\n"
    assert attms("config", "unset", "port").exit_code == 1  # this server does not know how
    assert attms("config", "rollback", "3").stdout == "Changed: port.\n"
    assert server.asked[-1] == ("POST", "/api/v1/config/rollback", {"number": 3})
