"""What the sender delivers: cards, replies in threads, edits, chats that are opened for the first time."""

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from attms_core.errors import StoreUnavailable
from attms_core.model import (
    Conversation,
    Event,
    Lane,
    Owed,
    OwedKind,
    Personal,
    Rule,
    RuleKind,
    lane_of,
    lane_of_person,
)
from attms_core.model.preferences import ALL_DAYS, Preferences, Quiet
from attms_core.store import conversations, owed, preferences
from bot.notices.lines import NotYet
from bot.notices.places import TEAMS_URL
from sandbox.teams import Conversation as Place
from tests.outbox.conftest import NOON, TENANT, Office, activity, edit, news, topic


async def test_news_becomes_a_card_that_stands_and_is_edited_from_then_on(office: Office) -> None:
    ana = await office.chat()
    await office.owe(ana, 1, 2)
    await office.deliver()
    assert office.said(ana) == ["ticket:1 1", "ticket:2 1"]
    standing = await office.posts(ana, 1, 2)
    assert [post.activity for post in standing.values()] == [said.id for said in office.messages(ana)]

    office.clock.later(minutes=2)
    await office.owe(ana, 1, 1)
    await office.deliver()
    assert office.said(ana) == ["ticket:1 2", "ticket:2 1"]
    first = (await office.posts(ana, 1))[topic(1)]
    assert first.told_at == office.clock.at
    assert [told.at for told in first.told] == [office.clock.at, office.clock.at, NOON]
    assert await office.waits() is None


async def test_a_channels_card_begins_a_thread_and_replies_are_in_it(office: Office) -> None:
    channel = await office.channel()
    await office.owe(channel, 1)
    await office.owe(channel, 1, event=Event.NOTE_ADDED)
    await office.deliver()
    root, reply = office.messages(channel)
    assert root.conversation == reply.conversation == f"{channel.id};messageid={root.id}"
    post = (await office.posts(channel, 1))[topic(1)]
    assert (post.activity, post.thread, post.conversation) == (root.id, root.conversation, channel.id)
    await office.owe(channel, 1, event=Event.NOTE_ADDED)
    await office.owe(channel, 2)
    await office.deliver()
    threads = [said.conversation for said in office.messages(channel)]
    assert threads[:3] == [root.conversation] * 3
    assert threads[3] not in threads[:3]


async def test_a_silent_update_edits_the_card_and_leaves_what_was_told_alone(office: Office) -> None:
    ana = await office.chat()
    await office.owe(ana, 1)
    await office.deliver()
    before = (await office.posts(ana, 1))[topic(1)]
    office.clock.later(minutes=2)
    await office.owe(ana, 1, kind=OwedKind.TRUTH)
    await office.deliver()
    assert office.messages(ana)[0].is_edited
    assert (await office.posts(ana, 1))[topic(1)] == before


async def test_a_chat_is_opened_with_somebody_who_has_never_spoken(office: Office) -> None:
    await office.channel()  # tells where Teams is to be reached
    person, place = office.ana()
    await office.owe(lane_of_person(person.object_id), 1)
    await office.deliver()
    [said] = office.teams.messages(place.id)
    assert said.summary == "ticket:1 1"
    [known] = await office.database.read(lambda tx: conversations.personal(tx, TENANT, [person.object_id]))
    assert (known.id, known.service_url, known.is_installed) == (place.id, office.teams.service_url, True)

    calls = office.teams.calls
    await office.owe(lane_of_person(person.object_id), 2)
    await office.deliver()
    assert office.teams.calls == calls + 1  # the chat is known by now


async def test_before_anybody_has_spoken_teams_is_asked_at_its_public_address(office: Office) -> None:
    asked: list[tuple[Conversation, str]] = []

    class Line:
        async def create_conversation(self, conversation: Conversation, mri: str) -> str:
            asked.append((conversation, mri))
            return "a:chat"

        async def send(self, conversation: Conversation, *_: object, **__: object) -> str:
            asked.append((conversation, ""))
            return "1"

    await office.owe(lane_of_person("ana"), 1)
    await office.deliver(line=Line())
    (first, mri), (second, _) = asked
    assert (first.service_url, first.bot_id, mri) == (TEAMS_URL, office.teams.bot_id, "ana")
    assert (second.id, second.object_id) == ("a:chat", "ana")


async def test_somebody_without_the_app_is_not_reached_and_the_reason_is_kept(office: Office) -> None:
    await office.channel()
    person, _ = office.ana(installed=False)
    await office.owe(lane_of_person(person.object_id), 1)
    await office.deliver()
    [letter] = await office.dead()
    assert letter.reason == "delivery-not-installed: The app is not installed for this person"


async def test_a_pressed_card_is_edited_in_turn_with_news(office: Office) -> None:
    ana = await office.chat()
    number = await office.connector.send(ana, activity("pressed"))
    row = edit(lane_of(ana), number)
    await office.database.write(lambda tx: owed.owe(tx, [row, news(row.lane, 1)], office.clock.at))
    await office.deliver()
    assert office.said(ana) == ["wish w", "ticket:1 1"]


async def test_a_channels_card_is_edited_in_its_thread_by_news_and_by_a_press(office: Office) -> None:
    channel = await office.channel()
    await office.owe(channel, 1)
    await office.deliver()
    post = (await office.posts(channel, 1))[topic(1)]
    edited: list[tuple[str, str | None]] = []

    class Line:
        async def edit(self, _: Conversation, number: str, __: object, *, thread: str | None = None) -> None:
            edited.append((number, thread))

    press = replace(edit(lane_of(channel), post.activity), topic=topic(1))
    await office.database.write(lambda tx: owed.owe(tx, [press, news(press.lane, 1)], office.clock.at))
    await office.deliver(line=Line())
    assert edited == [(post.activity, post.thread)] * 2


async def test_an_edit_that_is_undecided_waits_while_others_of_its_lane_go_on(office: Office) -> None:
    ana = await office.chat()
    number = await office.connector.send(ana, activity("pressed"))
    row = edit(lane_of(ana), number)
    await office.database.write(lambda tx: owed.owe(tx, [row, news(row.lane, 1)], office.clock.at))

    async def undecided(*_: object, **__: object) -> dict[str, object]:
        raise NotYet("The wish is under way.")

    office.render = undecided
    await office.deliver()
    assert office.said(ana) == ["pressed", "ticket:1 1"]
    office.render = None
    office.clock.later(seconds=2)
    await office.deliver()
    assert office.said(ana) == ["wish w", "ticket:1 1"]


async def test_a_topic_that_cannot_be_composed_is_given_up_alone(office: Office) -> None:
    ana = await office.chat()
    await office.owe(ana, 1, 2, 2, 3)
    office.broken.add(topic(2))
    await office.deliver()
    assert office.said(ana) == ["ticket:1 1", "ticket:3 1"]
    assert [letter.reason for letter in await office.dead()] == ["a bug: see the log"] * 2
    assert await office.waits() is None


async def test_what_a_composer_forgets_is_given_up_and_does_not_come_for_ever(office: Office) -> None:
    ana = await office.chat()
    await office.owe(ana, 1, 2)

    async def forgetful(conversation: object, rows: list[object], standing: object) -> object:
        return await office.plain(conversation, rows[:1], standing)  # type: ignore[arg-type] # the test's own values

    office.compose = forgetful
    await office.deliver()
    assert office.said(ana) == ["ticket:1 1"]
    assert [letter.owed.topic for letter in await office.dead()] == [topic(2)]


async def test_what_is_owed_to_an_unknown_conversation_is_said_when_it_is_known_soon(office: Office) -> None:
    group = Place.group("Leads", tenant=TENANT)
    ana, _ = office.ana()
    office.teams.directory.open(group, (ana,))
    await office.owe(Lane(group.id), 1)
    await office.deliver()
    assert await office.reasons() == ["delivery-not-installed"]
    known = await office.know(group)
    await office.deliver()
    assert office.said(known) == ["ticket:1 1"]
    assert await office.dead() == []


async def test_what_comes_late_into_somebodys_quiet_hours_is_sent_at_their_end(office: Office) -> None:
    ana = await office.chat()
    await office.rooms.settle(ana)
    quiet = Preferences(quiet=Quiet(start=NOON.hour * 60, end=NOON.hour * 60 + 30, days=ALL_DAYS, zone="UTC"))
    await office.database.write(lambda tx: preferences.put(tx, TENANT, ana.object_id or "", quiet, office.clock.at))
    await office.owe(ana, 1, rule=Rule(RuleKind.PERSONAL, Personal.ASSIGNED))
    await office.deliver()
    assert office.said(ana) == []
    office.clock.later(minutes=30)
    await office.deliver()
    assert office.said(ana) == ["ticket:1 1"]


async def test_lanes_of_a_claim_are_looked_at_together_and_alone_when_that_fails(office: Office) -> None:
    chats = [await office.chat(f"Person {n}") for n in range(3)]
    looks = []

    async def foresee(claimed: Iterable[tuple[Sequence[Owed], object]]) -> None:
        looks.append([len(rows) for rows, _ in claimed])
        raise StoreUnavailable("disk I/O error")

    for chat in chats:
        await office.owe(chat, 1, 2)
    await office.deliver(foresee=foresee)
    assert looks == [[2, 2, 2]]
    assert all(len(office.said(chat)) == 2 for chat in chats)
