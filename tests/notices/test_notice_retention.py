"""What is so old that nobody asks for it is forgotten, and nothing else is."""

from datetime import timedelta

import pytest

from attms_core.model import Level, Mark, TenantId, TicketId
from attms_core.notices import retention
from attms_core.notices.retention import Retention
from attms_core.store import changes, levels
from attms_core.store.database import Database, Tx
from tests.notices.office import NOON, OURS, Clock, change, record, ticket

THEIRS = TenantId("22222222-2222-2222-2222-222222222222")


async def test_changes_older_than_four_hundred_days_are_forgotten(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "AT_ONCE", 2)
    old, kept = NOON - timedelta(days=401), NOON - timedelta(days=399)

    def keep(tx: Tx) -> None:
        changes.add(tx, OURS, [change(at=old) for _ in range(5)] + [change(at=kept)])
        changes.add(tx, THEIRS, [change(at=old)])

    await database.write(keep)
    assert await Retention(database, tenant=OURS, now=Clock()).forget_old() == 5
    assert [one.at for one in await database.read(lambda tx: changes.of_ticket(tx, OURS, TicketId(1)))] == [kept]
    assert await database.read(lambda tx: changes.first_at(tx, THEIRS)) == old


async def test_levels_stay_while_anything_of_their_ticket_is_known(database: Database) -> None:
    reached = [Mark("due", Level.BREACHED, NOON)]

    def keep(tx: Tx) -> None:
        record(tx, ticket(1), change(2), change(3, at=NOON - timedelta(days=401)))
        levels.add(tx, OURS, {TicketId(number): reached for number in (1, 2, 3, 4)})
        levels.add(tx, THEIRS, {TicketId(4): reached})

    await database.write(keep)
    assert await Retention(database, tenant=OURS, now=Clock()).forget_old() == 3
    every = [TicketId(number) for number in (1, 2, 3, 4)]
    left = await database.read(lambda tx: levels.reached(tx, OURS, every))
    assert {ticket_ for ticket_, _, _ in left} == {1, 2}
    assert await database.read(lambda tx: levels.reached(tx, THEIRS, every))
