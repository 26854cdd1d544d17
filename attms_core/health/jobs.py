"""The jobs: which failed, hang or are overdue. Plugins that could not be loaded stand here too."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from attms_core.health.finding import Finding, Subject, counted, lasting
from attms_core.health.ports import JobLine, JobsLine, PluginsLine

JOBS = Subject("jobs", "Jobs")
PLUGINS = Subject("plugins", "Plugins")
OVERDUE = timedelta(minutes=5)
STUCK = timedelta(hours=1)
FAILED = frozenset({"failed", "interrupted"})


async def look(jobs: JobsLine, now: datetime) -> Finding:
    """Judge by the last runs."""
    return judge(jobs.all(), now)


def judge(jobs: Sequence[JobLine], now: datetime) -> Finding:
    """Judge; what never ended or never began is worse than what failed and will be tried again."""
    facts = {job.name: trouble for job in jobs if (trouble := _stuck(job, now) or _failed(job))}
    stuck = [job for job in jobs if _stuck(job, now)]
    told = "; ".join(f"{name} {trouble}" for name, trouble in facts.items())
    if any(_unplanned(job, now) for job in jobs):
        fix = "See to the database: jobs are planned as soon as it answers. If it is well, restart the service."
        return JOBS.ill(f"{told}.", fix, **facts)
    if stuck:
        return JOBS.ill(f"{told}.", "Restart the service: what a job has done so far is kept.", **facts)
    if facts:
        name = next(iter(facts))
        fix = f"See to what it says. To try at once, on the host type: attms jobs run {name}"
        return JOBS.warning(f"{told}.", fix, **facts)
    return JOBS.fine(f"{counted(len(jobs), 'job')}, and none in trouble.")


def _stuck(job: JobLine, now: datetime) -> str:
    if job.running_since and now - job.running_since > STUCK:
        return f"has been running for {lasting(now - job.running_since)}"
    if job.running_since is None and job.next_run and now - job.next_run > OVERDUE:
        return f"should have run {lasting(now - job.next_run)} ago"
    return _unplanned(job, now)


def _unplanned(job: JobLine, now: datetime) -> str:
    since = job.unplanned_since
    return f"has not been planned for {lasting(now - since)}" if since and now - since > OVERDUE else ""


def _failed(job: JobLine) -> str:
    last = job.last_run
    if last is None or last.outcome not in FAILED:
        return ""
    return f"{last.outcome}: {last.said}" if last.said else last.outcome


async def plugins(those: PluginsLine) -> Finding:
    """Name the plugins that are not at work."""
    failed = dict(those.failed)
    if not failed:
        return PLUGINS.fine(f"{counted(len(those.loaded), 'plugin')} loaded." if those.loaded else "There are none.")
    told = "; ".join(f"{name}: {reason}" for name, reason in failed.items())
    return PLUGINS.warning(
        f"{counted(len(failed), 'plugin')} not loaded. {told}",
        "Update or reinstall it with pip into ATTMS's own environment, or take its name out of the setting plugins.",
        names=", ".join(failed),
    )
