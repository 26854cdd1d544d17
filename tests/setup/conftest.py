"""The set-up between two sandboxes, over a vault that is memory."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from admin.setup.api import COOKIE, HEADER
from admin.setup.listener import Listener, listening
from admin.setup.ports import AutotaskTrial, Tools
from admin.setup.setup import Setup
from attms_core.autotask import AutotaskClient
from attms_core.errors import Invalid
from attms_core.settings import Settings, SettingsError, load
from attms_core.store.trial import try_file, try_server
from bot.channel import AskEntra
from bot.commands import build_router
from sandbox.autotask import AutotaskSandbox
from sandbox.teams import TeamsSandbox

PERSON = "3b1a6c52-07f4-4e0d-9c2b-8d5e4f60a7b1"
PUBLIC = "https://desk.larkspur-it.example"


class Clock:
    def __init__(self) -> None:
        self.time = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def later(self, span: timedelta) -> None:
        self.time += span


@dataclass
class MemoryKeeping:
    """Keeps settings and entries as the vault does, without a file. Another process is whoever calls ``elsewhere``."""

    environ: Mapping[str, str]
    kept: dict[str, str] = field(default_factory=dict)
    unseen: dict[str, str] = field(default_factory=dict)

    @property
    def settings(self) -> Settings:
        return self._load(self.kept)

    def fixed(self) -> frozenset[str]:
        return frozenset(name.removeprefix("ATTMS_").lower() for name in self.environ)

    def entry(self, name: str) -> str:
        return self.kept.get(name, "")

    async def save(self, patch: Mapping[str, str | None], *, reason: str) -> None:
        kept = {name: value for name, value in {**self.kept, **patch}.items() if value is not None}
        try:
            self._load(kept)
        except SettingsError as error:
            raise Invalid(str(error)) from error
        self.kept = kept

    async def note(self, put: Mapping[str, str], drop: tuple[str, ...] = ()) -> None:
        self.kept = {name: value for name, value in {**self.kept, **put}.items() if name not in drop}

    async def refresh(self) -> None:
        self.kept |= self.unseen

    def elsewhere(self, **entries: str) -> None:
        self.unseen |= {name.replace("__", "."): value for name, value in entries.items()}

    def _load(self, kept: Mapping[str, str]) -> Settings:
        return load({f"ATTMS_{n.upper()}": v for n, v in kept.items() if "." not in n} | dict(self.environ))


class Console:
    """What was printed for the administrator."""

    def __init__(self) -> None:
        self.printed: list[str] = []

    def __call__(self, text: str) -> None:
        self.printed.append(text)

    @property
    def code(self) -> str:
        return self.printed[-1].partition("#code=")[2].split()[0]


@dataclass
class Desk:
    """Everything a test of the set-up touches."""

    setup: Setup
    keeping: MemoryKeeping
    clock: Clock
    console: Console
    at: AutotaskSandbox
    teams: TeamsSandbox
    listener: Listener

    def values(self, step: str) -> dict[str, str]:
        """Give what a person would type."""
        login = self.at.credentials
        return {
            "autotask": {
                "autotask_user": login.user,
                "autotask_secret": login.secret,
                "autotask_integration_code": login.integration_code,
            },
            "bot": {
                "bot_app_id": self.teams.app_id,
                "bot_secret": self.teams.secret,
                "bot_tenant_ids": self.teams.tenants[0],
                "public_url": PUBLIC,
            },
            "database": {"engine": "sqlite"},
            "administrator": {"administrators": PERSON},
            "graph": {},
        }[step]


class Browser:
    """Speaks HTTP as the wizard's script does."""

    def __init__(self, session: aiohttp.ClientSession, base: str) -> None:
        self.session = session
        self.base = base.rstrip("/")
        self.token = ""

    async def enter(self, code: str) -> int:
        answer = await self.send("POST", "/api/setup/session", {"code": code})
        self.token = answer.body.get("token", "")
        return answer.status

    async def send(self, method: str, path: str, body: Any = None, **headers: str) -> "Answer":
        given = {HEADER: self.token} | {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.session.request(
            method, self.base + path, json=body, headers=given, allow_redirects=False
        ) as response:
            content = await response.read()
            is_json = "json" in response.content_type
            return Answer(response.status, await response.json(content_type=None) if is_json else {}, content, response)


@dataclass
class Answer:
    status: int
    body: dict[str, Any]
    content: bytes
    response: aiohttp.ClientResponse


class NoGraph:
    """Asks the sandbox for the bot's token; of Graph, which it does not play, it answers as told."""

    def __init__(self, ask: AskEntra) -> None:
        self.ask = ask
        self.graph: dict[str, Any] = {"error": "invalid_client", "error_codes": [7000215]}
        self.asked: list[tuple[str, str]] = []

    async def __call__(self, **given: Any) -> Mapping[str, Any]:
        self.asked.append((given["app_id"], given["scope"]))
        return self.graph if "graph" in given["scope"] else await self.ask(**given)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def desk(clock: Clock, tmp_path: Path) -> AsyncIterator[Desk]:
    async with AsyncExitStack() as stack:
        teams = await stack.enter_async_context(TeamsSandbox())
        at = await stack.enter_async_context(AutotaskSandbox(tickets=12, seed=3, latency_factor=0))
        environ = {
            "ATTMS_ALLOW_LOOPBACK": "true",
            "ATTMS_DATA_DIR": str(tmp_path / "data"),
            "ATTMS_BOT_LOGIN_URL": teams.login.authority(teams.tenants[0]),
        }
        keeping = MemoryKeeping(environ)

        def autotask(settings: Settings) -> AutotaskClient:
            return AutotaskClient(settings, now=clock, discovery=at.url)

        tools = Tools(
            autotask=autotask, token=NoGraph(AskEntra(teams.ca_file)), try_file=try_file, try_server=try_server
        )
        setup = Setup(keeping, tools, commands=lambda: build_router().commands, now=clock)
        console = Console()
        opened = await stack.enter_async_context(listening(setup, port=0, tell=console, now=clock))
        yield Desk(setup, keeping, clock, console, at, teams, opened)


@pytest.fixture
async def stranger(desk: Desk) -> AsyncIterator[Browser]:
    """A browser that knows no code."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        yield Browser(session, desk.listener.url)


@pytest.fixture
async def browser(desk: Desk, stranger: Browser) -> Browser:
    """A browser that has been let in."""
    assert await stranger.enter(desk.console.code) == 200
    return stranger


__all__ = ["COOKIE", "AutotaskTrial"]
