"""`python -m drill`: a thousand deaths between any two steps of telling, on both engines, and what they cost people.

``DRILL_DEATHS`` says how many, ``DRILL_SEED`` where and when they come. Prints Markdown for docs/testing.md; ends with
an error when a notice was lost, or a conversation was told more than one message twice by one death.
"""

import asyncio
import os
import sys
import tempfile
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from drill.fate import Death
from drill.play import Play
from drill.scene import opened
from tests.support.postgres import fresh_database, running_server

DEATHS, SEED = "1000", "1"
LAST_STEP = 24
"""Deaths fall on steps up to this one; telling two notes in three conversations takes about as many."""
FEWEST, MOST = 1, 6
"""Notes that customers write between two deaths."""
SQLITE, POSTGRESQL = "SQLite", "PostgreSQL"


@dataclass
class Tally:
    """What came of the deaths on one engine."""

    tried: int = 0
    died: int = 0
    owed: int = 0
    lost: int = 0
    doubled: int = 0
    worst: int = 0
    steps: Counter[int] = field(default_factory=Counter)

    @property
    def is_well(self) -> bool:
        """Say whether what was promised holds."""
        return not self.lost and self.worst <= 1

    def row(self, engine: str) -> str:
        """Write it as a row of the table."""
        parts = (engine, self.tried, self.died, len(self.steps), self.owed, self.lost, self.doubled, self.worst)
        return "| " + " | ".join(f"{part:,}" if isinstance(part, int) else part for part in parts) + " |"


async def drill(deaths: int, random: Random, database_url: str | None) -> Tally:
    """Kill so many processes, one after another."""
    tally = Tally()
    with tempfile.TemporaryDirectory(prefix="attms-drill-") as folder:
        async with opened(Path(folder), database_url) as scene:
            play = Play(scene)
            for number in range(1, deaths + 1):
                death = Death(random.randint(1, LAST_STEP), is_after=random.random() < 0.5)
                played = await play.die(death, notes=random.randint(FEWEST, MOST))
                verdict = scene.judge(played.notes)
                tally.tried += 1
                tally.died += played.died
                tally.steps[death.step] += played.died
                tally.owed, tally.lost = tally.owed + verdict.owed, tally.lost + verdict.lost
                tally.doubled, tally.worst = tally.doubled + verdict.doubled, max(tally.worst, verdict.worst)
                if number % 25 == 0:
                    print(f"{number} of {deaths}: {tally.lost} lost, {tally.doubled} repeated", file=sys.stderr)
    return tally


async def _everything(deaths: int, seed: str) -> dict[str, Tally]:
    half = deaths // 2
    with ExitStack() as stack:
        url = stack.enter_context(fresh_database(stack.enter_context(running_server())))
        return {
            SQLITE: await drill(half, Random(f"{seed} {SQLITE}"), None),
            POSTGRESQL: await drill(deaths - half, Random(f"{seed} {POSTGRESQL}"), url),
        }


def main() -> None:
    """Drill, and print what came of it."""
    deaths, seed = int(os.environ.get("DRILL_DEATHS", DEATHS)), os.environ.get("DRILL_SEED", SEED)
    tallies = asyncio.run(_everything(deaths, seed))
    print(f"{datetime.now(UTC):%Y-%m-%d}, seed {seed}.\n")
    print("| engine | processes | killed | at different steps | tellings owed | lost | repeated | most by one death |")
    print("|---|---|---|---|---|---|---|---|")
    for engine, tally in tallies.items():
        print(tally.row(engine))
    if not all(tally.is_well for tally in tallies.values()):
        sys.exit(1)


if __name__ == "__main__":
    main()
