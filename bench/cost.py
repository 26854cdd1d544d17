"""What telling many conversations costs the process that does it, seen from inside."""

import asyncio
import json
import os
import time
from dataclasses import asdict, dataclass
from typing import Self

from bench.process import resident_mb

LOOK = 0.01  # seconds between two looks at the loop
MEMORY_LOOK = 10
"""Looks at the loop between two at the memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Of ``count`` messages."""

    count: int
    seconds: float
    cpu_ms: float
    """Milliseconds a message."""
    stall_ms: float
    """The longest time for which the event loop did nothing else."""
    grown_mb: float
    """Most resident memory, beyond what there was before."""

    @property
    def per_second(self) -> float:
        """Messages a second."""
        return self.count / self.seconds

    def as_json(self) -> str:
        """Write it as one line."""
        return json.dumps(asdict(self))


class Meter:
    """Measures while entered."""

    cost: Cost

    def __init__(self, count: int) -> None:
        self._count = count
        self._stall = 0.0
        self._peak = self._before = resident_mb(os.getpid())
        self._watch: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Begin."""
        self._watch = asyncio.create_task(self._look(), name="meter")
        self._started, self._cpu = time.monotonic(), time.process_time()
        return self

    async def __aexit__(self, *_: object) -> None:
        """End, and say what it cost."""
        seconds, cpu = time.monotonic() - self._started, time.process_time() - self._cpu
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.wait({self._watch})
        self.cost = Cost(
            count=self._count,
            seconds=seconds,
            cpu_ms=cpu / self._count * 1000,
            stall_ms=self._stall * 1000,
            grown_mb=max(self._peak, resident_mb(os.getpid())) - self._before,
        )

    async def _look(self) -> None:
        looks = 0
        while True:
            before = time.monotonic()
            await asyncio.sleep(LOOK)
            self._stall = max(self._stall, time.monotonic() - before - LOOK)
            looks += 1
            if looks % MEMORY_LOOK == 0:
                self._peak = max(self._peak, resident_mb(os.getpid()))
