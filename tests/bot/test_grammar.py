"""One grammar for all that people type."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.grammar import (
    FLAGS,
    KEYWORDS,
    TAKING_A_NAME,
    ListWords,
    Misread,
    Reference,
    Spoken,
    nearest,
    read,
    read_list,
    reference,
    reference_first,
)

LINK = "https://ww5.autotask.net/Autotask/AutotaskExtend/ExecuteCommand.aspx"


@pytest.mark.parametrize(
    "words",
    [
        "tickets mine",
        "/tickets mine",
        "  Tickets   mine ",
        "TICKETS mine",
        "/desk tickets mine",
        "attms /tickets mine",
        ", tickets mine",
        ": tickets mine",
        "/ tickets mine",
        "attms, tickets mine",
        "Tickets: mine",
    ],
)
def test_every_spelling_is_the_same_command(words: str) -> None:
    assert read(words) == Spoken(verb="tickets", rest="mine")


@pytest.mark.parametrize(
    ("words", "verb"), [("", ""), ("/", ""), ("   ", ""), ("/help", "help"), ("desk", ""), ("ATTMS", "")]
)
def test_little_is_read_as_little(words: str, verb: str) -> None:
    assert read(words) == Spoken(verb=verb, rest="")


def test_only_the_verb_is_read_without_case() -> None:
    assert read("NOTE 7001 Hello World").rest == "7001 Hello World"


@pytest.mark.parametrize("words", ["note\n7001\nOne.\n\nTwo.", "/desk note 7001 One.\n\nTwo."])
def test_a_note_keeps_its_lines(words: str) -> None:
    assert reference_first(read(words).rest) == (Reference(id=7001), "One.\n\nTwo.")


def test_to_all_other_words_a_line_break_is_a_space() -> None:
    assert read("tickets\nmine queue\n\nService Desk") == Spoken(verb="tickets", rest="mine queue Service Desk")


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("T20261124.0001", Reference(number="T20261124.0001")),
        ("t20261124.0001", Reference(number="T20261124.0001")),
        ("T20261124.0001.0002", Reference(number="T20261124.0001.0002")),
        ("<T20261124.0001>,", Reference(number="T20261124.0001")),
        ("20261124.0001", Reference(number="T20261124.0001")),
        ("#T20261124.0001", Reference(number="T20261124.0001")),
        ("7001", Reference(id=7001)),
        ("#7001", Reference(id=7001)),
        (f"{LINK}?Code=OpenTicketDetail&TicketID=7001", Reference(id=7001)),
        (f"{LINK}?code=OpenTicketDetail&ticketnumber=t20261124.0001", Reference(number="T20261124.0001")),
    ],
)
def test_a_ticket_is_named_by_number_id_or_link(word: str, meant: Reference) -> None:
    assert reference(word) == meant


@pytest.mark.parametrize(
    "word",
    [
        "",
        "T2026.1",
        "T20261124",
        "seven",
        "\u0667\u0660\u0660\u0661",
        "-5",
        "1" * 16,
        "7001x",
        "javascript:alert(1)?ticketid=7001",
        "https://ww5.autotask.net/other.aspx?ticketid=7001",
        f"{LINK}?ticketid=1%20OR%201=1",
        f"{LINK}?ticketid=%C2%B2",
        f"{LINK}?ticketid=7001000000000000",
        "http://[broken",
    ],
)
def test_anything_else_names_no_ticket(word: str) -> None:
    assert reference(word) is None


def test_a_ticket_is_taken_off_the_front() -> None:
    assert reference_first("7001 is on fire") == (Reference(id=7001), "is on fire")
    assert reference_first("fire 7001") == (None, "7001")


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        ("", ListWords()),
        ("mine", ListWords(mine=True)),
        ("MINE Overdue open unassigned", ListWords(mine=True, overdue=True, open=True, unassigned=True)),
        ("queue Service Desk mine", ListWords(queue=("Service Desk",), mine=True)),
        ('queue "Open House" company Acme', ListWords(queue=("Open House",), company=("Acme",))),
        ("queue “Open House”", ListWords(queue=("Open House",))),
        ('status:"Waiting Customer"', ListWords(status=("Waiting Customer",))),
        ("priority:high mine", ListWords(priority=("high",), mine=True)),
        ("status New status Complete", ListWords(status=("New", "Complete"))),
        ("mine search queue of printers", ListWords(mine=True, search="queue of printers")),
    ],
)
def test_list_words_combine(words: str, asked: ListWords) -> None:
    assert read_list(words) == asked


@pytest.mark.parametrize("word", [*TAKING_A_NAME, "search"])
def test_a_keyword_without_its_name_is_told(word: str) -> None:
    assert read_list(word) == Misread(word=word)
    if word == "search":
        assert read_list('search "') == read_list("mine search ?!") == Misread(word=word)
    else:
        assert read_list(f"{word} mine") == Misread(word=word)


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("mnie", "mine"),
        ("overdue due", "overdue overdue"),
        ("mine n", "mine search n"),
        ("ovrdue queue Service Desk", "overdue queue Service Desk"),
        ("mine ovrdue", "mine overdue"),
        ("printer on fire", "search printer on fire"),
        ('queue "Open House" "x y"', None),
        ('mine "mine"', "mine mine"),
        ('open "two words" mine', 'open search "two words" mine'),
    ],
)
def test_an_unknown_word_is_mended_in_its_place_alone(words: str, meant: str | None) -> None:
    asked = read_list(words)
    if meant is None:
        assert isinstance(asked, ListWords)
        return
    assert isinstance(asked, Misread)
    assert asked.meant == meant
    assert isinstance(read_list(meant), ListWords)


def test_the_nearest_word_is_near() -> None:
    assert nearest("tikets", ["tickets", "ticket", "help"]) == "tickets"
    assert nearest("xyzzy", ["tickets", "ticket", "help"]) is None


SPOKEN = st.lists(st.one_of(st.sampled_from([*KEYWORDS, '"', "“", "”", ":", "/", "<at>", "queue:"]), st.text())).map(
    " ".join
)


@given(SPOKEN)
@example('" queue: "')
def test_no_text_at_all_is_too_much(words: str) -> None:
    read(words)
    reference(words)
    reference_first(words)
    asked = read_list(words)
    if isinstance(asked, Misread) and asked.meant:
        assert asked.word in words


@given(
    st.sets(st.sampled_from(FLAGS)),
    st.dictionaries(st.sampled_from(TAKING_A_NAME), st.from_regex(r"[a-d]{1,9}", fullmatch=True)),
)
def test_any_combination_is_read_back(flags: set[str], names: dict[str, str]) -> None:
    words = " ".join([*flags, *(f"{word} {name}" for word, name in names.items())])
    asked = read_list(words)
    assert isinstance(asked, ListWords)
    assert {flag for flag in FLAGS if getattr(asked, flag)} == flags
    assert {word: given[0] for word in TAKING_A_NAME if (given := getattr(asked, word))} == names


def test_a_keyword_with_a_colon_reads_as_one_with_a_space_but_not_inside_quotes() -> None:
    assert read_list('queue:"Service Desk" search:printer') == read_list('queue "Service Desk" search printer')
    assert read_list('company "queue: the shop"') == ListWords(company=("queue: the shop",))
