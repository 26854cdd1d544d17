"""The chat window: Microsoft's Agents Playground, running on this machine and on nothing else."""

import asyncio
import contextlib
import os
import re
import tempfile
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import aiohttp

from demo import context
from demo.node import Node
from demo.ports import HOST
from demo.problems import CannotShow
from demo.process import owned

PRELOAD = Path(__file__).with_name("loopback.js")
LISTENING = re.compile(r"Listening on (\d+)")
STARTING = timedelta(seconds=60)
LOG = Path("devTools") / "m365agentsplayground.log"
TROUBLE = "error "
"""How the lines of its log begin that tell what is wrong."""
LINES, WIDTH = 4, 400
"""So much of its last words is shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A chat window that runs."""

    url: str
    process: asyncio.subprocess.Process
    chatter: "_Chatter"

    async def ended(self) -> str:
        """Wait until it ends of itself, and say why."""
        return await self.chatter.ended()


class _Chatter:
    """The Playground as one that talks: on its pipe and, more, into a log of its own."""

    def __init__(self, process: asyncio.subprocess.Process, folder: Path) -> None:
        self._process = process
        self._log = folder / LOG
        self._said: deque[str] = deque(maxlen=LINES)

    async def lines(self) -> AsyncIterator[str]:
        """Take what it says on its pipe, which must never fill, until the end."""
        while self._process.stdout is not None and (line := await self._process.stdout.readline()):
            self._said.append(line.decode(errors="replace").rstrip())
            yield self._said[-1]

    async def ended(self) -> str:
        """Wait for its end, and say how it came, in its own last words where it left some."""
        async for _ in self.lines():
            pass
        status = await self._process.wait()
        words = "\n".join(await asyncio.to_thread(self._logged) or self._said)
        return f"It ended (exit {status}); its last words:\n{words}" if words else f"It ended (exit {status}) silently."

    def _logged(self) -> list[str]:
        with contextlib.suppress(OSError):
            lines = self._log.read_text(encoding="utf-8", errors="replace").splitlines()
            return [line.removeprefix(TROUBLE)[:WIDTH] for line in lines if line.startswith(TROUBLE)][-LINES:]
        return []


@contextlib.asynccontextmanager
async def window(node: Node, script: Path, *, endpoint: str, people: str, port: int) -> AsyncIterator[Window]:
    """Open the chat window on a bot's endpoint and close it on leaving, with all that it wrote.

    `people` is the text of its context file. Raises `CannotShow` when it does not start.
    """
    with tempfile.TemporaryDirectory(prefix="attms-chat-") as name:
        folder = Path(name)
        await asyncio.to_thread((folder / context.FILE).write_text, people, encoding="utf-8")
        command = _command(node, script, endpoint=endpoint, port=port)
        async with owned(command, env=_environment(node, folder), folder=folder) as process:
            chatter = _Chatter(process, folder)
            yield Window(url=await _ready(chatter), process=process, chatter=chatter)


def _command(node: Node, script: Path, *, endpoint: str, port: int) -> list[str]:
    options = ("--app-endpoint", endpoint, "--channel-id", "msteams", "--port", str(port), "--disable-telemetry")
    return [str(node.node), "--require", str(PRELOAD), str(script), "start", *options]


def _environment(node: Node, folder: Path) -> dict[str, str]:
    """Give it little: none of our secrets, no proxy between it and the bot, nothing that would change its defaults."""
    return {
        "PATH": os.pathsep.join((str(node.node.parent), os.defpath)),
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "TEAMSAPPTESTER_BROWSER": "none",  # it would open a browser, and end where there is no xdg-open
        # --disable-telemetry leaves this one: it asks a cloud's metadata address at start
        "APPLICATION_INSIGHTS_NO_STATSBEAT": "true",
    }


async def _ready(chatter: _Chatter) -> str:
    """Return its address once it answers there. Raises `CannotShow`."""
    try:
        async with asyncio.timeout(STARTING.total_seconds()):
            port = await _listening(chatter)
            if port is not None and await _answers(port):
                return f"http://{HOST}:{port}/"
            why = await chatter.ended()
    except TimeoutError:
        why = f"{STARTING.total_seconds():.0f} seconds were not enough for it."
    raise CannotShow(
        f"Microsoft's Agents Playground did not start. {why}",
        hint="Start without it and attach another client by hand: --no-playground.",
    )


async def _listening(chatter: _Chatter) -> int | None:
    """Read the port from its own words, for it takes another one when the wanted one is busy; none when it ends."""
    async for line in chatter.lines():
        if found := LISTENING.search(line):
            return int(found[1])
    return None


async def _answers(port: int) -> bool:
    """Ask for its page: a wrong context file ends it only after it said that it listens."""
    try:
        async with aiohttp.ClientSession() as session, session.get(f"http://{HOST}:{port}/") as page:
            return page.ok
    except aiohttp.ClientError:
        return False
