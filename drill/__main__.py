"""`python -m drill`: a thousand deaths of real processes between any two steps of telling, half of them on each engine.

``DRILL_DEATHS`` says how many, ``DRILL_SEED`` where they come. Prints what they cost people as a table and puts it into
docs/testing.md; ends with an error instead when a notice was lost or not settled, or when a death let more than one
message of a conversation be told twice.
"""

import asyncio
import os
import sys
import tempfile
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from drill.fate import Death
from drill.play import playing
from drill.scene import Scene, opened
from drill.tally import Tally, publish, table
from drill.worker import hush
from tests.support.postgres import fresh_database, running_server

DEATHS, SEED = "1000", "1"
FEWEST, MOST = 1, 6
"""Notes that customers write between two deaths."""
STEPS_AT_LEAST, STEPS_A_NOTE = 8, 8
"""Deaths fall on steps up to the sum of these; now and then that is beyond the last one, and nobody dies."""
SQLITE, POSTGRESQL = "SQLite", "PostgreSQL"
OFTEN = 25
"""Deaths after which it is said how it goes."""


async def drill(engine: str, deaths: int, random: Random, scene: Scene) -> Tally:
    """Kill so many processes, one after another."""
    tally = Tally()
    async with playing(scene) as play:
        while tally.died < deaths:
            notes = random.randint(FEWEST, MOST)
            step = random.randint(1, STEPS_AT_LEAST + STEPS_A_NOTE * notes)
            death = Death(step=step, is_after=random.random() < 0.5)
            played = await play.die(death, notes=notes)
            if played.died:
                tally.add(death, scene.judge(played.notes), await scene.left())
                _say(engine, deaths, tally)
    return tally


def _say(engine: str, deaths: int, tally: Tally) -> None:
    if tally.died % OFTEN == 0:
        print(f"{engine}: {tally.died} of {deaths}, {tally.lost} lost, {tally.doubled} repeated", file=sys.stderr)


async def drill_both(deaths: int, seed: str) -> dict[str, Tally]:
    """Drill both engines at once: each is the other's load."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="attms-drill-")))
        url = stack.enter_context(fresh_database(stack.enter_context(running_server())))
        scenes = {
            engine: await stack.enter_async_context(opened(folder / engine, where))
            for engine, where in ((SQLITE, None), (POSTGRESQL, url))
        }
        shares = {SQLITE: deaths // 2, POSTGRESQL: deaths - deaths // 2}
        async with asyncio.TaskGroup() as both:
            parts = {
                engine: both.create_task(drill(engine, shares[engine], Random(f"{seed} {engine}"), scene))
                for engine, scene in scenes.items()
            }
        return {engine: part.result() for engine, part in parts.items()}


def main() -> None:
    """Drill, print what came of it, and publish it if all is well."""
    deaths, seed = int(os.environ.get("DRILL_DEATHS", DEATHS)), os.environ.get("DRILL_SEED", SEED)
    hush()
    tallies = asyncio.run(drill_both(deaths, seed))
    text = table(tallies, seed=seed, on=datetime.now(UTC))
    print(text)
    for engine, tally in tallies.items():
        for death in tally.troubles:
            print(f"{engine}: not as promised after {death}", file=sys.stderr)
    if not all(tally.is_well for tally in tallies.values()):
        sys.exit(1)
    publish(text)


if __name__ == "__main__":
    main()
