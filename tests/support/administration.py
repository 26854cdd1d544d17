"""The use cases of an administrator over a SQLite store in a folder, with a clock that a test moves."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from admin.administration import Administration
from attms_core.audit import Audit
from attms_core.autotask.absent import NotConnectedAutotask
from attms_core.callouts import Callouts
from attms_core.config import Configuration, open_configuration
from attms_core.health import Doctor, Finding, State
from attms_core.jobs import SCHEDULE, Jobs, parse
from attms_core.keys import Keys, Scope
from attms_core.mirror import Mirror
from attms_core.notices.letters import Letters
from attms_core.notices.reach import Roster
from attms_core.people import People
from attms_core.settings import Linking
from attms_core.store import directory
from attms_core.store.database import Database, open_database
from attms_core.vault import FILE, FileHome, create_vault, key_source
from tests.support.fake_autotask import ANA, BOB, EVE, TENANT, Clock, technician

PERSON = "aaaaaaaa-0000-4000-8000-000000000001"
A_MONTH = timedelta(days=30)


@dataclass(kw_only=True)
class Ground:
    """What a test may touch."""

    folder: Path
    clock: Clock
    administration: Administration
    counted: asyncio.Event
    """Set once the job ``count`` has run."""
    poked: asyncio.Event
    """Set once something may be due."""
    store: Database

    async def key(self, scopes: Sequence[Scope] = tuple(Scope), *, lifetime: timedelta = A_MONTH) -> str:
        """Make a key, for everything by default, and give its text."""
        _, text = await self.administration.keys.create("a test's", scopes, lifetime=lifetime, by="a test")
        return text.get_secret_value()


@asynccontextmanager
async def administration(folder: Path, **brought: Any) -> AsyncIterator[Ground]:
    """Put the use cases together; ``brought`` replaces some of them."""
    clock, counted, poked = Clock(), asyncio.Event(), asyncio.Event()

    async def count() -> None:
        counted.set()

    async with AsyncExitStack() as stack:
        store = await open_database(None, folder)
        stack.push_async_callback(store.close)
        await _fill(store)
        jobs = Jobs(store, now=clock)
        jobs.add("count", count, timedelta(hours=1), about="Counts.")
        await stack.enter_async_context(jobs)
        configuration = await _configuration(folder)
        made = Administration(
            live=_ok,
            ready=_ok,
            well=_ok,
            doctor=await stack.enter_async_context(_doctor(clock)),
            configuration=configuration,
            keys=Keys(store, clock),
            audit=Audit(store, clock),
            jobs=jobs,
            people=People(store, None, tenant=TENANT, linking=Linking.CONFIRM, administrators=(), now=clock),
            tenant=TENANT,
            callouts=_callouts(store, configuration, clock),
            letters=Letters(store, tenant=TENANT, now=clock, poke=poked.set),
            reach=Roster(store, tenant=TENANT),
        )
        made = replace(made, **brought)
        yield Ground(folder=folder, clock=clock, store=store, administration=made, counted=counted, poked=poked)


async def _fill(store: Database) -> None:
    some = [technician(ANA, "Ana Ruiz"), technician(BOB, "Bob Stone"), technician(EVE, "Eve Gone", is_active=False)]
    await store.write(lambda tx: directory.put_resources(tx, TENANT, some))


async def _configuration(folder: Path) -> Configuration:
    environ = {"ATTMS_DATA_DIR": str(folder)}
    await create_vault(FileHome(folder / FILE), key_source(environ, folder))
    configuration = (await open_configuration(environ)).must()
    configuration.check_by(SCHEDULE, parse)
    return configuration


def _callouts(store: Database, configuration: Configuration, clock: Clock) -> Callouts:
    """Make them as they are before AutoTask is connected."""
    absent, a_while = NotConnectedAutotask(), timedelta(seconds=30)
    mirror = Mirror(store, absent, absent, tenant=TENANT, now=clock)
    return Callouts(
        mirror=mirror, source=None, keeping=configuration, public_url="", cap=3000, every=a_while, now=clock
    )


async def _ok() -> str:
    return "ok"


def _doctor(clock: Clock) -> Doctor:
    doctor = Doctor(now=clock)
    for name, state in (("fine", State.OK), ("broken", State.ILL), ("worn", State.WARNING)):
        fix = "" if state is State.OK else "Mend it."

        async def check(name: str = name, state: State = state, fix: str = fix) -> Finding:
            return Finding(name=name, title=name.title(), state=state, what=f"It is {state}.", fix=fix)

        doctor.register(name, name.title(), check)
    return doctor
