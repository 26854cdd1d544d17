"""People, their links and limits."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from attms_core.errors import Invalid
from attms_core.model import Link, LinkState, Person, PersonKey, PersonRole, ResourceId, TenantId
from attms_core.store.build import Among, upsert, words
from attms_core.store.database import Tx
from attms_core.store.statement import Statement
from attms_core.store.tables import people
from attms_core.store.values import moment_or_none, packed, stamp_or_none, unpacked

_p = people.c
_COLUMNS = (
    *(_p.tenant, _p.object_id, _p.name, _p.email, _p.state, _p.resource, _p.decided_by, _p.decided_at, _p.reason),
    *(_p.role, _p.within_queues, _p.within_companies, _p.checked_at),
)
_ours = _p.tenant == words("tenant")
_GET = Statement("a person", select(*_COLUMNS).where(_ours, _p.object_id == words("object_id")))
_ALL = Statement("people", select(*_COLUMNS).where(_ours))
_SOME = Statement("some people", select(*_COLUMNS).where(_ours, Among(_p.object_id, "object_ids")))
_HOLDER = Statement(
    "holder of a resource",
    select(*_COLUMNS).where(_ours, _p.state == "linked", Among(_p.resource, "resources")),
)
_PUT = upsert(people, ["tenant", "object_id"])


def get(tx: Tx, key: PersonKey) -> Person | None:
    """Give a person who has spoken here."""
    row = tx.one(_GET, tenant=key.tenant, object_id=key.object_id)
    return _decode(row) if row else None


def some(tx: Tx, tenant: TenantId, object_ids: Sequence[str]) -> dict[str, Person]:
    """Give people by their object ids; those who never spoke here are left out."""
    found = map(_decode, tx.all(_SOME, tenant=tenant, object_ids=list(object_ids)))
    return {person.key.object_id: person for person in found}


def put(tx: Tx, person: Person) -> None:
    """Keep a person. Raises ``Invalid`` when the resource is linked to somebody else already."""
    if person.resource is not None:
        found = holder(tx, person.key.tenant, person.resource)
        if found and found.key != person.key:
            raise Invalid(
                f"That technician is linked to {found.name} already.",
                field="resource",
                hint="An administrator can unlink the other person first.",
            )
    tx.many(_PUT, [_encode(person)])


def everybody(tx: Tx, tenant: TenantId) -> list[Person]:
    """Give everybody who has spoken here, by name."""
    return sorted((_decode(row) for row in tx.all(_ALL, tenant=tenant)), key=lambda p: (p.name, p.key.object_id))


def holder(tx: Tx, tenant: TenantId, resource: ResourceId) -> Person | None:
    """Give the person who is linked to a resource: there is one at most."""
    row = tx.one(_HOLDER, tenant=tenant, resources=[resource])
    return _decode(row) if row else None


def holders(tx: Tx, tenant: TenantId, resources: Sequence[ResourceId]) -> list[Person]:
    """Give the people who are linked to resources."""
    return [_decode(row) for row in tx.all(_HOLDER, tenant=tenant, resources=list(resources))]


def _encode(person: Person) -> dict[str, Any]:
    return {
        "tenant": person.key.tenant,
        "object_id": person.key.object_id,
        "name": person.name,
        "email": person.email,
        "state": person.link.state,
        "resource": person.link.resource,
        "decided_by": person.link.decided_by,
        "decided_at": stamp_or_none(person.link.decided_at),
        "reason": person.link.reason,
        "role": person.role,
        "within_queues": None if person.within_queues is None else packed(person.within_queues),
        "within_companies": None if person.within_companies is None else packed(person.within_companies),
        "checked_at": stamp_or_none(person.checked_at),
    }


def _decode(row: tuple[Any, ...]) -> Person:
    tenant, object_id, name, email, state, resource, decided_by, decided_at, reason, *rest = row
    role, within_queues, within_companies, checked_at = rest
    return Person(
        key=PersonKey(tenant, object_id),
        name=name,
        email=email,
        link=Link(
            state=LinkState(state),
            resource=resource,
            decided_by=decided_by,
            decided_at=moment_or_none(decided_at),
            reason=reason,
        ),
        role=PersonRole(role),
        within_queues=None if within_queues is None else tuple(unpacked(within_queues)),
        within_companies=None if within_companies is None else tuple(unpacked(within_companies)),
        checked_at=moment_or_none(checked_at),
    )
