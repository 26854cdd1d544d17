"""What not every tenant lets us read, time and opportunities: where it is refused, the mirror does without."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import TypeVar

import structlog

from attms_core.errors import Unreadable
from attms_core.mirror.ground import Ground

log = structlog.get_logger(__name__)

T = TypeVar("T")
ASKED_AGAIN = timedelta(hours=1)


class Permit:
    """Whether AutoTask lets our user read one kind of record. A refusal is remembered for an hour."""

    def __init__(self, ground: Ground, entity: str) -> None:
        self._now = ground.now
        self._entity = entity
        self._refused_at: datetime | None = None

    @property
    def is_refused(self) -> bool:
        """Say whether asking is of no use now."""
        return self._refused_at is not None and self._now() - self._refused_at < ASKED_AGAIN

    async def pages(self, pages: AsyncIterator[list[T]]) -> AsyncIterator[list[T]]:
        """Give the pages; none where reading them is refused."""
        if self.is_refused:
            return
        try:
            async for page in pages:
                yield page
        except Unreadable as refusal:
            self._refused_at = self._now()
            log.warning("autotask_unreadable", entity=self._entity, said=str(refusal))
