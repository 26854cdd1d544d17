"""Load as Teams makes it: an activity is posted, the bot answers the post and posts its reply; both end a turn.

A closed loop: so many connections each send their next activity when the turn before has ended.
"""

import asyncio
import json
import time
from dataclasses import dataclass

from bench import wire
from bench.bot import APP_ID, PERSON, TENANT
from bench.process import cpu_seconds, resident_mb
from bench.world import LOOPBACK, World

TOKENS = 32
CONVERSATIONS = 2000
LONGEST_TURN = 30.0  # seconds
_ZERO = "0" * 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a stretch of load has shown; times in ms, memory in MB."""

    turns: int
    errors: int
    turns_per_second: float
    cpu_ms: float
    """Of the server, a turn."""
    p50: float
    """From the post to the reply, which is what people wait for."""
    p99: float
    memory: float


class Load:
    """Speaks to a bot at a port, as one person in many conversations. Numbers never repeat."""

    def __init__(self, world: World, port: int) -> None:
        self._world = world
        self._port = port
        self._next = self._place = int(time.time() * 10) % 10**9
        self._tokens = world.tokens(TOKENS)
        self.say("/tickets mine")

    def say(self, text: str) -> None:
        """Say this from now on."""
        body = json.dumps(_activity(self._world.service_url, text)).encode()
        cut = body.replace(f"1736{_ZERO}".encode(), b"1736\0").replace(f"bench{_ZERO}".encode(), b"bench\0")
        self._parts = cut.split(b"\0")
        self._heads = [_head(self._port, token, len(body)) for token in self._tokens]

    @property
    def reply(self) -> bytes:
        """Give what the bot has said last."""
        return self._world.connector.last

    async def first(self, limit: float = 60.0) -> float:
        """Wait until the first activity is answered; give the seconds from now. Raises ``TimeoutError``."""
        began = time.monotonic()
        async with asyncio.timeout(limit):
            while True:
                try:
                    client = await self._connect()
                except ConnectionError:
                    await asyncio.sleep(0.005)
                    continue
                await self._turn(client)
                client.close()
                return time.monotonic() - began

    async def run(self, pid: int, *, at_once: int, seconds: float = 1e9, count: int = 10**9) -> Result:
        """Load the bot for so long or so many turns, whichever ends first."""
        cpu, began, left = cpu_seconds(pid), time.monotonic(), count
        took: list[float] = []
        errors = 0

        async def speak() -> None:
            nonlocal left, errors
            client = await self._connect()
            while left > 0 and time.monotonic() - began < seconds:
                left -= 1
                if lasted := await self._turn(client):
                    took.append(lasted)
                else:
                    errors += 1
            client.close()

        await asyncio.gather(*(speak() for _ in range(at_once)))
        wall, used = time.monotonic() - began, cpu_seconds(pid) - cpu
        ranked = sorted(took) or [0.0]
        return Result(
            turns=len(took),
            errors=errors,
            turns_per_second=len(took) / wall,
            cpu_ms=used / max(len(took), 1) * 1000,
            p50=ranked[len(ranked) // 2] * 1000,
            p99=ranked[len(ranked) * 99 // 100] * 1000,
            memory=resident_mb(pid),
        )

    async def _connect(self) -> wire.Client:
        _, client = await asyncio.get_running_loop().create_connection(wire.Client, LOOPBACK, self._port)
        return client

    async def _turn(self, client: wire.Client) -> float:
        """Speak, until both ends of the turn; give the seconds to the reply, 0 for a turn that was refused."""
        number = self._next
        self._next += 1
        place = self._place + number % CONVERSATIONS
        replied: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self._world.connector.waiting[place] = replied.set_result
        began = time.monotonic()
        status = await asyncio.wait_for(client.send(self._request(number, place)), LONGEST_TURN)
        if not 200 <= status < 300:
            self._world.connector.waiting.pop(place, None)
            return 0.0
        return await asyncio.wait_for(replied, LONGEST_TURN) - began

    def _request(self, number: int, place: int) -> bytes:
        first, second, third = self._parts
        head = self._heads[number % TOKENS]
        return b"%b%b%010d%b%010d%b" % (head, first, number, second, place, third)


def _head(port: int, token: str, length: int) -> bytes:
    lines = (
        "POST /api/messages HTTP/1.1",
        f"Host: {LOOPBACK}:{port}",
        "Content-Type: application/json; charset=utf-8",
        f"Authorization: Bearer {token}",
        f"Content-Length: {length}",
    )
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def _activity(service_url: str, text: str) -> dict[str, object]:
    """Make a message of a personal chat with the fields that Teams sends; ten zeros stand for each number."""
    return {
        "type": "message",
        "text": text,
        "textFormat": "plain",
        "attachments": [{"contentType": "text/html", "content": f"<p>{text}</p>"}],
        "timestamp": "2026-01-15T10:00:00.0000000Z",
        "localTimestamp": "2026-01-15T11:00:00.0000000+01:00",
        "localTimezone": "Europe/Berlin",
        "id": f"1736{_ZERO}",
        "channelId": "msteams",
        "serviceUrl": service_url,
        "from": {"id": f"29:1{'bench-user-' * 6}", "name": "Bench User", "aadObjectId": PERSON},
        "conversation": {"conversationType": "personal", "tenantId": TENANT, "id": f"a:bench{_ZERO}"},
        "recipient": {"id": f"28:{APP_ID}", "name": "Bench Bot"},
        "entities": [{"locale": "en-GB", "country": "GB", "platform": "Windows", "type": "clientInfo"}],
        "channelData": {"tenant": {"id": TENANT}},
        "locale": "en-GB",
    }
