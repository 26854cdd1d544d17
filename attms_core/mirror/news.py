"""Where news is kept, whatever it is about: every change passes here, in the transaction of its record."""

from collections.abc import Sequence
from datetime import datetime

from attms_core.mirror.authors import SKEW
from attms_core.mirror.progress import BEGAN
from attms_core.model import Change, TenantId
from attms_core.store import changes, sync
from attms_core.store.database import Tx


def keep(tx: Tx, tenant: TenantId, found: Sequence[Change]) -> None:
    """Keep changes."""
    changes.add(tx, tenant, found)


def is_news(tx: Tx, tenant: TenantId, moment: datetime | None, *, since: str = BEGAN) -> bool:
    """Say whether something that happened then is younger than what the mirror began with, which is no news."""
    began = sync.get(tx, tenant, since)
    return not (moment and began and began.position) or moment >= began.position - SKEW
