"""A thin owner of APScheduler's clock: jobs by name, never twice at once, cancelled and awaited at the end."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Protocol, Self

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from attms_core.errors import AttmsError, Invalid
from attms_core.jobs.runs import Runs
from attms_core.jobs.schedule import Schedule, every, parse
from attms_core.jobs.state import JobState, RunOutcome
from attms_core.ports import Now
from attms_core.store.database import Database

log = structlog.get_logger(__name__)

Work = Callable[[], Awaitable[object]]


class Lead(Protocol):
    """Says whether this process is the one that runs jobs."""

    @property
    def leads(self) -> bool:
        """Whether it is, now."""
        ...


class _Alone:
    leads = True


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    name: str
    work: Work
    usual: Schedule
    jitter: timedelta | None
    about: str
    everywhere: bool
    late: timedelta | None
    schedule: Schedule


class Jobs:
    """Runs jobs while it is open (``async with``). An error is logged by the job's name and kept as its last run.

    The scheduler only says when: APScheduler's own asyncio executor swallows cancellation and awaits nobody, so the
    tasks are ours. ``lead`` says whether this process is the one among several that runs what only one may run.
    """

    def __init__(
        self, database: Database | None = None, *, now: Now = lambda: datetime.now(UTC), lead: Lead | None = None
    ) -> None:
        self._runs = Runs(database, now)
        self._lead = lead or _Alone()
        self._jobs: dict[str, _Job] = {}
        self._running: dict[str, asyncio.Task[None]] = {}
        self._since: dict[str, datetime] = {}
        self._scheduler: AsyncIOScheduler | None = None

    async def __aenter__(self) -> Self:
        """Start the clock; each job runs first after its own interval, or when ``run_now`` says so."""
        await self._runs.load(is_alone=isinstance(self._lead, _Alone))
        self._scheduler = AsyncIOScheduler(timezone="UTC")
        self._scheduler.start()
        for job in self._jobs.values():
            self._schedule(job)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop the clock, cancel what runs and wait until it has ended."""
        scheduler, self._scheduler = self._scheduler, None
        if scheduler is not None:
            scheduler.shutdown(wait=False)
            await asyncio.sleep(0)  # APScheduler shuts down in a callback of the loop
        running = list(self._running.values())
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    def add(
        self,
        name: str,
        work: Work,
        usual: timedelta | str,
        *,
        jitter: timedelta | None = None,
        about: str = "",
        everywhere: bool = False,
        late: timedelta | None = None,
    ) -> None:
        """Run ``work`` so often, or by a schedule's text, spread by ``jitter``. ValueError when the name is taken.

        ``everywhere`` is for what each process does for itself. A run whose time passed while nothing could run comes
        once, afterwards; with ``late`` only when it is no later than that.
        """
        if name in self._jobs:
            raise ValueError(f"there is a job {name} already")
        schedule = parse(usual) if isinstance(usual, str) else every(usual)
        self._jobs[name] = _Job(
            name=name,
            work=work,
            usual=schedule,
            jitter=jitter,
            about=about,
            everywhere=everywhere,
            late=late,
            schedule=schedule,
        )
        if self._scheduler is not None:
            self._schedule(self._jobs[name])

    def all(self) -> Sequence[JobState]:
        """Tell all jobs, in the order in which they were added."""
        return [self._state(job) for job in self._jobs.values()]

    async def reload(self, schedules: Mapping[str, str]) -> list[str]:
        """Go by these schedules, and by the usual ones for jobs that are not named; say whose schedule is another now.

        Raises ``Invalid`` for a bad schedule or a job that does not exist: then nothing changes.
        """
        if missing := sorted(schedules.keys() - self._jobs.keys()):
            raise Invalid(f"There is no job {missing[0]}.", field="schedule", legal=sorted(self._jobs))
        wanted = {name: parse(schedules[name]) if name in schedules else job.usual for name, job in self._jobs.items()}
        changed = [name for name, schedule in wanted.items() if schedule.text != self._jobs[name].schedule.text]
        for name in changed:
            self._jobs[name] = replace(self._jobs[name], schedule=wanted[name])
            if self._scheduler is not None:
                self._schedule(self._jobs[name])
        log.info("schedules_read", changed=changed)
        return changed

    async def run_now(self, name: str) -> None:
        """Run a job at once, or wait for the run under way. KeyError when there is no such job.

        What the job raises is logged, not raised. Cancelling the caller does not stop the job.
        """
        await asyncio.wait({self._start(name)})

    def start_now(self, name: str) -> str:
        """Start a job unless it runs already, without waiting; give the run's task name. KeyError as ``run_now``."""
        return self._start(name).get_name()

    # inside

    def _state(self, job: _Job) -> JobState:
        planned = self._scheduler.get_job(job.name) if self._scheduler is not None else None
        return JobState(
            name=job.name,
            about=job.about,
            schedule=job.schedule.text,
            zone=job.schedule.zone,
            next_run=planned.next_run_time.astimezone(UTC) if planned and planned.next_run_time else None,
            running_since=self._since.get(job.name),
            is_paused=job.schedule.trigger is None,
            last_run=self._runs.last(job.name),
        )

    def _schedule(self, job: _Job) -> None:
        if self._scheduler is None:
            raise RuntimeError("the jobs are not open")
        trigger = job.schedule.trigger
        if trigger is None:
            if self._scheduler.get_job(job.name):
                self._scheduler.remove_job(job.name)
            return
        trigger.jitter = job.jitter.total_seconds() if job.jitter else None
        self._scheduler.add_job(
            self._tick,
            trigger,
            args=[job.name],
            id=job.name,
            max_instances=1,
            coalesce=True,
            misfire_grace_time=max(1, round(job.late.total_seconds())) if job.late else None,
            replace_existing=True,
        )

    async def _tick(self, name: str) -> None:
        if self._scheduler is not None and (self._jobs[name].everywhere or self._lead.leads):
            self._start(name)

    def _start(self, name: str) -> asyncio.Task[None]:
        """Start a job unless it runs already: a slow one is never overtaken by itself."""
        job = self._jobs[name]
        running = self._running.get(name)
        if running is not None and not running.done():
            return running
        task = asyncio.create_task(self._run(job), name=f"job {name}")
        self._running[name] = task
        task.add_done_callback(lambda done: self._ended(name, done))
        return task

    def _ended(self, name: str, task: asyncio.Task[None]) -> None:
        """Log what nobody expected: a bug, with its traceback. The schedule goes on."""
        if self._running.get(name) is task:
            del self._running[name]
        self._since.pop(name, None)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            log.error("job_broke", job=name, exc_info=error)

    async def _run(self, job: _Job) -> None:
        begun = self._runs.begin(job.name)
        self._since[job.name] = begun.started
        watching = asyncio.create_task(self._runs.watch(begun), name=f"watch {job.name}")
        outcome, said = RunOutcome.INTERRUPTED, "ATTMS was stopped while it ran."
        try:
            await job.work()
            outcome, said = RunOutcome.OK, ""
        except AttmsError as error:
            outcome, said = RunOutcome.FAILED, f"{error} {error.hint}".strip()
            log.warning("job_failed", job=job.name, code=error.code, reason=str(error))
        except Exception as error:
            outcome, said = RunOutcome.FAILED, f"A bug: {type(error).__name__}. The log has more."
            raise
        finally:
            watching.cancel()
            await asyncio.wait({watching})
            await self._runs.end(begun, outcome, said)
