"""What is kept of runs: the last of each job at hand, the last twenty in the store. A short run is written once."""

import asyncio
from datetime import datetime
from uuid import uuid4

import structlog

from attms_core.errors import StoreUnavailable
from attms_core.jobs.state import JobRun, RunOutcome
from attms_core.ports import Now
from attms_core.store import job_runs
from attms_core.store.database import Database
from attms_core.store.job_runs import RunRow

log = structlog.get_logger(__name__)
LONG = 2.0
"""Seconds: a longer run is written when it has begun, too, so that a crash shows."""


class Runs:
    """The record of runs. Without a store it lasts as long as the process."""

    def __init__(self, database: Database | None, now: Now) -> None:
        self._database = database
        self._now = now
        self._last: dict[str, JobRun] = {}

    async def load(self, *, is_alone: bool) -> None:
        """Read what is kept. What never ended was cut off, unless another process may be at it."""
        if self._database is None:
            return
        if is_alone:
            await self.cut_off()
        for row in await self._database.read(job_runs.everything):
            self._last[row.job] = _run(row)

    async def cut_off(self) -> None:
        """Say of all runs that never ended that they were cut off: whoever calls this is the only one who runs them."""
        if self._database is not None:
            said = "The process ended while it ran."
            await self._database.write(lambda tx: job_runs.cut_off(tx, RunOutcome.INTERRUPTED, said))

    def last(self, job: str) -> JobRun | None:
        """Give the last run of a job that has ended, or was cut off."""
        return self._last.get(job)

    def begin(self, job: str) -> RunRow:
        """Begin a run."""
        return RunRow(id=uuid4().hex, job=job, started=self._now(), ended=None, outcome=RunOutcome.RUNNING, said="")

    async def watch(self, begun: RunRow) -> None:
        """Write a run down once it takes long; cancel this when it has ended."""
        await asyncio.sleep(LONG)
        await self._put(begun)

    async def end(self, begun: RunRow, outcome: RunOutcome, said: str) -> None:
        """End a run. A store that takes nothing is told in the log: the job's work is done all the same."""
        ended = RunRow(
            id=begun.id, job=begun.job, started=begun.started, ended=self._now(), outcome=outcome, said=said[:500]
        )
        self._last[begun.job] = _run(ended)
        await self._put(ended)

    async def _put(self, run: RunRow) -> None:
        if self._database is None:
            return
        try:
            await self._database.write(lambda tx: job_runs.put(tx, run))
        except StoreUnavailable as error:
            log.warning("job_run_not_kept", job=run.job, reason=str(error))

    def now(self) -> datetime:
        """Tell the time."""
        return self._now()


def _run(row: RunRow) -> JobRun:
    return JobRun(started=row.started, ended=row.ended, outcome=row.outcome, said=row.said)
