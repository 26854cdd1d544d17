"""The doctor of an installation: the same one where it serves and where only the command line looks."""

from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack

from msgspec import Struct

from attms_core import settings as known
from attms_core.autotask import AutotaskClient, NotConnectedAutotask
from attms_core.health import Clocks, Doctor, Instruments, Reach, hosts_allowed, make_doctor
from attms_core.health.callouts import CalloutsLine
from attms_core.health.ports import JobsLine, PluginsLine, TeamsLine, VaultLine
from attms_core.http import HttpClient
from attms_core.model import TenantId
from attms_core.ports import Now
from attms_core.settings import Settings
from attms_core.store.database import Database
from bot.channel import TEAMS_HOSTS

LOGIN_HOSTS = ("login.botframework.com", "login.microsoftonline.com")
PROBED = 64 * 1024
"""Bytes of an answer that the doctor reads when he only wants to know whether there is one."""
AutotaskLike = AutotaskClient | NotConnectedAutotask


class Serving(Struct, frozen=True, kw_only=True):
    """What only the process that serves can show."""

    teams: TeamsLine
    jobs: JobsLine
    plugins: PluginsLine
    callouts: CalloutsLine


class Patient(Struct, frozen=True, kw_only=True):
    """What is examined."""

    now: Now
    settings: Callable[[], Settings]
    """Those in force, asked for at each look."""
    tenant: TenantId
    store: Database
    autotask: AutotaskLike
    clocks: Clocks
    environ: Mapping[str, str]
    vault: VaultLine | None
    serving: Serving | None = None


async def doctor_of(life: AsyncExitStack, it: Patient) -> Doctor:
    """Make the doctor; he looks no longer than ``life`` lasts."""
    settings, serving = it.settings(), it.serving
    hosts = (*TEAMS_HOSTS, *settings.bot_service_url_hosts, *LOGIN_HOSTS)
    allowed = hosts_allowed(hosts, loopback=settings.allow_loopback)
    http = await life.enter_async_context(HttpClient(allowed, body_cap=PROBED))
    instruments = Instruments(
        now=it.now,
        settings=it.settings,
        tenant=it.tenant,
        database=it.store,
        autotask=it.autotask,
        reach=Reach(http.send, it.clocks),
        clocks=it.clocks,
        environ=it.environ,
        secrets=known.secret_names(),
        vault=it.vault,
        teams=serving.teams if serving else None,
        jobs=serving.jobs if serving else None,
        plugins=serving.plugins if serving else None,
        callouts=serving.callouts if serving else None,
    )
    return await life.enter_async_context(make_doctor(instruments, in_process=serving is not None))


async def autotask_of(life: AsyncExitStack, settings: Settings, clocks: Clocks, now: Now) -> AutotaskLike:
    """Open AutoTask where it is set up; its answers tell the time."""
    if not settings.is_connected:
        return NotConnectedAutotask()
    client = AutotaskClient(settings, now=now, heard=lambda answer: clocks.answered("AutoTask", answer))
    return await life.enter_async_context(client)
