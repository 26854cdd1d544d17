"""What ``make bench`` prints can be pasted as it is: ratios are of medians, and never between two runs."""

from collections.abc import Iterator
from typing import Any

from bench import peers
from bench.table import BARE, COLUMNS, LATE, OURS, SDK, STOCK, Round, Run, table


def _lines(peer: str, *speeds: float, cpu: float = 1.0) -> Iterator[dict[str, Any]]:
    """Write a bot's rounds as the bench of peers does."""
    for number, speed in enumerate(speeds):
        yield {"kind": "start", "round": number, "peer": peer, "first_2xx_s": 1.2, "rss_mb": 60.4}
        reply = {"reply_ms": {"p50": 10.0, "p99": 25.0}} if speed else {}
        told = {"turns_per_s": speed, "cpu_s_per_1000": cpu, "errors": int(not speed), **reply}
        yield {"kind": "load", "round": number, "peer": peer, **told}


def _round(speed: float, cpu: float) -> Round:
    return Round(first=1.0, memory=100, turns_per_second=speed, cpu_ms=cpu, p50=8, p99=16, errors=0)


def _rows(*runs: Run) -> dict[tuple[str, str], dict[str, str]]:
    """Read a table by run and bot."""
    _, _, *lines = table(runs).splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {(run, bot): dict(zip(COLUMNS[2:], rest, strict=True)) for run, bot, *rest in cells}


def test_ratios_are_of_medians() -> None:
    said = [*_lines("botbuilder", 9, 10, 90), *_lines("agents-sdk", 200), *_lines("bare-aiohttp", 400, cpu=0.8)]
    found = _rows(peers.run_of([*said, *_lines("attms", 100, 300, 900)]))
    ours = found["peers", OURS]
    assert [ours[name] for name in ("turns/s", "x stock", "x Agents SDK", "x bare")] == ["300", "30.0", "1.50", "0.75"]
    assert (ours["CPU x bare"], ours["p99 / p50"]) == ("1.25", "2.50")
    assert (ours["first answer s"], ours["at start MB"]) == ("1.20", "60")
    assert [bot for _, bot in found] == [OURS, BARE, SDK, STOCK]


def test_no_ratio_is_between_two_runs() -> None:
    own = Run("own", {OURS: [_round(1200, 0.8)], BARE: [_round(1000, 1.0)], LATE: [_round(1100, 0.8)]})
    found = _rows(own, peers.run_of([*_lines("attms", 600), *_lines("botbuilder", 30)]))
    assert found["own", OURS]["x bare"] == "1.20"
    assert found["own", OURS]["x stock"] == "-"
    assert found["own", LATE]["CPU x bare"] == "0.80"
    assert found["peers", OURS]["x stock"] == "20.0"
    assert found["peers", OURS]["x bare"] == "-"


def test_a_bot_that_never_replied_stands_in_the_table_with_its_errors() -> None:
    found = _rows(peers.run_of([*_lines("attms", 600), *_lines("botbuilder", 0, 0)]))
    assert found["peers", STOCK]["errors"] == "2"
    assert found["peers", STOCK]["p99 / p50"] == found["peers", OURS]["x stock"] == "-"
