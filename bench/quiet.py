"""AutoTask on a quiet day: the regular looks are answered, and there is no news. All else stays refused."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import TypeVar

from attms_core.autotask import NotConnectedAutotask
from attms_core.model import Company, Contact, DeletedTicket, Opportunity, Ticket

Record = TypeVar("Record")


async def _no_pages(_of: type[Record]) -> AsyncIterator[list[Record]]:
    for page in list[list[Record]]():
        yield page


class QuietAutotask(NotConnectedAutotask):
    """Keeps a mirror current without a network: polls and looks at the directory find nothing."""

    def tickets_changed(self, since: datetime) -> AsyncIterator[list[Ticket]]:  # noqa: ARG002 - as the real one
        """Find nothing."""
        return _no_pages(Ticket)

    def opportunities_changed(self, since: datetime) -> AsyncIterator[list[Opportunity]]:  # noqa: ARG002 - as the real one
        """Find nothing."""
        return _no_pages(Opportunity)

    def undecided_opportunities(self) -> AsyncIterator[list[Opportunity]]:
        """Find nothing."""
        return _no_pages(Opportunity)

    def companies(self, since: datetime | None = None) -> AsyncIterator[list[Company]]:  # noqa: ARG002 - as the real one
        """Find nothing."""
        return _no_pages(Company)

    def contacts(self, since: datetime | None = None) -> AsyncIterator[list[Contact]]:  # noqa: ARG002 - as the real one
        """Find nothing."""
        return _no_pages(Contact)

    def deleted_tickets(self, since: datetime) -> AsyncIterator[list[DeletedTicket]]:  # noqa: ARG002 - as the real one
        """Find nothing."""
        return _no_pages(DeletedTicket)
