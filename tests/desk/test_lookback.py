"""Looking for what an unanswered write has done: whatever keeps us from it, nobody hears that it did not happen."""

from datetime import UTC, datetime

import pytest
from msgspec import structs

from attms_core.desk.lookback import Lookback
from attms_core.errors import AttmsError, Busy, CredentialsRefused, Unreachable
from attms_core.model import Outcome, PersonKey, ResourceId, TenantId, Ticket, Wish, WishId, WishKind, WishState
from tests.support.fake_autotask import FakeAutotask

WISH = Wish(
    id=WishId("w1"),
    tenant=TenantId("t"),
    key="k",
    kind=WishKind.CREATE_TICKET,
    person=PersonKey(TenantId("t"), "p"),
    person_name="Mara",
    resource=ResourceId(7),
    ticket=None,
    before={},
    asked={"title": "Printer"},
    state=WishState.SENT,
    outcome=Outcome(),
    conversation="c",
    message=None,
    asked_at=datetime(2026, 11, 24, tzinfo=UTC),
)


class Refusing(FakeAutotask):
    """Refuses the first look, and finds nothing at the next."""

    def __init__(self, error: AttmsError) -> None:
        super().__init__()
        self.looks = 0
        self._error = error

    async def ticket_by_external_id(self, external_id: str) -> Ticket | None:
        del external_id
        self.looks += 1
        if self.looks == 1:
            raise self._error
        return None


async def no_wait(seconds: float) -> None:
    assert seconds > 0


@pytest.mark.parametrize("error", [Busy("full"), Unreachable("gone"), CredentialsRefused("no")])
async def test_a_look_that_is_refused_is_no_answer_and_the_second_look_is_taken(error: AttmsError) -> None:
    autotask = Refusing(error)
    assert await Lookback(autotask, sleep=no_wait).find(WISH) is None
    assert autotask.looks == 2


async def test_an_update_without_its_ticket_is_not_found() -> None:
    wish = structs.replace(WISH, kind=WishKind.UPDATE_TICKET)
    assert await Lookback(FakeAutotask(), sleep=no_wait).find(wish) is None
