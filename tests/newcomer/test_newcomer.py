"""From nothing to a bot that answers: the real process, its wizard in a real browser, then words in Teams."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import aiohttp
import psycopg
from playwright.async_api import expect

from bot.channel import PATH
from sandbox.autotask import AutotaskSandbox
from sandbox.autotask.seed_base import technicians
from sandbox.teams import Person, Said, TeamsClient, TeamsSandbox, buttons, texts
from tests.setup.browsers import browser, page
from tests.setup.conftest import Desk
from tests.setup.test_browser import enter, fill, go_on
from tests.support.installation import ROOT
from tests.support.postgres import free_port

GIVEN_BY_HAND = {"ATTMS_BOT_APP_ID", "ATTMS_BOT_SECRET", "ATTMS_BOT_TENANT_IDS"}
LISTENS = b"ATTMS listens"


@dataclass
class Newcomer:
    """Somebody with a machine, an AutoTask account and a bot's registration."""

    at: AutotaskSandbox
    teams: TeamsSandbox
    folder: Path
    port: int = field(default_factory=free_port)
    admin_port: int = field(default_factory=free_port)
    setup_port: int = field(default_factory=free_port)
    console: bytes = b""
    more: dict[str, str] = field(default_factory=dict)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def environment(self) -> dict[str, str]:
        """What the sandboxes need to be found; nothing that the wizard asks for."""
        teams = {k: v for k, v in self.teams.settings("ATTMS_").items() if k not in GIVEN_BY_HAND}
        ours = {
            "ATTMS_DATA_DIR": str(self.folder / "data"),
            "ATTMS_AUTOTASK_ZONE_URL": self.at.url,
            "ATTMS_PORT": str(self.port),
            "ATTMS_ADMIN_PORT": str(self.admin_port),
            "ATTMS_SETUP_PORT": str(self.setup_port),
        }
        return {**os.environ, **teams, **ours, **self.teams.environment(), **self.more}

    @property
    def desk(self) -> Desk:
        """Give what the steps of the walk look at."""
        code = self.console.partition(b"#code=")[2].split()[0].decode()
        found = SimpleNamespace(
            console=SimpleNamespace(code=code),
            listener=SimpleNamespace(url=f"http://127.0.0.1:{self.setup_port}/"),
            values=lambda step: Desk.values(cast("Desk", self), step),
        )
        return cast("Desk", found)

    @asynccontextmanager
    async def process(self, *, until: bytes = LISTENS) -> AsyncIterator[asyncio.subprocess.Process]:
        """Start ATTMS as the README says, wait until it says so, and end it as an operator does."""
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, str(ROOT / "app.py")),
            cwd=self.folder,
            env=self.environment,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        self.console = b""
        reading = asyncio.create_task(self._read(child))
        try:
            await self.hear(until)
            yield child
        finally:
            if child.returncode is None:
                child.send_signal(signal.SIGTERM)
            await child.wait()
            await reading

    async def _read(self, child: asyncio.subprocess.Process) -> None:
        assert child.stderr is not None
        async for line in child.stderr:
            self.console += line
            self.news.set()
        self.console += b"(the end)"
        self.news.set()

    async def hear(self, line: bytes) -> None:
        """Wait until the console has said something."""
        async with asyncio.timeout(60):
            while line not in self.console:
                assert not self.console.endswith(b"(the end)"), self.console
                self.news.clear()
                await self.news.wait()

    async def ask(self, path: str, port: int | None = None, **more: Any) -> tuple[int, str]:
        async with aiohttp.ClientSession() as session:
            url = f"http://127.0.0.1:{port or self.port}{path}"
            async with session.request("GET", url, **more) as answer:
                return answer.status, await answer.text()

    async def command(self, *words: str) -> tuple[int, str]:
        """Type a command beside the running server."""
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, str(ROOT / "app.py"), *words),
            cwd=self.folder,
            env=self.environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await child.communicate()
        return child.returncode or 0, said.decode()


@asynccontextmanager
async def newcomer(folder: Path) -> AsyncIterator[Newcomer]:
    async with (
        TeamsSandbox() as teams,
        AutotaskSandbox(tickets=30, seed=3, latency_factor=0) as at,
    ):
        yield Newcomer(at, teams, folder)


async def walk(who: Newcomer, technician: Person, server: str = "") -> None:
    """Go through the wizard as somebody who sees it for the first time, without a mistake."""
    async with browser() as started, page(started) as shown:
        await enter(shown, who.desk)
        await fill(shown, who.desk, "autotask")
        await go_on(shown, "Bot")
        await fill(shown, who.desk, "bot")
        await go_on(shown, "Database")
        if server:
            await shown.get_by_text("On a PostgreSQL server").click()
            await shown.get_by_label("Server's address", exact=True).fill(server)
        else:
            await shown.get_by_text("On this machine (SQLite)").click()
        await go_on(shown, "Administrator")
        await shown.get_by_label("Object ID of the person").fill(technician.object_id)
        await go_on(shown, "Microsoft Graph")
        await shown.get_by_role("button", name="Skip this step").click()
        await shown.get_by_role("button", name="Finish and close the set-up").click()
        await expect(shown.get_by_role("heading", level=1)).to_have_text("ATTMS is set up")


async def test_a_newcomer_comes_to_a_bot_that_answers_and_writes_when_that_is_switched_on(tmp_path: Path) -> None:
    async with newcomer(tmp_path) as who, who.teams.client(f"http://127.0.0.1:{who.port}{PATH}") as teams:
        seeded = technicians()[0]
        technician = who.teams.person(f"{seeded.first} {seeded.last}", email=seeded.email)
        async with who.process():
            assert await who.ask("/api/status/ready") == (503, '{"status": "not-set-up"}')
            assert (await who.ask("/api/status/live"))[0] == 200
            assert (await who.ask(PATH))[0] == 503
            await walk(who, technician)
            asked = await teams.say("me", person=technician)
            await teams.press(asked.messages[-1], "Yes, that is me", person=technician)
            listed = await teams.say("tickets mine", person=technician)
            assert "open tickets" in " ".join(texts(listed.messages[0].card or {}))
            number = next(t for t in texts(listed.messages[0].card or {}) if t.startswith("T2")).split()[0]
            shown = await teams.say(f"ticket {number}", person=technician)
            assert "Status" in buttons(shown.messages[-1].card or {})
            assert "switched off" in await set_status(teams, shown, technician)
            code, said = await who.command("config", "set", "autotask_writes", "true")
            assert code == 0, said
            shown = await teams.say(f"ticket {number}", person=technician)
            assert "Status is now Dispatched" in await set_status(teams, shown, technician)
            assert [row["status"] for row in who.at.world.rows.find("Tickets", ticketNumber=number)] == [10]
            health = await teams.say("health", person=technician)
            assert "refuse" not in " ".join(texts(health.messages[-1].card or {})).lower()
            await closed_for_good(who)
        async with who.process() as again:
            assert b"#code=" not in who.console
            assert again.returncode is None
            listed = await teams.say("tickets mine", person=technician)
            assert "open tickets" in " ".join(texts(listed.messages[0].card or {}))
        secrets = [who.at.credentials.secret, who.teams.secret, who.at.credentials.integration_code]
        kept = b"".join(file.read_bytes() for file in (tmp_path / "data").iterdir() if file.is_file())
        assert not [secret for secret in secrets if secret.encode() in kept or secret.encode() in who.console]


async def test_a_newcomer_who_has_a_server_is_served_from_it_when_the_set_up_closes(
    tmp_path: Path, postgres_url: str
) -> None:
    async with newcomer(tmp_path) as who, who.teams.client(f"http://127.0.0.1:{who.port}{PATH}") as teams:
        seeded = technicians()[0]
        technician = who.teams.person(f"{seeded.first} {seeded.last}", email=seeded.email)
        async with who.process():
            who.console = who.console.replace(LISTENS, b"")
            await walk(who, technician, postgres_url)
            await who.hear(LISTENS)
            code, said = await who.command("mirror", "sync")
            assert code == 0, said
            asked = await teams.say("me", person=technician)
            await teams.press(asked.messages[-1], "Yes, that is me", person=technician)
            listed = await teams.say("tickets mine", person=technician)
            assert "open tickets" in " ".join(texts(listed.messages[0].card or {}))
        async with await psycopg.AsyncConnection.connect(postgres_url) as server:
            row = await (await server.execute("SELECT count(*) FROM people WHERE state = 'linked'")).fetchone()
            assert row == (1,)


async def set_status(teams: TeamsClient, shown: Said, technician: Person) -> str:
    """Press through to another status; give what the card says then."""
    await teams.press(shown.messages[-1], "Status", person=technician)
    done = await teams.press(shown.messages[-1], "Set status", person=technician, inputs={"status": "10"})
    assert done.answer is not None
    return " ".join(texts(done.answer.card or {}))


async def closed_for_good(who: Newcomer) -> None:
    """Show that a key opens the management API, and that nothing opens the set-up."""
    status, _ = await who.ask("/steps/bot", who.setup_port)
    assert status == 410
    code, said = await who.command("keys", "create", "monitoring", "--scope", "status:read", "--json")
    assert code == 0, said
    key = said.partition('"text": "')[2].partition('"')[0]
    headers = {"Authorization": f"Bearer {key}"}
    assert (await who.ask("/api/v1/status/health", who.admin_port, headers=headers))[0] in {200, 503}
    assert (await who.ask("/api/v1/config", who.admin_port, headers=headers))[0] == 401
