"""How the bot's side of Teams stands: whether messages can be checked, and whether there is a token to answer with."""

from collections.abc import Awaitable, Callable

import pytest

from bot.channel.credentials import Grant
from bot.delivery import AuthBroken
from sandbox.teams import Conversation
from tests.channel.conftest import Desk

Open = Callable[..., Awaitable[Desk]]


async def test_after_the_first_message_there_are_keys_and_they_grow_too_old(desk: Desk) -> None:
    await desk.client.say("hello", person=desk.ana, conversation=Conversation.personal(desk.ana))
    assert desk.channel.has_keys
    desk.clock.seconds += 73 * 3600
    assert not desk.channel.has_keys


async def test_a_token_that_entra_gives_is_proof(desk: Desk) -> None:
    await desk.channel.prove_token()


async def test_a_token_that_entra_refuses_says_what_to_look_at(open_desk: Open) -> None:
    def refuse() -> Grant:
        raise AuthBroken("Entra refuses the bot's token", hint="Check the secret.")

    desk = await open_desk(fetch_token=refuse)
    with pytest.raises(AuthBroken):
        await desk.channel.prove_token()


async def test_a_channel_that_is_not_open_has_no_keys(desk: Desk) -> None:
    await desk.channel.__aexit__(None, None, None)
    assert not desk.channel.has_keys
