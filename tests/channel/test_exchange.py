"""One request and its answer on the wire: whatever the other side writes, breaks off or withholds, it ends in words."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast

import pytest
from aiohttp import TCPConnector

from bot.channel.exchange import Exchange, Heard, Unanswered, Unreached
from bot.channel.wire import LARGEST_BODY
from sandbox.teams.keys import LoopbackTls

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
ENDLESS = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (LARGEST_BODY + 1)


class Other:
    """The other side: it hears requests, and answers each with the next piece of its script, bytes by bytes."""

    def __init__(self, *script: bytes | tuple[bytes, ...] | None) -> None:
        self.script = list(script)
        self.heard: list[bytes] = []
        self.connections = 0
        self.serving: set[asyncio.Task[None]] = set()
        self.waits, self.hung_up = asyncio.Event(), asyncio.Event()

    @asynccontextmanager
    async def listening(self, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
        """Listen, and leave when every connection has ended."""
        server = await asyncio.start_server(self.serve, "127.0.0.1", 0, ssl=tls)
        async with server:
            yield server.sockets[0].getsockname()[1]
        await asyncio.gather(*self.serving)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.serving.add(cast("asyncio.Task[None]", asyncio.current_task()))
        try:
            while self.script and (request := await _request(reader)):
                self.heard.append(request)
                answer = self.script.pop(0)
                if answer is None:  # nothing comes, until the caller goes
                    self.waits.set()
                    await reader.read()
                    return
                for piece in answer if isinstance(answer, tuple) else (answer,):
                    writer.write(piece)
                    await writer.drain()
        except ConnectionError:
            pass
        finally:
            self.hung_up.set()
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()


async def _request(reader: asyncio.StreamReader) -> bytes:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return b""
    told = [line for line in head.split(b"\r\n") if line.startswith(b"Content-Length: ")]
    return head + (await reader.readexactly(int(told[0].split()[1])) if told else b"")


Ask = Callable[..., "asyncio.Task[Heard]"]


@asynccontextmanager
async def facing(other: Other, *, seconds: float = 10, limit: int = 8) -> AsyncIterator[Ask]:
    async with other.listening() as port, TCPConnector(limit=limit) as pool:
        origin, exchange = f"http://127.0.0.1:{port}", Exchange(pool, seconds=seconds)

        def ask(path: str = "/v3", *, body: bytes | None = b"{}", token: str = "t") -> "asyncio.Task[Heard]":
            return asyncio.create_task(exchange.ask("POST", origin + path, body, token=token))

        yield ask


async def test_a_request_is_one_line_each_and_its_body_as_it_is() -> None:
    other = Other(OK, OK)
    async with facing(other) as ask:
        assert await ask("/v3?a=b", body="{ö}".encode(), token="secret") == Heard(
            status=200, retry_after="", body=b"{}"
        )
        await ask(body=None, token="")
    lines = other.heard[0].split(b"\r\n")
    assert lines[0] == b"POST /v3?a=b HTTP/1.1"
    assert lines[1].startswith(b"Host: 127.0.0.1:")
    assert lines[2:] == [
        b"Authorization: Bearer secret",
        b"Content-Type: application/json",
        b"Content-Length: 4",
        b"",
        "{ö}".encode(),
    ]
    assert [line.partition(b":")[0] for line in other.heard[1].split(b"\r\n")] == [
        b"POST /v3 HTTP/1.1",
        b"Host",
        b"",
        b"",
    ]


@pytest.mark.parametrize(
    ("written", "heard"),
    [
        (OK, Heard(status=200, retry_after="", body=b"{}")),
        ((OK[:9], OK[9:30], OK[30:-1], OK[-1:]), Heard(status=200, retry_after="", body=b"{}")),
        (
            b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n{} \r\n1\r\n \r\n0\r\n\r\n",
            Heard(status=201, retry_after="", body=b"{}  "),
        ),
        (
            b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n" + OK,
            Heard(status=200, retry_after="", body=b"{}"),
        ),
        (b"HTTP/1.1 204 No Content\r\n\r\n", Heard(status=204, retry_after="", body=b"")),
        (
            b"HTTP/1.1 429 Slow\r\nretry-after: 7\r\nContent-Length: 0\r\n\r\n",
            Heard(status=429, retry_after="7", body=b""),
        ),
        (b"HTTP/1.0 200 OK\r\n\r\nuntil the end", Heard(status=200, retry_after="", body=b"until the end")),
        (
            b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
            Heard(status=302, retry_after="", body=b""),
        ),
    ],
    ids=["whole", "in pieces", "chunked", "announced", "without a body", "throttled", "until the end", "not followed"],
)
async def test_an_answer_is_read_however_it_is_written(written: bytes | tuple[bytes, ...], heard: Heard) -> None:
    async with facing(Other(written)) as ask:
        assert await ask() == heard


@pytest.mark.parametrize(
    "written",
    [
        b"",
        b"HTTP/1.1 200",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n",
        b"SSH-2.0-OpenSSH_9.6\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: " + b"y" * 20_000 + b"\r\n\r\n",
        (ENDLESS, b"x" * LARGEST_BODY, b"x"),
    ],
    ids=["nothing", "half a head", "half a body", "half the chunks", "another protocol", "a long line", "too much"],
)
async def test_what_is_no_whole_answer_is_none(written: bytes | tuple[bytes, ...]) -> None:
    other = Other(written)
    async with facing(other) as ask:
        with pytest.raises(Unanswered):
            await ask()
        await other.hung_up.wait()


async def test_silence_is_waited_for_so_long_and_the_connection_is_not_used_again() -> None:
    other = Other(None, OK)
    async with facing(other, seconds=0.2) as ask:
        with pytest.raises(Unanswered):
            await ask()
        await other.hung_up.wait()
        assert (await ask()).status == 200
    assert other.connections == 2


async def test_a_connection_serves_again_unless_the_other_side_says_otherwise() -> None:
    other = Other(OK, OK, OK.replace(b"200 OK\r\n", b"200 OK\r\nConnection: close\r\n"), OK)
    async with facing(other) as ask:
        for _ in range(3):
            await ask()
        assert other.connections == 1
        await ask()
    assert other.connections == 2


async def test_what_comes_unasked_is_nobodys_answer() -> None:
    other = Other((OK + b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nothers"), OK)
    async with facing(other) as ask:
        assert (await ask()).body == b"{}"
        assert (await ask()).body == b"{}"
    assert other.connections == 2


async def test_a_stranger_behind_tls_hears_nothing(tmp_path: Path) -> None:
    tls, other = LoopbackTls.make(tmp_path), Other(OK)
    trusted = ssl.create_default_context(cafile=tls.ca_file)
    serving = other.listening(tls.server_context())
    async with serving as port, TCPConnector(ssl=trusted) as friends, TCPConnector() as strangers:
        address = f"https://127.0.0.1:{port}/v3"
        with pytest.raises(Unreached):
            await Exchange(strangers, seconds=10).ask("POST", address, b"{}", token="t")
        assert other.heard == []
        assert (await Exchange(friends, seconds=10).ask("POST", address, b"{}", token="t")).body == b"{}"


async def test_where_nobody_listens_and_where_all_lines_are_taken_nothing_was_sent() -> None:
    async with TCPConnector() as pool:
        with pytest.raises(Unreached):
            await Exchange(pool, seconds=10).ask("POST", "http://127.0.0.1:1/", b"", token="")
    other = Other(None)
    async with facing(other, seconds=0.05, limit=1) as ask:
        first, second = ask(), ask()
        with pytest.raises(Unreached):
            await second
        with pytest.raises(Unanswered):
            await first
    assert len(other.heard) == 1


async def test_who_waits_can_be_stopped_and_takes_the_connection_along() -> None:
    other = Other(None)
    async with facing(other) as ask:
        waiting = ask()
        await other.waits.wait()
        waiting.cancel()
        await asyncio.wait({waiting})
        assert waiting.cancelled()
        await other.hung_up.wait()


@pytest.mark.parametrize(("path", "token"), [("/a\r\nX: y", "t"), ("/ä", "t"), ("/", "t\nX: y"), ("/", "ü")])
async def test_nothing_smuggles_a_line_into_a_request(path: str, token: str) -> None:
    other = Other(OK)
    async with facing(other) as ask:
        with pytest.raises(Unreached):
            await ask(path, token=token)
    assert other.heard == []
