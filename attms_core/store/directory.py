"""Companies, contacts, resources and roles. Searches are by the beginnings of folded words."""

from collections.abc import Sequence
from functools import lru_cache

from sqlalchemy import delete, or_, select, true

from attms_core.model import (
    Company,
    CompanyId,
    Contact,
    ContactId,
    Resource,
    ResourceId,
    ResourceRole,
    Role,
    TenantId,
)
from attms_core.store import directory_rows as rows
from attms_core.store import ticket_words
from attms_core.store.build import Among, insert_if_new, number, upsert, words
from attms_core.store.database import Tx
from attms_core.store.statement import Statement
from attms_core.store.tables import companies as companies_table
from attms_core.store.tables import company_words
from attms_core.store.tables import contacts as contacts_table
from attms_core.store.tables import resource_roles as resource_roles_table
from attms_core.store.tables import resources as resources_table
from attms_core.store.tables import roles as roles_table
from attms_core.store.words import asked, folded

HIGHEST = "\U0010ffff"
"""Behind every word that begins with what stands before it."""

_c = companies_table.c
_k = contacts_table.c
_r = resources_table.c
_w = company_words.c
_rr = resource_roles_table.c
_COMPANIES = Statement("companies", select(*rows.COMPANY).where(_c.tenant == words("tenant"), Among(_c.id, "ids")))
_BEGINNING = Statement(
    "companies whose names begin so",
    select(*rows.COMPANY)
    .where(
        *(_c.tenant == words("tenant"), _c.folded >= words("low"), _c.folded < words("high")),
        _c.is_active == true(),
    )
    .order_by(_c.folded, _c.id)
    .limit(number("most")),
)
_CONTACTS = Statement("contacts", select(*rows.CONTACT).where(_k.tenant == words("tenant"), Among(_k.id, "ids")))
_RESOURCES = Statement("resources", select(*rows.RESOURCE).where(_r.tenant == words("tenant")).order_by(_r.id))
_RESOURCE = Statement("a resource", select(*rows.RESOURCE).where(_r.tenant == words("tenant"), Among(_r.id, "ids")))
_WITH_EMAIL = Statement(
    "resources with an e-mail",
    select(*rows.RESOURCE)
    .where(
        _r.tenant == words("tenant"),
        _r.is_active == true(),
        or_(_r.email_key == words("address"), _r.user_key == words("address")),
    )
    .order_by(_r.id),
)
_ROLES = Statement(
    "roles",
    select(*rows.ROLE).where(roles_table.c.tenant == words("tenant")).order_by(roles_table.c.id),
)
_RESOURCE_ROLES = Statement(
    "roles of resources", select(*rows.RESOURCE_ROLE).where(_rr.tenant == words("tenant")).order_by(_rr.id)
)
_ROLES_OF = Statement(
    "roles of a resource",
    select(*rows.RESOURCE_ROLE).where(_rr.tenant == words("tenant"), Among(_rr.resource, "ids")).order_by(_rr.id),
)
_PUT_COMPANIES = upsert(companies_table, ["tenant", "id"])
_PUT_CONTACTS = upsert(contacts_table, ["tenant", "id"])
_PUT_RESOURCES = upsert(resources_table, ["tenant", "id"])
_PUT_ROLES = upsert(roles_table, ["tenant", "id"])
_PUT_RESOURCE_ROLES = upsert(resource_roles_table, ["tenant", "id"])
_FORGET_WORDS = Statement(
    "forget words of companies",
    delete(company_words).where(_w.tenant == words("of_tenant"), Among(_w.company, "ids")),
)
_ADD_WORDS = insert_if_new(company_words)


def put_companies(tx: Tx, tenant: TenantId, companies_: Sequence[Company]) -> None:
    """Write companies over what is there; the tickets of a renamed one are found by its new name."""
    latest = {company.id: company for company in companies_}
    known = companies(tx, tenant, list(latest))
    named = [c for c in latest.values() if c.id not in known or known[c.id].name != c.name]
    tx.many(_PUT_COMPANIES, [rows.of_company(tenant, company) for company in latest.values()])
    tx.run(_FORGET_WORDS, of_tenant=tenant, ids=[company.id for company in named])
    tx.many(
        _ADD_WORDS,
        [{"tenant": tenant, "word": word, "company": c.id} for c in named for word in dict.fromkeys(folded(c.name))],
    )
    for company in named:
        ticket_words.put_company(tx, tenant, company.id, company.name)


def put_contacts(tx: Tx, tenant: TenantId, contacts: Sequence[Contact]) -> None:
    """Write contacts over what is there."""
    tx.many(_PUT_CONTACTS, [rows.of_contact(tenant, contact) for contact in contacts])


def put_resources(tx: Tx, tenant: TenantId, resources: Sequence[Resource]) -> None:
    """Write resources over what is there."""
    tx.many(_PUT_RESOURCES, [rows.of_resource(tenant, resource) for resource in resources])


def put_roles(tx: Tx, tenant: TenantId, roles: Sequence[Role]) -> None:
    """Write roles over what is there."""
    tx.many(_PUT_ROLES, [rows.of_role(tenant, role) for role in roles])


def put_resource_roles(tx: Tx, tenant: TenantId, resource_roles: Sequence[ResourceRole]) -> None:
    """Write the roles of resources over what is there."""
    tx.many(_PUT_RESOURCE_ROLES, [rows.of_resource_role(tenant, held) for held in resource_roles])


def companies_named(tx: Tx, tenant: TenantId, text: str, *, limit: int = 15) -> list[Company]:
    """Find active companies whose name has words beginning like those typed, by name.

    Those whose name begins so come first, and the exact name is the first of all. Text without a letter or digit finds
    all.
    """
    found = companies_beginning(tx, tenant, text, limit=limit)
    more = companies_having(tx, tenant, text, limit=limit) if len(found) < limit else []
    return list({company.id: company for company in (*found, *more)}.values())[:limit]


def companies_having(tx: Tx, tenant: TenantId, text: str, *, limit: int = 15) -> list[Company]:
    """Find active companies whose name has words beginning like those typed, in any order, by name."""
    typed = asked(text)
    params = {f"low{i}": word for i, word in enumerate(typed)}
    params |= {f"high{i}": word + HIGHEST for i, word in enumerate(typed)}
    return [rows.company(row) for row in tx.all(_named(len(typed)), tenant=tenant, most=limit, **params)]


def companies_beginning(tx: Tx, tenant: TenantId, text: str, *, limit: int = 15) -> list[Company]:
    """Find active companies whose whole name begins like the text, by name: the exact name first."""
    low = " ".join(folded(text))
    return [rows.company(row) for row in tx.all(_BEGINNING, tenant=tenant, low=low, high=low + HIGHEST, most=limit)]


def contacts_of(tx: Tx, tenant: TenantId, company: CompanyId, text: str = "", *, limit: int = 15) -> list[Contact]:
    """Find a company's active contacts by words of name or e-mail, the exact name first, then by name."""
    typed = asked(text)
    params = {f"like{i}": f"% {word}%" for i, word in enumerate(typed)}
    exact = " ".join(folded(text))
    found = tx.all(_contacts(len(typed)), tenant=tenant, ids=[company], exact=exact, most=limit, **params)
    return [rows.contact(row) for row in found]


def contacts_named(tx: Tx, tenant: TenantId, text: str, *, limit: int = 15) -> list[Contact]:
    """Find active contacts of any company by words of name or e-mail, the exact name first, then by name.

    It looks at every contact: for what is asked seldom.
    """
    typed = asked(text)
    if not typed:
        return []
    params = {f"like{i}": f"% {word}%" for i, word in enumerate(typed)}
    found = tx.all(_contacts_anywhere(len(typed)), tenant=tenant, exact=" ".join(folded(text)), most=limit, **params)
    return [rows.contact(row) for row in found]


def company(tx: Tx, tenant: TenantId, id: CompanyId) -> Company | None:  # noqa: A002 - the word of the field
    """Give a company by its id."""
    return companies(tx, tenant, [id]).get(id)


def contact(tx: Tx, tenant: TenantId, id: ContactId) -> Contact | None:  # noqa: A002 - the word of the field
    """Give a contact by its id."""
    return contacts(tx, tenant, [id]).get(id)


def resource(tx: Tx, tenant: TenantId, id: ResourceId) -> Resource | None:  # noqa: A002 - the word of the field
    """Give a resource by its id."""
    row = tx.one(_RESOURCE, tenant=tenant, ids=[id])
    return rows.resource(row) if row else None


def companies(tx: Tx, tenant: TenantId, ids: Sequence[CompanyId]) -> dict[CompanyId, Company]:
    """Load companies by id; those that are not here are missing in the answer."""
    return {company.id: company for company in map(rows.company, tx.all(_COMPANIES, tenant=tenant, ids=ids))}


def contacts(tx: Tx, tenant: TenantId, ids: Sequence[ContactId]) -> dict[ContactId, Contact]:
    """Load contacts by id; those that are not here are missing in the answer."""
    return {contact.id: contact for contact in map(rows.contact, tx.all(_CONTACTS, tenant=tenant, ids=ids))}


def resources(tx: Tx, tenant: TenantId) -> list[Resource]:
    """List all resources, inactive ones too, by id."""
    return [rows.resource(row) for row in tx.all(_RESOURCES, tenant=tenant)]


def roles(tx: Tx, tenant: TenantId) -> list[Role]:
    """List all roles, by id."""
    return [rows.role(row) for row in tx.all(_ROLES, tenant=tenant)]


def resource_roles(tx: Tx, tenant: TenantId, resource: ResourceId | None = None) -> list[ResourceRole]:
    """List which roles resources hold, of one or of all, by id."""
    if resource is None:
        found = tx.all(_RESOURCE_ROLES, tenant=tenant)
    else:
        found = tx.all(_ROLES_OF, tenant=tenant, ids=[resource])
    return [rows.resource_role(row) for row in found]


def resources_with_email(tx: Tx, tenant: TenantId, email: str) -> list[Resource]:
    """Find the active resources with this address as e-mail, or as user name where that is an address."""
    address = rows.address(email)
    if not address:
        return []
    return [rows.resource(row) for row in tx.all(_WITH_EMAIL, tenant=tenant, address=address)]


@lru_cache(maxsize=16)
def _named(typed: int) -> Statement:
    of_words = [
        _c.id.in_(
            select(_w.company).where(
                _w.tenant == words("tenant"), _w.word >= words(f"low{i}"), _w.word < words(f"high{i}")
            )
        )
        for i in range(typed)
    ]
    found = select(*rows.COMPANY).where(_c.tenant == words("tenant"), _c.is_active == true(), *of_words)
    return Statement(f"companies by {typed} words", found.order_by(_c.folded, _c.id).limit(number("most")))


@lru_cache(maxsize=16)
def _contacts_anywhere(typed: int) -> Statement:
    alike = [_k.words.like(words(f"like{i}")) for i in range(typed)]
    found = select(*rows.CONTACT).where(_k.tenant == words("tenant"), _k.is_active == true(), *alike)
    order = (_k.folded != words("exact"), _k.folded, _k.id)
    return Statement(f"contacts anywhere by {typed} words", found.order_by(*order).limit(number("most")))


@lru_cache(maxsize=16)
def _contacts(typed: int) -> Statement:
    alike = [_k.words.like(words(f"like{i}")) for i in range(typed)]
    found = select(*rows.CONTACT).where(
        _k.tenant == words("tenant"), Among(_k.company, "ids"), _k.is_active == true(), *alike
    )
    order = [*([_k.folded != words("exact")] if typed else []), _k.folded, _k.id]
    return Statement(f"contacts by {typed} words", found.order_by(*order).limit(number("most")))
