"""The unix socket: whoever is the same user may do everything, and nobody else anything."""

import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from admin.api import HostGate, make_api
from admin.control import SOCKET, serve_control
from tests.support.administration import Ground, administration


@pytest.fixture
async def ground(tmp_path: Path) -> AsyncIterator[Ground]:
    async with administration(tmp_path) as made:
        yield made


async def _ask(ground: Ground, method: str, where: str, **more: Any) -> tuple[int, str]:
    async with (
        aiohttp.ClientSession(connector=aiohttp.UnixConnector(str(ground.folder / SOCKET))) as session,
        session.request(method, f"http://localhost{where}", **more) as answer,
    ):
        return answer.status, await answer.text()


async def test_the_host_does_everything_without_a_key_and_is_named_in_the_audit(ground: Ground) -> None:
    async with serve_control(make_api(ground.administration, HostGate()), ground.folder):
        made = await _ask(ground, "POST", "/api/v1/keys", json={"name": "a", "scopes": ["config:write"]})
        audit = await _ask(ground, "GET", "/api/v1/audit")
    assert (made[0], audit[0]) == (201, 200)
    assert '"actor":"host:' in audit[1]


async def test_another_user_is_answered_401(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    async with serve_control(make_api(ground.administration, HostGate()), ground.folder):
        monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
        status, text = await _ask(ground, "GET", "/api/v1/config")
    assert status == 401
    assert "settings" not in text


@pytest.mark.parametrize(
    ("header", "status"),
    [
        ({"Host": "127.0.0.1"}, 421),
        ({"Origin": "http://evil.example"}, 403),
        ({"X-Forwarded-For": "1.1.1.1"}, 400),
        ({"Authorization": "Bearer attms_x"}, 401),
    ],
)
async def test_what_a_browser_or_proxy_would_send_opens_nothing(
    ground: Ground, header: dict[str, str], status: int
) -> None:
    async with serve_control(make_api(ground.administration, HostGate()), ground.folder):
        assert (await _ask(ground, "GET", "/api/v1/config", headers=header))[0] == status
