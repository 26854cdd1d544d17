"""How often what conversations listen to has changed: whoever has compiled it knows by that whether it is old."""

import secrets
from typing import Any

from sqlalchemy import select
from sqlalchemy.sql import ClauseElement

from attms_core.model import TenantId
from attms_core.store.build import number, words
from attms_core.store.database import Tx
from attms_core.store.notice_tables import books
from attms_core.store.statement import Statement

STEP = 2**20

_GET = Statement("a book's generation", select(books.c.generation).where(books.c.tenant == words("tenant")))


def _raised(insert: Any) -> ClauseElement:
    made: ClauseElement = (
        insert(books)
        .values(tenant=words("tenant"), generation=number("step"))
        .on_conflict_do_update(index_elements=["tenant"], set_={"generation": books.c.generation + number("step")})
    )
    return made


_BUMP = Statement("a book has changed", _raised)


def generation(tx: Tx, tenant: TenantId) -> int:
    """Give the generation; zero before anything was written."""
    row = tx.one(_GET, tenant=tenant)
    return int(row[0]) if row else 0


def bump(tx: Tx, tenant: TenantId) -> None:
    """Raise the generation, by a random step: one that was seen and then rolled back is not met again."""
    tx.run(_BUMP, tenant=tenant, step=1 + secrets.randbelow(STEP))
