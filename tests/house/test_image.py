"""The image's health check: a container is replaced when its process is stuck, and for nothing else."""

import asyncio
import json
import os
import re
import sys

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.house.house import text
from web.status import Ask, add_status


def saying(word: str) -> Ask:
    async def say() -> str:
        return word

    return say


def check() -> list[str]:
    """Read the command that the image asks with, its first word being this Python."""
    lines = text("Dockerfile").replace("\\\n", "")
    found = re.search(r"^HEALTHCHECK .*? CMD (\[.*\])$", lines, re.MULTILINE)
    assert found
    return [sys.executable, *json.loads(found[1])[1:]]


@pytest.mark.parametrize(("live", "is_kept"), [("ok", True), ("stuck", False)])
async def test_a_container_that_is_alive_is_kept_however_ill_the_rest_is(live: str, *, is_kept: bool) -> None:
    app = web.Application()
    add_status(app, live=saying(live), ready=saying("sealed"), health=saying("autotask-silent"))
    async with TestServer(app) as server:
        asks = os.environ | {"ATTMS_PORT": str(server.port)}
        quiet = asyncio.subprocess.DEVNULL
        asked = await asyncio.create_subprocess_exec(*check(), env=asks, stdout=quiet, stderr=quiet)
        async with asyncio.timeout(30):
            assert (await asked.wait() == 0) is is_kept
