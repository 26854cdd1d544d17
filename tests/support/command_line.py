"""The command line over a house without its chat: vault, settings, store, mirror, keys, audit and people are real.

Run as a module it is the command line of a process of its own. Nothing here asserts anything.
"""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from typer.testing import CliRunner, Result

from admin.cli import DemoWish, Openers, make_cli
from admin.setup.ports import Tools
from admin.setup.setup import Setup
from attms_core.audit import Audit, AuditRow
from attms_core.config import Configuration, open_configuration
from attms_core.errors import StoreUnavailable, Unreachable
from attms_core.health import Doctor, Finding, State
from attms_core.keys import Keys
from attms_core.mirror import Mirror
from attms_core.people import People
from attms_core.settings import Linking, Settings
from attms_core.store.database import Database, open_database
from bot.commands import build_router
from tests.support.fake_autotask import TENANT, Clock, FakeAutotask


class Unwritable(Audit):
    """An audit whose disk is full."""

    async def record(self, **_: Any) -> None:
        raise StoreUnavailable("The disk is full.")


@dataclass(slots=True, kw_only=True)
class Memory:
    """What outlives one command of a test."""

    audit: type[Audit] = Audit
    autotask: FakeAutotask = field(default_factory=FakeAutotask)
    clock: Clock = field(default_factory=Clock)
    findings: list[Finding] = field(default_factory=list)
    served: list[object] = field(default_factory=list)
    refuses_to_serve: Exception | None = None


class CommandLine:
    """The command line of one data folder."""

    def __init__(self, data_dir: Path, memory: Memory | None = None, environ: Mapping[str, str] | None = None) -> None:
        self.data_dir = data_dir
        self.memory = memory or Memory()
        self.environ = {"ATTMS_DATA_DIR": str(data_dir), **(environ or {})}
        self.said: list[Result] = []

    def __call__(self, *words: str, given: str | None = None, **environ: str) -> Result:
        openers = self.openers({**self.environ, **environ})
        result = CliRunner().invoke(make_cli(openers), list(words), input=given, prog_name="attms")
        self.said.append(result)
        return result

    def json(self, *words: str, given: str | None = None, **environ: str) -> Any:
        """Run it with ``--json`` and read all of standard output as one JSON text."""
        return json.loads(self(*words, "--json", given=given, **environ).stdout)

    def audited(self) -> list[AuditRow]:
        """Read the audit, the oldest row first."""

        async def work() -> list[AuditRow]:
            async with self.openers(self.environ).audit() as audit:
                return list(await audit.page(None, 100))[::-1]

        return asyncio.run(work())

    def openers(self, environ: Mapping[str, str]) -> Openers:
        """Give what opens the house."""
        house = House(self.memory, self.data_dir, environ)
        return Openers(
            serve=house.serve,
            demo=house.demo,
            configuration=house.configuration,
            keys=house.keys,
            audit=house.audit,
            doctor=house.doctor,
            mirror=house.mirror,
            people=house.people,
            tenant=lambda: TENANT,
            commands=lambda: build_router().commands,
            setup=house.setup,
            wizard=house.wizard,
            environ=environ,
        )


@dataclass(frozen=True, slots=True)
class House:
    """Opens one thing at a time, as the application does."""

    memory: Memory
    data_dir: Path
    environ: Mapping[str, str]

    async def serve(self) -> None:
        if self.memory.refuses_to_serve:
            raise self.memory.refuses_to_serve
        self.memory.served.append("public")

    async def wizard(self) -> None:
        self.memory.served.append("wizard")

    def demo(self, wish: DemoWish) -> int:
        self.memory.served.append(wish)
        return 7

    @asynccontextmanager
    async def store(self) -> AsyncIterator[Database]:
        opened = await open_database(None, self.data_dir)
        try:
            yield opened
        finally:
            await opened.close()

    @asynccontextmanager
    async def configuration(self) -> AsyncIterator[Configuration]:
        yield (await open_configuration(self.environ)).must()

    @asynccontextmanager
    async def keys(self) -> AsyncIterator[Keys]:
        async with self.store() as store:
            yield Keys(store, self.memory.clock)

    @asynccontextmanager
    async def audit(self) -> AsyncIterator[Audit]:
        async with self.store() as store:
            yield self.memory.audit(store, self.memory.clock)

    @asynccontextmanager
    async def mirror(self) -> AsyncIterator[Mirror]:
        async with self.store() as store:
            at = self.memory.autotask
            opened = Mirror(store, at, at, tenant=TENANT, now=self.memory.clock)
            await opened.open()
            yield opened

    @asynccontextmanager
    async def people(self) -> AsyncIterator[People]:
        async with self.store() as store:
            yield People(store, None, tenant=TENANT, linking=Linking.ADMIN, administrators=(), now=self.memory.clock)

    @asynccontextmanager
    async def doctor(self) -> AsyncIterator[Doctor]:
        async with make_doctor(self.memory.findings) as doctor:
            yield doctor

    @asynccontextmanager
    async def setup(self) -> AsyncIterator[Setup]:
        self.memory.served.append("terminal")
        yield Setup(NoKeeping(), cast("Tools", None), commands=dict, now=self.memory.clock)


class NoKeeping:
    """A set-up that was finished."""

    settings = Settings()

    def fixed(self) -> frozenset[str]:
        return frozenset()

    def entry(self, name: str) -> str:
        return "closed"

    async def save(self, patch: Mapping[str, str | None], *, reason: str) -> None:
        pass

    async def note(self, put: Mapping[str, str], drop: tuple[str, ...] = ()) -> None:
        pass

    async def refresh(self) -> None:
        pass


def make_doctor(findings: Sequence[Finding]) -> Doctor:
    """Make a doctor who finds what a test wants found."""
    doctor = Doctor(in_process=False)

    def check(finding: Finding) -> Any:
        async def look() -> Finding:
            return finding

        return look

    async def never() -> Finding:
        raise Unreachable("unreachable")

    for finding in findings:
        doctor.register(finding.name, finding.title, check(finding))
    doctor.register("bot-token", "Token of the bot", never, needs_process=True)
    return doctor


def found(name: str, state: State, what: str = "It stands so.", fix: str = "") -> Finding:
    """Find something."""
    return Finding(name=name, title=name.title(), state=state, what=what, fix=fix)


if __name__ == "__main__":
    make_cli(CommandLine(Path(os.environ["ATTMS_DATA_DIR"])).openers(os.environ))(prog_name="attms")
