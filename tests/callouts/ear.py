"""Somebody who is called out to: keeps what came, and answers as a test wants."""

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer


@dataclass(frozen=True, slots=True)
class Heard:
    """One callout as it came."""

    path: str
    raw: bytes
    signature: str

    @property
    def body(self) -> dict[str, Any]:
        return dict(json.loads(self.raw))

    def is_signed_with(self, secret: str) -> bool:
        """Check the signature without any code of the product."""
        digest = hmac.new(secret.encode(), self.raw, hashlib.sha1).digest()
        return self.signature == f"sha1={base64.b64encode(digest).decode()}"


@dataclass(slots=True)
class Ear:
    """Hears callouts at ``url``."""

    url: str = ""
    status: int = 202
    heard: list[Heard] = field(default_factory=list)

    def actions(self) -> list[str]:
        return [each.body["Action"] for each in self.heard if each.raw]

    async def receive(self, request: web.Request) -> web.Response:
        signature = request.headers.get("X-Hook-Signature", "")
        self.heard.append(Heard(request.path, await request.read(), signature))
        return web.Response(status=self.status)


@asynccontextmanager
async def listening() -> AsyncIterator[Ear]:
    """Listen on this machine."""
    ear, app = Ear(), web.Application()
    app.router.add_post("/{path:.*}", ear.receive)
    server = TestServer(app)
    await server.start_server()
    ear.url = str(server.make_url("/"))
    yield ear
    await server.close()
