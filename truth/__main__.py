"""`python -m truth`: an AutoTask client that we did not write says whether our sandbox tells the truth.

The client is npm's `@apigrate/autotask-restapi`, taken at the version and hashes of `package-lock.json` into a folder
of its own under `.venv`; nothing of it is in the product's locks. It is sent to the loopback address by its own
`base_url` option and finds the zone from there, so that not a line of it is changed. (PyPI's `py-autotask` was looked
at first: release 2.3.0 asks for the first page again instead of the next one, and patches by a path that Autotask
refuses, so it could read no more than 500 records and change none.)
What it is asked to do stands in `client.cjs`. Only starting both belongs here; the demo knows how Node.js is found and
how a program of others is run.
"""  # noqa: INP001 - no room of the product: nobody imports it

import asyncio
import hashlib
import os
import shutil
import sys
from datetime import timedelta
from pathlib import Path

from demo.cache import Cache
from demo.node import Node, find
from demo.problems import CannotShow
from demo.process import owned, run
from sandbox.autotask import AutotaskSandbox, demo_people

HERE = Path(__file__).parent
HOME = HERE.parent / ".venv" / "truth"
TICKETS = 1203
FETCHING = timedelta(minutes=5)
ASKING = timedelta(seconds=60)
PINNED = ("package.json", "package-lock.json")
NPM = ("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error")


def say(text: str) -> None:
    """Write a line at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


async def client(node: Node) -> Path:
    """Return the folder of the installed client, fetched when it is not there yet. Raises `CannotShow`."""
    pinned = b"".join((HERE / name).read_bytes() for name in PINNED)
    home = HOME / hashlib.sha256(pinned).hexdigest()[:16]
    modules = home / "node_modules"
    if (home / "whole").exists():
        return modules
    say("Fetching an AutoTask client that we did not write ...")
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    for name in PINNED:
        shutil.copyfile(HERE / name, home / name)
    await run([*node.npm, *NPM], env=os.environ, folder=home, within=FETCHING)
    (home / "whole").touch()
    return modules


async def ask(node: Node, modules: Path) -> int:
    """Let the client loose on a sandbox and return how it ended; 1 when it does not end in time."""
    async with AutotaskSandbox(tickets=TICKETS, seed=1) as at:
        told = {
            "NODE_PATH": str(modules),
            "TRUTH_BASE_URL": at.url,
            "TRUTH_USER": at.credentials.user,
            "TRUTH_SECRET": at.credentials.secret,
            "TRUTH_CODE": at.credentials.integration_code,
            "TRUTH_TICKETS": str(TICKETS),
            "TRUTH_PERSON": str(demo_people()[0].resource_id),
        }
        command = [str(node.node), str(HERE / "client.cjs")]
        async with (
            owned(command, env=os.environ | told, folder=HERE) as process,
            asyncio.timeout(ASKING.total_seconds()),
        ):
            await relay(process)
            return await process.wait()


async def relay(process: asyncio.subprocess.Process) -> None:
    """Repeat what a program says until it is silent."""
    while process.stdout is not None and (line := await process.stdout.readline()):
        say(line.decode(errors="replace").rstrip("\n"))


async def main() -> int:
    """Return 0 when everything holds."""
    try:
        node = await find(Cache(), say)
        return await ask(node, await client(node))
    except CannotShow as problem:
        say(f"FAIL the client could not be had, so nothing was asked: {problem}")
    except TimeoutError:
        say(f"FAIL the client was not done within {ASKING.total_seconds():.0f} seconds")
    return 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
