"""How AutoTask stands: asked by somebody who waits, without a record being read."""

import pytest

from attms_core.autotask import AutotaskClient, NotConnectedAutotask
from attms_core.autotask.budget import Usage
from attms_core.autotask.zone import Zones
from attms_core.errors import CredentialsRefused, NotConnected, Unreachable
from attms_core.http import NotSent, Request, Response
from attms_core.settings import Settings
from sandbox.autotask import AutotaskSandbox
from tests.autotask.fake import BASE, NEW_BASE, FakeAutotask, Time, html, page


async def test_the_use_of_the_hour_is_told_and_counts_at_once() -> None:
    fake, time = FakeAutotask(lambda _: page()), Time()
    fake.used = 6000
    async with fake.client(time) as client:
        assert await client.usage() == Usage(6000, 10_000)
        assert client.used_share == pytest.approx(0.6)
        assert (client.own_calls, fake.seen) == (1, [])


async def test_a_use_that_is_not_told_is_no_answer() -> None:
    class Silent(FakeAutotask):
        async def send(self, request: Request) -> Response:
            return html(503) if "Threshold" in request.url else await super().send(request)

    async with Silent(lambda _: page()).client(Time()) as client:
        with pytest.raises(Unreachable):
            await client.usage()


async def test_a_refused_log_in_is_not_tried_again_and_again() -> None:
    class Locked(FakeAutotask):
        async def send(self, request: Request) -> Response:
            answer = await super().send(request)
            return html(401) if "Threshold" in request.url else answer

    fake = Locked(lambda _: page())
    async with fake.client(Time()) as client:
        for _ in range(5):
            with pytest.raises(CredentialsRefused):
                await client.usage()
    assert fake.thresholds == 1


async def test_a_moved_tenant_is_told_beside_the_zone_in_use() -> None:
    fake = FakeAutotask(lambda _: page())
    fake.zone = NEW_BASE
    async with fake.client(Time()) as client:
        assert await client.zones() == Zones(BASE, NEW_BASE)


async def test_the_sandbox_lets_us_in_and_names_its_zone(at: AutotaskSandbox, client: AutotaskClient) -> None:
    assert (await client.usage()).threshold == 10_000
    assert (await client.zones()).told.lower() == at.url.lower()


async def test_before_the_set_up_both_questions_say_so() -> None:
    absent = NotConnectedAutotask()
    for question in (absent.usage, absent.zones):
        with pytest.raises(NotConnected):
            await question()


def fake_settings() -> Settings:
    given = {
        "autotask_user": "api@example.test",
        "autotask_secret": "s$cret~",
        "autotask_integration_code": "CODE",
        "autotask_zone_url": BASE,
    }
    return Settings.model_validate(given)


async def test_every_answer_is_heard_and_no_lost_one() -> None:
    fake, heard = FakeAutotask(lambda _: NotSent("no route")), list[Response]()
    time = Time()
    client = AutotaskClient(
        fake_settings(), now=time.now, send=fake.send, heard=heard.append, clock=time.clock, sleep=time.sleep
    )
    async with client:
        await client.usage()
        with pytest.raises(Unreachable):
            await client.ticket_by_number("T20261124.0001", urgent=True)
    assert [answer.status for answer in heard] == [200]
