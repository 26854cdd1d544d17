"""Whom a note names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attms_core.model import Note, NoteId, Resource, ResourceId, TicketId
from attms_core.notices.mentions import Roll, own_words


def resource(id_: int, first: str, last: str, email: str = "", *, is_active: bool = True) -> Resource:
    return Resource(id=ResourceId(id_), first_name=first, last_name=last, email=email, is_active=is_active)


TEAM = (
    resource(1, "Ana", "Ruiz", "ana.ruiz@msp.example"),
    resource(2, "Sam", "Okafor", "sam@msp.example"),
    resource(3, "Sam", "Lee", "slee@msp.example"),
    resource(4, "Jos\u00e9", "\u00c1lvarez", "j.alvarez@msp.example"),
    resource(5, "\u0141ukasz", "Nowak", "lnowak@msp.example"),
    resource(6, "Gone", "Long", "gone@msp.example", is_active=False),
    resource(7, "Anna-Lena", "O'Brien", "al.obrien@msp.example"),
    resource(8, "\u592a\u90ce", "\u5c71\u7530", "yamada@msp.example"),
    resource(9, "An", "", "an@msp.example"),
)
ROLL = Roll(TEAM)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("@Ana Ruiz please look", {1}),
        ("thanks @ana!", {1}),
        ("(@ANA)", {1}),
        ("@ana.ruiz: see above", {1}),
        ("@ana.ruiz@msp.example.", {1}),
        ("line\n@Ana\nline", {1}),
        ("@Ana  Ruiz", {1}),
        ("@Sam Lee and @Ana", {1, 3}),
        ("@Sam", {2}),
        ("@jose", {4}),
        ("@Jos\u00e9 \u00c1lvarez", {4}),
        ("@Jose\u0301", {4}),
        ("\uff20Ana", {1}),
        ("@\u0141ukasz", {5}),
        ("@Anna-Lena O'Brien", {7}),
        ("@\u5c71\u7530", set()),
        ("@\u592a\u90ce", {8}),
        ("@An", {9}),
        ("@Ann", set()),
        ("@Anab", set()),
        ("@Ana_x", set()),
        ("@Ana-Maria", set()),
        ("@ana@else.example", set()),
        ("mail ana@ana.example or x@Ana", set()),
        ("@Gone", set()),
        ("Ana Ruiz", set()),
        ("@ Ana", set()),
        ("@", set()),
        ("@@Ana", set()),
        ("@everybody", set()),
    ],
)
def test_a_name_behind_an_at_means_one_person(text: str, named: set[int]) -> None:
    team = tuple(each for each in TEAM if each.id != 3) if text == "@Sam" else TEAM
    assert Roll(team).named(text) == named


def test_a_first_name_that_two_have_means_neither_and_a_full_one_means_its_owner() -> None:
    twice = Roll((resource(1, "Sam", "Lee"), resource(2, "Sam", "Okafor"), resource(3, "Kim", "Sam")))
    assert twice.named("@Sam") == frozenset()
    assert twice.named("@Sam Lee") == {1}
    assert Roll((resource(1, "Sam", "Lee"), resource(2, "Sam", "Lee"))).named("@Sam Lee") == frozenset()


def test_an_inactive_namesake_does_not_make_a_name_ambiguous() -> None:
    assert Roll((resource(1, "Sam", "Lee"), resource(2, "Sam", "Gone", is_active=False))).named("@sam") == {1}


QUOTES = (
    "> @Ana wrote this earlier",
    "-----Original Message-----\nhello @Ana",
    "---------- Forwarded message ---------\n@Ana",
    "________________________________\n@Ana",
    "From: Kim <kim@customer.example>\nSent: Monday\nTo: desk\n\n@Ana",
    "Von: Kim\nGesendet: Montag\nAn: desk\n@Ana",
    "De: Kim\nDate: lundi\n@Ana",
    "On Mon, 23 Nov 2026 at 10:00, Kim <kim@customer.example> wrote:\n@Ana",
    "On Mon, 23 Nov 2026 at 10:00,\nKim <kim@customer.example> wrote:\n\n@Ana",
    "Am 23.11.2026 um 10:00 schrieb Kim:\n@Ana",
    "Le lun. 23 nov. 2026, Kim a \u00e9crit :\n@Ana",
    "El lun, 23 nov 2026, Kim escribi\u00f3:\n@Ana",
)


@pytest.mark.parametrize("quoted", QUOTES)
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_a_name_in_the_mail_that_is_answered_means_nobody(quoted: str, ends: str) -> None:
    assert note_names(f"Done, thanks.\n\n{quoted}".replace("\n", ends)) == frozenset()
    assert note_names(f"@Sam Lee please.\n\n{quoted}".replace("\n", ends)) == {3}


@pytest.mark.parametrize(
    "text",
    [
        "From: the printer comes smoke. @Ana",
        "On the server all is well: @Ana",
        "-- \n@Ana",
        "a > b, says @Ana",
        "I wrote:\n@Ana",
    ],
)
def test_plain_sentences_are_no_quoted_mail(text: str) -> None:
    assert note_names(text) == {1}


def test_a_title_names_people_too() -> None:
    assert ROLL.named_in(note("nothing", title="For @Ana")) == {1}


@given(text=st.text(max_size=200) | st.text(alphabet="@Ana Ruiz.\n>-", max_size=60))
def test_no_text_breaks_it_and_nobody_is_named_without_an_at(text: str) -> None:
    found = note_names(text)
    assert found <= {each.id for each in TEAM if each.is_active}
    assert len(found) <= text.count("@") + text.count("\uff20") + text.count("\ufe6b")
    assert len(own_words(text)) <= len(text)


def note(text: str, title: str = "") -> Note:
    return Note(id=NoteId(1), ticket=TicketId(1), title=title, text=text, note_type=1, publish=1)


def note_names(text: str) -> frozenset[ResourceId]:
    return ROLL.named_in(note(text))
