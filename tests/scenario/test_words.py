"""Words: every spelling, in every place; help; typos that lead on."""

import pytest

from sandbox.teams import Conversation, Person, buttons, texts
from tests.scenario.conftest import World, card_of, cards_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

WRITE_WORDS = ("new [TITLE]", "assign NUMBER NAME", "status NUMBER NAME", "priority NUMBER NAME", "note NUMBER TEXT")


def places(world: World, person: Person) -> dict[str, Conversation]:
    return {
        "personal": Conversation.personal(person),
        "group": world.teams.group("Night shift", person),
        "channel": world.teams.team("Service", person, channels=("Desk",)).sibling("Desk"),
    }


@pytest.mark.parametrize("place", ["personal", "group", "channel"])
@pytest.mark.parametrize("words", ["/tickets mine", "tickets mine", "@Bot tickets mine", "@Bot /tickets mine"])
async def test_four_spellings_mean_the_same_everywhere(shared: World, place: str, words: str) -> None:
    mara = await shared.linked()
    said = await shared.client.say(words, person=mara, conversation=places(shared, mara)[place])
    assert "Your open tickets" in texts(card_of(said))
    assert len(cards_of(said)) == 1


@pytest.mark.parametrize("place", ["personal", "group", "channel"])
async def test_a_bare_mention_is_answered_with_help(shared: World, place: str) -> None:
    mara = await shared.linked()
    said = await shared.client.say("@Bot", person=mara, conversation=places(shared, mara)[place])
    assert any("tickets [mine" in text for text in texts(card_of(said)))


async def test_a_picked_slash_command_is_answered_privately(shared: World) -> None:
    mara = await shared.linked()
    team = places(shared, mara)["channel"]
    said = await shared.client.say("/tickets mine", person=mara, conversation=team, targeted=True)
    assert "Your open tickets" in texts(card_of(said))


async def test_the_answer_in_a_channel_stands_in_the_thread_of_the_question(shared: World) -> None:
    mara = await shared.linked()
    said = await shared.client.say("tickets mine", person=mara, conversation=places(shared, mara)["channel"])
    assert said.messages[-1].conversation == said.conversation.id
    assert ";messageid=" in said.conversation.id


@pytest.mark.parametrize("role", ["reader", "technician", "dispatcher"])
async def test_help_shows_no_more_than_the_person_may(shared: World, role: str) -> None:
    tomas = await shared.linked(1)
    await shared.make(tomas, role)
    said = await shared.client.say("help", person=tomas)
    shown = texts(card_of(said))
    assert any("ticket NUMBER" in text for text in shown)
    assert all((role != "reader") == any(words in text for text in shown) for words in WRITE_WORDS)
    assert (role == "dispatcher") == any("internal on" in text for text in shown)
    assert (role != "reader") == ("New" in buttons(card_of(said)))


async def test_an_unlinked_person_is_helped_to_link_and_sees_nothing_else(shared: World) -> None:
    stranger = shared.teams.person("Nadia Unknown")
    shown = texts(card_of(await shared.client.say("help", person=stranger)))
    assert not any("tickets [mine" in text for text in shown)
    assert "me" in " ".join(shown)


@pytest.mark.parametrize(
    ("typed", "button", "title"),
    [
        ("tikets mine", "Tickets mine", "Your open tickets"),
        ("/tickts overdue", "Tickets overdue", "Overdue tickets"),
        ("tickets mnie", "Tickets mine", "Your open tickets"),
        ("tickets mine ovrdue", "Tickets mine overdue", "Your overdue tickets"),
        ("tickets opne queue Service Desk", "Tickets open queue Service Desk", "Open tickets in Service Desk"),
        ("tickets flurb", "Tickets search flurb", 'Open tickets matching "flurb"'),
        ("xyzzy", "Help", "tickets [mine"),
    ],
)
async def test_a_typo_offers_a_button_that_runs(shared: World, typed: str, button: str, title: str) -> None:
    mara = await shared.linked()
    said = await shared.client.say(typed, person=mara)
    run = await shared.client.press(cards_of(said)[-1], button, person=mara)
    assert any(title in text for text in texts(card_of(run)))


async def test_a_typo_never_offers_what_the_person_may_not_do(shared: World) -> None:
    ines = await shared.linked(2)
    await shared.make(ines, "reader")
    said = await shared.client.say("asign 7001 me", person=ines)
    assert not any("ssign" in button for button in buttons(card_of(said)))


@pytest.mark.parametrize("fallback", [False, True])
async def test_old_clients_press_with_a_message_and_are_answered_as_well(shared: World, *, fallback: bool) -> None:
    mara = await shared.linked()
    said = await shared.client.say("help", person=mara)
    run = await shared.client.press(cards_of(said)[-1], "Tickets mine", person=mara, fallback=fallback)
    card = card_of(run) if run.answer else (run.edits or run.messages)[-1].card or {}
    assert "Your open tickets" in texts(card)


@pytest.mark.parametrize(
    "words", ["assign", "status 7001", "priority x y", "note 7001", "note", "ticket", "ticket soon"]
)
async def test_half_a_command_says_how_to_say_it(shared: World, words: str) -> None:
    mara = await shared.linked()
    shared.at.forget_requests()
    shown = " ".join(texts(card_of(await shared.client.say(words, person=mara))))
    assert any(said in shown for said in ("Say it like this", "Say which ticket", "is no number of a ticket"))
    assert not shared.writes()


@pytest.mark.parametrize(
    ("words", "example"),
    [
        ("status", "status T20261124.0001 "),
        ("status 7001", "status 7001 "),
        ("priority", "priority T20261124.0001 "),
        ("assign", "assign T20261124.0001 me"),
    ],
)
async def test_half_a_command_is_answered_with_an_example_of_itself(shared: World, words: str, example: str) -> None:
    mara = await shared.linked()
    shown = " ".join(texts(card_of(await shared.client.say(words, person=mara))))
    assert f"For example: {example}" in shown
    possible = {"status": "Waiting Customer", "priority": "Critical", "assign": "me"}
    assert possible[words.split(maxsplit=1)[0]] in shown


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("task/fetch", "task"),
        ("task/submit", "task"),
        ("message/fetchTask", "task"),
        ("composeExtension/query", "composeExtension"),
        ("config/fetch", "config"),
    ],
)
async def test_an_invoke_that_is_not_offered_is_answered_in_words(shared: World, name: str, key: str) -> None:
    mara = await shared.linked()
    said = await shared.client.invoke(name, {"data": {"x": 1}}, person=mara)
    assert said.status == 200
    assert isinstance(said.body, dict)
    assert "Say help" in str(said.body[key])


async def test_an_invoke_that_nobody_knows_is_not_an_error(shared: World) -> None:
    mara = await shared.linked()
    said = await shared.client.invoke("fileConsent/invoke", {}, person=mara)
    assert (said.status, said.raw_body) == (200, b"")


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"other": "bot"},
        {"attms": "text"},
        {"attms": {}},
        {"attms": {"do": "ticket.explode", "v": 1}},
        {"attms": {"do": "ticket.show", "v": 0, "ticket": 7001}},
        {"attms": {"do": "ticket.show", "v": 99, "ticket": 7001}},
        {"attms": {"do": "ticket.show", "v": True, "ticket": 7001}},
        {"attms": {"do": "ticket.show", "v": 1}},
        {"attms": {"do": "ticket.show", "v": 1, "ticket": "1 OR 1=1"}},
        {"attms": {"do": "ticket.show", "v": 1, "ticket": 7001, "person": "admin"}},
        {"attms": {"do": "ticket.take", "v": 1, "ticket": 7001, "seen": [1, 2]}},
        {"attms": {"do": "ticket.take", "v": 1, "ticket": 7001, "seen": [1, 2, 3, 4], "n": "../../x"}},
        {"attms": {"do": "run", "v": 1, "words": ["tickets"]}},
    ],
    ids=str,
)
async def test_a_forged_or_outdated_button_is_told_to_be_out_of_date(shared: World, data: dict[str, object]) -> None:
    mara = await shared.linked()
    shared.at.forget_requests()
    value = {"action": {"type": "Action.Execute", "verb": "x", "data": data}, "trigger": "manual"}
    said = await shared.client.invoke("adaptiveCard/action", value, person=mara)
    assert said.status == 200
    assert "Ask for the card again." in texts(card_of(said))
    assert not shared.at.requests
