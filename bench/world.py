"""What a bot under measurement lives among: the sandbox's issuer and login, and a connector that is in nobody's way."""

import asyncio
import re
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench import wire
from bench.bot import APP_ID
from sandbox.teams import Issuer, Login
from sandbox.teams.keys import LoopbackTls

SECRET = "not-a-real-secret"
LOOPBACK = "127.0.0.1"
_NUMBER = re.compile(rb"bench(\d{10})")


@dataclass(slots=True)
class Connector:
    """Takes what bots say. Whoever waits for a conversation's reply is told when it came, in monotonic seconds."""

    waiting: dict[int, Callable[[float], None]] = field(default_factory=dict)
    replies: int = 0
    last: bytes = b""

    def handle(self, head: bytes, body: bytes) -> bytes:
        """Take a reply."""
        if not head.startswith(b"POST "):
            return wire.response(b"[]")
        self.replies += 1
        self.last = body
        found = _NUMBER.search(head)
        tell = self.waiting.pop(int(found[1]), None) if found else None
        if tell is not None:
            tell(time.monotonic())
        return wire.response(b'{"id":"r"}', b"201 Created")


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """All of it, running."""

    issuer: Issuer
    login: Login
    connector: Connector
    service_url: str
    ca_file: Path

    def environment(self, port: int) -> dict[str, str]:
        """Say to a bot where everything is, in the bench's variables."""
        return {
            "PORT": str(port),
            "APP_ID": APP_ID,
            "APP_SECRET": SECRET,
            "BENCH_ISSUER": self.issuer.issuer,
            "BENCH_ISSUER_BASE": self.issuer.url,
            "BENCH_LOGIN_URL": self.login.authority("adfs"),
            "BENCH_SERVICE_URL": self.service_url,
            "SSL_CERT_FILE": str(self.ca_file),
            "REQUESTS_CA_BUNDLE": str(self.ca_file),
        }

    def tokens(self, count: int) -> list[str]:
        """Sign different tokens of the channel, as it hands out several within an hour."""
        return [self.issuer.token(service_url=self.service_url, jti=str(number)) for number in range(count)]


@asynccontextmanager
async def opened() -> AsyncIterator[World]:
    """Start everything on free ports of this machine."""
    async with AsyncExitStack() as stack:
        tls = LoopbackTls.make(Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="attms-bench-"))))
        issuer = await stack.enter_async_context(Issuer(app_id=APP_ID))
        login = Login(app_id=APP_ID, secrets=(SECRET,), tenants=(), tls=tls.server_context())
        await stack.enter_async_context(login)
        connector = Connector()
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: wire.Server(connector.handle), LOOPBACK, 0)
        stack.callback(server.close)
        service_url = f"http://{LOOPBACK}:{server.sockets[0].getsockname()[1]}/"
        yield World(issuer=issuer, login=login, connector=connector, service_url=service_url, ca_file=tls.ca_file)
