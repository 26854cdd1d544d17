"""The outbox for an administrator: what waits, what was given up, sent again or forgotten. Sending is elsewhere."""

from collections.abc import Callable, Sequence
from datetime import datetime

import structlog
from msgspec import Struct

from attms_core.errors import Invalid
from attms_core.model import OwedId, TenantId
from attms_core.notices.reach import names_of
from attms_core.ports import Now
from attms_core.store import letters, owed
from attms_core.store.database import Database, Tx
from attms_core.store.letters import LaneWait
from attms_core.store.owed import DeadLetter

log = structlog.get_logger(__name__)

MOST = 500
"""Rows of one page."""


class Named(Struct, frozen=True):
    """A lane, and who or what is told there."""

    wait: LaneWait
    name: str


class Backlog(Struct, frozen=True, kw_only=True):
    """What waits, lane by lane."""

    rows: int
    lanes: int
    """Of all of it, not of this page alone."""
    page: tuple[Named, ...]


class Letter(Struct, frozen=True):
    """A dead letter, and to whom it was to go."""

    letter: DeadLetter
    name: str


class Reason(Struct, frozen=True, kw_only=True):
    """Why messages were given up."""

    code: str
    """``delivery-blocked``."""
    what: str
    """In words, of the last one."""
    count: int
    last: datetime


class Chosen(Struct, frozen=True, kw_only=True):
    """Which dead letters are meant: by their numbers, by the code of a reason, or all. Of the three one is set."""

    ids: tuple[OwedId, ...] = ()
    reason: str = ""
    is_all: bool = False


class Letters:
    """The use case. ``poke`` wakes the sender when something is due again."""

    def __init__(
        self, database: Database, *, tenant: TenantId, now: Now, poke: Callable[[], None] = lambda: None
    ) -> None:
        self._database = database
        self._tenant = tenant
        self._now = now
        self._poke = poke

    async def waiting(self, *, limit: int = 100, offset: int = 0) -> Backlog:
        """Say what waits, the longest due first."""

        def work(tx: Tx) -> Backlog:
            found = letters.waiting(tx, self._tenant, self._now(), limit=min(limit, MOST), offset=offset)
            names = names_of(tx, self._tenant, [each.lane for each in found])
            rows, lanes = letters.count(tx, self._tenant)
            return Backlog(rows=rows, lanes=lanes, page=tuple(Named(each, names[each.lane]) for each in found))

        return await self._database.read(work)

    async def dead(self, *, limit: int = 100, offset: int = 0) -> list[Letter]:
        """Give what was given up, the latest first."""

        def work(tx: Tx) -> list[Letter]:
            found = owed.dead(tx, self._tenant, min(limit, MOST), offset)
            names = names_of(tx, self._tenant, [each.owed.lane for each in found])
            return [Letter(each, names[each.owed.lane]) for each in found]

        return await self._database.read(work)

    async def reasons(self) -> list[Reason]:
        """Say why messages were given up, the latest reason first."""
        graves = await self._database.read(lambda tx: letters.graves(tx, self._tenant))
        found: dict[str, Reason] = {}
        for grave in graves:
            code, what = split(grave.reason)
            known = found.get(code)
            if known is None:
                found[code] = Reason(code=code, what=what, count=grave.count, last=grave.last)
            else:
                found[code] = Reason(code=code, what=known.what, count=known.count + grave.count, last=known.last)
        return list(found.values())

    async def resend(self, chosen: Chosen) -> int:
        """Let dead letters live again, due now; say how many. Raises ``Invalid`` unless one choice is made."""
        _check(chosen)
        now = self._now()
        count = await self._database.write(lambda tx: owed.resend(tx, self._tenant, self._ids(tx, chosen), now))
        self._poke()
        log.info("dead_letters_sent_again", count=count)
        return count

    async def drop(self, chosen: Chosen) -> int:
        """Forget dead letters; say how many. Raises ``Invalid`` unless one choice is made."""
        _check(chosen)
        count = await self._database.write(lambda tx: letters.drop(tx, self._tenant, self._ids(tx, chosen)))
        log.info("dead_letters_dropped", count=count)
        return count

    def _ids(self, tx: Tx, chosen: Chosen) -> Sequence[OwedId]:
        if chosen.ids:
            return chosen.ids
        reasons = {grave.reason for grave in letters.graves(tx, self._tenant)}
        meant = [each for each in reasons if chosen.is_all or split(each)[0] == chosen.reason]
        return letters.given_up_for(tx, self._tenant, sorted(meant))


def split(reason: str) -> tuple[str, str]:
    """Split a reason into its code and its words; one without words is both."""
    code, _, what = reason.partition(":")
    return code.strip(), what.strip() or reason


def _check(chosen: Chosen) -> None:
    if sum((bool(chosen.ids), bool(chosen.reason), chosen.is_all)) != 1:
        raise Invalid("Say which: their numbers, a reason, or all of them.", field="ids")
