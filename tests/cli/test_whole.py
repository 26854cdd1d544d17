"""The real command line beside the real bot, each in a process of its own, between the sandboxes."""

import asyncio
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.support.installation import ROOT, Installation

SECRET = "planted-canary-44c19"


class Attms:
    """Types commands on the host of an installation."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.said = bytearray()

    async def __call__(self, *words: str, given: bytes = b"", code: int = 0) -> bytes:
        """Run a command that leaves with ``code``; give its standard output."""
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            str(ROOT / "app.py"),
            *words,
            cwd=ROOT,
            env={**os.environ, **self._environ},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await child.communicate(given)
        self.said += out + err
        assert child.returncode == code, (words, out, err)
        return out

    async def json(self, *words: str, given: bytes = b"", code: int = 0) -> Any:
        return json.loads(await self(*words, "--json", given=given, code=code))


async def test_an_administrator_s_day_beside_a_running_bot(tmp_path: Path) -> None:
    async with Installation(tmp_path / "data") as installation:
        attms = Attms({**installation.settings(), **installation.teams.environment()})
        async with installation.process() as process:
            before = await attms.json("mirror", "sync")
            assert (before["is_finished"], before["open_tickets"] > 0) == (True, True)
            await change_settings(attms)
            await ask_for_what_only_the_process_knows(attms)
            assert counted(await attms.json("mirror", "rebuild", "--yes")) == counted(before)
            await process.kill()
        assert (tmp_path / "data" / "control.sock").exists()  # a kill leaves it behind
        await without_a_server(attms, counted(before))
        async with installation.process():
            assert (await attms.json("config", "get", "api_hourly_cap"))["value"] == "2900"
            assert (await attms.json("jobs", "run", "poll", "--wait"))["last_run"]["outcome"] == "ok"
    assert SECRET.encode() not in attms.said
    assert b"Traceback" not in attms.said


def counted(mirror: Any) -> tuple[int, int]:
    return mirror["open_tickets"], mirror["all_tickets"]


async def change_settings(attms: Attms) -> None:
    """The running bot takes them over itself; the environment goes on deciding what it decides."""
    assert (await attms.json("config", "set", "api_hourly_cap=2900"))["changed"] == ["api_hourly_cap"]
    assert (await attms.json("config", "set", "graph_secret", given=SECRET.encode()))["changed"] == ["graph_secret"]
    assert (await attms.json("config", "set", "poll_seconds=60"))["overruled"] == ["poll_seconds"]
    await attms.json("config", "set", "api_hourly_cap=0", code=1)
    assert await attms("config", "get", "api_hourly_cap") == b"2900\n"
    assert await attms("config", "get", "graph_secret") == b"********\n"


async def ask_for_what_only_the_process_knows(attms: Attms) -> None:
    """The jobs, and the doctor's checks of the process."""
    assert {"poll", "first-sync"} <= {job["name"] for job in (await attms.json("jobs", "list"))["jobs"]}
    findings = (await attms.json("doctor", "--check", "bot-keys", "--check", "vault"))["findings"]
    assert [each["what"] for each in findings if "Only the running service" in each["what"]] == []
    key = await attms.json("keys", "create", "monitoring", "--scope", "status:read")
    assert (await attms.json("keys", "revoke", key["key"]["id"]))["revoked"]


async def without_a_server(attms: Attms, tickets: tuple[int, int]) -> None:
    """What can be done on the store is; what needs the process says so."""
    assert (await attms.json("jobs", "list", code=3))["error"]["code"] == "no-server"
    assert counted(await attms.json("mirror", "status")) == tickets
    assert (await attms.json("vault", "rotate"))["generation"]
    assert counted(await attms.json("mirror", "rebuild", "--yes")) == tickets
    assert [each["name"] for each in (await attms.json("keys", "list"))["keys"]] == ["monitoring"]
