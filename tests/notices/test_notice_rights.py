"""Who may arrange what a place hears is asked of the core, whichever face it comes from."""

from collections.abc import Awaitable, Callable

import pytest
from msgspec.structs import replace

from attms_core.errors import AttmsError, NotAllowed, NotLinked
from attms_core.model import Lane, Link, LinkState, Person, PersonRole, TicketId, Topic
from attms_core.model.digest import DigestKind
from attms_core.model.silence import SenderKind, Until
from attms_core.notices.rhythm import read_rhythm
from attms_core.notices.wants import Wants
from attms_core.store.database import Database
from tests.store.values import NOON, OURS, linked

HERE, OWN, ANOTHERS = Lane("19:here@thread.tacv2"), Lane("person:tomas"), Lane("person:ana")
ANA = linked("ana", 5)
TOMAS = replace(linked("tomas", 6), role=PersonRole.TECHNICIAN)
STRANGER = replace(TOMAS, link=Link(state=LinkState.UNLINKED))
DAILY, KIND, PRINTER = read_rhythm("12:30 daily", "UTC"), DigestKind.HERE, Topic(ticket=TicketId(1))
Deed = Callable[[Wants, Person, Lane], Awaitable[object]]
LOOKS: dict[str, Deed] = {
    "list digests": lambda wants, person, lane: wants.digests.of_lane(person, lane),
    "list silences": lambda wants, person, lane: wants.silences.page(person, lane),
}
DEEDS: dict[str, Deed] = {
    "find a digest": lambda wants, person, lane: wants.digests.find(person, lane, KIND),
    "set a digest": lambda wants, person, lane: wants.digests.set(person, lane, KIND, DAILY),
    "pause it": lambda wants, person, lane: wants.digests.pause(person, lane, KIND),
    "resume it": lambda wants, person, lane: wants.digests.resume(person, lane, KIND),
    "send it": lambda wants, person, lane: wants.digests.send(person, lane, KIND),
    "remove it": lambda wants, person, lane: wants.digests.remove(person, lane, KIND),
    "silence": lambda wants, person, lane: wants.silences.add(person, lane, PRINTER, Until.EVER),
    "hear": lambda wants, person, lane: wants.silences.end(person, lane, PRINTER),
    "look for whom to silence": lambda wants, person, lane: wants.silences.candidates(
        person, lane, "Kim", SenderKind.CONTACT
    ),
}


@pytest.fixture
def wants(database: Database) -> Wants:
    return Wants.over(database, tenant=OURS, now=lambda: NOON, poke=lambda: None)


async def arranged(wants: Wants, lane: Lane) -> tuple[object, object]:
    """Arrange a digest and a silence in a place by somebody who may anywhere, or give those that are there."""
    chief = replace(ANA, role=PersonRole.ADMINISTRATOR)
    if not await wants.digests.of_lane(chief, lane):
        await wants.digests.set(chief, lane, KIND, DAILY)
        await wants.silences.add(chief, lane, PRINTER, Until.EVER)
    return await wants.digests.of_lane(chief, lane), (await wants.silences.page(chief, lane)).lines


@pytest.mark.parametrize("deed", DEEDS)
@pytest.mark.parametrize(
    ("person", "lane", "error"),
    [
        (TOMAS, HERE, NotAllowed),
        (TOMAS, ANOTHERS, NotAllowed),
        (STRANGER, HERE, NotLinked),
        (STRANGER, OWN, NotLinked),
    ],
)
async def test_who_may_not_arrange_something_in_a_place_changes_nothing_there(
    wants: Wants, deed: str, person: Person, lane: Lane, error: type[AttmsError]
) -> None:
    before = await arranged(wants, lane)
    with pytest.raises(error):
        await DEEDS[deed](wants, person, lane)
    assert await arranged(wants, lane) == before


@pytest.mark.parametrize("look", LOOKS)
async def test_whoever_may_read_sees_what_is_arranged_where_others_listen_too_but_in_nobody_elses_chat(
    wants: Wants, look: str
) -> None:
    assert await LOOKS[look](wants, TOMAS, HERE) is not None
    with pytest.raises(NotAllowed, match="somebody else's chat"):
        await LOOKS[look](wants, TOMAS, ANOTHERS)
    for lane in (HERE, OWN):
        with pytest.raises(NotLinked):
            await LOOKS[look](wants, STRANGER, lane)


@pytest.mark.parametrize(("person", "lane"), [(TOMAS, OWN), (ANA, HERE)])
async def test_in_ones_own_chat_it_needs_no_more_than_a_link_and_elsewhere_a_dispatcher(
    wants: Wants, person: Person, lane: Lane
) -> None:
    for name in ("set a digest", "find a digest", "pause it", "resume it", "send it", "remove it", "silence", "hear"):
        await DEEDS[name](wants, person, lane)
