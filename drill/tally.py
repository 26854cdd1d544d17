"""What came of many deaths, and the table that says so in docs/testing.md."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from drill.fate import Death
from drill.scene import Left, Verdict

PAGE = Path(__file__).resolve().parents[1] / "docs" / "testing.md"
BEGIN, END = "<!-- drill: written by make drill -->\n", "<!-- drill: end -->\n"
HEAD = "| engine | deaths | different steps | tellings owed | lost | repeated | most by one death | given up |"


@dataclass
class Tally:
    """What came of the deaths on one engine."""

    died: int = 0
    owed: int = 0
    lost: int = 0
    doubled: int = 0
    worst: int = 0
    unsettled: int = 0
    """Rows that waited and lanes that were claimed when all was told."""
    dead: int = 0
    steps: set[tuple[int, bool]] = field(default_factory=set)
    troubles: Counter[Death] = field(default_factory=Counter)
    """Deaths after which something was not as it was promised."""

    def add(self, death: Death, verdict: Verdict, left: Left) -> None:
        """Note what came of a death."""
        self.died += 1
        self.steps.add((death.step, death.is_after))
        self.owed, self.lost = self.owed + verdict.owed, self.lost + verdict.lost
        self.doubled, self.worst = self.doubled + verdict.doubled, max(self.worst, verdict.worst)
        self.unsettled, self.dead = self.unsettled + left.waiting + left.claimed, left.dead
        if verdict.lost or verdict.worst > 1 or left != Left():
            self.troubles[death] += 1

    @property
    def is_well(self) -> bool:
        """Say whether what was promised holds."""
        return not self.troubles

    def row(self, engine: str) -> str:
        """Write it as a row of the table."""
        parts = (self.died, len(self.steps), self.owed, self.lost, self.doubled, self.worst, self.dead)
        return f"| {engine} | " + " | ".join(f"{part:,}" for part in parts) + " |"


def table(tallies: dict[str, Tally], *, seed: str, on: datetime) -> str:
    """Write the table of all engines."""
    rows = [tally.row(engine) for engine, tally in tallies.items()]
    return "\n".join([f"{on:%Y-%m-%d}, seed {seed}:", "", HEAD, "|---|" + "---:|" * 7, *rows, ""])


def publish(text: str) -> None:
    """Put the table into the page, in the place of the last one. Raises ``ValueError`` when its marks are gone."""
    page = PAGE.read_text(encoding="utf-8")
    before, after = page.index(BEGIN) + len(BEGIN), page.index(END)
    PAGE.write_text(f"{page[:before]}{text}{page[after:]}", encoding="utf-8")
