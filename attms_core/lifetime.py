"""One living thing at a time, and how another takes its place. What lives is the caller's business."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from typing import Generic, TypeVar

import structlog

log = structlog.get_logger(__name__)
T = TypeVar("T")


class Succession(Generic[T]):
    """Holds what lives now. An heir is opened beside it and put in its place in one step; only then is the old closed.

    So whoever asks gets the old or the new, never half of each, and an heir that cannot be opened changes nothing.
    ``place`` leads everybody to the heir. ``begin`` starts, once the heir is alone, what must not be done by two at a
    time; it must not fail.
    """

    def __init__(self, place: Callable[[T], None], begin: Callable[[T], Awaitable[None]] | None = None) -> None:
        self._place = place
        self._begin = begin
        self._one_by_one = asyncio.Lock()
        self._current: T | None = None
        self._life = AsyncExitStack()

    @property
    def current(self) -> T | None:
        """What lives now; none before the first and after the end."""
        return self._current

    async def succeed(self, heir: AbstractAsyncContextManager[T]) -> T:
        """Open ``heir`` and put it in the place of what lives. Raises what its opening raises, with all as it was."""
        async with self._one_by_one, AsyncExitStack() as life:
            opened = await life.enter_async_context(heir)
            before, self._life, self._current = self._life, life.pop_all(), opened
            self._place(opened)
            await _close(before)
            if self._begin is not None:
                await self._begin(opened)
            return opened

    async def close(self) -> None:
        """Close what lives; nothing does afterwards."""
        async with self._one_by_one:
            life, self._life, self._current = self._life, AsyncExitStack(), None
            await life.aclose()


async def _close(before: AsyncExitStack) -> None:
    try:
        await before.aclose()
    except Exception:
        log.exception("predecessor_closed_badly")  # the heir lives all the same, and has to begin
