from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest

from sandbox.teams import Person, TeamsSandbox
from sandbox.teams.login import BOT_SCOPE

Json = dict[str, Any]


@dataclass
class Clock:
    now: float = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Caller:
    """Speaks to the connector as a bot would."""

    teams: TeamsSandbox
    session: aiohttp.ClientSession
    bearer: str = ""

    async def log_in(self) -> None:
        form = {
            "grant_type": "client_credentials",
            "client_id": self.teams.app_id,
            "client_secret": self.teams.secret,
            "scope": BOT_SCOPE,
        }
        url = f"{self.teams.login.authority(self.teams.tenants[0])}/oauth2/v2.0/token"
        async with self.session.post(url, data=form, ssl=trust(self.teams)) as response:
            self.bearer = (await response.json())["access_token"]

    async def call(self, method: str, path: str, body: Json | None = None) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {self.bearer}"}
        url = f"{self.teams.connector.service_url}v3/{path}"
        async with self.session.request(method, url, json=body, headers=headers) as response:
            is_json = response.content_type == "application/json"
            return response.status, await response.json() if is_json else await response.text()

    async def post(self, conversation: str, body: Json, query: str = "") -> tuple[int, Any]:
        return await self.call("POST", f"conversations/{conversation}/activities{query}", body)


def trust(teams: TeamsSandbox) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=teams.ca_file)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def teams(clock: Clock) -> AsyncIterator[TeamsSandbox]:
    async with TeamsSandbox(clock=clock) as running:
        yield running


@pytest.fixture
def hana(teams: TeamsSandbox) -> Person:
    return teams.person("Hana Whitlock")


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as open_session:
        yield open_session


@pytest.fixture
async def bot(teams: TeamsSandbox, session: aiohttp.ClientSession) -> Caller:
    caller = Caller(teams, session)
    await caller.log_in()
    return caller
