"""Jobs by name: by the clock or at once, never twice at the same time, cancelled and awaited at the end."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Self

import structlog
from msgspec import Struct
from msgspec.structs import replace

from attms_core.errors import AttmsError, Invalid
from attms_core.jobs.lead import Alone, Lead
from attms_core.jobs.plan import Plan
from attms_core.jobs.runs import Runs, new_id
from attms_core.jobs.schedule import Schedule, every, parse
from attms_core.jobs.state import JobState, RunOutcome
from attms_core.ports import Now
from attms_core.store.database import Database, Tx
from attms_core.store.job_runs import RunRow

log = structlog.get_logger(__name__)

Work = Callable[[], Awaitable[object]]
LOOK = 1.0
"""Seconds between two looks at the clock on the wall, and at whether this process leads."""
IDLE = 15.0
"""Seconds until the next look after one that a bug of ours ended."""
STALE = timedelta(seconds=15)
"""So old may be what a process that does not lead tells of the leader's runs."""
STOPPED = "ATTMS was stopped while it ran."
LOST = "This process no longer leads: another one runs the job from now on."
LATE = "It was too late for this time of it."
ELSEWHERE = "Another process runs it, or the database does not say."


class _Job(Struct, frozen=True, kw_only=True):
    name: str
    work: Work
    usual: Schedule
    jitter: timedelta | None
    about: str
    everywhere: bool
    late: timedelta | None
    schedule: Schedule


class _Run(Struct, frozen=True, kw_only=True):
    id: str
    job: _Job
    is_planned: bool
    is_late: bool = False


class Jobs:
    """Runs jobs while it is open (``async with``). An error is logged by the job's name and kept as its last run.

    With a ``lead`` there are several processes on one store. What is planned runs on the one that leads, and what is
    asked for on the one that is asked; no two processes run a job at once. A run ends when the lead is lost.
    The times are APScheduler's; its scheduler is not used, since it goes by a clock that tests cannot move, runs a job
    of an hour that comes twice twice, and swallows cancellation.
    """

    def __init__(
        self,
        database: Database | None = None,
        *,
        now: Now = lambda: datetime.now(UTC),
        lead: Lead | None = None,
        look: float = LOOK,
    ) -> None:
        self._now = now
        self._runs = Runs(database, now)
        self._lead = lead or Alone()
        self._is_alone = lead is None
        self._look_every = look
        self._jobs: dict[str, _Job] = {}
        self._running: dict[str, asyncio.Task[None]] = {}
        self._ids: dict[str, str] = {}
        self._since: dict[str, datetime] = {}
        self._claimed: set[str] = set()
        self._plan: Plan | None = None
        self._clock: asyncio.Task[None] | None = None
        self._changed = asyncio.Event()
        self._begun: datetime | None = None
        self._led = False
        self._read_at = datetime.min.replace(tzinfo=UTC)

    async def __aenter__(self) -> Self:
        """Start the clock. A job that was never run comes after its own interval; what was missed comes at once.

        Raises nothing: jobs of a store that does not answer are planned when it does.
        """
        self._begun = self._now()
        await self._look()
        self._clock = asyncio.create_task(self._go_on(), name="jobs")
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop the clock, cancel what runs and wait until it has ended."""
        clock, self._clock, self._plan, self._begun, self._led = self._clock, None, None, None, False
        ending = [*([clock] if clock else []), *self._running.values()]
        for task in ending:
            task.cancel()
        await asyncio.gather(*ending, return_exceptions=True)

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

        ``everywhere`` is for what each process does for itself. A time of a calendar that passed while nothing could
        run is made up for once, however many passed; with ``late`` only when the last of them is no longer ago.
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
        self._put(self._jobs[name])

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
            self._put(self._jobs[name])
        log.info("schedules_read", changed=changed)
        return changed

    async def run_now(self, name: str) -> None:
        """Run a job at once, or wait for the run under way. KeyError when there is no such job.

        What the job raises is logged, not raised. Cancelling the caller does not stop the job.
        """
        await asyncio.wait({self._start(_Run(id=new_id(), job=self._jobs[name], is_planned=False))})

    def start_now(self, name: str) -> str:
        """Start a job without waiting; give the run's id, or that of the run under way. KeyError as ``run_now``."""
        self._start(_Run(id=new_id(), job=self._jobs[name], is_planned=False))
        return self._ids[name]

    # inside

    def _state(self, job: _Job) -> JobState:
        return JobState(
            name=job.name,
            about=job.about,
            schedule=job.schedule.text,
            zone=job.schedule.zone,
            next_run=self._plan.next(job.name) if self._plan is not None else None,
            unplanned_since=self._begun if self._plan is None and not job.schedule.is_off else None,
            running_since=self._since.get(job.name),
            is_paused=job.schedule.is_off,
            last_run=self._runs.last(job.name),
        )

    def _put(self, job: _Job, *, last: datetime | None = None) -> None:
        if self._plan is not None:
            self._plan.put(job.name, job.schedule, last=last, jitter=job.jitter, late=job.late)
            self._changed.set()

    async def _go_on(self) -> None:
        while True:
            pause = await self._look()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._changed.wait()
            self._changed.clear()

    async def _look(self) -> float:
        """Look at the lead and the clock, and start what is due; say in how many seconds to look again."""
        try:
            await self._keep_up()
            self._drop_lost()
            return self._start_due()
        except Exception:
            # The last net: nobody waits for the clock, so a bug that ended it would end all jobs unheard.
            log.exception("jobs_broke")
            return IDLE

    async def _keep_up(self) -> None:
        try:
            await self._follow_the_lead()
        except AttmsError as error:
            log.warning("jobs_not_read", reason=str(error))

    def _start_due(self) -> float:
        if self._plan is None:
            return self._look_every
        for name, is_late in self._plan.due():
            self._tick(self._jobs[name], is_late=is_late)
        return self._plan.pause(self._look_every)

    async def _follow_the_lead(self) -> None:
        """Notice when this process takes the lead. While it does not lead, read now and then what the leader did."""
        leads = self._lead.leads
        if leads and not self._led:
            await self._take_over()
        elif not leads and (self._plan is None or abs(self._now() - self._read_at) > STALE):
            await self._read()
        self._led = leads

    async def _take_over(self) -> None:
        """Plan from the last runs, whosever they were. What never ended was cut off: nobody else runs these jobs."""
        await self._runs.cut_off(self._own())
        await self._read()
        self._plan = Plan(self._now)
        for job in self._jobs.values():
            self._put(job, last=self._runs.started(job.name))

    async def _read(self) -> None:
        self._read_at = self._now()
        await self._runs.load(self._own())
        if self._plan is None:
            self._plan = Plan(self._now)
            for job in self._jobs.values():
                self._put(job)

    def _own(self) -> list[str]:
        """Name the jobs of which runs are kept: among several processes only those that one of them runs."""
        return [name for name, job in self._jobs.items() if self._is_kept(job)]

    def _is_kept(self, job: _Job) -> bool:
        return self._is_alone or not job.everywhere

    def _drop_lost(self) -> None:
        for name in [name for name in self._claimed if not self._lead.has(name)]:
            self._claimed.discard(name)
            log.warning("job_lost", job=name)
            self._running[name].cancel()

    def _tick(self, job: _Job, *, is_late: bool) -> None:
        if job.everywhere or self._lead.leads:
            self._start(_Run(id=new_id(), job=job, is_planned=True, is_late=is_late))

    def _start(self, run: _Run) -> asyncio.Task[None]:
        """Start a job unless it runs already: a slow one is never overtaken by itself."""
        name = run.job.name
        running = self._running.get(name)
        if running is not None and not running.done():
            return running
        task = asyncio.create_task(self._run(run), name=f"job {name}")
        self._running[name], self._ids[name] = task, run.id
        task.add_done_callback(lambda done: self._ended(name, done))
        return task

    def _ended(self, name: str, task: asyncio.Task[None]) -> None:
        """Log what nobody expected: a bug, with its traceback. The schedule goes on."""
        if self._running.get(name) is task:
            del self._running[name]
        error = None if task.cancelled() else task.exception()
        if error is not None:
            log.error("job_broke", job=name, exc_info=error)

    async def _run(self, run: _Run) -> None:
        """Run a job that nobody else runs meanwhile."""
        name = run.job.name
        if run.is_late:
            await self._skip(run, LATE)
        elif run.job.everywhere:
            await self._work(run)
        elif not await self._lead.claim(name):
            await self._skip(run, ELSEWHERE)
        else:
            self._claimed.add(name)
            try:
                await self._work(run)
            finally:
                self._claimed.discard(name)
                await self._lead.release(name)

    async def _skip(self, run: _Run, why: str) -> None:
        log.info("job_skipped", job=run.job.name, reason=why)
        begun = self._runs.begin(run.job.name, run.id)
        await self._runs.end(begun, RunOutcome.SKIPPED, why, is_kept=self._is_kept(run.job))

    async def _work(self, run: _Run) -> None:
        job = run.job
        begun = self._runs.begin(job.name, run.id)
        self._since[job.name] = begun.started
        outcome, said = RunOutcome.INTERRUPTED, STOPPED
        try:
            async with self._written(run, begun) as may_run:
                if not may_run:
                    outcome, said = RunOutcome.SKIPPED, LOST
                    return
                await job.work()
            outcome, said = RunOutcome.OK, ""
        except AttmsError as error:
            outcome, said = RunOutcome.FAILED, f"{error} {error.hint}".strip()
            log.warning("job_failed", job=job.name, code=error.code, reason=str(error))
        except asyncio.CancelledError:
            said = STOPPED if job.everywhere or self._lead.has(job.name) else LOST
            raise
        except Exception as error:
            outcome, said = RunOutcome.FAILED, f"A bug: {type(error).__name__}. The log has more."
            raise
        finally:
            self._since.pop(job.name, None)
            await self._runs.end(begun, outcome, said, is_kept=self._is_kept(job))

    @contextlib.asynccontextmanager
    async def _written(self, run: _Run, begun: RunRow) -> AsyncIterator[bool]:
        """See to it that the run is known if it is cut off. False for a planned one whose time in the lead is over."""
        if not self._is_kept(run.job):
            yield True
        elif not self._is_alone:
            yield await self._runs.open(begun, self._lead.fence if run.is_planned else _let) and self._lead.has(
                run.job.name
            )
        else:
            watching = asyncio.create_task(self._runs.watch(begun), name=f"watch {run.job.name}")
            try:
                yield True
            finally:
                watching.cancel()
                await asyncio.wait({watching})


def _let(_: Tx) -> bool:
    return True
