"""Who moved a ticket: the order of the rules, as a table."""

from datetime import timedelta

import pytest

from attms_core.mirror.authors import (
    Circumstances,
    authors,
    completer_of,
    creator_of,
    is_note_of,
    logger_of,
    undoes,
    writer_of,
)
from attms_core.mirror.compare import Move
from attms_core.model import Author, AuthorKind, ContactId, Outcome, WishKind
from attms_core.model.ids import NoteId
from tests.support.fake_autotask import ANA, BOB, EVE, NOON, note, ticket, time_entry, wish

STATUS = Move("status", 1, 8)
QUEUE = Move("queue", 5, 6)
MOVED = ticket(status=8, queue=6, last_activity=NOON, last_activity_by=BOB)
ANA_BY_WISH = Author(AuthorKind.PERSON, ANA, wish({}).id)
BOB_HIMSELF = Author(AuthorKind.RESOURCE, BOB)
NOBODY = Author(AuthorKind.UNKNOWN)
EVE_HERSELF = Author(AuthorKind.RESOURCE, EVE)
CLEO = Author(AuthorKind.CONTACT, ContactId(7))
ASKED = wish({"status": 8})
LATE = NOON + timedelta(hours=1)


@pytest.mark.parametrize(
    ("found", "around", "expected"),
    [
        pytest.param([STATUS], {"wishes": [ASKED]}, [ANA_BY_WISH], id="the wish that asked for it"),
        pytest.param([STATUS, QUEUE], {"wishes": [ASKED]}, [ANA_BY_WISH, NOBODY], id="a wish explains what it asked"),
        pytest.param([STATUS], {"wishes": [wish({"status": 5})]}, [BOB_HIMSELF], id="not a wish for another value"),
        pytest.param([STATUS], {"wishes": [wish({"status": 8}, asked_at=LATE)]}, [BOB_HIMSELF], id="not a later wish"),
        pytest.param(
            [STATUS],
            {"wishes": [ASKED], "spent": frozenset({(ASKED.id, "status")})},
            [BOB_HIMSELF],
            id="not a wish that has explained it before",
        ),
        pytest.param(
            [Move("title", "a", "b")],
            {"wishes": [wish({"title": "b"}, kind=WishKind.ADD_NOTE)]},
            [BOB_HIMSELF],
            id="not a note's title for the ticket's",
        ),
        pytest.param(
            [STATUS], {"notes": [note(creator=EVE)]}, [Author(AuthorKind.RESOURCE, EVE)], id="the note's writer"
        ),
        pytest.param(
            [STATUS, QUEUE],
            {"notes": [note(creator=None, contact=7)]},
            [CLEO, CLEO],
            id="the customer who wrote the note",
        ),
        pytest.param(
            [STATUS], {"wishes": [ASKED], "notes": [note(creator=EVE)]}, [ANA_BY_WISH], id="the wish before the note"
        ),
        pytest.param(
            [STATUS], {"notes": [note(1, creator=EVE), note(2, creator=BOB)]}, [NOBODY], id="two writers are nobody"
        ),
        pytest.param(
            [STATUS],
            {"notes": [note(created=NOON - timedelta(minutes=2))]},
            [NOBODY],
            id="a note from before is neither the author nor a reason to trust the last activity",
        ),
        pytest.param(
            [STATUS, QUEUE],
            {"notes": [note(creator=EVE)], "is_brief": False},
            [NOBODY, NOBODY],
            id="a note is no word for several moves of a long time",
        ),
        pytest.param([STATUS], {"entries": [time_entry(creator=EVE)]}, [EVE_HERSELF], id="who logged time with it"),
        pytest.param(
            [STATUS],
            {"notes": [note(creator=EVE)], "entries": [time_entry(creator=BOB)]},
            [NOBODY],
            id="a note and time of two people are nobody",
        ),
        pytest.param(
            [STATUS],
            {"entries": [time_entry(creator=EVE, created=NOON - timedelta(minutes=2))]},
            [NOBODY],
            id="time from before is no reason to trust the last activity",
        ),
        pytest.param([STATUS], {"is_alone": False}, [NOBODY], id="unknown, when something unwatched moved too"),
        pytest.param([STATUS], {}, [BOB_HIMSELF], id="who acted last, when one move is all"),
        pytest.param([STATUS, QUEUE], {}, [NOBODY, NOBODY], id="unknown, when several moved"),
    ],
)
def test_the_author_is(found: list[Move], around: dict[str, object], expected: list[Author]) -> None:
    assert authors(found, MOVED, Circumstances(at=NOON, **around)) == expected  # type: ignore[arg-type] # the table's own


def test_without_a_last_activity_by_anybody_the_author_is_unknown() -> None:
    assert authors([STATUS], ticket(status=8, last_activity_by=None), Circumstances()) == [NOBODY]


def test_who_acted_later_than_the_last_edit_is_not_taken_for_its_author() -> None:
    acted = ticket(status=8, last_activity=NOON, last_modified=NOON - timedelta(minutes=1), last_activity_by=BOB)
    written = note(creator=EVE, created=NOON)

    assert authors([STATUS], acted, Circumstances(at=NOON)) == [NOBODY]
    assert authors([STATUS], acted, Circumstances(at=NOON, notes=[written])) == [NOBODY]
    with_it = note(creator=EVE, created=NOON - timedelta(minutes=1))
    assert authors([STATUS], acted, Circumstances(at=NOON, notes=[with_it])) == [EVE_HERSELF]


def test_time_is_logged_by_whoever_wrote_it_down_else_by_whose_it_is() -> None:
    assert logger_of(time_entry(creator=EVE)) == EVE_HERSELF
    assert logger_of(time_entry(creator=None)) == BOB_HIMSELF


def test_a_ticket_that_was_complete_at_first_sight_was_completed_by_whoever_acted_last_then() -> None:
    done = ticket(status=5, completed_at=NOON, last_activity=NOON, last_modified=NOON)
    later = ticket(status=5, completed_at=NOON, last_activity=NOON + timedelta(hours=1), last_modified=NOON)

    assert completer_of(done) == BOB_HIMSELF
    assert completer_of(later) == NOBODY


def test_a_ticket_is_opened_by_the_person_of_its_wish_else_by_its_creator() -> None:
    assert creator_of(ticket(creator=BOB), wish({})) == ANA_BY_WISH
    assert creator_of(ticket(creator=BOB), None) == BOB_HIMSELF
    assert creator_of(ticket(creator=None), None) == NOBODY


def test_a_note_is_written_by_the_person_of_its_wish_else_by_whom_it_names() -> None:
    asked = wish({"title": "Called", "text": "No answer.\nTwice."}, kind=WishKind.ADD_NOTE)
    written = note(creator=ANA, text="No answer.\r\nTwice.")

    assert writer_of(written, [asked]) == ANA_BY_WISH
    assert writer_of(note(creator=BOB), [asked]) == BOB_HIMSELF
    assert writer_of(note(creator=None, contact=7), []) == CLEO
    assert writer_of(note(creator=None), []) == NOBODY


@pytest.mark.parametrize(
    "other",
    [
        {"creator": BOB},
        {"title": "Wrote"},
        {"text": "No answer. Twice."},
        {"created": NOON - timedelta(minutes=6)},
        {"created": None},
    ],
)
def test_a_note_that_differs_or_may_be_older_is_not_the_wish_s(other: dict[str, object]) -> None:
    asked = wish({"title": "Called", "text": "No answer."}, kind=WishKind.ADD_NOTE)

    assert is_note_of(note(creator=ANA), asked)
    assert is_note_of(note(creator=ANA, created=NOON - timedelta(minutes=5)), asked)
    assert not is_note_of(note(1, **{"creator": ANA, **other}), asked)


def test_once_a_wish_knows_its_note_no_other_note_is_its() -> None:
    asked = wish({"title": "Called", "text": "No answer."}, kind=WishKind.ADD_NOTE, outcome=Outcome(note=NoteId(2)))

    assert writer_of(note(2, creator=ANA), [asked]) == ANA_BY_WISH
    assert writer_of(note(1, creator=ANA), [asked]) == Author(AuthorKind.RESOURCE, ANA)


def test_a_copy_that_takes_back_what_a_wish_has_put_there_undoes_it() -> None:
    assert undoes([Move("status", 8, 1)], [ASKED])
    assert not undoes([Move("status", 5, 1)], [ASKED])
    assert not undoes([QUEUE], [ASKED])
