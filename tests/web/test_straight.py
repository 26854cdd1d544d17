"""The way around the router: who takes it meets the same bounds, the same entrance and the same errors."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack

import aiohttp
import pytest
from aiohttp import web
from aiohttp.typedefs import Handler

from attms_core.errors import NotAllowed
from web.limits import LimitedRunner, Limits, make_app
from web.straight import lead_straight
from web.trace import HEADER, trace_of

STRAIGHT, ROUTED = "/straight", "/routed"
OWN = {HEADER, "Date"}
"""Headers that differ from answer to answer."""


async def handle(request: web.Request) -> web.StreamResponse:
    """Do what the request's body says."""
    assert trace_of(request)
    match (await request.read()).decode():
        case "refuse":
            raise web.HTTPMethodNotAllowed("GET", ["POST"])
        case "forbid":
            raise NotAllowed("not you", hint="ask")
        case "break":
            raise LookupError("a bug")
        case text:
            return web.Response(text=f"{request.method} {len(text)}")


@pytest.fixture
async def origin() -> AsyncIterator[str]:
    app = make_app(Limits(body_size=100))
    lead_straight(app, STRAIGHT, handle)
    app.router.add_route("*", ROUTED, handle)
    async with AsyncExitStack() as stack:
        runner = LimitedRunner(app, Limits(body_size=100))
        stack.push_async_callback(runner.cleanup)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"


async def answer(url: str, method: str, body: str, *, expect100: bool = False) -> tuple[int, Mapping[str, str], str]:
    """Ask; what names the single request is left out."""
    asked = aiohttp.ClientSession()
    async with asked as session, session.request(method, url, data=body, expect100=expect100) as heard:
        text = (await heard.text()).replace(heard.headers[HEADER], "")
        assert len(heard.headers[HEADER]) == 16
        return heard.status, {name: value for name, value in heard.headers.items() if name not in OWN}, text


@pytest.mark.parametrize("body", ["", "hello", "refuse", "forbid", "break", "x" * 101])
@pytest.mark.parametrize("method", ["POST", "GET"])
async def test_both_ways_answer_alike(origin: str, method: str, body: str) -> None:
    there = await answer(origin + STRAIGHT, method, body)
    assert there == await answer(origin + ROUTED, method, body)
    assert there[1]["Server"] == "attms"
    assert there[1]["X-Content-Type-Options"] == "nosniff"


async def test_another_spelling_and_an_announced_body_go_through_the_router(origin: str) -> None:
    assert (await answer(f"{origin}{STRAIGHT}?a=b", "POST", "hello"))[2] == "POST 5"
    assert (await answer(origin + STRAIGHT, "POST", "hello", expect100=True))[2] == "POST 5"
    assert (await answer(f"{origin}{STRAIGHT}/more", "POST", "hello"))[0] == 404


async def test_nobody_is_led_past_a_guard() -> None:
    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        return await handler(request)

    with pytest.raises(RuntimeError):
        lead_straight(make_app(Limits(), middlewares=[guard]), STRAIGHT, handle)
