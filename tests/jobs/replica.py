"""One of several processes on one PostgreSQL, run by the tests as a process of its own.

It runs one job and says so on standard output: ``begin``, then ``end``, or ``cut`` when the job is cut short. The job
goes on while standard input says nothing: ``go`` lets it end, ``run`` asks for a run here and now.
"""

import asyncio
import sys
from datetime import timedelta
from pathlib import Path

import structlog

from attms_core.jobs import Jobs
from attms_core.store.database import open_database
from attms_core.store.leader import Leader, Pace

FAST = Pace(every=0.1, answer=1.0, believed=0.6, silence=0.8)
JOB = "slow"


def say(word: str) -> None:
    """Tell the test."""
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


async def main(url: str) -> None:
    """Be a replica until standard input ends."""
    may_end = asyncio.Event()

    async def work() -> None:
        may_end.clear()
        say("begin")
        try:
            await may_end.wait()
        except asyncio.CancelledError:
            say("cut")
            raise
        say("end")

    database = await open_database(url, Path())
    async with Leader(url, pace=FAST) as lead:
        jobs = Jobs(database, lead=lead, look=0.02)
        jobs.add(JOB, work, timedelta(milliseconds=50))
        async with jobs:
            say("ready")
            await obey(jobs, may_end)
    await database.close()


async def obey(jobs: Jobs, may_end: asyncio.Event) -> None:
    """Do what standard input says."""
    words = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(words), sys.stdin)
    while word := (await words.readline()).decode().strip():
        if word == "go":
            may_end.set()
        else:
            await jobs.run_now(JOB)
            [state] = jobs.all()
            say(f"asked {state.last_run.outcome}" if state.last_run else "asked")


if __name__ == "__main__":
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    asyncio.run(main(sys.argv[1]))
