"""Named groups of companies. Every write raises the generation of the tenant's book."""

from datetime import datetime

from sqlalchemy import delete, select

from attms_core.model import CompanyGroup, CompanyId, TenantId
from attms_core.store import books
from attms_core.store.build import upsert, words
from attms_core.store.database import Tx
from attms_core.store.notice_tables import company_groups
from attms_core.store.statement import Statement
from attms_core.store.values import packed, stamp, unpacked

_g = company_groups.c
_COLUMNS = (_g.name, _g.companies, _g.changed_by)
_ALL = Statement("company groups", select(*_COLUMNS).where(_g.tenant == words("tenant")).order_by(_g.name))
_PUT = upsert(company_groups, ["tenant", "name"])
_REMOVE = Statement(
    "remove a company group",
    delete(company_groups).where(_g.tenant == words("tenant"), _g.name == words("name")),
)


def everything(tx: Tx, tenant: TenantId) -> dict[str, CompanyGroup]:
    """Give all groups by name."""
    return {
        name: CompanyGroup(name=name, companies=frozenset(map(CompanyId, unpacked(companies))), changed_by=changed_by)
        for name, companies, changed_by in tx.all(_ALL, tenant=tenant)
    }


def put(tx: Tx, tenant: TenantId, group: CompanyGroup, at: datetime) -> None:
    """Keep a group over what was there under its name."""
    row = {
        "tenant": tenant,
        "name": group.name,
        "companies": packed(sorted(group.companies)),
        "changed_by": group.changed_by,
        "changed_at": stamp(at),
    }
    tx.many(_PUT, [row])
    books.bump(tx, tenant)


def remove(tx: Tx, tenant: TenantId, name: str) -> None:
    """Drop a group."""
    tx.run(_REMOVE, tenant=tenant, name=name)
    books.bump(tx, tenant)
