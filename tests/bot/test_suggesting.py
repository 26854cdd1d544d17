"""What is offered to words that nobody understands."""

import pytest

from bot.commands import build_router
from bot.grammar import meant
from bot.suggesting import suggestion

KNOWN = tuple(build_router().commands)


def offered(words: str, known: tuple[str, ...] = KNOWN) -> str:
    return suggestion(words, meant(words), known, complete="Complete")


@pytest.mark.parametrize(
    ("words", "run"),
    [
        ("mine", "tickets mine"),
        ("unassigned", "tickets unassigned"),
        ("overdue", "tickets overdue"),
        ("search printer", "tickets search printer"),
        ("company Ember", "tickets company Ember"),
        ("my tickets", "tickets mine"),
        ("my overdue tickets", "tickets mine overdue"),
        ("unsubscribe", "subscriptions"),
        ("close T20261124.0001", "status T20261124.0001 Complete"),
        ("T20261124.0001 close", "status T20261124.0001 Complete"),
        ("T20261124.0001 note Called them", "note T20261124.0001 Called them"),
        ("please see T20261124.0001", "ticket T20261124.0001"),
        ("open T20261124.0001", "ticket T20261124.0001"),
        ("asign T20261124.0001 me", "assign T20261124.0001 me"),
        ("tikets mine", "tickets mine"),
        ("neww", "new"),
        ("opportunity", "help"),
        ("xyzzy", "help"),
        ("close it", "help"),
    ],
)
def test_what_is_offered_is_what_was_meant(words: str, run: str) -> None:
    assert offered(words) == run


def test_nothing_is_offered_that_the_person_may_not_do() -> None:
    assert offered("close T20261124.0001", ("tickets", "ticket", "help")) == "ticket T20261124.0001"
    assert offered("mine", ("me", "help")) == "help"
