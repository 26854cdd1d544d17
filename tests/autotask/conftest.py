"""A seeded AutoTask, and our client of it."""

from collections.abc import AsyncIterator

import pytest

from attms_core.autotask import AutotaskClient
from sandbox.autotask import AutotaskSandbox
from tests.autotask.story import NOON, client_of


@pytest.fixture
async def at() -> AsyncIterator[AutotaskSandbox]:
    async with AutotaskSandbox(tickets=60, seed=7, now=NOON, latency_factor=0) as sandbox:
        yield sandbox


@pytest.fixture
async def client(at: AutotaskSandbox) -> AsyncIterator[AutotaskClient]:
    async with client_of(at) as opened:
        yield opened
