"""Callouts that AutoTask gave up: they stand in its error log, and become hints all the same."""

from collections.abc import Callable, Collection
from datetime import timedelta
from typing import Protocol

import structlog

from attms_core.callouts.payload import Callout, parse
from attms_core.errors import Invalid
from attms_core.model.webhook import MissedCallout
from attms_core.ports import Now

log = structlog.get_logger(__name__)

REPORTED = timedelta(hours=1)


class ErrorLog(Protocol):
    """AutoTask's log of callouts that were given up."""

    async def missed(self, after: int) -> list[MissedCallout]:
        """Read the rows after an id."""
        ...


class Missed:
    """Reads the log on from where it was read last; what is older than an hour at first is left to polls."""

    def __init__(self, source: ErrorLog, hint: Callable[[Callout], None], now: Now) -> None:
        self._source = source
        self._hint = hint
        self._now = now
        self._last = 0
        self._rows: list[MissedCallout] = []

    def recent(self) -> list[MissedCallout]:
        """Tell what was given up within the last hour."""
        begin = self._now() - REPORTED
        return [row for row in self._rows if row.at is not None and row.at >= begin]

    async def recover(self, guids: Collection[str]) -> None:
        """Take what came to the log since for hints, if it is of these webhooks: others stand there too."""
        found = await self._source.missed(self._last)
        self._last = max((row.id for row in found), default=self._last)
        begin, before = self._now() - REPORTED, self.recent()
        fresh = [(row, callout) for row in found if (callout := _read(row)) and row.at and row.at >= begin]
        mine = [(row, callout) for row, callout in fresh if callout.guid in guids]
        self._rows = [*before, *(row for row, _ in mine)]
        for _, callout in mine:
            self._hint(callout)


def _read(row: MissedCallout) -> Callout | None:
    try:
        return parse(row.payload.encode("utf-8", "replace"))
    except Invalid:
        log.info("missed_callout_unreadable", row=row.id)
        return None
