"""A thin owner of APScheduler's clock: jobs by name, never twice at once, cancelled and awaited at the end."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Self

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from attms_core.errors import AttmsError

log = structlog.get_logger(__name__)

Work = Callable[[], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class _Job:
    name: str
    work: Work
    every: timedelta
    jitter: timedelta | None


class Jobs:
    """Runs jobs again and again while it is open (``async with``). An error is logged by the job's name, no more.

    The scheduler only says when: APScheduler's own asyncio executor swallows cancellation and awaits nobody, so the
    tasks are ours.
    """

    def __init__(self) -> None:
        self._jobs: dict[str, _Job] = {}
        self._running: dict[str, asyncio.Task[None]] = {}
        self._scheduler: AsyncIOScheduler | None = None

    async def __aenter__(self) -> Self:
        """Start the clock; each job runs first after its own interval, or when ``run_now`` says so."""
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

    def add(self, name: str, work: Work, every: timedelta, *, jitter: timedelta | None = None) -> None:
        """Run ``work`` every so often, spread by ``jitter``. ValueError when the name is taken."""
        if name in self._jobs:
            raise ValueError(f"there is a job {name} already")
        self._jobs[name] = _Job(name, work, every, jitter)
        if self._scheduler is not None:
            self._schedule(self._jobs[name])

    async def run_now(self, name: str) -> None:
        """Run a job at once, or wait for the run under way. KeyError when there is no such job.

        What the job raises is logged, not raised. Cancelling the caller does not stop the job.
        """
        await asyncio.wait({self._start(name)})

    def _schedule(self, job: _Job) -> None:
        if self._scheduler is None:
            raise RuntimeError("the jobs are not open")
        self._scheduler.add_job(
            self._tick,
            "interval",
            args=[job.name],
            id=job.name,
            seconds=job.every.total_seconds(),
            jitter=job.jitter.total_seconds() if job.jitter else None,
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,
        )

    async def _tick(self, name: str) -> None:
        if self._scheduler is not None:
            self._start(name)

    def _start(self, name: str) -> asyncio.Task[None]:
        """Start a job unless it runs already: a slow one is never overtaken by itself."""
        job = self._jobs[name]
        running = self._running.get(name)
        if running is not None and not running.done():
            return running
        task = asyncio.create_task(_run(job), name=f"job {name}")
        self._running[name] = task
        task.add_done_callback(lambda done: self._ended(name, done))
        return task

    def _ended(self, name: str, task: asyncio.Task[None]) -> None:
        """Log what nobody expected: a bug, with its traceback. The schedule goes on."""
        if self._running.get(name) is task:
            del self._running[name]
        error = None if task.cancelled() else task.exception()
        if error is not None:
            log.error("job_broke", job=name, exc_info=error)


async def _run(job: _Job) -> None:
    try:
        await job.work()
    except AttmsError as error:
        log.warning("job_failed", job=job.name, code=error.code, reason=str(error))
