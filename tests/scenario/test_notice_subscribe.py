"""A new subscription: words or form in, a preview of what it tells, and nothing kept before somebody says so."""

import pytest

from sandbox.autotask import picklists
from sandbox.teams import buttons
from tests.scenario.conftest import World, card_of
from tests.scenario.hand import read
from tests.scenario.subscribing import channel, dispatcher, kept, say, technician, values

pytestmark = pytest.mark.asyncio(loop_scope="module")

DESK = str(picklists.SERVICE_DESK)


async def test_words_are_previewed_in_plain_words_and_kept_when_saved(shared: World) -> None:
    mara = await dispatcher(shared)
    place = channel(shared, "Words", mara)
    message, said = await say(shared, "/subscribe queue service priority critical,high mode:thread", mara, place)
    shown = read(said)
    assert "Tell this channel about tickets?" in shown
    assert "Service Desk" in shown
    assert "Critical or High" in shown
    assert "a reply for every change" in shown
    assert await kept(shared, mara, place) == []

    done = await shared.client.press(message, "Save", person=mara)

    (words,) = await kept(shared, mara, place)
    assert words == 'queue:"Service Desk" priority:Critical,High mode:thread'
    assert "this channel will hear of these tickets" in read(done)
    assert words in read(done)


async def test_the_form_says_the_same_as_the_words(shared: World) -> None:
    mara = await dispatcher(shared)
    place = channel(shared, "Form", mara)
    message, asked = await say(shared, "/subscribe", mara, place)
    assert "created" in values(card_of(asked))["events"].split(",")
    inputs = {
        "queue": DESK,
        "priority": "4,1",
        "events": "created,completed",
        "mode": "update",
        "more": "title:printer",
    }
    shown = await shared.client.press(message, "Preview", person=mara, inputs=inputs)
    assert "Tell this channel about tickets?" in read(shown)
    await shared.client.press(message, "Save", person=mara)
    (words,) = await kept(shared, mara, place)
    assert words == ('queue:"Service Desk" priority:Critical,High title:printer events:created,completed mode:update')


async def test_what_is_changed_in_the_preview_stands_in_the_form_again(shared: World) -> None:
    mara = await dispatcher(shared)
    place = channel(shared, "Change", mara)
    words = 'queue:"Service Desk" priority:critical -title:test events:created,note mode:thread'
    message, _ = await say(shared, f"/subscribe {words}", mara, place)
    form = await shared.client.press(message, "Change", person=mara)
    held = values(card_of(form))
    assert (held["queue"], held["priority"]) == (DESK, "4")
    assert (held["events"], held["mode"], held["more"]) == ("created,note-added", "thread", "-title:test")
    again = await shared.client.press(message, "Preview", person=mara)
    assert "Tell this channel about tickets?" in read(again)
    await shared.client.press(message, "Save", person=mara)
    assert len(await kept(shared, mara, place)) == 1


async def test_a_company_of_the_form_is_kept_by_its_number_and_shown_by_its_name(shared: World) -> None:
    mara = await dispatcher(shared)
    place = channel(shared, "Company", mara)
    company = next(row for row in shared.at.world.rows.find("Companies", isActive=True) if row["id"])
    message, _ = await say(shared, "/subscribe", mara, place)
    shown = await shared.client.press(message, "Preview", person=mara, inputs={"company": str(company["id"])})
    assert company["companyName"] in read(shown)
    form = await shared.client.press(message, "Change", person=mara)
    assert values(card_of(form))["company"] == str(company["id"])


async def test_a_name_that_nobody_has_comes_back_in_the_form_with_the_names_there_are(shared: World) -> None:
    mara = await dispatcher(shared)
    place = channel(shared, "Unknown", mara)
    _, said = await say(shared, '/subscribe queue:"Servce Desk" priority:critical', mara, place)
    shown = read(said)
    assert "Servce Desk" in shown
    assert "Service Desk" in shown
    assert values(card_of(said))["priority"] == "4"
    assert values(card_of(said))["more"] == 'queue:"Servce Desk"'
    assert "Preview" in buttons(card_of(said))
    assert await kept(shared, mara, place) == []


@pytest.mark.parametrize("words", ["queue:", "colour:red", 'title:"', "amount>many", "events:sneezed", "printer"])
async def test_words_that_cannot_be_read_come_back_as_they_were_typed(shared: World, words: str) -> None:
    mara = await technician(shared)
    _, said = await say(shared, f"/subscribe {words}", mara)
    assert values(card_of(said))["more"] == words
    assert "Nothing was saved yet" in read(said)


async def test_a_form_without_any_event_asks_for_one_and_keeps_the_rest(shared: World) -> None:
    mara = await dispatcher(shared)
    message, _ = await say(shared, "/subscribe", mara, channel(shared, "Events", mara))
    inputs = {"queue": DESK, "events": "", "more": "title:printer"}
    said = await shared.client.press(message, "Preview", person=mara, inputs=inputs, checked=False)
    assert "Choose at least one." in read(said)
    assert (values(card_of(said))["queue"], values(card_of(said))["more"]) == (DESK, "title:printer")


async def test_opportunities_have_a_form_of_their_own(shared: World) -> None:
    mara = await dispatcher(shared)
    place = channel(shared, "Sales", mara)
    message, _ = await say(shared, "/subscribe", mara, place)
    form = await shared.client.press(message, "Opportunities instead", person=mara)
    assert "queue" not in values(card_of(form))
    inputs = {"events": "stage,amount", "more": "amount>5000"}
    shown = await shared.client.press(message, "Preview", person=mara, inputs=inputs)
    assert "Tell this channel about opportunities?" in read(shown)
    assert "more than 5000" in read(shown)
    await shared.client.press(message, "Save", person=mara)
    assert await kept(shared, mara, place) == ["amount>5000 events:stage,amount about:opportunities"]


async def test_saving_twice_keeps_one(shared: World) -> None:
    mara = await dispatcher(shared)
    place = channel(shared, "Twice", mara)
    message, said = await say(shared, "/subscribe title:printer", mara, place)
    card = card_of(said)
    await shared.client.press(message, "Save", person=mara)
    await shared.client.press(card, "Save", person=mara, conversation=place)
    assert await kept(shared, mara, place) == ["title:printer"]


async def test_the_preview_warns_of_what_is_told_already(shared: World) -> None:
    mara = await dispatcher(shared)
    place = channel(shared, "Overlap", mara)
    message, _ = await say(shared, '/subscribe queue:"Service Desk"', mara, place)
    await shared.client.press(message, "Save", person=mara)
    _, said = await say(shared, '/subscribe queue:"Service Desk" priority:critical', mara, place)
    assert "Already told by: all of it by subscription" in read(said)
    _, other = await say(shared, "/subscribe queue:monitoring", mara, place)
    assert "Already told" not in read(other)


async def test_nothing_is_kept_of_what_is_cancelled(shared: World) -> None:
    mara = await dispatcher(shared)
    place = channel(shared, "Cancel", mara)
    message, _ = await say(shared, "/subscribe title:printer", mara, place)
    assert "Nothing was saved" in read(await shared.client.press(message, "Cancel", person=mara))
    assert await kept(shared, mara, place) == []


async def test_what_others_are_told_is_for_dispatchers_and_ones_own_chat_for_oneself(shared: World) -> None:
    lee = await technician(shared)
    place = channel(shared, "Rights", lee)
    _, refused = await say(shared, "/subscribe title:printer", lee, place)
    assert "for dispatchers to decide" in read(refused)
    message, mine = await say(shared, "/subscribe title:printer", lee)
    assert "Tell you about tickets?" in read(mine)
    await shared.client.press(message, "Save", person=lee)
    assert await kept(shared, lee) == ["title:printer"]


async def test_a_colleague_without_the_right_cannot_save_somebody_elses_preview(shared: World) -> None:
    mara, lee = await dispatcher(shared), await technician(shared)
    place = channel(shared, "Press", mara, lee)
    message, _ = await say(shared, "/subscribe title:printer", mara, place)
    assert "for dispatchers to decide" in read(await shared.client.press(message, "Save", person=lee))
    assert await kept(shared, mara, place) == []


async def test_every_step_works_with_buttons_that_come_as_messages(shared: World) -> None:
    mara = await dispatcher(shared)
    place = channel(shared, "Messages", mara)
    message, _ = await say(shared, "/subscribe", mara, place)
    await shared.client.press(message, "Preview", person=mara, inputs={"more": "title:printer"}, fallback=True)
    await shared.client.press(message, "Save", person=mara, fallback=True)
    assert await kept(shared, mara, place) == ["title:printer"]


async def test_without_a_match_there_is_no_sample_and_it_says_so(shared: World) -> None:
    mara = await dispatcher(shared)
    message, said = await say(shared, "/subscribe title:xyzzy", mara, channel(shared, "Nothing", mara))
    assert "nothing would have been told" in read(said)
    done = await shared.client.press(message, "Send me a sample", person=mara)
    assert "There is no sample" in read(done)
    assert done.messages == ()
