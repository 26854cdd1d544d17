"""`python -m sandbox`, as somebody types it: what cannot be is told in one line."""

import socket
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from sandbox.autotask import Clock, World, seed
from tests.sandbox_autotask.conftest import NOON


def complaint(*words: str) -> str:
    """Return what it says when it ends before it began."""
    command = [sys.executable, "-m", "sandbox", "--tickets", "3", *words]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert len(ended.stderr.splitlines()) == 1
    return ended.stderr.removeprefix("python -m sandbox: ")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--port", "99999"), "argument --port: '99999' is no number from 0 to 65535\n"),
        (("--port=-1",), "argument --port: '-1' is no number from 0 to 65535\n"),
        (("--tickets", "-5"), "argument --tickets: '-5' is no number from 0\n"),
        (("--tickets", "many"), "argument --tickets: 'many' is no number from 0\n"),
        (("--sede", "1"), "unrecognized arguments: --sede 1\n"),
    ],
)
def test_a_word_that_cannot_be_is_named(words: tuple[str, ...], said: str) -> None:
    assert complaint(*words) == said


def test_a_port_that_is_taken_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert "address already in use" in complaint("--port", str(taken.getsockname()[1]))


def test_a_database_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "nowhere" / "world.db"):
        assert complaint("--database", str(path)).startswith(f"{path} cannot be the sandbox's database: unable to open")


def test_a_file_that_is_no_database_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear Mara, " * 200, encoding="utf-8")
    before = path.read_bytes()
    assert "file is not a database" in complaint("--database", str(path))
    assert path.read_bytes() == before


def test_a_database_of_something_else_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "theirs.db"
    with sqlite3.connect(path) as theirs:
        theirs.execute('CREATE TABLE "Tickets" (id INTEGER)')
    theirs.close()
    before = path.read_bytes()
    assert "tables of something else" in complaint("--database", str(path))
    assert path.read_bytes() == before


def test_a_file_that_holds_another_world_is_named(tmp_path: Path) -> None:
    path = str(tmp_path / "world.db")
    world = World(Clock(NOON), database=path)
    seed.fill(world, tickets=4, seed=1)
    world.rows.close()
    assert "name another file" in complaint("--database", path)
