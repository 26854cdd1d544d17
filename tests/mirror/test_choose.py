"""From typed words to one of several names."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attms_core.errors import Invalid
from attms_core.mirror.choose import choose

NAMES = ["New", "In Progress", "Waiting Customer", "Waiting Vendor", "Complete", "New Monitoring"]


def pick(text: str, among: list[str] | None = None) -> str:
    names = NAMES if among is None else among
    return choose(text, names, name=lambda n: n, field="status", what="status")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("new", "New"),
        ("  IN   progress ", "In Progress"),
        ("comp", "Complete"),
        ("vendor", "Waiting Vendor"),
        ("w cust", "Waiting Customer"),
        ("monit", "New Monitoring"),
    ],
)
def test_the_whole_name_goes_before_its_beginning_and_that_before_words(typed: str, meant: str) -> None:
    assert pick(typed) == meant


@pytest.mark.parametrize(
    ("typed", "meant"), [("zurich", "Zürich"), ("muller", "Muller"), ("MÜLLER", "Müller"), ("c++", "C++"), ("c", "C")]
)
def test_what_is_spelled_so_goes_before_what_is_without_accents_and_punctuation(typed: str, meant: str) -> None:
    assert pick(typed, ["Zürich", "Müller", "Muller", "C", "C++"]) == meant


def test_a_doubt_lists_those_that_fit() -> None:
    with pytest.raises(Invalid) as caught:
        pick("waiting")

    assert caught.value.legal == ("Waiting Customer", "Waiting Vendor")
    assert caught.value.field == "status"


@pytest.mark.parametrize("typed", ["", "   ", "printer", "omplete"])
def test_what_fits_nothing_lists_all(typed: str) -> None:
    with pytest.raises(Invalid) as caught:
        pick(typed)

    assert caught.value.legal == tuple(NAMES)


@given(st.text(), st.lists(st.text(), max_size=5))
def test_wild_text_is_answered_or_refused_and_nothing_else(typed: str, among: list[str]) -> None:
    with suppress(Invalid):
        assert pick(typed, among) in among
