"""The set-up over the real vault, and the vault that is made for it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from pydantic import SecretStr

from admin.setup.keeping import VaultKeeping
from admin.setup.ports import Tools
from admin.setup.setup import Setup
from attms_core.autotask import AutotaskClient
from attms_core.callouts import CALLOUTS
from attms_core.callouts import check as check_callouts
from attms_core.config import Configuration, Opened, open_configuration
from attms_core.config.opening import data_dir, home
from attms_core.jobs import SCHEDULE, parse
from attms_core.ports import Now
from attms_core.store.database import Database
from attms_core.store.trial import try_file, try_server
from attms_core.vault import create_vault, key_source
from bot.channel import AskEntra
from bot.commands import build_router

CHECKS = {SCHEDULE: parse, CALLOUTS: check_callouts}
"""How entries of other subjects are checked, by the beginnings of their names."""


async def with_vault(
    environ: Mapping[str, str], database: Database | None, *, ask: Callable[[], SecretStr] | None = None
) -> Opened:
    """Open the configuration, and make a vault where there is none. Raises as ``open_configuration``."""
    opened = await open_configuration(environ, database=database, ask=ask, extra=CHECKS)
    if opened.configuration is None or opened.configuration.vault is not None:
        return opened
    folder = data_dir(environ)
    await asyncio.to_thread(folder.mkdir, mode=0o700, parents=True, exist_ok=True)
    await create_vault(home(environ, database), key_source(environ, folder, ask=ask))
    return await open_configuration(environ, database=database, ask=ask, extra=CHECKS)


def setup_of(configuration: Configuration, *, now: Now, login_ca: Path | None = None) -> Setup:
    """Make the set-up over a configuration that has a vault."""
    if configuration.vault is None:
        raise ValueError("the set-up keeps what it is told in a vault")
    tools = Tools(
        autotask=lambda settings: AutotaskClient(settings, now=now),
        token=AskEntra(login_ca),
        try_file=try_file,
        try_server=try_server,
    )
    keeping = VaultKeeping(configuration.vault, configuration)
    return Setup(keeping, tools, commands=lambda: build_router().commands, now=now)


@asynccontextmanager
async def offered(
    configuration: Configuration, *, now: Now, login_ca: Path | None, tell: Callable[[str], None]
) -> AsyncIterator[Setup | None]:
    """Offer the set-up in the browser as long as it is wanted; gives it, or nothing when it is not."""
    setup = setup_of(configuration, now=now, login_ca=login_ca) if configuration.vault else None
    if setup is None or not setup.is_wanted():
        yield None
        return
    from admin.setup.listener import listening  # noqa: PLC0415 - Jinja and pages, once in an installation's life

    async with listening(setup, port=configuration.current.setup_port, tell=tell, now=now):
        yield setup
