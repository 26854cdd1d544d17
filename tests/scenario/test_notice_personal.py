"""What one is told in one's own chat: chosen by words and by form, refused where others read."""

from datetime import datetime, timedelta

import pytest

from sandbox.teams import buttons
from tests.scenario.conftest import World, card_of
from tests.scenario.hand import read, seen

pytestmark = pytest.mark.asyncio(loop_scope="module")

TOLD = "assigned,answered,mentioned,sla-90,sla-breached"
ZONE = "Europe/Madrid"


def around(world: World, before: int, after: int) -> tuple[str, str]:
    """Give two times of day, so many hours before and after now in UTC."""
    now = datetime.fromisoformat(world.clock.now().isoformat())
    return (now - timedelta(hours=before)).strftime("%H:%M"), (now + timedelta(hours=after)).strftime("%H:%M")


async def test_the_form_is_saved_and_says_what_happens_next(shared: World) -> None:
    luca = await shared.linked(5)
    form = await shared.client.say("notices", person=luca)
    assert "No quiet hours: everything reaches you at once." in read(form)
    start, end = around(shared, 2, 3)
    inputs = {"told": TOLD, "through": "escalation", "quiet_from": start, "quiet_to": end, "quiet_zone": "UTC"}
    saved = await shared.client.press(form.messages[-1], "Save", person=luca, inputs=inputs)
    assert "Saved." in read(saved)
    assert f"{end} (UTC)." in read(saved)
    assert "Quiet until" in read(saved)
    again = await shared.client.say("notices", person=luca)
    assert f"{end} (UTC)." in read(again)
    free = await shared.client.press(again.messages[-1], "No quiet hours", person=luca)
    assert "You have no quiet hours now." in read(free)


@pytest.mark.parametrize("fallback", [False, True])
async def test_a_bad_value_comes_back_at_its_field_as_it_was_typed(shared: World, fallback: bool) -> None:  # noqa: FBT001 - pytest fills it in
    hana = await shared.linked(6)
    form = await shared.client.say("notices", person=hana)
    inputs = {"told": "answered", "through": "", "quiet_from": "19:00", "quiet_to": "25:99", "quiet_days": "mon-fri"}
    await shared.client.press(form.messages[-1], "Save", person=hana, inputs=inputs, fallback=fallback)
    body = shared.client.view(form.messages[-1], hana)["body"]
    assert "Nothing was saved yet: see below." in seen(shared, form.messages[-1], hana)
    at = [part.get("id") for part in body].index("quiet_to")
    assert '"25:99" is no time of the day.' in str(body[at - 2])
    kept = {part["id"]: part.get("value") for part in body if "id" in part}
    assert kept == {**inputs, "through": None, "quiet_whole_days": None, "quiet_zone": None}
    assert "No quiet hours" in read(await shared.client.say("notices", person=hana))


async def test_quiet_hours_are_set_and_ended_by_words(shared: World) -> None:
    tomas = await shared.linked(1)
    done = await shared.client.say(f"/notices quiet 19:00-07:00 mon-fri, all day sat,sun {ZONE}", person=tomas)
    assert "19:00 to 07:00, Monday to Friday; all day on Saturday and Sunday" in read(done)
    assert f"({ZONE})" in read(done)
    shorter = await shared.client.say("/notices quiet 20:00-06:00", person=tomas)
    assert f"({ZONE})" in read(shorter)
    ended = await shared.client.say("/notices quiet off", person=tomas)
    assert "everything reaches you at once" in read(ended)


async def test_a_matter_is_switched_off_and_on_and_breaks_through_by_words(shared: World) -> None:
    priya = await shared.linked(4)
    off = await shared.client.say("notices off assigned, mentions", person=priya)
    assert "No longer told: Assigned to me, mentions." in read(off)
    assert "Customer answers, SLA at 90 %, SLA missed" in read(off)
    assert "Assigned to me, customer answers" in read(await shared.client.say("notices on assigned", person=priya))
    await shared.client.say("notices quiet 12:00-13:00 UTC", person=priya)
    through = await shared.client.say("notices through answered", person=priya)
    assert "Customer answers, SLA missed, escalations" in read(through)
    held = await shared.client.say("notices hold all", person=priya)
    assert "Told in quiet hours too\nnothing" in read(held)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("notices off birthdays", 'Nothing here is called "birthdays".'),
        ("notices off escalation", 'Nothing here is called "escalation".'),
        ("notices off", "Say what."),
        ("notices loud", 'Notices cannot be asked for "loud".'),
        ("notices quiet", "Say from when to when."),
        ("notices quiet 19:00-07:00 Europe/Atlantis", '"Europe/Atlantis" is no time zone.'),
        ("notices quiet all day daily", "Then it would be quiet all week long, and nothing would ever reach you."),
    ],
)
async def test_words_that_mean_nothing_are_answered_with_what_would(shared: World, words: str, says: str) -> None:
    mara = await shared.linked()
    assert says in read(await shared.client.say(words, person=mara))


async def test_ones_choices_are_not_shown_where_others_read(shared: World) -> None:
    mara, tomas = await shared.linked(0), await shared.linked(1)
    group = shared.teams.group("Two", mara, tomas)
    for words in ("notices", "notices off assigned"):
        said = await shared.client.say(words, person=mara, conversation=group)
        assert "What you are told is yours alone, so it is not shown here." in read(said)
        assert "Ask me in our own chat." in read(said)


async def test_who_one_is_leads_to_what_one_is_told(shared: World) -> None:
    mara, tomas = await shared.linked(0), await shared.linked(1)
    me = await shared.client.say("me", person=mara)
    form = await shared.client.press(me.messages[-1], "What I am told", person=mara)
    assert "What you are told here" in read(form)
    group = shared.teams.group("Three", mara, tomas)
    elsewhere = await shared.client.say("me", person=mara, conversation=group)
    assert "What I am told" not in buttons(card_of(elsewhere))


async def test_somebody_who_is_not_linked_has_nothing_to_choose(shared: World) -> None:
    nobody = shared.teams.person("No Body", email="no.body@elsewhere.example")
    said = await shared.client.say("notices", person=nobody)
    assert "Save" not in buttons(card_of(said))
