from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from sandbox.teams import (
    SANDBOX_TENANT,
    CannotPressError,
    Conversation,
    Person,
    TeamsClient,
    TeamsSandbox,
    buttons,
    texts,
    wrong_tokens,
)

Json = dict[str, Any]
CARD_TYPE = "application/vnd.microsoft.card.adaptive"


def ticket_card(title: str) -> Json:
    note = {"type": "Input.Text", "id": "note", "isRequired": True, "errorMessage": "Say something"}
    queue = {
        "type": "Input.ChoiceSet",
        "id": "queue",
        "value": "5",
        "choices": [{"title": "Triage", "value": "5"}, {"title": "Field", "value": "8"}],
    }
    save = {"type": "Action.Execute", "title": "Save", "verb": "save", "data": {"ticket": 42}}
    return {
        "type": "AdaptiveCard",
        "version": "1.5",
        "refresh": {"action": {"type": "Action.Execute", "verb": "look"}, "userIds": []},
        "body": [{"type": "TextBlock", "text": title}, note, queue],
        "actions": [
            {**save, "fallback": {"type": "Action.Submit", "title": "Save", "data": {"old": 42}}},
            {"type": "Action.Execute", "title": "Cancel", "verb": "cancel", "associatedInputs": "none"},
            {"type": "Action.OpenUrl", "title": "Open", "url": "https://example.com"},
        ],
    }


class EchoBot:
    """Says what it heard, shows a card for `card`, answers invokes."""

    def __init__(self, caller: Any) -> None:
        self.caller = caller
        self.heard: list[Json] = []
        self.authorizations: list[list[str]] = []

    async def messages(self, request: web.Request) -> web.Response:
        self.authorizations.append(request.headers.getall("Authorization", []))
        try:
            activity = await request.json()
        except ValueError:
            return web.Response(status=400)
        self.heard.append(activity)
        if activity["type"] == "invoke":
            return web.json_response(await self.answer(activity))
        if activity["type"] == "message":
            await self.caller.post(activity["conversation"]["id"], self.reply(activity))
        return web.Response(status=202)

    def reply(self, activity: Json) -> Json:
        if activity.get("text", "").endswith("card"):
            return {
                "type": "message",
                "attachments": [{"contentType": CARD_TYPE, "content": ticket_card("new")}],
            }
        return {"type": "message", "text": f"heard {activity.get('text') or activity.get('value')}"}

    async def answer(self, activity: Json) -> Json:
        if activity["name"] == "application/search":
            return {"statusCode": 200, "value": {"results": [{"title": "Acme", "value": "7"}]}}
        if activity["name"] != "adaptiveCard/action":
            return {"name": activity["name"]}
        if activity["value"]["action"]["verb"] == "cancel":
            return {"statusCode": 200, "type": "application/vnd.microsoft.activity.message", "value": "Gone"}
        return {"statusCode": 200, "type": CARD_TYPE, "value": ticket_card("saved")}


@pytest.fixture
def echo(bot: Any) -> EchoBot:
    return EchoBot(bot)


@pytest.fixture
async def client(teams: TeamsSandbox, echo: EchoBot) -> AsyncIterator[TeamsClient]:
    app = web.Application()
    app.router.add_post("/api/messages", echo.messages)
    async with TestServer(app) as server, teams.client(str(server.make_url("/api/messages"))) as hand:
        yield hand


async def test_a_person_says_something_and_hears_the_answer(client: TeamsClient, hana: Person) -> None:
    said = await client.say("/tickets mine", person=hana)
    assert said.status == 202
    assert [message.text for message in said.messages] == ["heard /tickets mine"]
    assert (await said.reply()).text == "heard /tickets mine"
    with pytest.raises(TimeoutError):
        await said.reply(timeout=0)


async def test_a_personal_message_has_the_real_shape(
    client: TeamsClient, echo: EchoBot, hana: Person, teams: TeamsSandbox
) -> None:
    await client.say("<b>hi</b>", person=hana)
    [activity] = echo.heard
    assert activity["id"].isdecimal()
    assert activity["conversation"] == {
        "conversationType": "personal",
        "tenantId": teams.tenants[0],
        "id": Conversation.personal(hana).id,
    }
    assert activity["from"] == {"id": hana.mri, "name": hana.name, "aadObjectId": hana.object_id}
    assert activity["recipient"] == {"id": f"28:{teams.app_id}", "name": "ATTMS"}
    assert activity["channelData"] == {"tenant": {"id": teams.tenants[0]}}
    assert activity["entities"][0]["timezone"] == "Europe/London"
    assert activity["attachments"] == [{"contentType": "text/html", "content": "<p>&lt;b&gt;hi&lt;/b&gt;</p>"}]
    assert activity["serviceUrl"] == teams.connector.service_url
    assert len(echo.authorizations[0]) == 1


async def test_in_a_channel_the_bot_is_mentioned_and_answers_in_the_thread(
    client: TeamsClient, echo: EchoBot, hana: Person, teams: TeamsSandbox
) -> None:
    alerts = teams.team("Service Desk", hana, channels=("Alerts",)).sibling("Alerts")
    said = await client.say("tickets mine", person=hana, conversation=alerts)
    [activity] = echo.heard
    assert activity["text"] == "<at>ATTMS</at> tickets mine"
    assert activity["entities"][1]["mentioned"]["id"] == activity["recipient"]["id"]
    assert activity["conversation"]["id"] == f"{alerts.id};messageid={activity['id']}"
    assert activity["channelData"]["channel"] == {"id": alerts.id, "name": "Alerts"}
    assert activity["channelData"]["team"]["name"] == "Service Desk"
    assert (await said.reply()).conversation == said.conversation.id
    again = await client.say("more", person=hana, conversation=said.conversation)
    assert (await again.reply()).conversation == said.conversation.id


async def test_a_mention_can_be_typed_forced_or_left_out(
    client: TeamsClient, echo: EchoBot, hana: Person, teams: TeamsSandbox
) -> None:
    group = teams.group("Dispatch", hana)
    await client.say("@Bot /tickets mine", person=hana)
    await client.say("overheard", person=hana, conversation=group, mention=False)
    await client.say("tickets", person=hana, conversation=group, targeted=True)
    typed, overheard, targeted = echo.heard
    assert typed["text"] == "<at>ATTMS</at> /tickets mine"
    assert overheard["text"] == "overheard"
    assert targeted["recipient"]["isTargeted"] is True
    assert targeted["text"] == "tickets"


async def test_a_press_sends_the_invoke_and_changes_the_card_for_that_person_alone(
    client: TeamsClient, echo: EchoBot, hana: Person, teams: TeamsSandbox
) -> None:
    tomas = teams.person("Tomas Okafor")
    group = teams.group("Dispatch", hana, tomas)
    message = await (await client.say("card", person=hana, conversation=group)).reply()
    said = await client.press(message, "Save", person=hana, inputs={"note": "done"})
    assert said.answer is not None
    assert said.answer.card == ticket_card("saved")
    invoke = echo.heard[-1]
    assert (invoke["name"], invoke["replyToId"]) == ("adaptiveCard/action", message.id)
    assert invoke["value"]["trigger"] == "manual"
    assert invoke["value"]["action"] == {
        "type": "Action.Execute",
        "title": "Save",
        "verb": "save",
        "data": {"ticket": 42, "note": "done", "queue": "5"},
    }
    assert texts(client.view(message, hana))[0] == "saved"
    assert texts(client.view(message, tomas))[0] == "new"


async def test_an_answer_names_the_private_question_it_answers(
    teams: TeamsSandbox, bot: Any, hana: Person, client: TeamsClient, clock: Any
) -> None:
    tomas = teams.person("Tomas Okafor")
    group, query = teams.group("Dispatch", hana, tomas), "?isTargetedActivity=true"
    asked = (await client.say("tickets", person=hana, conversation=group, targeted=True)).activity["id"]
    overheard = (await client.say("hello", person=hana, conversation=group)).activity["id"]

    async def answer(number: str, to: Person = hana, path: str = "") -> tuple[int, str]:
        entity = {"type": "targetedMessageInfo", "messageId": number}
        recipient = {"id": to.mri, "isTargeted": True}
        aimed = {"type": "message", "text": "yours", "recipient": recipient, "entities": [entity]}
        status, said = await bot.call("POST", f"conversations/{group.id}/activities{path}{query}", aimed)
        return status, said.get("error", {}).get("code", "")

    assert await answer(asked) == (201, "")
    assert teams.connector.messages(group)[-1].prompts == (asked,)
    assert await answer(asked, path=f"/{asked}") == (400, "BadArgument")
    for number, to in ((overheard, hana), ("1", hana), (asked, tomas)):
        assert await answer(number, to) == (400, "INVALID_TARGETED_MESSAGE_ID")
    clock.now += 24 * 3600
    bot.bearer = teams.login.grant(SANDBOX_TENANT)
    assert await answer(asked) == (404, "TARGETED_MESSAGE_EXPIRED_OR_DELETED")


async def test_an_edit_ends_the_private_view(client: TeamsClient, hana: Person, bot: Any, teams: TeamsSandbox) -> None:
    message = await (await client.say("card", person=hana)).reply()
    await client.press(None, "save", person=hana, inputs={"note": "x"})
    edited = {
        "type": "message",
        "attachments": [{"contentType": CARD_TYPE, "content": ticket_card("edited")}],
    }
    await bot.call("PUT", f"conversations/{message.conversation}/activities/{message.id}", edited)
    assert texts(client.view(message, hana))[0] == "edited"


async def test_an_old_client_submits_a_message(client: TeamsClient, echo: EchoBot, hana: Person) -> None:
    await client.say("card", person=hana)
    said = await client.press(None, "Save", person=hana, inputs={"note": "x"}, fallback=True)
    assert echo.heard[-1]["value"] == {"old": 42, "note": "x", "queue": "5"}
    assert "text" not in echo.heard[-1]
    assert "old" in (await said.reply()).text


async def test_a_toast_and_a_button_without_inputs(client: TeamsClient, echo: EchoBot, hana: Person) -> None:
    message = await (await client.say("card", person=hana)).reply()
    said = await client.press(message, "Cancel", person=hana)
    assert said.answer is not None
    assert said.answer.toast == "Gone"
    assert echo.heard[-1]["value"]["action"]["data"] == {}
    assert buttons(client.view(message, hana)) == ["Save", "Cancel", "Open"]


@pytest.mark.parametrize(
    ("button", "inputs", "why"),
    [
        ("Delete", {}, "no button"),
        ("Open", {"note": "x"}, "sends nothing"),
        ("Save", {}, "Say something"),
        ("Save", {"note": "x", "typo": "y"}, "no input"),
        ("Save", {"note": "x", "queue": "9"}, "not offered"),
    ],
)
async def test_what_a_person_cannot_press_is_an_error(
    client: TeamsClient, hana: Person, button: str, inputs: dict[str, str], why: str
) -> None:
    await client.say("card", person=hana)
    with pytest.raises(CannotPressError, match=why):
        await client.press(None, button, person=hana, inputs=inputs)


async def test_an_attacker_skips_the_clients_checks(client: TeamsClient, echo: EchoBot, hana: Person) -> None:
    await client.say("card", person=hana)
    await client.press(None, "Save", person=hana, inputs={"queue": "9"}, checked=False)
    assert echo.heard[-1]["value"]["action"]["data"]["queue"] == "9"


async def test_a_refresh_is_only_for_those_named(client: TeamsClient, hana: Person) -> None:
    message = await (await client.say("card", person=hana)).reply()
    with pytest.raises(CannotPressError, match="does not refresh"):
        await client.refresh(message, person=hana)


async def test_search_and_other_invokes(client: TeamsClient, echo: EchoBot, hana: Person) -> None:
    found = await client.search("companies", "ac", person=hana, data={"queue": "5"})
    assert found.results == [{"title": "Acme", "value": "7"}]
    assert echo.heard[0]["value"]["queryOptions"] == {"skip": 0, "top": 15}
    fetched = await client.invoke("task/fetch", {"data": {}}, person=hana)
    assert fetched.body == {"name": "task/fetch"}


async def test_coming_and_going_is_told(client: TeamsClient, echo: EchoBot, hana: Person, teams: TeamsSandbox) -> None:
    tomas = Person.named("Tomas Okafor", tenant=teams.tenants[0])
    general = teams.team("Service Desk", hana)
    await client.install(person=hana, conversation=general)
    await client.member_added(tomas, by=hana, conversation=general)
    assert tomas in teams.directory.members(general)
    await client.member_removed(tomas, by=hana, conversation=general)
    await client.uninstall(person=hana, conversation=general)
    assert not teams.directory.is_installed(general)
    kinds = [(each["type"], each.get("action")) for each in echo.heard]
    assert kinds == [
        ("conversationUpdate", None),
        ("installationUpdate", "add"),
        ("conversationUpdate", None),
        ("conversationUpdate", None),
        ("installationUpdate", "remove"),
    ]
    assert echo.heard[2]["membersAdded"] == [{"id": tomas.mri, "aadObjectId": tomas.object_id}]
    assert echo.heard[2]["channelData"]["eventType"] == "teamMemberAdded"


async def test_who_joins_a_channel_joins_its_team_and_general_tells_it(
    client: TeamsClient, echo: EchoBot, hana: Person, teams: TeamsSandbox
) -> None:
    tomas = Person.named("Tomas Okafor", tenant=teams.tenants[0])
    general = teams.team("Service Desk", hana, channels=("Night",))
    await client.member_added(tomas, by=hana, conversation=general.sibling("Night"))
    await client.member_removed(tomas, by=hana, conversation=general.sibling("Night"))
    for told in echo.heard:
        assert told["conversation"]["id"] == told["channelData"]["team"]["id"] == general.base
        assert not {"channel", "teamsChannelId"} & set(told["channelData"])


async def test_a_person_corrects_takes_back_and_reacts(
    client: TeamsClient, echo: EchoBot, hana: Person, teams: TeamsSandbox
) -> None:
    said = await client.say("helo", person=hana)
    await client.correct(said, "hello")
    await client.take_back(said)
    await client.react(await said.reply(), "like", person=hana)
    _, corrected, gone, liked = echo.heard
    assert (corrected["type"], corrected["text"], corrected["id"]) == ("messageUpdate", "hello", echo.heard[0]["id"])
    assert corrected["channelData"]["eventType"] == "editMessage"
    assert (gone["type"], gone["channelData"]["eventType"]) == ("messageDelete", "softDeleteMessage")
    assert liked["reactionsAdded"] == [{"type": "like"}]
    assert liked["replyToId"] == (teams.connector.messages(said.conversation))[0].id


async def test_a_redelivery_is_the_same_activity(client: TeamsClient, echo: EchoBot, hana: Person) -> None:
    await client.redeliver(await client.say("once", person=hana))
    assert echo.heard[0] == echo.heard[1]


async def test_raw_bodies_and_headers_go_as_they_are(client: TeamsClient, echo: EchoBot, hana: Person) -> None:
    said = await client.raw(b"{not json", person=hana, authorization=())
    assert (said.status, said.body, echo.authorizations[-1]) == (400, None, [])
    await client.raw({"type": "odd"}, person=hana, authorization=("Bearer a", "Bearer b"))
    assert echo.authorizations[-1] == ["Bearer a", "Bearer b"]


async def test_every_wrong_token_travels(client: TeamsClient, echo: EchoBot, hana: Person, teams: TeamsSandbox) -> None:
    forged = wrong_tokens(teams.issuer, service_url=teams.connector.service_url)
    for lines in forged.values():
        said = await client.raw({"type": "odd"}, person=hana, authorization=lines)
        assert said.status == 202
    sent = [[line.strip() for line in lines] for lines in forged.values()]
    got = [[line.encode("utf-8", "surrogateescape").decode() for line in lines] for lines in echo.authorizations]
    assert got == sent


async def test_the_settings_name_everything_a_bot_needs(teams: TeamsSandbox) -> None:
    settings = teams.settings("ATTMS_")
    assert settings["ATTMS_BOT_OPENID_METADATA_URL"] == teams.issuer.metadata_url
    assert settings["ATTMS_BOT_LOGIN_URL"].startswith("https://127.0.0.1:")
    assert json.dumps(settings)
    assert teams.ca_file.read_text().startswith("-----BEGIN CERTIFICATE-----")


def suggesting(*words: str) -> Json:
    actions = [{"type": "imBack", "title": word.title(), "value": word} for word in words]
    return {"type": "message", "text": "What now?", "suggestedActions": {"actions": actions}}


async def test_a_message_with_attachments_shows_no_suggestions(
    client: TeamsClient, hana: Person, teams: TeamsSandbox, bot: Any
) -> None:
    chat = Conversation.personal(hana)
    attached = [{"contentType": CARD_TYPE, "content": ticket_card("new")}]
    await bot.post(chat.id, {**suggesting("one"), "text": "", "attachments": attached})
    (message,) = teams.connector.messages(chat)
    assert message.suggested
    assert client.suggestions(message) == []


async def test_suggestions_stand_under_the_newest_message_of_a_personal_chat(
    client: TeamsClient, echo: EchoBot, hana: Person, teams: TeamsSandbox, bot: Any
) -> None:
    chat = Conversation.personal(hana)
    await bot.post(chat.id, suggesting("one", "two", "three", "four"))
    [message] = teams.connector.messages(chat)
    assert client.suggestions(message) == ["One", "Two", "Three"]
    await client.tap(message, "Two", person=hana)
    assert echo.heard[-1]["text"] == "two"
    assert client.suggestions(message) == []
    with pytest.raises(CannotPressError, match="no suggestion"):
        await client.tap(message, "One", person=hana)


async def test_a_group_shows_no_suggestions(client: TeamsClient, hana: Person, teams: TeamsSandbox, bot: Any) -> None:
    group = teams.group("Dispatch", hana)
    await bot.post(group.id, suggesting("one"))
    assert client.suggestions(teams.connector.messages(group)[-1]) == []


@pytest.mark.parametrize(("size", "refreshes"), [(60, True), (61, False)])
async def test_a_refresh_for_everybody_works_up_to_sixty_members(
    client: TeamsClient, hana: Person, teams: TeamsSandbox, bot: Any, *, size: int, refreshes: bool
) -> None:
    others = [Person.named(f"Member {each}", tenant=hana.tenant) for each in range(size - 1)]
    group = teams.group("Dispatch", hana, *others)
    card = {**ticket_card("new"), "refresh": {"action": {"type": "Action.Execute", "verb": "look"}}}
    await bot.post(group.id, {"type": "message", "attachments": [{"contentType": CARD_TYPE, "content": card}]})
    message = teams.connector.messages(group)[-1]
    if not refreshes:
        with pytest.raises(CannotPressError, match="does not refresh"):
            await client.refresh(message, person=hana)
        return
    assert (await client.refresh(message, person=hana)).activity["value"]["trigger"] == "automatic"


async def test_a_card_for_somebody_else_refreshes_for_nobody_else(
    client: TeamsClient, hana: Person, teams: TeamsSandbox, bot: Any
) -> None:
    tomas = teams.person("Tomas Okafor")
    group = teams.group("Dispatch", hana, tomas)
    card = {**ticket_card("new"), "refresh": {"action": {"type": "Action.Execute", "verb": "look"}}}
    aimed = {"type": "message", "attachments": [{"contentType": CARD_TYPE, "content": card}]}
    await bot.post(group.id, {**aimed, "recipient": {"id": hana.mri, "isTargeted": True}}, "?isTargetedActivity=true")
    with pytest.raises(CannotPressError, match="does not refresh"):
        await client.refresh(teams.connector.messages(group)[-1], person=tomas)
