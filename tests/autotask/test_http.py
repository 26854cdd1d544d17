import asyncio
import contextlib
import gzip
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from attms_core import http, http_pool
from attms_core.autotask.zone import API_HOSTS
from attms_core.http import AllowList, AnswerLost, ForbiddenAddress, HttpClient, NotSent, Request

LOCAL = AllowList((), allow_loopback=True)


@pytest.fixture
async def origin() -> AsyncIterator[str]:
    async def echo(request: web.Request) -> web.Response:
        return web.json_response({"host": request.headers["Host"], "body": (await request.read()).decode()})

    async def moved(_: web.Request) -> web.Response:
        raise web.HTTPFound("/echo")

    async def large(_: web.Request) -> web.Response:
        return web.Response(body=b"x" * 2000)

    async def bomb(_: web.Request) -> web.Response:
        return web.Response(body=gzip.compress(b"x" * 2000), headers={"Content-Encoding": "gzip"})

    async def broken(_: web.Request) -> web.Response:
        return web.Response(body=b"no gzip", headers={"Content-Encoding": "gzip"})

    async def cut(request: web.Request) -> web.Response:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    app = web.Application()
    for path, handler in {
        "/echo": echo,
        "/moved": moved,
        "/large": large,
        "/bomb": bomb,
        "/broken": broken,
        "/cut": cut,
    }.items():
        app.router.add_route("*", path, handler)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


async def test_an_exchange_brings_body_and_status(origin: str) -> None:
    async with HttpClient(LOCAL, body_cap=1000) as client:
        answer = await client.send(Request(method="POST", url=f"{origin}/echo", body=b"hello"))
    assert answer.status == 200
    assert answer.body == f'{{"host": "{origin.removeprefix("http://")}", "body": "hello"}}'.encode()
    assert answer.headers["content-type"].startswith("application/json")


async def test_redirects_are_not_followed(origin: str) -> None:
    async with HttpClient(LOCAL, body_cap=1000) as client:
        assert (await client.send(Request(method="GET", url=f"{origin}/moved"))).status == 302


async def test_proxies_of_the_environment_are_not_believed(origin: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    async with HttpClient(LOCAL, body_cap=1000) as client:
        assert (await client.send(Request(method="GET", url=f"{origin}/echo"))).status == 200


@pytest.mark.parametrize("path", ["large", "bomb", "broken", "cut"])
async def test_what_cannot_be_read_to_its_end_is_a_lost_answer(origin: str, path: str) -> None:
    async with HttpClient(LOCAL, body_cap=1000) as client:
        with pytest.raises(AnswerLost):
            await client.send(Request(method="GET", url=f"{origin}/{path}"))


class Hourglass:
    """The event loop's time, which a test lets pass without waiting."""

    def __init__(self) -> None:
        self.passed = 0.0

    async def turn(self, seconds: float) -> None:
        """Let time pass, and whatever was waiting for it happen."""
        self.passed += seconds
        for _ in range(5):
            await asyncio.sleep(0)


@pytest.fixture
async def hourglass(monkeypatch: pytest.MonkeyPatch) -> Hourglass:
    made, loop = Hourglass(), asyncio.get_running_loop()
    time = loop.time
    monkeypatch.setattr(loop, "time", lambda: time() + made.passed)
    return made


@pytest.fixture
async def hearing() -> AsyncIterator[tuple[int, asyncio.Event]]:
    """Give a port where nobody answers, and what is set when the first byte comes there."""
    heard, gone = asyncio.Event(), asyncio.Event()

    async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            await reader.read(1)
            heard.set()
            await reader.read()
        writer.transport.abort()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
        gone.set()

    async with await asyncio.start_server(hear, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1], heard
        await gone.wait()


@pytest.mark.parametrize(("scheme", "expected"), [("http", AnswerLost), ("https", NotSent)])
async def test_a_deadline_that_ends_after_the_first_byte_loses_the_answer_and_before_it_sends_nothing(
    hourglass: Hourglass, hearing: tuple[int, asyncio.Event], scheme: str, expected: type[Exception]
) -> None:
    port, heard = hearing
    async with HttpClient(LOCAL, body_cap=1000) as client:
        request = Request(method="POST", url=f"{scheme}://127.0.0.1:{port}/", body=b"x", deadline=12)
        sending = asyncio.create_task(client.send(request))
        await heard.wait()  # of https it is the greeting, in which there is nothing of the request
        await hourglass.turn(12)
        with pytest.raises(expected):
            await sending


class Far:
    """A host of two addresses: two seconds pass until it is found, and at the first of them nobody is."""

    def __init__(self, hourglass: Hourglass, monkeypatch: pytest.MonkeyPatch, *, is_there: bool) -> None:
        self._hourglass = hourglass
        self._is_there = is_there
        self._tried = 0
        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", self._look_up)
        monkeypatch.setattr(http_pool.HttpPool, "_deliver", lambda _, message, __: self._deliver(message))

    async def _look_up(self, *_: object, **__: object) -> list[tuple[object, ...]]:
        await self._hourglass.turn(2)
        return [(0, 0, 0, "", (address, 443)) for address in ("203.0.114.1", "203.0.114.2")]

    async def _deliver(self, message: Any) -> http.Response:
        self._tried += 1
        if self._is_there and self._tried == 2:
            return http.Response(status=200)
        await self._hourglass.turn(message.extensions["timeout"]["connect"])
        raise NotSent("nobody is there")


FAR = Request(method="GET", url="https://webservices5.autotask.net/", deadline=3)


async def test_finding_a_host_and_trying_two_addresses_takes_no_longer_than_the_deadline(
    hourglass: Hourglass, monkeypatch: pytest.MonkeyPatch
) -> None:
    Far(hourglass, monkeypatch, is_there=False)
    async with HttpClient(AllowList(API_HOSTS), body_cap=1000) as client:
        with pytest.raises(NotSent):
            await client.send(FAR)
    assert hourglass.passed <= FAR.deadline


async def test_a_dead_first_address_leaves_time_for_the_second(
    hourglass: Hourglass, monkeypatch: pytest.MonkeyPatch
) -> None:
    Far(hourglass, monkeypatch, is_there=True)
    async with HttpClient(AllowList(API_HOSTS), body_cap=1000) as client:
        assert (await client.send(FAR)).status == 200


async def test_a_refused_connection_means_that_nothing_was_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    async with HttpClient(LOCAL, body_cap=1000) as client:
        with pytest.raises(NotSent):
            await client.send(Request(method="POST", url=f"http://127.0.0.1:{port}/", body=b"x"))


@pytest.mark.parametrize("sent_before", [True, False])
async def test_what_comes_after_the_end_is_not_sent_and_opens_nothing(origin: str, *, sent_before: bool) -> None:
    request = Request(method="GET", url=f"{origin}/echo")
    async with HttpClient(LOCAL, body_cap=1000) as client:
        if sent_before:
            await client.send(request)
    with pytest.raises(NotSent):
        await client.send(request)


async def test_what_is_on_its_way_to_a_connection_at_the_end_is_not_sent_either(
    origin: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def resolve(_: http_pool.HttpPool, __: object) -> tuple[str, ...]:
        await client.__aexit__(None, None, None)
        return ("127.0.0.1",)

    monkeypatch.setattr(http_pool.HttpPool, "_addresses", resolve)
    async with HttpClient(LOCAL, body_cap=1000) as client:
        with pytest.raises(NotSent):
            await client.send(Request(method="GET", url=f"{origin}/echo"))


@pytest.mark.parametrize(
    "url",
    [
        "http://webservices5.autotask.net/",
        "https://webservices5.autotask.net:444/",
        "https://webservices5.autotask.net\\@evil.test/",
        "https://evil.test#webservices5.autotask.net",
        "https://webservices5.autotask.net.",
        "https://127.0.0.1/",
        "https://localhost/",
        "ftp://webservices5.autotask.net/",
        "//webservices5.autotask.net/",
        "https:///x",
        "https://[::1",
        "https://\x00.test/",
        "",
    ],
)
def test_only_listed_hosts_may_be_called(url: str) -> None:
    with pytest.raises(ForbiddenAddress):
        AllowList(API_HOSTS).check(url)


@pytest.mark.parametrize("url", ["https://webservices5.autotask.net/x", "https://WEBSERVICES29.Autotask.NET:443/"])
def test_listed_hosts_may_be_called_on_their_own_port(url: str) -> None:
    AllowList(API_HOSTS).check(url)


@pytest.mark.parametrize(
    "address",
    ["10.0.0.1", "169.254.169.254", "100.64.0.1", "127.0.0.1", "::1", "fd00::1", "::ffff:10.0.0.1", "224.0.0.1"],
)
async def test_a_listed_host_that_resolves_into_a_network_is_refused(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def resolve(_: str) -> tuple[str, ...]:
        return ("203.0.114.1", address)

    monkeypatch.setattr(http_pool, "_resolve", resolve)
    async with HttpClient(AllowList(API_HOSTS), body_cap=1000) as client:
        with pytest.raises(ForbiddenAddress):
            await client.send(Request(method="GET", url="https://webservices5.autotask.net/"))


async def test_the_connection_goes_to_the_address_looked_at_under_the_hosts_own_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen = []

    async def deliver(_: http_pool.HttpPool, message: object, host: str) -> http.Response:
        seen.append((message, host))
        return http.Response(status=200)

    async def resolve(_: str) -> tuple[str, ...]:
        return ("203.0.114.1",)

    monkeypatch.setattr(http_pool, "_resolve", resolve)
    monkeypatch.setattr(http_pool.HttpPool, "_deliver", deliver)
    async with HttpClient(AllowList(API_HOSTS), body_cap=1000) as client:
        await client.send(Request(method="GET", url="https://webservices5.autotask.net/a?b=c%2B"))
    message, host = seen[0]
    assert str(message.url) == "https://203.0.114.1/a?b=c%2B"  # type: ignore[attr-defined] # httpx is met in one module
    assert message.headers["Host"] == host == "webservices5.autotask.net"  # type: ignore[attr-defined] # as above
    assert message.extensions["sni_hostname"] == host  # type: ignore[attr-defined] # as above
