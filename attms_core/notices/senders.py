"""Whom people mean by a sender's name, and what senders are called. What is silenced stands in ``silences``."""

from collections.abc import Sequence

from msgspec import Struct

from attms_core.errors import Invalid, NotFound
from attms_core.model import Company, CompanyId, Contact, ContactId, Person, Resource, TenantId
from attms_core.model.silence import Sender, SenderKind
from attms_core.store import directory, silences
from attms_core.store.database import Tx
from attms_core.store.words import begins_words, folded

OFFERED = 6
"""Senders that a name may mean before it says too little."""


class Candidate(Struct, frozen=True, kw_only=True):
    """A sender with its names."""

    sender: Sender
    name: str
    about: str
    """Tells those of one name apart: ``contact at Contoso``."""


def meant(tx: Tx, tenant: TenantId, person: Person, text: str, kind: SenderKind | None) -> tuple[Candidate, ...]:
    """Find whom a name may mean among those whom the person may know of: several when it says too little.

    Raises ``NotFound`` when it is nobody, and ``Invalid`` when it could be too many.
    """
    found = _like(tx, tenant, person, text, kind) if folded(text) else []
    exact = [each for each in found if folded(each.name) == folded(text)]
    fitting = tuple(exact or found)
    if not fitting:
        raise NotFound(
            f'Nobody is called "{text.strip()[:60]}": no technician, no contact, no company.',
            hint="Type how the name begins. For example: silence sender Monitoring",
        )
    if len(fitting) > OFFERED:
        raise Invalid(
            f'"{text.strip()[:60]}" could be many.',
            field="sender",
            hint="Type more of the name, or say what it is: silence sender company NAME",
            legal=[f"{each.name} ({each.about})" for each in fitting[:OFFERED]],
        )
    return fitting


def named(tx: Tx, tenant: TenantId, found: Sequence[Sender]) -> dict[Sender, Candidate]:
    """Name senders; one that AutoTask lists no longer by its number."""
    known = {each.sender: each for each in _of_ids(tx, tenant, found)}
    return {each: known.get(each) or _stranger(each) for each in found}


def _like(tx: Tx, tenant: TenantId, person: Person, text: str, kind: SenderKind | None) -> list[Candidate]:
    found: list[Candidate] = []
    if kind in {None, SenderKind.RESOURCE}:
        found += [_technician(each) for each in directory.resources(tx, tenant) if _fits(each, text)]
    if kind in {None, SenderKind.COMPANY}:
        companies = directory.companies_named(tx, tenant, text, limit=OFFERED + 1)
        found += [_company(each) for each in companies if _may_know(person, each.id)]
    if kind in {None, SenderKind.CONTACT}:
        contacts = silences.contacts_named(tx, tenant, text, limit=OFFERED + 1)
        found += _contacts(tx, tenant, [each for each in contacts if _may_know(person, each.company)])
    return found


def _of_ids(tx: Tx, tenant: TenantId, found: Sequence[Sender]) -> list[Candidate]:
    resources = {each.id for each in found if each.kind is SenderKind.RESOURCE}
    companies = [CompanyId(each.id) for each in found if each.kind is SenderKind.COMPANY]
    contacts = [ContactId(each.id) for each in found if each.kind is SenderKind.CONTACT]
    known = directory.resources(tx, tenant) if resources else []
    return [
        *(_technician(each) for each in known if each.id in resources),
        *(_company(each) for each in directory.companies(tx, tenant, companies).values()),
        *_contacts(tx, tenant, list(directory.contacts(tx, tenant, contacts).values())),
    ]


def _contacts(tx: Tx, tenant: TenantId, contacts: Sequence[Contact]) -> list[Candidate]:
    companies = directory.companies(tx, tenant, sorted({each.company for each in contacts}))
    return [_contact(each, companies.get(each.company)) for each in contacts]


def _technician(resource: Resource) -> Candidate:
    return Candidate(sender=Sender(SenderKind.RESOURCE, resource.id), name=resource.name, about="technician")


def _company(company: Company) -> Candidate:
    return Candidate(
        sender=Sender(SenderKind.COMPANY, company.id), name=company.name, about="all contacts of a company"
    )


def _contact(contact: Contact, company: Company | None) -> Candidate:
    about = f"contact at {company.name}" if company else "contact"
    return Candidate(sender=Sender(SenderKind.CONTACT, contact.id), name=contact.name, about=about)


def _stranger(sender: Sender) -> Candidate:
    return Candidate(sender=sender, name=f"{sender.kind} {sender.id}", about="no longer in AutoTask")


def _fits(resource: Resource, text: str) -> bool:
    return resource.is_active and begins_words(text, resource.name)


def _may_know(person: Person, company: CompanyId) -> bool:
    return person.within_companies is None or company in person.within_companies
