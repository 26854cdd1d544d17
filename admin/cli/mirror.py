"""The copy of AutoTask's data from the command line: how far it is, news at once, and the whole anew."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import typer

from admin.cli import jobs
from admin.cli.openers import Openers
from admin.cli.shapes import Job, MirrorShown
from admin.cli.work import Yes, check_sure, run, served, take_down
from admin.control import Control, open_control
from admin.voice import AsJson, Bar, Voice, when
from attms_core.errors import AttmsError, ChangedMeanwhile, NotConnected, NotFound
from attms_core.mirror import Mirror
from attms_core.mirror.upkeep import Status
from attms_core.store.database import ServingLock

FIRST, POLL = "first-sync", "poll"
LOOK_SECONDS = 0.5
"""How often the bar looks how far it is."""
STAGES = {
    "metadata": "picklists",
    "people": "technicians",
    "companies": "companies",
    "open": "open tickets",
    "contacts": "contacts",
    "notes": "notes of open tickets",
    "closed": "closed tickets",
}


class SyncFailed(AttmsError):
    """The running server's first sync has stopped before its end."""

    code = "sync-failed"


def make(openers: Openers) -> typer.Typer:
    """Build the commands."""
    command = typer.Typer(no_args_is_help=True, help="The local copy of AutoTask's data.")

    @command.command()
    def status(*, as_json: AsJson = False) -> None:
        """Say how far the copy is and how old."""
        voice = Voice(as_json=as_json)
        _show(voice, run(_status(openers)))

    @command.command()
    def sync(*, as_json: AsJson = False) -> None:
        """Ask AutoTask now what has changed; while the first sync is not through, go on with it."""
        voice = Voice(as_json=as_json)
        _show(voice, run(_synced(openers, voice)))

    @command.command()
    def rebuild(*, yes: Yes = False, as_json: AsJson = False) -> None:
        """Drop the copy and read all of it anew. People, rights and what was done stay."""
        voice = Voice(as_json=as_json)
        check_sure(voice, "Drop the local copy? Lists are empty until the open tickets are read anew.", yes=yes)
        _show(voice, run(_rebuilt(openers, voice)))

    return command


async def _status(openers: Openers) -> MirrorShown:
    async with openers.mirror() as mirror:
        return MirrorShown.model_validate(await mirror.status())


async def _synced(openers: Openers, voice: Voice) -> MirrorShown:
    async with served(openers, "Asking AutoTask now") as control, openers.mirror() as mirror:
        if not (await mirror.status()).is_finished:
            await _startable(control)
            await _follow(control, mirror, voice)
        else:
            await jobs.find(control, POLL)
            await jobs.start(control, POLL)
            with voice.waiting("Asking AutoTask ..."):
                _check(await jobs.finished(control, POLL))
        return MirrorShown.model_validate(await mirror.status())


async def _rebuilt(openers: Openers, voice: Voice) -> MirrorShown:
    async with openers.mirror() as mirror, open_control(openers.data_dir) as control:
        if control is not None:
            await _rebuild_there(openers, voice, control, mirror)
        else:
            with ServingLock(openers.data_dir):  # no server may begin to read meanwhile
                await _rebuild_here(openers, voice, mirror)
        return MirrorShown.model_validate(await mirror.status())


async def _rebuild_there(openers: Openers, voice: Voice, control: Control, mirror: Mirror) -> None:
    """Drop the copy beside the running server, and let it read."""
    job = await _startable(control)
    if job.running_since is not None:
        raise ChangedMeanwhile(
            "The first sync runs right now: dropping the copy under it would leave gaps.",
            hint="Wait for its end (attms mirror status), or stop the server first.",
        )
    await mirror.forget()
    await take_down(openers, voice, "mirror.rebuild")
    await _follow(control, mirror, voice)


async def _rebuild_here(openers: Openers, voice: Voice, mirror: Mirror) -> None:
    """Drop the copy where no server runs, and read it in this process."""
    await mirror.forget()
    await take_down(openers, voice, "mirror.rebuild")
    reading = asyncio.create_task(mirror.first_sync(), name="first-sync")
    async with _ended(reading):
        with voice.bar("Beginning") as bar:
            while not reading.done():
                _move(bar, await mirror.status())
                await asyncio.wait({reading}, timeout=LOOK_SECONDS)
        reading.result()


@asynccontextmanager
async def _ended(task: asyncio.Task[None]) -> AsyncIterator[None]:
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task})


async def _follow(control: Control, mirror: Mirror, voice: Voice) -> None:
    """Start the server's first sync and show how far it is, to its end. Leaving does not stop it."""
    await jobs.start(control, FIRST)
    with voice.bar("Beginning") as bar:
        while not (now := await mirror.status()).is_finished:
            _move(bar, now)
            job = await jobs.find(control, FIRST)
            if job.running_since is None and not (await mirror.status()).is_finished:
                _check(job)
                await jobs.start(control, FIRST)
            await asyncio.sleep(LOOK_SECONDS)


async def _startable(control: Control) -> Job:
    try:
        return await jobs.find(control, FIRST)
    except NotFound as error:
        raise NotConnected("AutoTask is not connected, so there is nothing to read.", hint="attms setup") from error


def _check(job: Job) -> None:
    if job.last_run is not None and job.last_run.outcome != jobs.OK:
        raise SyncFailed(
            f"{job.name} {job.last_run.outcome}: {job.last_run.said or 'it did not say why'}",
            hint="It tries again by itself. What to do about it says: attms doctor",
        )


def _move(bar: Bar, now: Status) -> None:
    bar.show(f"Reading {STAGES.get(now.stage, now.stage)}: {now.done:,}", now.done, now.total)


def _show(voice: Voice, shown: MirrorShown) -> None:
    def words() -> None:
        if shown.is_finished:
            voice.say(f"Complete: {shown.open_tickets:,} open tickets, {shown.all_tickets:,} in all.")
        else:
            voice.say(f"The first sync reads {STAGES.get(shown.stage, shown.stage)}: {shown.done:,} so far.")
            voice.say(f"{shown.open_tickets:,} open tickets are here, {shown.all_tickets:,} in all.")
        late = "" if shown.is_current else ", which is too long ago: attms doctor says why"
        voice.say(f"AutoTask answered last {when(shown.as_of, never='never')}{late if shown.as_of else ''}.")

    voice.answer(shown, words)
