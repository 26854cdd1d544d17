"""The audit is added to, read page by page, and forgets what is older than 400 days."""

from pathlib import Path

from attms_core.audit import Audit
from attms_core.store.database import open_database
from tests.support.fake_autotask import Clock


async def test_rows_come_back_newest_first_and_page_by_page(tmp_path: Path) -> None:
    database, clock = await open_database(None, tmp_path), Clock()
    audit = Audit(database, clock)
    for number in range(5):
        await audit.record(actor="host:ana", action="keys.create", outcome="done", detail={"n": str(number)})
    first = await audit.page(None, 3)
    rest = await audit.page(first[-1].id, 3)
    assert [row.detail["n"] for row in (*first, *rest)] == ["4", "3", "2", "1", "0"]
    assert (first[0].actor, first[0].action, first[0].at) == ("host:ana", "keys.create", clock.moment)
    clock.pass_(days=400, seconds=1)
    await audit.record(actor="host:ana", action="keys.revoke", outcome="done", detail={"long": "x" * 5000})
    assert await audit.forget_old() == 5
    [last] = await audit.page(None, 10)
    assert len(last.detail["long"]) == 500
    await database.close()
