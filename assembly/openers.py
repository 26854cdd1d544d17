"""What the command line opens, one thing at a time: a command works although the rest of the installation is ill."""

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta

import typer

from admin.setup.listener import listening
from admin.setup.setup import Setup
from assembly.brought import utc_now
from assembly.service import LOGIN_HOSTS, PROBED, tenant_of
from assembly.setting_up import setup_of, with_vault
from attms_core import settings as known
from attms_core.audit import Audit
from attms_core.autotask import AutotaskClient, NotConnectedAutotask
from attms_core.config import Configuration, open_configuration
from attms_core.health import Clocks, Doctor, Instruments, Reach, hosts_allowed, make_doctor
from attms_core.http import HttpClient
from attms_core.keys import Keys
from attms_core.mirror import Mirror
from attms_core.people import People
from attms_core.settings import Settings
from attms_core.store.database import Database, open_database
from bot.channel import TEAMS_HOSTS


class Host:
    """Opens parts of an installation on its host, by the environment."""

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        self._environ = environ

    @asynccontextmanager
    async def configuration(self) -> AsyncIterator[Configuration]:
        """Open the settings, with the vault where there is one. Raises ``Sealed`` and ``SettingsError``."""
        async with self._shared() as shared:
            yield (await open_configuration(self._environ, database=shared)).must()

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
            at = await _autotask(stack, settings, Clocks(utc_now))
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
        """Open a doctor for where nothing serves: what only the serving process knows, he does not."""
        async with self.configuration() as configuration, AsyncExitStack() as stack:
            settings, clocks = configuration.current, Clocks(utc_now)
            store = await stack.enter_async_context(_store(settings))
            hosts = (*TEAMS_HOSTS, *settings.bot_service_url_hosts, *LOGIN_HOSTS)
            allowed = hosts_allowed(hosts, loopback=settings.allow_loopback)
            http = await stack.enter_async_context(HttpClient(allowed, body_cap=PROBED))
            instruments = Instruments(
                now=utc_now,
                settings=lambda: configuration.current,
                tenant=tenant_of(settings),
                database=store,
                autotask=await _autotask(stack, settings, clocks),
                reach=Reach(http.send, clocks),
                clocks=clocks,
                environ=self._environ,
                secrets=known.secret_names(),
                vault=configuration.vault,
            )
            yield await stack.enter_async_context(make_doctor(instruments, in_process=False))

    @asynccontextmanager
    async def setup(self) -> AsyncIterator[Setup]:
        """Open the set-up, and make its vault where there is none."""
        async with self._shared() as shared:
            opened = await with_vault(self._environ, shared)
            yield setup_of(opened.must(), now=utc_now)

    async def wizard(self) -> None:
        """Serve the set-up's pages until it is closed."""
        async with (
            self.setup() as setup,
            listening(setup, port=setup.settings.setup_port, tell=_tell, now=utc_now) as it,
        ):
            await it.until_closed()

    def tenant(self) -> str:
        """Give whose people are meant: known without the vault where the environment says it."""
        return tenant_of(known.load(self._environ))

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


async def _autotask(stack: AsyncExitStack, settings: Settings, clocks: Clocks) -> AutotaskClient | NotConnectedAutotask:
    if not settings.is_connected:
        return NotConnectedAutotask()
    client = AutotaskClient(settings, now=utc_now, heard=lambda answer: clocks.answered("AutoTask", answer))
    return await stack.enter_async_context(client)


def _tell(line: str) -> None:
    typer.echo(line, err=True)
