"""The bench of peers that somebody keeps elsewhere, run with our bot as its candidate, and what it measured.

That bench is only read: its environments, keys and results go under ``bench/.state``.
"""

import asyncio
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.bot import WrongVariable
from bench.mirror import STATE
from bench.table import BARE, OURS, SDK, STOCK, Round, Run

CANDIDATE_NAME = "attms"
NAMES: Mapping[str, str] = {CANDIDATE_NAME: OURS, "bare-aiohttp": BARE, "agents-sdk": SDK, "botbuilder": STOCK}
"""The bots by the other bench's names, as our table lists them."""
PEERS = tuple(name for name in NAMES if name != CANDIDATE_NAME)
AT_ONCE = 16
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


async def compare(harness: Path, rounds: int, seconds: float) -> Run:
    """Run the peers and our bot in turns. Raises ``BenchFailed``."""
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
    options = ["--rounds", str(rounds), "--seconds", str(seconds), "--concurrency", str(AT_ONCE)]
    bots = ["--peers", ",".join(PEERS), "--candidate", f"{CANDIDATE_NAME}={CANDIDATE}"]
    await _run(harness, places, ["matrix", *options, *bots])
    newest = max(set((home / "results").glob("matrix-*.jsonl")) - before)
    return run_of([json.loads(line) for line in newest.read_text(encoding="utf-8").splitlines()])


async def _run(harness: Path, places: Mapping[str, str], words: Sequence[str]) -> None:
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


def run_of(rows: Sequence[Mapping[str, Any]]) -> Run:
    """Read the other bench's lines: of each bot and round one of its start and one of its load."""
    starts = {(row["peer"], row["round"]): row for row in rows if row["kind"] == "start"}
    loads = [row for row in rows if row["kind"] == "load"]
    found = {
        name: [_round(starts[peer, load["round"]], load) for load in loads if load["peer"] == peer]
        for peer, name in NAMES.items()
    }
    return Run("peers", {name: rounds for name, rounds in found.items() if rounds})


def _round(start: Mapping[str, Any], load: Mapping[str, Any]) -> Round:
    reply = load.get("reply_ms") or {"p50": 0.0, "p99": 0.0}  # of a bot that did not reply at all
    return Round(
        first=start["first_2xx_s"],
        memory=start["rss_mb"],
        turns_per_second=load["turns_per_s"],
        cpu_ms=load["cpu_s_per_1000"],
        p50=reply["p50"],
        p99=reply["p99"],
        errors=load["errors"],
    )
