"""What is kept of runs: the last of each job at hand, the last twenty in the store. A short run is written once."""

import asyncio
from collections.abc import Callable, Collection
from datetime import datetime
from uuid import uuid4

import structlog

from attms_core.errors import StoreUnavailable
from attms_core.jobs.state import JobRun, RunOutcome
from attms_core.ports import Now
from attms_core.store import job_runs
from attms_core.store.database import Database, Tx
from attms_core.store.job_runs import RunRow

log = structlog.get_logger(__name__)
LONG = 2.0
"""Seconds: a longer run is written when it has begun, too, so that a crash shows."""
CUT_OFF = "The process ended while it ran."


def new_id() -> str:
    """Make the id of a run."""
    return uuid4().hex


class Runs:
    """The record of runs. Without a store it lasts as long as the process."""

    def __init__(self, database: Database | None, now: Now) -> None:
        self._database = database
        self._now = now
        self._last: dict[str, JobRun] = {}
        self._started: dict[str, datetime] = {}

    async def load(self, jobs: Collection[str]) -> None:
        """Read what is kept of jobs. Raises ``StoreUnavailable``."""
        rows = await self._database.read(job_runs.everything) if self._database is not None else []
        for row in rows:
            if row.job not in jobs:
                continue
            self._started[row.job] = row.started
            if row.outcome != RunOutcome.RUNNING:
                self._last[row.job] = _run(row)

    async def cut_off(self, jobs: Collection[str]) -> None:
        """Say of runs that never ended that they were cut off: whoever calls this is the only one who runs these jobs.

        Raises ``StoreUnavailable``.
        """
        if self._database is not None:
            await self._database.write(lambda tx: job_runs.cut_off(tx, jobs, RunOutcome.INTERRUPTED, CUT_OFF))

    def last(self, job: str) -> JobRun | None:
        """Give the last run of a job that has ended, or was cut off."""
        return self._last.get(job)

    def started(self, job: str) -> datetime | None:
        """Tell when a job was begun last."""
        return self._started.get(job)

    def begin(self, job: str, run: str) -> RunRow:
        """Begin a run."""
        begun = RunRow(id=run, job=job, started=self._now(), ended=None, outcome=RunOutcome.RUNNING, said="")
        self._started[job] = begun.started
        return begun

    async def open(self, begun: RunRow, fence: Callable[[Tx], bool]) -> bool:
        """Write down that a run begins, if a fence lets it. Raises ``StoreUnavailable``."""

        def work(tx: Tx) -> bool:
            is_let = fence(tx)
            if is_let:
                job_runs.put(tx, begun)
            return is_let

        return self._database is None or await self._database.write(work)

    async def watch(self, begun: RunRow) -> None:
        """Write a run down once it takes long; cancel this when it has ended."""
        await asyncio.sleep(LONG)
        await self._put(begun)

    async def end(self, begun: RunRow, outcome: RunOutcome, said: str, *, is_kept: bool = True) -> None:
        """End a run. A store that takes nothing is told in the log: the job's work is done all the same."""
        ended = RunRow(
            id=begun.id, job=begun.job, started=begun.started, ended=self._now(), outcome=outcome, said=said[:500]
        )
        self._last[begun.job] = _run(ended)
        if is_kept:
            await self._put(ended)

    async def _put(self, run: RunRow) -> None:
        if self._database is None:
            return
        try:
            await self._database.write(lambda tx: job_runs.put(tx, run))
        except StoreUnavailable as error:
            log.warning("job_run_not_kept", job=run.job, reason=str(error))


def _run(row: RunRow) -> JobRun:
    return JobRun(started=row.started, ended=row.ended, outcome=row.outcome, said=row.said)
