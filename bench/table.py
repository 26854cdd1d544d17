"""The one table of what was measured: medians of rounds, and how each bot compares with others of the same run."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

OURS, LATE = "ATTMS, `/tickets mine`", "ATTMS, `/tickets mine`, login 60 ms late"
BARE = "bare aiohttp, a ready card"
SDK = "Microsoft 365 Agents SDK, a ready card"
STOCK = "botbuilder as in its samples, a ready card"

COLUMNS = (
    *("run", "bot", "turns/s", "x stock", "x Agents SDK", "x bare", "CPU ms a turn", "CPU x bare"),
    *("reply p50 ms", "p99 ms", "p99 / p50", "first answer s", "at start MB", "errors"),
)
LEGEND = (
    "Bots of one run were started and loaded in turns. `x` is a bot's turns/s, or its CPU a turn, divided by that of "
    "botbuilder (stock), the Agents SDK or the bare handler in the same run."
)
NOTHING = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """A fresh process and its load; times in ms where nothing else is said, memory in MB."""

    first: float
    """Seconds from the start to the first answer."""
    memory: float
    """When it had given that."""
    turns_per_second: float
    cpu_ms: float
    p50: float
    p99: float
    errors: int


@dataclass(frozen=True, slots=True)
class Run:
    """Bots that were measured in turns, each in as many rounds."""

    name: str
    rounds: Mapping[str, Sequence[Round]]


def table(runs: Sequence[Run]) -> str:
    """Write all runs as one Markdown table."""
    head = [f"| {' | '.join(COLUMNS)} |", f"|{' --- |' * len(COLUMNS)}"]
    return "\n".join([*head, *(row for run in runs for row in _rows(run))])


def _rows(run: Run) -> Iterator[str]:
    speed, cpu = _medians(run, "turns_per_second"), _medians(run, "cpu_ms")
    for bot, rounds in run.rounds.items():
        p50, p99, first, memory = (_middle(rounds, name) for name in ("p50", "p99", "first", "memory"))
        cells = (
            *(run.name, bot, f"{speed[bot]:.0f}"),
            *(_times(speed[bot], speed.get(other)) for other in (STOCK, SDK, BARE)),
            *(f"{cpu[bot]:.2f}", _times(cpu[bot], cpu.get(BARE))),
            *(f"{p50:.1f}", f"{p99:.1f}", _times(p99, p50), f"{first:.2f}", f"{memory:.0f}"),
            str(sum(each.errors for each in rounds)),
        )
        yield f"| {' | '.join(cells)} |"


def _times(value: float, other: float | None) -> str:
    """Divide, to three digits or so; by what was not measured, or stood still, there is nothing to say."""
    if not other:
        return NOTHING
    found = value / other
    return f"{found:.1f}" if found >= 10 else f"{found:.2f}"


def _medians(run: Run, name: str) -> dict[str, float]:
    return {bot: _middle(rounds, name) for bot, rounds in run.rounds.items()}


def _middle(rounds: Sequence[Round], name: str) -> float:
    return median(float(getattr(each, name)) for each in rounds)
