"""The bench's bots start and answer under its variables. How fast they are is no test's business."""

import json
import socket
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from attms_core.mirror import Mirror
from attms_core.model import PersonKey, TenantId
from attms_core.store import levels
from attms_core.store.database import open_database
from bench import mirror, run
from bench.load import Load
from bench.process import running
from bench.quiet import QuietAutotask
from bench.table import BARE, OURS
from bench.world import LOOPBACK, opened

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


async def _card(command: Sequence[str], tmp_path: Path, *, turns: int = 1) -> dict[str, Any]:
    """Start a bot, let it answer so many turns, and give the card it has posted last."""
    with socket.socket() as trial:
        trial.bind((LOOPBACK, 0))
        port = trial.getsockname()[1]
    async with opened() as world:
        mine = {"BENCH_TICKETS": str(mirror.FEWEST), "BENCH_MIRRORS": str(tmp_path)}
        environ = {**world.environment(port), **mine}
        async with running(command, environ, core="", log=tmp_path / "bot.log"):
            load = Load(world, port)
            for _ in range(turns):
                before = world.connector.replies
                await load.first()
            assert world.connector.replies == before + 1
        return dict(json.loads(world.connector.last)["attachments"][0]["content"])


def _sizes(home: Path) -> list[int]:
    """List the mirrors that were built, by their numbers of tickets."""
    return [int(found.name.split("-")[1]) for found in home.iterdir() if found.is_dir()]


async def test_the_candidate_builds_its_mirror_and_answers_with_a_page_of_eight(tmp_path: Path) -> None:
    card = await _card(run.BOTS[OURS], tmp_path, turns=2)  # after the first it also says how to go on
    rows = [part for part in card["body"] if part["type"] == "Container"]
    assert len(rows) == 8
    assert f"1-8 of {mirror.MINE}" in json.dumps(card)
    assert 3_000 < len(json.dumps(card)) < 7_000
    assert _sizes(tmp_path) == [mirror.FEWEST]


async def test_the_yardstick_answers_with_a_card(tmp_path: Path) -> None:
    card = await _card(run.BOTS[BARE], tmp_path)
    assert len(card["body"]) == 9


def test_a_mirror_of_any_size_has_as_many_tickets_of_the_person_and_of_the_rare_word() -> None:
    for count in (mirror.FEWEST, 10_000, 25_000):
        made = [mirror.ticket(number, count, NOW) for number in range(count)]
        still_open = [ticket for ticket in made if not ticket.is_complete]
        assert len(still_open) == count // mirror.OPEN_EVERY
        assert sum(ticket.assignee == mirror.ME for ticket in still_open) == mirror.MINE
        assert sum(mirror.RARE in ticket.title for ticket in made) == 10


async def test_a_mirror_that_is_too_small_is_not_begun(tmp_path: Path) -> None:
    with pytest.raises(mirror.TooFew, match="1000 is the least"):
        await mirror.kept(mirror.FEWEST - 1, person=PersonKey(TenantId("bench"), "me"), now=NOW, home=tmp_path)
    assert not _sizes(tmp_path)


async def test_a_mirror_whose_building_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def full(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(mirror, "fill", full)
    with pytest.raises(OSError, match="no space left"):
        await mirror.kept(mirror.FEWEST, person=PersonKey(TenantId("bench"), "me"), now=NOW, home=tmp_path)
    assert not _sizes(tmp_path)


def test_the_same_mirror_is_made_every_time() -> None:
    assert mirror.ticket(77, 1000, NOW) == mirror.ticket(77, 1000, NOW)


async def test_whoever_looks_at_a_new_mirror_tells_nobody_of_levels_reached_before_it_began(tmp_path: Path) -> None:
    tenant = TenantId("bench")
    folder = await mirror.kept(mirror.FEWEST, person=PersonKey(tenant, "me"), now=NOW, home=tmp_path)
    database = await open_database(None, folder)
    try:
        assert await database.read(lambda tx: levels.is_any_near(tx, tenant, NOW))
        looking = Mirror(database, QuietAutotask(), QuietAutotask(), tenant=tenant, now=lambda: NOW)
        assert await looking.watch_levels() == 0
        assert not await database.read(lambda tx: levels.is_any_near(tx, tenant, NOW))
    finally:
        await database.close()
