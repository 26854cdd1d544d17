"""API keys, the audit and the runs of jobs come back as they went in, on both engines."""

from datetime import timedelta

from msgspec.structs import replace

from attms_core.store import api_keys, audit, job_runs
from attms_core.store.api_keys import KeyRow
from attms_core.store.audit import AuditRow
from attms_core.store.database import Database
from attms_core.store.job_runs import KEPT, RunRow
from tests.store.values import NOON, WILD

KEY = KeyRow(
    id="abcDEF12",
    name=WILD,
    scopes=("config:read", "status:read"),
    digest="d" * 64,
    created=NOON,
    created_by=WILD,
    expires=NOON + timedelta(days=90),
)
ROW = AuditRow(
    at=NOON, actor="host:ana", action="keys.create", target=WILD, outcome="done", detail={WILD: WILD}, trace="t1"
)
RUN = RunRow(id="1", job="poll", started=NOON, ended=NOON + timedelta(seconds=2), outcome="ok", said=WILD)


async def test_a_key_is_written_over_and_listed_the_oldest_first(database: Database) -> None:
    full = replace(
        KEY,
        id="ABCdef12",
        created=NOON - timedelta(days=1),
        former_digest="e" * 64,
        former_until=NOON,
        last_used=NOON,
        revoked=NOON,
    )
    for row in (replace(full, name="before"), KEY, full):
        await database.write(lambda tx, row=row: api_keys.put(tx, row))  # type: ignore[misc] # a default binds it
    assert await database.read(api_keys.everything) == [full, KEY]


async def test_only_when_a_key_was_used_is_noted_and_of_unknown_ones_nothing(database: Database) -> None:
    later = NOON + timedelta(hours=1)
    await database.write(lambda tx: api_keys.put(tx, KEY))
    await database.write(lambda tx: api_keys.used(tx, {KEY.id: later, "nobody00": later}))
    assert await database.read(api_keys.everything) == [replace(KEY, last_used=later)]


async def test_the_audit_is_read_backwards_and_what_is_old_is_forgotten(database: Database) -> None:
    for hours in range(4):
        row = replace(ROW, at=NOON + timedelta(hours=hours))
        await database.write(lambda tx, row=row: audit.add(tx, row))  # type: ignore[misc] # a default binds it
    newest = await database.read(lambda tx: audit.page(tx, None, 2))
    older = await database.read(lambda tx: audit.page(tx, newest[-1].id, 9))
    assert [(row.at - NOON) // timedelta(hours=1) for row in (*newest, *older)] == [3, 2, 1, 0]
    assert replace(older[-1], id=0) == ROW
    assert await database.write(lambda tx: audit.forget(tx, NOON + timedelta(hours=2))) == 2
    assert [row.id for row in await database.read(lambda tx: audit.page(tx, None, 9))] == [row.id for row in newest]


async def test_a_run_is_written_over_when_it_ends_and_the_last_of_each_job_are_kept(database: Database) -> None:
    def work(number: int) -> RunRow:
        return replace(RUN, id=str(number), started=NOON + timedelta(seconds=number))

    other = replace(RUN, id="other", job="reconcile")
    await database.write(lambda tx: job_runs.put(tx, replace(other, ended=None, outcome="running")))
    await database.write(lambda tx: job_runs.put(tx, other))
    for number in range(KEPT + 5):
        await database.write(lambda tx, number=number: job_runs.put(tx, work(number)))  # type: ignore[misc] # the same
    found = await database.read(job_runs.everything)
    assert [row for row in found if row.job == "poll"] == [work(number) for number in range(5, KEPT + 5)]
    assert [row for row in found if row.job == "reconcile"] == [other]


async def test_only_runs_that_never_ended_and_only_of_the_jobs_named_are_cut_off(database: Database) -> None:
    begun = replace(RUN, id="2", ended=None, outcome="running", said="")
    another = replace(begun, id="3", job="reconcile")
    for row in (RUN, begun, another):
        await database.write(lambda tx, row=row: job_runs.put(tx, row))  # type: ignore[misc] # a default binds it
    assert await database.write(lambda tx: job_runs.cut_off(tx, ["poll", "none"], "interrupted", "It ended.")) == 1
    found = {row.id: row for row in await database.read(job_runs.everything)}
    assert found == {"1": RUN, "2": replace(begun, outcome="interrupted", said="It ended."), "3": another}
