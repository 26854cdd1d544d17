"""Opportunities: what may be sold to a company, as AutoTask keeps it."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from msgspec import Struct, field

from attms_core.model.ids import CompanyId, ContactId, OpportunityId, ResourceId
from attms_core.model.metadata import Choice

UNDECIDED = (0, 1)
"""Not ready to buy, and active: the statuses of what is neither won nor lost. They are the vendor's own, the same in
every tenant (vendor help: Opportunities)."""


class Opportunity(Struct, frozen=True, kw_only=True):
    """One opportunity. Times are aware and in UTC; days are the days that AutoTask says, in no zone."""

    id: OpportunityId
    title: str
    company: CompanyId
    owner: ResourceId
    stage: int
    status: int
    amount: Decimal = Decimal(0)
    cost: Decimal = Decimal(0)
    probability: int = 0
    """Per cent."""
    close_date: date | None = None
    """The day for which closing is projected."""
    start_date: date | None = None
    contact: ContactId | None = None
    description: str = ""
    next_step: str = ""
    lead_source: int | None = None
    rating: int | None = None
    category: int | None = None
    created: datetime | None = None
    creator: ResourceId | None = None
    closed_at: datetime | None = None
    lost_at: datetime | None = None
    last_activity: datetime | None = None
    """Moves with notes and to-dos; an edit of a field may leave it where it is (vendor help: Opportunities)."""
    udfs: Mapping[str, str | None] = field(default_factory=dict)

    @property
    def is_undecided(self) -> bool:
        """Say whether it may still be won or lost."""
        return self.status in UNDECIDED

    @property
    def freshness(self) -> datetime | None:
        """The newest moment that this copy knows of; of two copies the one with the later moment is newer."""
        return self.last_activity


class OpportunityDetail(Struct, frozen=True, kw_only=True):
    """An opportunity with all that its card shows."""

    opportunity: Opportunity
    company_name: str
    owner_name: str
    stage: Choice
    status: Choice
    as_of: datetime | None = None
    is_current: bool = True
