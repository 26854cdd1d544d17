"""One death and what comes after: customers write, a process dies over telling it, the next one finishes the work."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from drill.fate import Death
from drill.process import Clock, Ending, Worker, working
from drill.scene import Note, Scene
from drill.worker import Life

A_WHILE = timedelta(seconds=61)
"""So long a lane that a dead process has claimed stays its own on PostgreSQL, and so long what follows upon something
told is folded; and a little more."""


@dataclass(frozen=True, slots=True)
class Played:
    """The notes that were told of, and whether the process died at all: a step beyond the last one kills nobody."""

    notes: Sequence[Note]
    died: bool


class Play:
    """Deaths one after another in one scene: whoever finished the work of the dead is the next to die."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._clock = Clock()
        self._life = AsyncExitStack()
        self._worker: Worker | None = None

    async def close(self) -> None:
        """End who lives."""
        await self._life.aclose()

    async def die(self, death: Death, *, notes: int = 2) -> Played:
        """Let a process die at its step, and another one finish what it began. Raises ``TimeoutError``."""
        self._clock.move(A_WHILE)
        worker = self._worker or await self._start()
        found = self._scene.customers_write(notes)
        died = await worker.tell(death) is Ending.DIED
        if died:
            await self._life.aclose()
            self._clock.move(A_WHILE)
            await self._finish(await self._start())
        return Played(found, died)

    async def _finish(self, heir: Worker) -> None:
        if await heir.tell() is not Ending.TOLD:
            raise TimeoutError("nobody could finish what was begun")

    async def _start(self) -> Worker:
        place = self._scene.place
        life = Life(settings=place.settings(), ca=place.teams.ca_file)
        self._worker = await self._life.enter_async_context(working(life, self._clock))
        return self._worker


@asynccontextmanager
async def playing(scene: Scene) -> AsyncIterator[Play]:
    """Play in a scene; leaving ends the processes."""
    play = Play(scene)
    try:
        yield play
    finally:
        await play.close()
