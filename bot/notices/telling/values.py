"""Values of changes as a reader knows them: labels, names, moments in their zone, and who did it. Pure."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Protocol

from msgspec import Struct, field

from attms_core.model import (
    Author,
    AuthorKind,
    Change,
    Company,
    CompanyId,
    Contact,
    ContactId,
    ResourceId,
    Ticket,
)
from bot.notices.telling.fold import Deed
from cards.reader import Reader
from cards.times import day, moment

TEXT = 120
"""Characters of an edited text that a line shows."""
_PICKED = frozenset({"status", "priority", "queue", "category", "ticket_type", "issue_type", "sub_issue_type", "stage"})


class Names(Protocol):
    """Labels and names, from memory."""

    def label(self, field: str, value: int) -> str:
        """Label a value of a ticket's field."""
        ...

    def opportunity_label(self, field: str, value: int) -> str:
        """Label a value of an opportunity's field."""
        ...

    def resource_name(self, resource: ResourceId) -> str:
        """Name a technician."""
        ...

    def company_name(self, company: CompanyId) -> str:
        """Name a company that was met before."""
        ...


class Naming(Struct, frozen=True, kw_only=True):
    """Names things for one reader of one topic. The reader's own technician is "you"."""

    names: Names
    reader: Reader
    ticket: Ticket | None = None
    """As it is now; none of an opportunity, and of a ticket that is gone."""
    contacts: Mapping[ContactId, Contact] = field(default_factory=dict)
    companies: Mapping[CompanyId, Company] = field(default_factory=dict)

    def who(self, deed: Deed) -> str:
        """Name who did it, as a sentence begins; empty when that is not known."""
        found = " and ".join(name for author in deed.authors if (name := self._author(author)))
        return found[:1].upper() + found[1:]

    def by(self, deed: Deed, *, before: str = "by ") -> str:
        """Name who did it, within a sentence: ``by Ana Ruiz``; empty when that is not known."""
        found = " and ".join(name for author in deed.authors if (name := self._author(author)))
        return f"{before}{found}" if found else ""

    def resource(self, resource: object) -> str:
        """Name a technician, within a sentence."""
        if not isinstance(resource, int):
            return "nobody"
        return "you" if resource == self.reader.me else self.names.resource_name(ResourceId(resource))

    def value(self, change: Change, value: object) -> str:
        """Show a value of the field that a change is about."""
        if value is None or value == "":
            return "none"
        if change.what in _PICKED and isinstance(value, int):
            label = self.names.label if change.ticket is not None else self.names.opportunity_label
            return label(change.what, value)
        if change.what in {"contact", "company", "owner", "assignee"} and isinstance(value, int):
            return self._record(change.what, value)
        return _shown(change.what, str(value), self.reader)

    def _record(self, what: str, number: int) -> str:
        if what == "contact":
            contact = self.contacts.get(ContactId(number))
            return contact.name if contact else f"contact {number}"
        if what == "company":
            company = self.companies.get(CompanyId(number))
            return company.name if company else self.names.company_name(CompanyId(number))
        return self.resource(number)

    def _author(self, author: Author) -> str:
        if author.id is None:
            return ""
        if author.kind is AuthorKind.CONTACT:
            known = self.contacts.get(ContactId(author.id))
            return f"{known.name} (customer)" if known else "the customer"
        return self.resource(author.id)


def _shown(what: str, value: str, reader: Reader) -> str:
    show = _SHOWS.get(what)
    try:
        return show(value, reader) if show else value[:TEXT]
    except ValueError:
        return value[:TEXT]


_SHOWS: Mapping[str, Callable[[str, Reader], str]] = {
    "due": lambda value, reader: moment(datetime.fromisoformat(value), reader),
    "close_date": lambda value, reader: day(date.fromisoformat(value), reader),
    "amount": lambda value, _: f"{float(value):,.2f}",
    "probability": lambda value, _: f"{value} %",
}
