"""Log-in and limits, against an AutoTask that is a function."""

import asyncio
from datetime import timedelta

import pytest

from attms_core.errors import (
    Busy,
    CredentialsRefused,
    Unreachable,
)
from attms_core.http import Request, Response
from tests.autotask.fake import (
    ANA,
    BASE,
    ITEM,
    NEW_BASE,
    SPENT,
    T7,
    WRITTEN,
    FakeAutotask,
    Time,
    errors,
    html,
    in_turn,
    json_answer,
    page,
)


async def test_a_moved_tenant_is_found_once_while_everybody_waits() -> None:
    autotask = FakeAutotask(lambda r: ITEM if r.url.startswith(NEW_BASE) else Response(status=401))
    autotask.zone = NEW_BASE
    client = autotask.client(Time())
    found = await asyncio.gather(*(client.ticket(T7, urgent=True) for _ in range(6)))
    assert all(found)
    assert autotask.zone_questions == 1
    assert await client.ticket_url(T7) == (
        "https://ww5.autotask.net/Autotask/AutotaskExtend/ExecuteCommand.aspx?Code=OpenTicketDetail&TicketID=7"
    )


async def test_a_tenant_that_moves_while_we_work_is_followed() -> None:
    autotask = FakeAutotask(lambda _: ITEM)
    client = autotask.client(Time())
    await client.ticket(T7, urgent=True)
    autotask.answer = lambda r: ITEM if r.url.startswith(NEW_BASE) else Response(status=401)
    autotask.zone = NEW_BASE
    assert all(await asyncio.gather(*(client.ticket(T7, urgent=True) for _ in range(3))))
    assert autotask.zone_questions == 1


@pytest.mark.parametrize("refused", [Response(status=401), errors("Unauthorized"), html(401)])
async def test_wrong_credentials_are_tried_once_however_many_ask(refused: Response) -> None:
    autotask = FakeAutotask(lambda _: refused)
    client = autotask.client(Time())
    outcomes = await asyncio.gather(*(client.ticket(T7, urgent=n % 2 == 0) for n in range(8)), return_exceptions=True)
    assert {type(each) for each in outcomes} == {CredentialsRefused}
    assert len(autotask.seen) == 1


async def test_refused_credentials_are_remembered_and_a_person_may_try_once_a_minute() -> None:
    time = Time()
    autotask = FakeAutotask(lambda _: Response(status=401))
    client = autotask.client(time)

    async def tries(*, urgent: bool) -> int:
        before = len(autotask.seen)
        with pytest.raises(CredentialsRefused):
            await client.ticket(T7, urgent=urgent)
        return len(autotask.seen) - before

    assert await tries(urgent=True) == 1
    assert await tries(urgent=True) == 0
    time.jump(minutes=2)
    assert await tries(urgent=False) == 0
    assert await tries(urgent=True) == 1
    assert await tries(urgent=True) == 0
    time.jump(minutes=11)
    assert await tries(urgent=False) == 1


async def test_mended_credentials_open_the_door_for_all() -> None:
    time = Time()
    autotask = FakeAutotask(in_turn(Response(status=401), ITEM))
    client = autotask.client(time)
    with pytest.raises(CredentialsRefused):
        await client.ticket(T7)
    time.jump(minutes=2)
    assert await client.ticket(T7, urgent=True)
    assert await client.ticket(T7)


async def test_a_zone_answer_elsewhere_is_refused_and_gets_no_secret() -> None:
    autotask = FakeAutotask(lambda _: Response(status=401))
    autotask.zone = "https://evil.test/ATServicesRest/"
    with pytest.raises(Unreachable, match="not its own"):
        await autotask.client(Time()).ticket(T7, urgent=True)
    assert all(request.url.startswith(BASE) for request in autotask.seen)


async def test_an_unconfigured_zone_is_discovered_before_the_first_call() -> None:
    autotask = FakeAutotask(lambda _: ITEM)
    client = autotask.client(Time(), zone_url="")
    assert await client.ticket_url(T7) == ""
    assert all(await asyncio.gather(*(client.ticket(T7, urgent=True) for _ in range(4))))
    assert autotask.zone_questions == 1
    assert (await client.ticket_url(T7)).startswith("https://ww5.autotask.net/")


class Gate:
    """Holds every answer back and counts how many are held."""

    def __init__(self) -> None:
        self.open = asyncio.Event()
        self.held = 0
        self.most = 0

    async def send(self, request: Request) -> Response:
        self.held += 1
        self.most = max(self.most, self.held)
        await self.open.wait()
        self.held -= 1
        if "Threshold" in request.url:
            return json_answer({})
        return page() if request.method == "POST" else ITEM


async def test_the_mirror_takes_two_places_and_a_person_a_third() -> None:
    time, autotask, gate = Time(), FakeAutotask(lambda _: ITEM), Gate()
    client = autotask.client(time)
    await client.ticket(T7)
    client._caller._send = gate.send
    mirror = [asyncio.create_task(client.ticket(T7)) for _ in range(5)]
    await settle()
    assert gate.held == 2
    people = [asyncio.create_task(client.ticket(T7, urgent=True)) for _ in range(3)]
    await settle()
    assert gate.held == 3
    gate.open.set()
    assert all(await asyncio.gather(*mirror, *people))
    assert gate.most == 3


async def test_another_entity_has_places_of_its_own() -> None:
    autotask, gate = FakeAutotask(lambda _: ITEM), Gate()
    client = autotask.client(Time())
    await client.ticket(T7)
    client._caller._send = gate.send
    tasks = [asyncio.create_task(client.ticket(T7)) for _ in range(2)]
    notes = asyncio.create_task(client.notes_of_ticket(T7))
    await settle()
    assert gate.held == 3
    gate.open.set()
    await asyncio.gather(*tasks, notes)


async def test_a_cancelled_call_gives_its_place_back() -> None:
    autotask, gate = FakeAutotask(lambda _: ITEM), Gate()
    client = autotask.client(Time())
    await client.ticket(T7)
    send = client._caller._send
    client._caller._send = gate.send
    tasks = [asyncio.create_task(client.ticket(T7, urgent=True)) for _ in range(5)]
    await settle()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    client._caller._send = send
    assert all(await asyncio.gather(*(client.ticket(T7, urgent=True) for _ in range(4))))


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_the_tenants_use_is_read_every_five_minutes_and_never_on_a_persons_way() -> None:
    time, autotask = Time(), FakeAutotask(lambda _: ITEM)
    client = autotask.client(time)
    await client.ticket(T7, urgent=True)
    assert autotask.thresholds == 0
    await client.ticket(T7)
    await client.ticket(T7)
    assert autotask.thresholds == 1
    time.jump(minutes=5)
    await client.ticket(T7)
    assert autotask.thresholds == 2


@pytest.mark.parametrize(
    ("used", "mirror", "person"), [(6_000, True, True), (8_000, False, True), (9_500, False, False)]
)
async def test_scarce_calls_are_kept_for_those_who_need_them(used: int, *, mirror: bool, person: bool) -> None:
    time, autotask = Time(), FakeAutotask(lambda r: WRITTEN if r.method == "PATCH" else ITEM)
    autotask.used = used
    client = autotask.client(time)

    async def may(*, urgent: bool) -> bool:
        try:
            return bool(await client.ticket(T7, urgent=urgent))
        except Busy as error:
            return not error.after

    assert await may(urgent=False) is mirror
    assert await may(urgent=True) is person
    await client.update_ticket(T7, {"status": 8}, as_=ANA)
    assert client.used_share >= used / 10_000
    assert (time.slept == [1.0]) is mirror


async def test_a_used_up_hour_is_known_to_everybody_at_once() -> None:
    autotask = FakeAutotask(lambda _: SPENT)
    client = autotask.client(Time())
    with pytest.raises(Busy):
        await client.ticket(T7, urgent=True)
    assert client.used_share == 1.0
    with pytest.raises(Busy):
        await client.ticket(T7, urgent=True)
    assert len(autotask.seen) == 1


async def test_own_calls_count_every_attempt_and_silence_ends_with_an_answer() -> None:
    time, autotask = Time(), FakeAutotask(in_turn(html(503), html(503), html(503), ITEM))
    client = autotask.client(time)
    with pytest.raises(Unreachable):
        await client.ticket(T7, urgent=True)
    time.jump(seconds=30)
    assert client.own_calls == 3
    assert client.silent_for is not None
    assert client.silent_for >= timedelta(seconds=30)
    await client.ticket(T7, urgent=True)
    assert client.silent_for is None
