"""One seeded Autotask, and somebody who talks to it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import aiohttp
import pytest

from sandbox.autotask import AutotaskSandbox
from tests.sandbox_autotask.hand import Body, Hand

NOON = datetime(2024, 5, 15, 12, 0, tzinfo=UTC)


@pytest.fixture
async def at() -> AsyncIterator[AutotaskSandbox]:
    async with AutotaskSandbox(tickets=40, seed=7, now=NOON, latency_factor=0) as sandbox:
        yield sandbox


@pytest.fixture
async def hand(at: AutotaskSandbox) -> AsyncIterator[Hand]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20)) as session:
        yield Hand(at, session)


@pytest.fixture
def new_ticket(at: AutotaskSandbox) -> Body:
    """A body that Autotask accepts."""
    company = at.world.rows.find("Companies", isActive=True)[5]["id"]
    contact = at.world.rows.find("Contacts", companyID=company, isActive=1)[0]["id"]
    return {
        "companyID": company,
        "contactID": contact,
        "title": "Screen flickers",
        "status": 1,
        "priority": 2,
        "queueID": 29683481,
        "dueDateTime": "2024-05-16T12:00:00Z",
    }
