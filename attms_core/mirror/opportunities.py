"""Opportunities read from AutoTask: all that count once, then what moved, and now and then all that are undecided.

AutoTask sends no word of them. Their last activity moves with notes, and an edit may leave it where it is (vendor help:
Opportunities): such an edit is found when the undecided ones are compared.
"""

from datetime import datetime, timedelta

import structlog

from attms_core.mirror.absorb import Absorber
from attms_core.mirror.authors import SKEW
from attms_core.mirror.compare import Cause
from attms_core.mirror.fields import OPPORTUNITIES as ENTITY
from attms_core.mirror.ground import Ground
from attms_core.mirror.permit import Permit
from attms_core.mirror.positions import Positions
from attms_core.mirror.progress import OPPORTUNITIES, OPPORTUNITIES_BEGAN
from attms_core.model import Change, Opportunity, OpportunityId
from attms_core.store import opportunities
from attms_core.store.sync import SyncState

log = structlog.get_logger(__name__)

OVERLAP = timedelta(minutes=2)
"""Each look goes so far behind the newest activity seen: replicas may be late (vendor help: queries)."""
AHEAD = timedelta(days=1)
"""An activity further in the future than this is a mistake in the record and moves no position."""


class Opportunities:
    """Keeps opportunities up to date. Each method is a job; a failed one is made good by the next.

    ``history`` is how far back those that are won or lost are read at first.
    """

    def __init__(self, ground: Ground, *, absorber: Absorber, positions: Positions, history: timedelta) -> None:
        self._database = ground.database
        self._autotask = ground.autotask
        self._tenant = ground.tenant
        self._now = ground.now
        self._absorber = absorber
        self._positions = positions
        self._history = history
        self._permit = Permit(ground, ENTITY)

    async def refresh(self) -> list[Change]:
        """Absorb what moved since the last look; the first time everything, which is no news."""
        state = await self._positions.get(OPPORTUNITIES)
        if state.position is None:
            await self._read_first(state)
            return []
        news: list[Change] = []
        newest = state.position
        async for page in self._permit.pages(self._autotask.opportunities_changed(state.position - OVERLAP)):
            news += await self._absorber.opportunities(page, Cause.POLL)
            newest = self._later(newest, page)
        if not self._permit.is_refused:
            await self._positions.advance(state, position=newest)
        return news

    async def reconcile(self) -> list[Change]:
        """Compare all that are undecided, here or in AutoTask. None is dropped: AutoTask deletes no opportunity."""
        if (await self._positions.get(OPPORTUNITIES)).position is None:
            return []
        news: list[Change] = []
        theirs: set[OpportunityId] = set()
        async for page in self._permit.pages(self._autotask.undecided_opportunities()):
            news += await self._absorber.opportunities(page, Cause.RECONCILE)
            theirs.update(opportunity.id for opportunity in page)
        if self._permit.is_refused:
            return news
        ours = await self._database.read(lambda tx: opportunities.undecided_ids(tx, self._tenant))
        async for page in self._permit.pages(self._autotask.opportunities_by_id(sorted(ours - theirs))):
            news += await self._absorber.opportunities(page, Cause.RECONCILE)
        log.info("opportunities_reconciled", undecided=len(theirs), changes=len(news))
        return news

    async def _read_first(self, state: SyncState) -> None:
        """Read the undecided ones, and the others of the history; cut anywhere, it begins anew."""
        began = await self._positions.get(OPPORTUNITIES_BEGAN)
        if began.position is None:
            began = await self._positions.advance(began, position=self._now())
        start = began.position or self._now()
        read = 0
        for pages in (
            self._autotask.undecided_opportunities(),
            self._autotask.opportunities_changed(start - self._history),
        ):
            async for page in self._permit.pages(pages):
                await self._absorber.opportunities(page, Cause.FIRST_SYNC)
                read += len(page)
        if not self._permit.is_refused:
            await self._positions.advance(state, position=start - SKEW, done=read, finished=True)
            log.info("opportunities_read", count=read)

    def _later(self, newest: datetime, page: list[Opportunity]) -> datetime:
        latest = self._now() + AHEAD
        return max((newest, *(o.last_activity for o in page if o.last_activity and o.last_activity < latest)))
