"""What is found out about AutoTask: the log-in, the zone, the calls of the hour, and writing in people's names."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from attms_core.errors import AttmsError, Busy, CredentialsRefused, ImpersonationRefused, NotConnected, Unreachable
from attms_core.health import Finding, State, autotask, impersonation
from attms_core.model import Outcome, ResourceId, Wish, WishId, WishKind, WishState
from attms_core.store import wishes
from attms_core.store.database import Database
from tests.health.patient import BASE, Line
from tests.support.fake_autotask import NOON, TENANT, wish

MOVED = "https://webservices14.autotask.net/ATServicesRest/"


async def test_a_log_in_that_works_is_fine() -> None:
    found = await autotask.sign_in(Line())
    assert (found.state, found.fix) == (State.OK, "")


@pytest.mark.parametrize(
    ("error", "state", "fix"),
    [
        (NotConnected("no"), State.ILL, "attms setup"),
        (CredentialsRefused("no"), State.ILL, "attms config set autotask_secret"),
        (Unreachable("AutoTask does not answer."), State.ILL, "port 443"),
        (Busy("too much"), State.WARNING, "five minutes"),
    ],
)
async def test_a_log_in_that_fails_names_the_way_out(error: AttmsError, state: State, fix: str) -> None:
    found = await autotask.sign_in(Line(error=error))
    assert found.state is state
    assert fix in found.fix


async def test_a_long_silence_is_told() -> None:
    found = await autotask.sign_in(Line(error=Unreachable("No answer."), silent_for=timedelta(minutes=12)))
    assert "silent for 12 min" in found.what


@pytest.mark.parametrize("configured", ["", BASE, BASE.lower().rstrip("/")])
async def test_the_zone_that_autotask_names_is_fine(configured: str) -> None:
    assert (await autotask.zone(Line(), configured)).state is State.OK


@pytest.mark.parametrize(("in_use", "configured"), [(BASE, ""), (MOVED, BASE), ("", BASE)])
async def test_a_moved_zone_is_told_with_both_addresses(in_use: str, configured: str) -> None:
    found = await autotask.zone(Line(zone_in_use=in_use, zone_told=MOVED), configured)
    assert found.state is State.WARNING
    assert MOVED in found.what
    assert BASE in found.what
    assert "autotask_zone_url" in found.fix


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (NotConnected("no"), State.UNKNOWN),
        (Unreachable("no"), State.UNKNOWN),
        (CredentialsRefused("no"), State.ILL),
    ],
)
async def test_a_zone_that_nobody_tells_is_not_called_wrong(error: AttmsError, state: State) -> None:
    assert (await autotask.zone(Line(error=error), BASE)).state is state


@pytest.mark.parametrize(
    ("share", "own", "state"),
    [
        (0.49, 2699, State.OK),
        (0.5, 0, State.WARNING),
        (0.75, 0, State.WARNING),
        (0.9, 0, State.ILL),
        (0.1, 2700, State.WARNING),
    ],
)
async def test_the_hours_calls_are_told_before_they_run_out(share: float, own: int, state: State) -> None:
    found = await autotask.budget(Line(used_share=share, own_calls=own), 3000)
    assert found.state is state
    assert bool(found.fix) is (state is not State.OK)
    assert found.facts["ours"] == f"{own} of 3000"


REFUSED = Outcome(code=ImpersonationRefused.code, message="no", hint="tick it")


def written(person: int, minutes: int, *, refused: bool = False, kind: WishKind = WishKind.UPDATE_TICKET) -> Wish:
    """Let somebody write so many minutes before noon."""
    return wish(
        {},
        id=WishId(f"{person:02}{minutes:030}"),
        key=f"{person}|{minutes}",
        kind=kind,
        person_name=f"Person {person}",
        resource=ResourceId(person),
        state=WishState.REFUSED if refused else WishState.DONE,
        outcome=REFUSED if refused else Outcome(),
        asked_at=NOON - timedelta(minutes=minutes),
        ended_at=NOON - timedelta(minutes=minutes),
    )


def judged(*last: Wish) -> Finding:
    return impersonation.judge(impersonation.TICKETS, list(last), NOON)


def test_without_any_write_nothing_is_known() -> None:
    assert judged().state is State.UNKNOWN
    other = replace(written(1, 1, refused=True), outcome=Outcome(code="invalid"))
    assert judged(other).state is State.UNKNOWN


def test_a_write_that_was_taken_after_a_refusal_mends_it() -> None:
    found = judged(written(1, 5), written(1, 60, refused=True))
    assert found.state is State.OK
    assert "5 min ago" in found.what


def test_when_nobody_may_be_named_the_api_users_level_is_to_blame() -> None:
    found = judged(written(1, 5, refused=True), written(1, 60), written(2, 90, refused=True))
    assert found.state is State.ILL
    assert "Person 1, Person 2" in found.what
    assert "tick Add and Edit for Tickets" in found.fix


def test_when_one_person_may_not_be_named_that_persons_level_is_to_blame() -> None:
    found = judged(written(1, 5, refused=True), written(2, 60))
    assert found.state is State.WARNING
    assert "Person 1" in found.what
    assert "API user" not in found.fix
    assert "Allow impersonation" in found.fix


def test_of_many_people_a_few_are_named() -> None:
    found = judged(*(written(at, at, refused=True) for at in range(1, 8)))
    assert "Person 3 and 4 more" in found.what


async def test_notes_and_tickets_are_judged_apart(store: Database) -> None:
    for each in (written(1, 5, refused=True, kind=WishKind.ADD_NOTE), written(1, 6)):
        await store.write(lambda tx, each=each: wishes.add(tx, each))  # type: ignore[misc] # bound at once
    look = impersonation.look
    assert (await look(impersonation.TICKETS, store, TENANT, writes=True, now=NOON)).state is State.OK
    notes = await look(impersonation.NOTES, store, TENANT, writes=True, now=NOON)
    assert notes.state is State.ILL
    assert "Ticket Notes" in notes.fix
    assert (await look(impersonation.NOTES, store, TENANT, writes=False, now=NOON)).state is State.OK
