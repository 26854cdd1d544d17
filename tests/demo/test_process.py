"""Programs of others: bounded, and gone when we are."""

import os
import signal
from datetime import timedelta
from pathlib import Path

import pytest

from demo import process
from demo.problems import CannotShow

ENV = {"PATH": os.defpath}
LONG = timedelta(seconds=30)


async def test_what_a_program_said_is_returned(tmp_path: Path) -> None:
    assert (
        await process.run(["sh", "-c", "echo hello; pwd"], env=ENV, folder=tmp_path, within=LONG)
        == f"hello\n{tmp_path}"
    )


async def test_a_failure_is_told_in_the_programs_words(tmp_path: Path) -> None:
    with pytest.raises(CannotShow, match=r"exit 7.*\n.*the disk is full"):
        await process.run(["sh", "-c", "echo the disk is full >&2; exit 7"], env=ENV, folder=tmp_path, within=LONG)


async def test_a_program_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(CannotShow, match="could not be started"):
        await process.run([str(tmp_path / "nothing")], env=ENV, folder=tmp_path, within=LONG)


async def test_a_program_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    with pytest.raises(CannotShow, match="did not finish"):
        await process.run(["sleep", "1000"], env=ENV, folder=tmp_path, within=timedelta(0))


async def test_the_whole_group_ends_with_the_block(tmp_path: Path) -> None:
    command = ["sh", "-c", "sleep 1000 & echo ready; wait"]
    async with process.owned(command, env=ENV, folder=tmp_path) as running:
        assert running.stdout is not None
        await running.stdout.readline()
    assert running.returncode == -signal.SIGTERM
    # the sleeper held the pipe too: that it is at its end proves that nobody is left
    assert running.stdout.at_eof()


async def test_a_stubborn_program_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "PATIENCE", timedelta(milliseconds=50))
    command = ["sh", "-c", "trap '' TERM; echo ready; while :; do sleep 1000; done"]
    async with process.owned(command, env=ENV, folder=tmp_path) as running:
        assert running.stdout is not None
        await running.stdout.readline()
    assert running.returncode == -signal.SIGKILL
