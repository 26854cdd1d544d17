"""Speaking without being spoken to: posts, edits, rosters, what refusals mean, and the bot's own token."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from attms_core.model import Conversation, ConversationKind, TenantId
from bot.channel import Channel, Grant, text_message
from bot.channel.credentials import BotTokens
from bot.channel.places import Places
from bot.delivery import (
    AuthBroken,
    Blocked,
    Delivery,
    Gone,
    NotInstalled,
    Rejected,
    Throttled,
    TooBig,
    Transient,
)
from sandbox.teams import Conversation as Place
from sandbox.teams import Person, TeamsSandbox
from tests.channel.conftest import Clock, Desk, Mind, settings_of

OpenDesk = Callable[..., Awaitable[Desk]]


async def chat(desk: Desk) -> Conversation:
    await desk.client.say("hello", person=desk.ana)
    return desk.mind.last.conversation


async def test_a_message_can_be_posted_and_edited_later(desk: Desk) -> None:
    place = await chat(desk)
    number = await desk.channel.connector.send(place, text_message("new ticket"))
    await desk.channel.connector.edit(place, number, text_message("ticket closed"))
    assert desk.sandbox.connector.messages(place.id)[-1].activity["text"] == "ticket closed"


async def test_a_post_goes_to_the_thread_that_is_named(desk: Desk) -> None:
    general = desk.sandbox.team("Support", desk.ana)
    await desk.client.say("@Bot hello", person=desk.ana, conversation=general)
    turn = desk.mind.last
    number = await desk.channel.connector.send(turn.conversation, text_message("more"), thread=turn.thread)
    await desk.channel.connector.edit(turn.conversation, number, text_message("most"), thread=turn.thread)
    assert turn.thread is not None
    assert desk.sandbox.connector.messages(turn.thread)[-1].activity["text"] == "most"


async def test_a_roster_tells_addresses_tenants_and_guests(desk: Desk) -> None:
    guest = desk.sandbox.person("Gil Guest", guest=True)
    await desk.client.say("@Bot hi", person=desk.ana, conversation=desk.sandbox.team("Support", desk.ana, guest))
    members = await desk.channel.connector.members(desk.mind.last.conversation)
    told = {member.object_id: (member.email, member.is_guest) for member in members}
    assert told == {desk.ana.object_id: (desk.ana.email, False), guest.object_id: (guest.email, True)}
    one = await desk.channel.connector.member(desk.mind.last.conversation, desk.ana.mri)
    assert one is not None
    assert (one.object_id, one.tenant) == (desk.ana.object_id, desk.ana.tenant)
    assert await desk.channel.connector.member(desk.mind.last.conversation, "29:nobody") is None


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("BadArgument", Rejected),
        ("BotNotInConversationRoster", NotInstalled),
        ("ForbiddenOperationException", NotInstalled),
        ("ConversationBlockedByUser", Blocked),
        ("BotDisabledByAdmin", Blocked),
        ("InvalidBotApiHost", Rejected),
        ("NotEnoughPermissions", Rejected),
        ("ConversationNotFound", Gone),
        ("ActivityNotFoundInConversation", Gone),
        ("MessageSizeTooBig", TooBig),
        ("ServiceError", Transient),
    ],
)
async def test_a_refusal_means_what_the_vendor_says_and_is_not_repeated(
    desk: Desk, code: str, error: type[Delivery]
) -> None:
    place = await chat(desk)
    desk.sandbox.connector.faults.refuse(code)
    before = desk.sandbox.connector.calls
    with pytest.raises(error):
        await desk.channel.connector.send(place, text_message("x"))
    assert desk.sandbox.connector.calls == before + 1


async def test_throttling_is_waited_for_when_it_is_short(desk: Desk) -> None:
    place = await chat(desk)
    desk.sandbox.connector.faults.refuse("Throttled", retry_after=2)
    assert await desk.channel.connector.send(place, text_message("x"))
    assert desk.pauses == [2.0]


async def test_throttling_is_handed_on_when_it_is_long(desk: Desk) -> None:
    place = await chat(desk)
    desk.sandbox.connector.faults.refuse("Throttled", retry_after=60)
    with pytest.raises(Throttled) as caught:
        await desk.channel.connector.send(place, text_message("x"))
    assert caught.value.after == timedelta(seconds=60)
    assert desk.pauses == []


async def test_a_passing_failure_is_tried_twice_and_no_more(desk: Desk) -> None:
    place = await chat(desk)
    for code in ("PreconditionFailed", "ServiceUnavailable"):
        desk.sandbox.connector.faults.refuse(code)
        assert await desk.channel.connector.send(place, text_message("x"))
    desk.sandbox.connector.faults.refuse("ServiceUnavailable", times=2)
    with pytest.raises(Transient) as caught:
        await desk.channel.connector.send(place, text_message("x"))
    assert caught.value.may_have_arrived


async def test_a_post_whose_answer_is_lost_is_never_doubled(desk: Desk) -> None:
    place = await chat(desk)
    desk.sandbox.connector.faults.lose_reply()
    before = len(desk.sandbox.connector.messages(place.id))
    with pytest.raises(Transient) as caught:
        await desk.channel.connector.send(place, text_message("x"))
    assert caught.value.may_have_arrived
    assert len(desk.sandbox.connector.messages(place.id)) == before + 1


async def test_an_edit_whose_answer_is_lost_is_repeated(desk: Desk) -> None:
    place = await chat(desk)
    number = await desk.channel.connector.send(place, text_message("x"))
    desk.sandbox.connector.faults.lose_reply(method="PUT")
    await desk.channel.connector.edit(place, number, text_message("y"))
    assert desk.sandbox.connector.messages(place.id)[-1].activity["text"] == "y"


async def test_a_revoked_token_is_replaced_once(desk: Desk) -> None:
    place = await chat(desk)
    desk.sandbox.login.revoke_all()
    assert await desk.channel.connector.send(place, text_message("x"))


async def test_a_wrong_secret_is_an_error_for_the_operator_and_stops_no_turn(
    sandbox: TeamsSandbox, open_desk: OpenDesk
) -> None:
    sandbox.login.secrets.clear()
    desk = await open_desk()
    said = await desk.client.say("hello", person=desk.ana)
    assert (said.status, said.messages, len(desk.mind.heard)) == (200, (), 1)
    with pytest.raises(AuthBroken):
        await desk.channel.connector.send(desk.mind.last.conversation, text_message("x"))


async def test_the_token_is_fetched_once_for_many_sends(desk: Desk) -> None:
    place = await chat(desk)
    sends = [desk.channel.connector.send(place, text_message(str(number))) for number in range(10)]
    await asyncio.gather(*sends)
    assert desk.sandbox.login.granted == 1


async def test_nothing_is_sent_to_a_place_that_is_not_allowed(sandbox: TeamsSandbox, clock: Clock) -> None:
    async with Channel(settings_of(sandbox), Mind(), now=clock.now, login_ca=sandbox.ca_file) as channel:
        elsewhere = Conversation(
            tenant=TenantId("t"),
            id="a:1",
            kind=ConversationKind.PERSONAL,
            service_url="https://evil.example/",
            bot_id="28:b",
        )
        with pytest.raises(Rejected):
            await channel.connector.send(elsewhere, text_message("x"))


class Fetch:
    def __init__(self, clock: Clock) -> None:
        self.clock, self.calls, self.fails = clock, 0, False

    def __call__(self) -> Grant:
        self.calls += 1
        if self.fails:
            raise AuthBroken("no")
        return Grant(token=f"token {self.calls}", expires_at=self.clock.now() + timedelta(hours=1))


async def test_a_token_is_renewed_before_it_ends_and_serves_while_renewal_fails(clock: Clock) -> None:
    fetch = Fetch(clock)
    tokens = BotTokens(fetch, now=clock.now)
    assert {await each for each in [tokens.bearer(), tokens.bearer()]} == {"token 1"}
    clock.seconds += 40 * 60
    await tokens.refresh_if_due()
    assert (await tokens.bearer(), fetch.calls) == ("token 1", 1)
    clock.seconds += 11 * 60
    fetch.fails = True
    await tokens.refresh_if_due()
    assert await tokens.bearer() == "token 1"
    fetch.fails = False
    clock.seconds += 60
    await tokens.refresh_if_due()
    assert await tokens.bearer() == "token 3"


async def test_many_who_wait_for_a_token_cause_one_fetch(clock: Clock) -> None:
    fetch = Fetch(clock)
    tokens = BotTokens(fetch, now=clock.now)
    assert set(await asyncio.gather(*(tokens.bearer() for _ in range(20)))) == {"token 1"}
    assert fetch.calls == 1


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://smba.trafficmanager.net/emea/", True),
        ("https://eu.botframework.com/", True),
        ("https://smba.infra.gcc.teams.microsoft.com/teams", True),
        ("https://botframework.com/", False),
        ("http://127.0.0.1:9/", False),
    ],
)
def test_microsofts_own_hosts_are_allowed_without_a_setting(url: str, allowed: bool) -> None:  # noqa: FBT001 - a table
    assert Places().allows(url) is allowed


async def group_of(desk: Desk) -> tuple[Conversation, Person]:
    """Give a group of two people, as a turn told it, and the one who only reads along."""
    bo = desk.sandbox.person("Bo Berg")
    group = desk.sandbox.group("Night shift", desk.ana, bo)
    await desk.client.say("@Bot hello", person=desk.ana, conversation=group)
    return desk.mind.last.conversation, bo


async def test_a_message_can_be_for_one_member_alone_and_is_edited_as_such(desk: Desk) -> None:
    group, bo = await group_of(desk)
    number = await desk.channel.connector.send(group, text_message("your ticket is late"), only_to=desk.ana.mri)
    await desk.channel.connector.edit(group, number, text_message("your ticket is closed"))
    message = desk.sandbox.connector.messages(group.id)[-1]
    assert (message.text, message.targeted_to) == ("your ticket is closed", desk.ana.mri)
    assert not message.is_visible_to(bo.mri)


@pytest.mark.parametrize("code", ["BadArgument", "ActivityNotFoundInConversation"])
async def test_a_private_message_is_edited_however_teams_refuses_the_edit_for_all(desk: Desk, code: str) -> None:
    group, _ = await group_of(desk)
    number = await desk.channel.connector.send(group, text_message("late"), only_to=desk.ana.mri)
    desk.sandbox.connector.faults.refuse(code, method="PUT")
    await desk.channel.connector.edit(group, number, text_message("closed"))
    assert desk.sandbox.connector.messages(group.id)[-1].text == "closed"


async def test_an_edit_for_one_that_may_work_in_a_while_is_not_given_up(desk: Desk) -> None:
    group, _ = await group_of(desk)
    number = await desk.channel.connector.send(group, text_message("late"), only_to=desk.ana.mri)
    desk.sandbox.connector.faults.refuse("ActivityNotFoundInConversation", method="PUT")
    desk.sandbox.connector.faults.refuse("Throttled", method="PUT", retry_after=60)
    with pytest.raises(Throttled):
        await desk.channel.connector.edit(group, number, text_message("closed"))


async def test_an_edit_that_is_refused_either_way_tells_the_first_refusal(desk: Desk) -> None:
    place = await chat(desk)
    number = await desk.channel.connector.send(place, text_message("x"))
    desk.sandbox.connector.faults.refuse("NotEnoughPermissions", method="PUT")
    desk.sandbox.connector.faults.refuse("ConversationNotFound", method="PUT")
    with pytest.raises(Rejected):
        await desk.channel.connector.edit(place, number, text_message("y"))


async def test_one_member_is_told_in_the_group_where_teams_takes_it(desk: Desk) -> None:
    group, bo = await group_of(desk)
    await desk.channel.connector.tell(group, desk.ana.mri, text_message("for you"))
    message = desk.sandbox.connector.messages(group.id)[-1]
    assert message.text == "for you"
    assert not message.is_visible_to(bo.mri)


async def test_one_member_is_told_in_the_chat_of_the_two_where_teams_does_not(desk: Desk) -> None:
    group, _ = await group_of(desk)
    desk.sandbox.connector.takes_targeted = False
    before = len(desk.sandbox.connector.messages(group.id))
    await desk.channel.connector.tell(group, desk.ana.mri, text_message("for you"))
    assert len(desk.sandbox.connector.messages(group.id)) == before
    assert desk.sandbox.connector.messages(Place.personal(desk.ana))[-1].text == "for you"


async def test_nobody_is_told_for_all_to_see_when_no_way_is_private(desk: Desk) -> None:
    group, _ = await group_of(desk)
    before = len(desk.sandbox.connector.messages(group.id))
    stranger = Person.named("Sy Stranger", tenant=desk.ana.tenant)
    with pytest.raises(Delivery):
        await desk.channel.connector.tell(group, stranger.mri, text_message("for you"))
    assert len(desk.sandbox.connector.messages(group.id)) == before


async def test_the_chat_with_a_person_is_the_same_each_time(desk: Desk) -> None:
    group, _ = await group_of(desk)
    opened = {await desk.channel.connector.create_conversation(group, desk.ana.mri) for _ in range(2)}
    assert opened == {Place.personal(desk.ana).id}
