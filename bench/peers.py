"""The bench of peers that somebody keeps elsewhere, run with our bot as its candidate, and the ratios it shows.

That bench is only read: its environments, keys and results go under ``bench/.state``.
"""

import asyncio
import json
import os
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from bench.bot import WrongVariable
from bench.mirror import STATE

PEERS = ("botbuilder", "agents-sdk", "bare-aiohttp")
OURS = "attms"
LONGEST = 3600.0
"""Seconds that one run of the other bench may take."""
CANDIDATE = Path(__file__).parent / "candidate"


class BenchFailed(RuntimeError):
    """The other bench ended with an error; its last words are the message."""


def harness_of(environ: Mapping[str, str]) -> Path | None:
    """Give the folder of the other bench, none when nobody names one. Raises ``WrongVariable``."""
    named = environ.get("BENCH_HARNESS", "")
    if not named:
        return None
    harness = Path(named).resolve()
    if not (harness / "run.sh").is_file():
        raise WrongVariable(f"BENCH_HARNESS is {named!r}: there is no run.sh in {harness}")
    return harness


async def compare(harness: Path, rounds: int, seconds: float) -> str:
    """Run the peers and our bot in turns; give a table and the ratios. Raises ``BenchFailed``."""
    home = STATE / "peers"
    home.mkdir(parents=True, exist_ok=True)
    places = {
        "BENCH_VENVS": os.environ.get("BENCH_VENVS", str(home / "venvs")),
        "BENCH_STATE": str(home),
        "BENCH_OUT": str(home / "results"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    if not (Path(places["BENCH_VENVS"]) / "venv-bb").exists():
        await _run(harness, places, ["setup"])
    before = set((home / "results").glob("matrix-*.jsonl"))
    options = ["--rounds", str(rounds), "--seconds", str(seconds), "--concurrency", "16", "--peers", ",".join(PEERS)]
    said = await _run(harness, places, ["matrix", *options, "--candidate", f"{OURS}={CANDIDATE}"])
    newest = max(set((home / "results").glob("matrix-*.jsonl")) - before)
    return "\n".join([said[said.find("###") :].rstrip(), "", *ratios(_load_rows(newest))])


async def _run(harness: Path, places: Mapping[str, str], words: Sequence[str]) -> str:
    process = await asyncio.create_subprocess_exec(
        "bash",
        str(harness / "run.sh"),
        *words,
        cwd=harness,
        env={**os.environ, **places},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await asyncio.wait_for(process.communicate(), LONGEST)
    if process.returncode:
        raise BenchFailed(said.decode(errors="replace")[-2000:])
    return said.decode(errors="replace")


def _load_rows(results: Path) -> list[dict[str, Any]]:
    rows = [json.loads(line) for line in results.read_text(encoding="utf-8").splitlines()]
    return [row for row in rows if row["kind"] == "load"]


def ratios(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Say how we compare: turns a second, and CPU a turn, each by the medians of all rounds."""
    speed, cpu = defaultdict[str, list[float]](list), defaultdict[str, list[float]](list)
    for row in rows:
        speed[row["peer"]].append(row["turns_per_s"])
        cpu[row["peer"]].append(row["cpu_s_per_1000"])
    return [
        f"- {peer}: {median(speed[OURS]) / median(speed[peer]):.1f} x its turns/s, "
        f"{median(cpu[OURS]) / median(cpu[peer]):.2f} x its CPU a turn"
        for peer in speed
        if peer != OURS
    ]
