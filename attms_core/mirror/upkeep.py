"""The mirror as its keeper sees it: how far it is, and dropping it so that it is read anew."""

from datetime import datetime, timedelta
from functools import partial

from msgspec import Struct

from attms_core.mirror.fields import TICKETS
from attms_core.mirror.ground import Ground
from attms_core.mirror.progress import Reached
from attms_core.mirror.standing import Standing
from attms_core.store import forget, sync, tickets
from attms_core.store.database import Tx


class Status(Struct, frozen=True, kw_only=True):
    """How far the mirror is, by the store alone."""

    stage: str
    """What is read now, or was read last."""
    is_finished: bool
    """Everything has been read once."""
    done: int
    total: int | None
    open_tickets: int
    all_tickets: int
    as_of: datetime | None
    """When AutoTask answered last."""
    is_current: bool


class Upkeep:
    """Looks at the mirror whole, and drops it."""

    def __init__(self, ground: Ground, standing: Standing, *, every: timedelta) -> None:
        self._ground = ground
        self._standing = standing
        self._every = every

    async def status(self) -> Status:
        """Say how far it is."""
        tenant = self._ground.tenant

        def work(tx: Tx) -> tuple[Reached, tuple[int, int]]:
            return Reached(sync.all_states(tx, tenant)), tickets.count(tx, tenant)

        reached, (opened, every) = await self._ground.database.read(work)
        progress, age = reached.progress, reached.age(self._ground.now(), self._every)
        return Status(
            stage=progress.stage,
            is_finished=progress.finished,
            done=progress.done,
            total=progress.total,
            open_tickets=opened,
            all_tickets=every,
            as_of=age.as_of,
            is_current=age.is_current,
        )

    async def forget(self) -> None:
        """Drop the copy in one step; the next first sync reads it anew.

        AutoTask is asked for something first: where it does not answer, nothing is dropped, and what it says is raised.
        A first sync under way elsewhere would go on from where it was: see to it that there is none.
        """
        await self._ground.autotask.fields(TICKETS)
        await self._ground.database.write(partial(forget.mirrored, tenant=self._ground.tenant))
        self._standing.moved()
