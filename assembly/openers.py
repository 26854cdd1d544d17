"""What the command line opens, one thing at a time: a command works although the rest of the installation is ill."""

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path

import typer
from pydantic import SecretStr

from admin.setup.setup import Setup
from assembly.brought import utc_now
from assembly.examining import Patient, autotask_of, doctor_of
from assembly.service import tenant_of
from assembly.setting_up import CHECKS, setup_of, with_vault
from attms_core import settings as known
from attms_core.audit import Audit
from attms_core.config import Configuration, open_configuration
from attms_core.config.opening import data_dir
from attms_core.errors import AttmsError, Sealed, StoreUnavailable
from attms_core.health import (
    Clocks,
    Doctor,
    Finding,
    database,
    disk,
    vault,
)
from attms_core.keys import Keys
from attms_core.mirror import Mirror
from attms_core.people import People
from attms_core.settings import Settings
from attms_core.store.database import Database, open_database


class Host:
    """Opens parts of an installation on its host, by the environment."""

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        self._environ = environ

    @asynccontextmanager
    async def configuration(self) -> AsyncIterator[Configuration]:
        """Open the settings, with the vault where there is one. Raises ``Sealed`` and ``SettingsError``."""
        async with self._shared() as shared:
            yield (await open_configuration(self._environ, database=shared, ask=_ask, extra=CHECKS)).must()

    @asynccontextmanager
    async def keys(self) -> AsyncIterator[Keys]:
        """Open the API's keys."""
        async with self._opened() as (_, store):
            yield Keys(store, utc_now)

    @asynccontextmanager
    async def audit(self) -> AsyncIterator[Audit]:
        """Open the audit."""
        async with self._opened() as (_, store):
            yield Audit(store, utc_now)

    @asynccontextmanager
    async def people(self) -> AsyncIterator[People]:
        """Open the people; nobody new can be met here."""
        async with self._opened() as (settings, store):
            yield People(
                store,
                None,
                tenant=tenant_of(settings),
                linking=settings.linking,
                administrators=settings.administrators,
                now=utc_now,
            )

    @asynccontextmanager
    async def mirror(self) -> AsyncIterator[Mirror]:
        """Open the mirror, with AutoTask behind it where that is set up."""
        async with self._opened() as (settings, store), AsyncExitStack() as stack:
            at = await autotask_of(stack, settings, Clocks(utc_now), utc_now)
            mirror = Mirror(
                store,
                at,
                at,
                tenant=tenant_of(settings),
                now=utc_now,
                every=timedelta(seconds=settings.poll_seconds),
                history=timedelta(days=settings.history_days),
            )
            await mirror.open()
            yield mirror

    @asynccontextmanager
    async def doctor(self) -> AsyncIterator[Doctor]:
        """Open a doctor for where nothing serves: what only the serving process knows, he does not.

        Where the vault or the store does not open, he says that, and looks at what is left.
        """
        async with AsyncExitStack() as stack:
            try:
                doctor = await self._doctor(stack)
            except (Sealed, StoreUnavailable) as error:
                doctor = await stack.enter_async_context(_limited(error, data_dir(self._environ)))
            yield doctor

    async def _doctor(self, stack: AsyncExitStack) -> Doctor:
        configuration = await stack.enter_async_context(self.configuration())
        settings, clocks = configuration.current, Clocks(utc_now)
        patient = Patient(
            now=utc_now,
            settings=lambda: configuration.current,
            tenant=tenant_of(settings),
            store=await stack.enter_async_context(_store(settings)),
            autotask=await autotask_of(stack, settings, clocks, utc_now),
            clocks=clocks,
            environ=self._environ,
            vault=configuration.vault,
        )
        return await doctor_of(stack, patient)

    @asynccontextmanager
    async def setup(self) -> AsyncIterator[Setup]:
        """Open the set-up, and make its vault where there is none."""
        async with self._shared() as shared:
            opened = await with_vault(self._environ, shared, ask=_ask)
            yield setup_of(opened.must(), now=utc_now)

    async def wizard(self) -> None:
        """Serve the set-up's pages until it is closed."""
        from admin.setup.listener import listening  # noqa: PLC0415 - Jinja and pages, which no other command needs

        async with (
            self.setup() as setup,
            listening(setup, port=setup.settings.setup_port, tell=_tell, now=utc_now) as it,
        ):
            await it.until_closed()

    def tenant(self) -> str:
        """Give whose people are meant. It runs a loop of its own."""

        async def read() -> str:
            async with self.configuration() as configuration:
                return tenant_of(configuration.current)

        return asyncio.run(read())

    @asynccontextmanager
    async def _opened(self) -> AsyncIterator[tuple[Settings, Database]]:
        async with self.configuration() as configuration, _store(configuration.current) as store:
            yield configuration.current, store

    @asynccontextmanager
    async def _shared(self) -> AsyncIterator[Database | None]:
        """Open the database that several machines share, where the environment names one: the vault lies there."""
        settings = known.load(self._environ)
        if settings.database_url is None:
            yield None
            return
        async with _store(settings) as store:
            yield store


@asynccontextmanager
async def _store(settings: Settings) -> AsyncIterator[Database]:
    url = settings.database_url.get_secret_value() if settings.database_url else None
    store = await open_database(url, settings.data_dir)
    try:
        yield store
    finally:
        await store.close()


def _limited(error: AttmsError, folder: Path) -> Doctor:
    """Make a doctor who tells what does not open, and looks at the disk beside."""

    async def tell() -> Finding:
        raise error

    doctor = Doctor(now=utc_now, in_process=False)
    subject = vault.VAULT if isinstance(error, Sealed) else database.DATABASE
    doctor.register(subject.name, subject.title, tell)
    doctor.register(disk.DISK.name, disk.DISK.title, lambda: disk.space(folder))
    doctor.register(disk.FOLDER.name, disk.FOLDER.title, lambda: disk.permissions(folder))
    return doctor


def _ask() -> SecretStr:
    return SecretStr(typer.prompt("Passphrase of the vault", hide_input=True, err=True))


def _tell(line: str) -> None:
    typer.echo(line, err=True)
