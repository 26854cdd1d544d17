"""Where news is kept, whatever it is about: every change passes here, in the transaction of its record."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from attms_core.mirror.authors import SKEW
from attms_core.mirror.progress import BEGAN, FORGOTTEN
from attms_core.model import Change, Kept, TenantId
from attms_core.store import changes, sync
from attms_core.store.database import Tx


class Owing(Protocol):
    """Decides who is owed a notice of what has happened."""

    def owe(self, tx: Tx, kept: Sequence[Kept]) -> None:
        """Write what is owed, in the same transaction. It may run twice, so it keeps nothing."""
        ...

    def poke(self) -> None:
        """Hear that something was committed that may be owed now."""
        ...


class News:
    """Keeps changes, and with them what is owed because of them."""

    def __init__(self, tenant: TenantId, owing: Owing | None = None) -> None:
        self._tenant = tenant
        self._owing = owing

    def keep(self, tx: Tx, found: Sequence[Change]) -> None:
        """Keep changes; the records that they are about are written already, or are about to be deleted."""
        if not found:
            return
        ids = changes.add(tx, self._tenant, found)
        if self._owing is not None:
            self._owing.owe(tx, [Kept(id=id_, change=change) for id_, change in zip(ids, found, strict=True)])

    def told(self, found: Sequence[Change]) -> None:
        """Say that changes are committed: whoever sends notices need not wait for its next look."""
        if found and self._owing is not None:
            self._owing.poke()


def is_news(tx: Tx, tenant: TenantId, moment: datetime | None, *, since: str = BEGAN) -> bool:
    """Say whether something that happened then is younger than what the mirror began with, which is no news."""
    began = sync.get(tx, tenant, since)
    return not (moment and began and began.position) or moment >= began.position - SKEW


def is_forgotten(tx: Tx, tenant: TenantId, moment: datetime | None) -> bool:
    """Say whether something happened when completed tickets were dropped since: then it may have been told before."""
    forgotten = sync.get(tx, tenant, FORGOTTEN)
    if moment is None or forgotten is None or forgotten.position is None:
        return False
    return moment < forgotten.position
