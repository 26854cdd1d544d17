"""Changes through the whole house: one by the presser for a press, none at the next look, what others do told."""

from datetime import timedelta

from attms_core.model import AuthorKind, Change, Event
from sandbox.autotask.tenant import Actor
from tests.scenario.conftest import World
from tests.scenario.hand import fill, show, told
from tests.support.levels import told as everything_told
from tests.support.levels import watched

DISPATCHED = "10"


async def look(world: World) -> list[Change]:
    """A minute later all looks are taken."""
    world.later(timedelta(minutes=1))
    mirror, tenant = world.house.core.mirror, world.house.core.tenant
    found = await mirror.poll()
    found += await watched(mirror, world.house.ground.store, tenant)
    return [*found, *await mirror.refresh_opportunities()]


async def test_a_status_from_a_card_is_one_change_by_the_presser_and_the_next_look_tells_nothing_of_it(
    world: World,
) -> None:
    mara = await world.linked()
    ticket = world.open_ticket_of()
    before = await told(world, ticket)

    await fill(world, await show(world, mara, ticket), mara, "Status", "Set status", status=DISPATCHED)

    new = [change for change in await told(world, ticket) if change not in before]
    assert [(c.event, c.before, c.after) for c in new] == [(Event.STATUS, ticket["status"], int(DISPATCHED))]
    assert (new[0].author.kind, new[0].author.id) == (AuthorKind.PERSON, world.resource())
    assert [c for c in await look(world) if c.ticket == ticket["id"] and c.level is None] == []
    assert [c for c in await told(world, ticket) if c not in before and c.level is None] == new


async def test_what_people_do_in_autotask_is_told_with_its_author(world: World) -> None:
    ticket = world.open_ticket_of()
    desk, by = world.at.world, world.resource(1)
    await look(world)
    desk.add_note(ticket["id"], "Called the customer.", by=by, publish=2)
    (noted,) = [c for c in await look(world) if c.level is None]
    assert (noted.event, noted.is_internal, noted.author.id) == (Event.NOTE_ADDED, True, by)
    assert "Called" not in str(noted)

    desk.change_ticket(ticket["id"], by=by, status=5)
    (done,) = [c for c in await look(world) if c.level is None]
    assert (done.event, done.author.id) == (Event.COMPLETED, by)
    desk.change_ticket(ticket["id"], by=by, status=8)
    assert [c.event for c in await look(world) if c.level is None] == [Event.REOPENED]


async def test_a_moved_opportunity_is_told_once(world: World) -> None:
    await look(world)
    row = next(row for row in world.at.world.rows.find("Opportunities") if row["status"] == 1)
    field = world.house.core.mirror.opportunity_field("stage")
    assert field
    stage = next(choice.value for choice in field.choices if choice.value != row["stage"])
    world.later(timedelta(minutes=5))
    world.at.world.apply("Opportunities", dict(row), {"stage": stage}, Actor(resource_id=world.resource()))

    (moved,) = [c for c in await look(world) if c.opportunity]

    assert (moved.event, moved.before, moved.after) == (Event.STAGE, row["stage"], stage)
    assert [c for c in await look(world) if c.opportunity] == []
    house = world.house
    kept = [each.change for each in await everything_told(house.ground.store, house.core.tenant)]
    assert [change for change in kept if change.opportunity == row["id"]] == [moved]


async def test_a_ticket_that_nobody_works_on_reaches_each_level_once(world: World) -> None:
    await look(world)
    like = world.open_ticket_of()
    copied = ("title", "companyID", "priority", "queueID", "status")
    due = (world.at.clock() + timedelta(hours=4)).strftime("%Y-%m-%dT%H:%M:%SZ")
    made = world.at.world.create_ticket(
        {**{name: like[name] for name in copied}, "dueDateTime": due}, Actor(resource_id=world.resource())
    )

    found = []
    for _ in range(12):
        world.later(timedelta(minutes=30))
        found += [c for c in await look(world) if c.ticket == made]

    assert [c.event for c in found] == [Event.CREATED, Event.SLA_75, Event.SLA_90, Event.SLA_BREACHED]
    assert {c.after for c in found[1:]} == {"due"}
