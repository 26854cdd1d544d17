"""Opportunities taken in: what is dropped, and which changes come of it. Called by ``absorb`` alone, in a transaction.

AutoTask tells who made an opportunity and never who changed it (vendor help: Opportunities): such an author is unknown.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec import Struct

from attms_core.mirror import authors, compare
from attms_core.mirror.compare import Cause
from attms_core.mirror.news import News, is_news
from attms_core.mirror.progress import OPPORTUNITIES_BEGAN
from attms_core.model import Change, Opportunity, OpportunityId, TenantId
from attms_core.model.change import CREATED
from attms_core.store import opportunities
from attms_core.store.database import Tx


class Work(Struct, frozen=True, kw_only=True):
    """One absorption. It may run twice (PostgreSQL may ask for it), so it keeps nothing."""

    tenant: TenantId
    cause: Cause
    now: datetime
    news: News

    def absorb(self, tx: Tx, found: Sequence[Opportunity]) -> list[Change]:
        """Write opportunities that are not older than ours, and the changes that come with them."""
        latest = _newest(found)
        known = opportunities.load(tx, self.tenant, sorted(latest))
        written: list[Opportunity] = []
        news: list[Change] = []
        for opportunity in latest.values():
            ours = known.get(opportunity.id)
            if ours and (opportunity == ours or compare.is_older(opportunity, ours)):
                continue
            written.append(opportunity)
            if ours:
                news += _moved(ours, opportunity, self.now)
            elif self._is_news(tx, opportunity):
                news.append(_created(opportunity, self.now))
        opportunities.put(tx, self.tenant, written)
        self.news.keep(tx, news)
        return news

    def _is_news(self, tx: Tx, opportunity: Opportunity) -> bool:
        if self.cause is Cause.FIRST_SYNC:
            return False
        return is_news(tx, self.tenant, opportunity.created, since=OPPORTUNITIES_BEGAN)


def _newest(found: Iterable[Opportunity]) -> dict[OpportunityId, Opportunity]:
    """Keep the newest copy of each, by id."""
    latest: dict[OpportunityId, Opportunity] = {}
    for opportunity in found:
        if opportunity.id not in latest or not compare.is_older(opportunity, latest[opportunity.id]):
            latest[opportunity.id] = opportunity
    return dict(sorted(latest.items()))


def _moved(ours: Opportunity, theirs: Opportunity, now: datetime) -> list[Change]:
    at = now if compare.is_as_old(theirs, ours) else theirs.freshness or now
    return [
        Change(opportunity=ours.id, what=m.what, before=m.before, after=m.after, author=authors.UNKNOWN, at=at)
        for m in compare.moves(ours, theirs)
    ]


def _created(opportunity: Opportunity, now: datetime) -> Change:
    author = authors.by_resource(opportunity.creator)
    at = opportunity.created or now
    return Change(opportunity=opportunity.id, what=CREATED, before=None, after=None, author=author, at=at)
