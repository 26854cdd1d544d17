"""The subscriptions that are there: listed, paused, changed, removed; and the groups of companies that they use."""

from typing import Any

import pytest

from sandbox.teams import Conversation, Person, Said, buttons
from tests.scenario.conftest import World, card_of
from tests.scenario.hand import read
from tests.scenario.subscribing import channel, dispatcher, kept, say, technician, values

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def subscribe(world: World, person: Person, words: str, place: Conversation | None = None) -> None:
    message, _ = await say(world, f"/subscribe {words}", person, place)
    await world.client.press(message, "Save", person=person)


def companies(world: World, count: int) -> list[str]:
    """Give names of active customers that nobody else shares a beginning with."""
    names = sorted(row["companyName"] for row in world.at.world.rows.find("Companies", isActive=True) if row["id"])
    alone = [name for name in names if sum(other.startswith(name) for other in names) == 1 and "," not in name]
    return alone[:count]


async def test_a_conversation_lists_its_own_and_no_other(shared: World) -> None:
    mara = await dispatcher(shared)
    one, other = channel(shared, "Here", mara), channel(shared, "There", mara)
    await subscribe(shared, mara, "title:printer mode:update", one)
    _, said = await say(shared, "/subscriptions", mara, one)
    shown = read(said)
    assert "Subscriptions of this channel" in shown
    assert "title:printer mode:update" in shown
    assert "no replies" in shown
    assert f"by {mara.name}" in shown
    _, said = await say(shared, "/subscriptions", mara, other)
    assert "There is none yet." in read(said)


async def test_one_is_paused_and_resumed(shared: World) -> None:
    mara = await dispatcher(shared)
    place = channel(shared, "Pause", mara)
    await subscribe(shared, mara, "title:printer", place)
    message, _ = await say(shared, "/subscriptions", mara, place)
    paused = await shared.client.press(message, "Pause", person=mara)
    assert "is paused: nothing is told by it." in read(paused)
    assert "Resume" in buttons(card_of(paused))
    resumed = await shared.client.press(message, "Resume", person=mara)
    assert "tells again" in read(resumed)
    assert "Pause" in buttons(card_of(resumed))


async def test_one_is_edited_in_the_form_and_stays_one(shared: World) -> None:
    mara = await dispatcher(shared)
    place = channel(shared, "Edit", mara)
    await subscribe(shared, mara, "title:printer", place)
    message, _ = await say(shared, "/subscriptions", mara, place)
    form = await shared.client.press(message, "Edit", person=mara)
    assert values(card_of(form))["more"] == "title:printer"
    shown = await shared.client.press(message, "Preview", person=mara, inputs={"more": "title:scanner"})
    assert "Change subscription" in read(shown)
    assert "Already told" not in read(shown)
    await shared.client.press(message, "Save", person=mara)
    assert await kept(shared, mara, place) == ["title:scanner"]


async def test_one_is_removed_after_it_was_asked_once(shared: World) -> None:
    mara = await dispatcher(shared)
    place = channel(shared, "Remove", mara)
    await subscribe(shared, mara, "title:printer", place)
    message, _ = await say(shared, "/subscriptions", mara, place)
    asked = await shared.client.press(message, "Remove", person=mara)
    assert "Remove subscription" in read(asked)
    assert await kept(shared, mara, place) == ["title:printer"]
    back = await shared.client.press(message, "Keep it", person=mara)
    assert "title:printer" in read(back)
    await shared.client.press(message, "Remove", person=mara)
    card = shared.client.view(message, mara)
    done = await shared.client.press(message, "Yes, remove it", person=mara)
    assert "is removed." in read(done)
    assert await kept(shared, mara, place) == []
    again = await shared.client.press(card, "Yes, remove it", person=mara, conversation=place)
    assert "any more" in read(again)


async def test_many_are_listed_page_by_page(shared: World) -> None:
    mara = await dispatcher(shared)
    place = channel(shared, "Pages", mara)
    for word in ("alpha", "bravo", "charlie", "delta", "echo", "foxtrot"):
        await subscribe(shared, mara, f"title:{word}", place)
    message, said = await say(shared, "/subscriptions", mara, place)
    assert "1-5 of 6" in read(said)
    assert "title:foxtrot" not in read(said)
    more = await shared.client.press(message, "Next", person=mara)
    assert "title:foxtrot" in read(more)
    assert "6-6 of 6" in read(more)
    asked = await shared.client.press(message, "Remove", person=mara)
    assert "foxtrot" in read(asked)
    left = await shared.client.press(message, "Yes, remove it", person=mara)
    assert "1-5 of 5" in read(left)


async def test_an_administrator_sees_all_and_where_they_are_told(shared: World) -> None:
    mara, lee, ines = await dispatcher(shared), await technician(shared), await shared.linked(3)
    await subscribe(shared, mara, "title:zebra", channel(shared, "All", mara))
    await subscribe(shared, lee, "title:zebra")
    await shared.make(ines, "administrator")
    found = await everything(shared, ines)
    assert f"In {lee.name}'s own chat" in found
    assert "In a channel" in found
    _, refused = await say(shared, "/subscriptions all", mara)
    assert "administrator" in read(refused)


async def everything(world: World, person: Person) -> str:
    message, said = await say(world, "/subscriptions all", person)
    found = read(said)
    while "Next" in buttons(card_of(said)):
        said = await world.client.press(message, "Next", person=person)
        found += read(said)
    return found


async def test_a_technician_neither_sees_nor_touches_what_a_channel_is_told(shared: World) -> None:
    mara, lee = await dispatcher(shared), await technician(shared)
    place = channel(shared, "Touch", mara, lee)
    await subscribe(shared, mara, "title:printer", place)
    message, _ = await say(shared, "/subscriptions", mara, place)
    refused = await shared.client.press(message, "Pause", person=lee)
    assert "for dispatchers to decide" in read(refused)
    _, said = await say(shared, "/subscriptions", mara, place)
    assert "paused" not in read(said)


async def test_words_that_are_no_list_are_explained(shared: World) -> None:
    _, said = await say(shared, "/subscriptions yesterday", await dispatcher(shared))
    assert "Say it like this: subscriptions" in read(said)


async def test_a_group_is_made_changed_and_used_by_words(shared: World) -> None:
    mara = await dispatcher(shared)
    place = channel(shared, "Group", mara)
    first, second, third = companies(shared, 3)
    _, said = await say(shared, f"/groups north = {first}, {second}", mara, place)
    assert "@north holds 2 companies now." in read(said)
    await say(shared, f"/groups north + {third}", mara, place)
    _, said = await say(shared, f"/groups @north - {first}", mara, place)
    assert first not in line_of(said, "@north")
    assert third in line_of(said, "@north")
    await subscribe(shared, mara, "company:@north", place)
    assert await kept(shared, mara, place) == ["company:@north"]
    message, _ = await say(shared, "/groups remove north", mara, place)
    refused = await shared.client.press(message, "Yes, remove it", person=mara)
    assert "use" in read(refused)
    _, listed = await say(shared, "/groups", mara, place)
    assert "@north" in read(listed)


def line_of(said: Said, group: str) -> str:
    """Give the companies that stand beneath a group's name."""
    shown = read(said).split("\n")
    return shown[shown.index(group) + 1]


async def test_a_group_is_made_in_the_form_and_an_unknown_company_stands_at_its_field(shared: World) -> None:
    mara = await dispatcher(shared)
    first, second = companies(shared, 2)
    message, _ = await say(shared, "/groups", mara)
    await shared.client.press(message, "New group", person=mara)
    inputs = {"name": "south", "companies": f"{first}\nXyzzy"}
    refused = await shared.client.press(message, "Save", person=mara, inputs=inputs)
    assert 'There is no company "Xyzzy".' in read(refused)
    assert values(card_of(refused))["companies"] == f"{first}\nXyzzy"
    done = await shared.client.press(message, "Save", person=mara, inputs={"companies": f"{first}\n{second}"})
    assert "@south holds 2 companies now." in read(done)
    form_message, form = await say(shared, "/groups south", mara)
    assert set(values(card_of(form))["companies"].split("\n")) == {first, second}
    await shared.client.press(form_message, "Save", person=mara, inputs={"companies": first})
    _, listed = await say(shared, "/groups", mara)
    assert line_of(listed, "@south") == first


async def test_a_group_is_removed_after_it_was_asked_once(shared: World) -> None:
    mara = await dispatcher(shared)
    await say(shared, f"/groups east = {companies(shared, 1)[0]}", mara)
    message, asked = await say(shared, "/groups remove east", mara)
    assert "Remove the group @east?" in read(asked)
    done = await shared.client.press(message, "Yes, remove it", person=mara)
    assert "The group @east is removed." in read(done)
    _, gone = await say(shared, "/groups remove east", mara)
    assert "There is no group @east." in read(gone)


async def test_groups_are_for_all_to_see_and_for_dispatchers_to_change(shared: World) -> None:
    mara, lee = await dispatcher(shared), await technician(shared)
    await say(shared, f"/groups west = {companies(shared, 1)[0]}", mara)
    _, seen = await say(shared, "/groups", lee)
    assert "@west" in read(seen)
    assert "Edit" not in buttons(card_of(seen))
    for words in ("west = Xyzzy", "remove west", "west"):
        _, refused = await say(shared, f"/groups {words}", lee)
        assert "for dispatchers to change" in read(refused)


async def test_a_narrowed_role_sees_of_a_group_what_it_covers_and_cannot_drop_the_rest_unseen(shared: World) -> None:
    mara = await dispatcher(shared)
    first, second = companies(shared, 2)
    await say(shared, f"/groups border = {first}, {second}", mara)
    ids = {row["companyName"]: row["id"] for row in shared.at.world.rows.find("Companies", isActive=True)}
    tomas = await shared.linked(1)
    await shared.make(tomas, "dispatcher", companies=[ids[first]])
    _, listed = await say(shared, "/groups", tomas)
    assert line_of(listed, "@border") == first
    _, refused = await say(shared, "/groups border", tomas)
    assert "holds companies that your role does not cover" in read(refused)
    assert second not in read(refused)
    await say(shared, f"/groups border - {first}", tomas)
    _, listed = await say(shared, "/groups", mara)
    assert line_of(listed, "@border") == second


@pytest.mark.parametrize("number", ["99999999999999999999", "12345678901234", "-1", "twelve", "\u0661"])
async def test_a_forged_number_finds_nothing(shared: World, number: str) -> None:
    mara = await dispatcher(shared)
    place = channel(shared, f"Forged {number}", mara)
    await subscribe(shared, mara, "title:printer", place)
    message, _ = await say(shared, "/subscriptions", mara, place)
    card = renumbered(shared.client.view(message, mara), number)
    for button in ("Pause", "Edit", "Remove"):
        said = await shared.client.press(card, button, person=mara, conversation=place)
        assert "There is no" in read(said), button
    assert await kept(shared, mara, place) == ["title:printer"]


async def test_ones_own_subscription_cannot_be_touched_from_a_channel(shared: World) -> None:
    mara, lee = await dispatcher(shared), await technician(shared)
    await subscribe(shared, lee, "title:mine", None)
    place = channel(shared, "Elsewhere", mara)
    await subscribe(shared, mara, "title:here", place)
    own, _ = await say(shared, "/subscriptions", lee)
    there, _ = await say(shared, "/subscriptions", mara, place)
    number = numbers(shared.client.view(own, lee))[-1]
    card = renumbered(shared.client.view(there, mara), number)
    said = await shared.client.press(card, "Pause", person=mara, conversation=place)
    assert "There is no subscription" in read(said)


def numbers(node: Any) -> list[str]:
    """Give the numbers that a card's buttons carry."""
    if isinstance(node, list):
        return [found for each in node for found in numbers(each)]
    if not isinstance(node, dict):
        return []
    own = [node["attms"]["id"]] if "id" in node.get("attms", {}) else []
    return own + [found for each in node.values() for found in numbers(each)]


def renumbered(node: Any, number: str) -> Any:
    """Put another number into all buttons of a card."""
    if isinstance(node, list):
        return [renumbered(each, number) for each in node]
    if not isinstance(node, dict):
        return node
    if "do" in node and "id" in node:
        return {**node, "id": number}
    return {key: renumbered(each, number) for key, each in node.items()}
