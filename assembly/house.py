"""The running installation: one service at a time behind doors that stay, and how it comes to go by other settings."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta

from assembly.every_job import EveryJob
from assembly.service import Core, Ground, Service, serving
from attms_core.audit import Audit
from attms_core.callouts import CALLOUTS, Reception
from attms_core.callouts import check as check_callouts
from attms_core.errors import OperatorNeeded
from attms_core.health import Doctor
from attms_core.jobs import SCHEDULE, Jobs, parse
from attms_core.keys import Keys
from attms_core.lifetime import Succession
from attms_core.settings import RESTART, Settings
from bot.channel import PATH, Channel
from bot.notices import Sender
from web.callouts import add_callouts
from web.door import Door
from web.limits import Limits, make_app
from web.pages import add_pages
from web.status import OK, add_status
from web.straight import lead_straight

REACH = (
    *("bot_app_id", "bot_secret", "bot_tenant_ids", "bot_openid_metadata_url", "bot_token_issuer", "bot_login_url"),
    *("bot_service_url_hosts", "allow_loopback", "host"),
)
"""Settings that the channel goes by."""
LOOK_FOR_SETTINGS = timedelta(seconds=5)


class House:
    """A running service desk, and what tests and the demo may touch of it. ``renew`` gives it other settings.

    Until it has settings to serve by, its door is shut, and it is alive but not ready.
    """

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.keys = Keys(ground.store, ground.brought.now)
        self.audit = Audit(ground.store, ground.brought.now)
        self.own_jobs = self._own_jobs()
        self.jobs = EveryJob(self.own_jobs, lambda: self.core.jobs if self.serves else None)
        self.door = Door("not-set-up")
        self.public = make_app(Limits())
        lead_straight(self.public, PATH, self.door.receive)
        add_callouts(self.public, self.reception)
        add_pages(self.public)
        add_status(self.public, live=self.live, ready=self.ready, health=self.well)
        self._channels: Succession[Channel] = Succession(lambda channel: self.door.lead_to(channel.receive))
        self._services: Succession[Service] = Succession(
            lambda service: ground.doorway.lead_to(service.handle), begin=_begin
        )

    @property
    def serves(self) -> bool:
        """Whether there are settings to serve by."""
        return self._services.current is not None

    @property
    def core(self) -> Core:
        """The service desk as its settings are now."""
        return self._service.core

    @property
    def sender(self) -> Sender:
        """The outbox's worker."""
        return self._service.sender

    @property
    def doctor(self) -> Doctor:
        """Who examines all of it."""
        return self._service.doctor

    @property
    def settings(self) -> Settings:
        """The settings in force."""
        return self._service.settings

    @property
    def _service(self) -> Service:
        if self._services.current is None:
            raise OperatorNeeded("ATTMS is not set up yet.", hint="On the host type: attms setup")
        return self._services.current

    def reception(self) -> Reception | None:
        """Who takes AutoTask's callouts now."""
        return self._services.current.core.callouts.reception if self._services.current else None

    async def first_data(self) -> None:
        """Wait until the newest open tickets are in the mirror."""
        while not await self.core.mirror.has_data():
            await self.core.jobs.run_now("first-sync")

    async def renew(self, settings: Settings) -> None:
        """Go by other settings from now on: words under way end by the old ones, and nothing is ever half of each.

        Raises ``OperatorNeeded`` and other errors of ours when that cannot be; then all is as it was.
        """
        is_first, listening = not self.serves, self._channels.current
        if listening is not None and _reach(settings) == _reach(self.settings):
            await self._services.succeed(serving(self.ground, settings, listening, self.jobs, is_first=is_first))
            return
        async with AsyncExitStack() as stack:
            channel = await stack.enter_async_context(_channel(self.ground, settings))
            await self._services.succeed(serving(self.ground, settings, channel, self.jobs, is_first=is_first))
            await self._channels.succeed(_kept(channel, stack.pop_all()))

    async def follow(self, settings: Settings, names: frozenset[str]) -> None:
        """Go by what was changed in the configuration, as far as it takes no restart.

        Raises ``Invalid`` for a bad schedule, and as ``renew``.
        """
        self.jobs.check(self._schedules)
        if any(name in Settings.model_fields and name not in RESTART for name in names) and can_serve(settings):
            await self.renew(settings)
            await self.begin_reading()
        if any(name.startswith(SCHEDULE) for name in names):
            await self.reload_schedules()

    async def reload_schedules(self) -> Sequence[str]:
        """Read the schedules anew; name the jobs whose schedule is another now. Raises ``Invalid``."""
        return await self.jobs.reload(self._schedules)

    async def begin_reading(self) -> None:
        """Begin the first sync at once where there is anything to read; the jobs repeat it until it is whole."""
        if self.settings.is_connected and (self.ground.lead is None or self.ground.lead.leads):
            self.core.jobs.start_now("first-sync")

    async def close(self) -> None:
        """Close all of it: first the ear, then what it speaks through."""
        self.door.shut("stopping")
        await self._services.close()
        await self._channels.close()

    async def live(self) -> str:
        """Say whether the event loop turns."""
        return OK if self.ground.pulse.is_turning else "stuck"

    async def ready(self) -> str:
        """Say whether work can be done here."""
        return await self._services.current.health.ready() if self._services.current else "not-set-up"

    async def well(self) -> str:
        """Say whether all is well."""
        return await self._services.current.health.well() if self._services.current else "not-set-up"

    @property
    def _schedules(self) -> Mapping[str, str]:
        return self.ground.configuration.of(SCHEDULE) if self.ground.configuration else {}

    def _own_jobs(self) -> Jobs:
        """Plan what goes on whatever the settings are: a service cannot replace itself from within a job of its own."""
        configuration = self.ground.configuration
        jobs = Jobs(self.ground.store, now=self.ground.brought.now, lead=self.ground.lead)
        jobs.add(
            "key-uses", self.keys.note_uses, timedelta(minutes=1), about="Note when keys were used", everywhere=True
        )
        jobs.add("audit-retention", self.audit.forget_old, timedelta(days=1), about="Forget audit older than 400 days")
        if configuration is not None:
            configuration.check_by(SCHEDULE, parse)
            configuration.check_by(CALLOUTS, check_callouts)
            about = "Take over settings that another process has changed"
            jobs.add("settings", configuration.refresh, LOOK_FOR_SETTINGS, about=about, everywhere=True)
        return jobs


def can_serve(settings: Settings) -> bool:
    """Say whether settings name a bot and whose people may speak to it: without them nobody can be told apart."""
    return bool(settings.bot_app_id and settings.bot_tenant_ids)


async def _begin(service: Service) -> None:
    """Begin what only one may do at a time."""
    await service.life.enter_async_context(service.sender)
    await service.life.enter_async_context(service.core.jobs)


def _channel(ground: Ground, settings: Settings) -> Channel:
    brought = ground.brought
    return Channel(
        settings,
        ground.doorway,
        now=brought.now,
        dangerously_open=brought.dangerously_open,
        login_ca=brought.login_ca,
    )


@asynccontextmanager
async def _kept(channel: Channel, life: AsyncExitStack) -> AsyncIterator[Channel]:
    async with life:
        yield channel


def _reach(settings: Settings) -> dict[str, object]:
    return {name: getattr(settings, name) for name in REACH}
