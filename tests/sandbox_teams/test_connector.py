from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.teams import SANDBOX_TENANT, Conversation, Person, TeamsSandbox
from sandbox.teams.refusals import REFUSALS

CARD = {"type": "AdaptiveCard", "version": "1.5", "body": [{"type": "TextBlock", "text": "hello"}]}
ATTACHED = [{"contentType": "application/vnd.microsoft.card.adaptive", "content": CARD}]


def text(said: str) -> dict[str, Any]:
    return {"type": "message", "text": said}


@pytest.fixture
def chat(hana: Person) -> Conversation:
    return Conversation.personal(hana)


@pytest.fixture
def general(teams: TeamsSandbox, hana: Person) -> Conversation:
    return teams.team("Service Desk", hana, teams.person("Tomas Okafor"), channels=("Alerts",))


async def test_without_a_token_nothing_is_accepted(teams: TeamsSandbox, bot: Any, chat: Conversation) -> None:
    for bearer in ("", "guessed", teams.issuer.token(service_url=teams.connector.service_url)):
        bot.bearer = bearer
        assert (await bot.post(chat.id, text("hi")))[0] == 401
    assert teams.connector.messages(chat) == []
    assert (teams.connector.unauthorized, teams.connector.calls) == (3, 0)


async def test_messages_are_kept_in_order_under_rising_ids(
    teams: TeamsSandbox, bot: Any, chat: Conversation, clock: Any
) -> None:
    ids = [(await bot.post(chat.id, text(word)))[1]["id"] for word in ("one", "two", "three")]
    assert ids == sorted(set(ids), key=int)
    assert int(ids[0]) == clock.now * 1000
    assert [message.text for message in teams.connector.messages(chat)] == ["one", "two", "three"]


async def test_an_edit_keeps_the_history(teams: TeamsSandbox, bot: Any, chat: Conversation) -> None:
    _, posted = await bot.post(chat.id, text("old"))
    path = f"conversations/{chat.id}/activities/{posted['id']}"
    assert (await bot.call("PUT", path, text("new")))[0] == 200
    [message] = teams.connector.messages(chat)
    assert [version["text"] for version in message.versions] == ["old", "new"]
    assert message.is_edited


async def test_a_deleted_message_is_gone(teams: TeamsSandbox, bot: Any, chat: Conversation) -> None:
    _, posted = await bot.post(chat.id, text("oops"))
    path = f"conversations/{chat.id}/activities/{posted['id']}"
    assert (await bot.call("DELETE", path))[0] == 200
    assert teams.connector.messages(chat) == []
    status, body = await bot.call("PUT", path, text("back"))
    assert (status, body["error"]["code"]) == (404, "ActivityNotFoundInConversation")


async def test_a_reply_may_be_addressed_to_any_activity(teams: TeamsSandbox, bot: Any, chat: Conversation) -> None:
    status, _ = await bot.call("POST", f"conversations/{chat.id}/activities/f:some-uuid", text("reply"))
    assert status == 201
    assert teams.connector.messages(chat)[0].text == "reply"


async def test_opening_a_chat_twice_gives_the_same_chat(bot: Any, hana: Person, chat: Conversation) -> None:
    for identity in (hana.mri, hana.object_id):
        body = {"members": [{"id": identity}], "tenantId": hana.tenant, "isGroup": False}
        assert await bot.call("POST", "conversations", body) == (201, {"id": chat.id})


async def test_a_chat_is_not_opened_by_mail_address_or_for_another_tenant(bot: Any, hana: Person) -> None:
    by_mail = {"members": [{"id": hana.email}], "tenantId": hana.tenant}
    elsewhere = {"members": [{"id": hana.mri}], "tenantId": "another"}
    for body in (by_mail, elsewhere, {}, {"members": "x"}):
        assert (await bot.call("POST", "conversations", body))[0] == 400


async def test_a_chat_needs_the_app_installed_somewhere(
    teams: TeamsSandbox, bot: Any, hana: Person, chat: Conversation
) -> None:
    teams.directory.uninstall(chat)
    body = {"members": [{"id": hana.mri}], "tenantId": hana.tenant}
    status, answer = await bot.call("POST", "conversations", body)
    assert (status, answer["error"]["code"]) == (403, "ForbiddenOperationException")
    teams.team("Service Desk", hana)
    assert (await bot.call("POST", "conversations", body))[0] == 201
    assert (await bot.post(chat.id, text("hello")))[0] == 201


async def test_a_channel_post_starts_a_thread_to_reply_in(teams: TeamsSandbox, bot: Any, general: Conversation) -> None:
    body = {
        "isGroup": True,
        "channelData": {"channel": {"id": general.id}, "tenant": {"id": general.tenant}},
        "activity": text("root"),
    }
    status, root = await bot.call("POST", "conversations", body)
    assert (status, root["id"]) == (201, f"{general.id};messageid={root['activityId']}")
    assert (await bot.post(root["id"], text("reply")))[0] == 201
    assert [each.text for each in teams.connector.messages(root["id"])] == ["root", "reply"]
    assert [each.text for each in teams.connector.messages(general)] == ["root", "reply"]
    assert teams.connector.messages(general.sibling("Alerts")) == []


async def test_a_thread_that_nobody_started_is_unknown(bot: Any, general: Conversation) -> None:
    status, answer = await bot.post(general.in_thread("1").id, text("reply"))
    assert (status, answer["error"]["code"]) == (404, "ConversationNotFound")


async def test_a_bot_creates_no_groups(bot: Any, hana: Person) -> None:
    body = {"isGroup": True, "members": [{"id": hana.mri}], "activity": text("hi")}
    assert (await bot.call("POST", "conversations", body))[0] == 400


async def test_text_with_a_card_becomes_two_messages_without_an_id(
    teams: TeamsSandbox, bot: Any, chat: Conversation
) -> None:
    status, answer = await bot.post(chat.id, {**text("look"), "attachments": ATTACHED})
    assert (status, answer) == (201, {})
    first, second = teams.connector.messages(chat)
    assert (first.text, first.card) == ("look", None)
    assert (second.text, second.card) == ("", CARD)


async def test_only_own_messages_can_be_edited(
    teams: TeamsSandbox, bot: Any, hana: Person, chat: Conversation, session: aiohttp.ClientSession
) -> None:
    async with teams.client("http://127.0.0.1:9/api/messages") as client:
        with pytest.raises(aiohttp.ClientConnectionError):
            await client.say("mine", person=hana)
    [message] = teams.connector.journal.messages(chat.id)
    status, answer = await bot.call("PUT", f"conversations/{chat.id}/activities/{message.id}", text("yours"))
    assert (status, answer["error"]["code"]) == (403, "NotEnoughPermissions")


@pytest.mark.parametrize(("characters", "status"), [(51_000, 201), (51_300, 413)])
async def test_size_is_counted_as_utf_16(bot: Any, chat: Conversation, characters: int, status: int) -> None:
    answered, answer = await bot.post(chat.id, text("ü" * (characters - len('{"type":"message","text":""}'))))
    assert answered == status
    assert status == 201 or answer["error"]["code"] == "MessageSizeTooBig"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"type": "message"},
        {"type": "event", "text": "x"},
        {"type": "message", "attachments": "card"},
        {"type": "message", "attachments": [1]},
        {"type": "message", "attachments": [{**ATTACHED[0], "content": "a string"}]},
    ],
)
async def test_what_is_no_message_is_a_bad_argument(bot: Any, chat: Conversation, body: Any) -> None:
    status, answer = await bot.post(chat.id, body)
    assert (status, answer["error"]["code"]) == (400, "BadArgument")


async def test_a_body_that_is_no_object_is_a_bad_argument(bot: Any, chat: Conversation) -> None:
    bodies: tuple[Any, ...] = ([], "x", 1)
    for body in bodies:
        assert (await bot.post(chat.id, body))[0] == 400


async def test_a_targeted_message_is_for_one_member_of_a_group(
    teams: TeamsSandbox, bot: Any, hana: Person, chat: Conversation
) -> None:
    tomas, stranger = teams.person("Tomas Okafor"), teams.person("Declan Mbeki")
    group = teams.group("Dispatch", hana, tomas)
    aimed = {**text("secret"), "recipient": {"id": hana.mri, "isTargeted": True}}
    query = "?isTargetedActivity=true"
    status, posted = await bot.post(group.id, aimed, query)
    assert status == 201
    [message] = teams.connector.messages(group)
    assert message.is_visible_to(hana.mri)
    assert not message.is_visible_to(tomas.mri)
    path = f"conversations/{group.id}/activities/{posted['id']}"
    assert (await bot.call("PUT", path, text("public")))[0] == 404
    assert (await bot.call("PUT", path + query, aimed))[0] == 400
    assert (await bot.call("PUT", path + query, text("for you still")))[0] == 200
    assert (await bot.post(chat.id, aimed, query))[0] == 400
    assert (await bot.post(group.id, text("to nobody"), query))[0] == 400
    outside = {**aimed, "recipient": {"id": stranger.mri, "isTargeted": True}}
    assert (await bot.post(group.id, outside, query))[0] == 400


async def test_a_targeted_message_is_gone_a_day_later(teams: TeamsSandbox, bot: Any, hana: Person, clock: Any) -> None:
    group = teams.group("Dispatch", hana)
    query = "?isTargetedActivity=true"
    _, posted = await bot.post(group.id, {**text("x"), "recipient": {"id": hana.mri, "isTargeted": True}}, query)
    path = f"conversations/{group.id}/activities/{posted['id']}{query}"
    clock.now += 24 * 3600 - 1
    bot.bearer = teams.login.grant(SANDBOX_TENANT)
    assert (await bot.call("PUT", path, text("in time")))[0] == 200
    clock.now += 1
    status, body = await bot.call("PUT", path, text("too late"))
    assert (status, body["error"]["code"]) == (404, "ActivityNotFoundInConversation")


async def test_the_roster_is_told_in_pages(teams: TeamsSandbox, bot: Any, hana: Person) -> None:
    guest = teams.person("Luca Bergstrom", guest=True)
    group = teams.group("Dispatch", hana, guest)
    path = f"conversations/{group.id}/pagedmembers?pageSize=1"
    _, first = await bot.call("GET", path)
    assert [each["aadObjectId"] for each in first["members"]] == [hana.object_id]
    _, second = await bot.call("GET", f"{path}&continuationToken={first['continuationToken']}")
    assert [each["userRole"] for each in second["members"]] == ["guest"]
    assert "#EXT#" in second["members"][0]["userPrincipalName"]
    assert "continuationToken" not in second


async def test_a_member_is_found_by_either_id(bot: Any, hana: Person, chat: Conversation) -> None:
    for identity in (hana.mri, hana.object_id):
        _, member = await bot.call("GET", f"conversations/{chat.id}/members/{identity}")
        assert (member["id"], member["email"]) == (hana.mri, hana.email)
    status, answer = await bot.call("GET", f"conversations/{chat.id}/members/29:nobody")
    assert (status, answer["error"]["code"]) == (404, "MemberNotFoundInConversation")


async def test_a_team_tells_its_channels(bot: Any, general: Conversation) -> None:
    _, team = await bot.call("GET", f"teams/{general.id}")
    assert (team["name"], team["channelCount"], team["memberCount"]) == ("Service Desk", 2, 2)
    _, channels = await bot.call("GET", f"teams/{general.id}/conversations")
    assert [each["name"] for each in channels["conversations"]] == [None, "Alerts"]
    assert (await bot.call("GET", "teams/19:nowhere"))[0] == 404


async def test_an_uninstalled_bot_is_refused(teams: TeamsSandbox, bot: Any, chat: Conversation) -> None:
    teams.directory.uninstall(chat)
    status, answer = await bot.post(chat.id, text("hi"))
    assert (status, answer["error"]["code"]) == (403, "BotNotInConversationRoster")


@pytest.mark.parametrize("code", sorted(REFUSALS))
async def test_every_refusal_can_be_had_once(teams: TeamsSandbox, bot: Any, chat: Conversation, code: str) -> None:
    teams.connector.faults.refuse(code, conversation=chat.id)
    status, answer = await bot.post(chat.id, text("hi"))
    assert status == REFUSALS[code].status
    assert code in answer if isinstance(answer, str) else answer["error"]["code"] == code
    assert teams.connector.messages(chat) == []
    assert (await bot.post(chat.id, text("hi")))[0] == 201


async def test_a_misfortune_meets_only_its_conversation_method_and_count(
    teams: TeamsSandbox, bot: Any, chat: Conversation, general: Conversation
) -> None:
    teams.connector.faults.refuse("ServiceError", conversation=general.id, method="POST", times=2)
    assert (await bot.post(chat.id, text("elsewhere")))[0] == 201
    assert (await bot.call("GET", f"conversations/{general.id}/members"))[0] == 200
    statuses = [(await bot.post(general.id, text("here")))[0] for _ in range(3)]
    assert statuses == [500, 500, 201]


async def test_a_gateway_that_gave_up_may_have_delivered(teams: TeamsSandbox, bot: Any, chat: Conversation) -> None:
    teams.connector.faults.refuse("GatewayTimeout", delivered=True)
    status, page = await bot.post(chat.id, text("hi"))
    assert status == 504
    assert "<html>" in page
    assert len(teams.connector.messages(chat)) == 1


async def test_a_lost_reply_leaves_the_message_and_a_cut_does_not(
    teams: TeamsSandbox, bot: Any, chat: Conversation
) -> None:
    teams.connector.faults.lose_reply(conversation=chat.id)
    with pytest.raises(aiohttp.ClientConnectionError):
        await bot.post(chat.id, text("arrived"))
    teams.connector.faults.cut(conversation=chat.id)
    with pytest.raises(aiohttp.ClientConnectionError):
        await bot.post(chat.id, text("lost"))
    assert [each.text for each in teams.connector.messages(chat)] == ["arrived"]


async def test_the_limits_are_those_of_a_thread(teams: TeamsSandbox, bot: Any, chat: Conversation, clock: Any) -> None:
    teams.connector.limits.enforced = True
    statuses = [(await bot.post(chat.id, text("x")))[0] for _ in range(8)]
    assert statuses == [201] * 7 + [429]
    clock.now += 1
    assert [(await bot.post(chat.id, text("x")))[0] for _ in range(2)] == [201, 429]
    assert (await bot.call("GET", f"conversations/{chat.id}/members"))[0] == 200
    assert teams.connector.limits.throttled == 2


async def test_retry_after_is_honest(teams: TeamsSandbox, bot: Any, chat: Conversation, clock: Any) -> None:
    limits = teams.connector.limits
    limits.enforced = True
    for _ in range(60):
        clock.now += 0.5 - 1 / 128
        wait = limits.wait(chat.tenant, chat.id, reading=False)
        clock.now += wait
        assert wait == 0 or limits.wait(chat.tenant, chat.id, reading=False) == 0
    assert limits.wait(chat.tenant, chat.id, reading=False) > 0


async def test_waiting_returns_each_message_once(teams: TeamsSandbox, bot: Any, chat: Conversation) -> None:
    waiting = asyncio.create_task(teams.connector.next_message(chat))
    await bot.post(chat.id, text("first"))
    await bot.post(chat.id, text("second"))
    assert (await waiting).text == "first"
    assert (await teams.connector.next_message(chat)).text == "second"
    with pytest.raises(TimeoutError, match="nothing wanted"):
        await teams.connector.next_message(chat, timeout=0)


async def test_typing_leaves_no_message(teams: TeamsSandbox, bot: Any, chat: Conversation) -> None:
    assert (await bot.post(chat.id, {"type": "typing"}))[0] == 201
    assert teams.connector.messages(chat) == []
    assert [event.deed for event in teams.connector.journal.events] == ["typing"]


NAMES = (
    "type text attachments contentType content recipient id isTargeted members"
    " activity channelData channel tenant isGroup tenantId summary"
)
keys = st.sampled_from(NAMES.split())
leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.text(max_size=5),
    st.sampled_from(["message", "typing", ATTACHED[0]["contentType"], SANDBOX_TENANT]),
)
wild = st.recursive(
    leaves,
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(keys, inside, max_size=6),
    max_leaves=12,
)
addresses = st.sampled_from(["conversations", "conversations/a:x/activities", "PLACE/activities"])
queries = st.sampled_from(["", "?isTargetedActivity=true"])


@settings(max_examples=25)
@given(calls=st.lists(st.tuples(addresses, queries, wild), min_size=1, max_size=12))
def test_no_body_whatever_makes_the_connector_stumble(calls: list[tuple[str, str, Any]]) -> None:
    async def send_all() -> list[int]:
        async with TeamsSandbox() as teams, aiohttp.ClientSession() as session:
            place = teams.team("Desk", teams.person("Hana Whitlock"))
            headers = {"Authorization": f"Bearer {teams.login.grant(SANDBOX_TENANT)}"}
            statuses = []
            for address, query, body in calls:
                path = address.replace("PLACE", f"conversations/{place.id}")
                url = f"{teams.connector.service_url}v3/{path}{query}"
                async with session.post(url, json=body, headers=headers) as response:
                    statuses.append(response.status)
            return statuses

    assert set(asyncio.run(send_all())) <= {201, 400, 403, 404}


async def test_a_teams_without_targeted_messages_refuses_them_and_nothing_else(
    teams: TeamsSandbox, bot: Any, hana: Person
) -> None:
    teams.connector.takes_targeted = False
    group = teams.group("Dispatch", hana)
    aimed = {**text("secret"), "recipient": {"id": hana.mri, "isTargeted": True}}
    status, said = await bot.post(group.id, aimed, "?isTargetedActivity=true")
    assert (status, said["error"]["code"]) == (400, "BadArgument")
    assert (await bot.post(group.id, text("for all")))[0] == 201


@pytest.mark.parametrize(
    ("suggested", "status"),
    [
        ({"actions": [{"type": "imBack", "title": "Help", "value": "help"}]}, 201),
        ({"actions": []}, 201),
        ({"actions": [{"type": "openUrl", "title": "Help", "value": "https://example.com"}]}, 400),
        ({"actions": [{"type": "imBack", "title": "Help"}]}, 400),
        ({"actions": ["help"]}, 400),
        ({}, 400),
    ],
)
async def test_suggested_actions_say_something(bot: Any, chat: Conversation, suggested: Any, status: int) -> None:
    assert (await bot.post(chat.id, {**text("hello"), "suggestedActions": suggested}))[0] == status
