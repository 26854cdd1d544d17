"""Folding, whatever happened: what is told is true of the whole, and what came to nothing is not told."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from attms_core.model import Author, AuthorKind, Change, ChangeId, TicketId
from bot.notices.telling import fold
from cards.notice_lines import Concerned, Line, band, mentioning
from cards.parts import card, say
from tests.cards.gallery import READER
from tests.notices.composing import BY_ANA, BY_BOB, BY_CLEO, UNKNOWN
from tests.support.card_lint import lint
from tests.support.fake_autotask import NOON

authors = st.sampled_from((BY_ANA, BY_BOB, BY_CLEO, UNKNOWN))
walks = st.lists(st.tuples(st.integers(0, 3), authors), min_size=1, max_size=8)


def change(at: int, before: int | None, after: int | None, by: Author, what: str = "priority") -> Change:
    moment = NOON + timedelta(seconds=at)
    return Change(ticket=TicketId(1), what=what, before=before, after=after, author=by, at=moment)


@given(start=st.integers(0, 3), walk=walks, other=walks)
def test_a_field_that_wandered_is_told_from_its_first_to_its_last_or_not_at_all(
    start: int, walk: list[tuple[int, Author]], other: list[tuple[int, Author]]
) -> None:
    changes: dict[ChangeId, Change] = {}
    for what, steps in (("priority", walk), ("status", other)):
        now = start
        for at, (value, by) in enumerate(steps):
            changes[ChangeId(len(changes))] = change(at, now, value, by, what)
            now = value

    told = {deed.change.what: deed for deed in fold(changes, {})}

    for what, steps in (("priority", walk), ("status", other)):
        last = steps[-1][0]
        if len(steps) > 1 and last == start:
            assert what not in told
            continue
        assert (told[what].change.before, told[what].change.after) == (start, last)
        is_known = all(by.kind is not AuthorKind.UNKNOWN for _, by in steps)
        assert set(told[what].authors) == ({by for _, by in steps} if is_known else set())


@given(
    name=st.text(max_size=40)
    | st.sampled_from(("[x](https://evil.example)", "</at><at>All", "*_`#", "  ", "Zoë O'Neil"))
)
def test_no_name_makes_a_mention_anything_else(name: str) -> None:
    told = (Line(what="Assigned", concerned=Concerned(name=name, id="29:x")),)
    shown = mentioning(card(band(told, READER), say("more"), summary="Assigned"), told)
    assert lint(shown) == []
    for entity in shown["msteams"].get("entities", []):
        assert entity["text"].count("<") == 2
