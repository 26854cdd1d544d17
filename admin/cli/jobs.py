"""Jobs from the command line. They live in the serving process, so every command here needs it."""

import asyncio
from typing import Annotated

import typer

from admin.cli.openers import Openers
from admin.cli.shapes import Job, JobList, Reloaded, Started
from admin.cli.work import asked, nearest, run, served
from admin.control import Control
from admin.voice import AsJson, Voice, when
from attms_core.errors import NotFound

ALL = "/api/v1/scheduler/jobs"
RELOAD = "/api/v1/scheduler/reload"
LOOK_SECONDS = 0.5
"""How often a run is looked at that somebody waits for."""
OK = "ok"


async def find(control: Control, name: str) -> Job:
    """Find a job by its name. Raises ``NotFound`` with the nearest."""
    listed = JobList.model_validate_json(await control.ask("GET", ALL))
    jobs = {job.name: job for job in listed.jobs}
    if name not in jobs:
        raise NotFound(
            f"There is no job called {name[:60]}.", hint=nearest(name, jobs) or f"There are: {', '.join(sorted(jobs))}."
        )
    return jobs[name]


async def start(control: Control, name: str) -> Started:
    """Start a job."""
    return Started.model_validate_json(await control.ask("POST", f"{ALL}/{name}/run"))


async def finished(control: Control, name: str) -> Job:
    """Wait for the end of a run that was started: then ``last_run`` is that one."""
    while (job := await find(control, name)).running_since is not None:  # noqa: ASYNC110 - it ends in another process
        await asyncio.sleep(LOOK_SECONDS)
    return job


def make(openers: Openers) -> typer.Typer:
    """Build the commands."""
    command = typer.Typer(no_args_is_help=True, help="Jobs of the running server.")

    @command.command("list")
    def list_(*, as_json: AsJson = False) -> None:
        """List the jobs: when they run, and how the last run went."""
        voice = Voice(as_json=as_json)
        found = run(asked(openers, "Listing the jobs", JobList, "GET", ALL))
        rows = [(each.name, each.schedule, _next(each), _last(each), each.about) for each in found.jobs]
        voice.answer(found, lambda: voice.table(("job", "schedule", "next run", "last run", "about"), rows))

    _add_running(command, openers)

    @command.command()
    def reload(*, as_json: AsJson = False) -> None:
        """Read the schedules anew from the vault; one that makes no sense changes nothing."""
        voice = Voice(as_json=as_json)
        done = run(asked(openers, "Reading the schedules anew", Reloaded, "POST", RELOAD))
        voice.answer(done, lambda: voice.say(f"Changed: {', '.join(done.changed) or 'nothing'}."))

    return command


def _add_running(command: typer.Typer, openers: Openers) -> None:
    @command.command("run")
    def run_(
        name: Annotated[str, typer.Argument(metavar="NAME", help="A job, see the list.")],
        *,
        wait: Annotated[bool, typer.Option("--wait", help="Wait for its end; leave with 1 if it fails.")] = False,
        as_json: AsJson = False,
    ) -> None:
        """Run a job now. One that runs already is not started twice."""

        async def work() -> Started | Job:
            async with served(openers, "Running a job") as control:
                await find(control, name)
                started = await start(control, name)
                if not wait:
                    return started
                with voice.waiting(f"{name} runs ..."):
                    return await finished(control, name)

        voice = Voice(as_json=as_json)
        done = run(work())
        voice.answer(done, lambda: voice.say(_said(done)))
        if isinstance(done, Job) and done.last_run and done.last_run.outcome != OK:
            raise typer.Exit(code=1)


def _said(done: Started | Job) -> str:
    if isinstance(done, Started):
        return f"{done.job} runs. See how it goes with: attms jobs list"
    return f"{done.name}: {_last(done)}"


def _next(job: Job) -> str:
    if job.running_since:
        return "runs now"
    return "paused" if job.is_paused else when(job.next_run, never="off")


def _last(job: Job) -> str:
    if job.last_run is None:
        return "never"
    said = f", {job.last_run.said}" if job.last_run.said else ""
    return f"{job.last_run.outcome} {when(job.last_run.started)}{said}"
