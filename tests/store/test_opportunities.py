"""Opportunities come back as they went in."""

from decimal import Decimal

from msgspec.structs import fields, replace

from attms_core.model import OpportunityId
from attms_core.store import forget, opportunities
from attms_core.store.database import Database
from tests.store.values import OURS, THEIRS, full_opportunity


async def test_every_field_of_an_opportunity_comes_back(database: Database) -> None:
    whole = full_opportunity()
    bare = replace(whole, id=OpportunityId(2), close_date=None, start_date=None, amount=Decimal(10**12), created=None)
    await database.write(lambda tx: opportunities.put(tx, OURS, [whole, bare]))
    found = await database.read(lambda tx: opportunities.load(tx, OURS, [whole.id, bare.id, OpportunityId(3)]))
    assert found == {whole.id: whole, bare.id: bare}
    assert await database.read(lambda tx: opportunities.load(tx, THEIRS, [whole.id])) == {}


def test_the_opportunity_of_these_tests_leaves_no_field_at_its_default() -> None:
    whole = full_opportunity()
    assert [f.name for f in fields(whole) if getattr(whole, f.name) in (f.default, None)] == []


async def test_the_undecided_ones_are_told_by_their_status_now(database: Database) -> None:
    some = [replace(full_opportunity(), id=OpportunityId(n), status=n) for n in range(5)]
    await database.write(lambda tx: opportunities.put(tx, OURS, some))
    await database.write(lambda tx: opportunities.put(tx, THEIRS, some[:1]))
    assert await database.read(lambda tx: opportunities.undecided_ids(tx, OURS)) == {0, 1}
    await database.write(lambda tx: opportunities.put(tx, OURS, [replace(some[1], status=3)]))
    assert await database.read(lambda tx: opportunities.undecided_ids(tx, OURS)) == {0}


async def test_a_dropped_copy_has_no_opportunities(database: Database) -> None:
    await database.write(lambda tx: opportunities.put(tx, OURS, [full_opportunity()]))
    await database.write(lambda tx: forget.mirrored(tx, OURS))
    assert await database.read(lambda tx: opportunities.load(tx, OURS, [full_opportunity().id])) == {}
