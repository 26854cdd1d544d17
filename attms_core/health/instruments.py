"""All that is looked with, and the doctor who knows every check. The checks themselves stand by subject."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date, timedelta
from functools import partial
from pathlib import Path

from msgspec import Struct
from pydantic import SecretStr

from attms_core.health import (
    autotask,
    callouts,
    clock,
    database,
    disk,
    environment,
    expiry,
    impersonation,
    jobs,
    mirror,
    outbox,
    reach_of_people,
    teams,
    vault,
)
from attms_core.health.callouts import CalloutsLine
from attms_core.health.clocks import Clocks
from attms_core.health.doctor import Check, Doctor
from attms_core.health.finding import Finding, Subject
from attms_core.health.ports import AutotaskLine, JobsLine, PluginsLine, TeamsLine, VaultLine
from attms_core.health.reach import Reach
from attms_core.model import TenantId
from attms_core.ports import Now
from attms_core.settings import Settings
from attms_core.store.database import FILE, Database


class Instruments(Struct, frozen=True, kw_only=True):
    """What a doctor looks with. What only the serving process has may be left out elsewhere."""

    now: Now
    settings: Callable[[], Settings]
    """Those in force, asked for at each look."""
    tenant: TenantId
    database: Database
    autotask: AutotaskLine
    reach: Reach
    clocks: Clocks
    environ: Mapping[str, str]
    secrets: frozenset[str]
    """The settings that are secrets, by name."""
    vault: VaultLine | None = None
    """None where all settings come from the environment."""
    teams: TeamsLine | None = None
    jobs: JobsLine | None = None
    plugins: PluginsLine | None = None
    callouts: CalloutsLine | None = None

    @property
    def file(self) -> Path | None:
        """SQLite's file; None on PostgreSQL."""
        settings = self.settings()
        return settings.data_dir / FILE if settings.database_url is None else None


def make_doctor(it: Instruments, *, in_process: bool = True) -> Doctor:
    """Make the doctor who knows every check. ``in_process`` says whether this is the process that serves."""
    doctor = Doctor(now=it.now, in_process=in_process)
    for subject, check in (*_autotask(it), *_settings(it), *_store(it)):
        doctor.register(subject.name, subject.title, check)
    for subject, check in _process(it):
        doctor.register(subject.name, subject.title, check, needs_process=True)
    return doctor


Checks = tuple[tuple[Subject, Check], ...]


def _autotask(it: Instruments) -> Checks:
    async def writing(subject: Subject) -> Finding:
        writes = it.settings().autotask_writes
        return await impersonation.look(subject, it.database, it.tenant, writes=writes, now=it.now())

    async def copy() -> Finding:
        settings = it.settings()
        every = timedelta(seconds=settings.poll_seconds)
        return await mirror.look(it.database, it.tenant, every=every, connected=settings.is_connected, now=it.now())

    return (
        (autotask.SIGN_IN, lambda: autotask.sign_in(it.autotask)),
        (autotask.ZONE, lambda: autotask.zone(it.autotask, it.settings().autotask_zone_url)),
        (impersonation.TICKETS, partial(writing, impersonation.TICKETS)),
        (impersonation.NOTES, partial(writing, impersonation.NOTES)),
        (mirror.MIRROR, copy),
    )


def _settings(it: Instruments) -> Checks:
    async def ends(subject: Subject, secret: SecretStr | None, expires: date | None) -> Finding:
        return await expiry.look(subject, is_set=bool(secret), expires=expires, now=it.now())

    def bot() -> Awaitable[Finding]:
        settings = it.settings()
        return ends(expiry.BOT, settings.bot_secret, settings.bot_secret_expires)

    def api_user() -> Awaitable[Finding]:
        settings = it.settings()
        return ends(expiry.AUTOTASK, settings.autotask_secret, settings.autotask_secret_expires)

    return (
        (expiry.BOT, bot),
        (expiry.AUTOTASK, api_user),
        (teams.TENANTS, lambda: teams.tenants(it.settings().bot_app_id, it.settings().bot_tenant_ids)),
        (
            environment.SECRETS,
            lambda: environment.plain_secrets(it.environ, it.secrets, has_vault=it.vault is not None),
        ),
        (environment.OVERRULED, lambda: environment.overruled(it.environ, it.vault.names() if it.vault else ())),
        (vault.VAULT, lambda: vault.look(it.vault)),
        (vault.DAMAGED, lambda: vault.damaged(it.vault)),
    )


def _store(it: Instruments) -> Checks:
    integrity = database.Integrity(it.file, it.now)
    return (
        (teams.SERVICE, lambda: teams.service(it.database, it.tenant, it.reach)),
        (teams.INSTALLED, lambda: teams.installed(it.database, it.tenant)),
        (outbox.OUTBOX, lambda: outbox.look(it.database, it.now())),
        (outbox.DEAD, lambda: outbox.dead(it.database, it.now())),
        (reach_of_people.REACH, lambda: reach_of_people.look(it.database, it.tenant)),
        (database.DATABASE, lambda: database.look(it.database, it.file)),
        (database.INTEGRITY, integrity.look),
        (disk.DISK, lambda: disk.space(it.settings().data_dir)),
        (disk.FOLDER, lambda: disk.permissions(it.settings().data_dir)),
        (clock.CLOCK, lambda: clock.look(it.clocks, it.reach, it.settings().bot_openid_metadata_url)),
    )


def _process(it: Instruments) -> Checks:
    """List what only the process that serves can tell; what it was not given, it has not got."""

    async def none(subject: Subject) -> Finding:
        return subject.unknown("There is none here.")

    teams_line, job_line, plugin_line = it.teams, it.jobs, it.plugins
    url = it.settings().bot_openid_metadata_url
    return (
        (autotask.BUDGET, lambda: autotask.budget(it.autotask, it.settings().api_hourly_cap)),
        (teams.TOKEN, partial(teams.token, teams_line) if teams_line else partial(none, teams.TOKEN)),
        (teams.KEYS, partial(teams.keys, teams_line, url) if teams_line else partial(none, teams.KEYS)),
        (jobs.JOBS, (lambda: jobs.look(job_line, it.now())) if job_line else partial(none, jobs.JOBS)),
        (callouts.CALLOUTS, lambda: callouts.look(it.callouts, it.now())),
        (jobs.PLUGINS, partial(jobs.plugins, plugin_line) if plugin_line else partial(none, jobs.PLUGINS)),
    )
