"""Who is let in: tokens, keys, tenants, bodies. Every refusal is a 4xx of constant text and no turn."""

import asyncio
import gzip
import json
import secrets
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest

from attms_core.settings import SettingsError
from bot.channel import Channel
from sandbox.teams import Conversation, Person, TeamsSandbox, wrong_tokens
from tests.channel.conftest import Clock, Desk, Mind, settings_of

OpenDesk = Callable[..., Awaitable[Desk]]
DAY = 86_400


def message(desk: Desk, **changes: Any) -> dict[str, Any]:
    place = Conversation.personal(desk.ana)
    made = desk.client.shapes.message(
        "hello", desk.ana, place, now=desk.clock(), number=secrets.token_hex(6), mentions_bot=False
    )
    return {**made, **changes}


async def test_every_wrong_token_is_refused_and_none_becomes_a_turn(desk: Desk) -> None:
    wrong = wrong_tokens(desk.sandbox.issuer, service_url=desk.client.shapes.service_url)
    answers = {}
    for name, values in wrong.items():
        said = await desk.client.raw(message(desk), person=desk.ana, authorization=values)
        answers[name] = said.status
    assert {name: status for name, status in answers.items() if status not in {401, 403}} == {}
    assert len(answers) > 100
    assert desk.mind.heard == []


async def test_a_good_token_is_good_after_all_those_wrong_ones_too(desk: Desk) -> None:
    said = await desk.client.raw(message(desk), person=desk.ana)
    assert said.status == 200
    assert desk.mind.last.words == "hello"


async def test_a_refusal_is_a_problem_document_that_says_nothing_of_the_reason(desk: Desk) -> None:
    said = await desk.client.raw(message(desk), person=desk.ana, authorization=())
    assert json.loads(said.raw_body) == {"type": "about:blank", "title": "Unauthorized", "status": 401}


async def test_another_channel_than_teams_is_forbidden(desk: Desk) -> None:
    channels = [None, "", "webchat", "directline", 7, ["msteams"]]
    said = [await desk.client.raw(message(desk, channelId=each), person=desk.ana) for each in channels]
    assert [each.status for each in said] == [403] * len(channels)
    assert desk.mind.heard == []


async def test_a_token_seen_before_expires_all_the_same(desk: Desk) -> None:
    token = desk.sandbox.issuer.token(service_url=desk.client.shapes.service_url)
    bearer = (f"Bearer {token}",)
    first = await desk.client.raw(message(desk, id="1"), person=desk.ana, authorization=bearer)
    desk.clock.seconds += 3600 + 301
    second = await desk.client.raw(message(desk, id="2"), person=desk.ana, authorization=bearer)
    assert (first.status, second.status) == (200, 401)


async def test_a_token_seen_before_is_good_for_its_own_service_url_alone(desk: Desk) -> None:
    token = desk.sandbox.issuer.token(service_url=desk.client.shapes.service_url)
    bearer = (f"Bearer {token}",)
    await desk.client.raw(message(desk, id="1"), person=desk.ana, authorization=bearer)
    elsewhere = message(desk, id="2", serviceUrl="https://smba.trafficmanager.net/amer/")
    assert (await desk.client.raw(elsewhere, person=desk.ana, authorization=bearer)).status == 401


FOREIGN_URLS = [
    "https://evil.example/",
    "http://smba.trafficmanager.net/emea/",
    "https://smba.trafficmanager.net.evil.example/",
    "https://evilbotframework.com/",
    "https://smba.trafficmanager.net@evil.example/",
    "https://smba.trafficmanager.net:8443/",
    "https://evil.example\\@smba.trafficmanager.net/",
    "file:///etc/passwd",
    "https://169.254.169.254/",
    "https://[::1",
]


async def test_an_honest_token_does_not_open_a_foreign_service_url(desk: Desk) -> None:
    answers = {}
    for url in FOREIGN_URLS:
        token = desk.sandbox.issuer.token(service_url=url)
        odd = message(desk, serviceUrl=url)
        answers[url] = (await desk.client.raw(odd, person=desk.ana, authorization=(f"Bearer {token}",))).status
    assert answers == dict.fromkeys(FOREIGN_URLS, 403)
    assert desk.mind.heard == []


async def test_rotated_keys_are_found_at_once_and_old_tokens_end_with_their_key(desk: Desk) -> None:
    service_url = desk.client.shapes.service_url
    old = desk.sandbox.issuer.token(service_url=service_url)
    assert (
        await desk.client.raw(message(desk, id="1"), person=desk.ana, authorization=(f"Bearer {old}",))
    ).status == 200
    desk.sandbox.issuer.rotate()
    assert (await desk.client.raw(message(desk, id="2"), person=desk.ana)).status == 200
    assert (
        await desk.client.raw(message(desk, id="3"), person=desk.ana, authorization=(f"Bearer {old}",))
    ).status == 401


async def test_unknown_keys_make_us_look_once_in_five_minutes(desk: Desk) -> None:
    await desk.client.raw(message(desk, id="1"), person=desk.ana)
    before = desk.sandbox.issuer.key_fetches
    unknown = desk.sandbox.issuer.token(service_url=desk.client.shapes.service_url, headers={"kid": "unknown"})
    for number in range(5):
        odd = message(desk, id=str(number + 2))
        assert (await desk.client.raw(odd, person=desk.ana, authorization=(f"Bearer {unknown}",))).status == 401
    assert desk.sandbox.issuer.key_fetches == before + 1
    desk.clock.seconds += 301
    await desk.client.raw(message(desk, id="9"), person=desk.ana, authorization=(f"Bearer {unknown}",))
    assert desk.sandbox.issuer.key_fetches == before + 2


async def test_old_keys_serve_three_days_while_the_metadata_is_down_and_no_longer(desk: Desk) -> None:
    assert (await desk.client.raw(message(desk, id="1"), person=desk.ana)).status == 200
    desk.sandbox.issuer.door.outage = True
    desk.clock.seconds += 3 * DAY - 60
    assert (await desk.client.raw(message(desk, id="2"), person=desk.ana)).status == 200
    desk.clock.seconds += 120
    assert (await desk.client.raw(message(desk, id="3"), person=desk.ana)).status == 401


async def test_a_silent_metadata_server_delays_nobody_whose_key_is_known(desk: Desk) -> None:
    await desk.client.raw(message(desk, id="1"), person=desk.ana)
    desk.sandbox.issuer.door.hold()
    desk.sandbox.issuer.rotate(withdraw_old=False)
    waiting = asyncio.create_task(desk.client.raw(message(desk, id="2"), person=desk.ana))
    old = next(key for key in desk.sandbox.issuer.published if key.endorsements and "msteams" in key.endorsements)
    token = desk.sandbox.issuer.token(service_url=desk.client.shapes.service_url, key=old)
    known = await desk.client.raw(message(desk, id="3"), person=desk.ana, authorization=(f"Bearer {token}",))
    assert known.status == 200
    assert not waiting.done()
    desk.sandbox.issuer.door.release()
    assert (await waiting).status == 200


async def test_many_who_need_the_same_new_key_cause_one_fetch(desk: Desk) -> None:
    await desk.client.raw(message(desk, id="1"), person=desk.ana)
    before = desk.sandbox.issuer.key_fetches
    desk.sandbox.issuer.rotate()
    sent = [desk.client.raw(message(desk, id=str(number)), person=desk.ana) for number in range(2, 12)]
    assert {said.status for said in await asyncio.gather(*sent)} == {200}
    assert desk.sandbox.issuer.key_fetches == before + 1


@pytest.mark.parametrize(
    ("changes", "headers"),
    [
        ({"channelData": {"tenant": {"id": "somebody-else"}}}, {}),
        ({"channelData": {"tenant": {"id": ["x"]}}}, {}),
        ({}, {"x-ms-tenant-id": "somebody-else"}),
        ({"channelData": {}}, {"x-ms-tenant-id": "somebody-else"}),
    ],
)
async def test_a_foreign_or_contradicted_tenant_is_forbidden(
    desk: Desk, changes: dict[str, Any], headers: dict[str, str]
) -> None:
    said = await desk.client.raw(message(desk, **changes), person=desk.ana, headers=headers)
    assert said.status == 403
    assert desk.mind.heard == []


async def test_a_person_of_a_foreign_tenant_is_forbidden(desk: Desk) -> None:
    stranger = Person.named("Mallory", tenant="00000000-0000-0000-0000-00000000feed")
    desk.sandbox.directory.hire(stranger)
    assert (await desk.client.say("/tickets", person=stranger)).status == 403
    assert desk.mind.heard == []


async def test_a_message_with_a_part_missing_is_taken_or_quietly_left(desk: Desk) -> None:
    taken = {}
    for missing in ("from", "conversation", "channelData", "recipient", "text", "timestamp", "id"):
        whole = message(desk)
        del whole[missing]
        before = len(desk.mind.heard)
        said = await desk.client.raw(whole, person=desk.ana, headers={"x-ms-tenant-id": ""})
        taken[missing] = (said.status, len(desk.mind.heard) - before)
    left = {"from": (200, 0), "conversation": (200, 0)}
    assert taken == {**dict.fromkeys(taken, (200, 1)), **left}


async def test_a_message_without_any_tenant_is_quietly_left(desk: Desk) -> None:
    odd = message(desk)
    del odd["channelData"], odd["conversation"]["tenantId"]
    assert (await desk.client.raw(odd, person=desk.ana)).status == 200
    assert desk.mind.heard == []


BODIES: list[tuple[bytes, dict[str, str], int]] = [
    (b"", {}, 400),
    (b"{", {}, 400),
    (b"[]", {}, 400),
    (b"null", {}, 400),
    (b'{"a": NaN}', {}, 400),
    (b'{"a": 12345678901234567890}', {}, 400),
    (b'{"a": 1e999}', {}, 400),
    (b'{"a": "\\ud800"}', {}, 400),
    (b'{"a": "\xff"}', {}, 400),
    (b'{"a":' * 65 + b"1" + b"}" * 65, {}, 400),
    (b"[" * 100_000, {}, 400),
    (json.dumps(dict.fromkeys(map(str, range(2001)))).encode(), {}, 400),
    (b'{"a": "' + b"x" * 300_000 + b'"}', {}, 413),
    (b"{}", {"Content-Type": "text/plain"}, 415),
    (b"{}", {"Content-Type": "application/json; charset=utf-16"}, 415),
    (gzip.compress(b"{}"), {"Content-Encoding": "gzip"}, 415),
]


async def test_bodies_that_are_no_strict_json_are_refused(desk: Desk) -> None:
    answers = []
    for body, headers, _ in BODIES:
        said = await desk.client.raw(body, person=desk.ana, headers=headers)
        answers.append((body[:40], said.status))
    assert answers == [(body[:40], status) for body, _, status in BODIES]


async def test_only_post_is_allowed(desk: Desk) -> None:
    for method in ("GET", "PUT", "DELETE", "HEAD", "OPTIONS"):
        async with aiohttp.ClientSession() as session, session.request(method, desk.client.bot_url) as answer:
            assert (answer.status, answer.headers["Allow"]) == (405, "POST")


def test_without_app_id_or_tenants_there_is_no_channel(sandbox: TeamsSandbox, clock: Clock) -> None:
    for name in ("BOT_APP_ID", "BOT_TENANT_IDS"):
        with pytest.raises(SettingsError, match=f"ATTMS_{name}"):
            Channel(settings_of(sandbox, **{name: ""}), Mind(), now=clock.now)


def test_the_tokenless_door_refuses_a_public_listener(sandbox: TeamsSandbox, clock: Clock) -> None:
    with pytest.raises(SettingsError, match="ATTMS_HOST"):
        Channel(settings_of(sandbox, HOST="0.0.0.0"), Mind(), now=clock.now, dangerously_open=True)


async def test_the_tokenless_door_takes_anybody_of_this_machine_and_nothing_else(open_desk: OpenDesk) -> None:
    desk = await open_desk(dangerously_open=True)
    odd = message(desk, channelData={"tenant": {"id": "Any Tenant"}})
    odd["from"] = {"id": "user-1", "name": "Anybody"}
    odd["conversation"] = {"id": "chat-1", "conversationType": "personal"}
    said = await desk.client.raw(odd, person=desk.ana, authorization=())
    assert said.status == 200
    assert (desk.mind.last.person.tenant, desk.mind.last.person.object_id) == ("any tenant", "user-1")
    outside = message(desk, serviceUrl="https://smba.trafficmanager.net/emea/")
    assert (await desk.client.raw(outside, person=desk.ana, authorization=())).status == 403
    foreign_name = {"Host": "evil.example"}
    assert (await desk.client.raw(odd, person=desk.ana, authorization=(), headers=foreign_name)).status == 403
    assert len(desk.mind.heard) == 1
    assert desk.sandbox.connector.calls == 0  # what went out bore no token
