"""What a button carries comes back as it was; anything else is told to be out of date."""

import pkgutil
from importlib import import_module
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

import cards
from attms_core.errors import Invalid, OutOfDate
from attms_core.model import CompanyId, ContactId, ResourceId, Seen, TicketId, WishId
from cards import asks
from cards.asks import AddNote, AssignTicket, CreateTicket, ListTickets, RunCommand, SetStatus, ShowTicket, TakeTicket
from cards.submission import Submission, does, unpack

NONCE = "Zm9vYmFyYmF6cXV4MTIzNA"
SEEN = Seen(status=8, priority=4, queue=None, assignee=ResourceId(3))
whole = st.integers(0, 10**15)
words = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=300)
seen = st.builds(
    Seen, status=whole, priority=whole, queue=st.none() | whole, assignee=st.none() | whole.map(ResourceId)
)
junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)


def envelope(**riding: object) -> dict[str, Any]:
    return {"attms": {"do": "ticket.take", "v": 1, "n": NONCE, "ticket": 7, "seen": [8, 4, None, 3], **riding}}


@given(ticket=whole.map(TicketId), seen=seen, back=words, offset=st.integers(0, 10_000))
def test_what_rides_in_a_button_comes_back(ticket: TicketId, seen: Seen, back: str, offset: int) -> None:
    asked = TakeTicket(ticket=ticket, seen=seen, back=back, back_offset=offset)
    assert unpack(asked.pack(NONCE)) == replace(asked, nonce=NONCE)


@given(filter_=words, offset=st.integers(0, 10_000))
def test_a_list_comes_back(filter_: str, offset: int) -> None:
    asked = ListTickets(filter=filter_, offset=offset)
    assert unpack(asked.pack("")) == asked


@given(ticket=whole.map(TicketId), back=words)
def test_what_is_tapped_is_named_by_its_verb(ticket: TicketId, back: str) -> None:
    asked = ShowTicket(ticket=ticket, back=back)
    assert "do" not in asked.pack("", has_verb=True)["attms"]
    assert unpack(asked.pack("", has_verb=True), "ticket.show") == asked


def test_what_a_button_says_itself_counts_for_more_than_its_verb() -> None:
    asked = ListTickets(filter="mine")
    assert unpack(asked.pack(""), "ticket.take") == asked


@pytest.mark.parametrize("verb", ["", "ticket.explode", "tickets.list"])
def test_a_tap_under_another_verb_is_out_of_date(verb: str) -> None:
    with pytest.raises(OutOfDate):
        unpack(ShowTicket(ticket=TicketId(7)).pack("", has_verb=True), verb)


def test_inputs_come_beside_the_button() -> None:
    value = {**SetStatus(ticket=TicketId(7), seen=SEEN).pack(NONCE), "status": "5", "text": "of another field"}
    assert unpack(value) == SetStatus(ticket=TicketId(7), seen=SEEN, status=5, nonce=NONCE)


@pytest.mark.parametrize("left", [{}, {"resource": ""}, {"resource": None}])
def test_an_input_that_was_left_empty_is_nothing(left: dict[str, object]) -> None:
    asked = unpack({**AssignTicket(ticket=TicketId(7), seen=SEEN).pack(NONCE), **left})
    assert isinstance(asked, AssignTicket)
    assert asked.resource is None


def test_a_note_of_which_nothing_is_said_is_internal() -> None:
    asked = unpack({**AddNote(ticket=TicketId(7)).pack(NONCE), "text": "hello"})
    assert asked == AddNote(ticket=TicketId(7), text="hello", visible="internal", nonce=NONCE)


def test_a_new_ticket_gathers_what_autotask_demanded() -> None:
    typed = {"title": "VPN", "contact": "31", "priority": "4", "f:issue_type": "10", "f:Asset tag": "true", "f:due": ""}
    assert unpack({**CreateTicket(company=CompanyId(0)).pack(NONCE), **typed}) == CreateTicket(
        company=CompanyId(0),
        contact=ContactId(31),
        title="VPN",
        priority=4,
        demanded={"issue_type": "10", "Asset tag": "true"},
        nonce=NONCE,
    )


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"attms": None},
        {"attms": {}},
        {"attms": []},
        {"msteams": {"type": "task/fetch"}, "text": "x"},
        envelope(do="ticket.explode"),
        envelope(do="__init__"),
        envelope(do=["ticket.take"]),
        envelope(v=0),
        envelope(v=2),
        envelope(v=True),
        envelope(v="1"),
        envelope(n="not a nonce!"),
        envelope(n=5),
        envelope(n="x" * 65),
        envelope(admin=True),
        envelope(nonce="x"),
        envelope(ticket=None),
        envelope(ticket=-1),
        envelope(ticket=1.5),
        envelope(ticket=True),
        envelope(ticket="7 or 1=1"),
        envelope(ticket=10**16),
        envelope(ticket="\u0667"),
        envelope(seen=[8, 4, None]),
        envelope(seen=[None, 4, None, 3]),
        envelope(seen={"status": 8}),
        envelope(seen=[8, 4, "x", 3]),
        envelope(back="x" * 301),
        envelope(back=5),
        {"attms": {"do": "ticket.take", "v": 1, "n": NONCE, "ticket": 7}},
        {**envelope(), **{f"input{at}": "x" for at in range(60)}},
    ],
)
def test_an_old_foreign_or_damaged_button_is_out_of_date(value: dict[str, Any]) -> None:
    with pytest.raises(OutOfDate) as told:
        unpack(value)
    assert told.value.hint


@pytest.mark.parametrize(
    ("asked", "typed"),
    [
        (SetStatus(ticket=TicketId(7), seen=SEEN), {"status": "Complete"}),
        (SetStatus(ticket=TicketId(7), seen=SEEN), {"status": ["5"]}),
        (AddNote(ticket=TicketId(7)), {"visible": "everybody"}),
        (AddNote(ticket=TicketId(7)), {"text": "x" * 32_001}),
        (AddNote(ticket=TicketId(7)), {"text": {"a": 1}}),
        (CreateTicket(company=CompanyId(1)), {"description": "x" * 8_001}),
    ],
)
def test_an_input_that_no_form_allows_names_its_field(asked: Submission, typed: dict[str, object]) -> None:
    with pytest.raises(Invalid) as told:
        unpack({**asked.pack(NONCE), **typed})
    assert told.value.field == next(iter(typed))
    assert f"The {told.value.field} cannot be taken" in str(told.value)


@given(
    value=st.dictionaries(st.sampled_from(["attms", "text", "msteams"]), junk),
    riding=st.dictionaries(st.text(max_size=8), junk),
)
def test_junk_is_refused_in_words(value: dict[str, Any], riding: dict[str, Any]) -> None:
    for each in (
        value,
        {"attms": riding},
        envelope(**riding) if "" in riding else {"attms": {"do": "run", "v": 1, **riding}},
    ):
        try:
            unpack(each)
        except (OutOfDate, Invalid) as told:
            assert str(told)  # noqa: PT017 - junk may by chance be a good button


def test_an_action_word_belongs_to_one_submission() -> None:
    with pytest.raises(TypeError, match=r"ticket\.take is TakeTicket already"):

        @does("ticket.take")
        class Other(Submission, frozen=True, kw_only=True):
            """Another one."""

    assert Submission.known()["ticket.take"] is TakeTicket


def test_every_submission_can_be_told_by_its_word() -> None:
    names = [found.name for found in pkgutil.iter_modules(cards.__path__) if found.name.endswith("asks")]
    values = [value for name in names for value in vars(import_module(f"cards.{name}")).values()]
    kinds = [each for each in values if isinstance(each, type) and issubclass(each, Submission)]
    declared = {each.action: each for each in kinds if "action" in vars(each)}
    assert declared == Submission.known()
    assert len(declared) >= 22


def test_words_ride_without_what_is_unseen() -> None:
    asked = unpack(RunCommand(words="tickets \ud800\u202emine\x00").pack(NONCE))
    assert asked == RunCommand(words="tickets mine", nonce=NONCE)
    assert asks.TryAgain(wish=WishId("a" * 32)).pack(NONCE)["attms"]["wish"] == "a" * 32
