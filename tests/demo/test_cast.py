"""The seeded provider, seen by the demo."""

from collections.abc import Iterator

import pytest

from demo import cast
from sandbox.autotask import Clock, World
from sandbox.autotask import seed as seeding
from sandbox.autotask.tenant import COMPLETE


@pytest.fixture
def world() -> Iterator[World]:
    made = World(Clock())
    seeding.fill(made, tickets=60, seed=3)
    yield made
    made.rows.close()


def test_everybody_who_can_be_played_has_open_tickets(world: World) -> None:
    assert all(one.open_tickets for one in cast.playable(world))


def test_the_numbers_follow_the_world(world: World) -> None:
    before = cast.playable(world)[0]
    ticket = world.rows.find("Tickets", ticketNumber=cast.sights(world).mine)[0]
    world.change_ticket(ticket["id"], by=before.resource, status=COMPLETE)
    assert cast.playable(world)[0].open_tickets == before.open_tickets - 1


def test_the_ticket_that_is_named_is_the_speakers_own_and_open(world: World) -> None:
    ticket = world.rows.find("Tickets", ticketNumber=cast.sights(world).mine)[0]
    assert ticket["status"] != COMPLETE
    assert ticket["assignedResourceID"] == cast.playable(world)[0].resource
    assert cast.playable(world)[0].name == cast.speaker().name


def test_the_customer_that_is_named_has_that_trouble(world: World) -> None:
    company = world.rows.find("Companies", companyName=cast.sights(world).customer)[0]
    assert any(one["status"] != COMPLETE for one in world.rows.find("Tickets", companyID=company["id"]))


def test_an_empty_world_has_nothing_to_name() -> None:
    empty = World(Clock())
    seeding.fill(empty, tickets=0, seed=1)
    assert cast.sights(empty) == cast.Sights()
    assert cast.company(empty) == "Larkspur IT Services"
    empty.rows.close()
