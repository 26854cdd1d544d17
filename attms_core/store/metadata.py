"""What AutoTask says about its fields, kept per entity."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from msgspec import to_builtins
from sqlalchemy import select

from attms_core.model import Choice, Field, Metadata, TenantId
from attms_core.store.build import upsert, words
from attms_core.store.database import Tx
from attms_core.store.statement import Statement
from attms_core.store.tables import entities
from attms_core.store.values import packed, stamp, unpacked

_PUT = upsert(entities, ["tenant", "entity"])
_LOAD = Statement("metadata", select(entities.c.entity, entities.c.fields).where(entities.c.tenant == words("tenant")))


def put(tx: Tx, tenant: TenantId, entity: str, fields: Sequence[Field], at: datetime) -> None:
    """Keep an entity's fields in the place of the earlier ones."""
    plain = packed(to_builtins(list(fields)))
    tx.many(_PUT, [{"tenant": tenant, "entity": entity, "fields": plain, "at": stamp(at)}])


def load(tx: Tx, tenant: TenantId) -> Metadata:
    """Load the fields of all entities; empty before the first sync."""
    rows = tx.all(_LOAD, tenant=tenant)
    return Metadata({entity: _by_name(unpacked(fields)) for entity, fields in rows})


def _by_name(fields: list[dict[str, Any]]) -> dict[str, Field]:
    made = (Field(**{**plain, "choices": tuple(Choice(**c) for c in plain["choices"])}) for plain in fields)
    return {field.name.lower(): field for field in made}
