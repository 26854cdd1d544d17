"""A sandbox that may call out to this machine, and somebody who hears it."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from sandbox.autotask import AutotaskSandbox
from tests.autotask.story import NOON
from tests.callouts.ear import Ear, listening
from tests.sandbox_autotask.hand import Hand


@pytest.fixture
async def at() -> AsyncIterator[AutotaskSandbox]:
    async with AutotaskSandbox(tickets=40, seed=7, now=NOON, latency_factor=0) as sandbox:
        sandbox.quirks.callouts_to_loopback = True
        yield sandbox


@pytest.fixture
async def hand(at: AutotaskSandbox) -> AsyncIterator[Hand]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20)) as session:
        yield Hand(at, session)


@pytest.fixture
async def ear() -> AsyncIterator[Ear]:
    async with listening() as heard:
        yield heard
