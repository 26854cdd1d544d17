"""The mirror's positions as they were read a moment ago: every list says how old it is, and they move twice a minute.

Where they are written is not here; whoever moves one in this process says so.
"""

from datetime import datetime, timedelta

from attms_core.mirror.ground import Ground
from attms_core.mirror.progress import Reached

_NO_TIME = timedelta()
FRESH = timedelta(seconds=1)
"""So much later than its own process does another one learn that a position has moved."""


class Standing:
    """Remembers positions for a second. A reading that was overtaken by a move is not kept."""

    def __init__(self, ground: Ground) -> None:
        self._now = ground.now
        self._read_at: datetime | None = None
        self._reached: Reached | None = None
        self.moves = 0
        """How often a position has moved: read it before the positions, and give it to ``keep``."""

    def recent(self) -> Reached | None:
        """Give the positions; none when they have to be read anew."""
        if self._read_at is None or not _NO_TIME <= self._now() - self._read_at < FRESH:
            return None
        return self._reached

    def keep(self, reached: Reached, moves: int) -> None:
        """Remember positions that were read when there had been so many moves."""
        if moves == self.moves:
            self._reached, self._read_at = reached, self._now()

    def moved(self) -> None:
        """Forget what has been read: a position has moved."""
        self.moves += 1
        self._read_at = None
