"""The last runs of each job. What a job does is unknown here."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import delete, select, update

from attms_core.store.build import number, upsert, words
from attms_core.store.database import Tx
from attms_core.store.statement import Statement
from attms_core.store.tables import job_runs
from attms_core.store.values import moment, moment_or_none, stamp, stamp_or_none

KEPT = 20
"""Runs of a job."""
RUNNING = "running"
_r = job_runs.c
_ALL = Statement("runs of jobs", select(*_r).order_by(_r.started, _r.id))
_PUT = upsert(job_runs, ["id"])
_kept = select(_r.id).where(_r.job == words("job")).order_by(_r.started.desc(), _r.id.desc()).limit(number("kept"))
_PRUNE = Statement("prune runs of a job", delete(job_runs).where(_r.job == words("job"), _r.id.not_in(_kept)))
_CUT = Statement(
    "runs that were cut off",
    update(job_runs)
    .where(_r.outcome == RUNNING, _r.job == words("of_job"))
    .values(outcome=words("to_outcome"), said=words("to_said")),
)


class RunRow(Struct, frozen=True, kw_only=True):
    """A run of a job."""

    id: str
    job: str
    started: datetime
    ended: datetime | None
    outcome: str
    said: str


def everything(tx: Tx) -> list[RunRow]:
    """Give all runs that are kept, the oldest first."""
    return [_decode(row) for row in tx.all(_ALL)]


def put(tx: Tx, run: RunRow) -> None:
    """Keep a run, and of its job the last twenty."""
    row = {
        "id": run.id,
        "job": run.job,
        "started": stamp(run.started),
        "ended": stamp_or_none(run.ended),
        "outcome": run.outcome,
        "said": run.said,
    }
    tx.many(_PUT, [row])
    tx.run(_PRUNE, job=run.job, kept=KEPT)


def cut_off(tx: Tx, jobs: Collection[str], outcome: str, said: str) -> int:
    """Say of runs of some jobs that never ended that they were cut off; give the number of them."""
    return sum(tx.run(_CUT, of_job=job, to_outcome=outcome, to_said=said) for job in jobs)


def _decode(row: tuple[Any, ...]) -> RunRow:
    run, job, started, ended, outcome, said = row
    return RunRow(id=run, job=job, started=moment(started), ended=moment_or_none(ended), outcome=outcome, said=said)
