"""The door: codes, words instead of stacks, and what is typed wrong."""

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from admin.voice import seen
from attms_core.errors import Sealed
from attms_core.settings import SettingsError
from tests.support.command_line import CommandLine
from tests.support.control_server import MOMENT, ControlServer, job

ROOT = Path(__file__).parents[2]
MODULE = [sys.executable, "-m", "tests.support.command_line"]


def plain(text: str) -> str:
    return " ".join(text.replace("│", " ").split())


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("vualt",), "Did you mean 'vault'?"),
        (("vault", "statsu"), "Did you mean 'status'?"),
        (("config", "list", "--jsn"), "--json"),
        (("jobs", "run"), "Missing argument"),
        (("--nonsense",), "No such option"),
        (("config", "rollback", "x"), "valid integer"),
        (("setup", "--browser", "--values", "x"), "values from a file"),
    ],
)
def test_what_is_typed_wrong_leaves_with_64_and_the_nearest_word(
    attms: CommandLine, words: tuple[str, ...], says: str
) -> None:
    done = attms(*words)
    assert done.exit_code == 64
    assert says in plain(done.stderr)


@pytest.mark.parametrize("words", [("people", "nonsense"), ("people", "role", "x", "king"), ("manifest", "build")])
def test_older_commands_keep_the_code_that_scripts_know(attms: CommandLine, words: tuple[str, ...]) -> None:
    assert attms(*words).exit_code == 2


@pytest.mark.parametrize("words", [("--help",), ("vault", "--help"), ("config", "set", "--help")])
def test_help_is_no_mistake(attms: CommandLine, words: tuple[str, ...]) -> None:
    done = attms(*words)
    assert done.exit_code == 0
    assert "Usage" in done.stdout


@pytest.mark.parametrize("words", [(), ("run",)])
def test_without_a_command_it_serves(attms: CommandLine, words: tuple[str, ...]) -> None:
    assert attms(*words).exit_code == 0
    assert attms.memory.served == ["public"]


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (SettingsError("ATTMS_PORT: no number"), "ATTMS_PORT: no number\n"),
        (Sealed("The vault is sealed.", hint="Give the key."), "The vault is sealed.\nGive the key.\n"),
        (OSError(98, "Address in use"), "ATTMS cannot start: [Errno 98] Address in use\n"),
    ],
)
def test_what_keeps_it_from_serving_is_told_with_code_2(attms: CommandLine, error: Exception, says: str) -> None:
    attms.memory.refuses_to_serve = error
    done = attms("run")
    assert (done.exit_code, done.stderr) == (2, says)


def test_the_demo_s_code_is_the_command_s(attms: CommandLine) -> None:
    assert attms("demo", "--port", "4000", "--no-playground", "--tickets", "5", "--seed", "9").exit_code == 7
    (wish,) = attms.memory.served
    assert str(wish) == "DemoWish(port=4000, playground=False, tickets=5, seed=9)"


def test_the_set_up_is_in_the_terminal_or_in_the_browser(attms: CommandLine) -> None:
    closed = attms("setup")
    assert closed.exit_code == 1
    assert "attms setup --reopen" in closed.stderr
    assert attms("setup", "--reopen", "--browser").exit_code == 0
    assert attms("setup", "--browser").exit_code == 0
    assert attms.memory.served == ["terminal", "terminal", "wizard", "wizard"]


def test_a_fault_of_ours_names_its_place_and_nothing_of_what_it_held(attms: CommandLine, server: ControlServer) -> None:
    server.answer("GET", "/api/v1/keys", 200, {"keys": "planted-canary-0b7"})
    done = attms("keys", "list", "--json")
    assert done.exit_code == 70
    assert "A fault of ours: ValidationError at" in done.stderr
    assert "Traceback" not in done.output
    assert "planted-canary-0b7" not in done.output
    assert json.loads(done.stdout)["error"]["code"] == "fault"


@given(st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])), max_size=4))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_typed_no_stack_comes_out(attms: CommandLine, words: list[str]) -> None:
    done = attms("config", *words)
    assert done.exit_code in {0, 1, 2, 64}
    assert "Traceback" not in done.output


@given(st.text())
def test_what_others_wrote_does_not_command_the_terminal(text: str) -> None:
    assert all(sign.isprintable() or sign == "\n" for sign in seen(text))


def process(data_dir: Path, *words: str, **environ: str) -> "subprocess.Popen[bytes]":
    environment = {**os.environ, "ATTMS_DATA_DIR": str(data_dir), **environ}
    return subprocess.Popen(
        [*MODULE, *words],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def test_as_a_process_it_speaks_without_colours_and_without_a_log(attms: CommandLine) -> None:
    out, err = process(attms.data_dir, "vault", "create", "--json", NO_COLOR="1").communicate(timeout=60)
    assert json.loads(out)["generation"] == 1
    assert b"\x1b" not in err
    assert b"vault_" not in err  # the words of the log


def test_a_pipe_that_closes_early_is_no_catastrophe(attms: CommandLine) -> None:
    attms("vault", "create")
    with process(attms.data_dir, "config", "list") as running:
        assert running.stdout
        assert running.stderr
        running.stdout.close()
        err = running.stderr.read()
    assert running.returncode in {0, 1}
    assert err == b""


def test_ctrl_c_is_quiet(attms: CommandLine, server: ControlServer) -> None:
    asked_again = threading.Event()

    def listed(_request: object, _body: object) -> tuple[int, object]:
        if len(server.asked) > 3:
            asked_again.set()
        return 200, {"jobs": [job("poll", running_since=MOMENT)]}

    server.answers["GET", "/api/v1/scheduler/jobs"] = listed
    server.answer("POST", "/api/v1/scheduler/jobs/poll/run", 202, {"job": "poll", "run": "r1"})
    with process(attms.data_dir, "jobs", "run", "poll", "--wait") as running:
        assert asked_again.wait(60)
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=60)
    assert (running.returncode, out, err) == (130, b"", b"")
