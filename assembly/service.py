"""All that is made out of settings: other settings make another one, which takes this one's place."""

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

from msgspec import Struct

from assembly.brought import Brought, Play
from assembly.every_job import EveryJob, reload_known
from assembly.examining import AutotaskLike, Patient, Serving, autotask_of, doctor_of
from assembly.telling import Telling, Voice, look_at_the_clock, sender_of, telling_of
from attms_core import settings as known
from attms_core.autotask import AutotaskClient
from attms_core.callouts import Callouts
from attms_core.desk import Desk, Wishes
from attms_core.desk.lookback import Lookback
from attms_core.errors import Invalid
from attms_core.health import Clocks, Doctor, Health, Pulse
from attms_core.jobs import SCHEDULE, Jobs, Lead, PluginJob
from attms_core.mirror import Mirror
from attms_core.model import TenantId
from attms_core.people import People
from attms_core.plugins import Plugins, told
from attms_core.settings import Settings
from attms_core.store.database import Database
from bot.channel import Channel, card_message
from bot.commands import build_router
from bot.conversations import Conversations
from bot.dispatch import Dispatch
from bot.doorway import Doorway
from bot.events import Events
from bot.notices import Renderer, Sender
from bot.reading import Readers
from bot.reply import Reply
from bot.turn import Handle, Turn

if TYPE_CHECKING:
    from attms_core.config import Configuration

LIVING_WISH = timedelta(seconds=60)
"""On PostgreSQL an unfinished wish may belong to another process for so long; the longest write takes 12 seconds."""
AUTOTASK_PAGES = frozenset({"*.autotask.net"})
RECHECK = "Look again who is a guest, off the turn"


class Ground(Struct, frozen=True, kw_only=True):
    """What stays as long as the process lives: the store, the time, and the door that people's words come through."""

    brought: Brought
    store: Database
    doorway: Doorway
    is_alone: bool
    """Whether no other process can serve from this store."""
    pulse: Pulse
    """Whether the event loop turns."""
    lead: Lead | None
    """Whether this process runs the jobs, where several share the store."""
    plugins: Plugins
    configuration: "Configuration | None"
    """Where the settings come from, unless somebody brought them."""


class Core(Struct, frozen=True, kw_only=True):
    """The service desk without its chat."""

    tenant: TenantId
    autotask: AutotaskLike
    mirror: Mirror
    people: People
    wishes: Wishes
    desk: Desk
    telling: Telling
    jobs: Jobs
    callouts: Callouts


class Service(Struct, frozen=True, kw_only=True):
    """All that is made out of settings, but the channel. Other settings make another one."""

    settings: Settings
    core: Core
    health: Health
    doctor: Doctor
    sender: Sender
    handle: Handle
    life: AsyncExitStack


class Site(Struct, frozen=True, kw_only=True):
    """Where a service is built: on what, by which settings, and what closes it again."""

    life: AsyncExitStack
    ground: Ground
    settings: Settings
    channel: Channel
    jobs: EveryJob
    clocks: Clocks

    @property
    def tenant(self) -> TenantId:
        """Whose AutoTask data is mirrored: the first tenant's, also when people of others may speak."""
        return tenant_of(self.settings)


@asynccontextmanager
async def serving(
    ground: Ground, settings: Settings, channel: Channel, jobs: EveryJob, *, is_first: bool
) -> AsyncIterator[Service]:
    """Open all that needs nobody to be alone; ``jobs`` are what the doctor looks at once it serves."""
    async with AsyncExitStack() as life:
        clocks = Clocks(ground.brought.now)
        site = Site(life=life, ground=ground, settings=settings, channel=channel, jobs=jobs, clocks=clocks)
        core = await _core(site, grace=timedelta() if ground.is_alone and is_first else LIVING_WISH)
        doctor = await _doctor(site, core)
        sender, events, handle = await _bot(site, core, doctor)
        about = "Look again who reads internal notes in channels"
        core.jobs.add("recheck-internal", events.recheck_internal, timedelta(minutes=15), about=about)
        await reload_known(core.jobs, ground.configuration.of(SCHEDULE) if ground.configuration else {})
        health = Health(
            database=ground.store,
            meter=core.autotask,
            connected=settings.is_connected,
            keys_loaded=lambda: channel.has_keys,
            doctor=doctor,
            pulse=ground.pulse,
        )
        yield Service(
            settings=settings, core=core, health=health, doctor=doctor, sender=sender, handle=handle, life=life
        )


async def _core(site: Site, *, grace: timedelta) -> Core:
    """Make the desk. ``grace`` is how long an unfinished wish may belong to somebody else who lives."""
    store, now, settings = site.ground.store, site.ground.brought.now, site.settings
    at = site.ground.brought.autotask or await autotask_of(site.life, settings, site.clocks, now)
    telling = telling_of(store, site.tenant, site.ground.brought)
    mirror = await _mirror(site, at, telling)
    wishes = Wishes(
        database=store,
        autotask=at,
        mirror=mirror,
        lookback=Lookback(at),
        tenant=site.tenant,
        now=now,
        grace=grace,
    )
    await site.life.enter_async_context(wishes)
    people = _people(site)
    desk = Desk(mirror=mirror, wishes=wishes, tenant=site.tenant, writes=settings.autotask_writes, now=now)
    callouts = await _callouts(site, mirror, at)
    jobs = await _jobs(site, mirror, people, wishes, callouts)
    if settings.is_connected:
        look_at_the_clock(jobs, telling, site.ground.brought)
    return Core(
        tenant=site.tenant,
        autotask=at,
        mirror=mirror,
        people=people,
        wishes=wishes,
        desk=desk,
        telling=telling,
        jobs=jobs,
        callouts=callouts,
    )


async def _mirror(site: Site, at: AutotaskLike, telling: Telling) -> Mirror:
    settings = site.settings
    mirror = Mirror(
        site.ground.store,
        at,
        at,
        tenant=site.tenant,
        now=site.ground.brought.now,
        every=timedelta(seconds=settings.poll_seconds),
        history=timedelta(days=settings.history_days),
        owing=telling.notices,
    )
    await mirror.open()
    return mirror


async def _callouts(site: Site, mirror: Mirror, at: AutotaskLike) -> Callouts:
    settings = site.settings
    callouts = Callouts(
        mirror=mirror,
        source=at.webhooks if isinstance(at, AutotaskClient) else None,
        keeping=site.ground.configuration,
        public_url=settings.public_url,
        cap=settings.api_hourly_cap,
        every=timedelta(seconds=settings.poll_seconds),
        now=site.ground.brought.now,
    )
    return await site.life.enter_async_context(callouts)


def _people(site: Site) -> People:
    play, settings = site.ground.brought.play, site.settings
    make = play.people if play else People
    return make(
        site.ground.store,
        site.channel.connector,
        tenant=site.tenant,
        linking=settings.linking,
        administrators=settings.administrators,
        now=site.ground.brought.now,
    )


async def _jobs(site: Site, mirror: Mirror, people: People, wishes: Wishes, callouts: Callouts) -> Jobs:
    ground, settings = site.ground, site.settings

    async def technicians() -> None:
        await mirror.refresh_people()
        await people.suspend_inactive()

    jobs = Jobs(ground.store, now=ground.brought.now, lead=ground.lead)
    jobs.add("recheck-people", people.recheck, timedelta(minutes=1), about=RECHECK, everywhere=True)
    if settings.is_connected:
        jobs.add("recover-wishes", wishes.recover, LIVING_WISH, about="Take up writes that a crash cut off")
        jobs.add(
            "first-sync", mirror.first_sync, timedelta(seconds=30), about="Read AutoTask the first time, to its end"
        )
        jobs.add("poll", mirror.poll, timedelta(seconds=settings.poll_seconds), about="Look for news in AutoTask")
        about = "Tell service levels that tickets have reached"
        jobs.add("sla", mirror.watch_levels, timedelta(seconds=30), about=about)
        about = "Look for news of opportunities"
        jobs.add("opportunities", mirror.refresh_opportunities, timedelta(minutes=5), about=about)
        about = "Compare the undecided opportunities"
        jobs.add("compare-opportunities", mirror.reconcile_opportunities, timedelta(hours=1), about=about)
        jobs.add(
            "directory", mirror.refresh_directory, timedelta(minutes=5), about="Read companies, contacts, deletions"
        )
        jobs.add("technicians", technicians, timedelta(hours=1), about="Read technicians, roles and picklists")
        about = "Look after AutoTask's callouts, where they are set up"
        jobs.add("callouts", callouts.keep_up, timedelta(minutes=5), about=about)
        callouts.on_alarm = lambda: jobs.start_now("callouts")
        jobs.add("reconcile", mirror.reconcile, timedelta(hours=24), about="Compare the open tickets, once a night")
        about = "Forget completed tickets that are older than the history"
        jobs.add("forget-tickets", mirror.forget_completed, timedelta(days=1), about=about)
    for plugin, planned in told(ground.plugins, "attms_jobs"):
        add_of_plugin(jobs, ground.plugins, plugin, planned)
    return jobs


def add_of_plugin(jobs: Jobs, plugins: Plugins, plugin: str, planned: object) -> None:
    """Add what a plugin wants done; what makes no sense is told with the plugin."""
    for each in planned if isinstance(planned, list | tuple) else ():
        if not isinstance(each, PluginJob):
            plugins.failed[plugin] = "Its attms_jobs gives something that is no PluginJob."
            continue
        try:
            jobs.add(f"{plugin}.{each.name}", each.work, each.schedule, about=each.about)
        except (Invalid, ValueError) as error:
            plugins.failed[plugin] = f"Its job {each.name} cannot be planned: {error}"


async def _doctor(site: Site, core: Core) -> Doctor:
    ground = site.ground
    patient = Patient(
        now=ground.brought.now,
        settings=lambda: site.settings,
        tenant=core.tenant,
        store=ground.store,
        autotask=core.autotask,
        clocks=site.clocks,
        environ=os.environ,
        vault=ground.configuration.vault if ground.configuration else None,
        serving=Serving(teams=site.channel, jobs=site.jobs, plugins=ground.plugins, callouts=core.callouts),
    )
    return await doctor_of(site.life, patient)


async def _bot(site: Site, core: Core, doctor: Doctor) -> tuple[Sender, Events, Handle]:
    brought, settings, store = site.ground.brought, site.settings, site.ground.store
    conversations = Conversations(database=store, roster=site.channel.connector, now=brought.now)
    site.life.push_async_callback(conversations.close)
    readers = Readers(
        now=brought.now,
        can_write=settings.autotask_writes,
        link_hosts=_link_hosts(settings),
        has_typeahead=brought.has_typeahead,
    )
    render = Renderer(desk=core.desk, wishes=core.wishes, people=core.people, readers=readers, pack=card_message)
    voice = Voice(
        channel=site.channel,
        conversations=conversations,
        readers=readers,
        render=render,
        bot_id=f"28:{settings.bot_app_id}",
    )
    sender = sender_of(store, core.desk, core.people, core.telling, voice, brought)
    play, events = brought.play, Events(conversations=conversations)
    dispatch = Dispatch(
        router=build_router(*([play.router()] if play else [])),
        desk=core.desk,
        wishes=core.wishes,
        people=core.people,
        conversations=conversations,
        events=events,
        readers=readers,
        database=store,
        poke=sender.poke,
        wants=core.telling.wants,
        doctor=doctor,
        connected=settings.is_connected,
        patience=brought.patience,
    )
    await site.life.enter_async_context(dispatch)
    return sender, events, _on_stage(site.channel, core, readers, dispatch, play) if play else dispatch


def _on_stage(channel: Channel, core: Core, readers: Readers, dispatch: Dispatch, play: Play) -> Handle:
    async def tell(turn: Turn, reply: Reply) -> None:
        message = card_message(reply.card, reply.summary)
        await channel.connector.send(turn.conversation, message, thread=turn.thread)

    return play.stage(dispatch, people=core.people, readers=readers, tell=tell)


def tenant_of(settings: Settings) -> TenantId:
    """Whose AutoTask data is mirrored: the first tenant's, also when people of others may speak."""
    return TenantId(settings.bot_tenant_ids[0].lower() if settings.bot_tenant_ids else "")


def _link_hosts(settings: Settings) -> frozenset[str]:
    return AUTOTASK_PAGES | known.LOOPBACK if settings.allow_loopback else AUTOTASK_PAGES
