"""Opportunities: written by the mirror, read by everybody."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select, true

from attms_core.model import Opportunity, OpportunityId, TenantId
from attms_core.store.build import Among, upsert, words
from attms_core.store.database import Tx
from attms_core.store.statement import Statement
from attms_core.store.tables import opportunities
from attms_core.store.values import moment_or_none, packed, stamp_or_none, unpacked

PLAIN = (
    *("id", "title", "company", "owner", "stage", "status", "probability", "contact"),
    *("description", "next_step", "lead_source", "rating", "category", "creator"),
)
SUMS = ("amount", "cost")
DAYS = ("close_date", "start_date")
MOMENTS = ("created", "closed_at", "lost_at", "last_activity")
_NAMES = (*PLAIN, *SUMS, *DAYS, *MOMENTS, "udfs")

_o = opportunities.c
_ours = _o.tenant == words("tenant")
_LOAD = Statement("load opportunities", select(*(_o[name] for name in _NAMES)).where(_ours, Among(_o.id, "ids")))
_UNDECIDED = Statement("undecided opportunities", select(_o.id).where(_ours, _o.is_undecided == true()))
_PUT = upsert(opportunities, ["tenant", "id"])


def load(tx: Tx, tenant: TenantId, ids: Sequence[OpportunityId]) -> dict[OpportunityId, Opportunity]:
    """Load opportunities by id; those that the mirror lacks are missing in the answer."""
    return {found.id: found for found in map(_decode, tx.all(_LOAD, tenant=tenant, ids=ids))}


def put(tx: Tx, tenant: TenantId, some: Sequence[Opportunity]) -> None:
    """Write opportunities over what is there."""
    tx.many(_PUT, [_encode(tenant, opportunity) for opportunity in some])


def undecided_ids(tx: Tx, tenant: TenantId) -> set[OpportunityId]:
    """Give the ids of all that are neither won nor lost."""
    return {OpportunityId(row[0]) for row in tx.all(_UNDECIDED, tenant=tenant)}


def _encode(tenant: TenantId, opportunity: Opportunity) -> dict[str, Any]:
    return {
        "tenant": tenant,
        **{name: getattr(opportunity, name) for name in PLAIN},
        **{name: str(getattr(opportunity, name)) for name in SUMS},
        **{name: _day_or_none(getattr(opportunity, name)) for name in DAYS},
        **{name: stamp_or_none(getattr(opportunity, name)) for name in MOMENTS},
        "udfs": packed(dict(opportunity.udfs)),
        "is_undecided": opportunity.is_undecided,
    }


def _decode(row: tuple[Any, ...]) -> Opportunity:
    fields: dict[str, Any] = dict(zip(_NAMES, row, strict=True))
    for name in SUMS:
        fields[name] = Decimal(fields[name])
    for name in DAYS:
        fields[name] = date.fromisoformat(fields[name]) if fields[name] else None
    for name in MOMENTS:
        fields[name] = moment_or_none(fields[name])
    fields["udfs"] = unpacked(fields["udfs"])
    return Opportunity(**fields)


def _day_or_none(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
