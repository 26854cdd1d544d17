"""The sandbox's AutoTask and what tests want to know of it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import TypeVar

from attms_core.autotask import AutotaskClient
from attms_core.model import ResourceId
from attms_core.model.wish import Value
from attms_core.settings import Settings
from sandbox.autotask import AutotaskSandbox, demo_people

T = TypeVar("T")

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
ANA = ResourceId(demo_people()[0].resource_id)


async def at_once(_: float) -> None:
    await asyncio.sleep(0)


def client_of(at: AutotaskSandbox, *, secret: str = "") -> AutotaskClient:
    settings = Settings.model_validate(
        {
            "autotask_zone_url": at.url,
            "autotask_user": at.credentials.user,
            "autotask_secret": secret or at.credentials.secret,
            "autotask_integration_code": at.credentials.integration_code,
            "allow_loopback": True,
        }
    )
    return AutotaskClient(settings, now=lambda: NOON, sleep=at_once)


async def all_of(pages: AsyncIterator[list[T]]) -> list[T]:
    return [each async for page in pages for each in page]


def rows(at: AutotaskSandbox, entity: str) -> list[dict[str, object]]:
    return at.world.rows.find(entity)


def open_row(at: AutotaskSandbox) -> dict[str, object]:
    return next(row for row in rows(at, "Tickets") if row["status"] != 5)


def wanted(at: AutotaskSandbox, **other: Value) -> dict[str, Value]:
    example = open_row(at)
    return {
        "title": "Screen flickers",
        "description": "Since this morning.",
        "company": int(str(example["companyID"])),
        "status": 1,
        "priority": 2,
        "queue": int(str(example["queueID"])),
        "due": "2026-11-25T12:00:00Z",
        **other,
    }
