"""A door that may be shut: 503 with a word and when to come again, whatever is sent."""

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from web.door import Door
from web.limits import Limits, make_app


async def hello(_request: web.Request) -> web.Response:
    return web.Response(text="hello")


async def test_a_shut_door_says_why_and_an_open_one_lets_through() -> None:
    door, app = Door("sealed"), make_app(Limits())
    app.router.add_route("*", "/in", door.receive)
    async with TestClient(TestServer(app)) as client:
        for send in (client.get, client.post, client.delete):
            answer = await send("/in", headers={"Authorization": "Bearer x"})
            assert (answer.status, answer.headers["Retry-After"]) == (503, "60")
            assert (await answer.json(content_type=None))["code"] == "sealed"
        door.lead_to(hello)
        assert await (await client.post("/in")).text() == "hello"
        door.shut("stopping")
        assert (await client.post("/in")).status == 503
