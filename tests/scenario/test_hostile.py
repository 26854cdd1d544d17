"""Hostile text, from people and from AutoTask: no turn breaks, and every card is one that Teams can show."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from attms_core.model import CompanyId
from cards.asks import CreateTicket
from cards.escalation_asks import SetLadder
from cards.submission import Submission
from sandbox.teams import Person, Said, texts
from tests.scenario.conftest import World, card_of
from tests.support.card_lint import lint

pytestmark = pytest.mark.asyncio(loop_scope="module")

NASTY = (
    "[click](https://evil.example) ![x](https://evil.example/x.png)",
    "**bold** _it_ `code` ~~gone~~ # head\n- list\n1. one",
    "<at>everyone</at> <at id='0'>Boss</at> &lt;at&gt;x&lt;/at&gt;",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "{{DATE(2026-11-24T00:00:00Z, SHORT)}} ${$root} ${if(true,'x','y')}",
    "\u202eesrever\u202c \u2066isolate\u2069 zero\u200bwidth\ufeff",
    '\'; DROP TABLE tickets; -- " OR ""="',
    '{"type":"AdaptiveCard","body":[{"type":"Image","url":"https://evil.example"}]}',
    '"}],"actions":[{"type":"Action.OpenUrl","url":"javascript:alert(1)"}]',
    "👩‍👩‍👧‍👦🏳️‍🌈🇩🇪 Z̸̡̢̛a̴l̵g̶o̷ \uff46\uff55\uff4c\uff4c",
    "line one\r\nline two\u2028line three\x00\x07\x1b[31m",
    "%s %n {0} {__class__} ../../etc/passwd",
    "NULL None undefined NaN",
    "",
    " ",
)
TEXT = st.one_of(
    st.sampled_from(NASTY),
    st.lists(st.one_of(st.sampled_from(NASTY), st.text(max_size=20)), min_size=1, max_size=3).map(" ".join),
    st.text(max_size=300),
)
COMMANDS = (
    "{}",
    "tickets {}",
    "tickets queue {}",
    "tickets company {}",
    "tickets search {}",
    'tickets status "{}"',
    "ticket {}",
    "new {}",
    "assign 7001 {}",
    "status {} new",
    "priority 7001 {}",
    "internal {}",
    "/{}",
    "@Bot {}",
)
BROKEN = "Something went wrong here."


def check(said: Said) -> None:
    """Check that a turn was answered by one whole card and not by an apology."""
    assert said.status in {200, 201, 202}
    card = card_of(said)
    assert BROKEN not in texts(card)
    assert not lint(card)


@given(command=st.sampled_from(COMMANDS), text=TEXT)
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_whatever_somebody_types_is_answered_by_a_sound_card(shared: World, command: str, text: str) -> None:
    mara = await shared.linked()
    shared.at.forget_requests()
    said = await shared.client.say(command.format(text.encode(errors="ignore").decode()), person=mara)
    check(said)
    assert not shared.writes()


@given(title=TEXT, note=TEXT, name=TEXT)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_whatever_autotask_holds_is_shown_by_a_sound_card(
    shared: World, title: str, note: str, name: str
) -> None:
    mara, row = await shared.linked(), shared.open_ticket_of()
    title, note, name = (each.encode(errors="ignore").decode() for each in (title, note, name))
    world = shared.at.world
    world.rows.put("Companies", {**world.record("Companies", row["companyID"]), "companyName": name})
    world.change_ticket(row["id"], by=shared.resource(1), title=title, description=note)
    world.add_note(row["id"], note, by=shared.resource(1), title=title, publish=2)
    await shared.poll()
    shown = await shared.client.say(str(row["id"]), person=mara)
    check(shown)
    check(await shared.client.say("tickets mine", person=mara))
    for button in ("Status", "Priority", "Assign", "Note"):
        check(await shared.client.press(shown.messages[-1], button, person=mara))
        check(await shared.client.press(shown.messages[-1], "Cancel", person=mara))


@pytest.mark.parametrize("text", [each for each in NASTY if each.strip() and "\x07" not in each])
async def test_a_note_reaches_autotask_as_it_was_typed_into_the_form(shared: World, text: str) -> None:
    mara, row = await shared.linked(1), shared.open_ticket_of(1)
    shown = await shared.client.say(str(row["id"]), person=mara)
    await shared.client.press(shown.messages[-1], "Note", person=mara)
    shared.at.forget_requests()
    done = await shared.client.press(shown.messages[-1], "Add note", person=mara, inputs={"text": text})
    check(done)
    assert len(shared.writes()) == 1
    assert shared.at.world.notes(row["id"])[-1]["description"].split() == text.split()


async def test_what_autotask_cannot_store_is_left_out_of_a_note(shared: World) -> None:
    mara, row = await shared.linked(1), shared.open_ticket_of(1)
    shown = await shared.client.say(str(row["id"]), person=mara)
    await shared.client.press(shown.messages[-1], "Note", person=mara)
    text = "ring \x07the bell\x0btwice"
    done = await shared.client.press(shown.messages[-1], "Add note", person=mara, inputs={"text": text})
    check(done)
    assert shared.at.world.notes(row["id"])[-1]["description"] == "ring the bell\ntwice"


async def test_far_too_many_words_are_cut_or_refused_but_never_breaks(shared: World) -> None:
    mara = await shared.linked()
    for size in (5_000, 50_000, 100_000, 400_000):
        said = await shared.client.say("tickets search " + "x" * size, person=mara)
        assert said.status in {200, 201, 202, 413}
        if said.status != 413:
            check(said)


async def test_a_megabyte_from_autotask_fits_the_card(shared: World) -> None:
    ines, row = await shared.linked(2), shared.open_ticket_of(2)
    huge = "long " * 200_000
    shared.at.world.change_ticket(row["id"], by=shared.resource(1), title=huge, description=huge)
    shared.at.world.add_note(row["id"], huge, by=shared.resource(1))
    await shared.poll()
    check(await shared.client.say(str(row["id"]), person=ines))
    check(await shared.client.say("tickets mine", person=ines))


@pytest.mark.parametrize("name", [each for each in NASTY if each.strip()])
async def test_hostile_names_of_people_are_only_shown(shared: World, name: str) -> None:
    person = shared.teams.person(name, email="nobody@contoso.example")
    check(await shared.client.say("me", person=person))


async def forge(world: World, person: Person, button: Submission, **inputs: str) -> Said:
    """Press a button that no card shows, with inputs that no card has."""
    data = {**inputs, **button.pack("forged")}
    value = {"action": {"type": "Action.Execute", "verb": "x", "data": data}, "trigger": "manual"}
    return await world.client.invoke("adaptiveCard/action", value, person=person)


NO_NUMBERS = ("--5", "-", "5-", "+5", "\u00b2", "5\u00b2", "\u0663", "1e3", "0x5", "5.0", "9" * 200, "9" * 5000)


@pytest.mark.parametrize("text", NO_NUMBERS, ids=range(len(NO_NUMBERS)))
async def test_what_only_looks_like_a_number_is_refused_at_its_field(shared: World, text: str) -> None:
    mara = await shared.linked()
    shared.at.forget_requests()
    company = CompanyId(shared.tickets()[0]["companyID"])
    inputs = {"title": "Printer on fire", "priority": "1", "queue": "29683481", "f:issue_type": text}
    said = await forge(shared, mara, CreateTicket(company=company), **inputs)
    check(said)
    assert len(text) > 1000 or "This must be a whole number." in str(card_of(said))
    assert not shared.writes()


@pytest.mark.parametrize("text", NO_NUMBERS, ids=range(len(NO_NUMBERS)))
async def test_lines_that_a_form_never_had_are_no_steps(shared: World, text: str) -> None:
    ines = await shared.linked(2)
    await shared.make(ines, "dispatcher")
    queue = str(shared.house.core.desk.choice_named("queue", "Service Desk").value)
    said = await forge(shared, ines, SetLadder(), **{"queue": queue, f"after:{text}": "15m", f"who:{text}": "here"})
    check(said)
    assert "1 to 10 steps" in str(card_of(said))


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
ACTIONS = st.sampled_from(
    ["tickets.list", "ticket.show", "ticket.take", "ticket.status", "ticket.note", "ticket.new", "run"]
)
KEYS = ("ticket", "seen", "filter", "offset", "words", "company", "n", "back", "x")
ENVELOPE = st.fixed_dictionaries(
    {"do": ACTIONS, "v": st.just(1)}, optional={key: JSON | st.just(7001) | st.just("7001") for key in KEYS}
)


@given(envelope=ENVELOPE, beside=st.dictionaries(st.sampled_from(["status", "text", "visible", "title", "f:x"]), JSON))
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_whatever_a_button_is_made_to_send_is_answered_by_a_sound_card(
    shared: World, envelope: dict[str, Any], beside: dict[str, Any]
) -> None:
    tomas = await shared.linked(1)
    await shared.make(tomas, "reader")
    shared.at.forget_requests()
    data = {**beside, "attms": envelope}
    value = {"action": {"type": "Action.Execute", "verb": "x", "data": data}, "trigger": "manual"}
    sent = json.dumps(value).encode(errors="ignore")
    said = await shared.client.invoke("adaptiveCard/action", json.loads(sent), person=tomas)
    assert said.status in {200, 400}
    if said.status == 200:
        check(said)
    assert not shared.writes()
