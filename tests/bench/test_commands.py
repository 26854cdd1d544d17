"""Every command whose cost is measured is answered with a list. What it costs is no test's business."""

import json
from pathlib import Path

from bench import commands, mirror
from bench.load import Load
from bench.process import running
from bench.run import BOTS, free_port
from bench.table import OURS
from bench.world import World, opened


async def _card(world: World, load: Load, text: str) -> dict[str, object]:
    load.say(text)
    await load.first()
    return dict(json.loads(world.connector.last)["attachments"][0]["content"])


async def test_every_command_is_answered_with_a_list(tmp_path: Path) -> None:
    port = free_port()
    async with opened() as world:
        mine = {"BENCH_TICKETS": str(mirror.FEWEST), "BENCH_MIRRORS": str(tmp_path)}
        async with running(BOTS[OURS], {**world.environment(port), **mine}, core="", log=tmp_path / "bot.log"):
            load = Load(world, port)
            await load.first()  # which also says how to go on
            found = {name: await _card(world, load, text) for name, text in commands.COMMANDS.items()}
    shown = {name: str(card["fallbackText"]) for name, card in found.items()}
    assert all('"verb": "tickets.list"' in json.dumps(card["actions"]) for card in found.values()), shown
    empty = {name for name, card in found.items() if '"Container"' not in json.dumps(card)}
    assert empty < {name for name in found if name.startswith("search")}, shown


def test_the_table_compares_the_largest_mirror_with_the_smallest() -> None:
    _, _, row = commands.table({"mine": {1_000_000: [0.6, 0.9, 0.5], 10_000: [0.5, 0.4, 0.9]}})
    assert row == "| mine | 0.50 | 0.60 | 1.20 |"
