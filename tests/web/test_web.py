"""What every listener promises, asked over real sockets."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass

import aiohttp
import pytest
from aiohttp import web

from attms_core.errors import AttmsError, Busy, Invalid, NotAllowed, NotConnected, NotFound
from web.limits import LimitedRunner, Limits, make_app
from web.status import HEALTH, LIVE, READY, add_status


@dataclass
class Listener:
    port: int
    session: aiohttp.ClientSession

    async def get(self, path: str) -> aiohttp.ClientResponse:
        return await self.session.get(f"http://127.0.0.1:{self.port}{path}")

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self.port)

    async def talk(self, sent: bytes) -> bytes:
        """Send bytes as they are; return all that comes until the other side closes."""
        reader, writer = await self.connect()
        try:
            writer.write(sent)
            return await asyncio.wait_for(reader.read(), 5)
        finally:
            writer.close()


Listen = Callable[..., Awaitable[Listener]]


async def _ok() -> str:
    return "ok"


@pytest.fixture
async def listen() -> AsyncIterator[Listen]:
    async with AsyncExitStack() as stack:

        async def make(
            limits: Limits | None = None,
            *,
            health: Callable[[], Awaitable[str]] = _ok,
            **handlers: Callable[[web.Request], Awaitable[web.Response]],
        ) -> Listener:
            bounds = limits or Limits()
            app = make_app(bounds)
            add_status(app, ready=_ok, health=health)
            for name, handler in handlers.items():
                app.router.add_route("*", f"/{name}", handler)
            runner = LimitedRunner(app, bounds)
            stack.push_async_callback(runner.cleanup)
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            session = await stack.enter_async_context(aiohttp.ClientSession())
            return Listener(runner.addresses[0][1], session)

        yield make


async def _echo(request: web.Request) -> web.Response:
    return web.Response(text=str(len(await request.read())))


async def test_headers_that_never_end_are_cut(listen: Listen) -> None:
    listener = await listen(Limits(header_seconds=0.01))
    assert await listener.talk(b"POST /echo HTTP/1.1\r\nHost: x\r\nX-Slow: ") == b""


async def test_a_silent_connection_is_cut(listen: Listen) -> None:
    listener = await listen(Limits(header_seconds=0.01))
    assert await listener.talk(b"") == b""


async def test_the_head_of_a_second_request_has_a_deadline_too(listen: Listen) -> None:
    listener = await listen(Limits(header_seconds=0.05), echo=_echo)
    reader, writer = await listener.connect()
    writer.write(b"GET /echo HTTP/1.1\r\nHost: x\r\n\r\n")
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
    writer.write(b"GET /ec")
    assert await asyncio.wait_for(reader.read(), 5) == b"0"
    writer.close()


async def test_a_slow_handler_is_not_cut_by_the_head_deadline(listen: Listen) -> None:
    free = asyncio.Event()

    async def wait(request: web.Request) -> web.Response:
        await free.wait()
        return web.Response(text="done")

    async def release(request: web.Request) -> web.Response:
        free.set()
        return web.Response()

    listener = await listen(Limits(header_seconds=0.02), wait=wait, release=release)
    slow = asyncio.create_task(listener.get("/wait"))
    for _ in range(3):  # three connections live and die meanwhile, each longer than the deadline
        assert await listener.talk(b"") == b""
    await listener.get("/release")
    assert await (await slow).text() == "done"


async def test_a_body_that_never_ends_is_answered_408(listen: Listen) -> None:
    listener = await listen(Limits(body_seconds=0.01), echo=_echo)
    answer = await _head(listener, b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nab")
    assert answer.startswith(b"HTTP/1.1 408")


async def test_a_body_beyond_the_limit_is_answered_413_announced_or_not(listen: Listen) -> None:
    listener = await listen(Limits(body_size=100), echo=_echo)
    announced = await _head(listener, b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 101\r\n\r\n")
    chunked = (
        b"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nc8\r\n" + b"x" * 200 + b"\r\n0\r\n\r\n"
    )
    unannounced = await _head(listener, chunked)
    assert announced.startswith(b"HTTP/1.1 413")
    assert unannounced.startswith(b"HTTP/1.1 413")


async def test_what_is_no_http_gets_a_400_that_names_no_library(listen: Listen) -> None:
    listener = await listen()
    answer = await listener.talk(b"\x16\x03\x01\x02\x00 hello\r\n\r\n")
    assert answer.startswith((b"HTTP/1.0 400", b"HTTP/1.1 400"))
    assert b"aiohttp" not in answer.lower()
    assert b"application/problem+json" in answer


async def test_more_connections_than_allowed_are_refused_until_one_ends(listen: Listen) -> None:
    listener = await listen(Limits(per_address=2))
    kept = [await listener.connect() for _ in range(2)]
    assert await listener.talk(b"") == b""
    kept[0][1].close()
    await kept[0][1].wait_closed()
    kept[1][1].write(b"GET /api/status/live HTTP/1.1\r\nHost: x\r\n\r\n")
    assert (await kept[1][0].readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
    assert (await listener.get(LIVE)).status == 200
    kept[1][1].close()


async def test_compressed_bodies_stay_as_they_were_sent(listen: Listen) -> None:
    sent = gzip.compress(b"x" * 100_000)
    listener = await listen(echo=_echo)
    url = f"http://127.0.0.1:{listener.port}/echo"
    answer = await listener.session.post(url, data=sent, headers={"Content-Encoding": "gzip"})
    assert int(await answer.text()) == len(sent)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotFound("No such ticket"), 404),
        (NotAllowed("Not yours"), 403),
        (Invalid("Wrong"), 422),
        (Busy("Later"), 429),
        (NotConnected("Not connected"), 503),
    ],
)
async def test_our_errors_say_what_happened_and_what_to_do(listen: Listen, error: AttmsError, status: int) -> None:
    async def fail(request: web.Request) -> web.Response:
        raise error

    answer = await (await listen(fail=fail)).get("/fail")
    said = json.loads(await answer.text())
    assert (answer.status, answer.content_type) == (status, "application/problem+json")
    assert (said["code"], said["detail"], said["status"]) == (error.code, str(error), status)


async def test_a_bug_of_ours_is_a_constant_500_with_a_trace_id(listen: Listen) -> None:
    async def fail(request: web.Request) -> web.Response:
        raise ZeroDivisionError("secret detail")

    answer = await (await listen(fail=fail)).get("/fail")
    text = await answer.text()
    assert answer.status == 500
    assert "secret" not in text
    assert json.loads(text)["trace"] == answer.headers["x-trace-id"]
    assert answer.headers["Server"] == "attms"
    assert len(answer.headers["x-trace-id"]) == 16


async def test_unknown_pages_and_methods_are_problems_and_every_answer_is_guarded(listen: Listen) -> None:
    listener = await listen()
    missing = await listener.get("/nowhere")
    refused = await listener.session.post(f"http://127.0.0.1:{listener.port}{LIVE}")
    assert (missing.status, missing.content_type) == (404, "application/problem+json")
    assert (refused.status, refused.headers["Allow"]) == (405, "GET,HEAD")
    for answer in (missing, refused):
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Server"] == "attms"


async def test_status_is_one_word(listen: Listen) -> None:
    async def behind() -> str:
        return "degraded"

    listener = await listen(health=behind)
    said = {path: await listener.get(path) for path in (LIVE, READY, HEALTH)}
    assert {path: (each.status, await each.json()) for path, each in said.items()} == {
        LIVE: (200, {"status": "ok"}),
        READY: (200, {"status": "ok"}),
        HEALTH: (503, {"status": "degraded"}),
    }


async def _head(listener: Listener, sent: bytes) -> bytes:
    reader, writer = await listener.connect()
    try:
        writer.write(sent)
        return await asyncio.wait_for(reader.readuntil(b"\r\n"), 5)
    finally:
        writer.close()
