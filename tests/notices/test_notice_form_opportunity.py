"""Opportunities as a person may see them: by the companies of their role."""

from pathlib import Path

import pytest

from attms_core.desk import Desk
from attms_core.errors import NotFound, NotLinked
from attms_core.model import OpportunityId
from tests.notices.composing import opened
from tests.support.fake_autotask import ACME, ANA, BOB, GLOBEX, TENANT


async def test_an_opportunity_is_shown_with_its_names_to_who_may_see_its_company(tmp_path: Path) -> None:
    async with opened(tmp_path) as house:
        desk = Desk(mirror=house.mirror, wishes=None, tenant=TENANT, writes=False, now=house.clock)  # type: ignore[arg-type] # none is asked for
        shown = await desk.opportunity(await house.meet("ana", ANA, within_companies=(ACME,)), OpportunityId(1))
        assert (shown.opportunity.title, shown.company_name, shown.owner_name) == (
            "Firewall 1",
            "Acme Dental",
            "Bob Stone",
        )

        with pytest.raises(NotFound):
            await desk.opportunity(await house.meet("bob", BOB, within_companies=(GLOBEX,)), OpportunityId(1))
        with pytest.raises(NotFound):
            await desk.opportunity(await house.meet("ana", ANA), OpportunityId(99))
        with pytest.raises(NotLinked):
            await desk.opportunity(await house.meet("kim"), OpportunityId(1))
        with pytest.raises(NotFound):
            await desk.opportunity_sheet(OpportunityId(99))
