"""One death and what comes after: customers write, a process dies over telling it, the next one finishes the work."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import timedelta

from drill.fate import Death
from drill.process import Worker, working
from drill.scene import Note, Scene

A_WHILE = timedelta(seconds=61)
"""So long a lane that a dead process has claimed stays its own on PostgreSQL, and so long what follows upon something
told is folded; and a little more."""
MOST_TRIES = 5


@dataclass(frozen=True, slots=True)
class Played:
    """The notes that were told of, and whether the process died at all: a step beyond the last one kills nobody."""

    notes: Sequence[Note]
    died: bool


class Play:
    """Deaths one after another in one scene; each begins where the last one ended."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._later = timedelta()

    async def die(self, death: Death, *, notes: int = 2) -> Played:
        """Let a process die at its step, and others finish what it began. Raises ``TimeoutError``."""
        self._later += A_WHILE
        found = self._scene.customers_write(notes)
        async with self._worker(death) as doomed:
            died = not (await doomed.is_up() and await doomed.tell())
        if died:
            self._later += A_WHILE
            await self._finish()
        return Played(found, died)

    async def _finish(self) -> None:
        for _ in range(MOST_TRIES):
            async with self._worker() as heir:
                if await heir.is_up() and await heir.tell():
                    return
        raise TimeoutError("nobody could finish what was begun")

    def _worker(self, death: Death | None = None) -> AbstractAsyncContextManager[Worker]:
        place = self._scene.place
        return working(place.settings(), place.teams.ca_file, later=self._later, death=death)
