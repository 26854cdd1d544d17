"""How often: wrong keys of one address, requests of one key, requests at the same time."""

import asyncio

import pytest

from admin.administration import MailNotConfigured, MailOutcome
from admin.api import Rates
from admin.api.refusals import Refusal
from admin.api.throttle import ADDRESSES, Throttle
from attms_core.keys import Scope
from tests.admin_api.conftest import Listen, Listener

CONFIG = "/api/v1/config"
HERE = "192.0.2.1"


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def _waits(throttle: Throttle, clock: Clock, rounds: int) -> list[float]:
    """Let an address fail until it has to wait, wait that long, and again."""
    waits = []
    for _ in range(rounds):
        while not (wait := throttle.failed(HERE)):
            pass
        waits.append(wait)
        clock.now += wait
    return waits


def test_the_eleventh_wrong_key_of_a_minute_waits_and_longer_each_time_up_to_a_quarter_of_an_hour() -> None:
    clock = Clock()
    throttle = Throttle(Rates(), clock)
    assert [throttle.failed(HERE) for _ in range(11)] == [0.0] * 10 + [60.0]
    clock.now += 59
    assert throttle.failed(HERE) == 1.0
    clock.now += 1
    assert _waits(throttle, clock, 6) == [120.0, 240.0, 480.0, 900.0, 900.0, 900.0]


def test_wrong_keys_now_and_then_never_wait() -> None:
    clock = Clock()
    throttle = Throttle(Rates(), clock)
    for _ in range(50):
        assert throttle.failed(HERE) == 0.0
        clock.now += 6.1


def test_an_address_that_behaved_for_a_quarter_of_an_hour_begins_anew() -> None:
    clock = Clock()
    throttle = Throttle(Rates(), clock)
    assert _waits(throttle, clock, 3) == [60.0, 120.0, 240.0]
    clock.now += 901
    assert _waits(throttle, clock, 1) == [60.0]


def test_one_address_does_not_make_another_wait_and_many_do_not_fill_the_memory() -> None:
    clock = Clock()
    throttle = Throttle(Rates(), clock)
    assert _waits(throttle, clock, 1) == [60.0]
    for number in range(3 * ADDRESSES):
        assert throttle.failed(f"198.51.100.{number}") == 0.0
    assert len(throttle._addresses) == ADDRESSES


def test_a_key_has_sixty_requests_a_minute_and_gets_them_back_one_by_one() -> None:
    clock = Clock()
    throttle = Throttle(Rates(), clock)
    assert [throttle.used("a") for _ in range(61)] == [0.0] * 60 + [1.0]
    assert throttle.used("b") == 0.0
    clock.now += 1
    assert [throttle.used("a") for _ in range(2)] == [0.0, 1.0]


def test_no_more_than_thirty_are_under_way() -> None:
    throttle = Throttle(Rates(at_once=1), Clock())
    with throttle.under_way(), pytest.raises(Refusal) as refused, throttle.under_way():
        pass
    assert refused.value.status == 503
    with throttle.under_way():
        pass


async def test_guessing_is_slowed_down_and_the_right_key_is_let_in_all_the_same(api: Listener) -> None:
    said = [(await api.get(CONFIG, key="wrong")) for _ in range(12)]
    assert [each.status for each in said] == [401] * 10 + [429] * 2
    assert 0 < int(said[-1].headers["Retry-After"]) <= 60
    assert (await api.get(CONFIG)).status == 200
    out_of_scope = await api.ground.key([Scope.AUDIT_READ])
    assert (await api.get(CONFIG, key=out_of_scope)).status == 429


async def test_the_sixty_first_request_of_a_key_waits_and_another_key_does_not(api: Listener) -> None:
    other = await api.ground.key()
    said = [await api.get(CONFIG) for _ in range(70)]
    first = next(each for each in said if each.status != 200)
    assert said.index(first) >= 60
    assert (first.status, int(first.headers["Retry-After"])) == (429, 1)
    assert (await api.get(CONFIG, key=other)).status == 200


async def test_the_one_word_is_told_however_many_wrong_keys_came(listen: Listen) -> None:
    api = await listen(rates=Rates(failures=1))
    for _ in range(3):
        await api.get(CONFIG, key="wrong")
    assert (await api.get("/api/status/health", key=None)).status == 200


async def test_too_many_at_once_are_answered_503_and_the_one_word_still_is(listen: Listen) -> None:
    free, begun = asyncio.Event(), asyncio.Event()

    async def check() -> MailOutcome:
        begun.set()
        await free.wait()
        raise MailNotConfigured("There is none.")

    api = await listen(rates=Rates(at_once=1), check_mail=check)
    slow = asyncio.create_task(api.post("/api/v1/email/check"))
    await begun.wait()
    refused = await api.get(CONFIG)
    assert (refused.status, refused.headers["Retry-After"]) == (503, "5")
    assert (await api.get("/api/v1/status/live", key=None)).status == 200
    free.set()
    assert (await slow).status == 409
    assert (await api.get(CONFIG)).status == 200
