"""Deliveries that come twice, late answers, and activities of every odd shape over the wire."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from bot.turn import Answer, Replace, Say, Toast, Turn
from sandbox.teams import Conversation, Person
from tests.channel.conftest import Desk

OpenDesk = Callable[..., Awaitable[Desk]]
CARD: dict[str, Any] = {"type": "AdaptiveCard", "version": "1.5", "body": []}
PRESS = {"action": {"type": "Action.Execute", "verb": "x", "data": {"n": 1}}}


class Thought:
    """A handler that waits to be told to go on."""

    def __init__(self, answer: Answer) -> None:
        self.begun, self.go = asyncio.Event(), asyncio.Event()
        self.answer = answer

    async def __call__(self, turn: Turn) -> Answer:
        self.begun.set()
        await self.go.wait()
        return self.answer


async def test_a_message_delivered_again_is_acknowledged_and_not_handled_again(desk: Desk) -> None:
    said = await desk.client.say("/tickets", person=desk.ana)
    again = await desk.client.redeliver(said)
    assert (again.status, again.messages, len(desk.mind.heard)) == (200, (), 1)


async def test_a_message_delivered_again_while_it_is_handled_is_accepted_and_not_handled_again(desk: Desk) -> None:
    desk.mind.think = thought = Thought(Say(text="done"))
    number = asyncio.create_task(desk.client.say("/tickets", person=desk.ana))
    await thought.begun.wait()
    activity = {**desk.client.shapes.message("x", desk.ana, _chat(desk), now=0, number="1", mentions_bot=False)}
    activity["id"] = desk.mind.last.activity_id
    again = await desk.client.raw(activity, person=desk.ana)
    assert again.status == 202
    thought.go.set()
    assert [message.activity["text"] for message in (await number).messages] == ["done"]
    assert len(desk.mind.heard) == 1


async def test_after_twenty_minutes_a_message_is_new_again(desk: Desk) -> None:
    said = await desk.client.say("/tickets", person=desk.ana)
    desk.clock.seconds += 2 * 601
    await desk.client.redeliver(said)
    assert len(desk.mind.heard) == 2


async def test_a_press_delivered_again_gets_the_same_answer_from_one_handling(desk: Desk) -> None:
    desk.mind.think = thought = Thought(Replace(CARD))
    activity = desk.client.shapes.invoke("adaptiveCard/action", PRESS, desk.ana, _chat(desk), now=0, reply_to="1")
    both = [asyncio.create_task(desk.client.raw(activity, person=desk.ana)) for _ in range(2)]
    await thought.begun.wait()
    thought.go.set()
    answers = [(await each).answer for each in both]
    later = await desk.client.raw(activity, person=desk.ana)
    assert [answer.card for answer in (*answers, later.answer) if answer] == [CARD, CARD, CARD]
    assert len(desk.mind.heard) == 1


async def test_the_same_activity_id_in_another_chat_is_another_turn(desk: Desk) -> None:
    bo = desk.sandbox.person("Bo Berg")
    for person in (desk.ana, bo):
        place = _chat(desk, person)
        activity = desk.client.shapes.message("x", person, place, now=0, number="1", mentions_bot=False)
        await desk.client.raw(activity, person=person)
    assert len(desk.mind.heard) == 2


async def test_a_slow_turn_is_acknowledged_and_finished_later(open_desk: OpenDesk) -> None:
    desk = await open_desk(patience=0)
    desk.mind.think = thought = Thought(Say(text="at last"))
    said = await desk.client.say("/tickets", person=desk.ana)
    assert said.status == 202
    thought.go.set()
    assert (await said.reply()).activity["text"] == "at last"


async def test_a_slow_press_is_told_that_it_takes_longer(open_desk: OpenDesk) -> None:
    desk = await open_desk(patience=0)
    desk.mind.think = thought = Thought(Toast("never seen"))
    said = await desk.client.invoke("adaptiveCard/action", PRESS, person=desk.ana)
    thought.go.set()
    assert said.status == 200
    assert said.answer is not None
    assert "longer" in said.answer.toast


async def test_closing_the_channel_lets_running_turns_finish(open_desk: OpenDesk) -> None:
    desk = await open_desk(patience=0)
    desk.mind.think = thought = Thought(Say(text="the last word"))
    said = await desk.client.say("/tickets", person=desk.ana)
    closing = asyncio.create_task(desk.channel.__aexit__(None, None, None))
    await thought.begun.wait()
    thought.go.set()
    await closing
    assert (await said.reply()).activity["text"] == "the last word"
    with pytest.raises(RuntimeError):
        _ = desk.channel.connector


ODD: list[Any] = [
    None,
    True,
    0,
    -1,
    1.5,
    "",
    "x",
    "29:1",
    [],
    {},
    [None],
    [{}],
    {"id": 7},
    {"id": []},
    "\u202e",
    [[[]]],
]


def _mutate(document: Any, dice: random.Random) -> Any:
    """Replace, drop or wrap a random part."""
    if isinstance(document, dict) and document and dice.random() < 0.85:
        key = dice.choice(sorted(document))
        if dice.random() < 0.2:
            return {name: value for name, value in document.items() if name != key}
        return {**document, key: _mutate(document[key], dice)}
    if isinstance(document, list) and document and dice.random() < 0.85:
        return [_mutate(document[0], dice), *document[1:]]
    return dice.choice(ODD)


async def test_no_mutation_of_a_real_activity_is_answered_with_an_error_of_ours(desk: Desk) -> None:
    dice, place = random.Random(7), _chat(desk)
    shapes = desk.client.shapes
    real = [
        shapes.message("x", desk.ana, place, now=0, number="1", mentions_bot=True),
        shapes.invoke("adaptiveCard/action", PRESS, desk.ana, place, now=0, reply_to="1"),
        shapes.submit({"attms": {}}, desk.ana, place, now=0, reply_to="1"),
        shapes.bot_membership(added=True, person=desk.ana, place=place, now=0),
        shapes.installation("add", desk.ana, place, now=0),
        shapes.reaction("like", desk.ana, place, now=0, reply_to="1"),
    ]
    statuses = set()
    for number in range(400):
        odd = {**dice.choice(real), "id": str(number)}
        for _ in range(dice.randint(1, 3)):
            odd = _mutate(odd, dice)
        if isinstance(odd, dict):
            statuses.add((await desk.client.raw(odd, person=desk.ana)).status)
    assert statuses <= {200, 202, 401, 403}
    assert len(desk.mind.heard) > 50


def _chat(desk: Desk, person: Person | None = None) -> Conversation:
    return Conversation.personal(person or desk.ana)
