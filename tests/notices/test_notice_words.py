"""The words of a subscription: read, and written again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attms_core.notices.subscribing.words import Misread, Term, read, spell

PIECES = st.sampled_from(
    [
        *(
            "queue",
            "priority",
            "udf",
            "title",
            "mine",
            "company",
            "events",
            "x",
            "a b",
            "@vip",
            "5000",
            "T20261124.0001",
        ),
        *(":", "=", "!=", "<=", ">", '"', "“", "”", ",", " ", "-", "\n", "é", "#17"),
    ]
)


@given(st.text() | st.lists(PIECES).map("".join))
def test_any_text_is_read_or_told_to_be_misread_and_what_was_read_is_written_and_read_alike(text: str) -> None:
    found = read(text)
    if not isinstance(found, Misread):
        assert read(spell(found)) == found
    else:
        assert found.what


def test_the_words_of_the_manual_are_read() -> None:
    assert read('queue:"Service Desk" priority:critical,high company:@vip -from:monitoring events:created,note') == (
        Term(field="queue", values=("Service Desk",)),
        Term(field="priority", values=("critical", "high")),
        Term(field="company", values=("@vip",)),
        Term(field="from", values=("monitoring",), is_out=True),
        Term(field="events", values=("created", "note")),
    )


@pytest.mark.parametrize(
    ("typed", "same"),
    [
        ("queue Service Desk priority high", 'queue:"Service Desk" priority:high'),
        ("queue: Service Desk, Projects priority: high", 'queue:"Service Desk",Projects priority:high'),
        ("priority: critical, high , low", "priority:critical,high,low"),
        ("amount > 5000 about:opportunities", "amount>5000 opportunities"),
        ("mine unassigned", "assignee:me assignee:nobody"),
        ("-queue Service Desk", '-queue:"Service Desk"'),
        ("priority!=low", "-priority:low"),
        ("-priority!=low", "priority:low"),
        ("CUSTOMER:Contoso", "company:Contoso"),
        ('udf:"Contract tier"=Gold,Silver udf:Seats>=5', 'udf: "Contract tier"=Gold,Silver udf:Seats >= 5'),
        ("search printer on fire", 'title:"printer on fire"'),
        ('company:“Bob "The" Pipe”', 'customer = “Bob "The" Pipe”'),
    ],
)
def test_people_may_write_it_in_several_ways(typed: str, same: str) -> None:
    assert read(typed) == read(same)
    assert not isinstance(read(typed), Misread)


@pytest.mark.parametrize(
    ("typed", "word", "meant"),
    [
        ("qeue:x", "qeue", "queue"),
        ("hello", "hello", ""),
        ("queue:", "queue", ""),
        ('queue:"Service', '"Service', ""),
        ("queue>3", "queue", ""),
        ("amount>1,2", "amount", ""),
        ("udf:Seats", "udf:Seats", ""),
        ("x" * 5000, "x" * 20, ""),
    ],
)
def test_what_cannot_be_read_is_named_with_what_was_probably_meant(typed: str, word: str, meant: str) -> None:
    found = read(typed)
    assert isinstance(found, Misread)
    assert (found.word, found.meant) == (word, meant)
