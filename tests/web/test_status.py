"""Live, ready and health are three answers, each 200 or 503 with one word."""

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from web.status import HEALTH, LIVE, READY, Ask, add_status


def saying(word: str) -> Ask:
    async def say() -> str:
        return word

    return say


async def answers(**asked: Ask) -> dict[str, tuple[int, object]]:
    app = web.Application()
    add_status(app, **asked)
    async with TestClient(TestServer(app)) as client:
        got = {path: await client.get(path) for path in (LIVE, READY, HEALTH)}
        return {path: (answer.status, await answer.json()) for path, answer in got.items()}


async def test_each_question_has_its_own_answer() -> None:
    told = await answers(live=saying("stuck"), ready=saying("sealed"), health=saying("disk-full"))
    assert told == {
        LIVE: (503, {"status": "stuck"}),
        READY: (503, {"status": "sealed"}),
        HEALTH: (503, {"status": "disk-full"}),
    }


async def test_who_answers_is_alive_unless_something_knows_better() -> None:
    told = await answers(ready=saying("sealed"), health=saying("ok"))
    assert told == {LIVE: (200, {"status": "ok"}), READY: (503, {"status": "sealed"}), HEALTH: (200, {"status": "ok"})}
