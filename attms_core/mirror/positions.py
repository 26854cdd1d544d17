"""The mirror's named positions in the store: where each reading of AutoTask has come to."""

from datetime import datetime

from msgspec import structs

from attms_core.mirror.ground import Ground
from attms_core.mirror.standing import Standing
from attms_core.store import sync
from attms_core.store.sync import SyncState


class Positions:
    """Reads and moves positions. Moving one is durable when it returns."""

    def __init__(self, ground: Ground, standing: Standing) -> None:
        self._standing = standing
        self._database = ground.database
        self._tenant = ground.tenant
        self._now = ground.now

    async def get(self, name: str) -> SyncState:
        """Read a position; one that was never written is empty."""
        found = await self._database.read(lambda tx: sync.get(tx, self._tenant, name))
        return found or SyncState(name=name, position=None, done=0, total=None, finished_at=None, checked_at=None)

    async def advance(
        self,
        state: SyncState,
        *,
        position: datetime | None = None,
        done: int | None = None,
        total: int | None = None,
        finished: bool = False,
    ) -> SyncState:
        """Write what is given, and that AutoTask answered just now; what is not given stays."""
        now = self._now()
        moved = structs.replace(
            state,
            position=position or state.position,
            done=state.done if done is None else done,
            total=state.total if total is None else total,
            finished_at=now if finished else state.finished_at,
            checked_at=now,
        )
        await self._database.write(lambda tx: sync.put(tx, self._tenant, moved))
        self._standing.moved()
        return moved
