"""Real activities, through the real door, become turns; answers become what Teams shows."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from attms_core.model import ConversationKind
from bot.turn import Answer, Body, Choices, Nothing, Problem, Replace, Say, Toast, TurnKind
from sandbox.teams import Message
from tests.channel.conftest import Desk

OpenDesk = Callable[..., Awaitable[Desk]]


def card(title: str) -> dict[str, Any]:
    press = {"type": "Action.Execute", "title": "Take it", "verb": "ticket.take", "data": {"attms": {"n": "1"}}}
    fallback = {"type": "Action.Submit", "title": "Take it", "data": {"attms": {"n": "1"}}}
    return {
        "type": "AdaptiveCard",
        "version": "1.5",
        "body": [{"type": "TextBlock", "text": title}],
        "actions": [{**press, "fallback": fallback}],
    }


async def test_words_said_in_a_personal_chat_arrive_as_a_turn_and_are_answered_in_plain_text(desk: Desk) -> None:
    desk.mind.answer = Say(text="*no* markup & <b>nothing</b>")
    said = await desk.client.say("/tickets   mine", person=desk.ana)
    turn = desk.mind.last
    assert said.status == 200
    assert (turn.kind, turn.words) == (TurnKind.MESSAGE, "/tickets mine")
    assert turn.person.object_id == desk.ana.object_id
    assert turn.person.tenant == desk.ana.tenant
    assert turn.conversation.kind is ConversationKind.PERSONAL
    assert turn.conversation.user_mri == desk.ana.mri
    assert turn.timezone == "Europe/London"
    (message,) = said.messages
    assert message.activity["text"] == "*no* markup & <b>nothing</b>"
    assert message.activity["textFormat"] == "plain"


async def test_a_card_goes_alone_and_says_what_a_notification_shows(desk: Desk) -> None:
    desk.mind.answer = Say(card=card("T1"), summary="Ticket T1")
    said = await desk.client.say("/ticket T1", person=desk.ana)
    (message,) = said.messages
    assert message.activity["summary"] == "Ticket T1"
    assert "text" not in message.activity
    assert message.card == card("T1")


async def test_in_a_channel_the_mention_goes_and_the_answer_stays_in_the_thread(desk: Desk) -> None:
    general = desk.sandbox.team("Support", desk.ana)
    said = await desk.client.say("@Bot tickets mine", person=desk.ana, conversation=general)
    turn = desk.mind.last
    assert turn.words == "tickets mine"
    assert turn.conversation.kind is ConversationKind.CHANNEL
    assert turn.conversation.id == general.base
    assert turn.thread is not None
    assert turn.thread.startswith(f"{general.base};messageid=")
    (message,) = said.messages
    assert message.conversation == turn.thread


async def test_a_press_gets_its_card_on_the_same_request(desk: Desk) -> None:
    desk.mind.answer = Say(card=card("before"), summary="T1")
    await desk.client.say("/ticket T1", person=desk.ana)
    desk.mind.answer = Replace(card("after"))
    said = await desk.client.press(None, "Take it", person=desk.ana)
    turn = desk.mind.last
    assert (turn.kind, turn.verb, turn.value) == (TurnKind.EXECUTE, "ticket.take", {"attms": {"n": "1"}})
    assert turn.reply_to == desk.sandbox.connector.messages(said.conversation)[0].id
    assert said.answer is not None
    assert said.answer.card == card("after")
    assert said.messages == ()


async def test_a_press_of_an_old_client_edits_the_message(desk: Desk) -> None:
    desk.mind.answer = Say(card=card("before"), summary="T1")
    await desk.client.say("/ticket T1", person=desk.ana)
    desk.mind.answer = Replace(card("after"))
    said = await desk.client.press(None, "Take it", person=desk.ana, fallback=True)
    assert (desk.mind.last.kind, desk.mind.last.value) == (TurnKind.SUBMIT, {"attms": {"n": "1"}})
    (edited,) = said.edits
    assert edited.card == card("after")


async def test_a_press_in_a_thread_edits_the_message_there(desk: Desk) -> None:
    general = desk.sandbox.team("Support", desk.ana)
    desk.mind.answer = Say(card=card("before"), summary="T1")
    first = await desk.client.say("@Bot ticket T1", person=desk.ana, conversation=general)
    desk.mind.answer = Replace(card("after"))
    said = await desk.client.press(first.messages[0], "Take it", person=desk.ana, fallback=True)
    (edited,) = said.edits
    assert edited.card == card("after")


async def test_a_press_on_a_deleted_message_gets_a_new_one(desk: Desk) -> None:
    desk.mind.answer = Say(card=card("before"), summary="T1")
    first = await desk.client.say("/ticket T1", person=desk.ana)
    desk.sandbox.connector.faults.refuse("ActivityNotFoundInConversation")
    desk.mind.answer = Replace(card("after"))
    said = await desk.client.press(first.messages[0], "Take it", person=desk.ana, fallback=True)
    assert [message.card for message in said.messages] == [card("after")]


async def test_toast_problem_and_card_have_their_invoke_bodies(desk: Desk) -> None:
    bodies = []
    answers: list[Answer] = [Toast("Taken."), Problem("not-allowed", "Not yours."), Nothing()]
    for number, answer in enumerate(answers):
        desk.mind.answer = answer
        value = {"action": {"type": "Action.Execute", "verb": "x", "data": {"n": number}}, "trigger": "automatic"}
        said = await desk.client.invoke("adaptiveCard/action", value, person=desk.ana)
        assert said.status == 200
        bodies.append(said.body)
    assert desk.mind.last.trigger == "automatic"
    toast = "application/vnd.microsoft.activity.message"
    assert bodies == [
        {"statusCode": 200, "type": toast, "value": "Taken."},
        {
            "statusCode": 400,
            "type": "application/vnd.microsoft.error",
            "value": {"code": "not-allowed", "message": "Not yours."},
        },
        {"statusCode": 200, "type": toast, "value": "Done."},
    ]


async def test_toast_and_problem_of_an_old_client_are_messages(desk: Desk) -> None:
    desk.mind.answer = Say(card=card("before"), summary="T1")
    await desk.client.say("/ticket T1", person=desk.ana)
    desk.mind.answer = Problem("not-allowed", "Not yours.")
    said = await desk.client.press(None, "Take it", person=desk.ana, fallback=True)
    assert [message.activity["text"] for message in said.messages] == ["Not yours."]


async def test_a_search_gets_fifteen_choices_at_most(desk: Desk) -> None:
    desk.mind.answer = Choices(tuple((f"Company {n}", str(n)) for n in range(20)))
    said = await desk.client.search("companies", "Comp", person=desk.ana, data={"queue": "8"})
    assert desk.mind.last.kind is TurnKind.SEARCH
    assert desk.mind.last.value["queryText"] == "Comp"
    assert said.results[0] == {"title": "Company 0", "value": "0"}
    assert len(said.results) == 15


@pytest.mark.parametrize(
    "name",
    ["message/submitAction", "suggestedActions/submit", "fileConsent/invoke", "signin/verifyState", "what/ever", ""],
)
async def test_an_unknown_invoke_is_taken_without_a_word(desk: Desk, name: str) -> None:
    desk.mind.answer = Nothing()
    said = await desk.client.invoke(name, {"actionName": "feedback"}, person=desk.ana)
    assert (said.status, said.raw_body) == (200, b"")


async def test_dialogs_are_answered_in_their_own_form(desk: Desk) -> None:
    desk.mind.answer = Problem("out-of-date", "Ask again.")
    said = await desk.client.invoke("task/fetch", {"data": {}}, person=desk.ana)
    assert said.body == {"task": {"type": "message", "value": "Ask again."}}
    desk.mind.answer = Body({"task": {"type": "continue"}})
    said = await desk.client.invoke("task/fetch", {"data": {}}, person=desk.ana)
    assert said.body == {"task": {"type": "continue"}}


async def test_installing_and_removing_are_told(desk: Desk) -> None:
    desk.mind.answer = Nothing()
    await desk.client.install(person=desk.ana)
    await desk.client.uninstall(person=desk.ana)
    kinds = [turn.kind for turn in desk.mind.heard]
    assert kinds == [TurnKind.MEMBERS, TurnKind.INSTALLED, TurnKind.UNINSTALLED]
    assert desk.mind.heard[0].members_added == (desk.client.shapes.bot_id,)


async def test_edits_deletions_and_reactions_are_told_apart_from_the_message(desk: Desk) -> None:
    said = await desk.client.say("helo", person=desk.ana)
    desk.mind.answer = Nothing()
    await desk.client.correct(said, "hello")
    await desk.client.take_back(said)
    await desk.client.react(said.messages[0], "like", person=desk.ana)
    kinds = [turn.kind for turn in desk.mind.heard]
    assert kinds == [TurnKind.MESSAGE, TurnKind.EDITED, TurnKind.DELETED, TurnKind.REACTION]


async def test_a_broken_handler_is_answered_with_a_code_and_without_details(desk: Desk) -> None:
    async def break_down(turn: object) -> Nothing:
        raise ZeroDivisionError("secret detail")

    desk.mind.think = break_down
    said = await desk.client.say("/tickets", person=desk.ana)
    (message,) = said.messages
    assert said.status == 200
    assert desk.mind.last.id in message.activity["text"]
    assert "secret" not in message.activity["text"]
    pressed = await desk.client.invoke("adaptiveCard/action", {"action": {"data": {}}}, person=desk.ana)
    assert pressed.status == 200
    assert pressed.answer is not None
    assert desk.mind.last.id in pressed.answer.error


async def test_a_message_that_teams_does_not_take_leaves_the_turn_whole(desk: Desk) -> None:
    desk.sandbox.connector.faults.refuse("BotNotInConversationRoster")
    said = await desk.client.say("/tickets", person=desk.ana)
    assert said.status == 200
    assert said.messages == ()


async def test_what_is_said_privately_in_a_group_is_answered_privately(desk: Desk) -> None:
    bo = desk.sandbox.person("Bo Berg")
    group = desk.sandbox.group("Night shift", desk.ana, bo)
    said = await desk.client.say("/tickets mine", person=desk.ana, conversation=group, targeted=True)
    assert desk.mind.last.is_targeted
    (message,) = said.messages
    assert message.is_visible_to(desk.ana.mri)
    assert not message.is_visible_to(bo.mri)
    assert message.prompts == (said.activity["id"],)
    assert "replyToId" not in message.activity


@pytest.mark.parametrize("is_told", [False, True], ids=["teams keeps quiet", "teams says it is private"])
async def test_a_press_on_a_private_card_edits_it_and_names_nobody(desk: Desk, *, is_told: bool) -> None:
    group = desk.sandbox.group("Night shift", desk.ana, desk.sandbox.person("Bo Berg"))
    desk.mind.answer = Say(card=card("before"), summary="T1")
    first = await desk.client.say("ticket T1", person=desk.ana, conversation=group, targeted=True)
    (message,) = first.messages
    desk.mind.answer = Replace(card("after"))
    pressed = desk.client.shapes.submit({"n": 1}, desk.ana, group, now=desk.clock(), reply_to=message.id)
    if is_told:
        pressed["recipient"]["isTargeted"] = True
    said = await desk.client.raw(pressed, person=desk.ana, conversation=group)
    (edited,) = said.edits
    assert (edited.card, edited.targeted_to) == (card("after"), desk.ana.mri)
    assert "recipient" not in edited.activity
    assert said.messages == ()


@pytest.mark.parametrize("is_private", [False, True], ids=["everybody's card", "a private card"])
@pytest.mark.parametrize(("code", "times"), [("ActivityNotFoundInConversation", 2), ("MessageSizeTooBig", 1)])
async def test_what_cannot_be_put_in_a_cards_place_in_a_group_is_told_to_whoever_pressed_alone(
    desk: Desk, code: str, times: int, *, is_private: bool
) -> None:
    bo = desk.sandbox.person("Bo Berg")
    group = desk.sandbox.group("Night shift", desk.ana, bo)
    desk.mind.answer = Say(card=card("before"), summary="T1")
    first = await desk.client.say("ticket T1", person=desk.ana, conversation=group, targeted=is_private)
    (message,) = first.messages
    desk.sandbox.connector.faults.refuse(code, method="PUT", times=times)
    desk.mind.answer = Replace(card("after"), "T1 after")
    said = await desk.client.press(message, "Take it", person=desk.ana, fallback=True)
    (told,) = said.messages
    assert told.card == card("after") or told.text == "T1 after"
    assert told.targeted_to == desk.ana.mri


async def test_where_teams_has_no_private_messages_it_is_told_in_the_chat_of_the_two(desk: Desk) -> None:
    group = desk.sandbox.group("Night shift", desk.ana)
    desk.mind.answer = Say(card=card("before"), summary="T1")
    (message,) = (await desk.client.say("ticket T1", person=desk.ana, conversation=group)).messages
    desk.sandbox.connector.faults.refuse("ActivityNotFoundInConversation", method="PUT", times=2)
    desk.sandbox.connector.takes_targeted = False
    desk.mind.answer = Replace(card("after"))
    said = await desk.client.press(message, "Take it", person=desk.ana, fallback=True)
    assert said.messages == ()
    assert [told.card for told in said.elsewhere] == [card("after")]


async def test_suggestions_are_buttons_that_say_their_words_three_at_most(desk: Desk) -> None:
    desk.mind.answer = Say(card=card("hello"), suggest=("/a", "/b", "/c", "/d"))
    shown, further = (await desk.client.say("hi", person=desk.ana)).messages
    assert (shown.card, shown.suggested) == (card("hello"), [])
    assert [(each["type"], each["title"], each["value"]) for each in further.suggested] == [
        ("imBack", word, word) for word in ("/a", "/b", "/c")
    ]
    await desk.client.tap(further, "/b", person=desk.ana)
    assert desk.mind.last.words == "/b"


async def test_an_answer_stands_where_teams_takes_no_words_after_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    connector = desk.sandbox.connector
    post = connector.journal.post

    async def post_once(message: Message) -> Message:
        if message.author == connector.bot_id:
            connector.faults.refuse("Throttled", method="POST", retry_after=60)
        return await post(message)

    monkeypatch.setattr(connector.journal, "post", post_once)
    desk.mind.answer = Say(card=card("hello"), suggest=("/a",))
    said = await desk.client.say("hi", person=desk.ana)
    (shown,) = said.messages
    assert (said.status, shown.card) == (200, card("hello"))
    told = capsys.readouterr().out
    assert "suggestions_not_delivered" in told
    assert "answer_not_delivered" not in told


@pytest.mark.parametrize("is_press", [False, True])
async def test_an_answer_that_is_too_big_is_said_in_its_one_line(desk: Desk, *, is_press: bool) -> None:
    desk.mind.answer = Say(card=card("tickets"))
    (message,) = (await desk.client.say("tickets", person=desk.ana)).messages
    desk.sandbox.connector.faults.refuse("MessageSizeTooBig")
    if is_press:
        desk.mind.answer = Replace(card("long"), "Two thousand tickets")
        said = await desk.client.press(message, "Take it", person=desk.ana, fallback=True)
    else:
        desk.mind.answer = Say(card=card("long"), summary="Two thousand tickets")
        said = await desk.client.say("tickets", person=desk.ana)
    assert [each.text for each in said.messages] == ["Two thousand tickets"]


async def test_a_card_that_takes_anothers_place_says_what_a_notification_shows(desk: Desk) -> None:
    desk.mind.answer = Say(card=card("new"))
    (message,) = (await desk.client.say("card", person=desk.ana)).messages
    desk.mind.answer = Replace(card("saved"), "Saved: T1")
    (edited,) = (await desk.client.press(message, "Take it", person=desk.ana, fallback=True)).edits
    assert edited.summary == "Saved: T1"
