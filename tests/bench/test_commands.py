"""What commands cost is no test's business: that it is told of those that were answered is."""

from pathlib import Path

import pytest

from bench import commands, mirror
from bench.run import Plan, plan_of


@pytest.fixture
def plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plan:
    monkeypatch.setattr(commands, "WARM", 1)
    monkeypatch.setattr(commands, "TURNS", 20)
    monkeypatch.setenv("BENCH_MIRRORS", str(tmp_path))
    return plan_of({"BENCH_MIRRORS": str(tmp_path), "BENCH_ROUNDS": "1", "BENCH_SERVER_CPU": ""})


async def test_every_command_is_answered_with_a_list(plan: Plan) -> None:
    found = await commands.measure(plan, [mirror.FEWEST])
    assert {name: len(costs[mirror.FEWEST]) for name, costs in found.items()} == dict.fromkeys(commands.COMMANDS, 1)


async def test_a_command_that_is_answered_otherwise_is_no_figure(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "COMMANDS", {"company": "tickets company Nobody"})
    with pytest.raises(commands.Refused, match="tickets company Nobody"):
        await commands.measure(plan, [mirror.FEWEST])


def test_the_table_compares_the_largest_mirror_with_the_smallest() -> None:
    _, _, row = commands.table({"mine": {1_000_000: [0.6, 0.9, 0.5], 10_000: [0.5, 0.4, 0.9]}})
    assert row == "| mine | 0.50 | 0.60 | 1.20 |"
